"""The example of nginx is one that nginx takes, and files come through it as the portal sends them."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from hub.distributions.contents import Contents
from hub.stages.release import Release, publish
from hub.web.app import create_app
from hub.web.current import CurrentRelease
from tests.conftest import missing
from tests.hub.distributions.lines import actor, published
from tests.hub.web.conftest import serving

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx" / "rrma-hub.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def written(folder: Path, upstream: str, port: int) -> Path:
    """The example, whole but for what belongs to one machine: ports, certificates, folders."""
    folder.chmod(0o755)
    said = EXAMPLE.read_text("utf-8")
    for pattern, here in {
        r"server 127\.0\.0\.1:8000;": f"server {upstream.removeprefix('http://')};",
        r"/var/cache/nginx/rrma-hub": f"{folder}/cache",
        r"/var/log/nginx/rrma-hub": f"{folder}/asked",
        r"listen 443 ssl;": f"listen 127.0.0.1:{port};",
        r"listen 80;": f"listen unix:{folder}/plain;",
        r"\n *ssl_\w+ [^;]+;": "",
    }.items():
        said, count = re.subn(pattern, here, said)
        assert count, pattern
    whole = folder / "nginx.conf"
    kept = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    who = "user root;\n" if os.geteuid() == 0 else ""
    whole.write_text(f"{who}daemon off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{kept}{said}}}\n")
    return whole


@pytest.fixture
def release(tmp_path: Path) -> Release:
    found = publish(
        Contents(lines={"actor": published(actor())}), tmp_path / "releases", datetime(2026, 11, 3, tzinfo=UTC)
    )
    assert isinstance(found, Release)
    return found


@pytest.fixture
def through(release: Release, tmp_path: Path) -> Iterator[httpx.Client]:
    """The portal of a release, asked through nginx."""
    if NGINX is None:
        missing("nginx", "as root: apt-get install nginx-light")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(create_app(CurrentRelease(release.folder.parent), version="test")) as base:
        config = written(tmp_path, base, port)
        checked = subprocess.run([NGINX, "-t", "-c", config], capture_output=True, text=True, check=False)
        assert "test is successful" in checked.stderr, checked.stderr
        with subprocess.Popen([NGINX, "-c", str(config)]) as process:
            try:
                answering(port)
                with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
                    yield client
            finally:
                process.terminate()


def answering(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise TimeoutError("nginx does not answer")


def test_a_file_comes_through_nginx_whole_in_parts_and_from_its_cache(
    through: httpx.Client, release: Release, tmp_path: Path
) -> None:
    path = f"/releases/{release.name}/actors.csv"
    whole = (release.folder / "actors.csv").read_bytes()
    first = through.get(path)
    part = through.get(path, headers={"range": "bytes=3-9", "if-range": first.headers["etag"]})

    assert (first.status_code, first.content) == (200, whole)
    assert (part.status_code, part.content) == (206, whole[3:10])
    assert part.headers["repr-digest"] == first.headers["repr-digest"]
    assert "immutable" in first.headers["cache-control"]
    assert through.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert sum(whole in file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file()) == 1


def test_pages_come_through_nginx_and_are_not_kept(through: httpx.Client, tmp_path: Path) -> None:
    page = through.get("/acteurs", params={"q": "Moussa"})

    assert page.status_code == 200
    assert page.headers["strict-transport-security"] == "max-age=63072000"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert not any(b"Eau et Vie" in file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file())
    asked = (tmp_path / "asked.log").read_text()
    assert '"GET /acteurs" 200' in asked
    assert "Moussa" not in asked
    assert "127.0.0.1" not in asked
