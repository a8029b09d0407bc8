"""Keys: the reasons to look at two records together. Records that share a key are compared, if they are few enough.

A key is a 64-bit hash of a kind of reason and a value: an identifier, a contact, a name, a rare word, two words, a word
in a place. `block.py` joins on them; another engine that joins on the same table (`record`,
`key`) finds the same pairs.
The keys of a row hang on the row and its weights alone.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hub.resolution.columns import Floats, Ints, in_one
from hub.resolution.hashing import Hashes, hash_of, hashes, joined

RARE = 5.5  # weight from which one word alone is a reason to compare: one name in 250 at most
TOGETHER = 6.5  # weight from which two words are one
WIDELY_TELLING = 4.5  # the same with a département
TELLING = 2.5  # weight from which a word counts together with a place
_MOST_WORDS = 5  # the rarest words of a name, which are paired with one another
_LONG_INITIALS = 5  # letters from which initials alone are a reason
_ENDS = 4  # letters at either end of a rare word that survive a slip elsewhere
_PUBLIC = ("departement", "region")
_RANGES, _BELOW = 16, np.uint64(60)  # ranges of keys: by their first four bits; and the bits below these
_ROWS_AT_A_TIME = 1 << 12  # what bounds memory, and stays in the processor's cache

Records = NDArray[np.int32]
Entries = tuple[Records, Hashes]  # record numbers, ascending, and a hash for each

_ALONE = ("siren", "rna", "uai", "ror", "email", "phone", "begun")
_LISTED = {"other_ids": "id", "match_keys": "key", "names": "name", "heads": "head", "acronyms": "acronym"}


def keys(rows: pa.Table) -> Entries:
    """Every key of every row, each once, in order of key, then of record.

    rows: the columns of `features.SCHEMA` and `weights` of `rarity.add_rarity`. Records are row numbers.
    """
    ranges = _Ranges()
    for start in range(0, len(rows), _ROWS_AT_A_TIME):
        ranges.add(*_of_rows(rows.slice(start, _ROWS_AT_A_TIME), start))
    return ranges.merged()


def _of_rows(rows: pa.Table, first: int) -> Entries:
    """The keys of a few rows, each once, in the order of `keys`. first: the number of the first of them."""
    parts = [(records, joined(hash_of(kind), values)) for kind, (records, values) in _reasons(rows)]
    records, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    records, values = _once(records, values, np.lexsort((records, values)))
    return records + np.int32(first), values


class _Ranges:
    """Entries by ranges of their values, so that each is given away once it is in order: little is held twice."""

    def __init__(self) -> None:
        self._parts: list[list[Entries]] = [[] for _ in range(_RANGES)]
        self._size = 0

    def add(self, records: Records, values: Hashes) -> None:
        """Add entries that are in order themselves, of later records than those before."""
        edges = np.searchsorted(values, np.arange(1, _RANGES, dtype=np.uint64) << _BELOW)
        cuts = (np.split(each, edges) for each in (records, values))
        for parts, record, value in zip(self._parts, *cuts, strict=True):
            parts.append((record.copy(), value.copy()))
        self._size += len(records)

    def merged(self) -> Entries:
        """All of them in order of value, then of record; the parts are given away."""
        records, values = np.empty(self._size, np.int32), np.empty(self._size, np.uint64)
        end = 0
        for parts in self._parts:
            if not parts:
                continue
            record, value = (np.concatenate(each) for each in zip(*parts, strict=True))
            parts.clear()
            order = np.argsort(value, kind="stable")
            start, end = end, end + len(order)
            records[start:end], values[start:end] = record[order], value[order]
        return records, values


def _reasons(rows: pa.Table) -> Iterator[tuple[str, Entries]]:
    columns = _Hashed(rows)
    for name in _ALONE:
        yield name, columns.said(name)
    for name, kind in _LISTED.items():
        yield kind, columns.listed(name)
    yield "web", columns.said("website")
    yield "web", columns.said("mail_domain")
    yield "whole", _with(columns.said("whole"), columns.value("department"))
    areas = columns.places("c", "commune", "named_commune", "t", "town", "p", "postcode")
    wide = columns.places("d", "department", "named_department")
    yield "street", _crossed(columns.said("street"), areas)
    yield "kind", _crossed(columns.said("kind"), areas)
    yield "national", _crossed(columns.said("national"), wide)
    yield from _public(columns)
    yield from _acronyms(columns, areas)
    yield from _words(columns, areas, wide)
    owners, values = columns.said("owner")
    years = hashes(pc.utf8_slice_codeunits(in_one(rows["starts"]), 0, 4))
    yield "owner", (owners, joined(values, years[owners]))


def _public(columns: "_Hashed") -> Iterator[tuple[str, Entries]]:
    """A département or a region by its place, said in the name or by the seat."""
    kinds = columns.said("kind")
    is_public = np.isin(kinds[1], [hash_of(kind) for kind in _PUBLIC])
    public = (kinds[0][is_public], kinds[1][is_public])
    yield "kind", _crossed(public, columns.places("d", "department"))
    yield "kind", _crossed(public, columns.places("named", "named_department", "named_region"))


def _acronyms(columns: "_Hashed", areas: Entries) -> Iterator[tuple[str, Entries]]:
    texts = in_one(columns.rows["initials"]).flatten()
    records, values = columns.listed("initials")
    is_long = np.asarray(pc.utf8_length(texts)) >= _LONG_INITIALS
    yield "acronym", (records[is_long], values[is_long])
    yield "acronym-at", _crossed(_merged(columns.listed("acronyms"), (records, values)), areas)


def _words(columns: "_Hashed", areas: Entries, wide: Entries) -> Iterator[tuple[str, Entries]]:
    records, words = columns.listed("core")
    weights = np.asarray(in_one(columns.rows["weights"]).flatten())
    rare, telling, wide_telling = weights >= RARE, weights >= TELLING, weights >= WIDELY_TELLING
    yield "word", (records[rare], words[rare])
    order = np.lexsort((words, -weights, records))
    ranked = records[order]
    rank = np.arange(len(ranked)) - np.searchsorted(ranked, ranked)
    top = order[rank < _MOST_WORDS]
    top = top[np.argsort(records[top], kind="stable")]
    yield "words", _paired((records[top], words[top]), weights[top])
    yield "at", _crossed((records[telling], words[telling]), areas)
    yield "at", _crossed((records[wide_telling], words[wide_telling]), wide)
    texts = in_one(columns.rows["core"]).flatten()
    long = rare & (np.asarray(pc.utf8_length(texts)) > _ENDS)
    texts, records = texts.filter(pa.array(long)), records[long]
    for part in (pc.utf8_slice_codeunits(texts, 0, _ENDS), pc.utf8_slice_codeunits(texts, -_ENDS)):
        yield "near", _crossed((records, hashes(part)), areas)


class _Hashed:
    """The columns of a table as hashes, each read once."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows
        self._values: dict[str, Hashes] = {}
        self._none = hash_of("")

    def value(self, name: str) -> Hashes:
        if name not in self._values:
            self._values[name] = hashes(in_one(self.rows[name]))
        return self._values[name]

    def said(self, name: str) -> Entries:
        """The rows that say it, and what."""
        values = self.value(name)
        records = np.flatnonzero(values != self._none).astype(np.int32)
        return records, values[records]

    def listed(self, name: str) -> Entries:
        """Every text of a column of lists, under its row."""
        lists = in_one(self.rows[name])
        sizes = np.diff(np.asarray(lists.offsets))
        return np.repeat(np.arange(len(lists), dtype=np.int32), sizes), hashes(lists.flatten())

    def places(self, *levels_and_names: str) -> Entries:
        """The places of columns, each once a row; a one-letter or unknown name is the level of those after it."""
        found: Entries = (np.zeros(0, np.int32), np.zeros(0, np.uint64))
        level = np.uint64(0)
        for name in levels_and_names:
            if name not in self.rows.column_names:
                level = hash_of(name)
                continue
            records, values = self.said(name)
            found = _merged(found, (records, joined(level, values)))
        return found


