"""`python -m tests.chaos.killed_hub`: hubs in processes of their own, killed with -9 at a given moment.

Reads one order a line, as JSON; answers each with a line. The hub's modules are loaded once; each order is a fork, so
that fifty processes can be started and killed in a minute.

    {"database": URL, "releases": DIR, "sources": {name: url}, "now": ISO, "work": "cycle", "delay": seconds or null}
"""

import json
import os
import select
import signal
import sys
import time
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.feeds import FeedClient
from hub.feeds.http import open_client
from hub.migrations import upgrade
from hub.model.source import Source
from hub.stages.cycle import cycle
from hub.stages.harvest import harvest_all
from hub.store.engine import open_engine
from hub.wiring import configure_logging


def work(order: dict[str, Any]) -> None:
    """A whole cycle, or only the harvest, as the command line runs them."""
    engine = open_engine(order["database"])
    upgrade(engine)
    now = datetime.fromisoformat(order["now"])
    sources = [Source(name=name, title=name, base_url=url, local=True) for name, url in order["sources"].items()]
    with open_client() as client:
        if order["work"] == "cycle":
            cycle(sources, FeedClient(client), engine, Path(order["releases"]), now)
        else:
            harvest_all(sources, FeedClient(client), engine, now)
    engine.dispose()


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Run one hub, and kill it when its time has come. Returns whether it was killed, its exit code, its seconds."""
    started = time.monotonic()
    pid = os.fork()
    if not pid:
        _live(order)
    ended = os.pidfd_open(pid)
    if not select.select([ended], [], [], order["delay"])[0]:
        os.kill(pid, signal.SIGKILL)
    os.close(ended)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"killed": code == -signal.SIGKILL, "code": code, "seconds": time.monotonic() - started}


def _live(order: dict[str, Any]) -> None:
    try:
        work(order)
    except BaseException:  # noqa: BLE001  # a fork must never return into its parent's code
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    configure_logging("critical")
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line))), flush=True)
