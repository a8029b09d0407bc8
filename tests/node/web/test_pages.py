"""The public pages: readable by everyone, showing only what may be shown."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Page
from starlette.testclient import TestClient

from node.home import Home
from node.web.app import app_of
from tests.node.nodes import ingest, row, rows

NAMED = [
    row(
        "A-1",
        Nom="Comité de jumelage d'Orléans",
        Type="ASSO-JUM",
        Ville="Orléans",
        CP="45000",
        Pays="Mali",
        Secteurs="EAU",
    ),
    row("A-2", Nom="Ville de Tours", Ville="Tours", CP="37000", Site="https://www.tours.fr", Publication="catalogue"),
    row("A-3", Nom="Eau < Vie & Cie", Sigle="100%"),
    row("A-4", Nom="Comptée seulement", Publication="counted-only", Ville="Orléans"),
]


def soup(client: TestClient, url: str, status: int = 200) -> BeautifulSoup:
    response = client.get(url)
    assert response.status_code == status
    return BeautifulSoup(response.text, "html.parser")


def names(page: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in page.select("ul.actors a")]


def test_the_directory_lists_its_actors_by_name_with_count_date_licence_and_feed(
    home: Home, client: TestClient
) -> None:
    ingest(home, NAMED)

    page = soup(client, "/")

    assert names(page) == ["Comité de jumelage d'Orléans", "Eau < Vie & Cie", "Ville de Tours"]
    text = page.get_text(" ", strip=True)
    assert "3 structures" in text
    assert "01/11/2026" in text
    assert "Licence Ouverte 2.0" in text
    assert page.select_one('a[href="/feed.json"]')
    assert "Eau &lt; Vie &amp; Cie" in client.get("/").text


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("orleans", ["Comité de jumelage d'Orléans"]),
        ("COMITE jumelage", ["Comité de jumelage d'Orléans"]),
        ("37000", ["Ville de Tours"]),
        ("100%", ["Eau < Vie & Cie"]),
        ("comptee", []),
        ("tours orleans", []),
    ],
)
def test_search_wants_every_word_and_does_not_mind_accents(
    home: Home, client: TestClient, search: str, found: list[str]
) -> None:
    ingest(home, NAMED)

    page = soup(client, f"/?q={search.replace('%', '%25')}")

    assert names(page) == found
    assert page.select_one("#q")["value"] == search


def test_a_long_directory_is_shown_page_by_page(home: Home, client: TestClient) -> None:
    ingest(home, rows(120))

    shown = [name for number in (1, 2, 3) for name in names(soup(client, f"/?page={number}"))]

    assert len(shown) == len(set(shown)) == 120
    assert soup(client, "/?page=2").select_one("a[rel=prev]")["href"] == "/?q=&page=1"
    assert soup(client, "/?page=2&q=association").select_one("a[rel=next]")["href"] == "/?q=association&page=3"
    soup(client, "/?page=4", status=404)


def test_an_actor_page_gives_titles_and_labels_not_codes(home: Home, client: TestClient) -> None:
    ingest(home, NAMED)

    page = soup(client, "/acteurs/A-1")
    text = page.get_text(" ", strip=True)

    assert page.h1.get_text() == "Comité de jumelage d'Orléans"
    assert "Comité ou association de jumelage" in text
    assert "Mali" in text
    assert "ASSO-JUM" not in text
    assert soup(client, "/acteurs/A-2").select_one('dd a[href="https://www.tours.fr"]')


@pytest.mark.parametrize("local_id", ["A-4", "nobody"])
def test_an_actor_that_is_only_counted_has_no_page(home: Home, client: TestClient, local_id: str) -> None:
    ingest(home, NAMED)

    assert "Page introuvable" in soup(client, f"/acteurs/{local_id}", status=404).get_text()


@pytest.mark.parametrize("url", ["/", "/?q=orleans", "/acteurs/A-1", "/acteurs/nobody"])
def test_every_page_has_landmarks_a_language_and_a_strict_policy(home: Home, client: TestClient, url: str) -> None:
    ingest(home, NAMED)

    response = client.get(url)
    page = BeautifulSoup(response.text, "html.parser")

    assert client.head(url).status_code == response.status_code
    assert page.html["lang"] == "fr"
    assert (
        len(page.select("main"))
        == len(page.select("h1"))
        == len(page.select("header"))
        == len(page.select("footer"))
        == 1
    )
    assert page.select_one("a.skip")["href"] == f"#{page.main['id']}"
    assert page.title.get_text().endswith("Centraider")
    assert not page.select("script, style, [style], [onclick]")
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_style_sheet_is_small_and_served(client: TestClient) -> None:
    response = client.get("/node.css")

    assert response.headers["content-type"].startswith("text/css")
    assert len(response.content) < 4_096


@pytest.fixture
def site(home: Home) -> Iterator[str]:
    """The node on a real port of this machine."""
    ingest(home, [*NAMED, *rows(60)])
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = uvicorn.Server(uvicorn.Config(app_of(home), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_pass_axe_and_fit_the_screen(site: str, page_at: Callable[[int], Page], width: int) -> None:
    page = page_at(width)
    for path in ("/", "/acteurs/A-1", "/?q=rien-de-tel"):
        page.goto(site + path)

        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Aller au contenu"
    page.get_by_label("Chercher un nom").fill("orleans")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Comité de jumelage d'Orléans").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Comité de jumelage d'Orléans"
