"""Content codings undone strictly: a stream that ends early, or goes on after its end, is an error. Pure."""

import zlib
from collections.abc import Iterator
from itertools import chain

import zstandard

_GZIP_WBITS = 31
_BLOCK_BYTES = 1 << 16
# 8 MiB, what RFC 9659 allows on the web.
_ZSTD_WINDOW_BYTES = 8 << 20
# A frame gives all it has for the bytes it is fed, up to 32,000 times as many: it is fed little.
_ZSTD_FED_BYTES = 1 << 10
GZIP_MAGIC = b"\x1f\x8b"


class Undecodable(Exception):
    """The bytes are not what their coding says."""


def decoded(chunks: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Raises Undecodable."""
    match coding:
        case "identity":
            yield from chunks
        case "gzip" | "x-gzip":
            yield from gunzipped(chunks)
        case "zstd":
            yield from _unzstd(chunks)
        case other:
            raise Undecodable(f"the coding {other[:40]!r} was not asked for")


def gunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """One gzip file, or several one after the other (RFC 1952). Raises Undecodable."""
    member = zlib.decompressobj(_GZIP_WBITS)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if member.eof:
                    member = zlib.decompressobj(_GZIP_WBITS)
                yield member.decompress(rest, _BLOCK_BYTES)
                rest = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise Undecodable(f"not gzip: {error}") from error
    if not member.eof:
        raise Undecodable("the gzip stream was cut off")


def unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of a gzip file; anything else as it is. Raises Undecodable."""
    first = next(chunks, b"")
    whole = chain([first], chunks)
    return gunzipped(whole) if first.startswith(GZIP_MAGIC) else whole


def _unzstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    frame = decompressor.decompressobj()
    try:
        for chunk in chunks:
            for start in range(0, len(chunk), _ZSTD_FED_BYTES):
                rest = chunk[start : start + _ZSTD_FED_BYTES]
                while rest:
                    if frame.eof:
                        frame = decompressor.decompressobj()
                    yield frame.decompress(rest)
                    rest = frame.unused_data if frame.eof else b""
    except zstandard.ZstdError as error:
        raise Undecodable(f"not zstd: {error}") from error
    if not frame.eof:
        raise Undecodable("the zstd stream was cut off")
