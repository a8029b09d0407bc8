"""The static site of a release: one archive whose pages open from a disk, with search and map, without a server."""

from hub.distributions.site.archive import MOST_ACTORS, NAME, ids, write
from hub.distributions.site.pages import Cover

__all__ = ["MOST_ACTORS", "NAME", "Cover", "ids", "write"]
