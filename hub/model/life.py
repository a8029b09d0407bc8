"""What was stated of one record, under whatever ids its network gave it: told by the log alone, which forgets nothing.

An id may be used again once its record goes on under another: what is stated then is of another record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from hub.model.replay import renamed_to, replayed
from hub.model.standing import Standing
from hub.model.statement import Op, Statement
from schemas.record import RecordKey


@dataclass(slots=True)
class Life:
    """stated: numbers of its puts. names: its keys -> since when another record has that one, None while none has."""

    stated: set[int] = field(default_factory=set)
    names: dict[RecordKey, datetime | None] = field(default_factory=dict)


def life(said: Iterable[Statement], key: RecordKey) -> Life:
    """Of the record that stands under `key` after all that was said.

    said: in order of number, of every record that one of these was ever renamed to, or from.
    """
    standings: dict[RecordKey, Standing] = {}
    lives: dict[RecordKey, Life] = {}
    for each in said:
        if each.collection is None or each.local_id is None:
            continue
        here = RecordKey(each.collection, each.source, each.local_id)
        standings |= {found.key: found for found in replayed(standings, each)}
        if each.op is Op.PUT:
            mine = lives.setdefault(here, Life(names={here: None}))
            mine.stated.add(each.number)
            for other in lives.values():
                if other is not mine and here in other.names:
                    other.names[here] = other.names[here] or each.received_at
        elif (to := renamed_to(each)) is not None and here in lives and _went_on(each, standings[here]):
            mine, heir = lives.pop(here), lives.setdefault(to, Life(names={to: None}))
            heir.stated |= mine.stated
            heir.names |= mine.names
    return lives.get(key, Life(names={key: None}))


def _went_on(said: Statement, left: Standing) -> bool:
    """Whether the record goes on under the new id. One that was merged keeps its age, and is another record."""
    return said.op is Op.CONTINUED or left.founded_on is None
