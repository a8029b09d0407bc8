"""`rrma-hub conformance` as a real process: what it prints, and what the shell is told."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hub.cli import main
from hub.conformance.table import checks
from tests.hub.conformance.third_node import ThirdNode, serving


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.cli", "conformance", *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=100, check=False)


def test_a_node_that_conforms_ends_with_0_and_a_report_in_text() -> None:
    with serving(ThirdNode()) as url:
        done = run(f"{url}/feed.json")

    assert (done.returncode, done.stderr) == (0, "")
    assert "The node conforms to rrma-feed/1." in done.stdout
    assert all(code in done.stdout for code in checks())


def test_a_node_that_does_not_ends_with_1_and_json_is_one_object(tmp_path: Path) -> None:
    node = ThirdNode()
    node.token = "jeton"
    (tmp_path / "jeton.txt").write_text("faux\n")

    with serving(node) as url:
        done = run(url, "--json", "--token-file", str(tmp_path / "jeton.txt"))

    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert report["conforms"] is False
    failed = [check for check in report["checks"] if check["verdict"] == "failed"]
    assert [check["code"] for check in failed] == ["manifest-found"]
    assert "HTTP 401" in failed[0]["seen"][0]


@pytest.mark.parametrize(
    "words",
    [["ftp://example.org"], ["example.org"], ["http://example.org/?q=1"], [], ["http://x", "--token-file", "no"]],
)
def test_what_cannot_be_asked_ends_with_2(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process: another one takes seconds to start, and says the same."""
    monkeypatch.setattr(sys, "argv", ["rrma-hub", "conformance", *words])
    with pytest.raises(SystemExit) as left:
        main()

    said = capsys.readouterr()
    assert (left.value.code, said.out) == (2, "")
    assert said.err
    assert "Traceback" not in said.err
