"""A record that must be forgotten: asked for at the node, erased by the hub, and proved by the receipt that is kept."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy import text

from node import erasing
from node.errors import HubRefused
from node.home import DATABASE, Home, open_home
from node.nation import Nation
from node.store import erased as erased_ids
from node.store import receipts, records
from node.store.engine import reading, writing
from node.web.app import app_of
from node.web.told import progress
from schemas.errors import ConfigError, NotFound
from schemas.signing import CONTENT_DIGEST, Answered, digests, verified
from tests.hub.cli.test_commands import run as run_hub
from tests.hub.feed_server import Answer
from tests.hub.feed_server import serving as answering
from tests.hub.web.conftest import serving
from tests.node.federation import PASSWORD, ROWS, Federation
from tests.node.nodes import NOW, add_mapping, ingest, make_home, row

NAME = "0" * 32


def confirmed(federation: Federation) -> None:
    """One of our four records left, which is much: a person lets it go, and the hub publishes."""
    federation.cycle()
    let_go(federation)


def let_go(federation: Federation) -> None:
    [newest, *_] = json.loads(run_hub("job", "list", "centraider", "--json", home=federation.hub.home).stdout)
    said = ("--by", "claire", "--reason", "Vu au téléphone.")
    run_hub("job", "confirm", str(newest["number"]), *said, home=federation.hub.home)
    federation.cycle()


def live(home: Home) -> list[records.Stated]:
    with reading(home.engine) as connection:
        return sorted(records.live(connection), key=lambda each: each.local_id)


@pytest.fixture
def asked(federation: Federation) -> Federation:
    """The hub was asked to erase A-2, and waits for a person."""
    federation.run("erasure", "ask", "A-2")
    federation.cycle()
    return federation


@pytest.fixture
def erased(federation: Federation) -> Federation:
    """The hub was asked to erase A-2, and has published without it."""
    assert federation.told("erasure", "ask", "A-2")["seq"] == 5
    confirmed(federation)
    return federation


def test_a_record_is_erased_everywhere_and_the_receipt_is_kept_with_its_proof(erased: Federation) -> None:
    [told] = erased.told("erasure", "list")["erasures"]
    shown = erased.run("erasure", "list").stdout
    proof = json.loads(erased.run("erasure", "show", told["receipt"]).stdout)
    stated = digests(proof["headers"][CONTENT_DIGEST])
    [computed] = stated.begun()
    computed.update(proof["body"].encode())

    assert (told["id"], told["state"]) == ("A-2", "done")
    assert "Effacée partout" in shown
    assert json.loads(proof["body"]) == told
    assert verified(Answered(200, proof["headers"]), [proof["key"]]) == proof["key"]
    assert stated.agree([computed.digest()])
    assert "Effacées à votre demande : 1 (rrma-node erasure list" in erased.run("feedback").stdout
    assert isinstance(erased.run("erasure", "show", NAME).exception, NotFound)


def test_nothing_is_listed_before_the_hub_has_read_it_and_nothing_is_erased_before_it_is(
    federation: Federation,
) -> None:
    federation.run("erasure", "ask", "A-2")
    before = federation.told("erasure", "list")["erasures"]
    nothing = federation.run("erasure", "list").stdout
    federation.cycle()

    assert before == []
    assert "aucune demande" in nothing
    assert "Rien n'est encore effacé chez lui." in federation.run("erasure", "list").stdout


def test_what_is_erased_leaves_nothing_at_the_node_and_is_not_asked_twice(federation: Federation) -> None:
    ingest(federation.node, [*ROWS, row("A-2", Nom="Lycée en double")])
    first, again = (federation.told("erasure", "ask", "A-2")["seq"] for _ in range(2))
    unknown = federation.run("erasure", "ask", "A-99")

    assert first == again
    assert isinstance(unknown.exception, NotFound)
    with reading(federation.node.engine) as connection:
        stated = connection.execute(text("SELECT reason, payload FROM records WHERE local_id = 'A-2'")).one()
        assert stated == ("erased", None)
        assert connection.scalar(text("SELECT count(*) FROM kept_back WHERE local_id = 'A-2'")) == 0


def kept_by(federation: Federation) -> str:
    """All the text that the node's database holds."""
    with closing(sqlite3.connect(federation.node.path / DATABASE)) as database:
        return "\n".join(database.iterdump())


