"""Our node at the real hub's door, over real HTTP: what it fetches, keeps and shows."""

import csv
import json
import re
from base64 import b64encode
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Page
from sqlalchemy import select, update

from hub.networks import issue
from hub.store.correspondence import accounts
from hub.store.engine import reading as reading_hub
from hub.store.ledger import pings
from hub.store.tables import golden
from node.errors import HubRefused
from node.feedback import fetch
from node.nation import Nation, nation_of
from node.store import fates
from node.store.engine import reading
from node.web.app import app_of
from schemas.errors import ConfigError, NotFound, RequestError
from schemas.feedback import Fate
from tests.hub.cli.test_commands import run as run_hub
from tests.hub.feed_server import Answer
from tests.hub.feed_server import serving as answering
from tests.hub.web.conftest import serving
from tests.node.federation import PASSWORD, ROWS, Federation
from tests.node.nodes import NOW, ingest, make_home, row, write_csv


def test_the_node_keeps_what_became_of_each_record_and_then_only_what_changed(federation: Federation) -> None:
    first = json.loads(federation.run("feedback", "--json").stdout)
    again = json.loads(federation.run("feedback", "--json").stdout)
    ingest(federation.node, [ROWS[0], ROWS[1] | {"Sigle": "LF"}, ROWS[3]])
    federation.cycle()
    changed = json.loads(federation.run("feedback", "--json").stdout)

    assert first["totals"] == {
        "sent": 4, "stated": 4, "published": 2, "merged": 1, "quarantined": 1, "held": 0, "erased": 0,
    }  # fmt: skip
    assert (first["changed"], first["read_seq"], again["changed"]) == (4, 4, 0)
    assert (changed["changed"], changed["totals"]["sent"]) == (2, 3)
    assert federation.kept() == {"A-1": Fate.MERGED, "A-2": Fate.PUBLISHED, "A-4": Fate.PUBLISHED}


def test_the_totals_are_told_on_the_terminal_with_what_to_do(federation: Federation) -> None:
    told = federation.run("feedback").stdout

    assert "Mises de côté\t1\tCorrigez dans votre tableau" in told
    assert "Transmises : 4, la somme exacte" in told
    assert re.search(r"A-3\tEau < Vie\tSiège[^\t]*\t", told)


def test_a_hub_that_was_rebuilt_is_read_from_the_start(federation: Federation) -> None:
    federation.run("feedback")
    with federation.hub.engine.begin() as connection:
        connection.execute(update(accounts).values(epoch="another"))
    told = json.loads(federation.run("feedback", "--json").stdout)

    assert told["changed"] == 4
    assert len(federation.kept()) == 4


def test_a_ping_reaches_the_hub(federation: Federation) -> None:
    said = federation.run("ping")

    assert said.exit_code == 0
    assert "relira votre annuaire à partir de" in said.stdout
    with reading_hub(federation.hub.engine) as connection:
        assert [found.source for found in connection.execute(pings.select())] == ["centraider"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(b'{"detail": "no"}', "application/problem+json", 401), "demandez-lui-en un nouveau"),
        (Answer(b'{"detail": "not yet"}', "application/problem+json", 404), "not yet"),
        (Answer(b"", "text/plain", 500), "répond 500"),
        (Answer(b"", "text/plain", 302, {"Location": "http://127.0.0.1:1/"}), "répond 302"),
        (Answer(b"", "text/plain", 429, {"Retry-After": "7"}), "dans 7 secondes"),
        (Answer(b"", "application/problem+json", 410), "répond 410"),
        (Answer(b"<html>"), "ne peut pas être lue"),
        (Answer(b""), "coupée|cut off"),
        (Answer(b'{"number": 1, "collection": "actor", "id": "A-1", "state": "published"}\n'), "cut off"),
        (Answer(b'{"number": 1, "collection": "actor", "id": "A-1", "state": "nonsense"}\n'), "does not follow"),
    ],
)
def test_a_hub_that_answers_badly_changes_nothing_of_what_is_kept(tmp_path: Path, answer: Answer, told: str) -> None:
    home = make_home(tmp_path / "node")
    with (
        answering(lambda _path, _question: answer) as url,
        Nation(url, b"jeton", "centraider") as nation,
        pytest.raises(HubRefused, match=told),
    ):
        fetch(home, nation, NOW)
    with reading(home.engine) as connection:
        assert fates.view(connection) is None


