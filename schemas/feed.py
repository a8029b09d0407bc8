"""The wire form of the feed: manifest, changes and end line, encoded and decoded line by line. No HTTP here.

    manifest ─ what a node holds: counts, set digests, how far its history goes
    put | delete | rekey ─ one change a line, in rising seq
    end ─ always the last line; a page without it was cut off

`decode` is strict about types, since a line is stored as it came, and blind to members it does not know, since nodes
and protocol grow. It does not compare a put's hash with its content: the reader has to spell the record anyway
(`canonical`), and compares with `hash_of`.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

import orjson

from schemas.canonical import JSON, canonical, holds_nul
from schemas.errors import FederationError
from schemas.manifest import PROTOCOL, CollectionState, Manifest, Network, spell_moment
from schemas.members import FeedError, Members, is_hash, moment_of
from schemas.record import COLLECTIONS

__all__ = [
    "MAX_LINE_BYTES",
    "MEDIA_TYPE",
    "PROTOCOL",
    "BadLine",
    "CollectionState",
    "Delete",
    "End",
    "FeedError",
    "Line",
    "Manifest",
    "Network",
    "Put",
    "Rekey",
    "decode",
    "encode",
    "encode_put",
    "lines",
]

MEDIA_TYPE = "application/x-ndjson"
MAX_LINE_BYTES = 1 << 20


class BadLine(FederationError):
    """A line of a feed that cannot be read: data to quarantine, not a reason to stop.

    Carries whatever could still be read of seq, collection, id and declared hash, since a complete harvest is proved
    over every line received, the bad ones too.
    """

    def __init__(
        self,
        code: str,
        message: str,
        seq: int | None = None,
        collection: str | None = None,
        id: str | None = None,
        hash: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.seq, self.collection, self.id, self.hash = seq, collection, id, hash


class Put(NamedTuple):
    """A record as it now stands. hash: SHA-256 of its canonical JSON, as the node declares it."""

    seq: int
    collection: str
    id: str
    hash: str
    record: JSON
    modified_at: datetime | None = None


class Delete(NamedTuple):
    """A record is gone. `into`: the id it was merged into; `to`: {"network", "id"} it moved to."""

    seq: int
    collection: str
    id: str
    modified_at: datetime | None = None
    reason: str | None = None
    into: str | None = None
    to: JSON | None = None


class Rekey(NamedTuple):
    """The source changed its own key: the record `id` is now `to`. A put under the new id follows."""

    seq: int
    collection: str
    id: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last line of a page. seq: the next cursor; more: whether another page waits."""

    seq: int
    more: bool


Line = Put | Delete | Rekey | End


def encode(line: Line | Manifest) -> bytes:
    """One line of NDJSON, with its line feed. Raises NotIJson when a put's record is not I-JSON."""
    match line:
        case Put():
            return encode_put(
                seq=line.seq,
                collection=line.collection,
                id=line.id,
                hash=line.hash,
                record_bytes=canonical(line.record),
                modified_at=line.modified_at,
            )
        case Delete():
            told = {"reason": line.reason, "into": line.into, "to": line.to}
            head = _head(line.seq, "delete", line.collection, line.id, line.modified_at)
            return _line(head | {name: value for name, value in told.items() if value is not None})
        case Rekey():
            return _line(_head(line.seq, "rekey", line.collection, line.id, None) | {"to": line.to})
        case End():
            return _line({"end": True, "seq": line.seq, "more": line.more})
        case Manifest():
            return _line(line.as_json())