def test_a_file_that_still_holds_an_erased_row_does_not_bring_it_back_and_nothing_of_it_is_kept(
    federation: Federation,
) -> None:
    node = federation.node
    add_mapping(node, "ecoles")
    federation.run("erasure", "ask", "A-2")
    with writing(node.engine) as connection:
        records.compact(connection, 1_000)
    again = [*ROWS, row("A-2", Nom="Lycée de Fondettes", SIREN="lycee@fondettes.example")]
    done = ingest(node, again)
    elsewhere = ingest(node, [row("A-2", Nom="Lycée de Fondettes"), row("B-1")], mapping="ecoles")

    for found, places in ((done, [3, 6]), (elsewhere, [2])):
        told = [one.issue for each in found.plan.rows for one in each.candidate.issues if one.row in places]
        assert {one.code for one in told} == {"erased-on-request"}
        assert "rrma-node erasure lift A-2 »" in told[0].message
    assert [one.local_id for one in live(node)] == ["A-1", "A-3", "A-4", "B-1"]
    assert "Fondettes" not in kept_by(federation)
    assert "fondettes" not in kept_by(federation)
    federation.cycle()
    assert "annulée" not in federation.run("erasure", "list").stdout.lower()


def test_an_erasure_that_is_lifted_lets_the_next_file_state_the_record_again(federation: Federation) -> None:
    federation.run("erasure", "ask", "A-2")
    ingest(federation.node, ROWS)
    lifted = federation.run("erasure", "lift", "A-2")
    before = [one.local_id for one in live(federation.node)]
    done = ingest(federation.node, ROWS)
    nothing = federation.run("erasure", "lift", "A-2")
    asked_again = federation.told("erasure", "ask", "A-2")["seq"]

    assert (lifted.exit_code, before) == (0, ["A-1", "A-3", "A-4"])
    assert done.plan.counts["new"] == 1
    assert isinstance(nothing.exception, NotFound)
    assert asked_again == done.state.seq + 1
    assert ingest(federation.node, ROWS).plan.counts["kept_back"] == 1


def test_a_node_that_erased_before_it_remembered_remembers_what_its_log_says(tmp_path: Path) -> None:
    home = make_home(tmp_path / "node")
    ingest(home, [row("A-1"), row("A-2"), row("A-3")])
    for local_id in ("A-1", "A-2"):
        erasing.ask(home, "actor", local_id, NOW)
    erasing.lift(home, "actor", "A-1")
    ingest(home, [row("A-1"), row("A-3")])
    with writing(home.engine) as connection:
        records.compact(connection, 1_000)
        connection.execute(text("DROP TABLE erased"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    home.engine.dispose()
    opened = open_home(home.path)

    with reading(opened.engine) as connection:
        assert erased_ids.of(connection, "actor") == {"A-2": "2026-11-23T08:00:00Z"}


def test_a_record_that_had_only_left_can_be_erased_later(federation: Federation) -> None:
    ingest(federation.node, [each for each in ROWS if each["Code"] != "A-2"])
    confirmed(federation)
    federation.run("erasure", "ask", "A-2")
    federation.cycle()
    [told] = federation.told("erasure", "list")["erasures"]

    assert (told["id"], told["stores"]["statements"]["purged"]) == ("A-2", True)


def test_a_receipt_is_read_again_until_nothing_holds_the_record(asked: Federation) -> None:
    first = asked.told("erasure", "list")["erasures"]
    let_go(asked)
    second = asked.told("erasure", "list")["erasures"]
    (asked.node.path / "jeton").write_text("another")
    refused = asked.run("erasure", "list")

    assert [each["state"] for each in (*first, *second)] == ["waiting", "done"]
    assert isinstance(refused.exception, HubRefused)
    with reading(asked.node.engine) as connection:
        assert [each.state for each in receipts.every(connection)] == ["done"]


def test_another_key_is_refused_until_the_network_says_that_it_is_right(asked: Federation) -> None:
    asked.run("erasure", "list")
    with writing(asked.node.engine) as connection:
        connection.execute(text("UPDATE receipts SET key = :key"), {"key": "A" * 43})
    refused = asked.run("erasure", "list")
    token = (asked.node.path / "jeton").read_text()
    listed = httpx.get(
        f"{asked.url}/api/networks/centraider/erasures", headers={"authorization": f"Bearer {token}"}, timeout=30
    ).json()["signed_with"]
    settings = asked.node.path / "node.toml"
    settings.write_text(f'hub_key = "{listed}"\n' + settings.read_text())
    accepted = asked.told("erasure", "list")["erasures"]
    settings.write_text(settings.read_text().replace(listed, "trop court"))

    assert isinstance(refused.exception, HubRefused)
    assert "hub_key" in str(refused.exception)
    assert len(accepted) == 1
    assert isinstance(asked.run("erasure", "list").exception, ConfigError)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"{}", "application/json"),
        Answer(b"{}", "application/json", headers={CONTENT_DIGEST: "sha-256=:AA==:"}),
        Answer(b" " * (1 << 21), "application/json"),
        Answer(b"", "application/json", 500),
    ],
    ids=["unsigned", "a digest alone", "endless", "failing"],
)
def test_what_is_not_signed_is_no_receipt(answer: Answer) -> None:
    with (
        answering(lambda _path, _question: answer) as url,
        Nation(url, b"jeton", "centraider") as nation,
        pytest.raises(HubRefused),
    ):
        nation.receipt(NAME, None)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"erasures": [{}], "next": null}', b'{"erasures": [], "next": "x"}', b"<html>"]
)
def test_a_list_that_says_something_else_is_refused(body: bytes) -> None:
    with (
        answering(lambda _path, _question: Answer(body, "application/json")) as url,
        Nation(url, b"jeton", "centraider") as nation,
        pytest.raises(HubRefused),
    ):
        list(nation.erasures())


