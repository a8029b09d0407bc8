"""The past, over HTTP: what was published on a date, and the same seen with what is known now of who is who."""

import gc
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from hub.distributions import withdrawals
from hub.model.match import Verdict
from hub.web.app import create_app
from hub.web.current import FixedRelease
from tests.hub.stages.past import TOURS, said
from tests.hub.visits import NIGHT
from tests.hub.web.history import DAY, PAGE, History, figure, soup

OF_TODAY = ("/releases/", "/api/", "/a-propos", "/changements", "/oai")
KNOWN_NOW = "au=2026-11-23&vu=aujourdhui"


@pytest.fixture
def history(embedded: Engine, tmp_path: Path) -> Iterator[History]:
    history = History(embedded, tmp_path / "releases")
    with history.client:
        yield history


def test_a_record_a_list_and_a_figure_are_those_published_then(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie"))
    first = history.night()
    history.past.put("alpha/1", said("Eau et Vie Touraine")).put("alpha/2", said("Puits du Sahel"))
    second = history.night()
    actor = history.id_of("Eau et Vie", first)

    then, now = (history.get(f"/api/v1/actors/{actor}", at) for at in (first, second))

    assert (then.json()["name"], now.json()["name"]) == ("Eau et Vie", "Eau et Vie Touraine")
    assert then.headers["memento-datetime"] == "Mon, 23 Nov 2026 02:30:00 GMT"
    assert then.links["original"]["url"] == f"/api/v1/actors/{actor}"
    listed = history.client.get("/api/v1/actors?q=eau&as_of=2026-11-23").links
    assert (listed["original"]["url"], "last" in listed) == ("/api/v1/actors?q=eau", True)
    assert history.client.get("/acteurs?q=eau&au=2026-11-23").links["original"]["url"] == "/acteurs?q=eau"
    assert [history.get(PAGE["actors"], at).json()["total"] for at in (first, second)] == [1, 2]
    assert [figure(history.get("/api/v1/statistics", at), "actors") for at in (first, second)] == [1, 2]
    assert [history.get("/api/v1/statistics/actors", at).json()["value"] for at in (first, second)] == [1, 2]
    assert "memento-datetime" not in history.client.get(f"/api/v1/actors/{actor}").headers


def test_a_day_stands_for_its_end_in_paris(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie"))
    history.night()
    history.past.now = NIGHT.replace(hour=23, minute=30)  # half past midnight in Paris, the next day
    history.past.put("alpha/2", said("Puits du Sahel"))
    history.night()

    assert [history.get(PAGE["actors"], f"2026-11-{day}").json()["total"] for day in (23, 24, 30)] == [1, 2, 2]


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "2026-11-23T02:30:00", "23/11/2026"])
def test_what_is_no_date_is_refused(history: History, text: str) -> None:
    history.past.put("alpha/1", said("Eau et Vie"))
    history.night()

    assert history.get(PAGE["actors"], text).status_code == 400


def test_nothing_is_shown_for_a_date_whose_release_is_gone(history: History) -> None:
    nights = []
    for name in ("Eau et Vie", "Eau et Vie Touraine", "Eau et Vie en Touraine"):
        history.past.put("alpha/1", said(name))
        nights.append(history.night())
    [pruned] = [each for each in history.releases.iterdir() if each.name.startswith(f"{nights[1]:%Y%m%d}")]
    shutil.rmtree(pruned)

    answer = history.get(PAGE["actors"], nights[1])

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:rrma:problem:not-kept")
    assert (answer.json()["earlier"], answer.json()["later"]) == (nights[0].isoformat(), nights[2].isoformat())
    page = soup(history, f"/acteurs?q=eau&au={nights[1].date()}", 404)
    assert page.h1.get_text() == "Version plus conservée"
    ways = [link["href"] for link in page.select("main ul a")]
    assert [history.client.get(way).status_code for way in ways] == [200, 200, 200]
    assert ["Touraine" in history.client.get(way).text for way in ways] == [False, True, True]
    assert all("q=eau" in way for way in ways)
    assert history.get(PAGE["actors"], nights[0]).json()["items"][0]["name"] == "Eau et Vie"
    assert history.get(PAGE["actors"], nights[0] - DAY).status_code == 404


