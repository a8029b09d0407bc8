"""`rrma-node serve` as a real process: it says where it listens, answers, and stops when asked."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.node.nodes import ingest, make_home, row

FIRST_LINE = "Écoute sur http://127.0.0.1:"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_serve_prints_its_address_first_answers_and_ends_in_order(tmp_path: Path, stop: signal.Signals) -> None:
    home = make_home(tmp_path / "noeud")
    ingest(home, [row("A-1"), row("A-2", Publication="counted-only")])
    words = [sys.executable, "-m", "node", "serve", "--home", str(home.path), "--port", "0"]

    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        assert first.startswith(FIRST_LINE)
        with httpx.Client(base_url=first.removeprefix("Écoute sur "), trust_env=False) as hub:
            assert hub.get("/feed.json").json()["collections"]["actor"]["count"] == 2
            ingest(home, [row("A-1"), row("A-2"), row("A-3")])
            assert hub.get("/feed.json").json()["collections"]["actor"]["count"] == 3
            assert hub.get("/changes", headers={"Accept-Encoding": "zstd"}).text.count("\n") == 4
        process.send_signal(stop)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, out) == (0, "Arrêté.\n")
    assert "comptées seulement" in err
    assert "Traceback" not in err


def test_an_address_that_cannot_be_had_is_told_in_one_sentence(tmp_path: Path) -> None:
    home = make_home(tmp_path / "noeud")
    words = [sys.executable, "-m", "node", "serve", "--home", str(home.path), "--host", "203.0.113.1"]

    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)

    assert done.returncode == 2
    assert done.stderr.startswith("Erreur : Impossible d'écouter sur 203.0.113.1")
