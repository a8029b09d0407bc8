"""Lines of a feed into pages of bounded size, each of which becomes one transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from schemas.feed import BadLine, Delete, End, Put, Rekey, decode

PAGE_LINES = 1_000
_RAW_KEPT_BYTES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A line that could not be read, with what could be told of it, and how it begins."""

    code: str
    message: str
    seq: int | None
    collection: str | None
    id: str | None
    hash: str | None
    raw: bytes


Change = Put | Delete | Rekey | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some changes in the order they came.

    end:  the feed's own end line, on the last page of an answer only.
    late: lines that came after it, and were ignored.
    """

    changes: tuple[Change, ...]
    end: End | None = None
    late: int = 0


def pages(lines: Iterable[bytes], size: int = PAGE_LINES) -> Iterator[Page]:
    """Cut an answer into pages of at most `size` changes.

    The last page carries the end line; when none does, the answer was cut off.
    """
    waiting: list[Change] = []
    rest = iter(lines)
    for raw in rest:
        line = read(raw)
        if isinstance(line, End):
            yield Page(changes=tuple(waiting), end=line, late=sum(1 for _ in rest))
            return
        waiting.append(line)
        if len(waiting) == size:
            yield Page(changes=tuple(waiting))
            waiting.clear()
    yield Page(changes=tuple(waiting))


def read(raw: bytes) -> Change | End:
    """One line; what cannot be read is data too."""
    try:
        return decode(raw)
    except BadLine as bad:
        told = (bad.seq, bad.collection, bad.id, bad.hash)
        seq, collection, local_id, declared = told if any(told) else _told_by_the_head(raw)
        return Unreadable(
            code=bad.code,
            message=bad.message,
            seq=seq,
            collection=collection,
            id=local_id,
            hash=declared,
            raw=raw[:_RAW_KEPT_BYTES],
        )


def _told_by_the_head(raw: bytes) -> tuple[int | None, str | None, str | None, str | None]:
    """Key and declared hash of a line too long or too broken to parse, when they stand before its record.

    A harvest is proved over every line received: one monstrous record must not make it look incomplete for ever.
    """
    head, found, _ = raw[:_RAW_KEPT_BYTES].partition(b'"record"')
    try:
        told = orjson.loads(head.rstrip().rstrip(b",") + b"}") if found else {}
    except orjson.JSONDecodeError:
        told = {}
    try:
        line = decode(orjson.dumps({"record": {}} | told))
    except BadLine:
        return None, None, None, None
    return (line.seq, line.collection, line.id, line.hash) if isinstance(line, Put) else (None, None, None, None)
