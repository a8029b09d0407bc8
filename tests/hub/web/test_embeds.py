"""What other sites show of the catalogue: framed by those who may, silent, and whole without scripts."""

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Page, Request, expect

from hub.catalogue import Catalogue
from hub.web.app import create_app
from hub.web.current import CurrentRelease
from hub.web.portal.embeds import VIEWS
from hub.web.security import POLICY
from schemas.errors import ConfigError
from tests.hub.web.conftest import serving

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OpenPage = Callable[..., Page]


def ancestors(answer: httpx.Response) -> str:
    return answer.headers["content-security-policy"].rpartition("frame-ancestors ")[2]


def test_embeds_are_framed_by_the_networks_and_nothing_else_is_framed(
    client: httpx.Client, catalogue: Catalogue, pages: dict[str, str]
) -> None:
    sites = {network.website.rstrip("/") for network in catalogue.manifest.networks if network.website}

    for view in VIEWS:
        assert set(ancestors(client.get(view.path)).split()) == sites
        assert "set-cookie" not in client.get(view.path).headers
    for path in [*pages.values(), "/integration", "/embed", "/embeds/liste", "/static/map.js", "/api/v1/actors"]:
        assert ancestors(client.get(path)) == "'none'", path


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ((), "'none'"),
        (("https://www.reseau.example", "http://localhost:8080"), "https://www.reseau.example http://localhost:8080"),
    ],
)
def test_the_hub_says_who_may_frame(releases: Path, allowed: tuple[str, ...], expected: str) -> None:
    app = create_app(CurrentRelease(releases), version="test", embed_origins=allowed)
    with serving(app) as base:
        answer = httpx.get(f"{base}/embed/liste?region=53")

    assert ancestors(answer) == expected
    assert answer.headers["content-security-policy"].startswith(POLICY.partition("frame-ancestors")[0])


@pytest.mark.parametrize(
    "wrong", ["*", "https:", "reseau.example", "https://a.example/path", "https://a; script-src *"]
)
def test_what_is_no_origin_stops_the_server_before_it_starts(releases: Path, wrong: str) -> None:
    with pytest.raises(ConfigError, match="is no origin"):
        create_app(CurrentRelease(releases), version="test", embed_origins=(wrong,))


def test_an_embed_shows_the_search_of_its_address(client: httpx.Client, announcement: str) -> None:
    shown = BeautifulSoup(client.get("/embed/liste?region=53&q=senegal").text, "html.parser")
    listed = client.get("/api/v1/actors?region=53&q=senegal&size=20").json()
    links = [each["href"] for each in shown.select(".cards a")]

    assert links == [f"/acteurs/{each['id']}" for each in listed["items"]]
    assert all(each["target"] == "_blank" for each in shown.select("main a"))
    assert "Région : Bretagne" in shown.h1.get_text()
    agenda = client.get("/embed/agenda?nature=funding").text
    assert f'href="/annonces/{announcement}"' in agenda
    assert "Rien ne correspond" in client.get("/embed/projets?q=introuvablezzz").text
    assert client.get("/embed/liste?page=2").text.count('rel="prev"') == 1


def test_the_page_for_webmasters_gives_the_code_of_what_was_chosen(client: httpx.Client, catalogue: Catalogue) -> None:
    asked = {"vue": "agenda", "region": "24", "filtres": "https://x.example/annonces?nature=event&script=1&page=3"}
    page = BeautifulSoup(client.get("/integration", params=asked).text, "html.parser")
    code = BeautifulSoup(page.select_one("#code").get_text(), "html.parser").iframe

    assert code["src"] == "/embed/agenda?nature=event&region=24"
    assert code["title"]
    assert client.get(code["src"]).status_code == 200
    assert catalogue.manifest.networks[0].website.rstrip("/") in page.get_text()
    attack = client.get("/integration", params={"filtres": 'q="></textarea><script>alert(1)</script>'}).text
    assert "<script>alert" not in attack


def test_the_networks_site_shows_the_map_and_nobody_elses_does(releases: Path, page_at: OpenPage) -> None:
    host = FastAPI()
    catalogue: list[str] = []

    @host.get("/")
    async def page() -> HTMLResponse:
        frame = f'<iframe src="{catalogue[0]}/embed/carte?region=53" title="Carte" width="100%" height="640"></iframe>'
        return HTMLResponse(f"<!doctype html><title>Réseau</title>{frame}")

    with serving(host) as network:
        app = create_app(CurrentRelease(releases), version="test", embed_origins=(network,))
        with serving(app) as base:
            catalogue.append(base)
            opened = page_at(1280)
            asked: list[str] = []

            def heard(request: Request) -> None:
                asked.append(request.url)

            opened.on("request", heard)
            opened.goto(network)
            frame = opened.frame_locator("iframe")
            expect(frame.locator(".map .cluster").first).to_be_visible()
            expect(frame.get_by_role("button", name="Antilles")).to_be_visible()
            expect(frame.get_by_role("button", name="Chercher dans cette zone")).to_have_count(0)

            assert opened.context.cookies() == []
            assert {re.sub(r"(//[^/]+).*", r"\1", url) for url in asked} <= {network, base}
            elsewhere = network.replace("127.0.0.1", "localhost")
            opened.goto(elsewhere)
            opened.wait_for_load_state("networkidle")
            assert opened.frames[-1].locator("main").count() == 0


@pytest.mark.parametrize("width", [1280, 360])
def test_embeds_are_accessible_and_whole_without_scripts(page_at: OpenPage, url: str, width: int) -> None:
    page, plain = page_at(width), page_at(width, java_script_enabled=False)
    for path in [*(f"{view.path}?region=53" for view in VIEWS), "/integration"]:
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(url + path)
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE)
        found = page.evaluate(f"axe.run({{runOnly: {{type: 'tag', values: {RULES}}}}})")["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], path
        assert said == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        plain.goto(url + path)
        expect(plain.locator("h1")).to_be_visible()
    plain.goto(f"{url}/embed/carte?region=53")
    plain.locator("summary").click()
    expect(plain.locator(".cards a").first).to_be_visible()
