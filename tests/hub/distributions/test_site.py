"""The static site, opened from a disk as whoever unpacks it does."""

import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Page, Request, expect

from hub.distributions import site, table
from hub.distributions.contents import Contents
from hub.distributions.site import archive, index
from hub.model.imprint import Imprint
from hub.stages.release import Release, publish
from schemas.canonical import JSON
from tests.hub.distributions.lines import actor, project, published, real_actors

NOW = datetime(2026, 11, 3, 2, 41, tzinfo=UTC)
ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'<!--\u2028\x0b"
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
KINDS = ("fiches", "points", "mots")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OpenPage = Callable[..., Page]


def made(releases: Path, *actors: JSON, now: datetime = NOW) -> Release:
    lines = {"actor": published(*actors), "project": published(project())}
    found = publish(Contents(lines=lines, notice="Essai", imprint=Imprint(publisher="Réseaux & Cie")), releases, now)
    assert isinstance(found, Release)
    return found


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A site whose index lies in many files, as that of a large catalogue does."""
    hostile = actor("attack", name=f"Zorro {ATTACK}", website="javascript:alert(3)", description=ATTACK)
    with pytest.MonkeyPatch.context() as patch:
        for name, size in (("ROWS", 20), ("POINTS", 60), ("WORD_BYTES", 1500), ("_RUN", 90)):
            patch.setattr(index, name, size)
        patch.setattr(archive, "PAGE", 15)
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
    pages = {path: path.read_text("utf-8") for path in folder.rglob("*.html")}
    shown = [found for text in pages.values() for found in re.findall(r'<article id="(\w+)">', text)]

    assert len(shown) == len(set(shown)) == release.manifest.counts["actor"] + release.manifest.counts["project"]
    assert sorted(shown) == sorted(site.ids(release.folder / "site.zip"))
    for path, text in pages.items():
        assert text.count("<article") <= 15, path
        for address in re.findall(r'(?:href|src)="(?!https?:|#)([^"]+)"', text):
            assert (path.parent / address).is_file(), (path, address)
        assert not re.search(r'src="https?:|<link[^>]+href="https?:', text), path
    linked = set(re.findall(r'href="([a-z]+/[^"]+\.html)"', pages[folder / "index.html"]))
    assert linked == {str(path.relative_to(folder)) for path in pages if path.name != "index.html"}


def test_the_index_lies_in_files_that_no_catalogue_makes_larger(folder: Path) -> None:
    sizes = {kind: [path.stat().st_size for path in (folder / "fichiers" / kind).iterdir()] for kind in KINDS}

    assert {kind: len(found) for kind, found in sizes.items()} == {"fiches": 21, "points": 7, "mots": 22}
    assert max(map(max, sizes.values())) < 6_000


def test_words_in_runs_and_in_files_are_the_words_of_one_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def words(run: int, size: int) -> dict[str, list[int]]:
        monkeypatch.setattr(index, "_RUN", run)
        monkeypatch.setattr(index, "WORD_BYTES", size)
        put: dict[str, bytes] = {}
        made = index.Index(put.__setitem__)
        for each in real_actors()[:100]:
            made.add("actor", each, table.cells("actor", each), "acteurs/35/1.html")
        made.finish()
        told = orjson.loads(put["fichiers/index.js"].removeprefix(b"window.RRMA_INDEX = ").removesuffix(b";\n"))
        files = [
            index.read(f"mots/{number}", put[f"fichiers/mots/{number}.js"]) for number in range(len(told["words"]))
        ]
        assert [min(file) for file in files] == told["words"] == sorted(told["words"])
        return {word: list(index.numbers(steps)) for file in files for word, steps in file.items()}

    whole = words(1000, 10**9)

    assert words(7, 300) == whole
    assert list(words(7, 300)) == sorted(whole)
    for number, each in enumerate(real_actors()[:100]):
        assert all(number in whole[word] for word in index.folded(each["name"]).split(" ")), each["name"]
        assert whole[each["id"].lower()] == [number]


@pytest.mark.parametrize(
    ("pattern", "replaced"),
    [(r"fiches/0", b'["'), (r"mots/1", b'":"'), (r"acteurs/.*html", b"<article id="), (r"points/0", None)],
)
def test_a_site_that_lost_part_of_itself_is_refused(
    release: Release, tmp_path: Path, pattern: str, replaced: bytes | None
) -> None:
    torn = tmp_path / "site.zip"
    with zipfile.ZipFile(release.folder / "site.zip") as whole, zipfile.ZipFile(torn, "w") as archive:
        hit = next(name for name in whole.namelist() if re.search(pattern, name))
        for name in whole.namelist():
            if name != hit:
                archive.writestr(name, whole.read(name))
            elif replaced:
                archive.writestr(name, whole.read(name).replace(replaced, b"", 1))

    with pytest.raises(ValueError, match=r"site|char|gives"):
        list(site.ids(torn))


def test_the_same_release_is_the_same_bytes(tmp_path: Path) -> None:
    one, other = (made(tmp_path / name, actor("1"), actor("2")) for name in ("one", "other"))

    assert (one.folder / "site.zip").read_bytes() == (other.folder / "site.zip").read_bytes()


def test_words_are_folded_as_they_are_typed() -> None:
    assert index.folded("Cœur d’Haïti : l'ÉCOLE  n° 3") == "coeur d haiti l ecole n 3"


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
    page.get_by_label("Nom, sigle, commune").fill("e")
    expect(page.locator("#annonce")).to_have_text(re.compile("fiches trouvées"))
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
        if page.locator(".leaflet-popup").count():
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
