from datetime import UTC, datetime
from typing import Any

import pytest

import hub.feeds.errors
import hub.stages.visit
import hub.store.sources
from hub.model.notice import OF_A_NETWORK, Audience, Notice, NoticeKind
from hub.notices import render
from hub.notices.remedies import remedy
from schemas.errors import SourceError

FACTS: dict[str, Any] = {
    "network": "Réseau Bretagne Solidaire",
    "at": "2026-11-23T02:30:00+00:00",
    "job": 41,
    "code": "source-html",
    "reason": "feed.json is a web page",
    "declared": 2635,
    "quarantined": 12,
    "published": 2630,
    "before": 3,
    "until": "2026-11-24",
    "waiting": 320,
    "since": "2026-11-20",
    "nights": 3,
    "escalates": "2026-11-26",
    "issues": [
        {"field": "Siège › Code postal", "records": 9, "example": "A-42"},
        {"field": "Nom", "records": 1, "example": "A-7"},
    ],
    "missing": ["release"],
    "release": "20261122T023000Z-1f0c9a7e",
}
EVERY = [
    (kind, audience) for kind in NoticeKind for audience in Audience if kind in OF_A_NETWORK or audience == "steward"
]


def notice(kind: NoticeKind, audience: Audience, **facts: Any) -> Notice:
    source = "bretagne" if kind in OF_A_NETWORK else None
    made = datetime(2026, 11, 23, 2, 40, tzinfo=UTC)
    return Notice(number=7, source=source, kind=kind, about=41, audience=audience, facts=FACTS | facts, made_at=made)


def text(kind: NoticeKind, audience: Audience = Audience.NETWORK, site: str = "", **facts: Any) -> str:
    subject, body = render(notice(kind, audience, **facts), site)
    return f"{subject}\n{body}".replace("\u202f", " ")


@pytest.mark.parametrize(("kind", "audience"), EVERY)
def test_every_notice_has_a_subject_a_greeting_and_what_to_do(kind: NoticeKind, audience: Audience) -> None:
    subject, body = render(notice(kind, audience), "https://annuaire.example.org")

    assert 10 < len(subject) < 110
    assert body.startswith("Bonjour,\n")
    assert "À faire" in body
    assert "{" not in subject + body
    assert "\n\n\n" not in body
    assert body.endswith("\n")
    assert ("rrma-hub" in body) is (
        audience is Audience.STEWARD and kind not in (NoticeKind.RECOVERED, NoticeKind.HUB_RECOVERED)
    )
    assert ("https://annuaire.example.org/reseaux#bretagne" in body) is (kind in OF_A_NETWORK)


@pytest.mark.parametrize(("kind", "audience"), EVERY)
def test_a_notice_without_a_portal_or_a_deadline_has_no_gap(kind: NoticeKind, audience: Audience) -> None:
    said = text(kind, audience, until=None, code=None, reason=None, issues=[], missing=[], release=None, quarantined=4)

    assert "None" not in said
    assert "\n\n\n" not in said
    assert "http" not in said


def test_a_failure_says_what_happened_what_stays_what_to_do_and_by_when() -> None:
    said = text(NoticeKind.FAILED)

    assert said.startswith("Réseau Bretagne Solidaire : la moisson du 23 novembre 2026 n’a pas abouti\n")
    assert "le 23 novembre 2026" not in said.splitlines()[1]
    assert "une page web est venue à la place de l’annuaire" in said
    assert "2 630 fiches" in said
    assert "Avant le 24 novembre 2026" in said
    assert "feed.json is a web page" not in said
    assert "feed.json is a web page" in text(NoticeKind.FAILED, Audience.STEWARD)


def test_a_hold_says_how_many_and_until_when_and_only_the_steward_is_given_commands() -> None:
    assert "320 suppressions attendent une décision" in text(NoticeKind.HELD)
    assert "Avant le 26 novembre 2026" in text(NoticeKind.HELD)
    assert "rrma-hub job confirm 41 --by" in text(NoticeKind.HELD, Audience.STEWARD)
    assert "1 suppression attend" in text(NoticeKind.HELD, waiting=1)
    assert "depuis 3 nuits" in text(NoticeKind.ESCALATED)


def test_a_growing_quarantine_says_by_how_much_and_what_comes_most_often() -> None:
    said = text(NoticeKind.QUARANTINE)

    assert "9 fiches de plus à corriger" in said
    assert "12 fiches attendent en quarantaine (3 avant)" in said
    assert "Siège › Code postal : 9 fiches, par exemple A-42" in said
    assert "Nom : 1 fiche, par exemple A-7" in said


def test_every_error_of_a_visit_has_a_meaning_and_a_remedy_of_its_own() -> None:
    modules = (hub.feeds.errors, hub.stages.visit, hub.store.sources)
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    codes = {each.code for each in found if issubclass(each, SourceError) and each is not SourceError}
    never_told = {"source-superseded"}

    assert len(codes) > 10
    assert [code for code in sorted(codes - never_told) if remedy(code) == remedy(None)] == []
