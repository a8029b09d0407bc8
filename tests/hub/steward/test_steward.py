"""Review over real HTTP: who may enter, what waits, what was decided."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from hub.model.match import Verdict
from hub.resolution import load
from hub.stages.resolve import at_threshold
from hub.stages.review import compare
from hub.steward import create_app, read_stewards
from hub.steward.pairs import name_of, pair_of
from schemas.errors import ConfigError, NotFound
from tests.hub.feed_server import FakeNode, actor
from tests.hub.stages.past import Past, pair, said
from tests.hub.visits import published, visiting
from tests.hub.web.conftest import serving

CLAIRE, MARC = "c" * 32, "m" * 40
NAMES = ["Puits du Sahel", "Puits du Sahel et du Mali", "Maison des solidarités", "Comité de jumelage de Chinon"]


@pytest.fixture
def past(embedded: Engine) -> Past:
    past = Past(embedded)
    past.tell({f"alpha/{number}": said(name) for number, name in enumerate(NAMES)})
    return past.put("beta/0", said(NAMES[1]))


@pytest.fixture
def base(past: Past) -> Iterator[str]:
    """A hub whose threshold is right on one pair."""
    threshold = compare(past.engine, load(), pair("alpha/0", "beta/0")).log_odds
    past.night(at_threshold(load(), threshold))
    app = create_app(past.engine, load(), threshold, {"claire": CLAIRE, "marc": MARC}, version="1")
    with serving(app) as url:
        yield url


@pytest.fixture
def client(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, headers={"authorization": f"Bearer {CLAIRE}"}, timeout=30) as client:
        yield client


@pytest.mark.parametrize("given", [None, "Bearer", f"Bearer {CLAIRE}x", f"Basic {CLAIRE}", "Bearer \xe9\xe9"])
def test_nobody_enters_without_a_token(base: str, given: str | None) -> None:
    headers = {"authorization": given.encode("latin-1")} if given else {}
    for method, path in [
        ("GET", "/review"),
        ("POST", "/what-if"),
        ("POST", "/jobs/2/confirm"),
        ("GET", "/openapi.json"),
    ]:
        answer = httpx.request(method, base + path, headers=headers)

        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["type"] == "urn:rrma:problem:token-required"


def test_a_pair_is_asked_judged_and_given_back(client: httpx.Client, past: Past) -> None:
    items = client.get("/review", params={"limit": 10}).json()["items"]
    asked = items[0]
    shown = client.get(f"/review/{asked['pair']}").json()
    verdict = {"verdict": "unsure", "reason": "à rappeler"}
    judged = client.post(f"/review/{asked['pair']}", json=verdict, headers={"authorization": f"Bearer {MARC}"})
    left = client.get("/review", params={"limit": 10}).json()["items"]
    undone = client.post(f"/review/{judged.json()['number']}/undo", json={"reason": "rappelé"})

    assert (shown["left"]["key"], shown["right"]["key"]) == (asked["left"], asked["right"])
    assert set(shown["verdicts"]) == {"same", "different"}
    assert any(" : " in part["text_fr"] for part in shown["parts"])
    cluster = client.get(f"/clusters/{shown['left']['national_id']}").json()
    assert asked["left"] in [member["key"] for member in cluster["members"]]
    assert (judged.status_code, judged.json()["author"]) == (201, "marc")
    assert asked["pair"] not in [item["pair"] for item in left]
    assert (undone.status_code, undone.json()["undone"]["author"]) == (201, "claire")
    assert client.get("/review", params={"limit": 10}).json()["items"] == items
    [told] = client.get("/judgements").json()["items"]
    assert (told["reason"], told["undone"]["reason"]) == ("à rappeler", "rappelé")


def test_what_if_tells_what_would_change_and_changes_nothing(client: httpx.Client, past: Past) -> None:
    before = past.lines()
    judge = {"verdict": "same", "left": "alpha/2", "right": "actor:alpha/3"}
    joined = client.post("/what-if", json={"judge": judge}).json()
    parted = client.post("/what-if", json={"threshold": 60}).json()

    assert len(joined["ids"]["merged"]) == 1
    assert joined["counts"]["actor"]["after"] == joined["counts"]["actor"]["before"] - 1
    assert parted["counts"]["actor"]["after"] == 5
    assert client.get("/judgements").json() == {"items": []}
    assert past.lines() == before


def test_what_cannot_be_done_is_a_problem(client: httpx.Client, past: Past) -> None:
    past.judge(Verdict.SAME, "alpha/2", "alpha/3")
    past.judge(Verdict.SAME, "alpha/0", "alpha/3")
    different = {"verdict": "different", "reason": "non"}

    def answer(method: str, path: str, body: object = None) -> tuple[int, str]:
        found = client.request(method, path, json=body)
        assert found.headers["content-type"] == "application/problem+json"
        return found.status_code, found.json()["type"].removeprefix("urn:rrma:problem:")

    contradicting = f"/review/{name_of(pair('alpha/0', 'alpha/2'))}"
    assert answer("POST", contradicting, different) == (400, "contradictory-judgements")
    assert "alpha/0 = actor:alpha/3 = actor:alpha/2" in client.post(contradicting, json=different).json()["detail"]
    assert answer("POST", f"/review/{name_of(pair('alpha/0', 'alpha/77'))}", different) == (404, "not-found")
    assert answer("GET", "/review/nonsense") == (404, "not-found")
    assert answer("GET", "/review/%C3%A9") == (404, "not-found")
    assert answer("POST", contradicting, {"verdict": "perhaps", "reason": "x"}) == (400, "request")
    assert answer("POST", contradicting, {"verdict": "unsure", "reason": " "}) == (400, "request")
    assert answer("POST", contradicting, {"verdict": "unsure", "reason": "\0"}) == (400, "request")
    assert answer("POST", contradicting, different | {"author": "marc"}) == (400, "request")
    assert answer("POST", "/review/99/undo", {"reason": "x"}) == (404, "not-found")
    assert answer("POST", f"/review/{10**30}/undo", {"reason": "x"}) == (400, "request")
    assert answer("GET", "/review?collection=person") == (400, "request")
    assert answer("GET", "/nothing") == (404, "not-found")


@pytest.fixture
def holds(embedded: Engine) -> Iterator[httpx.Client]:
    """Claire at a hub whose second job holds five deletions and a map of one renamed record."""
    node = FakeNode()
    for number in range(20):
        node.put(f"A-{number}", actor(f"Association {number}"))
    with visiting(node, embedded) as visit:
        visit()
        for number in range(5):
            node.delete(f"A-{number}")
        node.put("N-9", actor("Association 9")).delete("A-9")
        visit()
    app = create_app(embedded, load(), 0.0, {"claire": CLAIRE, "marc": MARC}, version="1")
    headers = {"authorization": f"Bearer {CLAIRE}"}
    with serving(app) as base, httpx.Client(base_url=base, headers=headers, timeout=30) as client:
        yield client


def test_what_waits_is_seen_and_decided_once_by_whom_the_token_names(holds: httpx.Client, embedded: Engine) -> None:
    newest, first = holds.get("/jobs", params={"source": "centraider"}).json()["items"]
    shown = holds.get("/jobs/2").json()
    marc = {"authorization": f"Bearer {MARC}"}
    mapped = holds.post("/jobs/2/confirm", json={"reason": "même base", "rekey": True}, headers=marc)
    confirmed = holds.post("/jobs/2/confirm", json={"reason": "vérifié au téléphone"})
    again = holds.post("/jobs/2/confirm", json={"reason": "vérifié au téléphone"}).json()
    after = holds.get("/jobs/2").json()

    assert (newest["hold"], newest["hold_job"], first["hold"]) == ("held", 2, None)
    assert shown["waits"] == {"deletions": 5, "rekeyed": 1}
    assert {each["id"] for each in shown["waiting_records"]} >= {"A-0", "A-9"}
    assert (mapped.status_code, mapped.json()["by"], mapped.json()["status"]) == (201, "marc", "held")
    assert (confirmed.status_code, confirmed.json()["records"], confirmed.json()["status"]) == (201, 5, "succeeded")
    assert (again["again"], again["reason"]) == (True, confirmed.json()["reason"])
    assert [each["by"] for each in after["rulings"]] == ["marc", "claire"]
    assert (after["waits"], after["waiting_records"]) == (None, [])
    assert len(published(embedded)) == 15
    assert holds.get("/jobs", params={"source": "nobody"}).json() == {"items": []}


def test_a_rejection_keeps_the_records_and_a_wrong_map_parts_them(holds: httpx.Client, embedded: Engine) -> None:
    kept = holds.post("/jobs/2/reject", json={"reason": "erreur d'export"}).json()
    apart = holds.post("/jobs/2/reject", json={"reason": "une autre", "rekey": True}).json()

    assert (kept["status"], kept["records"], apart["records"]) == ("held", 5, 1)
    assert {"A-0", "A-4", "A-9", "N-9"} <= published(embedded).keys()


def test_what_cannot_be_decided_is_a_problem_and_changes_nothing(holds: httpx.Client, embedded: Engine) -> None:
    said = {"reason": "vu"}

    def refused(path: str, body: object = None) -> tuple[int, str]:
        answer = holds.get(path) if body is None else holds.post(path, json=body)
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json()["type"].removeprefix("urn:rrma:problem:")

    assert refused("/jobs/1/confirm", said) == (400, "refused-ruling")
    assert refused("/jobs/9/confirm", said) == (404, "not-found")
    assert refused("/jobs/9") == (404, "not-found")
    assert refused("/jobs/x") == (400, "request")
    assert refused(f"/jobs/{10**30}/reject", said) == (400, "request")
    assert refused("/jobs?limit=0") == (400, "request")
    for wrong in ({}, {"reason": " "}, {"reason": "\0"}, said | {"author": "marc"}, said | {"rekey": "perhaps"}):
        assert refused("/jobs/2/confirm", wrong) == (400, "request")
    assert len(published(embedded)) == 20


def test_any_id_of_any_network_fits_in_an_address() -> None:
    odd = pair("project:alpha/a/b?c#d é\\ %2F", "project:beta/..")

    assert pair_of(name_of(odd)) == odd
    with pytest.raises(NotFound):
        pair_of(name_of(odd)[:-4])


@pytest.mark.parametrize("text", ["", 'claire = "short"', "claire = 3", "claire", f'claire = "{"é" * 32}"'])
def test_a_file_of_weak_or_no_tokens_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stewards.toml"
    path.write_text(text)

    with pytest.raises(ConfigError, match=r"stewards\.toml"):
        read_stewards(path)
    with pytest.raises(ConfigError):
        read_stewards(tmp_path / "nowhere.toml")


def test_stewards_are_read_by_name(tmp_path: Path) -> None:
    path = tmp_path / "stewards.toml"
    path.write_text(f'claire = "{CLAIRE}"\nmarc = "{MARC}"\n')

    assert read_stewards(path) == {"claire": CLAIRE, "marc": MARC}
