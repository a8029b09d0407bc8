"""A past date as it is known now: what was published then, each time for what is known now to be one thing.

    records of then ──► the bodies they spoke of, as far as is known now ──► a page of a list, one body, the figures

What was published stays what it was; only who is who is seen from today.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from hub.catalogue import Catalogue, hindsight
from hub.french import typeset
from hub.model.identity import tidy_national_id
from hub.search import Query
from hub.web.portal.results import ActiveFilter, active, around
from hub.web.query import commune, from_portal
from schemas.canonical import JSON
from schemas.errors import NotFound

_PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A record as it was published then. apart: (identifier now, name) of what else it spoke of, as is known now."""

    record: JSON
    apart: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is known now to be one thing.

    id:   the identifier that answers for it now.
    name: what it was called then; of a record that spoke of several, as a source record of its own said.
    now:  what it is called now, None when it has left the catalogue.
    """

    id: str
    name: str
    now: str | None
    published: tuple[Published, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """A page of what a search found then. found: how many records were published then; total: how many bodies."""

    path: str
    query: Query
    found: int
    total: int
    bodies: tuple[Body, ...]
    active: tuple[ActiveFilter, ...]
    previous: str | None
    following: str | None
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A number, or a row of numbers, as published then and as counted now; None where one of them has no such row."""

    id: str
    label: str
    then: int | None
    now: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """figures: (number, its unit). tables: (table of then, its rows)."""

    figures: tuple[tuple[Compared, str], ...]
    tables: tuple[tuple[JSON, tuple[Compared, ...]], ...]


def listed(then: Catalogue, now: Catalogue, params: QueryParams, collection: str, path: str) -> Bodies:
    """What a search found then, in its order. Raises RequestError, and NotFound past the last page."""
    query = from_portal(params, collection=collection)
    found = then.search.ids(query)
    if collection == "announcement":
        found = then.agenda(found)
    groups = list(hindsight.bodies(then, now, collection, found).items())
    last = max(1, -(-len(groups) // query.size))
    if query.page > last:
        raise NotFound(f"page {query.page} of {last}")
    previous, following = around(path, params, query.page, last)
    start = (query.page - 1) * query.size
    return Bodies(
        path=path,
        query=query,
        found=len(found),
        total=len(groups),
        bodies=tuple(_body(then, now, collection, *group) for group in groups[start : start + query.size]),
        active=active(then, query, params, path, commune(params.get("pres_de", "").strip())),
        previous=previous,
        following=following,
        last=last,
    )


def body(then: Catalogue, now: Catalogue, collection: str, text: str) -> Body:
    """What an identifier of either time stands for now. Raises NotFound when nothing was published of it then."""
    known, published = hindsight.record(then, now, collection, tidy_national_id(text))
    if not published:
        raise NotFound(f"nothing of {text} was published then")
    return _body(then, now, collection, known, published)


def figures(then: Catalogue, now: Catalogue) -> Figures:
    """What was published then of what the catalogue showed, beside the same counted over what is known now."""
    published, counted = then.statistics(), hindsight.statistics(then, now)
    values = {each["id"]: each["value"] for each in _shown(counted["figures"])}
    rows = {each["id"]: each["rows"] for each in _shown(counted["tables"])}
    return Figures(
        figures=tuple(
            (
                Compared(
                    id=each["id"], label=typeset(each["definition_fr"]), then=each["value"], now=values.get(each["id"])
                ),
                each["unit"],
            )
            for each in _shown(published["figures"])
            if each["value"]
        ),
        tables=tuple(
            (each, _rows(each["rows"], rows.get(each["id"], ())))
            for each in _shown(published["tables"])
            if each["rows"]
        ),
    )


def _body(then: Catalogue, now: Catalogue, collection: str, known: str, published: list[str]) -> Body:
    records = [orjson.loads(raw) for each in published if (raw := then.record(collection, each))]
    spoken = [_spoken(then, now, collection, each) for each in published]
    today = now.record(collection, known)
    return Body(
        id=known,
        name=_name(records[0]) if len(spoken[0]) == 1 else spoken[0][known],
        now=_name(orjson.loads(today)) if today else None,
        published=tuple(
            Published(record=record, apart=tuple(pair for pair in of.items() if pair[0] != known))
            for record, of in zip(records, spoken, strict=True)
        ),
    )


def _spoken(then: Catalogue, now: Catalogue, collection: str, published: str) -> dict[str, str]:
    """Identifier now -> name, of all that a record published then spoke of."""
    names: dict[str, str] = {}
    for member in then.members(published):
        known = now.home(collection, member.network, member.local_id) or hindsight.answering(now, published)
        names.setdefault(known, _name(member.record))
    return names


def _name(record: JSON) -> str:
    return str(record.get("name") or record.get("title") or "")


def _shown(entries: list[JSON]) -> Iterator[JSON]:
    return (each for each in entries if each["population"] == _PUBLISHED)


def _rows(then: list[Any], now: list[Any]) -> tuple[Compared, ...]:
    """The rows of both, in the order of then."""
    before, after = ({row["code"]: row for row in rows} for rows in (then, now))
    return tuple(
        Compared(
            id=code,
            label=row["label_fr"],
            then=before[code]["count"] if code in before else None,
            now=after[code]["count"] if code in after else None,
        )
        for code, row in (before | after).items()
    )
