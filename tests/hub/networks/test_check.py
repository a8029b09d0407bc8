"""Before a record is saved: who may it already be, among all that the hub knows, and what may be said of them?"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select

from hub.networks import NetworkTokens, Receipts, create_app, issue, key_at
from hub.resolution import load
from hub.stages.checking import Checker
from hub.store.engine import reading
from hub.store.tables import metadata
from schemas.registry import LATEST
from schemas.validate import issues
from tests.hub.feed_server import FakeNode, actor
from tests.hub.stages.test_accounting import SITE, TOURS, Nights
from tests.hub.web.conftest import serving

SECRET = "Puits du Sahel de la Rabaterie"


@pytest.fixture
def alpha() -> FakeNode:
    return FakeNode("alpha").put("1", actor("Maison des solidarités internationales", seat=TOURS))


@pytest.fixture
def nights(embedded: Engine, alpha: FakeNode) -> Iterator[Nights]:
    with ExitStack() as stack:
        yield Nights(embedded, [alpha, FakeNode("beta").put("b", actor("Lycée de Fondettes"))], stack)


@pytest.fixture
def checker(nights: Nights) -> Checker:
    return Checker(nights.engine, load(), SITE)


def test_a_draft_that_is_published_already_is_found_with_its_page_and_the_reasons(
    nights: Nights, checker: Checker
) -> None:
    nights.night()

    [match] = checker.matches("beta", actor("Maison des Solidarités Internationales", seat=TOURS))
    assert (match["network"], match["id"], match["state"]) == ("alpha", "1", "published")
    assert (match["name"], match["city"]) == ("Maison des solidarités internationales", "Tours")
    assert match["url"] == f"https://annuaire.example.org/acteurs/{match['national_id']}"
    assert match["log_odds"] > 0
    assert match["probability"] > 0.5
    assert any("même nom" in part["text_fr"] for part in match["parts"])
    assert sum(part["weight"] for part in match["parts"]) == pytest.approx(match["log_odds"], abs=0.01)
    assert checker.matches("beta", actor("Tout autre chose", seat=TOURS)) == []


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"publication": "counted-only"}, "published"),
        ({"website": "pas une adresse"}, "quarantined"),
    ],
)
def test_what_a_network_did_not_publish_is_found_and_not_shown_to_another(
    nights: Nights, checker: Checker, alpha: FakeNode, said: dict[str, Any], state: str
) -> None:
    alpha.put("2", actor(SECRET, seat=TOURS, phone="+33 2 47 05 11 22", founded_on="1987", **said))
    nights.night()
    draft = actor("Puits du Sahel de la Rabaterie", seat=TOURS, founded_on="1991")

    [others] = checker.matches("beta", draft)
    assert set(others) == {"network", "network_title", "state", "log_odds", "probability", "parts"}
    assert (others["network"], others["state"]) == ("alpha", state)
    assert "1987" not in str(others)
    assert any("1991" in part["text_fr"] for part in others["parts"])
    [own] = checker.matches("alpha", draft)
    assert (own["id"], own["name"]) == ("2", SECRET)


def test_a_held_record_is_still_public_and_a_record_is_no_match_of_itself(
    nights: Nights, checker: Checker, alpha: FakeNode
) -> None:
    nights.night()
    alpha.delete("1")
    nights.night()
    draft = actor("Maison des solidarités internationales", seat=TOURS)

    assert [match["name"] for match in checker.matches("beta", draft)] == ["Maison des solidarités internationales"]
    assert checker.matches("alpha", draft, "1") == []


def test_what_changed_since_is_compared_and_nothing_is_stored(
    nights: Nights, checker: Checker, alpha: FakeNode
) -> None:
    nights.night()
    assert checker.matches("beta", actor("Comité de jumelage de Chinon")) == []
    alpha.put("3", actor("Comité de jumelage de Chinon"))
    nights.night()

    def rows() -> dict[str, int]:
        with reading(nights.engine) as connection:
            counts = {table.name: select(func.count()).select_from(table) for table in metadata.sorted_tables}
            return {name: connection.scalar(query) or 0 for name, query in counts.items()}

    before = rows()
    [match] = checker.matches("beta", actor("Comité de jumelage de Chinon"))
    assert match["id"] == "3"
    assert rows() == before


@pytest.mark.parametrize(
    "draft", [{}, {"name": 3}, {"name": "", "seat": "Tours"}, {"name": "A" * 5_000, "identifiers": 1}]
)
def test_any_draft_is_compared_and_told_what_the_validator_says(
    nights: Nights, checker: Checker, tmp_path_factory: pytest.TempPathFactory, draft: dict[str, Any]
) -> None:
    nights.night()
    path = tmp_path_factory.mktemp("door") / "networks.toml"
    token = issue(path, "beta")
    receipts = Receipts(path.parent / "releases", key_at(path.parent / "signature.key"))
    app = create_app(nights.engine, NetworkTokens(path), lambda: ["beta"], checker, receipts, version="1")
    with serving(app) as url:
        headers = {"authorization": f"Bearer {token}"}
        answer = httpx.post(f"{url}/check", headers=headers, json={"actor": draft}, timeout=30)
        wrong = httpx.post(f"{url}/check", headers=headers, json={"actor": [], "more": 1}, timeout=30)
        not_json = httpx.post(f"{url}/check", headers=headers, content=b"{", timeout=30)

    assert answer.status_code == 200
    told = [(issue["code"], issue["pointer"], issue["message"]) for issue in answer.json()["issues"]]
    assert told == [(found.code, found.pointer, found.message) for found in issues(LATEST["actor"], draft)]
    assert (wrong.status_code, not_json.status_code) == (400, 400)
