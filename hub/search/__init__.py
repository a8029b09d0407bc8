"""Search: the index of one release, and the one query that list, facets, map and export share."""

from hub.search.index import SearchIndex
from hub.search.query import Cluster, Hits, Query, Suggestion

__all__ = ["Cluster", "Hits", "Query", "SearchIndex", "Suggestion"]
