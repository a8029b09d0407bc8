"""Nodes that are down, slow, lying, truncated, looping or hostile: the job fails, the last good data stays."""

import gzip
import itertools
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from urllib.parse import urlencode

import pytest
import zstandard
from sqlalchemy import Engine

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.job import Job, JobStatus
from hub.model.source import Limits, SourceKind
from hub.stages.harvest import harvest, harvest_all
from hub.store import publishable
from hub.store.engine import reading
from tests.hub.feed_server import Answer, FakeNode, actor, end, ndjson, serving
from tests.hub.visits import NIGHT, published, said, source_at, states, visiting

HTML = b"<!DOCTYPE html><html><body>Maintenance</body></html>"


@pytest.fixture
def node() -> FakeNode:
    node = FakeNode()
    for number in range(5):
        node.put(f"A-{number}", actor(f"Association {number}"))
    return node


def second_visit(node: FakeNode, engine: Engine, break_it: Callable[[], None], **source: object) -> Job:
    """A good first night, one more record, then the fault; whatever it is, the first night's records stay."""
    with visiting(node, engine, **source) as visit:
        assert visit().status is JobStatus.SUCCEEDED
        good = published(engine)
        node.put("A-new", actor("Nouvelle"))
        break_it()
        job = visit()
    assert published(engine).items() >= good.items()
    return job


def answering(node: FakeNode, path: str, answer: Answer) -> Callable[[], None]:
    def break_it() -> None:
        node.faults[path] = lambda _: answer

    return break_it


@pytest.mark.parametrize("path", ["feed.json", "changes"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(HTML, "text/html; charset=utf-8"), "source-html"),
        (Answer(HTML, "application/x-ndjson"), "source-content-type"),
        (Answer(b"{}", "text/plain"), "source-content-type"),
        (Answer(b"gone fishing", "text/plain", 503), "source-status"),
        (Answer(b"", "text/plain", 404), "source-status"),
        (Answer(b"", status=302, headers={"Location": "http://example.org/feed.json"}), "source-redirect"),
        (Answer(b"", status=302, headers={"Location": "file:///etc/passwd"}), "source-redirect"),
        (Answer(b"\x1f\x8bnot gzip", "application/json", headers={"Content-Encoding": "gzip"}), "source-corrupt"),
        (Answer(b"?", "application/json", headers={"Content-Encoding": "br"}), "source-corrupt"),
        (Answer(gzip.compress(b"x" * 9_999)[:-9], "application/json", headers={"Content-Encoding": "gzip"}), None),
    ],
    ids=["html", "html-as-feed", "text", "down", "missing", "elsewhere", "file", "corrupt", "brotli", "cut"],
)
def test_an_answer_that_is_not_the_feed_ends_the_job(
    node: FakeNode, embedded: Engine, path: str, answer: Answer, code: str | None
) -> None:
    natural = "application/json" if path == "feed.json" else "application/x-ndjson"
    kind = natural if answer.type in ("application/json", "application/x-ndjson") else answer.type
    job = second_visit(node, embedded, answering(node, path, replace(answer, type=kind)))

    expected = code if kind != natural or code != "source-content-type" else "source-html"
    assert job.status is JobStatus.FAILED
    assert job.error in ({expected} if expected else {"source-truncated", "source-manifest"})
    assert job.reason


def test_a_node_that_is_down_fails_its_own_job_and_the_others_are_published(embedded: Engine) -> None:
    nodes = [FakeNode(f"net-{number}").put("A-1", actor("Eau")) for number in range(2)]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    with serving(nodes[0].answer) as first, serving(nodes[1].answer) as last, open_client() as client:
        chosen = [source_at(first, "net-0"), source_at(nowhere, "down"), source_at(last, "net-1")]
        found = harvest_all(chosen, FeedClient(client), embedded, NIGHT)

    assert [job.status for job in found] == [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.SUCCEEDED]
    assert found[1].error == "source-unreachable"
    with reading(embedded) as connection:
        assert {each.key.source for each in publishable.accepted(connection, "actor")} == {"net-0", "net-1"}


def test_a_manifest_that_lies_about_its_count_deletes_nothing_and_never_succeeds(
    node: FakeNode, embedded: Engine
) -> None:
    def lie() -> None:
        node.delete("A-1")
        manifest = node.manifest()
        manifest["collections"]["actor"]["count"] += 7
        node.faults["feed.json"] = lambda _: Answer(json.dumps(manifest).encode(), "application/json")

    job = second_visit(node, embedded, lie)

    assert job.status is JobStatus.FAILED
    assert job.tally.deleted == 0
    assert job.reason == "actor: 12 declared, 5 received, digests agree"
    assert states(embedded)["A-1"] == "held"


def test_a_static_snapshot_that_lacks_records_it_declares_deletes_nothing(node: FakeNode, embedded: Engine) -> None:
    node.links = {"snapshot": "snapshot.ndjson.gz"}

    def lose_half() -> None:
        lines = [node.manifest(), *list(node.live.values())[:3], end(node.seq)]
        node.faults["snapshot.ndjson.gz"] = lambda _: Answer(gzip.compress(ndjson(lines)), "application/gzip")

    job = second_visit(node, embedded, lose_half, kind=SourceKind.STATIC)

    assert job.status is JobStatus.FAILED
    assert ("A-4", "absent", "accepted") not in said(embedded)