def test_two_that_are_known_to_be_one_count_once_in_hindsight(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie")).put("beta/1", said("Association Lumière"))
    then = history.night()
    ids = [history.id_of(name, then) for name in ("Eau et Vie", "Association Lumière")]
    history.past.judge(Verdict.SAME, "alpha/1", "beta/1")
    history.night()

    page, record = history.get(PAGE["hindsight"], then).json(), history.get(f"{PAGE['hindsight']}/{ids[1]}", then)

    assert (history.get(PAGE["actors"], then).json()["total"], page["total"]) == (2, 1)
    assert page["items"] == [record.json()]
    assert sorted(record.json()["published_as"]) == sorted(ids)
    assert record.json()["id"] in ids
    assert {each["name"] for each in record.json()["records"]} == {"Eau et Vie", "Association Lumière"}
    assert figure(history.get("/api/v1/statistics", then), "actors") == 2
    counted = history.get("/api/v1/hindsight", then)
    assert [figure(counted, name) for name in ("actors", "actor-entries", "actor-records")] == [1, 2, 2]

    listed = soup(history, f"/acteurs?q=lumi%C3%A8re&{KNOWN_NOW}")
    assert listed.select_one("main h2").get_text() == "1 structure distincte"
    assert listed.select_one(".card h3 a")["href"] == f"/acteurs/{page['items'][0]['id']}?{KNOWN_NOW}"
    for each in ids:
        seen = soup(history, f"/acteurs/{each}?{KNOWN_NOW}")
        published = {link.get_text(): link["href"] for link in seen.select("article h2 a")}
        assert published == {
            name: f"/acteurs/{one}?au=2026-11-23"
            for name, one in zip(("Eau et Vie", "Association Lumière"), ids, strict=True)
        }
        assert f"identifiant {record.json()['id']}" in seen.dl.get_text()
    rows = [row.get_text(" ", strip=True) for row in soup(history, f"/chiffres?{KNOWN_NOW}").select("tbody tr")]
    assert "Acteurs distincts, chacun compté une fois. 2 1" in rows


def test_one_that_is_known_to_be_two_counts_twice_in_hindsight(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie", email="a@eau.fr")).put(
        "beta/1", said("Eau et Vie", email="a@eau.fr")
    )
    then = history.night()
    assert history.past.together("alpha/1", "beta/1")
    history.past.judge(Verdict.DIFFERENT, "alpha/1", "beta/1")
    history.night()

    page = history.get(PAGE["hindsight"], then).json()

    assert (history.get(PAGE["actors"], then).json()["total"], page["total"]) == (1, 2)
    assert len({each["id"] for each in page["items"]}) == 2
    assert len({each["published_as"][0] for each in page["items"]}) == 1
    counted = history.get("/api/v1/hindsight", then)
    assert [figure(counted, name) for name in ("actors", "actor-entries", "actor-records")] == [2, 2, 2]

    assert soup(history, f"/acteurs?{KNOWN_NOW}").select_one("main h2").get_text() == "2 structures distinctes"
    one, other = (each["id"] for each in page["items"])
    for this, that in ((one, other), (other, one)):
        seen = soup(history, f"/acteurs/{this}?{KNOWN_NOW}")
        assert [link["href"] for link in seen.select(".hint a")] == [f"/acteurs/{that}?{KNOWN_NOW}"]
        as_published = seen.find("a", string="Tel que publié alors")["href"]
        assert soup(history, as_published).h1.get_text() == "Eau et Vie"


def test_one_that_has_left_since_is_still_what_it_was(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie")).put("alpha/2", said("Puits du Sahel"))
    then = history.night()
    actor = history.id_of("Eau et Vie", then)
    history.past.delete("alpha/1")
    now = history.night()

    assert history.get(f"/api/v1/actors/{actor}", now).status_code == 410
    assert history.get(f"/api/v1/actors/{actor}", then).json()["name"] == "Eau et Vie"
    assert history.get(f"{PAGE['hindsight']}/{actor}", then).json()["published_as"] == [actor]
    assert history.get(f"{PAGE['hindsight']}/{actor}", now).status_code == 404
    assert "N’est plus au catalogue" in soup(history, f"/acteurs/{actor}?{KNOWN_NOW}").dl.get_text()
    nothing = soup(history, f"/acteurs/{actor}?au=2026-11-24&vu=aujourdhui", 404)
    assert nothing.h1.get_text() == "Pas au catalogue à cette date"


def test_an_identifier_that_had_moved_then_leads_on_within_that_date(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie")).put("beta/1", said("Association Lumière"))
    first = history.night()
    ids = [history.id_of(name, first) for name in ("Eau et Vie", "Association Lumière")]
    history.past.judge(Verdict.SAME, "alpha/1", "beta/1")
    second = history.night()

    answers = [history.get(f"/api/v1/actors/{each}", second) for each in ids]

    [moved] = [each for each in answers if each.status_code == 301]
    assert history.client.get(moved.headers["location"]).headers["memento-datetime"].startswith("Tue, 24 Nov 2026")


def test_a_list_its_facets_its_map_and_its_files_are_those_of_the_date(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie") | {"seat": TOURS | {"lat": 47.4, "lon": 0.7}, "sectors": ["EAU"]})
    history.night()
    history.past.put("alpha/2", said("Eau du Sahel") | {"seat": TOURS | {"lat": 47.4, "lon": 0.7}, "sectors": ["EAU"]})
    history.night()

    def seen(query: str) -> tuple[int, str, int, int, int]:
        page = soup(history, f"/acteurs?{query}")
        [facet] = [each.get_text() for each in page.select("#facette-secteur label")]
        points = history.client.get(f"/carte/points?{query}&zoom=6").json()
        exported = history.client.get(f"/acteurs.csv?{query}").text.strip().count("\n")
        home = soup(history, f"/?{query}").select_one(".figures dd").get_text()
        return len(page.select(".card")), facet[-3:], sum(each["n"] for each in points), exported, int(home)

    assert seen("au=2026-11-23") == (1, "(1)", 1, 1, 1)
    assert seen("au=2026-11-24") == seen("q=") == (2, "(2)", 2, 2, 2)
    facets = history.get(PAGE["actors"], "2026-11-23").json()["facets"]
    assert facets["sector"] == [{"code": "EAU", "count": 1}]
    assert [each["url"] for each in history.client.get("/suggestions?q=eau&au=2026-11-23").json()] == [
        "/acteurs?secteur=EAU&au=2026-11-23",
        f"/acteurs/{history.id_of('Eau et Vie', NIGHT)}?au=2026-11-23",
    ]


def test_who_browses_a_past_date_stays_there_until_they_go_back(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie", sectors=["EAU"], countries=[{"code": "SN"}]))
    first = history.night()
    history.past.put("alpha/1", said("Eau et Vie Touraine"))
    history.night()
    actor = history.id_of("Eau et Vie", first)
    pages = ("/", "/acteurs", "/acteurs?q=eau&secteur=EAU", "/projets", "/annonces", f"/acteurs/{actor}", "/reseaux")

    for path in (*pages, "/donnees", "/chiffres"):
        page = soup(history, f"{path}{'&' if '?' in path else '?'}au=2026-11-23")
        banner = page.select_one("#ancienne")
        assert "Catalogue tel que publié le 23 novembre 2026 à 3\u202fh\u202f30" in banner.get_text()
        assert banner.find("a", string="Revenir à aujourd’hui")["href"] == path
        links = {link["href"] for link in page.select("header a, main a, footer p a") if link["href"].startswith("/")}
        past = {link for link in links if not link.startswith(OF_TODAY)}
        assert [link for link in past if "au=2026-11-23" not in link] == [], path
        assert [form["action"] for form in page.select("form") if not form.select("input[name=au]")] == []
        assert {history.client.get(link).status_code for link in past} == {200}, path
        assert not page.select("link[href*='.atom'][href*='acteurs']")
    for path in (*pages, "/donnees", "/chiffres"):
        assert soup(history, path).select("#ancienne, [href*='au=']") == []
    searched = history.client.get("/acteurs?q=eau&au=2026-11-23", headers={"hx-request": "true"})
    assert searched.headers["hx-push-url"] == "/acteurs?q=eau&au=2026-11-23"


def test_each_page_of_a_past_date_offers_both_ways_to_see_it(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie", sectors=["EAU"]))
    first = history.night()
    actor = history.id_of("Eau et Vie", first)

    for path in ("/acteurs?q=eau&secteur=EAU&pres_de=Tours&rayon=50", f"/acteurs/{actor}", "/chiffres", "/annonces"):
        address = f"{path}{'&' if '?' in path else '?'}au=2026-11-23"
        choice = soup(history, address).select("#ancienne nav a")
        assert [(link.get_text(), link.get("aria-current")) for link in choice] == [
            ("Tel que publié alors", "page"),
            ("Tel que connu aujourd’hui", None),
        ]
        assert [link["href"] for link in choice] == [address, f"{address}&vu=aujourdhui"]
        answer = history.client.get(f"{address}&vu=aujourdhui")
        known = BeautifulSoup(answer.text, "html.parser")
        assert "memento-datetime" not in answer.headers  # no such page was published then
        assert known.select_one("meta[name=robots]")["content"] == "noindex, follow"
        assert known.select_one("#ancienne [aria-current]")["href"] == f"{address}&vu=aujourdhui"
        assert known.find("a", string="Revenir à aujourd’hui")["href"] == path
        assert known.select_one("#autre-date input[name=vu]")["value"] == "aujourdhui"
        links = {link["href"] for link in known.select("header a, main a") if link["href"].startswith("/")}
        assert [link for link in links if "au=2026-11-23" not in link and not link.startswith(OF_TODAY)] == []
        assert {history.client.get(link).status_code for link in links} == {200}, path
        as_json = known.find("a", string=re.compile("en JSON"))["href"]
        assert ("sector=EAU&near=47" in as_json) == ("secteur" in path)
    assert soup(history, "/donnees?au=2026-11-23").select("#ancienne nav") == []
    assert history.client.get("/acteurs?au=2026-11-23&vu=demain").status_code == 400
    assert soup(history, "/acteurs?vu=aujourdhui").select("#ancienne, [href*=vu]") == []


def test_a_date_to_come_and_one_before_the_first_release_say_what_to_do(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie"))
    first = history.night()
    future = (NIGHT + 31 * DAY).date().isoformat()

    told = {}
    for date in ("2020-01-01", future):
        page = soup(history, f"/acteurs?q=eau&au={date}", 404)
        told[page.h1.get_text()] = [link["href"] for link in page.select("main ul a")]
        assert page.select_one("#autre-date input[name=q]")["value"] == "eau"
    assert told == {
        "Rien à cette date": ["/acteurs?q=eau&au=2026-11-23T02%3A30%3A00Z", "/acteurs?q=eau"],
        "Date à venir": ["/acteurs?q=eau"],
    }
    codes = {at: history.get(PAGE["actors"], at).json() for at in ("2020-01-01", future)}
    assert [each["type"].rpartition(":")[2] for each in codes.values()] == ["not-published-yet", "not-yet"]
    assert codes["2020-01-01"]["later"] == first.isoformat()
    assert soup(history, "/acteurs?au=hier", 400).h1.get_text() == "Demande illisible"
    assert history.client.get("/acteurs?au=").status_code == 200


def test_a_page_of_the_past_is_not_sent_twice_and_no_longer_than_its_release_is_kept(history: History) -> None:
    for name in ("Eau et Vie", "Eau et Vie Touraine", "Eau et Vie en Touraine"):
        history.past.put("alpha/1", said(name))
        history.night()
    paths = ("/acteurs?au=2026-11-24", "/api/v1/actors?as_of=2026-11-24")
    tags = {path: history.client.get(path).headers["etag"] for path in paths}

    def again(path: str) -> int:
        found: int = history.client.get(path, headers={"if-none-match": tags[path]}).status_code
        return found

    assert [again(path) for path in paths] == [304, 304]
    assert len({*tags.values(), history.client.get("/acteurs").headers["etag"]}) == 2
    [pruned] = [each for each in history.releases.iterdir() if each.name.startswith("20261124")]
    shutil.rmtree(pruned)
    assert [again(path) for path in paths] == [404, 404]


def test_a_copied_release_answers_for_its_own_time_and_later(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie"))
    at = history.night()
    client = TestClient(create_app(FixedRelease(history.releases / "current"), version="1"))

    assert client.get(PAGE["actors"], params={"as_of": at.isoformat()}).json()["total"] == 1
    assert client.get(PAGE["actors"], params={"as_of": "2026-11-01"}).status_code == 404


def test_nothing_of_a_withdrawn_release_is_held_open(history: History) -> None:
    history.past.put("alpha/1", said("Eau et Vie"))
    first = history.night()
    history.past.put("alpha/1", said("Eau et Vie Touraine"))
    history.night()
    assert (
        history.get(PAGE["hindsight"], first).status_code == history.get("/api/v1/hindsight", first).status_code == 200
    )
    [name] = [each.name for each in history.releases.iterdir() if each.name.startswith(f"{first:%Y%m%d}")]
    assert held_of(name) > 0

    withdrawals.withdraw(history.releases, {name: ["receipt"]}, first + 2 * DAY)

    assert history.get(PAGE["hindsight"], first).status_code == 410
    gc.collect()
    assert held_of(name) == 0


def held_of(name: str) -> int:
    """How many files of a release this process holds open."""
    return sum(name in str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink())
