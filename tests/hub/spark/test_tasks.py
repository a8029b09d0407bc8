"""What Spark's workers do, without Spark: rows a few at a time say what the local engine says of all at once."""

from collections.abc import Callable, Iterator
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from hub.resolution import load
from hub.resolution.block import within
from hub.resolution.columns import Ints
from hub.resolution.components import MOST_IN_GROUP, ends
from hub.resolution.features import features, table
from hub.resolution.keeping import Kept
from hub.resolution.matching import CLUSTERS, as_csv, clusters, pairs
from hub.resolution.rarity import add_rarity
from hub.resolution.register import Register, revise
from hub.spark import tasks
from hub.spark.base import LEAST_TOLD, WORD, Base, facts
from tests.directories import directories

WEIGHTS = load().collections["actor"]
CROWD = {"name": "Harmattan Kinkeliba", "type": "ASSO", "website": "https://kinkeliba.example"}
NIGHT = [f"{each.source}/{each.id}" for each in directories(21, 700)] + [
    f"crowd/{at}" for at in range(MOST_IN_GROUP + 9)
]


@pytest.fixture(scope="module")
def whole() -> Register:
    """What one machine knows: 700 records, and more of one body than are compared whole."""
    given = [each.record for each in directories(21, 700)] + [CROWD] * (MOST_IN_GROUP + 9)
    rows = table(features("actor", record) for record in given)
    return revise(Register.empty(), NIGHT, rows, np.zeros(0, np.int64), WEIGHTS)


@pytest.fixture(scope="module")
def base(whole: Register) -> Base:
    """The same base counted in SQL from facts of a hundred rows at a time."""
    told = pa.concat_tables([facts(whole.rows.slice(at, 100).combine_chunks()) for at in range(0, len(whole), 100)])
    counts = duckdb.sql(
        "SELECT kind, key, count(*) AS rows, count(DISTINCT value) AS different FROM told GROUP BY kind, key "
        f"HAVING kind = '{WORD}' OR different >= {LEAST_TOLD}"
    )
    assert len(told) > len(whole)
    return Base.of(counts.to_arrow_table(), len(whole))


def structs(whole: Register, places: Ints) -> pa.StructArray:
    return whole.rows.combine_chunks().to_struct_array().combine_chunks().take(pa.array(places))


def named(places: Ints) -> list[str]:
    return [NIGHT[place] for place in places]


def by_batch(task: Callable[[tasks.Batches], tasks.Batches], given: pa.Table) -> pa.Table:
    """What two workers make of a table that reaches them 150 rows at a time."""
    batches = given.combine_chunks().to_batches(max_chunksize=150)
    half = len(batches) // 2
    return pa.Table.from_batches([made for mine in (batches[:half], batches[half:]) for made in task(iter(mine))])


def test_rarity_of_a_few_rows_is_what_it_is_among_all(whole: Register, base: Base) -> None:
    few = whole.rows.slice(300, 50).combine_chunks()

    assert base.added_to(few).equals(add_rarity(whole.rows.combine_chunks()).slice(300, 50))


def test_keys_of_batches_are_the_keys_of_the_whole(whole: Register, base: Base) -> None:
    rows = pa.table({"id": NIGHT, "row": structs(whole, np.arange(len(whole)))})

    keys = by_batch(partial(tasks.keyed, base=base), rows).to_pylist()

    expected = zip(named(whole.places), whole.keys.view(np.int64).tolist(), strict=True)
    assert sorted((key["id"], key["key"]) for key in keys) == sorted(expected)


def test_pairs_with_their_rows_are_tied_as_pairs_of_the_whole(whole: Register, base: Base) -> None:
    left, right = ends(within(whole.keys, whole.places))
    given = {"one": named(left), "two": named(right), "row_one": structs(whole, left), "row_two": structs(whole, right)}

    ties = by_batch(partial(tasks.tied, base=base, weights=WEIGHTS), pa.table(given)).to_pylist()

    expected = zip(*map(named, ends(whole.ties)), strict=True)
    assert len(ties) > 100
    assert sorted((tie["one"], tie["two"]) for tie in ties) == sorted(expected)


def test_components_clustered_apart_are_the_clusters_of_the_whole(whole: Register, base: Base) -> None:
    ties = pa.table(dict(zip(("one", "two"), map(named, ends(whole.ties)), strict=True)))
    teams = tasks.teams(ties, 100)

    placed = list(placed_by_bucket(whole, base, teams))

    found = pa.concat_tables(placed)
    mine = {key: key for key in NIGHT}
    mine |= {row["id"]: row["cluster_id"] for row in found.to_pylist() if row["id"]}
    homes = pa.table({"record_id": sorted(mine), "cluster_id": [mine[key] for key in sorted(mine)]}, CLUSTERS)
    told = found.filter(pc.is_valid(found["left"])).select(["left", "right", "log_odds", "parts"])
    kept = Kept(register=whole, digests=np.zeros(len(whole), np.uint64))
    assert len(placed) > 3
    assert max(teams["size"].to_pylist()) > MOST_IN_GROUP
    assert as_csv(homes) == as_csv(clusters(kept))
    assert as_csv(told.sort_by([("left", "ascending"), ("right", "ascending")])) == b"".join(
        map(as_csv, pairs(kept, WEIGHTS))
    )


def placed_by_bucket(whole: Register, base: Base, teams: pa.Table) -> Iterator[pa.Table]:
    at = {key: place for place, key in enumerate(NIGHT)}
    large = {row["id"]: row for row in teams.to_pylist() if row["size"] > MOST_IN_GROUP}
    couples = zip(*map(named, ends(within(whole.keys, whole.places))), strict=True)
    proposed = [(one, two) for one, two in couples if one in large and two in large]
    proposed = [(one, two) for one, two in proposed if large[one]["team"] == large[two]["team"]]
    for bucket in sorted(set(teams["bucket"].to_pylist())):
        mine = teams.filter(pc.equal(teams["bucket"], bucket))
        rows = structs(whole, np.array([at[key] for key in mine["id"].to_pylist()]))
        inside = [pair for pair in proposed if large[pair[0]]["bucket"] == bucket]
        given = pa.table({"one": [one for one, _ in inside], "two": [two for _, two in inside]}, tasks.TIES)
        yield tasks.placed(mine.append_column("row", rows), given, base, WEIGHTS, with_pairs=True)


def test_lines_are_counted_within_their_part_of_a_file_and_blank_ones_left_out() -> None:
    good = b'{"source": "a", "id": "1", "record": {"name": "Eau vive", "type": "ASSO"}}'
    raw = [good, b"", b'{"source": "a", "id": "2", "op": "delete"}\r', b"{", good]
    given = pa.table({"given": [0] * 5, "file": ["f"] * 5, "block": [0, 0, 0, 7, 7], "value": raw})

    found = [line for batch in tasks.read(iter(given.to_batches(max_chunksize=2))) for line in batch.to_pylist()]

    assert [(line["block"], line["at"], line["id"], line["is_record"]) for line in found] == [
        (0, 0, "a/1", True),
        (0, 2, "a/2", False),
        (7, 0, "", False),
        (7, 1, "a/1", True),
    ]
    assert [bool(line["messages"]) for line in found] == [False, False, True, False]
    assert found[0]["row"]["whole"] == "eau vive"