def test_a_page_without_its_end_line_is_kept_and_the_job_is_not_successful(node: FakeNode, embedded: Engine) -> None:
    def cut_off() -> None:
        last = node.lines[-1:]
        node.faults["changes"] = lambda _: Answer(ndjson(last))

    job = second_visit(node, embedded, cut_off)

    assert (job.status, job.error) == (JobStatus.PARTIAL, "source-truncated")
    assert "A-new" in published(embedded)


def test_the_next_visit_goes_on_where_a_cut_off_one_stopped(node: FakeNode, embedded: Engine) -> None:
    asked = []

    def first_two_lines(question: dict[str, str]) -> Answer:
        asked.append(question["after"])
        del node.faults["changes"]
        return Answer(ndjson(node.lines[:2]))

    node.faults["changes"] = first_two_lines
    with visiting(node, embedded) as visit:
        partial, whole = visit(), visit()

    assert (partial.status, partial.tally.accepted) == (JobStatus.PARTIAL, 2)
    assert (whole.status, whole.tally.accepted) == (JobStatus.SUCCEEDED, 3)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (lambda node: [end(5, more=True)], "source-loop"),
        (lambda node: [end(99, more=True)], "source-loop"),
        (lambda node: [node.lines[5], node.lines[5], end(6)], "source-order"),
        (lambda node: [node.lines[3], end(6)], "source-order"),
        (lambda node: [node.lines[5], end(3)], "source-order"),
    ],
    ids=["loop", "loop-ahead", "repeated", "old", "backwards"],
)
def test_a_feed_that_goes_in_circles_is_left(
    node: FakeNode, embedded: Engine, lines: Callable[[FakeNode], list[object]], code: str
) -> None:
    def spin() -> None:
        node.faults["changes"] = lambda _: Answer(ndjson(lines(node)))

    job = second_visit(node, embedded, spin)

    assert (job.status, job.error) == (JobStatus.FAILED, code)


def test_a_small_answer_that_grows_out_of_proportion_is_refused(node: FakeNode, embedded: Engine) -> None:
    bomb = gzip.compress(b" " * (8 << 20), 9)

    job = second_visit(node, embedded, answering(node, "changes", Answer(bomb, headers={"Content-Encoding": "gzip"})))

    assert (job.status, job.error) == (JobStatus.FAILED, "source-ratio")


def test_a_zstd_bomb_is_refused_too(node: FakeNode, embedded: Engine) -> None:
    bomb = zstandard.ZstdCompressor(level=19).compress(b" " * (64 << 20))

    job = second_visit(node, embedded, answering(node, "changes", Answer(bomb, headers={"Content-Encoding": "zstd"})))

    assert (job.status, job.error) == (JobStatus.FAILED, "source-ratio")


def test_zstd_is_read_where_a_node_chooses_it(node: FakeNode, embedded: Engine) -> None:
    plain = ndjson([*node.lines, end(node.seq)])
    packed = zstandard.ZstdCompressor().compress(plain)
    node.faults["changes"] = lambda _: Answer(packed, headers={"Content-Encoding": "zstd"})

    with visiting(node, embedded) as visit:
        assert visit().status is JobStatus.SUCCEEDED


def test_an_answer_without_end_is_left_at_the_limit_of_its_source(node: FakeNode, embedded: Engine) -> None:
    def endless() -> Iterator[bytes]:
        return itertools.repeat(b"\n" * 65_536)

    node.faults["changes"] = lambda _: Answer(endless())
    with visiting(node, embedded, limits=Limits(max_body_bytes=1 << 20, timeout_s=5)) as visit:
        job = visit()

    assert (job.status, job.error) == (JobStatus.FAILED, "source-too-large")


def test_an_endless_line_fills_no_memory_and_is_one_bad_line(node: FakeNode, embedded: Engine) -> None:
    whole = itertools.chain([b'{"seq": 1, "op": "put", '], itertools.repeat(b"x" * 65_536, 80), [b"\n"])
    node.faults["changes"] = lambda _: Answer(itertools.chain(whole, [ndjson([end(node.seq)])]))
    with visiting(node, embedded) as visit:
        job = visit()

    assert job.status is JobStatus.FAILED
    assert said(embedded) == [(None, "unreadable", "quarantined")]


def test_a_node_that_drips_is_left(node: FakeNode, embedded: Engine) -> None:
    stop = Event()

    def drip() -> Iterator[bytes]:
        while not stop.wait(0.01):
            yield b" "

    node.faults["changes"] = lambda _: Answer(drip())
    with visiting(node, embedded, limits=Limits(slow_after_s=0.2, timeout_s=5)) as visit:
        job = visit()
        stop.set()

    assert (job.status, job.error) == (JobStatus.FAILED, "source-too-slow")


