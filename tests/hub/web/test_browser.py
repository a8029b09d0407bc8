"""The portal in a browser: accessible at both widths, silent under its policy, whole by keyboard and unscripted."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = [1280, 360]
BUDGET_BYTES = 90_000
OpenPage = Callable[..., Page]


def violations(page: Page) -> list[Any]:
    """What axe finds; injected by evaluation, since the policy refuses a script of ours."""
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run({{runOnly: {{type: 'tag', values: {RULES}}}}})")["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def visit(page: Page, address: str) -> list[str]:
    """Open a page, wait until it is quiet, and return what the console said."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    if page.locator("#carte").count():
        page.wait_for_load_state("networkidle")
    return said


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("half", [0, 1])
def test_every_page_is_accessible_silent_and_as_wide_as_the_screen(
    page_at: OpenPage, url: str, pages: dict[str, str], width: int, half: int
) -> None:
    page = page_at(width)
    for name, path in list(pages.items())[half::2]:
        said = visit(page, url + path)

        expected = ["Failed to load resource: the server responded with a status of 404 (Not Found)"]
        assert said == (expected if name in ("error", "no such date") else []), name
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert page.locator("h1").count() == 1, name


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_whole_without_scripts(page_at: OpenPage, url: str, pages: dict[str, str], width: int) -> None:
    page = page_at(width, java_script_enabled=False)
    for path in pages.values():
        page.goto(url + path)
        expect(page.locator("main h1")).to_be_visible()

    page.goto(url + "/acteurs")
    page.get_by_label("Nom, sigle, commune").fill("sénégal")
    page.get_by_role("button", name="Chercher", exact=True).click()
    page.locator("#facettes input[name=type]").first.check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    assert "q=s%C3%A9n%C3%A9gal" in page.url
    assert "type=" in page.url
    expect(page.locator(".active li")).to_have_count(3)
    page.locator(".cards a").first.click()
    expect(page.get_by_role("heading", name="D’où vient chaque information")).to_be_visible()


def test_the_search_page_is_within_its_budget(browser: Browser, url: str) -> None:
    page = browser.new_page()
    answers: list[Response] = []

    def heard(answer: Response) -> None:
        answers.append(answer)

    page.on("response", heard)
    page.goto(url + "/acteurs")
    page.wait_for_load_state("networkidle")
    sizes = [answer.request.sizes() for answer in answers]
    page.close()

    assert sum(each["responseBodySize"] + each["responseHeadersSize"] for each in sizes) <= BUDGET_BYTES
    assert {answer.url.removeprefix(url)[0] for answer in answers} == {"/"}, "a page asked another server"


def test_a_ticked_box_narrows_list_counts_and_map_and_keeps_the_focus(page_at: OpenPage, url: str) -> None:
    page = page_at(1280)
    said = visit(page, url + "/acteurs")
    page.wait_for_selector(".map .cluster")
    before = page.locator("#resultats h2").inner_text()
    box = page.locator("#facettes input[name=region][value='53']")

    box.focus()
    with page.expect_response("**/carte/points?*region=53*"):
        page.keyboard.press("Space")
    page.wait_for_selector(".active a")

    assert page.url == url + "/acteurs?region=53"
    assert page.evaluate("document.activeElement.id") == "region-53"
    assert page.locator("#resultats h2").inner_text() != before
    assert page.locator("#annonce").inner_text() == page.locator("#resultats h2").inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") in ("region", None, "")
    page.go_back()
    page.locator("#resultats h2").get_by_text(before, exact=True).wait_for()
    assert page.url == url + "/acteurs"
    assert said == []


def test_a_second_value_of_a_facet_widens_and_what_was_opened_stays_open(page_at: OpenPage, url: str) -> None:
    page = page_at(1280)
    visit(page, url + "/acteurs?region=53")
    page.locator("#facette-reseau > summary").click()
    page.locator("#facettes input[name=region][value='52']").check()
    page.wait_for_selector(".active li:nth-child(2)")

    assert page.url == url + "/acteurs?region=53&region=52"
    assert page.locator("#facette-reseau").get_attribute("open") is not None


