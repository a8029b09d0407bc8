"""The ladder: imports point from a later rung to an earlier one, never back and never sideways.

    schemas ──► connectors ──► node
       └──────► hub: model ──► pure ──► store, feeds, search, spark ──► catalogue ──► stages ──► wiring ──► web ──► cli

Change the ladder here, on purpose; never around it.
"""

from pathlib import Path, PurePosixPath

import pytest

from tests.architecture.imports import imported, module_name, used, within

ROOT = Path(__file__).parents[2]

OURS = ("schemas", "connectors", "node", "hub", "tests")
PACKAGES = {
    "schemas": (),
    "connectors": ("schemas",),
    "node": ("connectors", "schemas"),
    "hub": ("schemas",),
}

PURE = (
    *("hub.model", "hub.french", "hub.quality", "hub.resolution", "hub.merge", "hub.statistics", "hub.doubts"),
    *("hub.distributions", "hub.notices"),
)

# Earliest first. Rooms of one rung do not import each other.
RUNGS = (
    ("hub.model", "hub.french"),
    ("hub.quality", "hub.resolution", "hub.merge", "hub.statistics", "hub.doubts", "hub.distributions", "hub.notices"),
    ("hub.store", "hub.feeds", "hub.search", "hub.spark", "hub.mail"),
    ("hub.catalogue", "hub.migrations"),
    ("hub.stages", "hub.conformance"),
    ("hub.settings",),
    ("hub.wiring",),
    ("hub.web", "hub.scheduler"),
    ("hub.steward", "hub.networks"),
    ("hub.demo",),
    ("hub.cli",),
)

# Nothing of the working database faces the public: the web knows a release, and nothing that could change one.
KEPT_FROM = {"hub.web": ("hub.store", "hub.feeds", "hub.stages", "hub.wiring")}

# A pure module decides; it never fetches, stores, asks the time or reads the environment.
DOORS = (
    *("alembic", "apscheduler", "fastapi", "httpx", "sqlalchemy", "sqlite3", "starlette", "tantivy", "socket"),
    *("subprocess", "typer", "urllib.request", "uvicorn", "pydantic_settings", "os.environ", "os.getenv"),
)
WORLD = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "os.environ", "os.getenv")


def faults(path: PurePosixPath, source: str) -> list[str]:
    """What a file imports or reads against the rules, as `file:line: reason`."""
    here = module_name(path)
    found = [(line, reason) for line, there in imported(path, source) if (reason := _against(here, there))]
    if any(within(here, room) for room in PURE):
        found += [(line, f"{here} is pure: no {there}") for line, there in imported(path, source) if _is_door(there)]
        found += [(line, f"{here} is pure: no {name}") for line, name in used(source) if name in WORLD]
    return [f"{path}:{line}: {reason}" for line, reason in sorted(set(found))]


def _against(here: str, there: str) -> str | None:
    mine, theirs = here.partition(".")[0], there.partition(".")[0]
    if theirs not in OURS:
        return None
    if theirs not in (mine, *PACKAGES[mine]):
        return f"{mine} never imports {theirs}"
    if mine != "hub" or theirs != "hub" or here == "hub":
        return None
    room, other = _room(here), _room(there)
    if other in KEPT_FROM.get(room, ()):
        return f"{room} never imports {other}"
    if room != other and _rung(other) >= _rung(room):
        return f"{room} stands below or beside {other}"
    return None


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _rung(room: str) -> int:
    return next((height for height, rooms in enumerate(RUNGS) if room in rooms), -1)


def _is_door(module: str) -> bool:
    return any(within(module, door) for door in DOORS)


def sources() -> list[PurePosixPath]:
    return [
        PurePosixPath(path.relative_to(ROOT).as_posix())
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_down_the_ladder_and_pure_rooms_stay_pure(package: str) -> None:
    files = [path for path in sources() if path.parts[0] == package]

    assert files
    assert [fault for path in files for fault in faults(path, (ROOT / path).read_text())] == []


def test_every_room_of_the_hub_stands_on_a_rung() -> None:
    rooms = {_room(module_name(path)) for path in sources() if path.parts[0] == "hub"} - {"hub", "hub.__main__"}

    assert rooms <= {room for rung in RUNGS for room in rung}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("schemas/record.py", "import hub.model"),
        ("connectors/mapping.py", "from node import store"),
        ("node/ingest.py", "from hub.model import job"),
        ("hub/stages/harvest.py", "from connectors import mapping"),
        ("hub/demo/run.py", "def start():\n    import node.cli"),
        ("hub/model/job.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hub.store import jobs"),
        ("hub/model/job.py", "from ..store import jobs"),
        ("hub/store/__init__.py", "from ..stages import harvest"),
        ("hub/quality/gate.py", "from hub import merge"),
        ("hub/web/app.py", "from hub.store import records"),
        ("hub/web/app.py", "from hub.steward import app"),
        ("hub/networks/app.py", "from hub.steward import tokens"),
        ("hub/merge.py", "from sqlalchemy import select"),
        ("hub/resolution/score.py", "from datetime import datetime\nat = datetime.now()"),
        ("hub/resolution/score.py", "import datetime\nat = datetime.datetime.now()"),
        ("hub/statistics.py", "from os import environ"),
        ("hub/store/jobs.py", "from tests import builders"),
    ],
)
def test_a_step_off_the_ladder_is_seen(path: str, source: str) -> None:
    assert len(faults(PurePosixPath(path), source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("hub/stages/cycle.py", "from hub.stages.harvest import harvest\nfrom hub.store import jobs"),
        ("hub/web/portal/pages.py", "from hub.catalogue import Catalogue\nfrom ..problems import problem"),
        ("hub/store/jobs.py", "from datetime import datetime\nimport sqlalchemy\nfrom schemas.record import RecordKey"),
        ("node/cli.py", "import connectors.mapping, schemas.validate, node.ingest"),
    ],
)
def test_a_step_down_is_allowed(path: str, source: str) -> None:
    assert faults(PurePosixPath(path), source) == []
