"""Feeds and calendars as their readers read them: feedparser, icalendar."""

import re
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import httpx
import lxml.etree
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from icalendar import Calendar

from hub.catalogue import Catalogue
from hub.distributions.contents import Contents
from hub.model.imprint import Imprint
from hub.stages.release import publish
from hub.web.app import create_app
from hub.web.current import CurrentRelease
from hub.web.portal import crawlers
from tests.hub.distributions.lines import actor, published
from tests.hub.web.conftest import serving
from tests.hub.web.release import NOW

FEEDS = ["/acteurs.atom", "/acteurs.rss", "/projets.atom", "/annonces.rss", "/changements.atom", "/changements.rss"]
SITE = "https://annuaire.example.org"


def read(client: httpx.Client, path: str) -> feedparser.FeedParserDict:
    answer = client.get(path)
    assert answer.status_code == 200, path
    found = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
    assert not found.bozo, (path, found.get("bozo_exception"))
    return found


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_read_whole_and_says_who_when_and_where(client: httpx.Client, path: str) -> None:
    found = read(client, path)

    assert found.version == ("atom10" if path.endswith("atom") else "rss20")
    assert 0 < len(found.entries) <= 100
    assert len({entry.id for entry in found.entries}) == len(found.entries)
    links = {link.rel: link.href for link in found.feed.links}
    assert links["self"] == path
    assert client.get(links["alternate"]).status_code == 200
    for entry in found.entries[:5]:
        assert datetime(*(entry.published_parsed)[:5], tzinfo=UTC) == NOW
        assert client.get(entry.link).status_code in (200, 410)
        assert entry.title
        assert entry.summary


def test_every_search_has_a_feed_of_the_same_records(client: httpx.Client, catalogue: Catalogue) -> None:
    found = read(client, "/acteurs.atom?q=senegal&region=53&page=2&tri=nom&inconnu=1")
    listed = client.get("/api/v1/actors?q=senegal&region=53&size=100").json()

    assert {entry.link.rpartition("/")[2] for entry in found.entries} == {each["id"] for each in listed["items"]}
    assert "« senegal » ; Région : Bretagne" in found.feed.title
    assert found.feed.links[0].href == "/acteurs.atom?q=senegal&region=53"
    page = client.get("/acteurs?q=senegal&region=53").text
    assert (
        'type="application/atom+xml" title="Suivre cette recherche (Atom)" href="/acteurs.atom?q=senegal&amp;' in page
    )
    assert client.get("/acteurs.atom?rayon=-1").status_code == 400


def test_search_engines_find_every_open_record_and_only_those(tmp_path: Path) -> None:
    for night, lines in enumerate(([actor("1"), actor("2"), actor("3")], [actor("1", name="Autre nom"), actor("3")])):
        contents = Contents(lines={"actor": published(*lines)}, imprint=Imprint(site=SITE))
        publish(contents, tmp_path, NOW.replace(day=3 + night))
    app = FastAPI()
    app.include_router(crawlers.router(CurrentRelease(tmp_path), most=1))
    with TestClient(app) as client:
        listed = re.findall(r"<loc>([^<]+)", client.get("/sitemap.xml").text)
        parts = [lxml.etree.fromstring(client.get(each.removeprefix(SITE)).content) for each in listed]

    told = {loc.text: loc.getnext() for part in parts for loc in part.iterfind("{*}url/{*}loc")}
    changed = {path: at.text for path, at in told.items() if at is not None}
    ids = {line["id"]: line["name"] for line in lines}
    assert f"Sitemap: {SITE}/sitemap.xml" in client.get("/robots.txt").text
    assert {f"{SITE}/", f"{SITE}/acteurs"} <= told.keys() - changed.keys()
    assert changed == {
        f"{SITE}/acteurs/{each}": f"2026-11-0{4 if name == 'Autre nom' else 3}" + f"T{NOW:%H:%M:%S}Z"
        for each, name in ids.items()
    }


def test_a_site_without_a_name_has_no_sitemap(client: httpx.Client) -> None:
    robots = client.get("/robots.txt").text

    assert "Disallow: /*?au=" in robots
    assert "Sitemap" not in robots
    assert [client.get(path).status_code for path in ("/sitemap.xml", "/sitemap-1.xml", "/sitemap-x.xml")] == [
        404,
        404,
        400,
    ]