def test_totals_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path / "node")
    totals = {"sent": 2, "stated": 2, "published": 2, "merged": 0, "quarantined": 0, "held": 0, "erased": 0}
    line = {"number": 1, "collection": "actor", "id": "A-1", "state": "published"}
    end = {"number": 1, "end": True, "epoch": "e", "as_of": "2026-11-24T02:00:00Z", "totals": totals}
    body = b"".join(json.dumps(each).encode() + b"\n" for each in (line, end))
    with (
        answering(lambda _path, _question: Answer(body)) as url,
        Nation(url, b"jeton", "centraider") as nation,
        pytest.raises(HubRefused, match="totaux"),
    ):
        fetch(home, nation, NOW)


def test_a_hub_that_is_not_there_is_said_so_and_a_node_without_one_says_what_to_set(tmp_path: Path) -> None:
    home = make_home(tmp_path / "node")
    with (
        Nation("http://127.0.0.1:1", b"jeton", "centraider") as nation,
        pytest.raises(HubRefused, match="ne répond pas"),
    ):
        nation.ping()
    with pytest.raises(ConfigError, match="hub_token_file"):
        nation_of(home)


@pytest.mark.parametrize(
    "url", ["http://pole.example.org", "ftp://pole.example.org", "https://", "http://127.0.0.1.x.org"]
)
def test_a_token_never_travels_in_the_clear(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="https://"):
        make_home(tmp_path / "node", hub=url)


def test_the_page_is_for_the_officer_alone(federation: Federation, tmp_path: Path) -> None:
    federation.run("feedback")

    for password in (None, "", "wrong", PASSWORD + "x"):
        for path in ("/ma-region", "/ma-region.csv"):
            answer = federation.page(path, password)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic ")
            assert "Eau" not in answer.text
    with serving(app_of(federation.node)) as url:
        for given in ("Basic x", "Basic " + b64encode(b"nothing").decode(), f"Bearer {PASSWORD}"):
            assert httpx.get(url + "/ma-region", headers={"authorization": given}).status_code == 401
        assert 'href="/ma-region"' in httpx.get(url).text
    open_node = make_home(tmp_path / "open")
    with serving(app_of(open_node)) as url:
        assert httpx.get(url + "/ma-region").status_code == 404
        assert "/ma-region" not in httpx.get(url).text


def test_a_password_that_would_be_guessed_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path / "node", officer_password_file="mdp")
    (home.path / "mdp").write_text("court")

    with pytest.raises(ConfigError, match="12 caractères"):
        app_of(home)


def test_the_page_shows_totals_that_add_up_remedies_and_whose_values_are_preferred(federation: Federation) -> None:
    before = federation.page().text
    federation.run("feedback")
    answer = federation.page()
    text = BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)
    waiting = BeautifulSoup(federation.page("/ma-region?etat=quarantined").text, "html.parser")
    searched = BeautifulSoup(federation.page("/ma-region?q=fondettes").text, "html.parser")

    assert "Rien n'a encore été relu" in before
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    numbers = [int(cell.get_text()) for cell in BeautifulSoup(answer.text, "html.parser").select("td.number")]
    assert sum(numbers[:-1]) == numbers[-1] == 4
    told = text.replace("\N{NO-BREAK SPACE}", " ")
    assert "« Association Puits du Sahel Touraine » (bretagne) plutôt que « PUITS DU SAHEL TOURAINE »" in told
    assert "https://annuaire.example.org/acteurs/" in answer.text
    assert "Le pôle a lu tous vos changements." in text
    assert [title.get_text() for title in waiting.select("h3")] == ["Eau < Vie"]
    assert [title.get_text() for title in searched.select("h3")] == ["Lycée de Fondettes"]
    assert federation.page("/ma-region?etat=nonsense").status_code == 404
    assert federation.page("/ma-region?page=9").status_code == 404


