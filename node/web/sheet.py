"""An actor as a person reads it: French titles and labels, from the schema and the vocabularies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.canonical import JSON
from schemas.registry import LATEST, Column, columns, public
from schemas.vocabularies import vocabulary

_SCHEMA = LATEST["actor"]
# Shown in the heading of the page, true of nearly all, or of no use to a reader.
_ELSEWHERE = ("id", "name", "seat.country", "seat.lat", "seat.lon", "seat.precision")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the sheet. is_link: the texts are web addresses."""

    title: str
    texts: tuple[str, ...]
    is_link: bool = False


def facts(payload: JSON) -> tuple[Fact, ...]:
    """Every public property that has a value, in the order of the schema."""
    return tuple(_facts(public(_SCHEMA, payload)))


def type_label(payload: JSON) -> str:
    return vocabulary("actor-types").label(payload["type"])


def _facts(shown: JSON) -> Iterator[Fact]:
    for column in columns(_SCHEMA):
        if column.public and column.property not in _ELSEWHERE and (texts := tuple(_texts(shown, column))):
            yield Fact(title=column.title_fr, texts=texts, is_link=column.kind == "url")


def _texts(shown: JSON, column: Column) -> Iterator[str]:
    value: Any = shown
    for step in column.property.split("."):
        value = _step(value, step)
    for one in value if isinstance(value, list) else [value]:
        if one not in (None, "", {}):
            yield _text(one, column)


def _step(value: Any, step: str) -> Any:
    if isinstance(value, list):
        return [one["value"] for one in value if one.get("scheme") == step]
    return value.get(step) if isinstance(value, dict) else None


def _text(one: Any, column: Column) -> str:
    """A code by its label; a reference or a coded object by what names it."""
    if isinstance(one, bool):
        return "oui" if one else "non"
    if isinstance(one, dict):
        one = one.get("code") or one.get("name") or one.get("actor") or one.get("national_id") or ""
    if column.choices:
        return column.choices.get(str(one), str(one))
    return vocabulary(column.vocabulary).label(str(one)) if column.vocabulary else str(one)
