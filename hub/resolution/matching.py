"""Matching: lines of any directories in, clusters out, without a hub.

    {"source": "centraider", "id": "A-42", "record": {an actor, its id optional}}
    {"source": "centraider", "id": "A-42", "op": "delete"}

A record is known by `source/id`, a cluster by the first of its records. Of two lines on one record the last stands. A
record that is no valid actor is matched on what it has, and told; a line that says nothing is told and left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from importlib import import_module
from itertools import islice
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from hub.resolution.block import Couples
from hub.resolution.columns import Ints, in_one
from hub.resolution.components import couples_of, ends
from hub.resolution.features import SCHEMA, features, forget, table
from hub.resolution.hashing import Hashes, hashes
from hub.resolution.keeping import Kept
from hub.resolution.model import Weights
from hub.resolution.register import Register, inside, places, revise, scored
from hub.resolution.register import clusters as clusters_of
from hub.resolution.score import BIAS, score
from schemas.canonical import JSON
from schemas.verdict import is_valid

_SCHEMA = "actor/1.0"
_AT_A_TIME = 1_024
_FEW_ASKED = 8 * _AT_A_TIME  # ids up to which it is quicker to look for them in all than to hash all
_PAIRS_AT_A_TIME = 8_192
_PLAIN = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")

CLUSTERS = pa.schema({"record_id": pa.string(), "cluster_id": pa.string()})
PAIRS = pa.schema({"left": pa.string(), "right": pa.string(), "log_odds": pa.float64(), "parts": pa.string()})

Line = tuple[str, int, bytes]  # where it stands (a file's name), its number from 1, and the line


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something about one line that its author should know. message: plain French, with the place in the record."""

    file: str
    line: int
    record_id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one line says.

    record_id: `source/id`, "" when the line says nothing.
    record:    None when it is deleted.
    messages:  why the line says nothing, or what is odd about the record, in French.
    """

    record_id: str
    record: JSON | None
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What was read.

    ids, digests, rows: of the records that are new or changed, each once.
    gone:    the places of those that changed or went, ascending.
    lines:   that said anything; `changed`: of them, those that stated a record.
    broken, odd: what is to be told.
    """

    ids: pa.Array
    digests: Hashes
    rows: pa.Table
    gone: Ints
    lines: int
    changed: int
    broken: Sequence[Told]
    odd: Sequence[Told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run in figures. changed: lines that stated a record; compared: pairs; broken, odd: what is to be told."""

    lines: int
    changed: int
    records: int
    clusters: int
    compared: int
    broken: Sequence[Told]
    odd: Sequence[Told]


def read(lines: Iterable[Line], kept: Kept) -> Night:
    """Read a night's lines against what is kept; what changes nothing is not looked at."""
    reading, waiting = _Reading(_Known(kept)), iter(lines)
    while some := list(islice(waiting, _AT_A_TIME)):
        reading.take(list(reading.heard(some)))
    forget()
    return reading.ended()


def run(night: Night, kept: Kept, weights: Weights, threads: int = 1) -> Kept:
    """What is kept after the night."""
    if not (night.changed or len(night.gone) or kept.is_stale):
        return kept
    if kept.is_stale:
        return _anew(kept, night, weights, threads)
    register = revise(kept.register, night.ids, night.rows, night.gone, weights, threads=threads)
    return replace(kept, register=register, digests=np.concatenate([kept.digests, night.digests]))


def _in_one(tables: list[pa.Table]) -> pa.Table:
    """The rows of tables, which are given away: column by column, so that little is held twice."""
    whole = pa.concat_tables(tables)
    names, columns = whole.column_names, whole.columns
    del whole
    tables.clear()
    for at, column in enumerate(columns):
        columns[at] = in_one(column)
        del column
    pa.default_memory_pool().release_unused()  # what small batches lay in is of no use to the large arrays that follow
    return pa.table(columns, names)


def _anew(kept: Kept, night: Night, weights: Weights, threads: int) -> Kept:
    """A whole run with another model, over the rows that were kept and those of the night."""
    register = kept.register
    places = np.setdiff1d(np.flatnonzero(register.alive), night.gone)
    there = pa.array(places)
    ids = pa.concat_arrays([in_one(register.ids.take(there)), night.ids])
    rows = pa.concat_tables([register.rows.take(there), night.rows])
    nobody = np.zeros(0, np.int64)
    return Kept(
        register=revise(Register.empty(), ids, rows, nobody, weights, threads=threads),
        digests=np.concatenate([kept.digests[places], night.digests]),
        generation=max(kept.segments, default=kept.generation),
    )


def clusters(kept: Kept) -> pa.Table:
    """`record_id`, `cluster_id`, in order of the records' ids."""
    living = np.flatnonzero(kept.register.alive)
    ids = in_one(kept.register.ids)
    found = pa.table(
        {"record_id": ids.take(pa.array(living)), "cluster_id": ids.take(pa.array(kept.register.home[living]))}
    )
    return found.take(pc.sort_indices(found["record_id"]))


def pairs(kept: Kept, weights: Weights) -> Iterator[pa.Table]:
    """Every pair inside a cluster as PAIRS, in order of the records' ids."""
    register, couples = kept.register, inside(kept.register, clusters_of(kept.register))
    ids = in_one(register.ids)
    by_id = np.asarray(pc.sort_indices(ids)).astype(np.int64)
    rank = np.argsort(by_id)
    for some in chunks(couples_of(*(rank[end] for end in ends(couples)))):
        left, right = (by_id[end] for end in ends(some))
        yield told(ids.take(pa.array(left)), ids.take(pa.array(right)), *scored(register, left << 32 | right), weights)


def chunks(couples: Couples) -> Iterator[Couples]:
    """Couples, few enough at a time to be told with all their parts."""
    yield from (couples[start : start + _PAIRS_AT_A_TIME] for start in range(0, len(couples), _PAIRS_AT_A_TIME))


def told(left: pa.Array, right: pa.Array, couples: pa.Table, rows: pa.Table, weights: Weights) -> pa.Table:
    """Pairs as PAIRS; `parts` is a JSON object of measures and log-odds.

    left, right: the ids of each pair.
    couples, rows: the same pairs as `score.score` takes them.
    """
    lines = score(couples, rows, weights)
    parts = [_parts(line, weights) for line in lines.to_pylist()]
    return pa.table({"left": left, "right": right, "log_odds": lines["log_odds"], "parts": parts}, PAIRS)


def as_csv(table: pa.Table) -> bytes:
    """The lines of a table, without its head."""
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink, _PLAIN)
    lines: bytes = sink.getvalue().to_pybytes()
    return lines


