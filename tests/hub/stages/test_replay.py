"""Statements alone bring every record to where it stands: whatever a source says, and whatever people decide."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, inspect, select

from hub.model.replay import replayed
from hub.model.ruling import Ruling
from hub.model.source import SourceKind
from hub.model.standing import Standing
from hub.stages.ruling import RefusedRuling, rule
from hub.store import jobs, records, statements, tables
from hub.store.engine import reading
from schemas.record import RecordKey
from tests.hub.databases import database
from tests.hub.feed_server import FakeNode, actor
from tests.hub.visits import NIGHT, visiting

NAMES = [f"A-{number}" for number in range(8)]
RENAMED = [f"N-{number}" for number in range(8)]

change = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(NAMES + RENAMED), st.sampled_from(["Eau", "Terre", "Feu"])),
    st.tuples(st.just("bad"), st.sampled_from(NAMES + RENAMED)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES + RENAMED), st.sampled_from([None, "withdrawn", "erased"])),
    st.tuples(st.just("merge"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("rekey"), st.sampled_from(NAMES), st.sampled_from(RENAMED)),
    st.tuples(st.just("new key"), st.integers(0, 7)),
    st.tuples(st.just("new keys")),
    st.tuples(st.just("restart")),
)
night = st.tuples(st.lists(change, max_size=6), st.none() | st.sampled_from(Ruling))


def apply(node: FakeNode, said: tuple) -> None:
    """One change, as a directory may make it; one that makes no sense for it is left out."""
    held = {local_id for _, local_id in node.live}
    match said:
        case ("put", name, word):
            node.put(name, actor(word, acronym=name[2:]))
        case ("bad", name):
            node.put(name, {"name": 3, "type": "ASSO"})
        case ("delete", name, reason) if name in held:
            node.delete(name, **({"reason": reason} if reason else {}))
        case ("merge", name, into) if name in held and name != into:
            node.delete(name, reason="merged", into=into)
        case ("rekey", old, new) if old in held and new not in held:
            node.rekey(old, new)
        case ("new key", number):
            _moved(node, NAMES[number], RENAMED[number])
        case ("new keys",):
            for old, new in zip(NAMES, RENAMED, strict=True):
                _moved(node, old, new)
        case ("restart",):
            node.restart(f"{node.epoch}+")


def _moved(node: FakeNode, old: str, new: str) -> None:
    """The same content under a new key, without a word that it is the same."""
    held = node.live.get(("actor", old))
    if held is not None and ("actor", new) not in node.live:
        node.put(new, held["record"]).delete(old)


def stored(engine: Engine) -> dict[RecordKey, Standing]:
    with reading(engine) as connection:
        return {each.key: each for each in map(records.standing, connection.execute(select(tables.records)))}


def folded(engine: Engine) -> dict[RecordKey, Standing]:
    with reading(engine) as connection:
        numbers = list(connection.scalars(select(tables.statements.c.number).order_by(tables.statements.c.number)))
        found = statements.stated(connection, numbers)
    standings: dict[RecordKey, Standing] = {}
    for number in numbers:
        standings |= {each.key: each for each in replayed(standings, found[number])}
    return standings


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(nights=st.lists(night, min_size=1, max_size=5), kind=st.sampled_from(SourceKind))
def test_folding_the_statements_gives_the_records_to_the_last_column(
    tmp_path: Path, nights: list[tuple[list[tuple], Ruling | None]], kind: SourceKind
) -> None:
    node = FakeNode()
    for number, name in enumerate(NAMES):
        node.put(name, actor(f"Association {number}"))

    with database(tmp_path / "hub.sqlite") as engine, visiting(node, engine, kind=kind) as visit:
        visit()
        for place, (changes, ruling) in enumerate(nights, start=2):
            for said in changes:
                apply(node, said)
            job = visit()
            assert folded(engine) == stored(engine)
            if ruling is not None:
                decided(engine, ruling, place)
                assert folded(engine) == stored(engine), job.status


def decided(engine: Engine, ruling: Ruling, nights: int) -> None:
    with reading(engine) as connection:
        hold = jobs.hold(connection, "centraider")
    if hold is None:
        return
    with suppress(RefusedRuling):  # where there is nothing of that kind to decide about
        at = NIGHT + timedelta(days=nights - 1, hours=9)
        rule(engine, hold.job, ruling, author="Awa", reason="essai", now=at)


def test_the_copy_of_the_statements_keeps_its_rules(embedded: Engine) -> None:
    checks = {each["name"]: each["sqltext"] for each in inspect(embedded).get_check_constraints("statements")}

    assert checks.keys() == {"ck_statements_op", "ck_statements_verdict"}
    assert "continued" in checks["ck_statements_op"]
