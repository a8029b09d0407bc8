"""A night costs what it touches, and leaves the database as a resolution of everything would."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random
from sqlite3 import connect
from threading import Barrier
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, delete, select

from hub.model.match import Verdict
from hub.resolution import Contradiction, load
from hub.stages.compile import CATALOGUE, compile_catalogue
from hub.stages.judging import history
from hub.stages.resolve import at_threshold, resolve
from hub.store import meta, tables
from hub.store.engine import open_engine, reading
from schemas.canonical import JSON
from tests.directories import directories
from tests.hub.databases import database
from tests.hub.stages.past import Past, said

NETWORKS = ("alpha", "beta", "gamma")
KEYS = [f"{network}/{number}" for network in NETWORKS for number in range(6)]
PROJECTS = [f"project:{network}/p{number}" for network in NETWORKS for number in range(2)]
STEPS = (*("put",) * 4, "project", "delete", "merge", "rekey", "adopt", "same", "different", "undo", "night", "night")
DERIVED = (
    *(tables.clusters, tables.mentions, tables.edges, tables.registers),
    *(tables.golden, tables.issued_ids, tables.meta),
)
COMPARED: dict[Table, tuple[str, ...]] = {
    tables.clusters: ("collection", "source", "local_id", "national_id", "place", "statement", "founded_as"),
    tables.mentions: ("collection", "source", "local_id", "actor"),
    tables.edges: ("collection", "left_source", "left_id", "right_source", "right_id", "log_odds", "parts"),
    tables.issued_ids: ("national_id", "source", "local_id", "state", "leads_to"),
    tables.golden: ("national_id", "line", "hash", "made_of"),
}
PAYLOADS: list[JSON] = [
    *(listed.record for listed in directories(11, 14)),
    *(said(name) for name in ("Puits du Sahel", "Puits du Sahel et du Mali", "Puits du Sahel et du Bénin")),
    *(said(f"Puits du Sahel {number}", phone="+33240000000") for number in range(3)),
]

steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from(KEYS), st.sampled_from(KEYS), st.integers(0, 99)),
    min_size=10,
    max_size=45,
)


class Story:
    """A past of records that come, change, leave, are renamed, refer to one another and are judged."""

    def __init__(self, engine: Engine) -> None:
        self.past = Past(engine)
        self.here: set[str] = set()

    def step(self, what: str, one: str, other: str, number: int) -> None:
        """Everything but a night. Records are drawn among those that are there, where only they make sense."""
        if what not in ("put", "project") and self.here:
            one = sorted(self.here)[number % len(self.here)]
        network, _, other_id = other.partition("/")
        match what:
            case "put":
                self.past.put(one, PAYLOADS[number % len(PAYLOADS)])
                self.here.add(one)
            case "project":
                lead = {"title": f"Eau à Kayes {number % 3}", "lead": {"actor": one.partition("/")[2]}}
                self.past.put(PROJECTS[number % len(PROJECTS)], lead)
            case "delete" if one in self.here:
                self.past.delete(one)
                self.here.remove(one)
            case "merge" if one in self.here and one != other and one.startswith(network):
                self.past.delete(one, into=other_id)
                self.here.remove(one)
            case "rekey" if one in self.here and one != (new := f"{one.partition('/')[0]}/{number % 12}"):
                self.past.rekey(one, new.partition("/")[2])
                self.here = self.here - {one} | {new}
            case "adopt" if {one, other} <= self.here and one != other and one.startswith(network):
                self.past.adopt(one, other)
                self.here.remove(one)
            case "same" | "different" if {one, other} <= self.here and one != other:
                self._decide(lambda: self.past.judge(Verdict(what), one, other))
            case "undo" if decided := [each for each in history(self.past.engine) if each.undone is None]:
                self._decide(lambda: self.past.undo(decided[number % len(decided)].number))

    def _decide(self, act: Callable[[], object]) -> None:
        with suppress(Contradiction):
            act()


def derived(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All that resolution and compilation wrote, but for when."""
    with reading(engine) as connection:
        found = {
            table.name: sorted(map(str, connection.execute(select(*(table.c[name] for name in names)))))
            for table, names in COMPARED.items()
        }
        digest = (meta.get(connection, CATALOGUE) or "").rpartition(" ")[2]
    return found | {"digest": [digest]}