class _Known:
    """The living records that are kept, by id: looked for among them all while few were asked for, then by hash."""

    def __init__(self, kept: Kept) -> None:
        self._register = replace(kept.register, ids=pa.chunked_array([in_one(kept.register.ids)]))
        self._digests = kept.digests
        self._asked = 0

    def look_up(self, ids: Sequence[str]) -> tuple[Ints, Hashes]:
        """The place of each id, -1 when it is new, and the digest of what stands there."""
        self._asked += len(ids)
        if not self._register.alive.any():
            return np.full(len(ids), -1), np.zeros(len(ids), np.uint64)
        found = self._by_hash(ids) if self._asked > _FEW_ASKED else self._by_text(ids)
        return found, np.asarray(self._digests)[found]

    def _by_text(self, ids: Sequence[str]) -> Ints:
        once = list(dict.fromkeys(ids))
        found = dict(zip(once, places(self._register, once).tolist(), strict=True))
        return np.array([found[each] for each in ids], dtype=np.int64)

    def _by_hash(self, ids: Sequence[str]) -> Ints:
        known, there = self._hashed
        asked = hashes(pa.array(ids, pa.string()))
        at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return np.where(known[at] == asked, there[at], -1)

    @cached_property
    def _hashed(self) -> tuple[Hashes, Ints]:
        """The hashes of the ids, ascending, and the place of each."""
        living = np.flatnonzero(self._register.alive)
        values = hashes(in_one(self._register.ids))[living]
        order = np.argsort(values)
        return values[order], living[order]


