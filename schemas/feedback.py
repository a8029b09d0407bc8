"""The feedback: what the national level tells a network of each of its records, line by line (`feedback/1`).

{"number": 1042, "collection": "actor", "id": "A-0042", "state": "merged", …}
{"number": 1043, "end": true, "epoch": …, "as_of": …, "totals": {…}}

The hub writes it, the node reads it, and both hold it against the schema.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self

import orjson

from schemas.canonical import JSON
from schemas.members import FeedError
from schemas.registry import LATEST
from schemas.validate import is_valid

SCHEMA = LATEST["feedback"]


class Fate(StrEnum):
    """What became of a record.

    PUBLISHED:   it founds its national record, alone or with others.
    MERGED:      it stands in a national record that another founded.
    QUARANTINED: its last version is not fit; an earlier one may still be published.
    HELD:        a person must decide: it is no longer stated, or its key seems to have changed.
    ERASED:      its content was purged everywhere, as its network asked.
    WITHDRAWN:   it has left; told once, so that the network forgets it too.
    """

    PUBLISHED = "published"
    MERGED = "merged"
    QUARANTINED = "quarantined"
    HELD = "held"
    ERASED = "erased"
    WITHDRAWN = "withdrawn"


COUNTED = (Fate.PUBLISHED, Fate.MERGED, Fate.QUARANTINED, Fate.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many records, by fate.

    sent:   all that the hub holds of the network: those that it states, and those whose leaving is held.
    stated: those that it states.
    """

    sent: int = 0
    stated: int = 0
    published: int = 0
    merged: int = 0
    quarantined: int = 0
    held: int = 0
    erased: int = 0

    @property
    def adds_up(self) -> bool:
        """sent = published + merged + quarantined + held, and whatever is not stated is held."""
        summed = sum(getattr(self, fate) for fate in COUNTED)
        return self.sent == summed and self.stated <= self.sent <= self.stated + self.held

    def as_json(self) -> JSON:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: JSON) -> Self:
        return cls(**{name: int(raw[name]) for name in cls.__slots__})


def encode(line: JSON) -> bytes:
    return orjson.dumps(line) + b"\n"


def decode(lines: Iterable[bytes]) -> Iterable[JSON]:
    """The lines of one answer, the end line last. Raises FeedError when one is wrong or the end line is missing."""
    ended = False
    for number, raw in enumerate(lines, 1):
        if ended:
            break
        try:
            line = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise FeedError(f"line {number} of the feedback is not JSON: {error}") from error
        if not is_valid(SCHEMA, line):
            raise FeedError(f"line {number} of the feedback does not follow {SCHEMA}")
        ended = "end" in line
        yield line
    if not ended:
        raise FeedError("the feedback has no end line: it was cut off")
