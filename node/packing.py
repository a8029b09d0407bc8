"""Streams of lines packed small. The same lines give the same bytes: no time, no name, one level."""

import zlib
from collections.abc import Iterable, Iterator

from zstandard import ZstdCompressor

_GZIP_LEVEL = 4
_ZSTD_LEVEL = 3
_GZIP_FORMAT = 31  # zlib's wbits for a gzip header, written with a time of zero


def gzipped(lines: Iterable[bytes]) -> Iterator[bytes]:
    compressor = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_FORMAT)
    for line in lines:
        yield compressor.compress(line)
    yield compressor.flush()


def zstd(lines: Iterable[bytes]) -> Iterator[bytes]:
    compressor = ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
    for line in lines:
        yield compressor.compress(line)
    yield compressor.flush()
