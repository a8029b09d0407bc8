"""Nodes that sign: real nodes, live and static, and what must never be believed of one that did."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.job import Job, JobStatus
from hub.model.source import SourceKind
from hub.stages.harvest import harvest
from hub.stages.steering import trust
from hub.store import source_keys
from hub.store.engine import reading
from node import signing
from node.home import Home
from node.static_export import export
from node.web.app import app_of
from schemas.signing import public_text, signed
from tests.hub.conformance.nodes import files_of, listening
from tests.hub.feed_server import Answer, FakeNode, Question, actor, serving
from tests.hub.visits import NIGHT, published, source_at, visiting
from tests.node.nodes import ingest, make_home, rows

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WHO = {"author": "Awa", "reason": "nouvelle clé, dite au téléphone"}


def signing_node(tmp_path: Path) -> tuple[Home, str]:
    home = make_home(tmp_path / "node")
    public = signing.make(home.path / signing.FILE)
    return replace(home, settings=home.settings.model_copy(update={"signing_key_file": Path(signing.FILE)})), public


def keys(engine: Engine) -> list[tuple[str, date | None]]:
    with reading(engine) as connection:
        return [(each.key, each.until) for each in source_keys.every(connection, "centraider")]


def test_a_live_node_that_signs_is_known_by_its_key_from_its_first_visit_on(engine: Engine, tmp_path: Path) -> None:
    home, public = signing_node(tmp_path)
    ingest(home, rows(60))

    with listening(app_of(home)) as url, open_client() as client:
        source, feeds = source_at(url), FeedClient(client)
        first = harvest(source, feeds, engine, NIGHT)
        ingest(home, [*rows(59), *rows(1, Nom="Association renommée")][1:])
        changed = harvest(source, feeds, engine, NIGHT + timedelta(days=1))
        unchanged = harvest(source, feeds, engine, NIGHT + timedelta(days=2))
    home.engine.dispose()
    unsigned = replace(home, settings=home.settings.model_copy(update={"signing_key_file": None}))
    with listening(app_of(unsigned)) as url, open_client() as client:
        silent = harvest(source_at(url), FeedClient(client), engine, NIGHT + timedelta(days=3))

    assert {first.status, changed.status, unchanged.status} == {JobStatus.SUCCEEDED}
    assert (changed.tally.accepted, changed.tally.deleted, unchanged.tally.received) == (1, 1, 0)
    assert keys(engine) == [(public, None)]
    assert (silent.status, silent.error) == (JobStatus.FAILED, "source-signature")
    assert silent.reason == "/feed.json is not signed, and this source signs what it says"
    assert len(published(engine)) == 59


def test_a_static_node_is_signed_beside_its_files(embedded: Engine, tmp_path: Path) -> None:
    home, public = signing_node(tmp_path)
    site = tmp_path / "site"
    ingest(home, rows(60))
    assert set(export(home, site)) >= {"feed.json.sig", "snapshot.ndjson.gz.sig"}
    signature = (site / "feed.json.sig").read_bytes()
    export(home, site)
    assert (site / "feed.json.sig").read_bytes() == signature

    with files_of(site) as url, open_client() as client:
        source, feeds = source_at(url, kind=SourceKind.STATIC), FeedClient(client)
        first = harvest(source, feeds, embedded, NIGHT)
        ingest(home, rows(59))
        export(home, site)
        second = harvest(source, feeds, embedded, NIGHT)
        (site / "snapshot.ndjson.gz.sig").unlink()
        ingest(home, rows(58))
        export(home, site)
        (site / "snapshot.ndjson.gz.sig").write_bytes(signature)
        wrong = harvest(source, feeds, embedded, NIGHT)
        (site / "feed.json.sig").unlink()
        missing = harvest(source, feeds, embedded, NIGHT)

    assert (first.status, second.status, second.tally.deleted) == (JobStatus.SUCCEEDED, JobStatus.SUCCEEDED, 1)
    assert keys(embedded) == [(public, None)]
    assert (wrong.error, wrong.reason) == ("source-signature", "the body is not the one that was signed")
    assert missing.error == "source-signature"
    assert len(published(embedded)) == 59


class Signing:
    """A fake node behind something that signs its answers, and may be made to misbehave. later: of one path."""

    def __init__(self, node: FakeNode, key: Ed25519PrivateKey | None = KEY) -> None:
        self.node, self.key, self.path = node, key, "feed.json"
        self.spoil: str | None = None

    def answer(self, path: str, question: Question) -> Answer:
        found = self.node.answer(path, question)
        if self.key is None or found.status != 200 or not isinstance(found.body, bytes):
            return found
        query = "&".join(f"{name}={value}" for name, value in question.items())
        here = self.spoil if path == self.path else None
        if here == "another key":
            headers = signed(sha256(found.body).digest(), OTHER, at=datetime.now(UTC), query=query)
        elif here == "another question":
            headers = signed(sha256(found.body).digest(), KEY, at=datetime.now(UTC), query="after=0&limit=1")
        else:
            headers = signed(sha256(found.body).digest(), self.key, at=datetime.now(UTC), query=query)
        match here:
            case "no signature":
                headers = {}
            case "another body":
                found = replace(found, body=found.body + b"\n")
            case "another digest":
                headers["Content-Digest"] = "sha-256=:" + "A" * 43 + "=:"
            case "a page without its end":
                found = replace(found, body=found.body[:-1])
        return replace(found, headers={**found.headers, **headers})


@contextmanager
def visits_to(signer: Signing, engine: Engine) -> Iterator:
    with serving(signer.answer) as url, open_client() as client:
        source, nights = source_at(url), iter(range(1, 100))

        def visit() -> Job:
            return harvest(source, FeedClient(client), engine, NIGHT + timedelta(days=next(nights)))

        yield visit


def directory(count: int = 5) -> FakeNode:
    node = FakeNode()
    for number in range(count):
        node.put(f"A-{number}", actor(f"Association {number}"))
    return node


@pytest.mark.parametrize("path", ["feed.json", "changes"])
@pytest.mark.parametrize(
    "spoil",
    ["no signature", "another key", "another question", "another body", "another digest", "a page without its end"],
)
def test_what_is_not_signed_with_its_key_is_not_believed_and_nothing_of_it_is_kept(
    embedded: Engine, path: str, spoil: str
) -> None:
    signer = Signing(directory())
    with visits_to(signer, embedded) as visit:
        assert visit().status is JobStatus.SUCCEEDED
        signer.node.put("A-new", actor("Nouvelle"))
        signer.path, signer.spoil = path, spoil
        refused = visit()
        kept = published(embedded).keys()
        signer.spoil = None
        after = visit()

    assert (refused.status, refused.error, refused.tally.received) == (JobStatus.FAILED, "source-signature", 0)
    assert "A-new" not in kept
    assert (after.status, after.tally.accepted) == (JobStatus.SUCCEEDED, 1)


def test_a_first_answer_that_is_signed_binds_the_rest_of_that_visit(embedded: Engine) -> None:
    signer = Signing(directory())
    signer.path, signer.spoil = "changes", "no signature"
    with visits_to(signer, embedded) as visit:
        job = visit()

    assert (job.status, job.error) == (JobStatus.FAILED, "source-signature")
    assert keys(embedded) == []


def test_a_source_that_never_signed_is_asked_for_nothing(embedded: Engine) -> None:
    with visiting(directory(), embedded) as visit:
        assert visit().status is JobStatus.SUCCEEDED

    assert keys(embedded) == []


def test_a_key_is_exchanged_with_both_accepted_for_a_while(embedded: Engine) -> None:
    old, new = public_text(KEY.public_key()), public_text(OTHER.public_key())
    signer = Signing(directory())
    with visits_to(signer, embedded) as visit:
        visit()
        overlap = (NIGHT + timedelta(days=3)).date()
        trust(embedded, "centraider", new, overlap=overlap, now=NIGHT, **WHO)
        with_old = visit()
        signer.key = OTHER
        with_new = visit()
        signer.key = KEY
        too_late = visit()
        signer.key = OTHER
        assert visit().status is JobStatus.SUCCEEDED

    assert keys(embedded) == [(new, None), (old, overlap)]
    assert (with_old.status, with_new.status) == (JobStatus.SUCCEEDED, JobStatus.SUCCEEDED)
    assert (too_late.error, new in (too_late.reason or ""), old in (too_late.reason or "")) == (
        "source-signature", False, True,
    )  # fmt: skip


def test_a_source_whose_keys_were_forgotten_is_known_by_the_next_one(embedded: Engine) -> None:
    signer = Signing(directory())
    with visits_to(signer, embedded) as visit:
        visit()
        signer.key = OTHER
        assert visit().error == "source-signature"
        trust(embedded, "centraider", None, overlap=None, now=NIGHT, **WHO)
        again = visit()

    assert again.status is JobStatus.SUCCEEDED
    assert keys(embedded) == [(public_text(OTHER.public_key()), None)]
