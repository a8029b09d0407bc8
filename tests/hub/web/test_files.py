"""The files of a release over HTTP as RFC 9110 and RFC 9530 want them, and a copied folder that serves alone."""

import asyncio
import base64
import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue import Catalogue
from hub.web.files import ReleaseFile

PIECE_BYTES = 1 << 20
DAC_RIGHTS = (1, 2, 3)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER: what lets root write where nobody may
PR_CAPBSET_DROP = 24
POWERLESS = (
    "import ctypes, os, sys\n"
    f"for right in {DAC_RIGHTS}: ctypes.CDLL(None).prctl({PR_CAPBSET_DROP}, right, 0, 0, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)


@pytest.fixture(scope="module")
def csv(catalogue: Catalogue) -> tuple[str, bytes]:
    """The dated address of a file, and its bytes."""
    path = catalogue.file("actors.csv")
    assert path is not None
    return f"/releases/{catalogue.manifest.release}/actors.csv", path.read_bytes()


@given(first=st.integers(0, 5_000_000), length=st.integers(0, 100_000))
def test_any_range_is_that_part_or_out_of_reach(
    client: httpx.Client, csv: tuple[str, bytes], first: int, length: int
) -> None:
    path, whole = csv
    answer = client.get(path, headers={"range": f"bytes={first}-{first + length}"})

    if first >= len(whole):
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    else:
        last = min(first + length, len(whole) - 1)
        assert (answer.status_code, answer.content) == (206, whole[first : last + 1])
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"


@pytest.mark.parametrize("suffix", [1, 500, 10**9])
def test_a_suffix_is_the_end_and_at_most_the_whole(client: httpx.Client, csv: tuple[str, bytes], suffix: int) -> None:
    path, whole = csv
    answer = client.get(path, headers={"range": f"bytes=-{suffix}"})

    assert (answer.status_code, answer.content) == (206, whole[-suffix:])
    assert client.get(path, headers={"range": "bytes=-0"}).status_code == 416
    assert client.get(path, headers={"range": "bytes=100-"}).content == whole[100:]


@pytest.mark.parametrize("asked", ["lines=1-2", "bytes=", "bytes=5-2", "bytes=a-b", "bytes=--1", "bytes=1-2,x", "1-2"])
def test_a_range_that_is_none_is_ignored(client: httpx.Client, csv: tuple[str, bytes], asked: str) -> None:
    path, whole = csv
    answer = client.get(path, headers={"range": asked})

    assert (answer.status_code, answer.content) == (200, whole)
    assert answer.headers["accept-ranges"] == "bytes"


def test_several_ranges_come_in_one_answer(client: httpx.Client, csv: tuple[str, bytes]) -> None:
    path, whole = csv
    answer = client.get(path, headers={"range": "bytes=0-9,50-59"})

    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert whole[:10] in answer.content
    assert whole[50:60] in answer.content


def test_a_part_goes_on_only_with_the_file_it_began_with(client: httpx.Client, csv: tuple[str, bytes]) -> None:
    path, whole = csv
    headers = client.head(path).headers

    for held in (headers["etag"], headers["last-modified"]):
        assert client.get(path, headers={"range": "bytes=5-9", "if-range": held}).content == whole[5:10]
    for held in ('"another"', f"W/{headers['etag']}", "Mon, 01 Jan 2024 00:00:00 GMT"):
        answer = client.get(path, headers={"range": "bytes=5-9", "if-range": held})
        assert (answer.status_code, answer.content) == (200, whole)


def test_whoever_holds_the_file_is_not_sent_it_again(client: httpx.Client, csv: tuple[str, bytes]) -> None:
    path, _ = csv
    etag = client.head(path).headers["etag"]

    assert not etag.startswith("W/")
    for held in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        assert client.get(path, headers={"if-none-match": held}).status_code == 304
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_whoever_names_no_tag_is_asked_since_when_they_have_it(client: httpx.Client, csv: tuple[str, bytes]) -> None:
    path, _ = csv
    made = client.head(path).headers["last-modified"]
    day_before = format_datetime(parsedate_to_datetime(made) - timedelta(days=1), usegmt=True)

    def asked(**headers: str) -> int:
        return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}).status_code

    assert asked(if_modified_since=made) == 304
    assert [asked(if_modified_since=each) for each in (day_before, "yesterday", "")] == [200, 200, 200]
    assert asked(if_modified_since=made, if_none_match='"other"') == 200


