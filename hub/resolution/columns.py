"""Rows as numbers: texts become codes and lists flat arrays, so that a batch of pairs is compared without a loop."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Measures = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Lists:
    """A column of lists of texts: row i holds `codes[starts[i]:starts[i + 1]]`, ascending indexes into `texts`."""

    starts: Ints
    codes: Ints
    texts: tuple[str, ...]

    def keys(self, rows: Ints) -> Ints:
        """For each position p of `rows` and each text of that row, p * len(texts) + code; ascending."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        positions = np.repeat(np.arange(len(rows)), sizes)
        within = np.arange(len(positions)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        found = self.codes[np.repeat(self.starts[rows], sizes) + within]
        keys: Ints = positions * max(len(self.texts), 1) + found
        return keys

    def split(self, keys: Ints) -> tuple[Ints, Ints]:
        """The positions and the codes that keys were made of."""
        return np.divmod(keys, max(len(self.texts), 1))

    def sizes(self) -> Ints:
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one Arrow table. Codes of different columns are comparable only when they were read together."""

    rows: pa.Table

    def codes(self, *names: str) -> tuple[Ints, ...]:
        """Each column of texts as numbers, alike texts alike over all of them, -1 for ""."""
        joined = pa.chunked_array([chunk for name in names for chunk in self.rows[name].chunks], pa.string())
        return tuple(np.split(codes_of(joined), len(names)))

    def coded(self, name: str) -> tuple[Ints, list[str]]:
        """A column of texts as numbers, -1 for "", and the text of each number."""
        numbers, known = _encode(self.rows[name])
        return np.where(numbers == known.index(""), -1, numbers) if "" in known else numbers, known

    def texts(self, name: str) -> list[str]:
        found: list[str] = self.rows[name].to_pylist()
        return found

    def numbers(self, name: str) -> Floats:
        return np.asarray(self.rows[name].to_numpy(), dtype=np.float64)

    def lists(self, *names: str) -> tuple[Lists, ...]:
        """Each column of lists, sharing one set of texts."""
        arrays = [in_one(self.rows[name]) for name in names]
        flat = [array.flatten() for array in arrays]
        numbers, texts = _encode(pa.chunked_array(flat, pa.string()))
        parts = np.split(numbers, np.cumsum([len(each) for each in flat])[:-1])
        return tuple(
            Lists(starts, _ascending(starts, codes), tuple(texts))
            for starts, codes in zip(map(_starts, arrays), parts, strict=True)
        )

    def by_text(self, lists: Lists, column: str, weights: str) -> Floats:
        """The weight of each text of `lists`, which is `column` read alone, from a column of weights parallel to it."""
        found = np.zeros(len(lists.texts))
        codes, _ = _encode(pa.chunked_array([in_one(self.rows[column]).flatten()], pa.string()))
        found[codes] = np.asarray(in_one(self.rows[weights]).flatten(), dtype=np.float64)
        return found


def codes_of(texts: pa.ChunkedArray) -> Ints:
    """A number for each text, alike texts alike, -1 for ""."""
    numbers, known = _encode(texts)
    return np.where(numbers == known.index(""), -1, numbers) if "" in known else numbers


def shared(one: Ints, two: Ints) -> Bools:
    """For each of the keys `one`, whether `two` holds it; both ascending."""
    if not len(two):
        return np.zeros(len(one), dtype=bool)
    at = np.minimum(np.searchsorted(two, one), len(two) - 1)
    return np.asarray(two[at] == one)


def tally(positions: Ints, size: int, weights: Floats | None = None) -> Floats:
    """How often, or with what total weight, each of `size` positions occurs."""
    return np.bincount(positions, weights=weights, minlength=size).astype(np.float64)


def _encode(values: pa.ChunkedArray) -> tuple[Ints, list[str]]:
    encoded = in_one(values).dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()


def _starts(lists: pa.ListArray) -> Ints:
    offsets = np.asarray(lists.offsets, dtype=np.int64)
    starts: Ints = offsets - offsets[0]
    return starts


def _ascending(starts: Ints, codes: Ints) -> Ints:
    """The codes of each row in ascending order; a row holds a text once."""
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return codes[np.lexsort((codes, rows))]


def in_one(values: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    combined = values.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        return pa.concat_arrays(combined.chunks) if combined.num_chunks else pa.array([], combined.type)
    return combined