def test_who_agreed_to_the_catalogue_alone_is_in_no_feed(client: httpx.Client, hidden_id: str) -> None:
    assert hidden_id not in client.get("/acteurs.atom?q=Structure+au+catalogue+seulement").text
    assert hidden_id not in client.get("/changements.atom").text


def test_the_changes_tell_what_came_changed_and_left(tmp_path: Path) -> None:
    first, second = [actor("1"), actor("2", name="A & <b>\x0b")], [actor("1", name="Autre nom"), actor("3")]
    for night, lines in enumerate((first, second)):
        contents = Contents(lines={"actor": published(*lines)}, imprint=Imprint(site=SITE))
        publish(contents, tmp_path, NOW.replace(day=3 + night))
    with serving(create_app(CurrentRelease(tmp_path), version="test")) as base, httpx.Client(base_url=base) as client:
        found = read(client, "/changements.atom")
        rss = read(client, "/changements.rss")
        search = read(client, "/acteurs.atom")

    told = {entry.title: entry for entry in found.entries}
    assert told.keys() == {"Modification : Autre nom", "Nouvelle fiche : Eau et Vie", f"Retrait : {first[1]['id']}"}
    assert told["Modification : Autre nom"].id == f"{SITE}/acteurs/{first[0]['id']}#1"
    assert "ne fait plus partie" in told[f"Retrait : {first[1]['id']}"].summary
    assert {entry.link for entry in rss.entries} == {f"{SITE}/acteurs/{actor(key)['id']}" for key in "123"}
    assert search.feed.id == f"{SITE}/acteurs.atom"
    assert [entry.published for entry in search.entries if "Autre" in entry.title] == ["2026-11-03T02:41:00Z"]


def events(client: httpx.Client, path: str) -> dict[str, Calendar]:
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    found = Calendar.from_ical(answer.content)
    assert [each.errors for each in found.walk() if each.errors] == []
    return {str(each["summary"]): each for each in found.walk("VEVENT")}


def test_the_agenda_is_a_calendar_with_the_closing_of_calls(client: httpx.Client, announcement: str) -> None:
    found = events(client, "/annonces.ics")

    assert found.keys() == {
        "Festival des solidarités, à Orléans",
        "Clôture : Appel à mésoprojets 2026",
        "Monter son budget ; niveau 2",
        "Clôture : Monter son budget ; niveau 2",
        "Rencontre passée",
    }
    festival = found["Festival des solidarités, à Orléans"]
    assert (festival.start, festival.end) == (
        datetime(2026, 11, 19, 17, tzinfo=UTC),
        datetime(2026, 11, 19, 19, 30, tzinfo=UTC),
    )
    assert festival["dtstamp"].dt == NOW
    assert festival["geo"].to_ical() == "47.9;1.9"
    assert "Orléans" in festival["location"]
    closing = found["Clôture : Appel à mésoprojets 2026"]
    assert closing["uid"] == f"{announcement}-cloture@rrma.invalid"
    assert closing.start == datetime(2027, 1, 31, 22, 59, tzinfo=UTC)
    assert "« Qui ? », « Où ? »" in closing["description"]
    assert len({str(each["uid"]) for each in found.values()}) == len(found)


def test_a_calendar_is_of_a_region_of_a_search_or_of_one_announcement(client: httpx.Client, announcement: str) -> None:
    assert events(client, "/annonces.ics?region=24").keys() == {
        "Festival des solidarités, à Orléans",
        "Clôture : Appel à mésoprojets 2026",
    }
    assert events(client, "/annonces.ics?nature=training&region=53").keys() == {
        "Monter son budget ; niveau 2",
        "Clôture : Monter son budget ; niveau 2",
    }
    assert events(client, f"/annonces/{announcement}.ics").keys() == {"Clôture : Appel à mésoprojets 2026"}
    assert client.get(f"/annonces/{announcement.lower()}.ics").headers["location"] == f"/annonces/{announcement}.ics"
    assert client.get("/annonces/0000000000000.ics").status_code == 404


def test_feeds_and_calendars_are_the_same_bytes_on_every_machine(client: httpx.Client, releases: Path) -> None:
    with serving(create_app(CurrentRelease(releases), version="other")) as base, httpx.Client(base_url=base) as other:
        for path in [*FEEDS, "/annonces.ics"]:
            assert client.get(path).content == other.get(path).content, path
    again = client.get("/annonces.ics")
    assert client.get("/annonces.ics", headers={"if-none-match": again.headers["etag"]}).status_code == 304
