"""The pages as text: valid, true to the release, and saying where each value comes from."""

import csv
import gzip
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx
import lxml.etree
import orjson
import pytest
from bs4 import BeautifulSoup
from geojson_pydantic import FeatureCollection
from lxml import html

from hub.catalogue import Catalogue
from hub.distributions import freshness
from hub.french import typeset
from hub.merge import RULES
from hub.resolution import resolve_records
from hub.search import Query
from hub.stages.release import publish
from hub.web.app import create_app
from hub.web.current import CurrentRelease, FixedRelease
from hub.web.portal import words
from hub.web.portal.charts import bar_chart
from hub.web.portal.outlines import LEVELS, areas
from hub.web.portal.record import reasons
from schemas.record import RecordKey
from tests.hub.web.conftest import serving
from tests.hub.web.release import NOW, accepted, contents


def soup(client: httpx.Client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "html.parser")


def test_every_page_is_well_formed_with_unique_titles_and_ids(client: httpx.Client, pages: dict[str, str]) -> None:
    titles = []
    for path in pages.values():
        text = client.get(path).text
        tree = html.document_fromstring(text)
        ids = [each.get("id") for each in tree.xpath("//*[@id]")]
        titles.append(tree.findtext(".//title"))

        assert text.startswith("<!doctype html>"), path
        assert tree.get("lang") == ("en" if path == "/en" else "fr")
        assert len(ids) == len(set(ids)), path
        assert not [each for each in tree.xpath("//label/@for | //@aria-labelledby") if each not in ids], path
        assert not tree.xpath("//*[@style or @onclick] | //style | //*[starts-with(name(@*), 'hx-')]"), path
        assert _unclosed(text) == [], path
    assert len(set(titles)) >= len(titles) - 2  # searches that find as many share one


def _unclosed(text: str) -> list[str]:
    """What a strict parser of HTML complains of, HTML 5 elements that libxml2 never heard of apart."""
    parser = lxml.etree.HTMLParser(recover=True)
    lxml.etree.fromstring(text.encode(), parser)
    return [str(error) for error in parser.error_log if error.type_name != "HTML_UNKNOWN_TAG"]


def test_every_link_of_every_page_leads_somewhere(client: httpx.Client, pages: dict[str, str]) -> None:
    found = {
        link["href"]
        for path in pages.values()
        for link in soup(client, path).select("a[href^='/'], link[href^='/'], script[src^='/']")
        if link.has_attr("href")
    }
    broken = {path for path in found if client.head(path.partition("#")[0]).status_code != 200}

    assert len(found) > 100
    assert broken == set()


def test_the_key_figures_add_up(client: httpx.Client, catalogue: Catalogue) -> None:
    shown = {
        figure.dt.get_text(): int(re.sub(r"\D", "", figure.dd.get_text()))
        for figure in soup(client, "/").select(".figures > div")
    }

    assert shown["acteurs distincts"] == catalogue.manifest.counts["actor"]
    assert shown["fiches reçues des réseaux"] - shown["doublons réunis"] == shown["acteurs distincts"]
    assert shown["doublons réunis"] > 100
    assert shown["projets"] == catalogue.manifest.counts["project"]


def test_the_agenda_begins_with_what_comes_first(client: httpx.Client) -> None:
    page = soup(client, "/annonces")
    titles = [card.get_text(strip=True) for card in page.select(".cards h3")]

    assert titles == [
        "Festival des solidarités, à Orléans",
        "Appel à mésoprojets 2026",
        "Monter son budget ; niveau 2",
        "Le réseau déménage",
        "Rencontre passée",
    ]
    said = page.select_one(".cards .quiet").get_text()
    assert said == "Événement · le 19 novembre 2026 à 18\u202fh · Orléans (45)"
    assert "Agenda" in page.select_one("header nav").get_text()
    assert [each.get_text() for each in soup(client, "/annonces?region=53&nature=funding").select(".cards h3")] == [
        titles[1]
    ]


def test_an_announcement_says_when_how_much_and_for_whom(client: httpx.Client, announcement: str) -> None:
    page = soup(client, f"/annonces/{announcement}")
    said = {
        term.get_text(): term.find_next("dd").get_text(strip=True) for term in page.select("article dl.wide-list dt")
    }

    assert said["Clôture"] == "31 janvier 2027"
    assert said["Montant"] == "de 5\u202f000 à 25\u202f000\u202f€, jusqu’à 70\u202f% du budget"
    assert said["Portée"] == "Centre-Val de Loire, Bretagne"
    assert said["Organisateur"] == "FORIM"
    assert page.select_one(".description-html strong").get_text() == "FORIM"


