"""Fetch what became of our records at the national level, and keep it: what changed since, in one transaction.

hub ──► lines after our number ──► fates ──► counted again ═ the totals of the end line
              └── another history: all of it, from the start
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from node.errors import HubRefused
from node.home import Home
from node.nation import HistoryChanged, Nation
from node.store import fates, records
from node.store.engine import reading, writing
from node.store.fates import Fated, View
from schemas.canonical import JSON
from schemas.feedback import COUNTED, Fate, Totals
from schemas.manifest import spell_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """lines: how many changed. view: where the feedback stands now."""

    lines: int
    view: View


def fetch(home: Home, nation: Nation, now: datetime) -> Fetched:
    """Bring the kept feedback up to date. Raises HubRefused, having kept what was there."""
    with reading(home.engine) as connection:
        known = fates.view(connection)
    try:
        return _take(home, nation, now, known)
    except HistoryChanged:
        return _take(home, nation, now, None)


def _take(home: Home, nation: Nation, now: datetime, known: View | None) -> Fetched:
    after, epoch = (known.number, known.epoch) if known else (0, None)
    with writing(home.engine) as connection:
        if known is None:
            fates.clear(connection)
        *said, end = nation.feedback(after, epoch)
        fates.save(connection, _fated(connection, said))
        view = View(
            epoch=end["epoch"],
            number=end["number"],
            as_of=end["as_of"],
            read_seq=end.get("read_seq"),
            fetched_at=spell_moment(now),
            totals=Totals.from_json(end["totals"]),
        )
        if not _agrees(fates.counts(connection), view.totals):
            if known is None:
                raise HubRefused("Les totaux du pôle national ne correspondent pas à ses lignes : signalez-le-lui.")
            raise HistoryChanged("what was kept and what is told do not add up")
        fates.save_view(connection, view)
    return Fetched(lines=len(said), view=view)


def _agrees(counts: dict[Fate, int], totals: Totals) -> bool:
    return totals.adds_up and all(counts.get(fate, 0) == getattr(totals, fate) for fate in (*COUNTED, Fate.ERASED))


def _fated(connection: Connection, said: Iterable[JSON]) -> list[Fated]:
    """The lines with the name under which a person knows the record, as far as this node states it."""
    found = []
    for line in said:
        stated = records.get(connection, line["collection"], line["id"])
        found.append(Fated.of(line, stated.payload if stated else None))
    return found
