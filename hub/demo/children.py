"""Child processes that never outlive the demonstration."""

import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import IO, Self

from schemas.errors import FederationError

_STOP_S = 10.0
_URL = re.compile(r"https?://[^\s)]+")


class ChildFailed(FederationError):
    """A child process ended badly, or did not say where it listens."""

    code = "child-failed"


class Children:
    """Every process started here, stopped when the block ends, whatever ends it.

        with Children() as children:
            url = children.listen([...], log=path)

    They share the process group of a keeper (see `keeper.py`), apart from the terminal's: Ctrl-C reaches us alone.
    """

    def __enter__(self) -> Self:
        command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("keeper.py"))]
        self._keeper = subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)
        # A node here has the settings of its own folder, whatever is set for a node or a hub of this machine.
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("RRMA_")}
        self._running: list[subprocess.Popen[str]] = []
        self._relays: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closing = False
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._lock:
            self._closing, running, self._running = True, self._running, []
        for process in running:
            process.terminate()
        deadline = monotonic() + _STOP_S
        for process in running:
            try:
                process.wait(max(0.0, deadline - monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for relay in self._relays:
            relay.join()
        self._keeper.kill()
        self._keeper.communicate()

    def run(self, arguments: Sequence[str], *, fine: Collection[int] = (0,)) -> str:
        """Run a Python command to its end and give what it wrote on its standard output.

        Raises ChildFailed, with the last line of its complaint, when its exit code is none of `fine`.
        """
        process = self._start(arguments, stderr=subprocess.PIPE)
        written, complaint = process.communicate()
        with self._lock:
            if process in self._running:
                self._running.remove(process)
        if process.returncode not in fine:
            lines = complaint.strip().splitlines() or written.strip().splitlines() or ["no message"]
            raise ChildFailed(f"`{' '.join(arguments[:3])}` ended with {process.returncode}: {lines[-1]}")
        return written

    def listen(self, arguments: Sequence[str], *, log: Path, timeout_s: float = 60.0) -> str:
        """Start a Python server and give the address in the first line it writes; the rest goes to LOG.

        Raises ChildFailed when it ends, or is silent for `timeout_s`, before it says where it listens.
        """
        with log.open("w", encoding="utf-8") as complaints:
            process = self._start(arguments, stderr=complaints)
        first: queue.Queue[str] = queue.Queue()
        relay = threading.Thread(target=_relay, args=(process.stdout, log, first), daemon=True)
        relay.start()
        with self._lock:
            self._relays.append(relay)
        try:
            found = _URL.search(first.get(timeout=timeout_s))
        except queue.Empty:
            found = None
        if found is None:
            process.kill()
            raise ChildFailed(f"`{' '.join(arguments[:3])}` did not say where it listens; see {log}")
        return found[0]

    def _start(self, arguments: Sequence[str], *, stderr: int | IO[str]) -> subprocess.Popen[str]:
        with self._lock:
            if self._closing:
                raise ChildFailed("the demonstration is stopping")
            process = subprocess.Popen(
                [sys.executable, "-u", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                encoding="utf-8",
                env=self._environment,
                process_group=self._keeper.pid,
            )
            self._running.append(process)
        return process


def _relay(lines: IO[str], log: Path, first: "queue.Queue[str]") -> None:
    """Hand over the first line, or an empty one when there is none, and append the others to the log."""
    with lines, log.open("a", encoding="utf-8") as written:
        first.put(lines.readline())
        for line in lines:
            written.write(line)
