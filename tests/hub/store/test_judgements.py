from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

import hub.migrations
from hub.migrations import upgrade
from hub.model.decision import Undo
from hub.model.match import Judgement, Verdict
from hub.store import judgements
from hub.store.engine import open_engine, reading
from schemas.record import RecordKey

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
LEFT, RIGHT = RecordKey("actor", "alpha", "1"), RecordKey("actor", "beta", "1")


def test_a_judgement_comes_back_in_key_order_with_what_its_author_saw(engine: Engine) -> None:
    said = Judgement(left=RIGHT, right=LEFT, verdict=Verdict.SAME, author="a", reason="b", at=NOW)
    with engine.begin() as connection:
        number = judgements.add(connection, said, seen=(7, 5))
        judgements.undo(connection, number, Undo(author="c", reason="d", at=NOW))

    with reading(engine) as connection:
        [found] = judgements.every(connection)
        assert judgements.get(connection, number) == found
        assert judgements.get(connection, number + 1) is None
    assert (found.judgement.left, found.judgement.right, found.seen) == (LEFT, RIGHT, (5, 7))
    assert found.undone == Undo(author="c", reason="d", at=NOW)


def test_judgements_of_the_first_shape_are_kept_under_the_keys_that_founded_their_records(database_url: str) -> None:
    engine = open_engine(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(hub.migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO records"
                " (source, collection, local_id, bucket, state, received_statement, founded_as, minted) VALUES"
                " ('beta', 'actor', 'renamed', '00', 'accepted', 1, '1', 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO judgements "
                " (collection, left_source, left_id, right_source, right_id, verdict, author, reason, at) VALUES"
                " ('actor', 'alpha', '1', 'beta', 'renamed', 'same', 'a', 'b', '2026-11-23 02:30:00')"
            )
        )
    upgrade(engine)

    with reading(engine) as connection:
        [found] = judgements.every(connection)
    engine.dispose()
    assert (found.judgement.left, found.judgement.right, found.seen) == (LEFT, RIGHT, (None, None))
