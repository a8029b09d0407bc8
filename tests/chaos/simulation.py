"""Twelve networks and a hub, night after night, from one seed: real stages, real SQLite, nothing else of this world.

    seed ─► what networks do ─► what goes wrong on the wire ─► what the machine does ─► a night ─► invariants

The same seed gives the same nights, on any machine. Nights at the end are calm, so that the hub can settle.
"""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from hub.distributions import checksums, shelf
from hub.feeds import FeedClient
from hub.model.job import Job
from hub.model.ruling import Ruling
from hub.model.source import Limits, Source, SourceKind
from hub.stages.compile import compile_catalogue
from hub.stages.harvest import harvest_all
from hub.stages.publication import release
from hub.stages.resolve import resolve
from hub.stages.ruling import RefusedRuling, rule
from hub.stages.steering import trust
from hub.store.engine import open_engine
from tests.chaos.faults import OFTEN, Asked, Fault, impostor
from tests.chaos.invariants import Broken, Known, Watch, unsettled
from tests.chaos.machine import Killed, Machine, SmallDisk, pages_of
from tests.chaos.network import SIGNATURE_HEADERS, Network, Truth
from tests.chaos.wire import Clock, connect
from tests.hub.databases import database
from tests.hub.feed_server import Answer, Question

FIRST_NIGHT = datetime(2026, 1, 1, 2, 30, tzinfo=UTC)
# Small enough that a bomb and a drip are caught after kilobytes and simulated seconds.
LIMITS = Limits(max_body_bytes=4 << 20, ratio_grace_bytes=1 << 16)
# AS112: IANA calls it globally reachable and nobody is at home there. Nothing is ever sent to it.
PREFIX = "192.31.196."
CALM_NIGHTS = 4
FAULTY_SHARE = 0.3
KILLED_SHARE = 0.2
DECIDED_SHARE = 0.35
IMPOSTOR_SHARE = 0.3  # of the faults of a network that the hub knows by its key
_COMMITS_A_VISIT = 4  # of one that finds something new, about


class Scale(NamedTuple):
    """How long, how many, and every how many nights the later stages run."""

    nights: int = 365
    networks: int = 12
    resolve_every: int = 30
    release_every: int = 120


class Tonight(NamedTuple):
    """What goes wrong at one network, from which of its answers on, and whether the true signature goes with it."""

    fault: Fault
    since: int
    signed: bool


def source(number: int, network: Network) -> Source:
    """A network as the hub is told of it."""
    return Source(
        name=network.network,
        title=network.network,
        base_url=f"http://{PREFIX}{number}",
        kind=SourceKind.STATIC if network.static else SourceKind.LIVE,
        limits=LIMITS,
    )