def test_what_is_not_read_yet_is_said(federation: Federation) -> None:
    federation.run("feedback")
    ingest(federation.node, [*ROWS, row("A-9", Nom="Nouvelle")])

    assert "jusqu'au n° 4 ; vous en êtes au n° 5" in federation.page().text.replace("&#39;", "'")


def test_the_table_for_excel_has_a_row_for_each_remark(federation: Federation) -> None:
    federation.run("feedback")
    answer = federation.page("/ma-region.csv")

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert {found["identifiant"] for found in rows} == {"A-1", "A-2", "A-3", "A-4"}
    [waiting] = [found for found in rows if found["état"] == "mise de côté"]
    assert waiting["sujet"] == "à corriger"
    assert [found["réseaux"] for found in rows if found["champ"] == "Nom"] == ["bretagne"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_works_without_scripts_and_passes_axe_at_any_width(
    federation: Federation, page_at: Callable[..., Page], width: int
) -> None:
    propose(federation, "/website", "https://lycee.example.org")
    with serving(app_of(federation.node)) as url:
        page = page_at(width, http_credentials={"username": "reseau", "password": PASSWORD}, bypass_csp=True)
        page.goto(url + "/ma-region")
        page.get_by_label("État").select_option("merged")
        page.get_by_role("button", name="Filtrer").click()

        assert page.locator("h3").all_inner_texts() == ["PUITS DU SAHEL TOURAINE"]
        page.goto(url + "/ma-region")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert Axe().run(page).response["violations"] == []
        page.get_by_role("button", name="Accepter : Site web de Lycée de Fondettes").click()
        page.wait_for_url("**/ma-region")
        assert page.get_by_role("button", name="Accepter").count() == 0
    assert stated(federation)["website"] == "https://lycee.example.org"


def test_a_name_is_looked_up_before_it_is_typed_in(federation: Federation) -> None:
    found = json.loads(federation.run("check", "--name", "Puits du Sahel Touraine", "--city", "Tours", "--json").stdout)
    told = federation.run("check", "--name", "Puits du Sahel Touraine", "--city", "Tours").stdout
    none = federation.run("check", "--name", "Structure que personne ne connaît").stdout

    assert {match["network"] for match in found["matches"]} == {"bretagne", "centraider"}
    assert "Bretagne\tpubliée\tAssociation Puits du Sahel Touraine" in told
    assert "https://annuaire.example.org/acteurs/" in told
    assert "ne connaît aucune structure" in none


def test_the_new_rows_of_a_file_are_looked_up_and_the_known_ones_are_not(federation: Federation) -> None:
    lines = [*ROWS, row("N-1", Nom="Association Puits du Sahel Touraine", Type="ASSO", Ville="Tours", CP="37000")]
    file = write_csv(federation.node.path / "nouveau.csv", lines)
    told = json.loads(federation.run("check", str(file), "--duplicates", "--json").stdout)
    shown = federation.run("check", str(file), "--duplicates").stdout
    plain = json.loads(federation.run("check", str(file), "--json").stdout)

    [found] = told["duplicates"]
    assert (found["id"], found["row"]) == ("N-1", 6)
    assert "bretagne" in {match["network"] for match in found["matches"]}
    assert "Nouvelles fiches peut-être déjà connues" in shown or "Bretagne\tpubliée" in shown
    assert "duplicates" not in plain


def test_a_file_or_a_name_is_asked_for_and_not_both(federation: Federation) -> None:
    for arguments in (("check",), ("check", "x.csv", "--name", "Eau")):
        assert isinstance(federation.run(*arguments).exception, RequestError)


def propose(federation: Federation, pointer: str, value: str, record: str = "centraider/A-2") -> None:
    said = ("--by", "claire", "--reason", "Vu sur leur site.")
    assert run_hub("correction", "propose", record, pointer, value, *said, home=federation.hub.home).exit_code == 0
    federation.cycle()
    assert federation.run("feedback").exit_code == 0


def stated(federation: Federation, local_id: str = "A-2") -> dict[str, Any]:
    with serving(app_of(federation.node)) as url:
        record: dict[str, Any] = httpx.get(f"{url}/records/actor/{local_id}").json()["record"]
    return record


def test_a_proposal_is_accepted_in_one_click_and_comes_back_with_provenance(federation: Federation) -> None:
    propose(federation, "/website", "https://lycee.example.org")
    page = federation.page().text
    [number] = re.findall(r"/ma-region/propositions/(\d+)", page)[:1]
    with serving(app_of(federation.node)) as url:
        clicked = httpx.post(
            f"{url}/ma-region/propositions/{number}",
            data={"answer": "accepted"},
            headers={"Sec-Fetch-Site": "same-origin"},
            auth=("reseau", PASSWORD),
        )
    federation.cycle()

    assert "propose «\N{NO-BREAK SPACE}https://lycee.example.org\N{NO-BREAK SPACE}»" in page.replace("&nbsp;", "\xa0")
    assert (clicked.status_code, clicked.headers["location"]) == (303, "/ma-region")
    assert stated(federation)["website"] == "https://lycee.example.org"
    assert "propositions" not in federation.page().text
    [answered] = json.loads(run_hub("correction", "list", "--json", home=federation.hub.home).stdout)
    assert (answered["answer"], answered["record"]) == ("accepted", "actor:centraider/A-2")
    with reading_hub(federation.hub.engine) as connection:
        lines = [json.loads(line) for line in connection.scalars(select(golden.c.line))]
    [line] = [line for line in lines if line.get("website") == "https://lycee.example.org"]
    assert line["provenance"]["/website"][0]["id"] == "A-2"


def test_an_accepted_value_outlives_a_file_that_still_says_the_old_one_and_yields_to_any_other(
    federation: Federation,
) -> None:
    propose(federation, "/seat/city", "Fondettes-sur-Loire")
    [told] = json.loads(federation.run("correction", "list", "--json").stdout)["corrections"]
    assert federation.run("correction", "accept", str(told["number"])).exit_code == 0
    plan = ingest(federation.node, ROWS).plan
    kept = stated(federation)["seat"]["city"]
    ingest(federation.node, [row | {"Ville": "Saint-Cyr"} if row["Code"] == "A-2" else row for row in ROWS])

    assert (plan.counts["changed"], kept) == (0, "Fondettes-sur-Loire")
    assert stated(federation)["seat"]["city"] == "Saint-Cyr"
    assert "Aucune correction" in federation.run("correction", "list").stdout


def test_a_proposal_is_refused_with_a_reason_and_nothing_changes(federation: Federation) -> None:
    propose(federation, "/website", "https://lycee.example.org")
    [told] = json.loads(federation.run("correction", "list", "--json").stdout)["corrections"]
    blank = federation.run("correction", "refuse", str(told["number"]), "--reason", " ")
    refused = federation.run("correction", "refuse", str(told["number"]), "--reason", "Ce n'est pas leur site.")
    again = federation.run("correction", "accept", str(told["number"]))

    assert isinstance(blank.exception, RequestError)
    assert refused.exit_code == 0
    assert isinstance(again.exception, NotFound)
    assert "website" not in stated(federation)
    [answered] = json.loads(run_hub("correction", "list", "--json", home=federation.hub.home).stdout)
    assert (answered["answer"], answered["answer_reason"]) == ("refused", "Ce n'est pas leur site.")


def test_a_click_that_comes_from_another_site_or_finds_no_hub_changes_nothing(federation: Federation) -> None:
    propose(federation, "/website", "https://lycee.example.org")
    issue(federation.hub.home / "networks.toml", "centraider")  # our token is no longer the right one
    before = stated(federation)
    with serving(app_of(federation.node)) as url:

        def click(headers: dict[str, str], password: str = PASSWORD) -> httpx.Response:
            target = url + "/ma-region/propositions/1"
            return httpx.post(target, data={"answer": "accepted"}, headers=headers, auth=("reseau", password))

        assert click({"Sec-Fetch-Site": "cross-site"}).status_code == 400
        assert click({"Origin": "https://evil.example.org"}).status_code == 400
        assert click({}).status_code == 400
        assert click({"Sec-Fetch-Site": "same-origin"}, "wrong").status_code == 401
        failed = click({"Origin": url})
    assert failed.status_code == 502
    assert "demandez-lui-en un nouveau" in failed.text
    assert stated(federation) == before
    assert len(json.loads(federation.run("correction", "list", "--json").stdout)["corrections"]) == 1
