"""What visitors and consumers see of a rollback, and of the deltas, over HTTP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import orjson

from hub.distributions.contents import Contents
from hub.stages.release import Release, publish
from hub.stages.rollback import roll_back
from hub.web.app import create_app
from hub.web.current import CurrentRelease
from tests.hub.distributions.lines import actor, published
from tests.hub.web.conftest import serving

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def made(releases: Path, now: datetime, name: str) -> Release:
    found = publish(Contents(lines={"actor": published(actor(name=name))}), releases, now)
    assert isinstance(found, Release)
    return found


def test_a_rollback_says_why_and_its_deltas_are_served(tmp_path: Path) -> None:
    good = made(tmp_path, NOW, "Eau Vive")
    bad = made(tmp_path, NOW + timedelta(days=1), "Eau Morte")

    with serving(create_app(CurrentRelease(tmp_path), version="1")) as url, httpx.Client(base_url=url) as client:
        assert "Cette version reprend" not in client.get("/donnees").text
        back = roll_back(tmp_path, good.name, "nom <inversé>", NOW + timedelta(days=2))
        page = client.get("/donnees").text
        told = client.get("/releases/current/manifest.json").json()["deltas"][0]
        delta = client.get(f"/releases/{back.name}/{told['path']}")

        assert client.get(f"/releases/{back.name}/rrma-verify").text.startswith("#!/usr/bin/env python3")
    told_fr = f"reprend le contenu de la version {good.name}, à la place de la version {bad.name}\xa0: nom &lt;inv"
    assert told_fr in page
    assert "immutable" in delta.headers["cache-control"]
    assert orjson.loads((back.folder / "manifest.json").read_bytes())["reason"] == "nom <inversé>"
