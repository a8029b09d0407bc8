"""A steward proposes, the network answers; what is published is what the network then states."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from hub.model.correction import Answer, Correction
from hub.networks import NetworkTokens, Receipts, create_app, issue, key_at
from hub.resolution import load
from hub.stages.checking import Checker
from hub.stages.correcting import answer, propose
from hub.stages.judging import record_key
from hub.store import corrections
from hub.store.engine import reading
from hub.store.tables import metadata
from schemas.errors import NotFound, RequestError
from tests.hub.feed_server import FakeNode, actor
from tests.hub.stages.test_accounting import SITE, TOURS, Nights
from tests.hub.web.conftest import serving

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture
def alpha() -> FakeNode:
    return FakeNode("alpha").put("1", actor("Eau et Vie", seat=TOURS)).put("bad", {"name": "Terre", "type": 3})


@pytest.fixture
def nights(engine: Engine, alpha: FakeNode) -> Iterator[Nights]:
    with ExitStack() as stack:
        nights = Nights(engine, [alpha, FakeNode("beta").put("b", actor("Lycée"))], stack)
        nights.night()
        yield nights


def proposed(
    nights: Nights, pointer: str = "/seat/postcode", value: Any = "37100", record: str = "alpha/1"
) -> Correction:
    key = record_key(record)
    return propose(nights.engine, key, pointer, value, author="claire", reason="Code postal de la mairie.", now=NOW)


def test_a_proposal_is_told_to_its_network_until_it_is_answered(nights: Nights) -> None:
    made = proposed(nights)
    nights.account()
    [told] = nights.by_id("alpha")["1"]["corrections"]
    answer(nights.engine, "alpha", made.number, Answer.REFUSED, "C'est bien 37000.", NOW)
    nights.account()

    assert (told["number"], told["field"], told["current"], told["proposed"]) == (
        made.number,
        "Siège › Code postal",
        "37000",
        "37100",
    )
    assert (told["reason"], told["author"]) == ("Code postal de la mairie.", "claire")
    assert nights.by_id("alpha")["1"]["corrections"] == []


def test_a_record_that_waits_can_be_proposed_what_makes_it_fit(nights: Nights) -> None:
    proposed(nights, "/type", "ASSO", "alpha/bad")
    nights.account()

    line = nights.by_id("alpha")["bad"]
    assert (line["state"], line["corrections"][0]["current"], line["corrections"][0]["proposed"]) == (
        "quarantined",
        3,
        "ASSO",
    )


def test_an_erasure_takes_along_what_was_proposed(nights: Nights, alpha: FakeNode) -> None:
    for number in range(20):
        alpha.put(f"more-{number}", actor(f"Comité de jumelage numéro {number}"))
    nights.night()
    proposed(nights, "/website", "https://eau-et-vie.example.org")
    nights.account()
    alpha.delete("1", reason="erased")
    nights.night()

    with reading(nights.engine) as connection:
        assert corrections.every(connection) == []
        everything = [str(row) for table in metadata.sorted_tables for row in connection.execute(table.select())]
    assert set(nights.by_id("alpha")["1"].items()) >= {("state", "erased"), ("id", "1")}
    assert len(nights.by_id("alpha")["1"]) == 4
    assert [row for row in everything if "eau-et-vie" in row] == []


@pytest.mark.parametrize(
    ("pointer", "value", "record", "error"),
    [
        ("/seat/postcode", "37000", "alpha/1", RequestError),
        ("/seat/postcode", "trop long pour un code", "alpha/1", RequestError),
        ("/website", "pas une adresse", "alpha/1", RequestError),
        ("/name/0", "x", "alpha/1", RequestError),
        ("", {}, "alpha/1", RequestError),
        ("/name", "x", "alpha/none", NotFound),
    ],
)
def test_what_says_nothing_new_or_is_not_fit_is_not_proposed(
    nights: Nights, pointer: str, value: Any, record: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        proposed(nights, pointer, value, record)


def test_the_answer_comes_over_http_once_and_from_its_own_network(
    nights: Nights, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = proposed(nights)
    with pytest.raises(RequestError, match="waits"):
        proposed(nights, value="37200")
    path = tmp_path_factory.mktemp("door") / "networks.toml"
    own, other = issue(path, "alpha"), issue(path, "beta")
    checker = Checker(nights.engine, load(), SITE)
    receipts = Receipts(path.parent / "releases", key_at(path.parent / "signature.key"))
    app = create_app(nights.engine, NetworkTokens(path), lambda: ["alpha", "beta"], checker, receipts, version="1")

    with serving(app) as url:

        def say(token: str, network: str, number: int, **said: str) -> int:
            headers = {"authorization": f"Bearer {token}"}
            target = f"{url}/networks/{network}/corrections/{number}"
            return httpx.post(target, headers=headers, json=said, timeout=30).status_code

        assert say(other, "alpha", made.number, answer="accepted") == 404
        assert say(other, "beta", made.number, answer="accepted") == 404
        assert say(own, "alpha", made.number + 1, answer="accepted") == 404
        assert say(own, "alpha", made.number, answer="refused") == 400
        assert say(own, "alpha", made.number, answer="perhaps") == 400
        assert say(own, "alpha", made.number, answer="accepted") == 200
        assert say(own, "alpha", made.number, answer="accepted") == 200
        assert say(own, "alpha", made.number, answer="refused", reason="non") == 400
