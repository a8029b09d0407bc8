"""A few seeds of the simulation, small. `make chaos` runs a thousand, of a year each."""

from pathlib import Path

import pytest

from hub.wiring import configure_logging
from tests.chaos.__main__ import play
from tests.chaos.faults import FAULTS
from tests.chaos.simulation import Scale, Simulation

SMALL = Scale(nights=18, networks=3, resolve_every=9, release_every=9)
SEEDS = range(1, 21)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Nothing is logged: while the simulated disk is full, no file of this process may grow."""
    configure_logging("critical")


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_goes_wrong_nothing_is_lost_and_nothing_is_claimed_that_is_not_so(seed: int) -> None:
    assert play(SMALL, seed).broken is None


def test_the_same_seed_gives_the_same_nights(tmp_path: Path) -> None:
    told = []
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
        told.append(
            Simulation(7, tmp_path / name, Scale(nights=9, networks=3, resolve_every=4, release_every=99)).run()
        )

    assert told[0] == told[1]


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.__name__ for fault in FAULTS}) == len(FAULTS) >= 20
