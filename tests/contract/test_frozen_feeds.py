"""Nodes grow old: whatever a published version of protocol or schema ever stated is read as it was meant."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.job import JobStatus
from hub.model.source import SourceKind
from hub.stages.harvest import harvest
from hub.store import publishable
from hub.store.engine import reading
from schemas.canonical import JSON
from schemas.manifest import PROTOCOL
from schemas.record import COLLECTIONS
from schemas.registry import versions
from tests.contract.frozen import Frozen, every
from tests.hub.feed_server import Answer, Question, serving
from tests.hub.visits import NIGHT, source_at


def published(engine: Engine) -> dict[tuple[str, str], JSON]:
    with reading(engine) as connection:
        return {
            (name, record.key.local_id): record.payload
            for name in COLLECTIONS
            for record in publishable.accepted(connection, name)
        }


@pytest.mark.parametrize("feed", every(), ids=lambda feed: feed.name)
def test_a_feed_of_a_published_version_is_harvested_as_it_was_meant(feed: Frozen, embedded: Engine) -> None:
    nights = list(feed.nights)
    now = nights[0]
    kind = SourceKind.LIVE if "changes" in now.manifest["links"] else SourceKind.STATIC

    def answer(path: str, question: Question) -> Answer:
        return now.answer(path, question)

    with serving(answer) as url, open_client() as client:
        source = source_at(url, now.manifest["network"]["id"], kind=kind)
        for now in nights:
            job = harvest(source, FeedClient(client), embedded, NIGHT)

            assert (job.status, job.reason) == (JobStatus.SUCCEEDED, None)
            assert job.waiting == 0
            assert published(embedded) == now.records


def test_every_published_version_has_a_frozen_feed() -> None:
    manifests = [night.manifest for feed in every() for night in feed.nights]

    stated = {state["schema"] for manifest in manifests for state in manifest["collections"].values()}

    assert {f"{name}/{version}" for name in COLLECTIONS for version in versions(name)} <= stated
    assert {manifest["protocol"] for manifest in manifests} >= {f"rrma-feed/{one}" for one in versions("manifest")}
    assert PROTOCOL in {manifest["protocol"] for manifest in manifests}


@pytest.mark.parametrize("kind", SourceKind)
def test_live_and_static_nodes_are_both_among_the_frozen(kind: SourceKind) -> None:
    offered = {"changes" in night.manifest["links"] for feed in every() for night in feed.nights}

    assert (kind is SourceKind.LIVE) in offered


def test_the_frozen_nights_hold_every_operation_of_the_protocol() -> None:
    lines = b"".join(Path(file).read_bytes() for feed in every() for file in _changes(feed))

    assert [said for said in _OPERATIONS if f'"{said}"'.encode() not in lines] == []


_OPERATIONS = ("put", "delete", "rekey", "withdrawn", "erased", "merged", "moved")


def _changes(feed: Frozen) -> list[Path]:
    return [night.folder / "changes.ndjson" for night in feed.nights if (night.folder / "changes.ndjson").is_file()]