def test_a_list_that_leads_in_circles_is_left() -> None:
    asked: list[int] = []

    def answer(_path: str, question: dict[str, str]) -> Answer:
        asked.append(int(question["after"]))
        return Answer(orjson.dumps({"erasures": [], "next": 7}), "application/json")

    with answering(answer) as url, Nation(url, b"jeton", "centraider") as nation, pytest.raises(HubRefused):
        list(nation.erasures())
    assert asked == [0, 7]


PAST = {"release": "r", "until": "2027-01-31T02:00:00+00:00"}


@pytest.mark.parametrize(
    ("state", "past", "said"),
    [
        ("waiting", [], "Rien n'est encore effacé"),
        ("taken-back", [], "Annulée"),
        ("under-way", [], "prochaine nuit"),
        ("purged", [], "jusqu'à sa prochaine version"),
        ("unpublished", [PAST], "une ancienne version la garde, au plus tard jusqu'au 31/01/2027."),
        ("unpublished", [PAST, PAST | {"until": None}], "Seules 2 anciennes versions la gardent, sans fin prévue"),
        ("done", [], "Effacée partout"),
        ("later-word", [], "Mettez rrma-node à jour"),
    ],
)
def test_each_state_is_told_in_plain_words(state: str, past: list[dict[str, Any]], said: str) -> None:
    assert said in progress({"state": state, "past_releases": past})


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_shows_how_far_each_erasure_has_come_and_gives_the_proof(
    erased: Federation, page_at: Callable[..., Page], width: int, tmp_path: Path
) -> None:
    erased.run("erasure", "list")
    erased.run("feedback")
    with serving(app_of(erased.node)) as url:
        page = page_at(width, http_credentials={"username": "reseau", "password": PASSWORD}, bypass_csp=True)
        page.goto(url + "/ma-region")
        table = page.get_by_role("table", name="Effacements que vous avez demandés")

        assert "A-2" in table.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert Axe().run(page).response["violations"] == []
        with page.expect_download() as download:
            table.get_by_role("link").click()
        download.value.save_as(tmp_path / "receipt.json")
    assert set(json.loads((tmp_path / "receipt.json").read_bytes())) == {"body", "headers", "key", "fetched_at"}


def test_a_proof_is_for_the_officer_alone(federation: Federation) -> None:
    assert federation.page(f"/ma-region/effacements/{NAME}", None).status_code == 401
    assert federation.page(f"/ma-region/effacements/{NAME}").status_code == 404
