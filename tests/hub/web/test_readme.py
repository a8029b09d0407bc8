"""The README tells every address, parameter and code there is."""

import re
from pathlib import Path

from fastapi.routing import APIRoute

from hub.web import api, files, portal
from hub.web.app import create_app
from hub.web.current import CurrentRelease, NothingThen
from hub.web.problems import CODES, STATUSES
from hub.web.query import API_PARAMETERS, PORTAL_PARAMETERS
from schemas.errors import ContractError, SourceError

README = (Path(__file__).parents[3] / "hub" / "web" / "README.md").read_text("utf-8")


def test_every_address_is_told(tmp_path: Path) -> None:
    source = CurrentRelease(tmp_path)
    routers = (api.router(source), files.router(source), portal.Pages(source).router())
    paths = {route.path for router in routers for route in router.routes if isinstance(route, APIRoute)}
    paths |= {route.path for route in create_app(source, version="test").routes if isinstance(route, APIRoute)}

    assert len(paths) > 20
    assert {path for path in paths if f"`{path.replace(':path', '')}`" not in README} == set()


def test_every_parameter_is_told() -> None:
    assert {name for name in PORTAL_PARAMETERS | API_PARAMETERS if f"`{name}`" not in README} == set()


def test_every_code_is_told_with_its_status() -> None:
    told = {code: int(status) for code, status in re.findall(r"\| `([a-z-]+)` \| (\d{3})", README)}
    codes = {kind.code: status for kind, status in STATUSES.items() if kind not in (ContractError, SourceError)}

    dates = {kind.code: STATUSES.get(kind, 404) for kind in NothingThen.__subclasses__()}
    assert told == codes | {code: status for status, code in CODES.items()} | dates | {"bug": 500}