class Simulation:
    """One seed. `run` gives a fingerprint of everything that happened, or raises Broken."""

    def __init__(self, seed: int, folder: Path, scale: Scale) -> None:
        self.rng, self.scale = Random(f"chaos {seed}"), scale
        self.database, self.releases = folder / "hub.sqlite", folder / "releases"
        self.releases.mkdir()
        self.clock, self.machine = Clock(), Machine()
        self.machine.folder = str(self.releases)
        self.networks: dict[str, Network] = {}
        for number in range(scale.networks):
            name = f"network-{number}"
            rng = Random(self.rng.random())
            self.networks[name] = Network(name, rng, static=number % 3 == 2, signs=number % 4 == 3)
        self.sources = [source(number, network) for number, network in enumerate(self.networks.values())]
        self.faults: dict[str, Tonight] = {}
        self.asked: dict[str, int] = defaultdict(int)
        self.served: dict[str, list[Truth]] = defaultdict(list)
        self.watch = Watch(self.networks)
        self.told = hashlib.sha256()
        self.decided: set[str] = set()
        self.introduced: set[str] = set()
        self.happened: dict[str, int] = defaultdict(int)

    def run(self) -> str:
        with ExitStack() as stack:
            stack.callback(self.machine.close)
            feeds = FeedClient(stack.enter_context(connect(self.answer)), self.clock.patience)
            with database(self.database):
                pass  # empty, of the newest shape
            self.engine = self._open()
            stack.callback(self._close)
            for number in range(self.scale.nights):
                self._night(number, feeds)
            self._settle()
        return self.told.hexdigest()

    def answer(self, host: str, path: str, question: Question) -> Answer:
        """What goes over the wire when the hub asks a network."""
        network = self.networks[f"network-{host.removeprefix(PREFIX)}"]
        true = network.answer(path, question)
        if path == "feed.json":
            self.served[network.network].append(network.truth)
        tonight = self.faults.get(network.network)
        self.asked[network.network] += 1
        if tonight is None or self.asked[network.network] <= tonight.since or true.status != 200:
            return true
        fault = tonight.fault
        self.happened[fault.__name__] += 1
        false = fault(Asked(network, path, question, true, self.rng, self.clock, signed=tonight.signed))
        self.served[network.network].append(network.truth)
        if tonight.signed:
            kept = {name: text for name, text in true.headers.items() if name in SIGNATURE_HEADERS}
            return replace(false, headers={**kept, **false.headers})
        return false

    def _night(self, number: int, feeds: FeedClient) -> None:
        calm = number >= self.scale.nights - CALM_NIGHTS
        self.faults, self.asked, self.served = {}, defaultdict(int), defaultdict(list)
        self.decided, self.introduced = set(), set()
        killing = not calm and self.rng.random() < KILLED_SHARE
        for name, network in self.networks.items():
            if not calm:
                network.day()
                if killing:
                    network.change()  # or the hub would hardly have been at work
                if self.rng.random() < FAULTY_SHARE:
                    network.add_some()  # or only `feed.json` would be asked for
                    fault = impostor if network.known and self.rng.random() < IMPOSTOR_SHARE else self.rng.choice(OFTEN)
                    since, signed = self.rng.choice((0, 1, 1, 2)), self.rng.random() < 0.5
                    self.faults[name] = Tonight(fault, 0 if fault is impostor else since, signed)
        last = number == self.scale.nights - 1
        resolves = last or number % self.scale.resolve_every == 0
        releases = last or (number > 0 and number % self.scale.release_every == 0)
        killed = self._hub(number, feeds, resolves=resolves, releases=releases, calm=calm, killing=killing)
        known = Known.of_file(self.database, self.watch.last_job - 2 * self.scale.networks, self.watch.newest)
        before = self.watch.before
        for name, network in self.networks.items():
            network.known = bool(known.keys.get(name))
        self.watch.night(
            known,
            self.served,
            killed=killed,
            decided=self.decided,
            introduced=self.introduced,
            faulty=self.faults,
        )
        for job in known.jobs:
            self.told.update(f"{number} {job}\n".encode())
        if before is None or before.issued != known.issued:
            self.told.update(f"{known.issued}".encode())

    def _hub(
        self, number: int, feeds: FeedClient, *, resolves: bool, releases: bool, calm: bool, killing: bool
    ) -> bool:
        """The hub's night, on a machine that may fail. Returns whether it did."""
        now = FIRST_NIGHT + timedelta(days=number)
        try:
            with self._machine(calm=calm, releases=releases, killing=killing):
                self._introduce(now, calm=calm)
                self._steward(harvest_all(self.sources, feeds, self.engine, now, threads=1), now)
                if resolves or releases:
                    resolve(self.engine, now)
                    compile_catalogue(self.engine)
                if releases:
                    release(self.engine, self.releases, now, allow_empty=True)
        except Killed:
            self.happened["killed"] += 1
        except (DatabaseError, sqlite3.Error, OSError) as error:
            if self.machine.full_pages is None and not self.happened["small disk tonight"]:
                raise
            self.happened[f"disk full: {type(error).__name__}"] += 1
        else:
            if releases:
                self._whole_release()
            if self.machine.full_pages is None:
                return False
        self._reopen()
        return True

    def _introduce(self, now: datetime, *, calm: bool) -> None:
        """A network that changed its key tells a person, who tells the hub: the new key, or to forget them all."""
        for name, network in self.networks.items():
            before = self.watch.before
            if not network.known or before is None or network.keys[-1] in before.keys[name]:
                continue
            if calm or self.rng.random() < DECIDED_SHARE:
                self.introduced.add(name)
                key = network.keys[-1] if calm or self.rng.random() < 0.7 else None
                trust(self.engine, name, key, overlap=None, author="CIRRMA", reason="vu", now=now)
                network.known = key is not None

    def _steward(self, jobs: Sequence[Job], now: datetime) -> None:
        """Soon a person decides about what waits, rightly or wrongly, and may take a rejection back later.

        A source that waits for ever would never be in step again, and little could be seen there.
        """
        for job in jobs:
            if not (job.tally.waits or job.tally.kept) or self.rng.random() > DECIDED_SHARE:
                continue
            ruling = self.rng.choice(tuple(Ruling)) if job.tally.waits else Ruling.CONFIRMED
            self.decided.add(job.source)
            try:
                rule(self.engine, job.number, ruling, author="CIRRMA", reason="vu", now=now)
            except RefusedRuling:
                continue
            self.happened[f"steward: {ruling}"] += 1

    @contextmanager
    def _machine(self, *, calm: bool, releases: bool, killing: bool) -> Iterator[None]:
        chance = 1.0 if calm else self.rng.random()
        self.machine.arm(None)
        self.happened["small disk tonight"] = 0
        if releases and chance < 0.3:
            self.happened["small disk tonight"] = 1
            with SmallDisk(self.rng.choice((100, 3_000, 20_000, 60_000)) + self._journal()):
                yield
            return
        if killing:
            most = _COMMITS_A_VISIT * self.scale.networks
            self.machine.arm(self.rng.randint(1, most), after_commit=self.rng.random() < 0.3, commits=True)
        elif releases and chance < 0.8:
            self.machine.arm(self.rng.randint(1, 900), after_commit=self.rng.random() < 0.3)
        elif chance < 0.02:
            self.engine.dispose()
            self.machine.arm(None, full_pages=pages_of(self.database) + self.rng.randint(0, 3))
        yield

    def _settle(self) -> None:
        known = Known.of_file(self.database, 0)
        if differences := list(unsettled(self.networks, known)):
            raise Broken("after calm nights: " + "; ".join(differences[:5]))

    def _whole_release(self) -> None:
        current = shelf.current(self.releases)
        if current is None or checksums.differing(current):
            raise Broken(f"the current release {current} is not whole")

    def _reopen(self) -> None:
        """A new process: nothing of the old one is left but its files."""
        self.machine.arm(None)
        self.engine.dispose()
        with closing(sqlite3.connect(self.database)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise Broken(f"the database is damaged: {verdict}")
        if shelf.current(self.releases) is not None:
            self._whole_release()
        self.engine = self._open()

    def _open(self) -> Engine:
        engine = open_engine(f"sqlite:///{self.database}")
        self.machine.watch(engine)
        return engine

    def _close(self) -> None:
        self.machine.arm(None)
        self.engine.dispose()

    def _journal(self) -> int:
        """The size of the database's own files, so that a small disk meets the release's."""
        return max(file.stat().st_size for file in self.database.parent.glob("hub.sqlite*"))
