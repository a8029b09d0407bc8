"""Each row of the README's table of what the hub refuses has tests that name it; and the cases that had none."""

import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Semaphore

import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.feeds.patience import Patience, asked_s
from hub.model.job import JobStatus
from hub.model.source import Limits, SourceKind
from hub.stages.harvest import harvest
from node.web.app import create_app
from tests.hub import test_harvest, test_harvest_faults
from tests.hub.conformance.nodes import listening
from tests.hub.databases import database
from tests.hub.feed_server import Answer, FakeNode, Question, actor, end, ndjson
from tests.hub.visits import NIGHT, published, source_at, states, visiting
from tests.node.nodes import ingest, make_home, rows

README = (Path(__file__).parents[2] / "hub" / "README.md").read_text("utf-8")

HARVEST = {
    "a line over 1 MiB": ["a_line_too_long_is_set_aside_and_the_harvest_is_still_complete"],
    "a line of an unknown collection": ["a_collection_we_do_not_know_waits_and_is_part_of_the_proof"],
    "a record invalid against its schema": ["an_invalid_record_never_replaces_a_good_one"],
    "a seat outside the network's perimeter": ["a_seat_outside_the_perimeter_waits_unless_the_source_may_have_it"],
    "two statements of one record in a page": [
        "two_statements_of_one_record_in_a_page_leave_the_later_one_and_a_remark"
    ],
    "deletions over the guard": [
        "many_deletions_are_held_and_what_is_new_is_still_published",
        "an_emptied_directory_is_refused",
    ],
}
FAULTS = {
    "a line that is not JSON, or of wrong types": ["lines_that_cannot_be_read_are_set_aside_one_by_one"],
    "a record that is not what its hash says": ["a_record_altered_on_its_way_waits"],
    "sequence numbers that do not rise": ["a_feed_that_goes_in_circles_is_left"],
    "`more` promised and nothing new": ["a_feed_that_goes_in_circles_is_left"],
    "a web page, whatever it calls itself": ["an_answer_that_is_not_the_feed_ends_the_job"],
    "another content type": ["an_answer_that_is_not_the_feed_ends_the_job"],
    "a body over the source's limit": ["an_answer_without_end_is_left_at_the_limit_of_its_source"],
    "a decompression ratio over 100": [
        "a_small_answer_that_grows_out_of_proportion_is_refused",
        "a_zstd_bomb_is_refused_too",
    ],
    "a redirect to another host": ["an_answer_that_is_not_the_feed_ends_the_job", "redirects_without_end_are_refused"],
    "a private, loopback or link-local address": ["a_private_address_is_refused_unless_the_source_is_local"],
    "a link of a local source to another host": ["a_local_source_never_leads_to_another_host"],
    "a count or digest that is not its manifest's": [
        "a_manifest_that_lies_about_its_count_deletes_nothing_and_never_succeeds",
        "a_static_snapshot_that_lacks_records_it_declares_deletes_nothing",
    ],
}
HERE = {
    "less than 1,000 bytes a second for 60 s": ["a_source_slower_than_a_thousand_bytes_a_second_for_a_minute_is_left"],
    "an answer cut off at any byte": ["an_answer_cut_off_at_any_byte_costs_nothing_but_the_night"],
    "401 or 403": ["a_node_that_asks_for_a_token_says_what_is_wrong_with_ours"],
    "429 or 503 with `Retry-After`": ["a_busy_node_is_asked_again_when_it_says"],
}


def test_each_row_of_the_table_of_refusals_has_tests_that_are_there() -> None:
    table = README[README.index("| what a source sends |") :].partition("\n\n")[0]
    told = [row for row in re.findall(r"^\| (.+?) \| .+ \|$", table, re.MULTILINE) if row[0] != "-"][1:]

    assert sorted(told) == sorted([*HARVEST, *FAULTS, *HERE])
    named = [(test_harvest, HARVEST), (test_harvest_faults, FAULTS)]
    for module, rows_of in named:
        for names in rows_of.values():
            assert all(callable(getattr(module, f"test_{name}")) for name in names)
    assert all(callable(globals()[f"test_{name}"]) for names in HERE.values() for name in names)


def directory(count: int = 9) -> FakeNode:
    node = FakeNode()
    for number in range(count):
        node.put(f"A-{number}", actor(f"Association {number}"))
    return node


