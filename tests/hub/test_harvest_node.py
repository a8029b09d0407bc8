"""The hub against the real node, live and static, over real servers."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.job import JobStatus
from hub.model.source import SourceKind
from hub.stages.harvest import harvest, harvest_all
from node.static_export import export
from node.web.app import create_app
from tests.hub.conformance.nodes import files_of, listening
from tests.hub.visits import NIGHT, published, source_at
from tests.node.nodes import ingest, make_home, rows


@dataclass
class Metered:
    """An app, and what it was asked and sent: requests, and bytes of headers and bodies."""

    app: ASGIApp
    requests: int = 0
    sent_bytes: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def metered(message: Message) -> None:
            self.sent_bytes += len(message.get("body", b""))
            self.sent_bytes += sum(len(name) + len(value) + 4 for name, value in message.get("headers", ()))
            await send(message)

        self.requests += 1
        await self.app(scope, receive, metered)


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


def test_a_night_on_which_nothing_changed_costs_each_network_one_small_request(
    embedded: Engine, tmp_path: Path
) -> None:
    nodes = {}
    for number in range(12):
        home = make_home(tmp_path / f"n{number}", network=f"reseau-{number}", name=f"Réseau {number}")
        ingest(home, rows(40))
        nodes[f"reseau-{number}"] = Metered(create_app(home.path))

    with ExitStack() as stack:
        feeds = FeedClient(stack.enter_context(open_client()))
        networks = [source_at(stack.enter_context(listening(node)), name) for name, node in nodes.items()]
        loaded = harvest_all(networks, feeds, embedded, NIGHT)
        whole = sum(node.sent_bytes for node in nodes.values())
        for node in nodes.values():
            node.requests = node.sent_bytes = 0
        quiet = harvest_all(networks, feeds, embedded, NIGHT + timedelta(days=1))

    assert [(job.status, job.tally.accepted) for job in loaded] == [(JobStatus.SUCCEEDED, 40)] * 12
    assert [(job.status, job.tally.received) for job in quiet] == [(JobStatus.SUCCEEDED, 0)] * 12
    assert [node.requests for node in nodes.values()] == [1] * 12
    assert max(node.sent_bytes for node in nodes.values()) < 500
    assert sum(node.sent_bytes for node in nodes.values()) < whole / 10
