"""The networks' door over real HTTP, beside the stewards', on one port."""

import hashlib
import json
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from sqlalchemy.event import listens_for
from starlette.testclient import TestClient

from hub.cli.serving import working_app
from hub.networks.entrance import CHECKS_A_MINUTE, MAX_BODY_BYTES, Pace, TooMany
from hub.networks.tokens import NetworkTokens, issue, read_hashes, revoke
from hub.settings import SourceFile, add_source, init_home
from hub.store import pings
from hub.store.engine import reading
from hub.wiring import open_hub
from schemas.errors import ConfigError, NotFound
from schemas.feedback import decode
from tests.hub.cli.test_commands import run
from tests.hub.feed_server import FakeNode, actor, serving
from tests.hub.homes import copied
from tests.hub.web.conftest import serving as listening

STEWARD = "c" * 32
NANTES = {"city": "Nantes", "postcode": "44000", "insee": "44109"}


def directory() -> FakeNode:
    return FakeNode("alpha").put("1", actor("Puits du Sahel")).put("2", actor("Lycée", seat=NANTES))


@pytest.fixture(scope="module")
def after_a_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub that has read alpha, with a steward."""
    home = tmp_path_factory.mktemp("door") / "hub"
    init_home(home, site="https://annuaire.example.org")
    (home / "stewards.toml").write_text(f'claire = "{STEWARD}"\n')
    with serving(directory().answer) as url:
        said = {"name": "alpha", "title": "Alpha", "url": url, "regions": ["24"], "local": True}
        add_source(home, SourceFile.model_validate(said))
        assert run("cycle", home=home).exit_code == 3
    return home


@pytest.fixture
def alpha() -> FakeNode:
    return directory()


@pytest.fixture
def home(after_a_night: Path, tmp_path: Path, alpha: FakeNode) -> Iterator[Path]:
    with serving(alpha.answer) as url:
        yield copied(after_a_night, tmp_path / "hub", {"alpha": url})


@pytest.fixture
def token(home: Path) -> str:
    return str(json.loads(run("network", "token", "alpha", "--json", home=home).stdout)["token"])


@pytest.fixture
def base(home: Path) -> Iterator[str]:
    with open_hub(home) as hub, listening(working_app(hub)) as url:
        yield url


def ask(base: str, path: str, token: str | None, method: str = "GET", **more: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.request(method, base + path, headers=headers, timeout=30, **more)


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("urn:rrma:problem:")


def test_a_network_reads_what_became_of_its_records_and_then_only_what_changed(
    base: str, token: str, home: Path, alpha: FakeNode
) -> None:
    answer = ask(base, "/api/networks/alpha/feedback", token)
    *lines, end = decode(line.encode() for line in answer.text.splitlines())
    alpha.put("2", actor("Lycée de Fondettes"))
    run("cycle", home=home)
    again = ask(base, f"/api/networks/alpha/feedback?after={end['number']}&epoch={end['epoch']}", token)

    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.headers["cache-control"] == "no-store"
    assert [(line["id"], line["state"]) for line in lines] == [("1", "published"), ("2", "quarantined")]
    assert end["totals"]["sent"] == 2
    [changed, after] = [json.loads(line) for line in again.text.splitlines()]
    assert (changed["id"], changed["state"], changed["number"]) == ("2", "published", 3)
    assert after["totals"] == end["totals"] | {"published": 2, "quarantined": 0}
    listed = json.loads(run("network", "list", "--json", home=home).stdout)
    assert [(row["network"], row["token"], row["sent"], row["published"]) for row in listed] == [("alpha", True, 2, 2)]


def test_a_cursor_of_another_history_is_told_to_start_again(base: str, token: str) -> None:
    path = "/api/networks/alpha/feedback"

    assert refused(ask(base, f"{path}?after=99", token)) == (410, "cursor-expired")
    assert refused(ask(base, f"{path}?after=1&epoch=other", token)) == (410, "cursor-expired")
    assert ask(base, f"{path}?after=0&epoch=other", token).status_code == 200
    assert refused(ask(base, f"{path}?after=-1", token)) == (400, "request")
    assert refused(ask(base, f"{path}?after={10**30}", token)) == (400, "request")


@pytest.mark.parametrize("given", [None, "x", "é", STEWARD, "sha256:" + "0" * 64])
def test_nobody_enters_without_a_networks_token(base: str, token: str, given: str | None) -> None:
    for method, path in [
        ("GET", "/networks/alpha/feedback"),
        ("POST", "/networks/alpha/ping"),
        ("GET", "/openapi.json"),
    ]:
        headers = {"authorization": f"Bearer {given}".encode()} if given is not None else {}
        answer = httpx.request(method, f"{base}/api{path}", headers=headers)

        assert refused(answer) == (401, "token-required")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert token not in answer.text


def test_a_token_opens_its_own_network_only_and_not_the_stewards_door(base: str, token: str, home: Path) -> None:
    other = issue(home / "networks.toml", "beta")

    assert refused(ask(base, "/api/networks/alpha/feedback", other)) == (404, "not-found")
    assert refused(ask(base, "/api/networks/alpha/ping", other, "POST")) == (404, "not-found")
    assert refused(ask(base, "/api/networks/beta/ping", other, "POST")) == (404, "not-found")
    assert refused(ask(base, "/api/networks/beta/feedback", other)) == (404, "not-found")
    assert refused(ask(base, "/review", token)) == (401, "token-required")
    assert ask(base, "/review", STEWARD).status_code == 200


def test_a_token_counts_from_when_it_is_given_until_it_is_replaced_or_taken_back(
    base: str, token: str, home: Path
) -> None:
    def status(given: str) -> int:
        return ask(base, "/api/networks/alpha/feedback", given).status_code

    assert status(token) == 200
    newer = issue(home / "networks.toml", "alpha")
    assert (status(token), status(newer)) == (401, 200)
    assert run("network", "revoke", "alpha", home=home).exit_code == 0
    assert status(newer) == 401
    with pytest.raises(NotFound):
        revoke(home / "networks.toml", "alpha")


def test_what_drafts_are_compared_with_is_made_before_anybody_asks(home: Path) -> None:
    read = Event()
    with open_hub(home) as hub:

        @listens_for(hub.engine, "after_cursor_execute")
        def heard(*told: Any) -> None:
            if "statements.payload" in told[2]:
                read.set()

        app = working_app(hub)
        assert not read.is_set()
        with TestClient(app):
            assert read.wait(60)


def test_a_ping_is_remembered_and_asking_again_changes_nothing(base: str, token: str, home: Path) -> None:
    first = ask(base, "/api/networks/alpha/ping", token, "POST")
    again = ask(base, "/api/networks/alpha/ping", token, "POST")

    assert (first.status_code, again.status_code) == (202, 202)
    at = datetime.fromisoformat(first.json()["not_before"])
    with open_hub(home) as hub:
        with reading(hub.engine) as connection:
            assert pings.waiting(connection, at + timedelta(seconds=5)) == ["alpha"]
        with hub.engine.begin() as connection:
            pings.served(connection, ["alpha"], at)
    later = datetime.fromisoformat(ask(base, "/api/networks/alpha/ping", token, "POST").json()["not_before"])
    assert later >= at + pings.AT_MOST_EACH


def test_a_body_that_is_too_large_is_refused_whatever_its_length_says(base: str, token: str) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1_024 + 1):
            yield b"x" * 1_024

    assert refused(ask(base, "/api/networks/alpha/ping", token, "POST", content=chunks())) == (413, "too-large")


def test_of_a_token_only_the_hash_is_kept_in_a_file_for_its_owner(home: Path, token: str) -> None:
    path = home / "networks.toml"

    assert token not in path.read_text()
    assert read_hashes(path) == {"alpha": "sha256:" + hashlib.sha256(token.encode()).hexdigest()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert NetworkTokens(path).network_of(token) == "alpha"
    assert NetworkTokens(path.with_name("nowhere.toml")).network_of(token) is None


@pytest.mark.parametrize(
    "text", ["alpha", "alpha = 3", 'alpha = "plain"', 'alpha = "sha256:12"', 'alpha = "sha256:zz"']
)
def test_a_file_that_holds_no_hashes_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "networks.toml"
    path.write_text(text)

    with pytest.raises(ConfigError, match=r"networks\.toml"):
        read_hashes(path)


def test_a_minute_has_room_for_so_many_checks_of_each_network() -> None:
    now = 0.0
    pace = Pace(lambda: now)
    for _ in range(CHECKS_A_MINUTE):
        pace.step("alpha")

    with pytest.raises(TooMany, match="61 s") as full:
        pace.step("alpha")
    pace.step("beta")
    now = 60.0
    pace.step("alpha")
    assert full.value.wait_s == 61
