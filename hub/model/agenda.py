"""The agenda: which run is due now, told from the ledger and the time alone.

    ledger + now ──► something runs, and its owner is at work ──► nothing
                 ├─► something runs, and its owner is gone    ──► Resume it, or Abandon it
                 ├─► a night is owed                          ──► Start it
                 └─► a source has news                        ──► Start a reading of it

Nights are counted by local date, so that a clock change neither doubles one nor drops one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.model.run import Errand, Run

PARIS = ZoneInfo("Europe/Paris")

# An owner at work is heard of each minute at least; it holds no transaction for longer than this.
PATIENCE = timedelta(minutes=10)
# A run that took its process down this often does so again.
ATTEMPTS = 3
# A hub that was away for a season does not run every night of it.
_MOST_OWED = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Nightly:
    """When a night falls due. 03:30 in Paris happens once on every date; 02:30 would not.

    each_missed: nights that were missed are caught up one by one; otherwise one run stands for all of them, since it
    reads whatever the sources say by now.
    """

    at: time = time(3, 30)
    zone: ZoneInfo = PARIS
    each_missed: bool = False

    def moment(self, night: date) -> datetime:
        """When this night falls due, in UTC."""
        return datetime.combine(night, self.at, self.zone).astimezone(UTC)

    def last(self, now: datetime) -> date:
        """The newest night that has fallen due."""
        today = now.astimezone(self.zone).date()
        return today if self.moment(today) <= now else today - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Open a run. sources: None for all of them."""

    errand: Errand
    local_date: date | None
    sources: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Resume:
    """Take over a run whose owner handed it back, or is gone."""

    run: Run


@dataclass(frozen=True, slots=True)
class Abandon:
    """Close a run as failed. reason: why nobody takes it over."""

    run: Run
    reason: str


Due = Start | Resume | Abandon


def due(
    nightly: Nightly, ledger: Sequence[Run], news: Collection[str], now: datetime
) -> Start | Resume | Abandon | None:
    """What to do now, one thing at a time; ask again when it is done.

    ledger: the run under way, if any, and the nights of at least the last month.
    news:   the sources that wait to be read.
    """
    under_way = next((run for run in ledger if run.ended_at is None), None)
    if under_way:
        return _about(under_way, nightly, now)
    if owed := _owed(nightly, ledger, now):
        return Start(errand=Errand.NIGHT, local_date=owed, sources=None)
    return Start(errand=Errand.NEWS, local_date=None, sources=tuple(news)) if news else None


def due_by_hand(
    nightly: Nightly, ledger: Sequence[Run], now: datetime, *, night: bool = True
) -> Start | Resume | Abandon | None:
    """What to do for a person who wants every source read now; None while another process is at work.

    The night that is owed, since it will not be owed any more; else a run of its own, which stands for no date. A run
    that nobody is at work on is gone on with, unless it reads less than was asked for.
    night: whether a night may be owed at all.
    """
    under_way = next((run for run in ledger if run.ended_at is None), None)
    if under_way:
        what = _about(under_way, nightly, now)
        if isinstance(what, Resume) and under_way.sources is not None:
            return Abandon(under_way, "the hub stopped while it was running, and a cycle by hand reads every source")
        return what
    owed = _owed(nightly, ledger, now) if night else None
    return Start(errand=Errand.NIGHT if owed else Errand.HAND, local_date=owed, sources=None)


def is_gone(run: Run, now: datetime) -> bool:
    """Whether nobody is at work on it. A heartbeat from the future comes from before the clock was set back."""
    return run.owner is None or abs(now - run.heartbeat_at) > PATIENCE


def _about(run: Run, nightly: Nightly, now: datetime) -> Resume | Abandon | None:
    if not is_gone(run, now):
        return None
    if run.attempt >= ATTEMPTS and run.owner is not None:
        return Abandon(run, f"the hub stopped {run.attempt} times while it was running")
    if run.errand is Errand.NIGHT and run.local_date != nightly.last(now) and not nightly.each_missed:
        return Abandon(run, "the hub stopped while it was running, and a newer night is due")
    return Resume(run)


def _owed(nightly: Nightly, ledger: Sequence[Run], now: datetime) -> date | None:
    """The night to run, the oldest first. Rows dated ahead of now, from a wrong clock, hinder nothing."""
    last = nightly.last(now)
    done = {
        run.local_date for run in ledger if run.errand is Errand.NIGHT and run.local_date and run.local_date <= last
    }
    if last in done:
        return None
    if not nightly.each_missed or not done:
        return last
    owed = max(*done, last - timedelta(days=_MOST_OWED))
    return owed + timedelta(days=1)