class Ticking:
    """A clock that a test sets; what is slept passes at once."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.now, self.step_s = 0.0, step_s
        self.slept: list[float] = []

    def read(self) -> float:
        self.now += self.step_s
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self) -> Patience:
        return Patience(clock=self.read, sleep=self.sleep)


@pytest.mark.parametrize(("chunk", "fails"), [(2_000, True), (60_000, False)])
def test_a_source_slower_than_a_thousand_bytes_a_second_for_a_minute_is_left(
    embedded: Engine, chunk: int, fails: bool
) -> None:
    """By the limits every source has. The clock is looked at with each piece that arrives, 20 s after the last.

    A piece is sent when the one before it was read, and is small enough to arrive at once, or in two reads at most.
    """
    node, clock, taken = directory(), Ticking(step_s=20.0), Semaphore(0)
    whole = ndjson([*node.lines, end(node.seq)])

    def read() -> float:
        taken.release()
        return Ticking.read(clock)

    def pieces(_: Question) -> Answer:
        while taken.acquire(blocking=False):
            pass  # looked at while the manifest was read
        return Answer(piece for piece in [b"\n" * chunk] * 4 + [whole] if taken.acquire(timeout=60))

    clock.read = read  # type: ignore[method-assign] # the reader has looked at its clock: the next piece may come
    node.faults["changes"] = pieces
    with visiting(node, embedded, clock.patience, limits=Limits()) as visit:
        job = visit()

    assert (job.status, job.error) == ((JobStatus.FAILED, "source-too-slow") if fails else (JobStatus.SUCCEEDED, None))


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda whole: whole,
    "gzip": lambda whole: gzip.compress(whole, 1),
    "zstd": zstandard.ZstdCompressor().compress,
}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    share=st.floats(0, 1, exclude_max=True),
    coding=st.sampled_from(sorted(CODINGS)),
    honest=st.booleans(),
    kind=st.sampled_from(SourceKind),
    path=st.sampled_from(["body", "feed.json"]),
)
@example(share=0.9999, coding="identity", honest=False, kind=SourceKind.LIVE, path="body")
def test_an_answer_cut_off_at_any_byte_costs_nothing_but_the_night(
    tmp_path: Path, share: float, coding: str, honest: bool, kind: SourceKind, path: str
) -> None:
    """honest: the connection breaks before the length that was told; else the answer just ends, as if it were whole."""
    node = directory()
    body = "changes" if kind is SourceKind.LIVE else "snapshot.ndjson.gz"

    def cut(question: Question) -> Answer:
        if path == "feed.json":
            whole, natural = ndjson([node.manifest()]), "application/json"
        else:
            whole = node.snapshot() if body != "changes" else plain(node.changes(question))
            natural = "application/x-ndjson"
        sent = CODINGS[coding](whole.strip())  # the last line feed says nothing
        at = int(len(sent) * share)
        return Answer(sent[:at], natural, headers={"Content-Encoding": coding}, length=len(sent) if honest else None)

    with database(tmp_path / "hub.sqlite") as engine, visiting(node, engine, kind=kind) as visit:
        visit()
        before = published(engine)
        for number in (2, 4):
            node.put(f"A-{number}", actor(f"Autre {number}"))
        node.put("A-new", actor("Nouvelle"))
        node.faults[path if path == "feed.json" else body] = cut
        broken = visit()
        assert published(engine).keys() >= before.keys()
        node.faults.clear()
        whole = visit()
        again = visit()
        assert published(engine) == {local_id: line["record"] for (_, local_id), line in node.live.items()}
        assert set(states(engine).values()) == {"accepted"}

    assert broken.status in (JobStatus.FAILED, JobStatus.PARTIAL)
    assert (whole.status, again.status) == (JobStatus.SUCCEEDED, JobStatus.SUCCEEDED)


def plain(answer: Answer) -> bytes:
    assert isinstance(answer.body, bytes)
    return gzip.decompress(answer.body)


def test_a_node_that_asks_for_a_token_says_what_is_wrong_with_ours(embedded: Engine, tmp_path: Path) -> None:
    home = make_home(tmp_path / "node", token_file="token")
    (home.path / "token").write_text("the right one\n")
    ingest(home, rows(3))
    ours = tmp_path / "ours"
    reasons = []
    with listening(create_app(home.path)) as url, open_client() as client:
        for written in (None, "a wrong one", "the right one"):
            if written:
                ours.write_text(written)
            source = source_at(url, token_file=ours if written else None)
            job = harvest(source, FeedClient(client), embedded, NIGHT)
            reasons.append((job.status, job.error, job.reason))

    assert reasons == [
        (
            JobStatus.FAILED,
            "source-token",
            "the node asks for a token, and none is set for it (token_file): HTTP 401 for /feed.json",
        ),
        (JobStatus.FAILED, "source-token", "the node refuses our token: HTTP 401 for /feed.json"),
        (JobStatus.SUCCEEDED, None, None),
    ]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("path", ["feed.json", "changes"])
def test_a_busy_node_is_asked_again_when_it_says(embedded: Engine, status: int, path: str) -> None:
    node, clock, waits = directory(), Ticking(), iter(["30", "0"])

    def busy(question: Question) -> Answer:
        wait = next(waits, None)
        if wait is None:
            del node.faults[path]
            return node.answer(path, question)
        return Answer(b"", "text/plain", status, headers={"Retry-After": wait})

    node.faults[path] = busy
    with visiting(node, embedded, clock.patience) as visit:
        job = visit()

    assert (job.status, clock.slept) == (JobStatus.SUCCEEDED, [30.0, 1.0])


@pytest.mark.parametrize(("wait", "slept"), [("100000", []), ("50", [50.0, 50.0]), ("0", [1.0] * 120)])
def test_a_node_that_is_busy_for_ever_is_left_to_the_next_night(
    embedded: Engine, wait: str, slept: list[float]
) -> None:
    node, clock = directory(), Ticking()
    node.faults["changes"] = lambda _: Answer(b"", "text/plain", 429, headers={"Retry-After": wait})
    with visiting(node, embedded, clock.patience) as visit:
        job = visit()

    assert (job.status, job.error) == (JobStatus.FAILED, "source-status")
    assert "HTTP 429 for /changes, to be asked again in" in str(job.reason)
    assert clock.slept == slept


NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("Mon, 23 Nov 2026 02:31:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 02:29:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        (None, None),
    ],
)
def test_both_forms_of_retry_after_are_read(header: str | None, seconds: float | None) -> None:
    assert asked_s(header, NOW) == seconds