def test_a_node_that_never_answers_is_left(node: FakeNode, embedded: Engine) -> None:
    stop = Event()

    def never(_: dict[str, str]) -> Answer:
        stop.wait(5)
        return Answer()

    node.faults["changes"] = never
    with visiting(node, embedded, limits=Limits(timeout_s=0.2)) as visit:
        job = visit()
        stop.set()

    assert (job.status, job.error) == (JobStatus.FAILED, "source-too-slow")


def test_lines_that_cannot_be_read_are_set_aside_one_by_one(node: FakeNode, embedded: Engine) -> None:
    bad = [
        b"{not json}\n",
        b"[1, 2]\n",
        b'{"seq": "three", "op": "put"}\n',
        b'{"seq": 3, "op": "put", "collection": "actor", "id": "a\\nb", "hash": "' + b"0" * 64 + b'", "record": {}}\n',
        b"\r\n",
        b"\xff\xfe\n",
        b'{"seq": 3, "op": "put", "collection": "actor", "id": "half", "record": {"name": "\\ud800"}}\n',
    ]
    lines = ndjson(node.lines)
    node.faults["changes"] = lambda _: Answer(b"".join(bad[:3] + bad[4:]) + lines + ndjson([end(node.seq)]))

    with visiting(node, embedded) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert (job.tally.accepted, job.tally.quarantined) == (5, 5)


def test_a_record_altered_on_its_way_waits(node: FakeNode, embedded: Engine) -> None:
    altered = [line | {"record": actor("Altérée")} if line["id"] == "A-2" else line for line in node.lines]
    node.faults["changes"] = lambda _: Answer(ndjson([*altered, end(node.seq)]))

    with visiting(node, embedded) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert states(embedded)["A-2"] == "quarantined"


def test_lines_after_the_end_are_ignored_and_told(node: FakeNode, embedded: Engine) -> None:
    late = {"seq": 99, "op": "put", "collection": "actor", "id": "late", "hash": "0" * 64, "record": {}}
    node.faults["changes"] = lambda _: Answer(ndjson([*node.lines, end(node.seq), late]))

    with visiting(node, embedded) as visit:
        job = visit()

    assert job.status is JobStatus.SUCCEEDED
    assert job.notes == ("1 lines after the end line were ignored",)
    assert "late" not in states(embedded)


def test_a_redirect_on_the_same_host_is_followed(node: FakeNode, embedded: Engine) -> None:
    def moved(path: str, question: dict[str, str]) -> Answer:
        if path.startswith("old/"):
            return Answer(status=301, headers={"Location": f"/{path.removeprefix('old/')}?{urlencode(question)}"})
        return node.answer(path, question)

    with serving(moved) as url, open_client() as client:
        job = harvest(source_at(f"{url}/old", regions=()), FeedClient(client), embedded, NIGHT)

    assert job.status is JobStatus.SUCCEEDED


def test_redirects_without_end_are_refused(embedded: Engine) -> None:
    circle = Answer(status=302, headers={"Location": "/feed.json"})

    with serving(lambda *_: circle) as url, open_client() as client:
        job = harvest(source_at(url), FeedClient(client), embedded, NIGHT)

    assert job.error == "source-redirect"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "10.0.0.1"])
def test_a_private_address_is_refused_unless_the_source_is_local(embedded: Engine, host: str) -> None:
    with open_client() as client:
        job = harvest(source_at(f"http://{host}:9", local=False), FeedClient(client), embedded, NIGHT)

    assert (job.status, job.error) == (JobStatus.FAILED, "source-address")


def test_a_local_source_never_leads_to_another_host(node: FakeNode, embedded: Engine) -> None:
    other = FakeNode()
    with serving(other.answer) as elsewhere:
        node.links = {"changes": f"{elsewhere}/changes", "snapshot": f"{elsewhere}/snapshot.ndjson.gz"}
        with visiting(node, embedded) as visit:
            job = visit()

    assert (job.status, job.error) == (JobStatus.FAILED, "source-redirect")
    assert other.asked == []


def test_the_feed_of_another_network_is_refused(embedded: Engine) -> None:
    node = FakeNode("somebody-else")
    with serving(node.answer) as url, open_client() as client:
        job = harvest(source_at(url, "centraider"), FeedClient(client), embedded, NIGHT)

    assert (job.status, job.error) == (JobStatus.FAILED, "source-manifest")


def test_a_token_that_cannot_be_read_fails_that_job_alone(node: FakeNode, embedded: Engine, tmp_path) -> None:
    with visiting(node, embedded, token_file=tmp_path / "missing") as visit:
        job = visit()

    assert (job.status, job.error) == (JobStatus.FAILED, "config")


def test_a_token_is_sent_as_a_bearer(node: FakeNode, embedded: Engine, tmp_path) -> None:
    token = tmp_path / "token"
    token.write_text("secret\n")

    with open_client() as client, serving(node.answer) as url:
        source = source_at(url, token_file=token)
        job = harvest(source, FeedClient(client), embedded, NIGHT)

    assert job.status is JobStatus.SUCCEEDED
