"""A hub with a past, and the portal that answers for it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from hub.stages.publication import release
from hub.web.app import create_app
from hub.web.current import CurrentRelease
from tests.hub.stages.past import Past
from tests.hub.visits import NIGHT

DAY = timedelta(days=1)
PAGE = {"actors": "/api/v1/actors", "hindsight": "/api/v1/hindsight/actors"}


class History:
    """A hub over some nights, each with its release, and the portal that serves them."""

    def __init__(self, engine: Engine, releases: Path) -> None:
        self.past, self.releases = Past(engine), releases
        app = create_app(CurrentRelease(releases), version="1", clock=lambda: NIGHT + 30 * DAY)
        self.client = TestClient(app, follow_redirects=False)

    def night(self) -> datetime:
        """Publish what is known, and go on to the next night. Returns when it was published."""
        at = self.past.now
        self.past.night()
        release(self.past.engine, self.releases, at)
        return at

    def get(self, path: str, at: datetime | str) -> httpx.Response:
        as_of = at if isinstance(at, str) else at.isoformat()
        found: httpx.Response = self.client.get(path, params={"as_of": as_of})
        return found

    def id_of(self, name: str, at: datetime) -> str:
        [found] = [each for each in self.get(PAGE["actors"], at).json()["items"] if each["name"] == name]
        identifier: str = found["id"]
        return identifier


def soup(history: History, path: str, status: int = 200) -> Any:
    answer = history.client.get(path)
    assert answer.status_code == status, path
    return BeautifulSoup(answer.text, "html.parser")


def figure(statistics: httpx.Response, name: str) -> int:
    [value] = [
        each["value"]
        for each in statistics.json()["figures"]
        if (each["id"], each["population"]) == (name, "published")
    ]
    return int(value)
