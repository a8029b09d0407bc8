"""From a night to a letter: real nodes, the real scheduler, a real mail server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from hub.cli.program import app
from hub.mail import Session
from hub.model.notice import NoticeState
from hub.model.run import RunStatus
from hub.scheduler import Scheduler
from hub.settings import SourceFile, add_source, init_home
from hub.store import notices
from hub.store.engine import reading
from hub.wiring import Hub, open_hub
from tests.hub.feed_server import Answer, FakeNode, actor, serving
from tests.hub.mail_server import Letters, mail_server

NIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NETWORK, STEWARD = "contact@alpha.example", "pilote@national.example"


class Post:
    """A hub with one network, a mail server, and a clock that is set by hand."""

    def __init__(self, home: Path, stack: ExitStack, **said: Any) -> None:
        self.home, self.now, self.letters = home, NIGHT - DAY, Letters()
        self.node = FakeNode("alpha")
        for number in range(10):
            self.node.put(f"A-{number}", actor(f"Association {number}"))
        init_home(home)
        self.server = ExitStack()
        self.port = stack.enter_context(self.server).enter_context(mail_server(self.letters))
        mail = f'host = "127.0.0.1"\nport = {self.port}\nstarttls = false\nfrom = "hub@national.example"\n'
        settings = f'site = "https://annuaire.example.org"\n[mail]\n{mail}steward = "{STEWARD}"\n'
        (home / "hub.toml").write_text(settings, "utf-8")
        url = stack.enter_context(serving(self.node.answer))
        told = {"name": "alpha", "title": "Réseau Alpha", "url": url, "local": True, "contact_email": NETWORK} | said
        add_source(home, SourceFile.model_validate(told))
        self.hub: Hub = stack.enter_context(open_hub(home))

    def night(self) -> list[tuple[str, str]]:
        """The next night; returns the letters of it."""
        return self.look(DAY)

    def look(self, later: timedelta = MINUTE) -> list[tuple[str, str]]:
        before = len(self.letters.told)
        self.now += later
        Scheduler(self.hub, threading.Event(), lambda: self.now).look()
        return self.letters.told[before:]

    def text(self) -> str:
        """Of the last letter, without the spaces that French typography wants."""
        return str(self.letters.arrived[-1][1].get_content()).replace("\u202f", " ")

    def fail(self) -> None:
        self.node.faults["feed.json"] = lambda _: Answer(b"<html>", "text/html")

    def states(self) -> list[NoticeState]:
        with reading(self.hub.engine) as connection:
            return [notice.state for notice in notices.newest(connection)]


@pytest.fixture
def posted(tmp_path: Path) -> Iterator[Callable[..., Post]]:
    with ExitStack() as stack:
        yield lambda **said: Post(tmp_path / "hub", stack, **said)


def both(subject: str) -> list[tuple[str, str]]:
    return [(STEWARD, f"Réseau Alpha : {subject}"), (NETWORK, f"Réseau Alpha : {subject}")]


def test_a_network_that_fails_and_recovers_is_told_once_of_each(posted: Callable[..., Post]) -> None:
    post = posted()
    assert post.night() == []
    post.fail()
    failed = post.night()
    told = post.text()
    nothing = post.night()
    post.node.faults.clear()
    recovered = post.night()

    assert set(both("la moisson du 24 novembre 2026 n’a pas abouti")) < set(failed)
    assert nothing == []
    assert set(both("la moisson aboutit de nouveau")) < set(recovered)
    hub_too = {subject for address, subject in failed + recovered if "Catalogue national" in subject}
    assert len(hub_too) == 2  # the only network that there is could not be read, so neither could the night succeed
    assert "10 fiches" in next(
        str(message.get_content()) for address, message in post.letters.arrived if address == NETWORK
    )
    assert STEWARD not in "".join(str(message) for address, message in post.letters.arrived if address == NETWORK)
    assert told


def test_deletions_that_wait_are_told_and_told_again_after_three_nights_and_then_no_more(
    posted: Callable[..., Post],
) -> None:
    post = posted()
    post.night()
    for number in range(4):
        post.node.delete(f"A-{number}")
    first, second, fourth, fifth = post.night(), post.night(), post.look(2 * DAY), post.night()

    assert (first, second) == (both("4 suppressions attendent une décision"), [])
    assert (fourth, fifth) == (both("4 suppressions attendent depuis 3 nuits"), [])
    assert "https://annuaire.example.org/reseaux#alpha" in post.text()


def test_a_quarantine_that_grows_is_told_with_where_the_records_are_wrong(posted: Callable[..., Post]) -> None:
    post = posted()
    post.night()
    post.node.put("A-bad", {"name": 3, "type": "ASSO"})
    first = post.night()
    told = post.text()
    post.node.put("A-bad", actor("Corrigée"))
    fewer = post.night()
    post.node.put("B-bad", {"name": 3, "type": "ASSO"})

    assert first == both("1 fiche de plus à corriger")
    assert "Nom : 1 fiche, par exemple A-bad" in told
    assert fewer == []
    assert post.night() == both("1 fiche de plus à corriger")


def test_a_network_chooses_what_it_is_told_and_the_steward_is_told_all(posted: Callable[..., Post]) -> None:
    post = posted(notify=["held"])
    post.night()
    post.node.put("A-bad", {"name": 3, "type": "ASSO"})
    assert [address for address, _ in post.night()] == [STEWARD]
    for number in range(4):
        post.node.delete(f"A-{number}")
    assert [address for address, _ in post.night()] == [STEWARD, NETWORK]


def test_a_network_without_an_address_is_not_written_to(posted: Callable[..., Post]) -> None:
    post = posted(contact_email=None)
    post.night()
    post.node.put("A-bad", {"name": 3, "type": "ASSO"})

    assert [address for address, _ in post.night()] == [STEWARD]


def test_a_mail_server_that_is_down_fails_no_night_and_is_tried_at_the_next_look(posted: Callable[..., Post]) -> None:
    post = posted()
    post.night()
    post.node.put("A-bad", {"name": 3, "type": "ASSO"})
    post.server.close()
    assert post.night() == []
    assert [run["status"] for run in ledger(post.home)] == [RunStatus.SUCCEEDED] * 2
    assert post.states() == [NoticeState.WAITING] * 2

    with mail_server(post.letters, post.port):
        assert post.look() == both("1 fiche de plus à corriger")
        assert post.look() == []


def test_a_sender_that_dies_before_it_gave_the_text_is_followed_by_another_and_nothing_comes_twice(
    posted: Callable[..., Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = posted(contact_email=None)
    post.night()
    post.node.put("A-bad", {"name": 3, "type": "ASSO"})
    with monkeypatch.context() as dying:
        dying.setattr(Session, "offer", _die)
        with pytest.raises(KeyboardInterrupt):
            post.night()

    assert post.look() == []
    assert post.look(notices.CLAIM) == [(STEWARD, "Réseau Alpha : 1 fiche de plus à corriger")]
    assert post.look(notices.CLAIM * 2) == []


def test_a_sender_that_dies_while_it_gives_the_text_leaves_a_doubt_that_a_person_settles(
    posted: Callable[..., Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = posted(contact_email=None)
    post.night()
    post.node.put("A-bad", {"name": 3, "type": "ASSO"})
    give = Session.hand_over

    def give_and_die(session: Session, message: Any) -> None:
        give(session, message)
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(Session, "hand_over", give_and_die)
        with pytest.raises(KeyboardInterrupt):
            post.night()

    assert len(post.letters.told) == 1
    assert post.look(notices.CLAIM * 2) == []
    assert post.states() == [NoticeState.DOUBTFUL]
    [row] = listed(post.home, "notice", "list")
    assert row["state"] == "doubtful"
    sent = listed(post.home, "notice", "send", "--again", str(row["number"]))
    assert [each["state"] for each in sent] == ["sent"]
    one, two = post.letters.arrived
    assert one[1]["message-id"] == two[1]["message-id"]


def test_a_lost_last_word_is_told_as_a_doubt_and_a_no_as_a_no(posted: Callable[..., Post]) -> None:
    post = posted()
    post.night()
    post.node.put("A-bad", {"name": 3, "type": "ASSO"})
    post.letters.says["DATA"] = "drop"
    post.night()
    post.letters.says = {"RCPT": "550 unknown here"}
    post.look(MINUTE)

    found = {row["audience"]: (row["state"], row["error"]) for row in listed(post.home, "notice", "list")}
    assert found["steward"][0] == "doubtful"
    assert found["network"] == ("refused", "550 unknown here")


def test_what_would_be_sent_can_be_looked_at_first(posted: Callable[..., Post]) -> None:
    post = posted(contact_email=None)
    post.night()
    post.node.put("A-bad", {"name": 3, "type": "ASSO"})
    post.letters.says["RCPT"] = "451 later"
    post.night()

    [waiting] = listed(post.home, "notice", "send", "--dry-run")
    shown = CliRunner().invoke(app, ["notice", "show", str(waiting["number"]), "--home", str(post.home)])
    assert (waiting["state"], waiting["error"]) == ("waiting", "451 later")
    assert "À faire : aidez le réseau" in shown.stdout
    post.letters.says.clear()
    assert [each["state"] for each in listed(post.home, "notice", "send")] == ["sent"]
    assert listed(post.home, "notice", "send", "--dry-run") == []
    assert CliRunner().invoke(app, ["notice", "show", "99", "--home", str(post.home)]).exit_code != 0


def test_nothing_that_was_read_and_no_address_is_kept_with_a_notice(posted: Callable[..., Post]) -> None:
    post = posted()
    post.node.put("A-bad", actor("Eau", contacts=[{"name": "Jeanne Dupont", "email": "jeanne.dupont"}], website="x y"))
    post.night()

    kept = orjson.dumps(listed(post.home, "notice", "list"))
    assert b"A-bad" in kept
    assert not [
        word for word in (b"Jeanne", b"jeanne.dupont", b"x y", NETWORK.encode(), STEWARD.encode()) if word in kept
    ]


def _die(*_: Any) -> None:
    raise KeyboardInterrupt


def listed(home: Path, *arguments: str) -> list[dict[str, Any]]:
    answer = CliRunner().invoke(app, [*arguments, "--json", "--home", str(home)])
    found: list[dict[str, Any]] = orjson.loads(answer.stdout)
    return found


def ledger(home: Path) -> list[dict[str, Any]]:
    return listed(home, "run", "list")
