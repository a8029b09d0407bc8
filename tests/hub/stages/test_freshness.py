"""The public file of freshness, from real visits on each database."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from hub.distributions import freshness, shelf
from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.freshness import Share
from hub.model.source import Source
from hub.stages.cycle import cycle
from hub.stages.release import Release, Unchanged
from tests.hub.feed_server import Answer, FakeNode, actor, serving
from tests.hub.visits import NIGHT, source_at

DAY = timedelta(days=1)


def night(source: Source, engine: Engine, releases: Path, number: int) -> Release | Unchanged:
    with open_client() as client:
        return cycle([source], FeedClient(client), engine, releases, NIGHT + number * DAY).release


def test_each_night_moves_the_freshness_and_only_changes_make_a_release(engine: Engine, tmp_path: Path) -> None:
    node = FakeNode().put("A-1", actor("Eau"))
    with serving(node.answer) as url:
        source = replace(source_at(url), promise_days=1)
        first = night(source, engine, tmp_path, 0)
        before = freshness.read(tmp_path)
        second = night(source, engine, tmp_path, 1)
        node.faults["feed.json"] = lambda _: Answer(b"", status=500)
        night(source, engine, tmp_path, 2)

    assert isinstance(first, Release)
    assert isinstance(second, Unchanged)
    told = freshness.read(tmp_path)
    assert before is not None
    assert told is not None
    assert told.stamp != before.stamp
    [found] = told.networks
    assert (found.network, found.promise_days, found.since.day, found.last and found.last.day) == (
        "centraider", 1, 23, 24,
    )  # fmt: skip
    assert found.share(30, NIGHT + 2 * DAY) == Share(proved=2, nights=3)
    assert [found.is_kept(NIGHT + days * DAY) for days in (2, 3)] == [True, False]
    assert first.manifest.networks[0].promise_days == 1


def test_deletions_that_wait_for_a_person_do_not_make_what_was_read_older(engine: Engine, tmp_path: Path) -> None:
    node = FakeNode()
    for number in range(10):
        node.put(f"A-{number}", actor(f"Structure {number}"))
    with serving(node.answer) as url:
        night(source_at(url), engine, tmp_path, 0)
        for number in range(3):
            node.delete(f"A-{number}")
        night(source_at(url), engine, tmp_path, 1)

    told = freshness.read(tmp_path)
    assert told is not None
    assert told.networks[0].age_days(NIGHT + DAY) == 0


def test_where_no_file_or_another_is_found_nothing_is_told(tmp_path: Path) -> None:
    assert freshness.read(tmp_path) is None
    for text in ("", "{}", '{"format": "freshness/9", "networks": []}', '{"format": "freshness/1", "networks": [1]}'):
        (tmp_path / freshness.FILE).write_text(text)
        assert freshness.read(tmp_path) is None
    freshness.write(tmp_path, [])
    assert freshness.read(tmp_path) is not None
    assert shelf.current(tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == [freshness.FILE]
