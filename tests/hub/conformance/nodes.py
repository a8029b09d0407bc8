"""Our own node, filled with the real rows of the demonstration, live and as files, over real servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import uvicorn
from starlette.types import ASGIApp

from node import home as homes
from node import ingest as stages
from node.home import Home

NETWORK = Path(__file__).parents[3] / "deploy" / "demo" / "networks" / "occitanie-cooperation"
FILES = {"acteurs": "occitanie_acteurs.psv", "projets": "projets_afd.psv"}
EPOCH = UUID("0b4c1f9e-0000-4000-8000-000000000076")
NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)


def filled_home(path: Path, **settings: Any) -> Home:
    """A node that took in a network's actors and projects, and then a file of actors with twenty rows fewer."""
    values = {"network": "occitanie-cooperation", "name": "Occitanie Coopération", "regions": ["76"]} | settings
    home = homes.create(path, values, epoch=EPOCH, now=NOW)
    for mapping, name in FILES.items():
        _take_in(home, NETWORK / name, mapping)
    rows = (NETWORK / FILES["acteurs"]).read_bytes().splitlines(keepends=True)
    shorter = path / FILES["acteurs"]
    shorter.write_bytes(b"".join(rows[:-20]))
    _take_in(home, shorter, "acteurs")
    return home


def _take_in(home: Home, file: Path, mapping: str) -> None:
    reading = stages.prepare(home, file, NETWORK / "mappings" / f"{mapping}.toml")
    stages.ingest(home, reading, dated=NOW, now=NOW)


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """The app under uvicorn on a free port of loopback."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    socket = server.config.bind_socket()
    socket.listen()  # so that who comes before the server is up waits instead of being refused
    thread = Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    socket.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def files_of(folder: Path) -> Iterator[str]:
    """A folder served as any web server does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
