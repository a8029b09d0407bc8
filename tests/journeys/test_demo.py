"""The whole way, as a newcomer walks it: `rrma-hub demo`, from the networks' files to a served portal.

The demonstration is run once for the module with its twelve networks; what has to be killed, or run twice from nothing,
is run with two of them.
"""

import gzip
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.published_files import FILES, is_outside, rows

CHECKOUT = Path(__file__).parents[2]
FEDERATION = CHECKOUT / "deploy" / "demo"
HUB = str(Path(sys.executable).with_name("rrma-hub"))
FEW = ("karib-horizon", "territoires-solidaires")
NOBODY = 20.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def demo(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HUB, "demo", "--data", str(data), *options], capture_output=True, text=True, check=False)


def demo_once(data: Path, *options: str) -> dict[str, Any]:
    done = demo(data, "--once", "--json", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def published(data: Path) -> list[dict[str, Any]]:
    with gzip.open(data / "hub" / "releases" / "current" / "actors.jsonl.gz") as lines:
        return [json.loads(line) for line in lines]


def manifest(data: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((data / "hub" / "releases" / "current" / "manifest.json").read_bytes())
    return read


def stated(actors: list[dict[str, Any]], network: str | None = None) -> Counter[tuple[str, str]]:
    """How often each source record stands in the catalogue."""
    sources = (source for actor in actors for source in actor["sources"])
    return Counter((each["network"], each["id"]) for each in sources if network in (None, each["network"]))


def processes_of(data: Path) -> set[int]:
    """Every process of this machine that was started on this folder."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(data).encode() in command:
            found.add(int(process.name))
    return found - {os.getpid()}


def wait_until_gone(processes: set[int]) -> set[int]:
    """Wait for the end of processes that are not our children; gives those that are still there."""
    left = set()
    for process in processes:
        try:
            handle = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        if not select.select([handle], [], [], NOBODY)[0]:
            left.add(process)
        os.close(handle)
    return left


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A federation of two networks: the smallest, and the static one."""
    folder = tmp_path_factory.mktemp("few")
    blocks = (FEDERATION / "federation.toml").read_text().split("[[network]]")
    chosen = [block for block in blocks[1:] if tomllib.loads(f"[[network]]{block}")["network"][0]["id"] in FEW]
    (folder / "federation.toml").write_text("".join(f"[[network]]{block}" for block in chosen))
    for network in FEW:
        shutil.copytree(FEDERATION / "networks" / network, folder / "networks" / network)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def report(data: Path) -> dict[str, Any]:
    """The whole demonstration, once."""
    return demo_once(data)


@pytest.fixture
def serving(few: Path, tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str], str]]:
    """The small demonstration while it serves its portal: its folder, its process, the portal's address."""
    command = [HUB, "demo", "--data", str(tmp_path), "--federation", str(few), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = iter(process.stdout.readline, "")
        address = next(line for line in said if "http://127.0.0.1:" in line)
        yield tmp_path, process, address[address.index("http://") :].split()[0]
        process.kill()


def test_the_table_counts_every_row_of_every_file(report: dict[str, Any]) -> None:
    assert {network["id"]: network["rows"] for network in report["networks"]} == {
        network: len(list(rows(FEDERATION, network))) for network in FILES
    }


def test_each_network_is_harvested_whole(report: dict[str, Any]) -> None:
    for network in report["networks"]:
        assert network["error"] is None
        assert 0 < network["accepted"] <= network["rows"]
        assert network["harvested"] == network["accepted"]


def test_every_seat_outside_its_region_waits_in_quarantine_and_nothing_else(report: dict[str, Any], data: Path) -> None:
    in_catalogue = stated(published(data))

    for network in report["networks"]:
        actors = [(key, insee) for collection, key, insee in rows(FEDERATION, network["id"]) if collection == "actor"]
        outside = {key for key, insee in actors if is_outside(network["id"], insee)}
        missing = {key for key, _ in actors if (network["id"], key) not in in_catalogue}
        assert network["quarantined"] == len(outside)
        assert outside <= missing
        assert len(missing - outside) == network["rows"] - network["accepted"]


def test_every_record_stands_in_the_catalogue_once(report: dict[str, Any], data: Path) -> None:
    actors = published(data)
    in_catalogue = stated(actors)

    assert set(in_catalogue.values()) == {1}
    assert report["records"] == len(in_catalogue)
    assert report["actors"] == len(actors) == manifest(data)["counts"]["actor"]
    assert report["clusters_merged"] == sum(len(actor["sources"]) > 1 for actor in actors)
    assert report["duplicates"] == len(in_catalogue) - len(actors) > 0


def test_projects_name_the_published_actor_that_leads_them(data: Path) -> None:
    known = {actor["id"] for actor in published(data)}
    with gzip.open(data / "hub" / "releases" / "current" / "projects.jsonl.gz") as lines:
        leads = [json.loads(line)["lead"] for line in lines]

    assert leads
    assert {lead.get("national_id") for lead in leads} <= known


def test_a_second_run_changes_nothing_and_says_so(report: dict[str, Any], data: Path) -> None:
    before = manifest(data)

    again = demo(data, "--once")

    assert again.returncode == 0, again.stderr
    assert "Nothing changed" in again.stdout
    assert report["release"] in again.stdout
    assert manifest(data) == before
    assert len([each for each in (data / "hub" / "releases").iterdir() if each.is_dir() and not each.is_symlink()]) == 1


def test_the_demonstration_is_made_again_from_its_log(report: dict[str, Any], data: Path, tmp_path: Path) -> None:
    said = manifest(data)
    command = [HUB, "rebuild", "--from-log", "--home", str(data / "hub"), "--out", str(tmp_path / "drill"), "--json"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads(done.stdout)
    again = json.loads((tmp_path / "drill" / "releases" / "current" / "manifest.json").read_bytes())
    assert (made["same"], made["content"]) == (True, made["expected"])
    assert again["digests"] == said["digests"]
    assert again["release"].rpartition("-")[2] == said["release"].rpartition("-")[2]


def test_two_runs_from_nothing_publish_the_same_bytes(few: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"

    demo_once(one, "--federation", str(few))
    demo_once(other, "--federation", str(few))

    for name in ("actors.jsonl.gz", "projects.jsonl.gz", "actors.csv", "statistics.json"):
        current = Path("hub", "releases", "current", name)
        assert (one / current).read_bytes() == (other / current).read_bytes()
    assert manifest(one)["digests"] == manifest(other)["digests"]


def test_a_finished_demonstration_leaves_no_process(report: dict[str, Any], data: Path) -> None:
    assert report["release"]
    assert wait_until_gone(processes_of(data)) == set()


def test_a_network_whose_file_cannot_be_read_is_reported_and_the_others_are_published(
    few: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "federation"
    shutil.copytree(few, broken)
    (broken / "networks" / "karib-horizon" / "karib.csv").write_text("<html><body>Erreur 500</body></html>")

    done = demo(tmp_path / "data", "--once", "--json", "--federation", str(broken))

    networks = {network["id"]: network for network in json.loads(done.stdout)["networks"]}
    assert done.returncode == 1
    assert "karib.csv" in networks.pop("karib-horizon")["error"]
    assert all(network["error"] is None and network["harvested"] for network in networks.values())
    assert {source for source, _ in stated(published(tmp_path / "data"))} == set(networks)


def test_the_portal_is_served_until_it_is_stopped(serving: tuple[Path, subprocess.Popen[str], str]) -> None:
    data, process, address = serving

    page = httpx.get(address)
    children = processes_of(data) - {process.pid}
    process.send_signal(signal.SIGTERM)

    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assert len(children) >= len(FEW)
    assert process.wait(NOBODY) != 0
    assert wait_until_gone(children) == set()


def test_a_killed_demonstration_leaves_no_process(serving: tuple[Path, subprocess.Popen[str], str]) -> None:
    data, process, _ = serving
    children = processes_of(data) - {process.pid}

    process.kill()

    assert len(children) >= len(FEW)
    assert wait_until_gone(children) == set()


def test_a_node_that_goes_down_keeps_its_last_good_data(serving: tuple[Path, subprocess.Popen[str], str]) -> None:
    data, process, _ = serving
    before = published(data)
    victim = processes_of(data / "nodes" / "karib-horizon") - {process.pid}
    for each in victim:
        os.kill(each, signal.SIGKILL)

    cycle = subprocess.run(
        [HUB, "cycle", "--home", str(data / "hub"), "--json"], capture_output=True, text=True, check=False
    )
    jobs = {job["source"]: job["status"] for job in json.loads(cycle.stdout)["jobs"]}

    assert len(victim) == 1
    assert jobs == {network: "failed" if network == "karib-horizon" else "succeeded" for network in FEW}
    assert published(data) == before
    assert stated(before, "karib-horizon")
