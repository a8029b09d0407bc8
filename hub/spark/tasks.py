"""Tasks: what Spark's workers do with batches of Arrow. Nothing here knows Spark.

A row travels as `row`, a struct of the columns of `features.SCHEMA`, beside its `id`; rarity is added where it is
needed. A pair is `one` < `two`, ids.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hub.resolution.block import Couples, distinct
from hub.resolution.columns import Columns, Ints, in_one
from hub.resolution.components import couples_of, ends, every_couple, labels
from hub.resolution.features import SCHEMA, features, table
from hub.resolution.grouping import Evidence, homes
from hub.resolution.keys import keys
from hub.resolution.matching import PAIRS, as_csv, chunks, heard, told
from hub.resolution.model import Weights
from hub.resolution.score import likely, log_odds
from hub.spark import base as counting
from hub.spark.base import Base, signed

Batches = Iterator[pa.RecordBatch]

LINES = pa.schema(
    [
        ("given", pa.int64()),
        ("file", pa.string()),
        ("block", pa.int64()),
        ("at", pa.int64()),
        ("id", pa.string()),
        ("is_record", pa.bool_()),
        ("messages", pa.list_(pa.string())),
        ("row", pa.struct(list(SCHEMA))),
    ]
)
"""given, file, block: which argument, file and part of it; at: the line's number in that part, from 0."""
KEYS = pa.schema({"id": pa.string(), "key": pa.int64()})
TIES = pa.schema({"one": pa.string(), "two": pa.string()})
TEAMS = pa.schema({"id": pa.string(), "team": pa.int64(), "size": pa.int64(), "bucket": pa.int64()})
PLACED = pa.unify_schemas([pa.schema({"id": pa.string(), "cluster_id": pa.string()}), PAIRS])
CSV = pa.schema({"lines": pa.binary()})


def read(batches: Batches) -> Batches:
    """Lines (`given`, `file`, `block`, `value`) as LINES, in their order; blank ones are counted and left out."""
    seen: Counter[tuple[int, str, int]] = Counter()
    for batch in batches:
        places, said = [], []
        for *part, raw in zip(*(batch[name].to_pylist() for name in ("given", "file", "block", "value")), strict=True):
            at = seen[tuple(part)]
            seen[tuple(part)] += 1
            if raw.strip():
                places.append((*part, at))
                said.append(heard(raw))
        rows = table(features("actor", each.record or {}) for each in said)
        beside = {name: [place[at] for place in places] for at, name in enumerate(("given", "file", "block", "at"))}
        beside |= {
            "id": [each.record_id for each in said],
            "is_record": [each.record is not None for each in said],
            "messages": [list(each.messages) for each in said],
        }
        yield from pa.table(beside | {"row": rows.to_struct_array()}, LINES).to_batches()


def facts(batches: Batches) -> Batches:
    """Rows as what is to be counted of them."""
    for batch in batches:
        yield from counting.facts(_rows(batch["row"])).to_batches()


def keyed(batches: Batches, base: Base) -> Batches:
    """Rows as their keys."""
    for batch in batches:
        records, values = keys(base.added_to(_rows(batch["row"])))
        yield pa.record_batch([batch["id"].take(pa.array(records)), signed(values)], schema=KEYS)


def tied(batches: Batches, base: Base, weights: Weights) -> Batches:
    """Of pairs with the row of each side (`row_one`, `row_two`), those that are likely one."""
    for batch in batches:
        ids = pa.concat_arrays([batch["one"], batch["two"]]).dictionary_encode().indices.to_numpy()
        _, first = np.unique(ids, return_index=True)
        rows = pa.concat_tables([_rows(batch["row_one"]), _rows(batch["row_two"])]).take(pa.array(first))
        left, right = np.split(ids.astype(np.int32), 2)
        found = likely(Columns(base.added_to(rows.combine_chunks())), left, right, weights)
        yield batch.select(TIES.names).filter(pa.array(found)).cast(TIES)


def teams(ties: pa.Table, together: int) -> pa.Table:
    """The components that ties make, as TEAMS; a bucket holds whole teams of some `together` records at least."""
    names = pa.chunked_array([*ties["one"].chunks, *ties["two"].chunks], pa.string())
    encoded = in_one(names).dictionary_encode()
    left, right = np.split(encoded.indices.to_numpy(), 2)
    label = labels(len(encoded.dictionary), couples_of(left, right))
    sizes = np.bincount(label, minlength=1)
    buckets = np.cumsum(sizes) // together
    columns = encoded.dictionary, *(pa.array(each, pa.int64()) for each in (label, sizes[label], buckets[label]))
    return pa.table(list(columns), schema=TEAMS)


def placed(members: pa.Table, proposed: pa.Table, base: Base, weights: Weights, *, with_pairs: bool) -> pa.Table:
    """Rows of whole components (`id`, `row`, `team`) as PLACED: the cluster of each, and the pairs inside clusters.

    proposed: the candidates inside components of more than MOST_IN_GROUP.
    """
    members = members.take(pc.sort_indices(members["id"]))
    ids = in_one(members["id"])
    rows = base.added_to(_rows(in_one(members["row"])))
    named = (pc.index_in(proposed[end], value_set=ids).to_numpy() for end in TIES.names)
    candidates = couples_of(*named)
    components = _groups(members["team"].to_numpy())
    inside = _inside(components, candidates)
    left, right = (end.astype(np.int32) for end in ends(inside))
    worth = log_odds(Columns(rows), left, right, weights)
    nobody = np.zeros(0, np.int64)
    evidence = Evidence(couples=inside, log_odds=worth, same=nobody, different=nobody)
    home = homes(np.arange(len(ids)), components, evidence, weights.unscored)
    found = [pa.table({"id": ids, "cluster_id": ids.take(pa.array(home))})]
    one, two = ends(candidates)
    alike = _inside(_groups(home), candidates[home[one] == home[two]]) if with_pairs else nobody
    for some in chunks(alike):
        one, two = (pa.array(end) for end in ends(some))
        found.append(told(ids.take(one), ids.take(two), pa.table({"left": one, "right": two}), rows, weights))
    return pa.concat_tables(found, promote_options="default").select(PLACED.names).cast(PLACED)


def written(batches: Batches) -> Batches:
    """Batches as lines of CSV."""
    for batch in batches:
        yield pa.record_batch([pa.array([as_csv(pa.Table.from_batches([batch]))])], schema=CSV)


def _groups(team: Ints) -> list[Ints]:
    """The places of each team, ascending."""
    order = np.argsort(team, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(team[order])) + 1)


def _inside(groups: list[Ints], candidates: Couples) -> Couples:
    """The couples inside groups that are worth comparing; candidates: those inside large groups, if not more."""
    return distinct(np.concatenate([every_couple(groups), candidates]))


def _rows(structs: pa.StructArray) -> pa.Table:
    return pa.Table.from_struct_array(structs).select(SCHEMA.names).cast(SCHEMA)
