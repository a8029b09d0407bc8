"""The bytes of one answer, decompressed a little at a time, so that no answer can fill memory or time."""

import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, cast

import httpx
import zstandard

from hub.feeds.errors import CorruptAnswer, SourceUnreachable, SuspiciousRatio, TooLarge, TooSlow, TruncatedAnswer
from hub.feeds.origin import kept
from hub.model.source import Source
from schemas.signing import Digests

ACCEPT_ENCODING = "gzip, zstd"
_CHUNK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 31
# 8 MiB, what RFC 8878 asks decoders to support and RFC 9659 allows on the web.
_ZSTD_WINDOW_BYTES = 8 << 20


@dataclass(slots=True)
class Budget:
    """What is left of a source's byte limit for the whole job."""

    left: int


def decoded(
    source: Source,
    response: httpx.Response,
    budget: Budget,
    signed: Digests | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[bytes]:
    """The decompressed bytes of an answer whose body was not read yet.

    signed: what its bytes as sent must hash to; then none is given out before all have arrived and agree.
    clock:  seconds that only rise, by which its speed is judged.
    A file that is gzip itself (`snapshot.ndjson.gz`) is decompressed too, whether its server says so or not.
    Raises TooLarge, SuspiciousRatio, TooSlow, CorruptAnswer, TruncatedAnswer, SourceUnreachable or UnprovenOrigin.
    """
    wire = _Wire(source, response, clock)
    if signed is None:
        yield from _bounded(source, response, wire, budget)
        return
    with kept(source, wire.chunks(), signed, budget.left) as chunks:
        wire.read_from(chunks)
        yield from _bounded(source, response, wire, budget)


def _bounded(source: Source, response: httpx.Response, wire: "_Wire", budget: Budget) -> Iterator[bytes]:
    limits = source.limits
    produced = 0
    try:
        for chunk in _plain(source, wire, response.headers.get("content-encoding", "identity")):
            produced += len(chunk)
            budget.left -= len(chunk)
            if budget.left < 0:
                raise TooLarge(source.name, f"more than {limits.max_body_bytes} bytes in one visit")
            if produced > max(limits.ratio_grace_bytes, limits.max_ratio * wire.received):
                raise SuspiciousRatio(source.name, f"{wire.received} bytes grew over {limits.max_ratio} times")
            yield chunk
    except EOFError as error:
        raise TruncatedAnswer(source.name, "the compressed answer was cut off") from error
    except (zlib.error, zstandard.ZstdError) as error:
        raise CorruptAnswer(source.name, f"the answer cannot be decompressed: {error}") from error


def _plain(source: Source, wire: "_Wire", encoding: str) -> Iterator[bytes]:
    match encoding.strip().lower():
        case "identity" | "":
            chunks = wire.chunks()
        case "gzip" | "x-gzip":
            chunks = _gunzipped(wire.chunks())
        case "zstd":
            chunks = _unzstd(wire)
        case other:
            raise CorruptAnswer(source.name, f"the answer is encoded as {other!r}, which was not asked for")
    first = next(chunks, b"")
    whole = chain([first], chunks)
    return _gunzipped(whole) if first.startswith(_GZIP_MAGIC) else whole


def _gunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Raises EOFError when the stream ends inside a member."""
    member = zlib.decompressobj(_GZIP_WBITS)
    for chunk in chunks:
        rest = chunk
        while rest:
            if member.eof:
                member = zlib.decompressobj(_GZIP_WBITS)
            yield member.decompress(rest, _CHUNK_BYTES)
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise EOFError


def _unzstd(wire: "_Wire") -> Iterator[bytes]:
    """A frame cut off ends quietly here: whoever reads the lines misses the end line."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    with decompressor.stream_reader(cast("IO[bytes]", wire), read_across_frames=True) as reader:
        while chunk := reader.read(_CHUNK_BYTES):
            yield chunk


class _Wire:
    """The bytes as they arrive: counted, and given up when they come too slowly."""

    def __init__(self, source: Source, response: httpx.Response, clock: Callable[[], float]) -> None:
        self._source, self._raw, self._clock = source, response.iter_raw(), clock
        self._since, self._counted = clock(), 0
        self.received = 0
        self._kept: Iterator[bytes] | None = None

    def chunks(self) -> Iterator[bytes]:
        return iter(self.read, b"")

    def read_from(self, chunks: Iterator[bytes]) -> None:
        """Give out bytes that arrived before, instead of waiting for more."""
        self._kept = chunks

    def read(self, _: int = -1) -> bytes:
        """The next chunk, whatever size was asked for; empty at the end."""
        if self._kept is not None:
            return next(self._kept, b"")
        try:
            chunk = next(self._raw, b"")
        except httpx.TimeoutException as error:
            raise TooSlow(self._source.name, f"nothing came for {self._source.limits.timeout_s:g} s") from error
        except httpx.TransportError as error:
            raise SourceUnreachable(self._source.name, f"the connection broke: {error}") from error
        self.received += len(chunk)
        self._check_rate(len(chunk))
        return chunk

    def _check_rate(self, arrived: int) -> None:
        limits = self._source.limits
        self._counted += arrived
        elapsed = self._clock() - self._since
        if elapsed < limits.slow_after_s:
            return
        if self._counted < limits.min_rate * elapsed:
            raise TooSlow(self._source.name, f"under {limits.min_rate} bytes a second for {elapsed:.0f} s")
        self._since, self._counted = self._clock(), 0
