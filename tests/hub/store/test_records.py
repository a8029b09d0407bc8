from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from hub.model.holding import Holding
from hub.model.record import Founding
from hub.model.standing import Standing, State
from hub.model.statement import Op, Statement, statement_number
from hub.store import holds, publishable, records, statements
from hub.store.engine import reading
from schemas.canonical import SetDigest, bucket, canonical, content_hash
from schemas.record import RecordKey

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
UNEVEN = ["é", "z", "A", "a", "Z-1", "Œ", "0", "a b", "'"]


def key(local_id: str, source: str = "centraider") -> RecordKey:
    return RecordKey("actor", source, local_id)


def stand(engine: Engine, *local_ids: str, source: str = "centraider", state: State = State.ACCEPTED) -> None:
    """Records that were accepted, each with its statement."""
    said, standings = [], []
    for place, local_id in enumerate(local_ids):
        payload = {"name": local_id}
        number = statement_number(1 if source == "centraider" else 2, place + 1)
        said.append(
            Statement(
                number=number,
                source=source,
                collection="actor",
                local_id=local_id,
                op=Op.PUT,
                received_at=NOW,
                hash=content_hash(payload),
                payload=canonical(payload),
            )
        )
        accepted = Standing(key=key(local_id, source), received=0).stated(
            number, content_hash(payload), fit=True, now=NOW
        )
        standings.append(accepted.gone(number) if state is State.HELD else accepted)
    with engine.begin() as connection:
        statements.add(connection, said)
        records.save(connection, standings)


def test_a_record_comes_back_as_it_was_saved(engine: Engine) -> None:
    stand(engine, "A-1", "A-2")

    with reading(engine) as connection:
        found = records.standings(connection, [key("A-1"), key("A-9")])
        [first, _] = publishable.accepted(connection, "actor")

    assert found.keys() == {key("A-1")}
    assert found[key("A-1")].founding == Founding(NOW, key("A-1"))
    assert (first.key, first.payload, first.hash) == (key("A-1"), {"name": "A-1"}, content_hash({"name": "A-1"}))


def test_records_stream_by_code_point_whatever_the_language_of_the_database(engine: Engine) -> None:
    stand(engine, *UNEVEN)

    with reading(engine) as connection:
        assert [each.key.local_id for each in publishable.accepted(connection, "actor")] == sorted(UNEVEN)


def test_what_is_held_of_a_source_is_counted_and_digested(engine: Engine) -> None:
    stand(engine, "A-1", "A-2")
    stand(engine, "A-1", source="gescod")

    with reading(engine) as connection:
        found = records.holdings(connection, "centraider")
        by_bucket = records.buckets(connection, "centraider", "actor")

    rows = [("actor", name, content_hash({"name": name})) for name in ("A-1", "A-2")]
    assert found == {"actor": Holding(count=2, digest=SetDigest.of(rows).hex)}
    assert by_bucket[bucket("A-1")] == Holding(count=1, digest=SetDigest.of(rows[:1]).hex)


def test_a_deletion_that_is_held_is_still_published_until_it_is_let_go(engine: Engine) -> None:
    stand(engine, "A-1", state=State.HELD)
    stand(engine, "A-1", source="gescod", state=State.HELD)

    with reading(engine) as connection:
        assert len(list(publishable.accepted(connection, "actor"))) == 2
        assert records.holdings(connection, "centraider") == {}
    with engine.begin() as connection:
        [going] = holds.going(connection, "centraider", "actor")
        records.save(connection, [going.released()])
        assert [each.key.source for each in publishable.accepted(connection, "actor")] == ["gescod"]
        assert records.counts(connection, "centraider")["actor"][State.DELETED] == 1


def test_what_is_missing_from_a_complete_reading_is_found(engine: Engine) -> None:
    stand(engine, "A-1", "A-2", "A-3")
    stand(engine, "A-9", source="gescod")

    with engine.begin() as connection:
        missing = list(records.missing_from(connection, "centraider", [("actor", "A-2"), ("project", "A-1")]))
        again = list(records.missing_from(connection, "centraider", []))

    assert {each.key.local_id for each in missing} == {"A-1", "A-3"}
    assert len(again) == 3


def test_a_chain_of_successors_is_followed_to_its_end_and_a_circle_ends(engine: Engine) -> None:
    stand(engine, "A", "B", "C")
    with engine.begin() as connection:
        found = records.standings(connection, [key("A"), key("B"), key("C")])
        to = {"A": "B", "B": "C", "C": "B"}
        records.save(connection, [each.gone(9, ("centraider", to[each.key.local_id])) for each in found.values()])
        continued = publishable.continued(connection)

    assert continued[key("A")] in {key("B"), key("C")}
    assert continued.keys() == {key("A"), key("B"), key("C")}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(local_id=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_any_key_is_found_again(embedded: Engine, local_id: str) -> None:
    with embedded.begin() as connection:
        records.save(connection, [Standing(key=key(local_id), received=1)])
        assert records.standings(connection, [key(local_id)]).keys() == {key(local_id)}