def encode_put(
    *, seq: int, collection: str, id: str, hash: str, record_bytes: bytes, modified_at: datetime | None = None
) -> bytes:
    """A put whose record is already canonical JSON: the stored bytes are spliced in, never serialised again."""
    head = orjson.dumps(_head(seq, "put", collection, id, modified_at) | {"hash": hash})
    return b'%b,"record":%b}\n' % (head[:-1], record_bytes)


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream of bytes into lines, without line ends; blank lines are white space.

    Holds one line at most: of a line over MAX_LINE_BYTES only the beginning is kept, one byte too long, so that
    `decode` refuses it.
    """
    kept = bytearray()
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        if kept and whole:
            whole[0] = bytes(kept + whole[0])
            kept.clear()
        for piece in filter(None, whole):  # millions of empty lines pass at the speed of the splitting
            if line := piece.strip():
                yield line[: MAX_LINE_BYTES + 1]
        kept += rest
        del kept[MAX_LINE_BYTES + 1 :]
    if last := bytes(kept).strip():
        yield last


def decode(line: bytes) -> Line:
    """Read one line of a feed.

    Raises BadLine, whose code is one of: line-too-long, not-json, not-i-json, duplicate-key,
    not-a-change, unknown-collection.
    """
    if len(line) > MAX_LINE_BYTES:
        raise BadLine("line-too-long", f"the line is longer than {MAX_LINE_BYTES} bytes")
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadLine("not-json", f"the line is not JSON: {error}") from error
    if not isinstance(raw, dict):
        raise BadLine("not-a-change", "the line is not a JSON object")
    if holds_nul(line):
        _refuse(raw, "not-i-json", "a text in the line holds a NUL character")
    if (twice := _duplicate_key(line, raw)) is not None:
        _refuse(raw, "duplicate-key", f"the member {twice!r} appears twice in one object")
    try:
        return _put_at_a_glance(raw) or _change(raw)
    except FeedError as error:
        _refuse(raw, "not-a-change", str(error))


def _put_at_a_glance(raw: JSON) -> Put | None:
    """A put whose members are all as they must be, which is nearly every line of a feed; None has `_change` look."""
    get = raw.get
    seq, collection, local_id, digest = get("seq"), get("collection"), get("id"), get("hash")
    record, told = get("record"), get("modified_at")
    modified_at = None if told is None else moment_of(told)
    if (
        get("op") == "put"
        and "end" not in raw
        and type(seq) is int
        and seq >= 0
        and collection in COLLECTIONS
        and type(local_id) is str
        and local_id
        and is_hash(digest)
        and type(record) is dict
        and (told is None or modified_at is not None)
    ):
        return Put(seq, collection, local_id, str(digest), record, modified_at)
    return None


def _change(raw: JSON) -> Line:
    line = Members(raw, "line")
    if raw.get("end") is True:
        return End(seq=line.count("seq"), more=line.flag("more"))
    op, seq, collection, local_id = line.text("op"), line.count("seq"), line.text("collection"), line.text("id")
    if collection not in COLLECTIONS:
        _refuse(raw, "unknown-collection", f"no collection is called {collection!r}")
    modified_at = line.moment("modified_at", None)
    match op:
        case "put":
            return Put(
                seq=seq,
                collection=collection,
                id=local_id,
                hash=line.hash("hash"),
                record=line.object("record"),
                modified_at=modified_at,
            )
        case "delete":
            return Delete(
                seq=seq,
                collection=collection,
                id=local_id,
                modified_at=modified_at,
                reason=line.text("reason", None),
                into=line.text("into", None),
                to=line.object("to", None),
            )
        case "rekey":
            return Rekey(seq=seq, collection=collection, id=local_id, to=line.text("to"))
    raise FeedError(f"line.op: no operation is called {op!r}")


def _duplicate_key(line: bytes, raw: JSON) -> str | None:
    """The name of a member stated twice, which I-JSON forbids and orjson does not see.

    A dict never writes a key twice, so a line that equals its own rewriting has none: that is every line our own
    nodes write. Only the others pay for a second, slower reading.
    """
    try:
        if orjson.dumps(raw) != line.strip():
            json.loads(line, object_pairs_hook=_object_without_duplicates)
    except _Twice as twice:
        return str(twice)
    except (TypeError, RecursionError) as error:
        raise BadLine("not-json", "the line is nested too deeply") from error
    return None


class _Twice(Exception):
    """A key seen twice in one object."""


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> JSON:
    read = dict(pairs)
    if len(read) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return read


def _refuse(raw: JSON, code: str, message: str) -> NoReturn:
    seq = raw.get("seq")
    told = [value if _is_text(value := raw.get(name)) else None for name in ("collection", "id", "hash")]
    raise BadLine(code, message, seq if type(seq) is int else None, *told)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _head(seq: int, op: str, collection: str, local_id: str, modified_at: datetime | None) -> JSON:
    head: JSON = {"seq": seq, "op": op, "collection": collection, "id": local_id}
    return head if modified_at is None else head | {"modified_at": spell_moment(modified_at)}


def _line(members: JSON) -> bytes:
    return orjson.dumps(members) + b"\n"
