"""`rrma-hub match --engine spark`: on two executor processes, byte for byte what one machine finds."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli import match
from hub.resolution.components import MOST_IN_GROUP
from tests.conftest import missing
from tests.directories import directories

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.timeout(900)]

# One JVM for a minute: its second compiler never pays.
QUICK = {
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


@pytest.fixture(scope="module", autouse=True)
def _spark() -> None:
    if not find_spec("pyspark"):
        missing("spark", "pyspark is not installed; make test-spark installs it")
    if not shutil.which("java"):
        missing("spark", "no Java found; as root: apt-get install default-jre-headless")


def run(files: list[Path], out: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.cli", "match", *map(str, files), "--out", str(out), *options]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=800, check=False, env=os.environ | environment
    )


def on_spark(master: str, **settings: str) -> list[str]:
    conf = [f"--conf={name}={value}" for name, value in (QUICK | settings).items()]
    return ["--engine", "spark", "--master", master, *conf]


def test_two_executors_find_byte_for_byte_what_one_machine_finds(tmp_path: Path) -> None:
    given = [each.as_line() for each in directories(11, 1_500)]
    crowd = {"name": "Harmattan Kinkeliba", "type": "ASSO", "website": "https://kinkeliba.example"}
    given += [{"source": "crowd", "id": str(at), "record": crowd} for at in range(MOST_IN_GROUP + 9)]
    again = {"source": given[3]["source"], "id": given[3]["id"], "record": {"name": "Autre chose", "type": "ASSO"}}
    gone = {"source": given[20]["source"], "id": given[20]["id"], "op": "delete"}
    odd = {"source": "b", "id": "1", "record": {"name": "JUVISY", "phone": 3}}
    lines = [json.dumps(each, ensure_ascii=False).encode() for each in (again, odd, *given, gone)]
    lines[9:9] = [b"{", b'"text"', b"", b"\xff\xfe{}", b"  \r"]
    files = [tmp_path / "premier.ndjson", tmp_path / "deuxième fichier.ndjson"]
    files[0].write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines[:700]) + b"\n")
    files[1].write_bytes(b"\r\n".join(lines[700:]))
    here, there, events = tmp_path / "here.csv", tmp_path / "there.csv", tmp_path / "events"
    events.mkdir()
    settings = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.as_uri(),
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        "spark.executorEnv.PYTHONHASHSEED": "random",
        "spark.sql.files.maxPartitionBytes": "65536",
    }

    local = CliRunner().invoke(
        match.app, [*map(str, files), "--out", str(here), "--pairs", str(tmp_path / "here-pairs.csv"), "--json"]
    )
    master = on_spark("local-cluster[2,1,1024]", **settings)
    answer = run(files, there, "--pairs", str(tmp_path / "there-pairs.csv"), "--json", *master, PYTHONHASHSEED="4711")

    assert (answer.returncode, local.exit_code) == (3, 3), answer.stderr
    assert there.read_bytes() == here.read_bytes()
    pairs = (tmp_path / "there-pairs.csv").read_bytes()
    assert pairs == (tmp_path / "here-pairs.csv").read_bytes()
    assert pairs.count(b"\n") > 2_000
    assert json.loads(answer.stdout) == json.loads(local.stdout)
    assert executors(events) == {"0", "1"}


def executors(folder: Path) -> set[str]:
    """Which executors ended a task, by Spark's own log."""
    (log,) = (path for path in folder.iterdir() if path.is_file())
    events = map(json.loads, log.read_text("utf-8").splitlines())
    return {event["Task Info"]["Executor ID"] for event in events if event["Event"] == "SparkListenerTaskEnd"}


def test_files_that_tie_nothing_together_and_an_empty_one(tmp_path: Path) -> None:
    files = [tmp_path / "empty.ndjson", tmp_path / "two.ndjson"]
    files[0].touch()
    two = [("2", "Lycée Jules Verne"), ("1", "Comité de jumelage de Saumur")]
    files[1].write_text(
        "".join(json.dumps({"source": "a", "id": key, "record": {"name": name}}) + "\n" for key, name in two)
    )

    answer = run(files, tmp_path / "out.csv", "--pairs", str(tmp_path / "pairs.csv"), *on_spark("local[2]"))

    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "out.csv").read_text() == 'record_id,cluster_id\n"a/1","a/1"\n"a/2","a/2"\n'
    assert (tmp_path / "pairs.csv").read_text() == "left,right,log_odds,parts\n"


def test_workers_without_our_code_are_told_in_one_sentence(tmp_path: Path) -> None:
    given, bare = tmp_path / "given.ndjson", tmp_path / "bare"
    given.write_text('{"source": "a", "id": "1", "record": {"name": "Eau vive"}}\n')
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True, timeout=60)

    answer = run([given], tmp_path / "out.csv", *on_spark("local[2]"), PYSPARK_PYTHON=str(bare / "bin" / "python"))

    assert answer.returncode == 2
    assert "let PYSPARK_PYTHON name one that has rrma-hub[spark]" in answer.stderr
