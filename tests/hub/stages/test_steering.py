"""A source that is paused, whose guard is overridden, that is looked at beforehand."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.model.hold import night_of
from hub.model.job import JobStatus
from hub.model.ruling import Ruling
from hub.model.source import SourceKind
from hub.stages.harvest import harvest, harvest_all
from hub.stages.preview import Preview, preview
from hub.stages.ruling import rule
from hub.stages.steering import end_override, override, pause, resume
from hub.store import instructions
from hub.store.engine import reading
from schemas.errors import NotFound, RequestError, SourceError
from tests.hub.feed_server import Answer, FakeNode, actor, serving
from tests.hub.visits import NIGHT, published, said, source_at, states, visiting

WHO = {"author": "Awa", "reason": "grand ménage annoncé"}


def directory(count: int = 20, network: str = "centraider") -> FakeNode:
    node = FakeNode(network)
    for number in range(count):
        node.put(f"A-{number}", actor(f"Association {number}"))
    return node


def lose(node: FakeNode, first: int, last: int) -> None:
    for number in range(first, last):
        node.delete(f"A-{number}")


def test_a_paused_source_is_not_visited_and_the_others_are(engine: Engine) -> None:
    nodes = [directory(3, "net-0"), directory(3, "net-1")]
    with serving(nodes[0].answer) as one, serving(nodes[1].answer) as other, open_client() as client:
        chosen = [source_at(one, "net-0"), source_at(other, "net-1")]
        pause(engine, "net-0", now=NIGHT, **WHO)
        first = harvest_all(chosen, FeedClient(client), engine, NIGHT)
        resume(engine, "net-0", now=NIGHT, **WHO)
        second = harvest_all(chosen, FeedClient(client), engine, NIGHT + timedelta(days=1))

    assert [job.source for job in first] == ["net-1"]
    assert [job.source for job in second] == ["net-0", "net-1"]
    with reading(engine) as connection:
        [kept] = instructions.every(connection)
    assert (kept.source, kept.author, kept.ended_by, kept.is_in_force(night_of(NIGHT))) == (
        "net-0",
        "Awa",
        "Awa",
        False,
    )


def test_what_is_so_already_is_refused_and_words_are_asked_for(embedded: Engine) -> None:
    pause(embedded, "a", now=NIGHT, **WHO)

    with pytest.raises(RequestError, match="already, by Awa: grand ménage"):
        pause(embedded, "a", now=NIGHT, **WHO)
    with pytest.raises(NotFound):
        resume(embedded, "b", now=NIGHT, **WHO)
    with pytest.raises(RequestError, match="--reason"):
        pause(embedded, "b", author="Awa", reason=" ", now=NIGHT)


@pytest.mark.parametrize("until", [date(2026, 11, 22), date(2026, 12, 25), date(9999, 1, 1)])
def test_an_override_has_an_end_that_is_near(embedded: Engine, until: date) -> None:
    with pytest.raises(RequestError, match="in 31 days at the latest"):
        override(embedded, "centraider", until=until, now=NIGHT, **WHO)


def test_an_override_lets_more_leave_says_by_whom_and_is_over_after_its_last_day(engine: Engine) -> None:
    node = directory(40)
    with visiting(node, engine) as visit:
        visit()
        override(engine, "centraider", until=date(2026, 11, 25), now=NIGHT, **WHO)
        lose(node, 0, 15)
        let_go = visit()  # on the 25th
        lose(node, 15, 20)
        held = visit()  # on the 26th

    assert (let_go.status, let_go.tally.deleted) == (JobStatus.SUCCEEDED, 15)
    assert let_go.waived == "override 1 until 2026-11-25 by Awa: grand ménage annoncé"
    assert let_go.waived in let_go.notes
    assert (held.status, held.tally.held) == (JobStatus.HELD, 5)  # of 25, where the history started again


def test_an_override_that_was_taken_back_lets_nothing_leave(embedded: Engine) -> None:
    node = directory()
    with visiting(node, embedded) as visit:
        visit()
        override(embedded, "centraider", until=date(2026, 12, 1), now=NIGHT, **WHO)
        end_override(embedded, "centraider", now=NIGHT, **WHO)
        lose(node, 0, 5)
        job = visit()

    assert (job.status, job.tally.held, job.waived) == (JobStatus.HELD, 5, None)


def test_an_override_never_empties_a_directory(embedded: Engine) -> None:
    node = directory()
    with visiting(node, embedded) as visit:
        visit()
        override(embedded, "centraider", until=date(2026, 12, 1), now=NIGHT, **WHO)
        lose(node, 0, 20)
        job = visit()
        assert (job.status, job.error, len(published(embedded))) == (JobStatus.FAILED, "source-loss-refused", 20)
        rule(embedded, job.number, Ruling.CONFIRMED, now=NIGHT + timedelta(days=3), **WHO)

    assert published(embedded) == {}


@pytest.mark.parametrize("kind", SourceKind)
def test_a_preview_says_what_a_visit_would_do_and_writes_nothing(embedded: Engine, kind: SourceKind) -> None:
    node = directory(20)
    with serving(node.answer) as url, open_client() as client:
        source, feeds = source_at(url, kind=kind), FeedClient(client)
        before_any_visit = preview(source, feeds.open(source), embedded)
        harvest(source, feeds, embedded, NIGHT)
        known = said(embedded), states(embedded)
        lose(node, 0, 5)
        node.put("A-6", actor("Autre")).put("A-bad", {"name": 3, "type": "ASSO"})
        found = preview(source, feeds.open(source), embedded, first=40)

        assert (said(embedded), states(embedded)) == known

    assert {line.fate for line in before_any_visit.lines} == {"accepted"}
    assert len(before_any_visit.lines) == 20
    assert found.way == ("snapshot" if kind is SourceKind.STATIC else "changes")
    assert fates(found, "A-6") == ["accepted"]
    [bad] = [line for line in found.lines if line.id == "A-bad"]
    assert (bad.fate, bad.why) == ("quarantined", ("wrong-type",))
    assert fates(found, "A-0") == ([] if kind is SourceKind.STATIC else ["leaves"])
    assert fates(found, "A-7") == (["unchanged"] if kind is SourceKind.STATIC else [])
    [actors] = found.as_json()["collections"]
    assert actors == {"collection": "actor", "declared": 16, "last_accepted": 20, "lost_at_least": 4, "guard": "held"}


def fates(found: Preview, local_id: str) -> list[str]:
    return [line.fate for line in found.lines if line.id == local_id]


def test_a_preview_of_what_cannot_be_read_says_why(embedded: Engine) -> None:
    with serving(lambda *_: Answer(b"<html>", "text/html")) as url, open_client() as client:
        source = source_at(url)
        with pytest.raises(SourceError, match="answers with a web page"):
            preview(source, FeedClient(client).open(source), embedded)