def test_facets_list_map_and_exports_are_one_query(client: httpx.Client, catalogue: Catalogue) -> None:
    asked = "q=afrique&region=53&region=52"
    page = soup(client, f"/acteurs?{asked}")
    total = int(re.sub(r"\D", "", page.select_one("#resultats h2").get_text()))
    points = client.get(f"/carte/points?{asked}&zoom=6").json()
    rows = list(csv.DictReader(io.StringIO(client.get(f"/acteurs.csv?{asked}").text)))
    features = FeatureCollection.model_validate_json(client.get(f"/acteurs.geojson?{asked}").text)
    lines = gzip.decompress(client.get(f"/acteurs.jsonl.gz?{asked}").content).splitlines()
    expected = catalogue.search.ids(Query(text="afrique", regions=("53", "52")))

    assert total == len(expected) > 5
    assert [row["id"] for row in rows] == [orjson.loads(line)["id"] for line in lines] == expected
    assert [feature.id for feature in features.features] == expected
    located = [feature for feature in features.features if feature.geometry]
    assert sum(point["n"] for point in points) == len(located)
    assert lines[0] == catalogue.actor(expected[0])


def test_projects_are_exported_too(client: httpx.Client, catalogue: Catalogue) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/projets.csv").text)))

    assert len(rows) == catalogue.manifest.counts["project"]
    assert client.get("/projets.xml").status_code == 404


def test_a_place_is_found_by_name_department_or_postcode(client: httpx.Client) -> None:
    by_name, by_postcode = soup(client, "/acteurs?pres_de=Rennes"), soup(client, "/acteurs?pres_de=35000")

    assert by_name.select_one("#resultats h2").get_text() == by_postcode.select_one("#resultats h2").get_text()
    assert "À moins de 25 km de Rennes" in by_name.select_one(".active").get_text()
    assert "n’est pas une commune" in soup(client, "/acteurs?pres_de=Nullepartville").select_one("#inconnue").get_text()


def test_a_misspelt_word_says_what_was_searched_instead(client: httpx.Client) -> None:
    assert "Voici les résultats pour" in soup(client, "/acteurs?q=solidaritee+internationalle").get_text()


def test_past_the_last_page_there_is_nothing(client: httpx.Client) -> None:
    assert client.get("/acteurs?page=500").status_code == 404
    assert soup(client, "/acteurs?page=2").select_one("a[rel=prev]")["href"] == "/acteurs?"


def test_the_address_of_a_search_is_canonical(client: httpx.Client) -> None:
    asked = "/acteurs?q=eau&pres_de=&rayon=25&zone=&tri=pertinence&page=1&utm_source=x"

    assert client.get(asked, headers={"hx-request": "true"}).headers["hx-push-url"] == "/acteurs?q=eau"


def test_each_value_says_who_stated_it_and_by_which_rule(
    client: httpx.Client, catalogue: Catalogue, shared_actor: str
) -> None:
    page, actor = soup(client, f"/acteurs/{shared_actor}"), orjson.loads(catalogue.actor(shared_actor) or b"")
    rows = page.select(".provenance tbody tr")
    text = page.select_one(".provenance").get_text()

    assert len(rows) == len({pointer.split("/")[1] for pointer in actor["provenance"]})
    assert {row.select_one("td:last-child").get_text() for row in rows} <= {typeset(rule.text_fr) for rule in RULES}
    for origins in actor["provenance"].values():
        assert all(origin["id"] in text for origin in origins)
    assert len(page.select(".source-record")) == len(actor["sources"]) > 1
    assert len(page.select(".reasons li")) == len(actor["sources"]) - 1


def test_reasons_are_as_few_pairs_as_link_all_records(catalogue: Catalogue, shared_actor: str) -> None:
    edges = catalogue.edges(shared_actor)
    kept = reasons(edges)
    records = {(each.left_network, each.left_id) for each in edges} | {(e.right_network, e.right_id) for e in edges}

    assert len(kept) == len(records) - 1
    assert kept[0] == edges[0]


def test_a_call_names_each_network_that_relays_it_and_says_why_it_is_one(
    client: httpx.Client, announcement: str
) -> None:
    page = soup(client, f"/annonces/{announcement}")

    relayed = page.find("dt", string="Relayée par").find_next("dd")
    assert [badge["href"] for badge in relayed.select("a")] == ["/reseaux#centraider", "/reseaux#gescod"]
    assert len(page.select(".source-record")) == 2
    assert "même nom" in page.select_one(".reasons").get_text()


def test_a_project_names_its_lead_as_the_catalogue_does(
    client: httpx.Client, catalogue: Catalogue, project: str
) -> None:
    stated = orjson.loads(catalogue.project(project) or b"")
    lead = orjson.loads(catalogue.actor(stated["lead"]["national_id"]) or b"")

    page = soup(client, f"/projets/{project}")
    assert page.select_one(f"dd a[href='/acteurs/{lead['id']}']").get_text() == lead["name"]
    assert lead["name"] in page.select_one(".provenance").get_text()
    assert stated["title"] in soup(client, f"/acteurs/{lead['id']}").select_one("#projets ~ ul").get_text()


