"""A cluster: the records of one real thing."""

from dataclasses import dataclass

from schemas.record import RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Records of one real thing, known by the identifier that the oldest of them founded.

    members: in founding order (see `hub.model.record.Founding`), never empty.
    """

    national_id: str
    collection: str
    members: tuple[RecordKey, ...]
