"""Whatever happens to records, count and digest tell the truth, and every way of reading tells the same."""

import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DatabaseError

from node import feed
from node.errors import CursorExpired
from node.packing import gzipped
from node.store import migrate, records, state
from node.store.engine import open_engine, reading, writing
from node.store.records import Statement
from node.store.tables import changes
from schemas.canonical import SetDigest, canonical
from schemas.feed import Delete, End, Put, decode

AT = "2026-11-01T00:00:00Z"

ids = st.sampled_from(["A-1", "A-2", "A-3", "b/4", "é 5"])
payloads = st.none() | st.builds(lambda text: canonical({"name": text}), st.text("ab", max_size=2))
statements = st.builds(
    Statement,
    collection=st.sampled_from(["actor", "project"]),
    local_id=ids,
    origin=st.sampled_from(["x", "y"]),
    payload=payloads,
)
histories = st.lists(st.lists(statements, max_size=6), max_size=6)


@contextmanager
def empty_store() -> Iterator[Engine]:
    """Hypothesis asks for a new one in each example, which pytest's folders do not give."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "node.sqlite")
        migrate.upgrade(engine)
        with writing(engine) as connection:
            state.begin(connection, "epoch", AT)
        yield engine


def apply(engine: Engine, batch: list[Statement], ingest: int = 1) -> int:
    with writing(engine) as connection:
        return records.apply(connection, batch, ingest=ingest, modified_at=AT)


def replay(connection: Connection, limit: int, after: int = 0) -> dict[tuple[str, str], str]:
    """What a reader holds after reading page by page to the end."""
    held: dict[tuple[str, str], str] = {}
    while True:
        *lines, end = map(decode, feed.changes(connection, after=after, limit=limit))
        assert isinstance(end, End)
        assert len(lines) <= limit
        for line in lines:
            assert line.seq > after
            after = line.seq
            if isinstance(line, Put):
                held[line.collection, line.id] = line.hash
            else:
                assert isinstance(line, Delete)
                held.pop((line.collection, line.id), None)
        if not end.more:
            assert end.seq == state.read(connection).seq
            return held
        assert end.seq == after


def model(history: list[list[Statement]]) -> dict[tuple[str, str], bytes]:
    """What should be held: the last word on each record."""
    held: dict[tuple[str, str], bytes] = {}
    for statement in (one for batch in history for one in batch):
        key = statement.collection, statement.local_id
        if statement.payload is None:
            held.pop(key, None)
        else:
            held[key] = statement.payload
    return held


@settings(max_examples=50)  # each example writes a real database, fsync and all
@given(history=histories, limit=st.integers(1, 9), start=st.integers(0, 12))
def test_count_digest_snapshot_pages_and_buckets_all_tell_the_last_word(
    history: list[list[Statement]], limit: int, start: int
) -> None:
    expected = model(history)
    with empty_store() as engine:
        for batch in history:
            apply(engine, batch)

        with reading(engine) as connection:
            now = state.read(connection)
            live = {(one.collection, one.local_id): one.payload for one in records.live(connection)}
            assert live == expected
            assert replay(connection, limit) == replay(connection, 1_000)
            assert replay(connection, limit).keys() == expected.keys()
            assert replay(connection, limit, min(start, now.seq)).items() <= replay(connection, 1_000).items()
            for name in ("actor", "project"):
                triples = [
                    (one.collection, one.local_id, str(one.hash))
                    for one in records.live(connection)
                    if one.collection == name
                ]
                rows = [orjson.loads(row) for row in feed.digests(connection, name)]
                buckets = sum(SetDigest.from_hex(row["digest"]).value for row in rows) % (1 << 256)
                assert now.collections[name].digest == SetDigest.of(triples).hex == f"{buckets:064x}"
                assert now.collections[name].count == len(triples) == sum(row["count"] for row in rows)
                assert len(rows) == 256


@settings(max_examples=50)  # each example writes a real database, fsync and all
@given(history=histories)
def test_saying_the_same_again_changes_nothing(history: list[list[Statement]]) -> None:
    with empty_store() as engine:
        for batch in history:
            seq = apply(engine, batch)
            last = {(one.collection, one.local_id): one for one in batch}

            assert apply(engine, list(last.values())) == seq


def test_every_change_stays_in_the_log_without_its_content() -> None:
    with empty_store() as engine:
        put = Statement(collection="actor", local_id="A-1", origin="x", payload=canonical({"name": "Eau et Vie"}))
        apply(engine, [put], ingest=1)
        apply(engine, [Statement(collection="actor", local_id="A-1", origin="x", payload=None)], ingest=2)

        with reading(engine) as connection:
            log = [(row.seq, row.op, row.ingest) for row in connection.execute(select(changes))]
            dump = "\n".join(map(str, connection.execute(select(changes))))
        assert log == [(1, "put", 1), (2, "delete", 2)]
        assert "Eau et Vie" not in dump


def test_a_history_that_breaks_half_way_leaves_nothing() -> None:
    with empty_store() as engine:
        with writing(engine) as connection:
            connection.execute(
                text(
                    "CREATE TRIGGER full BEFORE INSERT ON records WHEN NEW.local_id = 'A-900' "
                    "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
                )
            )
        batch = [
            Statement(collection="actor", local_id=f"A-{number}", origin="x", payload=b"{}") for number in range(1_000)
        ]

        with pytest.raises(DatabaseError):
            apply(engine, batch)

        with reading(engine) as connection:
            assert state.read(connection).seq == 0
            assert list(records.live(connection)) == []
            assert connection.scalar(select(func.count()).select_from(changes)) == 0


def test_a_feed_takes_no_more_memory_than_its_longest_stretch() -> None:
    text = "é" * 2_000
    with empty_store() as engine:
        apply(
            engine,
            [
                Statement(collection="actor", local_id=f"A-{n}", origin="x", payload=canonical({"n": n, "text": text}))
                for n in range(5_000)
            ],
        )
        with reading(engine) as connection:
            tracemalloc.start()
            sent = sum(map(len, gzipped(feed.changes(connection, after=0, limit=10_000))))
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            whole = sum(len(line) for line in feed.changes(connection, after=0, limit=10_000))

    assert 0 < sent < whole
    assert whole > 20_000_000
    assert peak < 6_000_000


def test_compaction_forgets_tombstones_and_expires_older_cursors() -> None:
    with empty_store() as engine:
        gone = [
            Statement(collection="actor", local_id=f"A-{n}", origin="x", payload=canonical({"n": n})) for n in (1, 2)
        ]
        apply(engine, gone)
        apply(engine, [Statement(collection="actor", local_id="A-1", origin="x", payload=None)])
        apply(engine, [Statement(collection="actor", local_id="A-3", origin="x", payload=b"{}")])

        with writing(engine) as connection:
            assert records.compact(connection, 4) == 1

        with reading(engine) as connection:
            assert state.read(connection).compacted_before == 3
            with pytest.raises(CursorExpired):
                feed.changes(connection, after=2, limit=10)
            assert len(list(feed.changes(connection, after=3, limit=10))) == 2
            assert state.read(connection).collections["actor"].count == 2


def test_compacting_where_nothing_was_withdrawn_expires_no_cursor() -> None:
    with empty_store() as engine:
        apply(engine, [Statement(collection="actor", local_id="A-1", origin="x", payload=b"{}")])

        with writing(engine) as connection:
            assert records.compact(connection, 1) == 0

        with reading(engine) as connection:
            assert state.read(connection).compacted_before == 0
