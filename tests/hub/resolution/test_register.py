"""The register: nights in any number and order say what one whole run says."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from hub.resolution import keeping, load
from hub.resolution.components import couples_of
from hub.resolution.features import features, table
from hub.resolution.register import Register, clusters, revise
from schemas.canonical import JSON
from tests.directories import directories

WEIGHTS = load().collections["actor"]
Base = Mapping[str, JSON]
Judged = Sequence[tuple[str, str]]


def night(register: Register, changed: Base, gone: set[str], same: Judged = (), different: Judged = ()) -> Register:
    """The register after records were added or changed, others deleted, and pairs of them judged."""
    ids = register.ids.to_pylist()
    living = {key: at for at, key in enumerate(ids) if register.alive[at]}
    left = np.array(sorted(at for key, at in living.items() if key in gone or key in changed), dtype=np.int64)
    there = living | {key: len(ids) + at for at, key in enumerate(changed)}
    couples = [
        couples_of(*np.array([[there[key] for key in pair] for pair in judged], dtype=np.int64).reshape(-1, 2).T)
        for judged in (same, different)
    ]
    rows = table(features("actor", record) for record in changed.values())
    return revise(register, list(changed), rows, left, WEIGHTS, same=couples[0], different=couples[1])


def found(register: Register) -> dict[str, str]:
    """Record -> the first record of its cluster."""
    ids = register.ids.to_pylist()
    return {ids[place]: ids[register.home[place]] for group in clusters(register) for place in group}


def records(seed: int, count: int) -> dict[str, JSON]:
    return {f"{each.source}/{each.id}": each.record for each in directories(seed, count)}


@pytest.mark.parametrize("seed", range(6))
def test_a_random_history_in_nights_ends_where_one_whole_run_ends(seed: int) -> None:
    chance = Random(seed)
    pool, other = records(seed, 1_200), list(records(seed + 100, 300).values())
    keys = sorted(pool)
    base: dict[str, JSON] = {}
    register = Register.empty()

    for _ in range(5):
        changed = {key: pool[key] for key in chance.sample(keys, chance.randint(1, 700))}
        changed |= {key: chance.choice(other) for key in chance.sample(keys, 20)}
        changed |= {key: pool[chance.choice(keys)] for key in chance.sample(keys, 40)}
        gone = set(chance.sample(sorted(base), min(len(base), chance.randint(0, 120)))) - changed.keys()
        register = night(register, changed, gone)
        base = {key: record for key, record in (base | changed).items() if key not in gone}

        assert found(register) == found(night(Register.empty(), dict(sorted(base.items())), set()))


@pytest.mark.parametrize("seed", range(3))
def test_judgements_that_come_and_are_taken_back_leave_no_trace(seed: int) -> None:
    """Bodies of one family are told apart, strangers are tied; none of these contradict one another."""
    chance = Random(seed)
    pool = records(seed + 50, 500)
    keys = sorted(pool)
    chance.shuffle(keys)
    register = night(Register.empty(), pool, set())
    base = dict(pool)

    for _ in range(5):
        tied = [group for group in clusters(register) if len(group) > 1]
        ids = register.ids.to_pylist()
        apart = [(ids[group[0]], ids[group[1]]) for group in chance.sample(tied, 20)]
        bonds = [pair for pair in zip(keys[:30], keys[30:60], strict=True) if chance.random() < 0.5]
        gone = set(chance.sample(sorted(base.keys() - set(keys[:60])), 5))
        base = {key: record for key, record in base.items() if key not in gone}
        apart = [pair for pair in apart if base.keys() >= set(pair) and not set(pair) & set(keys[:60])]
        changed = {
            key: base[key] | {"phone": f"+3324{chance.randrange(10**7):07}"} for key in chance.sample(sorted(base), 9)
        }
        base |= changed
        register = night(register, changed, gone, bonds, apart)

        assert found(register) == found(night(Register.empty(), base, set(), bonds, apart))

    assert found(night(register, {}, set())) == found(night(Register.empty(), base, set()))


def test_the_order_of_arrival_changes_nothing() -> None:
    base = records(3, 600)
    shuffled = list(base.items())
    Random(0).shuffle(shuffled)

    assert found(night(Register.empty(), base, set())) == found(night(Register.empty(), dict(shuffled), set()))


def test_deleting_and_adding_again_changes_nothing() -> None:
    base = records(4, 600)
    before = night(Register.empty(), base, set())
    some = set(Random(1).sample(sorted(base), 100))

    after = night(night(before, {}, some), {key: base[key] for key in some}, set())

    assert found(after) == found(before)


def test_a_block_that_grows_too_large_and_shrinks_again_leaves_no_trace() -> None:
    crowd = {f"c/{at:03}": {"name": f"Kinkeliba{at} Harmattan", "phone": "+33240000000"} for at in range(90)}
    few = dict(list(crowd.items())[:70])
    before = night(Register.empty(), few, set())

    grown = night(before, {key: record for key, record in crowd.items() if key not in few}, set())
    shrunk = night(grown, {}, crowd.keys() - few.keys())

    assert found(grown) == found(night(Register.empty(), crowd, set()))
    assert found(shrunk) == found(before)


def test_a_night_looks_only_at_what_it_touches() -> None:
    base = records(5, 3_000)
    before = night(Register.empty(), base, set())
    one = min(base)

    after = night(before, {one: base[one] | {"phone": "+33299000000"}}, set())

    assert after.compared < before.compared / 20


def test_the_rows_of_a_night_are_one_batch_to_the_byte_as_arrow_writes_them(tmp_path: Path) -> None:
    shelf, base = keeping.Folder(tmp_path), list(records(6, 600).items())
    for changed in (dict(base[:300]), dict(base[300:])):
        kept = keeping.read(shelf, "model")
        known, register = len(kept.register), night(kept.register, changed, set())
        kept = replace(kept, register=register, digests=np.zeros(len(register), np.uint64))

        keeping.write(shelf, kept, "model")

        new = register.rows.slice(known).append_column("id", register.ids.slice(known))
        expected = pa.BufferOutputStream()
        with pa.ipc.new_file(expected, new.schema) as file:
            file.write_table(new.combine_chunks())
        segment = keeping.read(shelf, "model").segments[-1]
        assert shelf.read(f"rows-{segment}.arrow") == expected.getvalue()
        assert pa.ipc.open_file(shelf.read(f"rows-{segment}.arrow")).num_record_batches == 1
    assert keeping.read(shelf, "model").register.rows.equals(register.rows)
