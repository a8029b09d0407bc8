"""`rrma-hub serve` as a process of its own, and what it logs."""

import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx

from hub.distributions.contents import Contents
from hub.stages.release import publish
from tests.hub.distributions.lines import actor, published


def test_the_log_says_what_was_asked_and_neither_by_whom_nor_what_was_searched_for(tmp_path: Path) -> None:
    made = publish(Contents(lines={"actor": published(actor())}), tmp_path, datetime(2026, 11, 3, tzinfo=UTC))
    command = [sys.executable, "-m", "hub.cli", "serve", "--port", "0", "--release", str(made.folder), "--read-only"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = next(found[0] for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        answer = httpx.get(f"{url}/acteurs", params={"q": "Moussa Traoré"}, timeout=30)
        process.send_signal(signal.SIGINT)
        asked, told = process.communicate(timeout=30)

    assert answer.status_code == 200
    assert '"GET /acteurs HTTP/1.1" 200' in asked
    assert "Moussa" not in asked + told
    assert "127.0.0.1" not in asked
