"""Rows as numbers: texts become codes and lists flat arrays, so that a batch of pairs is compared without a loop."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Measures = Mapping[str, Floats]

_Made = TypeVar("_Made")


class Texts(Sequence[str]):
    """The different texts of a column, made into strings when one is read, and what is often asked of each of them."""

    def __init__(self, texts: pa.Array) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        return self._read[at]

    def at(self, codes: Ints | Codes) -> list[str]:
        """The texts of some codes."""
        return list(map(self._read.__getitem__, codes.tolist()))

    @cached_property
    def _read(self) -> list[str]:
        read: list[str] = self._texts.to_pylist()
        return read

    @cached_property
    def lengths(self) -> Codes:
        return np.asarray(pc.utf8_length(self._texts), dtype=np.int32)

    def beginnings(self, letters: int) -> Codes:
        """A number for the first letters of each text, alike beginnings alike."""
        return codes_of(pa.chunked_array([pc.utf8_slice_codeunits(self._texts, 0, letters)], pa.string()))

    @cached_property
    def ends(self) -> tuple[Codes, Codes]:
        """The code points of the first and of the last letter, 0 for ""."""
        first, last = pc.utf8_slice_codeunits(self._texts, 0, 1), pc.utf8_slice_codeunits(self._texts, -1)
        return _points(first), _points(last)


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts: a code for each row, -1 for "", and the text of each code."""

    codes: Codes
    texts: Texts


