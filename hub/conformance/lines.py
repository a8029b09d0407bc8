"""Lines of a feed read strictly: what a tolerant reader quarantines or forgives is written down. Pure."""

import json
from collections.abc import Collection, Iterable, Iterator

import orjson

from hub.conformance.ledger import Ledger
from schemas.canonical import NotIJson, canonical, hash_of
from schemas.feed import BadLine, Delete, End, Line, Put, Rekey, decode, lines
from schemas.validate import is_valid

# What a line is refused for, and the check that it breaks.
_CHECK_OF = {
    "line-too-long": "line-size",
    "not-json": "line-json",
    "not-i-json": "line-i-json",
    "duplicate-key": "line-i-json",
    "not-a-change": "line-members",
    "unknown-collection": "line-collection",
}
_EVERY_LINE = ("line-json", "line-i-json", "line-size", "line-members")


class LineReader:
    """Reads answers line by line, and writes down what is wrong with each line.

    collections: the ones that the manifest declares.
    """

    def __init__(self, ledger: Ledger, collections: Collection[str]) -> None:
        self._ledger, self._collections = ledger, collections

    def read(self, chunks: Iterable[bytes], asked: str) -> Iterator[Line | None]:
        """Every line that is not blank; None stands for one that cannot be read."""
        ends = _Ends(chunks)
        for number, raw in enumerate(lines(ends), 1):
            yield self.line(raw, f"{asked}, line {number}")
        if ends.seen:
            self._ledger.expect("line-feed", ends.last == b"\n", f"{asked}: the last line has no line feed")

    def line(self, raw: bytes, where: str) -> Line | None:
        ledger = self._ledger
        try:
            line = decode(raw)
        except BadLine as bad:
            ledger.broken(_check_of(bad, raw), f"{where}: {bad.code}{_at(bad.collection, bad.id)}")
            return None
        for code in _EVERY_LINE:
            ledger.held(code)
        # The record is judged elsewhere, by its own schema.
        if not is_valid("change/1", {**orjson.loads(raw), **({"record": {}} if isinstance(line, Put) else {})}):
            ledger.broken("line-members", f"{where}: does not follow change/1")
        if not isinstance(line, End):
            declared = line.collection in self._collections
            text = f"{where}: collection {line.collection} is not in the manifest"
            ledger.expect("line-collection", declared, text)
        match line:
            case Put() if not self._is_hashed(line, where):
                return None
            case Delete():
                self._reason(line, where)
            case Rekey():
                ledger.expect("rekey-followed", line.to != line.id, f"{where}: {line.id!r} becomes itself")
        return line

    def _is_hashed(self, put: Put, where: str) -> bool:
        """Whether the record has a canonical spelling at all; a wrong hash is written down."""
        self._ledger.held("hash-spelling")
        try:
            stated = hash_of(canonical(put.record))
        except NotIJson as error:
            self._ledger.broken("line-i-json", f"{where}, {put.collection} {put.id}: {type(error).__name__}")
            return False
        told = f"{where}, {put.collection} {put.id}: declared {put.hash[:12]}…, computed {stated[:12]}…"
        self._ledger.expect("hash-content", stated == put.hash, told)
        return True

    def _reason(self, line: Delete, where: str) -> None:
        explained = {"merged": line.into is not None, "moved": _is_destination(line.to)}
        known = line.reason in (None, "withdrawn", "erased") or explained.get(line.reason, False)
        self._ledger.expect("delete-reason", known, f"{where}, {line.collection} {line.id}: not known, or incomplete")


class _Ends:
    """Chunks passed on, with the last byte remembered."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self.last, self.seen = chunks, b"", False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if chunk:
                self.last, self.seen = chunk[-1:], True
            yield chunk


def _check_of(bad: BadLine, raw: bytes) -> str:
    """orjson calls NaN and lone surrogates no JSON; Python's reader knows that they are only no I-JSON."""
    if bad.code == "not-a-change" and ".hash" in bad.message:
        return "hash-spelling"
    if bad.code == "not-json" and _is_loose_json(raw):
        return "line-i-json"
    return _CHECK_OF[bad.code]


def _is_loose_json(raw: bytes) -> bool:
    try:
        json.loads(raw.decode())
    except (ValueError, RecursionError):
        return False
    return True


def _is_destination(to: object) -> bool:
    return isinstance(to, dict) and bool(to.get("network")) and bool(to.get("id"))


def _at(collection: str | None, local_id: str | None) -> str:
    return f" ({collection} {local_id})" if collection and local_id else ""
