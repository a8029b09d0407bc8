"""Hashes of texts, one array at a time: 64 bits, the same on every machine and in every run.

A polynomial over the UTF-8 bytes, scrambled by the finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014). Not for
secrets: a key of blocking that two texts shared by chance would only propose a pair too many.
"""

from functools import cache, lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MOST_BYTES = 1 << 16  # longer texts are hashed by their beginning
_AT_A_TIME = 1 << 9  # texts: what bounds memory, and stays in the processor's cache


def hashes(texts: pa.Array) -> Hashes:
    """The hash of each text of a string array without nulls."""
    parts = [_hashes(texts.slice(start, _AT_A_TIME)) for start in range(0, len(texts), _AT_A_TIME)]
    return np.concatenate(parts) if parts else np.zeros(0, np.uint64)


def _hashes(texts: pa.Array) -> Hashes:
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    starts = offsets[:-1].astype(np.int64)
    lengths = np.minimum(np.diff(offsets), _MOST_BYTES).astype(np.int64)
    data = texts.buffers()[2]
    if data is None or not lengths.sum():
        return scramble(lengths.astype(np.uint64))
    ends = np.cumsum(lengths)
    within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
    letters = np.frombuffer(data, dtype=np.uint8)[np.repeat(starts, lengths) + within]
    weighed = (letters.astype(np.uint64) + np.uint64(1)) * _powers()[within]
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(weighed, dtype=np.uint64)])
    return scramble(total[ends] - total[ends - lengths] + lengths.astype(np.uint64))


def scramble(values: Hashes) -> Hashes:
    """Every bit of the result hangs on every bit of the value."""
    mixed = values + _BASE
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


@lru_cache(maxsize=256)
def hash_of(text: str) -> np.uint64:
    """The hash of one text."""
    return np.uint64(hashes(pa.array([text], pa.string()))[0])


def joined(*parts: Hashes | np.uint64) -> Hashes:
    """One hash for each row of several."""
    found = np.asarray(parts[0], dtype=np.uint64)
    for part in parts[1:]:
        found = scramble(found * _BASE + np.asarray(part, dtype=np.uint64))
    return found


@cache
def _powers() -> Hashes:
    with np.errstate(over="ignore"):
        return np.cumprod(np.full(_MOST_BYTES, _BASE | np.uint64(1), dtype=np.uint64), dtype=np.uint64)