def test_every_file_has_its_digest_even_the_manifest_and_the_sums(client: httpx.Client, catalogue: Catalogue) -> None:
    for path in ("manifest.json", "SHA256SUMS"):
        answer = client.get(f"/releases/{catalogue.manifest.release}/{path}")
        digest = hashlib.sha256(answer.content).digest()

        assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
        assert answer.headers["etag"] == f'"{digest.hex()[:32]}"'
        assert answer.headers["content-type"].partition(";")[0] in ("application/json", "text/plain")


def test_a_large_file_goes_out_in_pieces_of_a_mebibyte(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(3 * PIECE_BYTES + 5))
    sent: list[bytes] = []

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body":
            sent.append(bytes(message["body"]))

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.4"}}
    asyncio.run(ReleaseFile(large)(scope, receive, send))

    assert [len(piece) for piece in sent] == [PIECE_BYTES] * 3 + [5]
    assert b"".join(sent) == large.read_bytes()


@pytest.fixture
def copied(releases: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of a release that nobody may write to, whatever they are."""
    folder = tmp_path / "copied"
    shutil.copytree(next(releases.glob("2*")), folder)
    everything = [folder, *folder.rglob("*")]
    for path in everything:
        path.chmod(path.stat().st_mode & ~0o222)
    yield folder
    for path in everything:
        path.chmod(path.stat().st_mode | 0o200)


@contextmanager
def command(folder: Path, temporary: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`rrma-hub serve`, started where no hub is and without the rights that root has over files."""
    temporary.mkdir()
    program = Path(sys.executable).with_name("rrma-hub")
    serve = [str(program), "serve", "--release", str(folder), "--read-only", "--port", "0", *options]
    with subprocess.Popen(
        [sys.executable, "-c", POWERLESS, *serve],
        cwd=temporary,
        env=os.environ | {"TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def state(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Every file and folder with what a write would change."""
    stats = {path: path.stat() for path in [folder, *folder.rglob("*")]}
    return {path: (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size) for path, stat in stats.items()}


def test_a_copied_folder_serves_portal_api_and_files_and_nothing_is_written_to_it(copied: Path, tmp_path: Path) -> None:
    before = state(copied)
    with command(copied, tmp_path / "temporary") as process:
        assert process.stderr is not None
        base = next(found[0] for line in process.stderr if (found := re.search(r"http://127\S+", line)))
        with httpx.Client(base_url=base) as client:
            answers = {
                path: client.get(path)
                for path in (
                    *("/", "/acteurs?q=senegal", "/projets", "/donnees", "/api/v1/actors", "/api/v1/releases/current"),
                    *("/acteurs.xlsx?region=53", "/carte/points", "/releases/current/actors.csv", "/health/ready"),
                )
            }
        process.terminate()
        process.stderr.read()

    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    assert answers["/releases/current/actors.csv"].content == (copied / "actors.csv").read_bytes()
    assert state(copied) == before
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_rights_of_root_are_what_that_test_takes_away(copied: Path) -> None:
    touched = [sys.executable, "-c", POWERLESS, shutil.which("touch") or "", str(copied / "written")]

    assert ctypes.CDLL(None).prctl is not None
    assert subprocess.run(touched, capture_output=True, check=False).returncode == 1
    assert not (copied / "written").exists()


def test_a_copy_that_is_not_whole_is_not_served(copied: Path, tmp_path: Path) -> None:
    cut = copied / "projects.csv"
    cut.chmod(0o644)
    cut.write_bytes(cut.read_bytes()[:-1])

    with command(copied, tmp_path / "temporary") as process:
        _, said = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "projects.csv missing or altered" in said
