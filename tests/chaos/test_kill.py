"""Real processes, killed with -9 at random moments: SQLite with synchronous=FULL, PostgreSQL.

Each night a hub is killed at its harvest, another in a whole cycle; then one may finish, as the ledger catches up. A
twin that is never killed sees the same nights. They must end equal, identifiers and bytes.

The test's PostgreSQL does not wait for its disk: that loses nothing when a client dies, which is what is tested here.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.distributions import checksums, shelf
from hub.store.engine import open_engine, reading
from tests.chaos.invariants import Known, Watch, unsettled
from tests.chaos.network import Network
from tests.hub.feed_server import Answer, Question, serving

KILLS = int(os.environ.get("RRMA_CHAOS_KILLS", "4"))
FIRST_NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


@dataclass(slots=True)
class Driver:
    """Gives orders to `killed_hub`."""

    process: subprocess.Popen[str]

    def run(self, hub: "Hub", night: datetime, work: str, delay: float | None) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {
            "database": hub.database,
            "releases": str(hub.releases),
            "sources": hub.sources,
            "now": night.isoformat(),
            "work": work,
            "delay": delay,
        }
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert answer["code"] in (0, -9), answer
        return answer


@dataclass(slots=True)
class Hub:
    database: str
    releases: Path
    sources: dict[str, str]
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = open_engine(self.database)

    def known(self) -> Known:
        with reading(self.engine) as connection:
            return Known.read(lambda sql: connection.exec_driver_sql(sql).all(), 0)

    def is_sound(self) -> bool:
        """Whether the database opens and says that it is whole."""
        if self.engine.dialect.name != "sqlite":
            return True  # PostgreSQL itself was not killed
        with reading(self.engine) as connection:
            return str(connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()) == "ok"

    def public_files(self) -> dict[str, bytes]:
        """What the current release says of the catalogue, apart from what dates and names the release itself."""
        current = shelf.current(self.releases)
        assert current is not None
        assert checksums.differing(current) == []
        names = ("actors.csv", "actors.geojson", "projects.csv", "identifiers.csv", "actors.provenance.csv")
        return {name: (current / name).read_bytes() for name in names}

    def golden(self) -> list[Any]:
        with reading(self.engine) as connection:
            return [*connection.exec_driver_sql("SELECT national_id, hash FROM golden ORDER BY national_id").all()]


@pytest.fixture
def driver() -> Iterator[Driver]:
    command = [sys.executable, "-m", "tests.chaos.killed_hub"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Driver(process)


@pytest.mark.slow
@pytest.mark.timeout(150 * KILLS)  # each is a process, which takes long to start on a busy machine
def test_a_hub_that_is_killed_at_any_moment_ends_where_one_ends_that_never_was(
    database_url: str, tmp_path: Path, driver: Driver
) -> None:
    rng, guard = Random("kill -9"), Lock()
    networks = {name: Network(name, rng, static=False) for name in ("alpha", "beta", "gamma")}
    watch = Watch(networks)
    with ExitStack() as stack:
        sources = {
            name: stack.enter_context(serving(_guarded(network.answer, guard))) for name, network in networks.items()
        }
        hub = Hub(database_url, tmp_path / "releases", sources)
        twin = Hub(f"sqlite:///{tmp_path / 'twin.sqlite'}", tmp_path / "twin", sources)
        stack.callback(hub.engine.dispose)
        stack.callback(twin.engine.dispose)
        seconds = {"cycle": 0.0, "harvest": 0.5}
        killed, night = 0, FIRST_NIGHT
        for one in (hub, twin):
            seconds["cycle"] = driver.run(one, night, "cycle", None)["seconds"]
        watch.night(hub.known(), {name: [network.truth] for name, network in networks.items()}, killed=False)
        while killed < KILLS:
            night += timedelta(days=1)
            assert night < FIRST_NIGHT + timedelta(days=2 * KILLS), f"only {killed} could be killed"
            with guard:
                for network in networks.values():
                    _busy_day(network)
            served = {name: [network.truth] for name, network in networks.items()}
            for work in ("harvest", "cycle"):
                ended = driver.run(hub, night, work, rng.uniform(0, seconds[work]))
                killed += ended["killed"]
                seconds[work] = seconds[work] if ended["killed"] else ended["seconds"]
                watch.night(hub.known(), served, killed=True)
                assert hub.is_sound()
                assert hub.public_files()
            for one in (hub, twin):
                seconds["cycle"] = driver.run(one, night, "cycle", None)["seconds"]
            watch.night(hub.known(), served, killed=False)
            assert list(unsettled(networks, hub.known())) == []
            assert _comparable(hub.known()) == _comparable(twin.known())
            assert hub.golden() == twin.golden()
            assert hub.public_files() == twin.public_files()


def _busy_day(network: Network) -> None:
    """Every network changes every day, so that every killed hub had something to do."""
    for act in (network.add, network.add, network.change, network.change, network.spoil, network.rename_one):
        act()


def _guarded(answer: Callable[[str, Question], Answer], guard: Lock) -> Callable[[str, Question], Answer]:
    """A killed hub may still be answered while the next day begins."""

    def one_at_a_time(path: str, question: Question) -> Answer:
        with guard:
            return answer(path, question)

    return one_at_a_time


def _comparable(known: Known) -> Any:
    """What does not depend on how many jobs it took, nor on the database."""
    records = {
        source: {
            key: row._replace(accepted_statement=None, founded_on=str(row.founded_on)[:19]) for key, row in rows.items()
        }
        for source, rows in known.records.items()
    }
    return records, known.issued, known.clusters
