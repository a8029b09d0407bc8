"""What is held of one collection, or of one of its buckets: how many records, and their set digest."""

from dataclasses import dataclass

from schemas.canonical import EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """digest: the feed's set digest over the declared hashes, in hexadecimal."""

    count: int = 0
    digest: str = EMPTY.hex
