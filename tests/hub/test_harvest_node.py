"""The hub against the real node, live and static, over real servers."""

from pathlib import Path

from sqlalchemy import Engine

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.job import JobStatus
from hub.model.source import SourceKind
from hub.stages.harvest import harvest
from node.static_export import export
from node.web.app import create_app
from tests.hub.conformance.nodes import files_of, listening
from tests.hub.visits import NIGHT, published, source_at
from tests.node.nodes import ingest, make_home, rows


def test_a_live_node_is_read_night_after_night(engine: Engine, tmp_path: Path) -> None:
    home = make_home(tmp_path / "node")
    ingest(home, rows(60))

    with listening(create_app(home.path)) as url, open_client() as client:
        source, feeds = source_at(url), FeedClient(client)
        first = harvest(source, feeds, engine, NIGHT)
        again = harvest(source, feeds, engine, NIGHT)
        ingest(home, [*rows(59), *rows(1, Nom="Association renommée")][1:])
        changed = harvest(source, feeds, engine, NIGHT)

    assert (first.status, first.tally.accepted) == (JobStatus.SUCCEEDED, 60)
    assert (again.status, again.tally.received) == (JobStatus.SUCCEEDED, 0)
    assert (changed.status, changed.tally.accepted, changed.tally.deleted) == (JobStatus.SUCCEEDED, 1, 1)
    assert published(engine)["A-0000"]["name"] == "Association renommée"


def test_a_static_node_says_the_same_as_the_live_one(embedded: Engine, tmp_path: Path) -> None:
    home = make_home(tmp_path / "node")
    ingest(home, rows(60))
    export(home, tmp_path / "site")

    with files_of(tmp_path / "site") as url, open_client() as client:
        source, feeds = source_at(url, kind=SourceKind.STATIC), FeedClient(client)
        first = harvest(source, feeds, embedded, NIGHT)
        ingest(home, rows(59))
        export(home, tmp_path / "site")
        second = harvest(source, feeds, embedded, NIGHT)

    assert (first.status, first.tally.accepted) == (JobStatus.SUCCEEDED, 60)
    assert (second.status, second.tally.deleted) == (JobStatus.SUCCEEDED, 1)
    assert len(published(embedded)) == 59
