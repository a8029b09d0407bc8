"""The real parts that other tests stand on are really there, and are what they claim to be."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, inspect, text

from tests import conftest


def test_each_test_gets_an_empty_database_that_keeps_what_it_is_given(database_url: str) -> None:
    engine = create_engine(database_url)

    with engine.begin() as connection:
        before = inspect(connection).get_table_names()
        connection.execute(text("CREATE TABLE actor (name TEXT)"))
        connection.execute(text("INSERT INTO actor VALUES ('Électriciens sans frontières')"))
    with engine.connect() as connection:
        name = connection.execute(text("SELECT name FROM actor")).scalar_one()
    engine.dispose()

    assert (before, name) == ([], "Électriciens sans frontières")


@pytest.mark.postgres
def test_postgresql_is_recent_and_knows_french(postgres_url: str) -> None:
    engine = create_engine(postgres_url)

    with engine.connect() as connection:
        version = connection.execute(text("SHOW server_version_num")).scalar_one()
        words = connection.execute(text("SELECT to_tsvector('french', 'associations partenaires')::text")).scalar_one()
    engine.dispose()

    assert int(version) >= 150000
    assert words == "'associ':1 'partenair':2"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_a_page_has_the_width_it_was_asked_for(page_at: Callable[..., Page], width: int) -> None:
    page = page_at(width)

    page.set_content("<h1>Annuaire</h1>")

    assert page.evaluate("[innerWidth, navigator.language]") == [width, "fr-FR"]
    assert page.inner_text("h1") == "Annuaire"


def test_a_missing_part_is_skipped_with_its_reason_unless_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "REQUIRED", {"chromium"})

    with pytest.raises(pytest.skip.Exception, match="POSTGRES NOT TESTED: no server"):
        conftest.missing("postgres", "no server")
    with pytest.raises(pytest.fail.Exception, match="chromium is required here: no browser"):
        conftest.missing("chromium", "no browser")
