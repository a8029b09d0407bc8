"""`catalogue.sqlite` and `changes.sqlite` as Datasette shows them to whoever publishes or explores them."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from hub.distributions.contents import Contents
from hub.stages.release import Release, publish
from tests.hub.distributions.lines import published, real_actors


def test_datasette_opens_the_databases_of_a_release(tmp_path: Path) -> None:
    lines = real_actors()[:60]
    release = publish(Contents(lines={"actor": published(*lines)}), tmp_path, datetime(2026, 11, 3, tzinfo=UTC))
    assert isinstance(release, Release)

    async def asked(*paths: str) -> list[Any]:
        opened = Datasette(immutables=[str(release.folder / f"{name}.sqlite") for name in ("catalogue", "changes")])
        return [(await opened.client.get(path)).json() for path in paths]

    actors, changes, found = asyncio.run(
        asked(
            "/catalogue/actors.json?_shape=array&_size=100",
            "/changes/changes.json?_shape=array&_size=100",
            "/catalogue.json?sql=select+count(*)+as+n+from+actors+where+region+is+not+null&_shape=array",
        )
    )
    assert [each["id"] for each in actors] == sorted(line["id"] for line in lines)
    assert {each["name"] for each in actors} == {line["name"] for line in lines}
    assert {each["changed_at"] for each in changes} == {"2026-11-03T00:00:00Z"}
    assert found[0]["n"] > 30