def live(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Without the identifiers of records that left: where they lead hangs on what they once stood with."""
    return found | {"issued_ids": [each for each in found["issued_ids"] if "'live'" in each]}


def wipe(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in DERIVED:
            connection.execute(delete(table))


@contextmanager
def copied(path: Path, to: Path) -> Iterator[Engine]:
    """A copy of a database, also while others write to it."""
    for each in to.parent.glob(f"{to.name}*"):
        each.unlink()
    with closing(connect(path)) as one, closing(connect(to)) as other:
        one.backup(other)
    engine = open_engine(f"sqlite:///{to}")
    yield engine
    engine.dispose()


@given(steps=steps)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_night_ends_where_resolving_everything_ends(tmp_path: Path, steps: list[tuple[str, str, str, int]]) -> None:
    path = tmp_path / "hub.sqlite"
    with database(path) as engine:
        story = Story(engine)
        for step in [*steps, ("night", "", "", 0)]:
            if step[0] != "night":
                story.step(*step)
                continue
            with copied(path, tmp_path / "whole.sqlite") as other:
                resolve(other, story.past.now, full=True)
                compile_catalogue(other, full=True)
                expected = derived(other)
            story.past.night()
            assert derived(engine) == expected
        wipe(engine)
        story.past.night()
        assert live(derived(engine)) == live(expected)


def test_a_long_history_in_nights_ends_where_one_night_over_all_of_it_ends(engine: Engine) -> None:
    story, chance = Story(engine), Random(3)
    for _ in range(120):
        what = chance.choice(STEPS)
        if what == "night":
            story.past.night()
        else:
            story.step(what, chance.choice(KEYS), chance.choice(KEYS), chance.randrange(100))
    story.past.night()
    found = derived(engine)
    wipe(engine)
    story.past.night()

    assert live(derived(engine)) == live(found)
    assert all(found.values())


def test_a_night_looks_only_at_what_it_touches(embedded: Engine) -> None:
    past = Past(embedded).tell({f"alpha/{at}": each.record for at, each in enumerate(directories(5, 400))})
    past.night()
    before = derived(embedded)
    past.put("alpha/7", said("Puits du Sahel"))
    resolve(embedded, past.now)

    with reading(embedded) as connection:
        query = select(tables.clusters.c.local_id).where(tables.clusters.c.since > 1)
        touched = [name for (name,) in connection.execute(query)]
    assert "7" in touched
    assert len(touched) < 10
    assert compile_catalogue(embedded).touched == len(set(derived(embedded)["golden"]) ^ set(before["golden"])) / 2


def test_a_register_that_is_lost_or_of_another_model_is_made_again(engine: Engine) -> None:
    past = Past(engine).tell({f"alpha/{at}": each.record for at, each in enumerate(directories(6, 60))})
    past.night()
    expected = derived(engine)
    with engine.begin() as connection:
        connection.execute(delete(tables.registers))
    past.put("alpha/x", said("Puits du Sahel")).night()
    past.night(at_threshold(load(), 4.0))
    past.delete("alpha/x").night()

    assert live(derived(engine)) == live(expected)


def test_clusters_that_were_deleted_by_hand_come_back(embedded: Engine) -> None:
    past = Past(embedded).tell({f"alpha/{at}": each.record for at, each in enumerate(directories(8, 60))})
    past.night()
    expected = derived(embedded)
    with embedded.begin() as connection:
        connection.execute(delete(tables.clusters).where(tables.clusters.c.local_id < "3"))
        connection.execute(delete(tables.meta))
    past.night()

    assert derived(embedded) == expected


def test_two_processes_that_resolve_at_once_leave_what_one_would(engine: Engine) -> None:
    past = Past(engine).tell({f"alpha/{at}": each.record for at, each in enumerate(directories(9, 60))})
    turns = Barrier(2)

    def work(_: int) -> None:
        for _ in range(3):
            turns.wait()
            resolve(engine, past.now)
            compile_catalogue(engine)

    with ThreadPoolExecutor(2) as pool:
        working = [pool.submit(work, number) for number in range(2)]
        for each in working:
            each.result()
    past.delete("alpha/3").put("alpha/4", said("Puits du Sahel")).night()
    found = derived(engine)
    wipe(engine)
    past.night()

    assert live(derived(engine)) == live(found)
