"""The scheduler: looks at the ledger each minute, and does what is due. APScheduler is its clock, and nothing else.

    each minute ──► is a night owed? has a source news? ──► claim the run in the database ──► cycle ──► evidence
                ──► are there mails to send?
    by hand     ──► the night that is owed, else a run of its own ──► the same way, once
    SIGTERM     ──► begin nothing, write nothing more, hand the run back, leave

Any number of processes and hosts may do this over one database: the ledger lets one of them run at a time, and each
night once. The configuration of the sources is read again at each look.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from hub.distributions.shelf import Busy
from hub.model.agenda import Nightly
from hub.model.run import Errand, Evidence, Run
from hub.model.source import Source
from hub.settings import load_sources
from hub.stages import mailing, noting, proving, retention, running
from hub.stages.cycle import CycleReport, cycle
from hub.store import jobs, notices, runs
from hub.store.engine import reading
from hub.store.fence import Lost
from hub.wiring import Hub, open_feeds
from schemas.errors import ConfigError

log = structlog.get_logger()


def now_utc() -> datetime:
    return datetime.now(UTC)


def own_token() -> str:
    """Who we are, for people, and a part that no other process has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"


class Scheduler:
    """Does what a hub owes, as one of perhaps many.

    clock:    the time now.
    stopping: set by whoever wants it to end.
    """

    def __init__(self, hub: Hub, stopping: threading.Event, clock: Callable[[], datetime] = now_utc) -> None:
        self._hub, self._stopping, self._clock = hub, stopping, clock
        self._owner, self._nightly, self._sources = own_token(), Nightly(), hub.sources

    def look(self) -> list[Run]:
        """Do all that is due, one run after the other. Returns those that were brought to their end."""
        self._read_sources()
        done: list[Run] = []
        while self._sources and not self._stopping.is_set():
            names = [source.name for source in self._sources]
            run = running.claim(self._hub.engine, self._nightly, names, self._owner, self._clock(), self._close)
            if run is None:
                break
            ended = self._perform(run)
            if ended is None:
                continue
            done.append(ended)
            if not ended.error and ended.evidence and ended.evidence.released:
                self._tidy()
        if not self._stopping.is_set():
            self.mail()
        return done

    def by_hand(self) -> tuple[Run, CycleReport | None]:
        """Read every source now, once, as a run of the ledger. Returns its end, and what its stages said of themselves.

        What cannot be brought to its end is let go, so that the next start need not wait for it.
        Raises UnderWay when another process is at work, Lost when another one took the run over.
        """
        engine, names = self._hub.engine, [source.name for source in self._sources]
        run = running.claim_by_hand(engine, self._nightly, names, self._owner, self._clock(), self._close)
        reports: list[CycleReport] = []
        try:
            ended = self._perform(run, reports.append)
        except BaseException:
            with suppress(OperationalError):  # what went wrong first is told
                running.let_go(engine, run, self._clock())
            raise
        if ended is None:
            raise Lost(f"run {run.number} was taken over by another process")
        self.mail()
        return ended, next(iter(reports), None)

    def mail(self) -> int:
        """Send the notices that wait. Returns how many were taken; a mail server that is down is for the next look."""
        settings = self._hub.settings
        try:
            post = settings.mail.post(self._hub.home)
        except ConfigError as error:
            log.warning("mail.misconfigured", reason=str(error))
            return 0
        if post is None:
            return 0
        contacts = {source.name: source.contact_email for source in self._sources}
        address_of = mailing.addresses(settings.mail.steward, contacts)
        return mailing.send(self._hub.engine, post, address_of, settings.site, self._owner, self._clock)

    def follow(self) -> None:
        """Look now, and each minute from now on, until told to stop. What went wrong in one look is for the next."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a look that lasts longer than a minute is no news
        clock = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone=UTC)
        clock.add_job(
            self._look_safely,
            CronTrigger(second=0, timezone=UTC),
            next_run_time=self._clock(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        clock.start()
        self._stopping.wait()
        log.info("schedule.stopping")
        clock.shutdown(wait=True)

    def _look_safely(self) -> None:
        try:
            self.look()
        except OperationalError as error:
            log.warning("schedule.database_unavailable", reason=str(error.orig))
        except Exception:
            log.exception("schedule.broken")

    def _read_sources(self) -> None:
        try:
            self._sources = load_sources(self._hub.home)
        except ConfigError as error:  # half of a file, while somebody edits it: the last good configuration holds
            log.warning("schedule.sources_unreadable", reason=str(error))

    def _perform(self, run: Run, hear: Callable[[CycleReport], None] = lambda _: None) -> Run | None:
        """Do a run that is ours. hear: told what the stages say of themselves, if they come to their end."""
        hub = self._hub
        chosen = [source for source in self._sources if run.sources is None or source.name in run.sources]
        with reading(hub.engine) as connection:
            last = next((job.number for job in jobs.newest(connection, limit=1)), 0)

        def prove(_: Run) -> Evidence:
            settings, names = hub.settings, [source.name for source in chosen]
            return proving.evidence(names, hub.engine, hub.releases, last, hub.model, settings.notice, settings.imprint)

        return running.perform(
            run,
            hub.engine,
            lambda engine, _: hear(self._cycle(chosen, engine)),
            prove,
            self._clock,
            self._stopping.is_set,
            self._close,
        )

    def _cycle(self, chosen: Sequence[Source], engine: Engine) -> CycleReport:
        hub, settings = self._hub, self._hub.settings
        with open_feeds() as feeds:
            return cycle(
                chosen,
                feeds,
                engine,
                hub.releases,
                self._clock(),
                settings.threads,
                hub.model,
                settings.notice,
                settings.imprint,
            )

    def _close(self, connection: Connection, ended: Run) -> None:
        """What follows from the end of a run, in the transaction that writes it down."""
        now, settings = self._clock(), self._hub.settings
        try:
            with connection.begin_nested():
                noting.note(connection, ended, self._sources, steward=bool(settings.mail.steward), now=now)
        except Exception:  # a mistake of ours about mails must not keep a run open for ever; the next run tells
            log.exception("notices.not_made", run=ended.number)
        if ended.errand is Errand.NIGHT:
            long_ago = now - timedelta(days=settings.history_days)
            runs.forget(connection, long_ago)
            notices.forget(connection, long_ago)

    def _tidy(self) -> None:
        """Releases that no rule keeps go, once a newer one stands."""
        try:
            for gone in retention.prune(self._hub.releases, self._clock()):
                log.info("release.pruned", release=gone.release)
        except Busy as error:
            log.info("release.prune_missed", reason=str(error))