def test_the_networks_page_tells_each_harvest(client: httpx.Client, catalogue: Catalogue) -> None:
    rows = soup(client, "/reseaux").select("#moissons tbody tr")

    assert [row["id"] for row in rows] == [network.id for network in catalogue.manifest.networks]
    for row, network in zip(rows, catalogue.manifest.networks, strict=True):
        counts = [int(re.sub(r"\D", "", cell.contents[0].get_text())) for cell in row.select("td.count")]
        assert network.harvest
        assert counts[:4] == [network.harvest.declared, network.harvest.received, network.harvest.accepted, 0]
        assert "Complète et prouvée" in row.get_text()


def test_the_networks_page_tells_who_is_as_fresh_as_promised_on_the_day_it_is_looked_at(
    client: httpx.Client, releases: Path, catalogue: Catalogue
) -> None:
    rows = soup(client, "/reseaux").select("#fraicheur ~ table tbody tr")
    with serving(create_app(CurrentRelease(releases), version="test", clock=lambda: NOW + timedelta(days=2))) as base:
        later = httpx.get(f"{base}/reseaux")
        known = httpx.get(f"{base}/reseaux", headers={"if-none-match": client.get("/reseaux").headers["etag"]})
    in_two_days = BeautifulSoup(later.text, "html.parser").select("#fraicheur ~ table tbody tr")

    assert [row.th.get_text() for row in rows] == [network.title for network in catalogue.manifest.networks]
    told = [[cell.contents[0].get_text() for cell in row.select("td")] for row in (rows[0], rows[1], rows[3])]
    assert told == [
        ["aujourd’hui", "Tenue", "30 sur 30", "90 sur 90"],
        ["hier", "Tenue", "29 sur 30", "89 sur 90"],
        ["il y a 3 jours", "Non tenue", "27 sur 30", "76 sur 79"],
    ]
    assert [row.select_one(".state").get_text() for row in in_two_days[:2]] == ["Tenue", "Non tenue"]
    assert known.status_code == 200  # the page of two days before is not the one of today


def test_the_api_tells_the_same_freshness_and_none_where_one_release_alone_is_served(
    client: httpx.Client, catalogue: Catalogue, releases: Path
) -> None:
    first, _, _, late, *_ = client.get("/api/v1/networks").json()
    alone = CurrentRelease(releases)().file("manifest.json")
    assert alone
    with serving(create_app(FixedRelease(alone.parent), version="test")) as base:
        none_told = httpx.get(f"{base}/api/v1/networks").json()
        page = httpx.get(f"{base}/reseaux").text

    assert first["freshness"] == {
        "promise_days": 2,
        "last_proved_on": "2026-11-03",
        "age_days": 0,
        "kept": True,
        "paused_since": None,
        "nights_30": {"proved": 30, "nights": 30},
        "nights_90": {"proved": 90, "nights": 90},
    }
    assert (late["freshness"]["age_days"], late["freshness"]["kept"]) == (3, False)
    assert {network["freshness"] for network in none_told} == {None}
    assert "fraicheur" not in page


def test_a_network_that_is_paused_is_said_to_be(client: httpx.Client, releases: Path) -> None:
    told = (releases / freshness.FILE).read_bytes()
    said = freshness.read(releases)
    assert said
    try:
        freshness.write(releases, [replace(said.networks[0], paused=date(2026, 10, 1)), *said.networks[1:]])
        page = client.get("/reseaux").text
        first, second, *_ = client.get("/api/v1/networks").json()
    finally:
        (releases / freshness.FILE).write_bytes(told)

    assert re.findall(r"Lectures suspendues depuis le ([^<]*)<", page) == ["1er octobre 2026"]
    assert (first["freshness"]["paused_since"], second["freshness"]["paused_since"]) == ("2026-10-01", None)


def test_a_network_that_failed_or_was_never_read_is_said_so(tmp_path: Path) -> None:
    record = accepted(RecordKey("actor", "gescod", "1"), {"name": "Amitié sans frontières", "type": "ASSO"})
    made = contents({record.key: record}, resolve_records([record]))
    failed, never, *rest = made.networks
    assert failed.harvest
    stopped = replace(failed.harvest, status="failed", error="source-unreachable", held=1234)
    networks = (replace(failed, harvest=stopped), replace(never, harvest=None, website="javascript:alert(1)"), *rest)
    publish(replace(made, networks=networks), tmp_path, NOW)
    with serving(create_app(CurrentRelease(tmp_path), version="test")) as base:
        page = BeautifulSoup(httpx.get(f"{base}/reseaux").text, "html.parser")

    first, second = page.select("tbody tr")[:2]
    assert "En échec (1 234)" in first.get_text().replace("\u202f", " ")
    assert "source-unreachable" in first.get_text()
    assert "Jamais relu" in second.get_text()
    assert [len(row.select("td")) for row in (first, second)] == [6, 6]
    assert second.select("a[href^=javascript]") == []


