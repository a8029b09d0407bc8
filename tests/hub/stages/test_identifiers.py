"""No identifier ever dies: histories of merges, splits, undos, renames, disappearances and returns."""

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from hub.model.identity import national_id
from hub.model.issued import IdState, IssuedId
from hub.model.match import Verdict
from hub.resolution import Contradiction
from hub.stages.judging import history
from hub.store import clusters, publishable
from hub.store.engine import reading
from schemas.record import RecordKey
from tests.hub.databases import database
from tests.hub.stages.past import Past, said

NAMES = ["Puits du Sahel", "Comité de jumelage de Chinon", "Maison des solidarités", "Puits du Sahel et du Mali"]
KEYS = [f"{network}/{number}" for network in ("alpha", "beta") for number in range(4)]
STEPS = ("put", "put", "put", "delete", "merge", "rekey", "same", "different", "undo", "night", "night")

steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from(KEYS), st.sampled_from(KEYS), st.integers(0, 99)),
    min_size=6,
    max_size=30,
)


class Story:
    """A past, and what must be true of it: `who` tells which real record stands, or stood last, behind each key."""

    def __init__(self, engine: Engine) -> None:
        self.past = Past(engine)
        self.who: dict[str, int] = {}
        self.here: set[str] = set()
        self.first: dict[int, str] = {}
        self.issued: dict[str, IssuedId] = {}
        self.states: set[IdState] = set()
        self._new = count()

    def step(self, what: str, one: str, other: str, number: int) -> None:
        if what != "put" and self.here:
            one = sorted(self.here)[number % len(self.here)]
        network, _, other_id = other.partition("/")
        match what:
            case "put":
                self.past.put(one, said(NAMES[number % len(NAMES)]))
                self.who.setdefault(one, next(self._new))
                self.here.add(one)
            case "delete" if one in self.here:
                self.past.delete(one)
                self.here.remove(one)
            case "merge" if one in self.here and one != other and one.startswith(network):
                self.past.delete(one, into=other_id)
                self.here.remove(one)
            case "rekey" if one in self.here and one != (other := one.partition("/")[0] + f"/{number % 12}"):
                self.past.rekey(one, other.partition("/")[2])
                self.here = self.here - {one} | {other}
                if other not in self.who:
                    self.who[other] = self.who.pop(one)
            case "same" | "different" if {one, other} <= self.here and one != other:
                self._decide(lambda: self.past.judge(Verdict(what), one, other))
            case "undo" if decided := [each for each in history(self.past.engine) if each.undone is None]:
                self._decide(lambda: self.past.undo(decided[number % len(decided)].number))
            case "night":
                self.night()

    def night(self) -> None:
        self.past.night()
        with reading(self.past.engine) as connection:
            issued = {each.national_id: each for each in clusters.issued(connection)}
            founders = {key: founder for founder, key in publishable.founders(connection).items()}
            homes = clusters.homes(connection, "actor")
        assert set(map(_text, founders)) == self.here
        assert self.issued.keys() <= issued.keys()
        for name, each in issued.items():
            assert each.founder == self.issued.get(name, each).founder
            assert name == national_id(each.founder)
            if each.leads_to is not None:
                assert issued[each.leads_to].state is IdState.LIVE
        for key, founder in founders.items():
            mine = national_id(founder)
            assert self.first.setdefault(self.who[_text(key)], mine) == mine
            assert homes[key] == (issued[mine].leads_to or mine)
        assert len(set(self.first.values())) == len(self.first)
        assert {name for name, each in issued.items() if each.state is IdState.LIVE} == set(homes.values())
        self.issued = issued
        self.states |= {each.state for each in issued.values()}

    def _decide(self, act: Callable[[], object]) -> None:
        with suppress(Contradiction):
            act()


def _text(key: RecordKey) -> str:
    return f"{key.source}/{key.local_id}"


@given(steps=steps)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_identifier_ever_issued_answers_and_none_is_given_to_another_record(
    tmp_path: Path, steps: list[tuple[str, str, str, int]]
) -> None:
    with database(tmp_path / "hub.sqlite") as engine:
        story = Story(engine)
        for step in steps:
            story.step(*step)
        story.night()


def test_a_long_history_keeps_every_identifier_on_each_database(engine: Engine) -> None:
    story, chance = Story(engine), Random(1)
    for _ in range(150):
        story.step(chance.choice(STEPS), chance.choice(KEYS), chance.choice(KEYS), chance.randrange(100))
    story.night()

    assert len(story.issued) > len(KEYS)
    assert story.states == set(IdState)


@given(order=st.permutations(KEYS))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_identifiers_do_not_depend_on_the_order_of_arrival_inside_a_cycle(tmp_path: Path, order: list[str]) -> None:
    found = []
    for name, keys in (("one", KEYS), ("two", order)):
        with database(tmp_path / name) as engine:
            past = Past(engine)
            for key in keys:
                past.put(key, said(NAMES[int(key[-1]) % 3], email=f"a@asso{int(key[-1]) % 3}.fr"))
            past.night()
            found.append(past.lines())

    assert found[0] == found[1]
    assert len(found[0]) == 3
