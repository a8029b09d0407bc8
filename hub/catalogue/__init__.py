"""The catalogue: one immutable release, as it is read. The portal and the API know nothing else of the hub."""

from hub.catalogue.reader import Catalogue, Edge, ProjectLink, SourceRecord

__all__ = ["Catalogue", "Edge", "ProjectLink", "SourceRecord"]