@dataclass(frozen=True)
class Lists:
    """A column of lists of texts: row i holds `codes[starts[i]:starts[i + 1]]`, ascending indexes into `texts`."""

    starts: Codes
    codes: Codes
    texts: Texts

    @cached_property
    def sizes(self) -> Codes:
        return np.diff(self.starts)

    def keys(self, rows: Ints) -> Ints:
        """For each position p of `rows` and each text of that row, p * len(texts) + code; ascending."""
        sizes = self.sizes[rows]
        positions = np.repeat(np.arange(len(rows)), sizes)
        within = np.arange(len(positions)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        found = self.codes[np.repeat(self.starts[rows], sizes) + within]
        keys: Ints = positions * max(len(self.texts), 1) + found
        return keys

    def split(self, keys: Ints) -> tuple[Ints, Ints]:
        """The positions and the codes that keys were made of."""
        return np.divmod(keys, max(len(self.texts), 1))


class Columns:
    """The columns of one Arrow table, each read once. Codes of different columns compare only when read together."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows
        self._codes: dict[tuple[str, ...], tuple[Codes, ...]] = {}
        self._coded: dict[str, Coded] = {}
        self._lists: dict[tuple[str, ...], tuple[Lists, ...]] = {}
        self._numbers: dict[str, Floats] = {}
        self._weights: dict[str, Floats] = {}
        self._beginnings: dict[str, Codes] = {}
        self._made: dict[str, Any] = {}

    def codes(self, *names: str) -> tuple[Codes, ...]:
        """Each column of texts as numbers, alike texts alike over all of them, -1 for ""."""
        if names not in self._codes:
            joined = pa.chunked_array([chunk for name in names for chunk in self.rows[name].chunks], pa.string())
            self._codes[names] = tuple(np.split(codes_of(joined), len(names)))
        return self._codes[names]

    def coded(self, name: str) -> Coded:
        """A column of texts with the text of each code."""
        if name not in self._coded:
            codes, texts = _encode(self.rows[name])
            self._coded[name] = Coded(_without_empty(codes, texts), Texts(texts))
        return self._coded[name]

    def beginnings(self, name: str, letters: int) -> Codes:
        """For each text of a column of texts or lists, a number for its first letters; the same for the same name."""
        if name not in self._beginnings:
            texts = self.coded(name).texts if name in self._coded else self.lists(name)[0].texts
            self._beginnings[name] = texts.beginnings(letters)
        return self._beginnings[name]

    def is_one_of(self, name: str, values: Collection[str]) -> Bools:
        """For each row, whether a column of texts holds one of some values."""

        def found() -> Bools:
            coded = self.coded(name)
            return np.isin(coded.codes, [code for code, text in enumerate(coded.texts) if text in values])

        return self.once(f"{name} of {sorted(values)}", found)

    def once(self, name: str, make: Callable[[], _Made]) -> _Made:
        """What is made of all rows is made once, whatever the number of batches."""
        if name not in self._made:
            self._made[name] = make()
        made: _Made = self._made[name]
        return made

    def numbers(self, name: str) -> Floats:
        if name not in self._numbers:
            self._numbers[name] = np.asarray(self.rows[name].to_numpy(), dtype=np.float64)
        return self._numbers[name]

    def lists(self, *names: str) -> tuple[Lists, ...]:
        """Each column of lists, sharing one set of texts."""
        if names not in self._lists:
            arrays = [in_one(self.rows[name]) for name in names]
            flat = [array.flatten() for array in arrays]
            numbers, texts = _encode(pa.chunked_array(flat, pa.string()))
            known = Texts(texts)
            parts = np.split(numbers, np.cumsum([len(each) for each in flat])[:-1])
            self._lists[names] = tuple(
                Lists(starts, _ascending(starts, codes), known)
                for starts, codes in zip(map(_starts, arrays), parts, strict=True)
            )
        return self._lists[names]

    def weights_of(self, name: str, weights: str) -> Floats:
        """The weight of each text of a column of lists read alone, from a column of weights parallel to it."""
        if name not in self._weights:
            (lists,) = self.lists(name)
            codes, _ = _encode(pa.chunked_array([in_one(self.rows[name]).flatten()], pa.string()))
            found = np.zeros(len(lists.texts))
            found[codes] = np.asarray(in_one(self.rows[weights]).flatten(), dtype=np.float64)
            self._weights[name] = found
        return self._weights[name]


def _points(letters: pa.Array) -> Codes:
    """The code point of each text of one letter, 0 for ""."""
    encoded = letters.dictionary_encode()
    points = np.array([ord(letter) if letter else 0 for letter in encoded.dictionary.to_pylist()], dtype=np.int32)
    found: Codes = points[encoded.indices.to_numpy(zero_copy_only=False)]
    return found


def codes_of(texts: pa.ChunkedArray) -> Codes:
    """A number for each text, alike texts alike, -1 for ""."""
    return _without_empty(*_encode(texts))


def shared(one: NDArray[Any], two: NDArray[Any]) -> Bools:
    """For each of the keys `one`, whether `two` holds it; `two` ascending, and best `one` too."""
    if not len(two):
        return np.zeros(len(one), dtype=bool)
    at = np.minimum(np.searchsorted(two, one), len(two) - 1)
    return np.asarray(two[at] == one)


def in_common(one: Lists, two: Lists, left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """The texts that the left row's list of `one` and the right row's of `two` both hold: pair and code of each."""
    asked = np.flatnonzero((one.sizes[left] > 0) & (two.sizes[right] > 0))
    ours = one.keys(left[asked])
    positions, codes = one.split(ours[shared(ours, two.keys(right[asked]))])
    return asked[positions], codes


def tally(positions: Ints, size: int, weights: Floats | None = None) -> Floats:
    """How often, or with what total weight, each of `size` positions occurs."""
    return np.bincount(positions, weights=weights, minlength=size).astype(np.float64)


def _encode(values: pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    encoded = in_one(values).dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary


def _without_empty(codes: Codes, texts: pa.Array) -> Codes:
    empty = texts.index("").as_py()
    return np.where(codes == empty, np.int32(-1), codes) if empty >= 0 else codes


def _starts(lists: pa.ListArray) -> Codes:
    offsets = np.asarray(lists.offsets)
    starts: Codes = offsets - offsets[0]
    return starts


def _ascending(starts: Codes, codes: Codes) -> Codes:
    """The codes of each row in ascending order; a row holds a text once."""
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return codes[np.lexsort((codes, rows))]


def in_one(values: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    combined = values.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        return pa.concat_arrays(combined.chunks) if combined.num_chunks else pa.array([], combined.type)
    return combined
