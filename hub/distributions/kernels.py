"""What is done to a column of texts at once, by Arrow; Python sees only the few that are unlike the rest."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

_ESCAPED, _ESCAPES = r'["\\\x00-\x1f]', bytes([*range(0x20), *b'"\\'])
Column = Any  # an Arrow array of texts, in one chunk; pyarrow has no types


def respelt(texts: Column, pattern: str, how: Callable[[str], str], among: bytes = b"") -> Column:
    """The texts, those in which RE2 finds a pattern told by `how` instead.

    among: bytes of which every match holds one; a column without them is not searched text by text.
    """
    if texts.null_count == len(texts) or (among and not _holds(texts, among)):
        return texts
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return respelt_where(texts, found, how)


def respelt_where(texts: Column, found: Any, how: Callable[[str], str]) -> Column:
    """The texts, those marked by `found` told by `how` instead."""
    told = [how(text) for text in texts.filter(found).to_pylist()]
    return pc.replace_with_mask(texts, found, pa.array(told, pa.string())) if told else texts


def quoted(texts: Column) -> Column:
    """Texts as JSON, quotes and all; N-Triples and Turtle spell them so too."""
    return wrapped('"', respelt(texts, _ESCAPED, lambda text: orjson.dumps(text)[1:-1].decode(), _ESCAPES), '"')


def coded(texts: Column, how: Callable[[str], str | None]) -> Column:
    """What `how` makes of each text, asked once for each that differs: for columns of a few codes."""
    found = texts.dictionary_encode()
    return pa.array([how(text) for text in found.dictionary.to_pylist()], pa.string()).take(found.indices)


def wrapped(before: str, texts: Column, after: str) -> Column:
    """Each text between two others; null stays null."""
    return pc.binary_join_element_wise(before, texts, after, "")


def beside(*parts: Any, joint: str = "") -> Column:
    """The texts of each row one after the other; null is no text, and takes no joint."""
    return pc.binary_join_element_wise(*parts, joint, null_handling="skip")


def as_list(values: Column, rows: Any, count: int) -> Any:
    """Values as one list for each of `count` rows. rows: of each value, in order."""
    return pa.ListArray.from_arrays(pa.array(np.searchsorted(rows, np.arange(count + 1)), pa.int32()), values)


def rows_of(lists: Any) -> Any:
    """The row of each value of a column of lists, as numpy has it."""
    return pc.list_parent_indices(lists).to_numpy()


def inside(lists: Any, how: Callable[[Column], Column]) -> Any:
    """Lists whose values are made of those of others, all at once; a list that is null becomes one of no values."""
    return pa.ListArray.from_arrays(lists.offsets, how(lists.values))


def joined(lists: Any, joint: str) -> Column:
    """The texts of each list as one; null where there are none."""
    return pc.if_else(pc.greater(pc.fill_null(pc.list_value_length(lists), 0), 0), pc.binary_join(lists, joint), None)


def data(texts: Column) -> memoryview:
    """The bytes of all texts, one after the other."""
    if not len(texts):
        return memoryview(b"")
    _, offsets, held = texts.buffers()
    first, last = np.frombuffer(offsets, np.int32)[[texts.offset, texts.offset + len(texts)]]
    return memoryview(held or b"")[first:last]


def _holds(texts: Column, characters: bytes) -> bool:
    """Whether one of some bytes may be in one of the texts."""
    held = bytes(data(texts))
    return any(character in held for character in characters)


def either(characters: str) -> str:
    """The pattern of any one of some ASCII characters."""
    return f"[{re.escape(characters)}]"
