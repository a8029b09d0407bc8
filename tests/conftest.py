"""Fixtures that every folder of tests may ask for: databases, a browser, and what to do when one is missing."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import certifi
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests import postgres

CI = os.environ.get("CI", "").lower() == "true"
REQUIRED = (
    {"chromium", "nginx", "postgres", "spark"}
    if CI
    else set(os.environ.get("RRMA_REQUIRE", "").replace(",", " ").split())
)

# Offline, and quiet about it. No sandbox: the container we test in is one.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HEIGHTS = {1280: 900, 360: 780}

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if CI else "dev")


def missing(part: str, reason: str) -> NoReturn:
    """Skip the test, saying why; fail it where the part is required (CI=true, or RRMA_REQUIRE names it)."""
    if part in REQUIRED:
        pytest.fail(f"{part} is required here: {reason}", pytrace=False)
    pytest.skip(f"{part.upper()} NOT TESTED: {reason}")


@pytest.fixture(scope="session", autouse=True)
def _one_authority(tmp_path_factory: pytest.TempPathFactory) -> None:
    """HTTP clients read the authorities they may trust, 30 ms for all that there are. No test leaves this machine."""
    first, end, _ = certifi.contents().partition("-----END CERTIFICATE-----\n")
    path = tmp_path_factory.mktemp("authority") / "one.pem"
    path.write_text(first + end)
    os.environ["SSL_CERT_FILE"] = str(path)


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[postgres.Server]:
    try:
        with postgres.server() as running:
            yield running
    except postgres.PostgresMissing as error:
        missing("postgres", str(error))


@pytest.fixture
def postgres_url(_postgres_server: postgres.Server) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database. Dispose of your engines: a connection left open is a warning."""
    with _postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on: once on each."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new, empty database; the test runs once on each engine."""
    if database_kind == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'database.sqlite'}"


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return found or missing("chromium", "no browser found; as root: apt-get install chromium")


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium, for one module: while Playwright is open, nothing else in the thread can run an event loop."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page_at(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page by its width, 1280 (desk) or 360 (phone), in its own French context.

    page_at(360), page_at(1280, java_script_enabled=False): further options are Playwright's `new_context`.
    """
    contexts = []

    def open_page(width: int, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