def _with(entries: Entries, column: Hashes) -> Entries:
    return entries[0], joined(entries[1], column[entries[0]])


def _merged(one: Entries, two: Entries) -> Entries:
    """Both, in order of records, each entry once."""
    records, values = np.concatenate([one[0], two[0]]), np.concatenate([one[1], two[1]])
    return _once(records, values, np.lexsort((values, records)))


def _once(records: Records, values: Hashes, order: Ints) -> Entries:
    """Entries in an order that brings the same ones together, each once."""
    records, values = records[order], values[order]
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (records[1:] != records[:-1]) | (values[1:] != values[:-1])
    return records[is_new], values[is_new]


def _crossed(one: Entries, two: Entries) -> Entries:
    """Every entry of one with every entry of the other that is of the same record."""
    starts = np.searchsorted(two[0], one[0])
    counts = np.searchsorted(two[0], one[0], side="right") - starts
    mine = np.repeat(np.arange(len(one[0])), counts)
    theirs = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts, counts)
    return one[0][mine], joined(one[1][mine], two[1][theirs])


def _paired(entries: Entries, weights: Floats) -> Entries:
    """Every two entries of one record that weigh enough together, whichever comes first."""
    records, values = entries
    starts = np.searchsorted(records, records)
    counts = np.arange(len(records)) - starts
    mine = np.repeat(np.arange(len(records)), counts)
    theirs = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts, counts)
    enough = weights[mine] + weights[theirs] >= TOGETHER
    mine, theirs = mine[enough], theirs[enough]
    a, b = values[mine], values[theirs]
    return records[mine], joined(np.minimum(a, b), np.maximum(a, b))