class _Reading:
    """A night that is being read. last: of each record, where its last line stands among those kept; None: nowhere."""

    def __init__(self, known: _Known) -> None:
        self._known = known
        self._ids: list[str] = []
        self._digests: list[int] = []
        self._rows: list[pa.Table] = []
        self._gone: set[int] = set()
        self._last: dict[str, int | None] = {}
        self._broken: list[Told] = []
        self._odd: list[Told] = []
        self._lines = 0

    def heard(self, lines: Iterable[Line]) -> Iterator[Heard]:
        """What lines say, without those that say nothing."""
        for file, number, raw in lines:
            if not raw.strip():
                continue
            self._lines += 1
            said = heard(raw)
            kind = self._odd if said.record_id else self._broken
            kind += [Told(file=file, line=number, record_id=said.record_id, message=each) for each in said.messages]
            if said.record_id:
                yield said

    def take(self, said: list[Heard]) -> None:
        """Add some changes."""
        places, digests = self._known.look_up([each.record_id for each in said])
        rows = []
        for each, place, before in zip(said, places.tolist(), digests.tolist(), strict=True):
            is_known, digest = place >= 0, _digest(each.record)
            if each.record is not None and is_known and digest == before:
                self._last[each.record_id] = None
                self._gone.discard(place)
                continue
            if is_known:
                self._gone.add(place)
            self._last[each.record_id] = None
            if each.record is not None:
                self._last[each.record_id] = len(self._ids)
                self._ids.append(each.record_id)
                self._digests.append(digest)
                rows.append(features("actor", each.record))
        self._rows.append(table(rows))

    def ended(self) -> Night:
        """The night, as arrays: what was held to read it is given away."""
        standing = [at for at, key in enumerate(self._ids) if self._last[key] == at]
        ids, digests = pa.array(self._ids, pa.string()), np.array(self._digests, dtype=np.uint64)
        rows = _in_one(self._rows) if self._rows else SCHEMA.empty_table()
        if len(standing) < len(ids):
            there = pa.array(standing, pa.int64())
            ids, digests, rows = ids.take(there), digests[standing], rows.take(there)
        return Night(
            ids=ids,
            digests=digests,
            rows=rows,
            gone=np.array(sorted(self._gone), dtype=np.int64),
            lines=self._lines,
            changed=len(self._ids),
            broken=self._broken,
            odd=self._odd,
        )


def heard(raw: bytes) -> Heard:
    """What one line says."""
    try:
        line = orjson.loads(raw.rstrip(b"\r\n"))
        record_id, record = _said(line)
    except orjson.JSONDecodeError as error:
        said = f"ligne écartée : ce n'est pas du JSON, à partir du caractère {error.colno} ({error.msg})"
        return Heard(record_id="", record=None, messages=(said,))
    except ValueError as error:
        return Heard(record_id="", record=None, messages=(f"ligne écartée : {error}",))
    messages = () if record is None else tuple(_faults(record, line["id"]))
    return Heard(record_id=record_id, record=record, messages=messages)


def _said(line: Any) -> tuple[str, JSON | None]:
    """The record's id, and the record, None when it is deleted. Raises ValueError."""
    if not isinstance(line, dict):
        raise ValueError("un objet JSON est attendu")
    source, local_id = line.get("source"), line.get("id")
    if not (isinstance(source, str) and isinstance(local_id, str) and source and local_id):
        raise ValueError('« source » et « id » sont attendus, par exemple "source": "centraider", "id": "A-42"')
    if line.get("op") == "delete":
        return f"{source}/{local_id}", None
    if not isinstance(line.get("record"), dict):
        raise ValueError('« record » est attendu, ou "op": "delete"')
    return f"{source}/{local_id}", line["record"]


def _faults(record: JSON, local_id: str) -> Iterator[str]:
    whole = record if "id" in record else record | {"id": local_id}
    if not is_valid(_SCHEMA, whole):
        issues = import_module("schemas.validate").issues(_SCHEMA, whole)  # loaded for those who need it
        yield from (f"{issue.pointer or '/'} : {issue.message}" for issue in issues)


def _digest(record: JSON | None) -> int:
    canonical = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(blake2b(canonical, digest_size=8).digest(), "little")


def _parts(line: dict[str, float], weights: Weights) -> str:
    said = {BIAS: weights.bias} | {name: line[name] for name in weights.weights if line[name]}
    return orjson.dumps(said).decode()
