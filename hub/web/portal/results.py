"""What a search page shows, made from one query: cards, facets with live counts, active filters, pages."""

from dataclasses import dataclass

import orjson
from starlette.datastructures import QueryParams

from hub.catalogue import Catalogue
from hub.search import Hits, Query
from hub.web.facets import FACETS, Facet
from hub.web.query import RADII_KM, address, commune, from_portal, without
from schemas.canonical import JSON
from schemas.geography import Commune

SHOWN_CHOICES = 8
MAX_CHOICES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One box of a facet. `name` is unique on the page: the box keeps the focus when the list is replaced."""

    code: str
    label: str
    count: int
    checked: bool
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A facet: the first choices are shown at once, the rest on demand."""

    facet: Facet
    first: tuple[Choice, ...]
    rest: tuple[Choice, ...]

    @property
    def checked(self) -> int:
        return sum(choice.checked for choice in (*self.first, *self.rest))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveFilter:
    """A filter in force, and the address without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The search page of one collection.

    shared:  the query string of this very search, for the map, the exports and the reader's bookmark.
    unknown: the place that was typed and is not a commune.
    """

    query: Query
    hits: Hits
    records: tuple[JSON, ...]
    facets: tuple[Choices, ...]
    active: tuple[ActiveFilter, ...]
    shared: str
    previous: str | None
    following: str | None
    last: int
    place: Commune | None
    unknown: str
    radii: tuple[int, ...] = RADII_KM


def results(catalogue: Catalogue, params: QueryParams, collection: str, path: str) -> Results:
    """Search, and shape the answer. Raises RequestError when the address cannot be read."""
    query = from_portal(params, collection=collection)
    hits = catalogue.search.search(query)
    read = catalogue.actor if collection == "actor" else catalogue.project
    typed = params.get("pres_de", "").strip()
    place = commune(typed)
    last = max(1, -(-hits.total // query.size))

    def page(number: int) -> str | None:
        return f"{path}?{address(params, page=str(number))}" if 1 <= number <= last else None

    return Results(
        query=query,
        hits=hits,
        records=tuple(orjson.loads(body) for body in map(read, hits.ids) if body is not None),
        facets=tuple(choices for facet in FACETS if (choices := _choices(catalogue, facet, query, hits)).first),
        active=_active(catalogue, query, params, path, place),
        shared=address(params, page=None),
        previous=page(query.page - 1),
        following=page(query.page + 1),
        last=last,
        place=place,
        unknown=typed if typed and place is None else "",
    )


def _choices(catalogue: Catalogue, facet: Facet, query: Query, hits: Hits) -> Choices:
    """The counts found, and what is ticked even where it counts nothing."""
    ticked: tuple[str, ...] = getattr(query, facet.field)
    counts = dict(hits.facets.get(facet.field, [])[:MAX_CHOICES])
    counts |= {code: counts.get(code, 0) for code in ticked}
    choices = [
        Choice(
            code=code,
            label=facet.label(catalogue, code),
            count=count,
            checked=code in ticked,
            name=f"{facet.parametre}-{code}",
        )
        for code, count in counts.items()
    ]
    choices.sort(key=lambda choice: not choice.checked)
    return Choices(facet=facet, first=tuple(choices[:SHOWN_CHOICES]), rest=tuple(choices[SHOWN_CHOICES:]))


def _active(
    catalogue: Catalogue, query: Query, params: QueryParams, path: str, place: Commune | None
) -> tuple[ActiveFilter, ...]:
    found = [
        ActiveFilter(
            label=f"{facet.title} : {facet.label(catalogue, code)}",
            url=f"{path}?{without(params, facet.parametre, code)}",
        )
        for facet in FACETS
        for code in getattr(query, facet.field)
    ]
    if query.text:
        found.insert(0, ActiveFilter(label=f"« {query.text} »", url=f"{path}?{address(params, q=None, page=None)}"))
    if place is not None and query.near is not None:
        label = f"À moins de {query.near[2]:.0f} km de {place.name}"
        url = f"{path}?{address(params, pres_de=None, rayon=None, page=None)}"
        found.append(ActiveFilter(label=label, url=url))
    if query.bbox is not None:
        found.append(ActiveFilter(label="Zone de la carte", url=f"{path}?{address(params, zone=None, page=None)}"))
    return tuple(found)
