"""What a search page shows, made from one query: cards, facets with live counts, active filters, pages."""

from dataclasses import dataclass, replace

import orjson
from starlette.datastructures import QueryParams

from hub.catalogue import Catalogue
from hub.search import Hits, Query
from hub.web.facets import FACETS, Facet
from hub.web.query import PORTAL_PARAMETERS, RADII_KM, address, commune, from_portal, shared, without
from schemas.canonical import JSON
from schemas.errors import NotFound
from schemas.geography import Commune

SHOWN_CHOICES = 6
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
    """A facet: the most frequent choices and the ticked ones are shown at once, the rest on demand."""

    facet: Facet
    first: tuple[Choice, ...]
    rest: tuple[Choice, ...]

    @property
    def checked(self) -> int:
        return sum(choice.checked for choice in self.first)


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

    path: str
    query: Query
    hits: Hits
    records: tuple[JSON, ...]
    facets: tuple[Choices, ...]
    active: tuple[ActiveFilter, ...]
    shared: str
    previous: str | None
    following: str | None
    last: int
    unknown: str
    radii: tuple[int, ...] = RADII_KM

    @property
    def address(self) -> str:
        """Where this very search is, in its shortest spelling."""
        return f"{self.path}?{self.shared}" if self.shared else self.path


def results(catalogue: Catalogue, params: QueryParams, collection: str, path: str) -> Results:
    """Search, and shape the answer.

    Raises RequestError when the address cannot be read, NotFound past the last page.
    """
    query = from_portal(params, collection=collection)
    hits = catalogue.search.search(query)
    if collection == "announcement":
        hits = replace(hits, ids=_agenda(catalogue, query))
    last = max(1, -(-hits.total // query.size))
    if query.page > last:
        raise NotFound(f"page {query.page} of {last}")
    typed = params.get("pres_de", "").strip()
    place = commune(typed)
    previous, following = around(path, params, query.page, last)
    return Results(
        path=path,
        query=query,
        hits=hits,
        records=tuple(orjson.loads(body) for each in hits.ids if (body := catalogue.record(collection, each))),
        facets=tuple(choices for facet in FACETS if (choices := _choices(catalogue, facet, query, hits)).first),
        active=active(catalogue, query, params, path, place),
        shared=shared(params),
        previous=previous,
        following=following,
        last=last,
        unknown=typed if typed and place is None else "",
    )


def around(path: str, params: QueryParams, page: int, last: int) -> tuple[str | None, str | None]:
    """The addresses of the pages before and after one of `last`."""

    def at(number: int) -> str | None:
        if not 1 <= number <= last:
            return None
        return f"{path}?{address(params, PORTAL_PARAMETERS, page=str(number) if number > 1 else None)}"

    return at(page - 1), at(page + 1)


def _agenda(catalogue: Catalogue, query: Query) -> tuple[str, ...]:
    """A page of announcements, as a diary shows them."""
    found, start = catalogue.agenda(catalogue.search.ids(query)), (query.page - 1) * query.size
    return tuple(found[start : start + query.size])


def _choices(catalogue: Catalogue, facet: Facet, query: Query, hits: Hits) -> Choices:
    """The counts found, most frequent first, and what is ticked even where it counts nothing."""
    ticked: tuple[str, ...] = getattr(query, facet.field)
    counts = dict(hits.facets.get(facet.field, [])[:MAX_CHOICES])
    counts |= {code: counts.get(code, 0) for code in ticked}
    first: list[Choice] = []
    rest: list[Choice] = []
    for place, (code, count) in enumerate(counts.items()):
        choice = Choice(
            code=code,
            label=facet.label(catalogue, code),
            count=count,
            checked=code in ticked,
            name=f"{facet.parametre}-{code}",
        )
        (first if place < SHOWN_CHOICES or choice.checked else rest).append(choice)
    return Choices(facet=facet, first=tuple(first), rest=tuple(rest))


def active(
    catalogue: Catalogue, query: Query, params: QueryParams, path: str, place: Commune | None
) -> tuple[ActiveFilter, ...]:
    def less(**dropped: None) -> str:
        return f"{path}?{address(params, PORTAL_PARAMETERS, page=None, **dropped)}"

    found = [ActiveFilter(label=f"« {query.text} »", url=less(q=None))] if query.text else []
    found += [
        ActiveFilter(
            label=f"{facet.title} : {facet.label(catalogue, code)}",
            url=f"{path}?{without(params, PORTAL_PARAMETERS, facet.parametre, code)}",
        )
        for facet in FACETS
        for code in getattr(query, facet.field)
    ]
    if place is not None and query.near is not None:
        label = f"À moins de {query.near[2]:.0f} km de {place.name}"
        found.append(ActiveFilter(label=label, url=less(pres_de=None, rayon=None)))
    if query.bbox is not None:
        found.append(ActiveFilter(label="Zone de la carte", url=less(zone=None)))
    return tuple(found)
