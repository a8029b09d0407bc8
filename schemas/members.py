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
        return Members(self._value(name, _REQUIRED), f"{self.where}.{name}")

    def object(self, name: str, default: Any = _REQUIRED) -> Any:
        return self._checked(name, default, lambda value: isinstance(value, dict), "an object")

    def text(self, name: str, default: Any = _REQUIRED) -> Any:
        return self._checked(name, default, lambda value: isinstance(value, str) and value != "", "a text")

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._checked(name, (), _is_text_list, "a list of texts"))

    def text_map(self, name: str) -> dict[str, str]:
        return dict(self._checked(name, {}, _is_text_map, "an object of texts"))

    def count(self, name: str, default: Any = _REQUIRED) -> int:
        return int(self._checked(name, default, lambda value: type(value) is int and value >= 0, "a whole number"))

    def flag(self, name: str) -> bool:
        return bool(self._checked(name, _REQUIRED, lambda value: isinstance(value, bool), "true or false"))

    def hash(self, name: str) -> str:
        return str(self._checked(name, _REQUIRED, _is_hash, "64 lower-case hexadecimal digits"))

    def moment(self, name: str, default: Any = _REQUIRED) -> Any:
        """An RFC 3339 date and time as an aware datetime."""
        value = self._checked(name, default, _is_moment, "a date and time with an offset, as 2026-11-22T17:02:11Z")
        return datetime.fromisoformat(value.upper()) if isinstance(value, str) else value

    def _checked(self, name: str, default: Any, is_right: Any, expected: str) -> Any:
        value = self._value(name, default)
        if value is not default and not is_right(value):
            raise FeedError(f"{self.where}.{name} is not {expected}")
        return value

    def _value(self, name: str, default: Any) -> Any:
        value = self.raw.get(name)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise FeedError(f"{self.where}.{name} is missing")
        return default


def _is_text_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value.upper())
    except ValueError:
        return False
    return True
