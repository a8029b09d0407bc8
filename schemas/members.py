"""Members of a JSON object read by type: what another program sent is trusted for nothing."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.errors import FederationError

_HASH = re.compile("[0-9a-f]{64}")
# RFC 3339: `datetime.fromisoformat` alone would also take dates, weeks and times without an offset.
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_REQUIRED: Any = object()


class FeedError(FederationError):
    """A part of a feed that cannot be read. The message names the member and what is wrong with it."""

    code = "feed"


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one object, `where` it stands. Every reader raises FeedError naming both.

    A reader given a default returns it when the member is absent or null.
    """

    raw: Any
    where: str

    def __post_init__(self) -> None:
        if not isinstance(self.raw, dict):
            raise FeedError(f"{self.where} is not an object")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.raw)

    def below(self, name: str) -> "Members":
        return Members(self.object(name), f"{self.where}.{name}")

    def object(self, name: str, default: Any = _REQUIRED) -> Any:
        value = self.raw.get(name)
        return value if type(value) is dict else self._absent(name, value, default, "an object")

    def text(self, name: str, default: Any = _REQUIRED) -> Any:
        value = self.raw.get(name)
        return value if type(value) is str and value else self._absent(name, value, default, "a text")

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.raw.get(name)
        return tuple(value if _is_text_list(value) else self._absent(name, value, (), "a list of texts"))

    def text_map(self, name: str) -> dict[str, str]:
        value = self.raw.get(name)
        return dict(value if _is_text_map(value) else self._absent(name, value, {}, "an object of texts"))

    def count(self, name: str, default: Any = _REQUIRED) -> int:
        value = self.raw.get(name)
        return value if type(value) is int and value >= 0 else int(self._absent(name, value, default, "a whole number"))

    def flag(self, name: str) -> bool:
        value = self.raw.get(name)
        return value if type(value) is bool else bool(self._absent(name, value, _REQUIRED, "true or false"))

    def hash(self, name: str) -> str:
        value = self.raw.get(name)
        if is_hash(value):
            return str(value)
        return str(self._absent(name, value, _REQUIRED, "64 lower-case hexadecimal digits"))

    def moment(self, name: str, default: Any = _REQUIRED) -> Any:
        """An RFC 3339 date and time as an aware datetime."""
        value = self.raw.get(name)
        found = moment_of(value)
        expected = "a date and time with an offset, as 2026-11-22T17:02:11Z"
        return found or self._absent(name, value, default, expected)

    def _absent(self, name: str, value: Any, default: Any, expected: str) -> Any:
        """The default of a member that is not there. Raises FeedError for one that is there and wrong."""
        if value is not None:
            raise FeedError(f"{self.where}.{name} is not {expected}")
        if default is _REQUIRED:
            raise FeedError(f"{self.where}.{name} is missing")
        return default


def is_hash(value: Any) -> bool:
    return type(value) is str and _HASH.fullmatch(value) is not None


def _is_text_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def moment_of(value: Any) -> datetime | None:
    """An RFC 3339 date and time as an aware datetime; None for anything else."""
    if type(value) is not str or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        return None
