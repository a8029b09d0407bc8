"""A catalogue follows from its log: what was stated and decided gives the same identifiers, lines and release again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from hub.model.decision import Undo
from hub.model.match import Verdict
from hub.model.ruling import Ruling
from hub.resolution import Contradiction, load
from hub.stages.compile import compile_catalogue
from hub.stages.judging import judge, judgement, undo
from hub.stages.publication import release
from hub.stages.rebuild import Rebuilt, rebuild
from hub.stages.release import Release, Unchanged
from hub.stages.resolve import resolve
from hub.stages.what_if import State, state
from hub.store import tables
from hub.store.engine import reading
from schemas.errors import RequestError
from tests.hub.databases import database
from tests.hub.feed_server import FakeNode, actor
from tests.hub.stages.test_replay import NAMES, RENAMED, apply, change, decided, stored
from tests.hub.visits import NIGHT, visiting

KEYS = [f"{network}/{name}" for network in ("centraider", "gescod") for name in (*NAMES[:4], *RENAMED[:2])]
decision = st.one_of(
    st.tuples(st.just("judge"), st.sampled_from(Verdict), st.sampled_from(KEYS), st.sampled_from(KEYS)),
    st.tuples(st.just("undo"), st.integers(1, 4)),
    st.tuples(st.just("rule"), st.sampled_from(Ruling)),
)
night = st.tuples(
    st.lists(st.tuples(st.sampled_from(["centraider", "gescod"]), change), max_size=5),
    st.lists(decision, max_size=2),
    st.booleans(),
)


def known(engine: Engine) -> State:
    with reading(engine) as connection:
        return state(connection)


def decide(engine: Engine, said: tuple, at: datetime, place: int) -> None:
    """What a person may do; what cannot be done then is left out."""
    with suppress(RequestError, Contradiction):
        match said:
            case ("judge", verdict, left, right) if left != right:
                judge(engine, judgement(verdict, left, right, author="Awa", reason="vu", at=at))
            case ("undo", number):
                undo(engine, number, Undo(author="Awa", reason="erreur", at=at))
            case ("rule", ruling):
                decided(engine, ruling, place)


@contextmanager
def again(log: Engine, folder: Path, until: datetime | None = None) -> Iterator[tuple[Engine, Rebuilt]]:
    """A hub made from the log of another, beside its releases."""
    current, later = folder / "releases" / "current", NIGHT + timedelta(days=40)
    with database(folder / "made.sqlite") as made:
        yield made, rebuild(log, made, folder / "rebuilt", load(), later, current=current.resolve(), until=until)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(nights=st.lists(night, min_size=2, max_size=4))
def test_any_history_is_told_again_to_the_same_release(tmp_path: Path, nights: list[tuple]) -> None:
    with TemporaryDirectory(dir=tmp_path) as folder, database(Path(folder) / "hub.sqlite") as live:
        published = told_live(live, Path(folder), nights)
        with again(live, Path(folder)) as (made, told):
            assert known(made) == known(live)
            assert stored(made) == stored(live)
            assert told.is_same, published.name


def told_live(live: Engine, folder: Path, nights: list[tuple]) -> Release | Unchanged:
    """Two networks and what people decide, night after night; what is published at the end."""
    nodes = {name: FakeNode(name) for name in ("centraider", "gescod")}
    for number, name in enumerate(NAMES):
        for node in nodes.values():
            node.put(name, actor(f"Association {number}", acronym=name[2:]))

    with visiting(nodes["centraider"], live) as one, visiting(nodes["gescod"], live) as two:
        for place, (changes, decisions, resolves) in enumerate(nights):
            at = NIGHT + timedelta(days=place + 1)
            for network, each in changes:
                apply(nodes[network], each)
            one(), two()
            if resolves:
                resolve(live, at)
            for number, each in enumerate(decisions):
                decide(live, each, at + timedelta(hours=9, minutes=number), place + 1)
    resolve(live, NIGHT + timedelta(days=20))
    compile_catalogue(live)
    return release(live, folder / "releases", NIGHT + timedelta(days=20), allow_empty=True)


def lived(engine: Engine, folder: Path, *, erases: bool = False) -> list[str]:
    """Three nights of two networks: a merger by a person, a record that leaves, perhaps one erased. The releases."""
    nodes = {name: FakeNode(name) for name in ("centraider", "gescod")}
    for node in nodes.values():
        for name, words in (("A-1", "Eau et Vie"), ("A-2", "Puits du Sahel"), ("A-3", "Écoles du monde")):
            node.put(name, actor(words))
        for number in range(20):  # beside whom one that leaves is no loss to be held
            node.put(f"B-{number}", actor(f"Comité {number}"))
    names = []
    with visiting(nodes["centraider"], engine) as one, visiting(nodes["gescod"], engine) as two:
        for place in range(1, 4):
            at = NIGHT + timedelta(days=place)
            one(), two()
            resolve(engine, at)
            compile_catalogue(engine)
            names.append(release(engine, folder / "releases", at).name)
            if place == 1:
                judge(engine, judgement(Verdict.SAME, "centraider/A-1", "gescod/A-2", author="Awa", reason="vu", at=at))
                nodes["gescod"].put("A-3", actor("Écoles du monde, Metz"))
            if place == 2:
                nodes["gescod"].delete("A-2", reason="withdrawn")
                nodes["centraider"].delete("A-3", reason="erased" if erases else "withdrawn")
    return names


def test_every_day_is_told_again_to_the_release_of_that_day(embedded: Engine, tmp_path: Path) -> None:
    for place, name in enumerate(lived(embedded, tmp_path), start=1):
        folder = tmp_path / str(place)
        folder.mkdir()

        with again(embedded, folder, until=NIGHT + timedelta(days=place, hours=1)) as (_, told):
            assert told.content.startswith(name.rpartition("-")[2])


def test_what_was_erased_stays_erased_and_its_identifier_answers(engine: Engine, tmp_path: Path) -> None:
    lived(engine, tmp_path, erases=True)

    with again(engine, tmp_path) as (made, told):
        assert told.is_same
        assert told.erased == 1
        assert known(made).issued == known(engine).issued
        with reading(made) as connection:
            here = tables.statements.c.local_id == "A-3", tables.statements.c.source == "centraider"
            assert set(connection.scalars(select(tables.statements.c.payload).where(*here))) == {None}


def test_a_changed_log_is_told_apart(embedded: Engine, tmp_path: Path) -> None:
    lived(embedded, tmp_path)
    with embedded.begin() as connection:
        connection.execute(
            tables.statements.update()
            .where(tables.statements.c.source == "gescod", tables.statements.c.local_id == "A-1")
            .values(payload=b'{"name":"Autre chose","type":"ASSO"}')
        )

    with again(embedded, tmp_path) as (_, told):
        assert not told.is_same


def test_the_hub_made_anew_goes_on(embedded: Engine, tmp_path: Path) -> None:
    """What came after the last resolution is in it, and its next night ends where that of the first one ends."""
    node = FakeNode()
    node.put("A-1", actor("Eau et Vie")).put("A-2", actor("Puits du Sahel"))
    with visiting(node, embedded) as visit:
        visit()
        resolve(embedded, NIGHT + timedelta(days=1))
        compile_catalogue(embedded)
        release(embedded, tmp_path / "releases", NIGHT)
        node.delete("A-2").put("A-3", actor("Écoles du monde"))
        visit()

        with again(embedded, tmp_path) as (made, told):
            assert told.is_same
            for each in (embedded, made):
                resolve(each, NIGHT + timedelta(days=2))
                compile_catalogue(each)
            assert known(made) == known(embedded)
            assert stored(made) == stored(embedded)
