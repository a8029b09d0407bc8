"""Resolution: find the records that speak of one real thing, and say why.

    payloads ─► features ─► rarity ─► block ─► compare ─► score ─► cluster ─► clusters and their edges
    (one row a record, cacheable)     (DuckDB joins)  (one Arrow batch of pairs)   (judgements bind)

Pure: no SQL database, no HTTP, no clock, no settings. `resolve_records` is the door.
"""

from hub.resolution.cluster import Contradiction
from hub.resolution.model import Model, load
from hub.resolution.resolve import Edge, Part, Result, resolve_records

__all__ = ["Contradiction", "Edge", "Model", "Part", "Result", "load", "resolve_records"]
