"""One of many hub processes over one database, told what to do word by word, so that no test has to wait.

run MOMENT    claims what is due then and works on it, or answers `nothing`
cycle MOMENT  claims a cycle by hand then and works on it, or answers `under way`
write, hold   while it works: commit something; begin to, and wait inside the transaction
end           the work is done; it answers with the status of the run, or `gone` when it was no longer its own
"""

import logging
from datetime import datetime
from multiprocessing.connection import Connection

import structlog
from sqlalchemy import Engine

from hub.model.agenda import Nightly
from hub.model.run import Evidence, Run
from hub.stages.running import UnderWay, claim, claim_by_hand, perform
from hub.store import meta
from hub.store.engine import open_engine
from hub.store.fence import Lost


def main(talk: Connection, url: str, name: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    engine = open_engine(url)
    try:
        while True:
            word, _, moment = talk.recv().partition(" ")
            now = datetime.fromisoformat(moment)
            what = (engine, Nightly(), ["reso"], name, now, lambda *_: None)
            try:
                run = claim_by_hand(*what) if word == "cycle" else claim(*what)
            except UnderWay:
                talk.send("under way")
                continue
            talk.send(_turn(engine, run, now, name, talk) if run else "nothing")
    except EOFError:
        engine.dispose()


def _turn(engine: Engine, run: Run, now: datetime, name: str, talk: Connection) -> str:
    ended = perform(
        run,
        engine,
        lambda guarded, _: _work(guarded, run, name, talk),
        lambda _: Evidence(visits={}, resolved=True, compiled=True, accounted=True, released=True),
        lambda: now,
        lambda: False,
        lambda *_: None,
        pause=lambda _: True,  # not a single heartbeat but those of the commits
    )
    return str(ended.status) if ended else "gone"


def _work(guarded: Engine, run: Run, name: str, talk: Connection) -> None:
    talk.send(f"working {run.local_date} {run.attempt}")
    while (told := talk.recv()) != "end":
        try:
            with guarded.begin() as connection:
                meta.put(connection, f"{told} {name}", str(run.number))
                if told == "hold":
                    talk.send("holding")
                    talk.recv()
        except Lost:
            talk.send("lost")
            raise
        talk.send("written")