def test_the_data_page_gives_every_file_with_its_digest(client: httpx.Client, catalogue: Catalogue) -> None:
    text = soup(client, "/donnees").get_text()

    assert all(file.path in text and file.sha256 in text for file in catalogue.manifest.files)


def test_the_english_page_is_whole_and_says_which_parts_are_french(client: httpx.Client, catalogue: Catalogue) -> None:
    page = soup(client, "/en")
    french = [part.extract().get_text() for part in page.select("[lang=fr]")]
    text = page.get_text()
    senegal = page.find("a", string="Senegal")
    named = {link.get_text(): link["href"] for link in page.select("details a")}

    assert page.html["lang"] == "en"
    assert all(file.path in text and file.title_en in text for file in catalogue.manifest.files)
    assert int(senegal.find_next("span").get_text().strip("()")) == len(catalogue.search.ids(Query(countries=("SN",))))
    assert named["Water and sanitation"] == "/acteurs?secteur=EAU"
    assert len(french) >= 3
    assert not re.search(r"\b(les|des|une|pour|acteurs|structures)\b", re.sub(r"/\S+", "", text))
    assert soup(client, "/").select_one("footer a[lang=en]")["href"] == "/en"
    assert soup(client, "/").html["lang"] == "fr"


def test_no_line_of_ours_begins_or_ends_with_a_mark_that_a_space_parts(client: httpx.Client) -> None:
    for path in ("/a-propos", "/integration", "/chiffres", "/nulle-part", "/acteurs?q=eau&region=53", "/en"):
        assert re.findall(r"[^.…]{0,20}(?: [;:?!»]|« )", soup(client, path).get_text()) == [], path
    assert typeset("Qui ? « Eux » : l'autre ; a:b") == "Qui\u202f? «\xa0Eux\xa0»\xa0: l’autre\u202f; a:b"


def test_the_about_page_names_every_rule(client: httpx.Client) -> None:
    text = soup(client, "/a-propos").get_text()

    assert all(typeset(rule.text_fr) in text for rule in RULES if rule.collection in ("actor", "project"))


def test_the_notice_is_on_every_page(client: httpx.Client, catalogue: Catalogue, pages: dict[str, str]) -> None:
    assert all(typeset(catalogue.manifest.notice) in soup(client, path).get_text() for path in pages.values())


def test_the_map_of_france_grows_with_the_counts() -> None:
    by_code = {area.code: area for area in areas({"34": 100, "35": 25, "48": 1})}

    assert len(by_code) == 101
    assert [by_code[code].level for code in ("34", "35", "48", "01")] == [LEVELS, 3, 1, 0]
    assert all(area.path.startswith("M") and area.path.endswith("z") for area in by_code.values())
    assert all(area.level == 0 for area in areas({}))


def test_bars_are_shares_of_the_longest() -> None:
    chart = bar_chart("x", "Titre", [("a", "/a", 40), ("b", "/b", 10)])

    assert [bar.share for bar in chart.bars] == [100, 25]
    assert bar_chart("x", "Titre", []).bars == ()


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (words.number(1234567), "1 234 567"),
        (words.day("2026-11-01"), "1er novembre 2026"),
        (words.day("2026-11"), "novembre 2026"),
        (words.day("1987"), "1987"),
        (words.day(None), "date inconnue"),
        (words.size(1_234_567), "1,2 Mo"),
        (words.size(12), "12 octets"),
        (words.web("https://a.example/b"), "https://a.example/b"),
        (words.web("javascript:alert(1)"), None),
        (words.web("//a.example"), None),
        (words.web("http://[bad"), None),
        (words.host("https://www.a.example/b"), "a.example"),
        (words.place({"city": "Basse-Terre", "postcode": "97100"}), "Basse-Terre (971)"),
        (words.place({}), "lieu non précisé"),
        (
            words.spoken([{"code": "SN", "roles": ["project", "partner"]}], "countries"),
            "Sénégal (pays d'un partenaire)",
        ),
        (words.spoken({"name": "Mairie", "country": "ML"}, "partners", "project"), "Mairie, Mali"),
        (words.spoken({"amount": 3000.0, "currency": "EUR"}, "budget", "project"), "3 000 €"),
        (words.spoken("dormant", "status"), "en sommeil"),
        (words.spoken(True, "member"), "oui"),
    ],
)
def test_values_are_written_as_the_french_write_them(said: str | None, written: str | None) -> None:
    assert (said.replace("\u202f", " ") if said else said) == written
