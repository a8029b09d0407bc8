"""Without what Spark needs, one sentence says what to install."""

import subprocess
import sys
from pathlib import Path

import pytest

from hub.spark.matching import address
from schemas.errors import NotFound, RequestError


def match(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = folder / "given.ndjson"
    given.touch()
    command = [sys.executable, "-m", "hub.cli", "match", str(given), "--out", str(folder / "out.csv"), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def test_without_java_it_says_what_to_install_and_does_nothing(tmp_path: Path) -> None:
    answer = match(tmp_path, "--engine", "spark", PATH=str(tmp_path))

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "needs Java 17 or later: apt-get install default-jre-headless" in answer.stderr
    assert not (tmp_path / "out.csv").exists()


def test_without_pyspark_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch(mode=0o755)
    (tmp_path / "pyspark.py").write_text("raise ImportError('not installed')\n")

    answer = match(tmp_path, "--engine", "spark", JAVA_HOME=str(tmp_path), PYTHONPATH=str(tmp_path))

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "pip install 'rrma-hub[spark]'" in answer.stderr


def test_nights_are_for_one_machine(tmp_path: Path) -> None:
    answer = match(tmp_path, "--engine", "spark", "--state", str(tmp_path / "state"))

    assert answer.returncode == 2
    assert "--state" in answer.stderr


def test_a_setting_without_a_value_is_refused(tmp_path: Path) -> None:
    answer = match(tmp_path, "--engine", "spark", "--conf", "spark.executor.memory")

    assert answer.returncode == 2
    assert "NAME=VALUE" in answer.stderr


def test_a_file_is_named_as_spark_names_it(tmp_path: Path) -> None:
    there = tmp_path / "deux mots.ndjson"
    there.touch()

    assert address(str(there)) == f"file://{there}"
    assert address("s3a://bucket/*.ndjson") == "s3a://bucket/*.ndjson"
    with pytest.raises(NotFound):
        address(str(tmp_path / "absent.ndjson"))


@pytest.mark.parametrize("name", ["_hidden.ndjson", ".hidden", "a[1].ndjson"])
def test_a_name_that_spark_would_pass_over_in_silence_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    with pytest.raises(RequestError, match="rename it"):
        address(str(tmp_path / name))
