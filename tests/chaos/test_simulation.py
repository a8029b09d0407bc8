"""A few seeds of the simulation, small. `make chaos` runs a thousand, of a year each."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from hub.feeds import FeedClient
from hub.model.job import Job
from hub.stages.harvest import harvest
from hub.wiring import configure_logging
from tests.chaos import faults
from tests.chaos.__main__ import play
from tests.chaos.faults import FAULTS, Asked, Fault
from tests.chaos.network import Network
from tests.chaos.simulation import FIRST_NIGHT, Scale, Simulation, source
from tests.chaos.wire import Clock, connect
from tests.hub.databases import database
from tests.hub.feed_server import Answer, Question

# Four, since every fourth network signs.
SMALL = Scale(nights=18, networks=4, resolve_every=9, release_every=9)
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


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (faults.drip, "source-too-slow"),  # by the virtual clock, not by the bytes
        (faults.bomb, "source-ratio"),
        (faults.impostor, "source-signature"),
        (faults.redirect_inside, "source-redirect"),
        (faults.unreachable, "source-unreachable"),
    ],
)
def test_a_fault_does_the_harm_that_it_is_meant_to_do(fault: Fault, told: str, tmp_path: Path) -> None:
    network, clock = Network("network-3", Random(1), static=False, signs=told == "source-signature"), Clock()
    jobs: list[Job] = []

    def answer(_: str, path: str, question: Question) -> Answer:
        true = network.answer(path, question)
        return fault(Asked(network, path, question, true, Random(1), clock)) if jobs else true

    with database(tmp_path / "hub.sqlite") as engine, connect(answer) as client:
        feeds = FeedClient(client, clock.patience)
        for number in range(2):
            jobs.append(harvest(source(3, network), feeds, engine, FIRST_NIGHT + timedelta(days=number)))
            network.known = bool(network.keys)

    assert [job.error for job in jobs] == [None, told]


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.__name__ for fault in FAULTS}) == len(FAULTS) >= 20
