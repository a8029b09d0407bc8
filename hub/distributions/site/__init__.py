"""The static site of a release: one archive whose pages open from a disk, with search and map, without a server."""

from hub.distributions.site.archive import NAME, ids, write
from hub.distributions.site.pages import Cover

__all__ = ["NAME", "Cover", "ids", "write"]
