from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from hub.model.hold import HoldState
from hub.model.notice import Audience, Condition, Notice, NoticeKind, NoticeState
from hub.store import notices
from hub.store.engine import reading

NOW = datetime(2026, 11, 23, 2, 40, tzinfo=UTC)
LATER = NOW + notices.CLAIM + timedelta(seconds=1)


def made(engine: Engine, source: str | None = "reso", about: int = 1) -> Notice:
    with engine.begin() as connection:
        notices.add(connection, source, NoticeKind.FAILED, about, Audience.NETWORK, {"network": "Réso"}, NOW)
        return notices.newest(connection)[0]


def claimed(engine: Engine, number: int, owner: str, now: datetime = NOW) -> bool:
    with engine.begin() as connection:
        return notices.claim(connection, number, owner, now)


def handed(engine: Engine, number: int, owner: str) -> bool:
    with engine.begin() as connection:
        return notices.hand_over(connection, number, owner, NOW)


def one(engine: Engine) -> Notice:
    with reading(engine) as connection:
        [found] = notices.newest(connection)
        assert notices.get(connection, found.number) == found
    return found


def free(engine: Engine, now: datetime = LATER) -> list[Notice]:
    with reading(engine) as connection:
        return notices.waiting(connection, now)


def test_a_notice_says_a_thing_once_to_an_audience_however_often_it_is_made(engine: Engine) -> None:
    assert made(engine) == made(engine)
    assert made(engine).as_json()["facts"] == {"network": "Réso"}
    assert made(engine, about=2).number != made(engine, about=3).number
    assert made(engine, source=None).source is None


def test_a_notice_is_sent_by_one_sender(engine: Engine) -> None:
    number = made(engine).number

    assert claimed(engine, number, "a")
    assert not claimed(engine, number, "b")
    assert not handed(engine, number, "b")
    assert handed(engine, number, "a")
    assert not handed(engine, number, "a")
    with engine.begin() as connection:
        notices.sent(connection, number, NOW)
    assert one(engine).state is NoticeState.SENT
    assert free(engine) == []


def test_a_claim_whose_sender_died_before_it_gave_the_text_is_free_again_after_a_while(engine: Engine) -> None:
    number = made(engine).number
    assert claimed(engine, number, "a")

    assert free(engine, NOW + notices.CLAIM) == []
    assert claimed(engine, number, "b", LATER)
    assert not handed(engine, number, "a")


def test_a_notice_whose_sender_died_while_it_gave_the_text_is_left_to_a_person(engine: Engine) -> None:
    number = made(engine).number
    assert claimed(engine, number, "a")
    assert handed(engine, number, "a")

    assert one(engine).state is NoticeState.DOUBTFUL
    assert free(engine) == []
    with engine.begin() as connection:
        assert notices.again(connection, number)
        assert not notices.again(connection, number)
        assert not notices.again(connection, number + 1)
    assert [notice.number for notice in free(engine)] == [number]


def test_what_was_refused_stays_so_and_what_was_put_off_is_free_at_once(engine: Engine) -> None:
    number = made(engine).number
    for owner in ("a", "b"):
        assert claimed(engine, number, owner)
        assert handed(engine, number, owner)
        with engine.begin() as connection:
            notices.put_off(connection, number, "451 later")
    assert one(engine).error == "451 later"

    with engine.begin() as connection:
        notices.refuse(connection, number, "550 no", NOW)
    assert one(engine).state is NoticeState.REFUSED
    assert free(engine) == []


def test_what_was_told_last_is_remembered_of_each_source_and_of_the_hub(engine: Engine) -> None:
    found = Condition(failing=True, hold=HoldState.ESCALATED, quarantined=4)
    with engine.begin() as connection:
        assert notices.condition(connection, "reso") == Condition()
        notices.remember(connection, "reso", found)
        notices.remember(connection, None, Condition(failing=True))
        assert notices.condition(connection, "reso") == found
        assert notices.condition(connection, None) == Condition(failing=True)


def test_old_notices_are_forgotten(engine: Engine) -> None:
    made(engine)
    with engine.begin() as connection:
        notices.forget(connection, NOW)
        assert len(notices.newest(connection)) == 1
        notices.forget(connection, LATER)
        assert notices.newest(connection) == []