def test_the_map_searches_where_it_looks(page_at: OpenPage, url: str) -> None:
    page = page_at(1280)
    visit(page, url + "/acteurs")
    everything = page.locator("#resultats h2").inner_text()
    with page.expect_response("**/carte/points?*"):
        page.get_by_role("button", name="Antilles").click()
    page.get_by_role("button", name="Chercher dans cette zone").click()
    page.wait_for_selector(".active a:has-text('Zone de la carte')")

    assert "zone=" in page.url
    assert page.locator("#resultats h2").inner_text() != everything
    assert page.locator(".cards .card").count() > 0


def test_the_map_is_a_keyboard_away_from_a_record(page_at: OpenPage, url: str, shared_actor: str) -> None:
    page = page_at(1280)
    visit(page, f"{url}/acteurs?q={shared_actor}")
    marker = page.locator(".map .single")
    marker.focus()
    page.keyboard.press("Enter")
    page.locator(".leaflet-popup a[href^='/acteurs/']").click()

    page.wait_for_url(f"**/acteurs/{shared_actor}")


def test_a_search_of_a_past_date_keeps_the_date_on_the_map_and_when_it_is_narrowed(
    page_at: OpenPage, url: str, shared_actor: str
) -> None:
    page = page_at(360)
    said = visit(page, f"{url}/acteurs?q={shared_actor}&au=2026-11-03")
    page.locator(".map .single").click()
    page.locator(f".leaflet-popup a[href='/acteurs/{shared_actor}?au=2026-11-03']").wait_for()
    page.get_by_label("Nom, sigle, commune").fill("eau")
    page.keyboard.press("Enter")
    page.wait_for_selector(".active a:has-text('eau')")

    assert page.url == url + "/acteurs?au=2026-11-03&q=eau"
    today = page.get_by_role("link", name="Revenir à aujourd’hui")
    assert today.get_attribute("href") == "/acteurs?q=eau"
    assert page.locator("#autre-date input[name=q]").get_attribute("value") == "eau"
    assert said == []


def test_suggestions_are_a_combobox(page_at: OpenPage, url: str) -> None:
    page = page_at(360)
    visit(page, url + "/")
    box = page.get_by_role("combobox")
    box.type("séné")
    page.wait_for_selector("[role=option]")
    assert box.get_attribute("aria-expanded") == "true"
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"

    box.type("g")
    page.wait_for_selector("[role=option]:has-text('Sénégal')")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[aria-selected=true]")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/acteurs*")


def test_the_keyboard_path_begins_with_the_content(page_at: OpenPage, url: str) -> None:
    page = page_at(1280)
    visit(page, url + "/acteurs")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
    page.keyboard.press("Tab")
    expect(page.get_by_label("Nom, sigle, commune")).to_be_focused()
    page.keyboard.type("sang")
    page.keyboard.press("Enter")
    page.wait_for_selector(".active a:has-text('sang')")
    assert page.url == url + "/acteurs?q=sang"


@pytest.mark.parametrize("width", WIDTHS)
def test_the_dictionary_of_the_data_reads_as_well_as_a_page(page_at: OpenPage, url: str, width: int) -> None:
    page = page_at(width)
    said = visit(page, f"{url}/releases/current/dictionnaire.html")

    assert said == []  # its style is the one that the policy allows
    assert page.evaluate("getComputedStyle(document.querySelector('h2')).borderTopWidth") == "2px"
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_print_leaves_the_record_and_opens_its_sources(page_at: OpenPage, url: str, shared_actor: str) -> None:
    page = page_at(1280)
    visit(page, f"{url}/acteurs/{shared_actor}")
    page.emulate_media(media="print")

    expect(page.locator("header.band")).to_be_hidden()
    expect(page.locator("footer p")).to_contain_text("Citer")
    expect(page.locator("aside.notice").first).to_be_visible()
    expect(page.locator("article h1")).to_be_visible()
    expect(page.locator(".source-record dl").first).to_be_visible()
