"""The register: nights in any number and order say what one whole run says."""

from collections.abc import Mapping
from random import Random

import numpy as np
import pytest

from hub.resolution import load
from hub.resolution.features import features, table
from hub.resolution.register import Register, clusters, revise
from schemas.canonical import JSON
from tests.directories import directories

WEIGHTS = load().collections["actor"]
Base = Mapping[str, JSON]


def night(register: Register, changed: Base, gone: set[str]) -> Register:
    """The register after records were added or changed, and others deleted."""
    ids = register.ids.to_pylist()
    places = [at for at, key in enumerate(ids) if register.alive[at] and (key in gone or key in changed)]
    rows = table(features("actor", record) for record in changed.values())
    return revise(register, list(changed), rows, np.array(places, dtype=np.int64), WEIGHTS)


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
