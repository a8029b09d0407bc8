"""The static site, opened from a disk as whoever unpacks it does."""

import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from hub.distributions import site
from hub.distributions.contents import Contents
from hub.distributions.site import archive
from hub.model.imprint import Imprint
from hub.stages.release import Release, publish
from schemas.canonical import JSON
from tests.hub.distributions.lines import actor, project, published, real_actors

NOW = datetime(2026, 11, 3, 2, 41, tzinfo=UTC)
ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'<!--\u2028\x0b"
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OpenPage = Callable[..., Page]


def made(releases: Path, *actors: JSON, now: datetime = NOW) -> Release:
    lines = {"actor": published(*actors), "project": published(project())}
    found = publish(Contents(lines=lines, notice="Essai", imprint=Imprint(publisher="Réseaux & Cie")), releases, now)
    assert isinstance(found, Release)
    return found


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    hostile = actor("attack", name=f"Zorro {ATTACK}", website="javascript:alert(3)", description=ATTACK)
    return made(tmp_path_factory.mktemp("site") / "releases", *real_actors()[:400], hostile)


@pytest.fixture(scope="module")
def folder(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive, unpacked."""
    target = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(release.folder / "site.zip") as packed:
        packed.extractall(target)
    (root,) = target.iterdir()
    return root


def test_the_pages_hold_every_record_once_and_every_link_leads_somewhere(release: Release, folder: Path) -> None:
    pages = {path.name: path.read_text("utf-8") for path in folder.glob("*.html")}
    shown = [found for text in pages.values() for found in re.findall(r'<article id="(\w+)">', text)]

    assert len(shown) == len(set(shown)) == release.manifest.counts["actor"] + release.manifest.counts["project"]
    assert sorted(shown) == list(site.ids(release.folder / "site.zip"))
    for name, text in pages.items():
        assert text.count("<article") <= 150, name
        for address in re.findall(r'(?:href|src)="(?!https?:|#)([^"]+)"', text):
            assert (folder / address).is_file(), (name, address)
        assert not re.search(r'src="https?:|<link[^>]+href="https?:', text), name


def test_the_same_release_is_the_same_bytes(tmp_path: Path) -> None:
    one, other = (made(tmp_path / name, actor("1"), actor("2")) for name in ("one", "other"))

    assert (one.folder / "site.zip").read_bytes() == (other.folder / "site.zip").read_bytes()


def test_a_catalogue_too_large_for_a_browser_has_no_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "MOST_ACTORS", 1)
    release = made(tmp_path, actor("1"), actor("2"))

    assert "site.zip" not in {file.path for file in release.manifest.files}
    assert not (release.folder / "site.zip").exists()


def test_words_are_folded_as_they_are_typed() -> None:
    assert archive.folded("Cœur d’Haïti : l'ÉCOLE  n° 3") == "coeur d haiti l ecole n 3"


def visit(page: Page, address: str) -> list[str]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    return said


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_it_opens_from_a_disk_with_search_and_map(page_at: OpenPage, folder: Path, width: int) -> None:
    page = page_at(width)
    asked: list[str] = []

    def heard(request: Request) -> None:
        asked.append(request.url)

    page.on("request", heard)
    said = visit(page, (folder / "index.html").as_uri())
    expect(page.locator("#carte .cluster").first).to_be_visible()
    page.get_by_label("Nom, sigle, commune").fill("LYCÉE")
    expect(page.locator("#resultats li").first).to_be_visible()
    for name in page.locator("#resultats li").all_inner_texts()[:5]:
        assert "lyc" in name.lower()
    assert re.fullmatch(r"[\d\s]+ fiches trouvées\..*", page.locator("#annonce").inner_text())
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Nom, sigle, commune").fill("zorro")
    page.locator("#resultats a", has_text="Zorro").click()
    expect(page.locator("article:target h2")).to_contain_text("Zorro </script><script>alert(1)")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    assert said == []
    assert {url.partition(":")[0] for url in asked} == {"file"}


@pytest.mark.browser
def test_a_circle_of_the_map_leads_to_records(page_at: OpenPage, folder: Path) -> None:
    page = page_at(1280)
    said = visit(page, (folder / "index.html").as_uri())
    page.get_by_label("Nom, sigle, commune").fill("rennes")
    page.wait_for_selector("#resultats li")
    for _ in range(8):
        if page.locator(".leaflet-popup a").count():
            break
        page.locator("#carte .leaflet-marker-icon").first.focus()
        page.keyboard.press("Enter")
    page.locator(".leaflet-popup a").first.click()

    expect(page.locator("article:target")).to_be_visible()
    assert said == []


@pytest.mark.browser
def test_it_is_whole_without_scripts(page_at: OpenPage, folder: Path) -> None:
    page = page_at(360, java_script_enabled=False)
    page.goto((folder / "index.html").as_uri())
    expect(page.get_by_text("La recherche et la carte demandent JavaScript")).to_be_visible()
    expect(page.locator("#recherche")).to_be_hidden()
    page.get_by_role("link", name=re.compile("Acteurs : Ain")).first.click()
    expect(page.locator("article h2").first).to_be_visible()
    page.get_by_role("link", name="Sommaire").click()
    expect(page.get_by_role("heading", name="Projets")).to_be_visible()


def violations(page: Page) -> list[object]:
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run({{preload: false, runOnly: {{type: 'tag', values: {RULES}}}}})")["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
