"""From the address bar to a query and back. The portal and the API differ in their words only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from hub.distributions import shelf
from hub.search import Query
from hub.web.facets import FACETS
from schemas import geography
from schemas.errors import RequestError
from schemas.geography import Commune

PARAMETER, PARAMETRE = "as_of", "au"
VIEW, KNOWN_NOW = "vu", "aujourdhui"
"""How the portal is asked for a past date as it is known now, rather than as it was published then."""

MAX_TEXT = 200
MAX_VALUES = 50
MAX_PAGE = 10_000
MAX_SIZE = 100
RADII_KM = (10, 25, 50, 100)
DEFAULT_RADIUS_KM = 25
SORTS = {"pertinence": "relevance", "nom": "name"}

LATITUDE = r"-?([0-8]?[0-9](\.[0-9]{1,10})?|90(\.0{1,10})?)"
LONGITUDE = r"-?((1[0-7][0-9]|[0-9]?[0-9])(\.[0-9]{1,10})?|180(\.0{1,10})?)"
CURSOR = rf"{shelf.NAME.pattern}\.([1-9][0-9]{{0,3}}|{MAX_PAGE})\.([1-9][0-9]?|{MAX_SIZE})"
BOX = f"{LONGITUDE},{LATITUDE},{LONGITUDE},{LATITUDE}"
POINT = f"{LATITUDE},{LONGITUDE}"

PATHS = {"actor": "/acteurs", "project": "/projets", "announcement": "/annonces"}
"""Where the portal shows each collection."""

PORTAL_PARAMETERS = {
    PARAMETRE,
    VIEW,
    "q",
    "pres_de",
    "rayon",
    "zone",
    "tri",
    "page",
    *(facet.parametre for facet in FACETS),
}
API_PARAMETERS = {
    PARAMETER,
    "q",
    "near",
    "radius_km",
    "bbox",
    "sort",
    "page",
    "size",
    "cursor",
    *(facet.parameter for facet in FACETS),
}


def from_portal(params: QueryParams, *, collection: str = "actor", size: int = 20) -> Query:
    """The query that a portal address asks for. Raises RequestError when a value cannot be read."""
    place = commune(params.get("pres_de", ""))
    radius = _number(params, "rayon", DEFAULT_RADIUS_KM, 1, 500)
    return Query(
        collection=collection,
        text=_text(params.get("q", "")),
        bbox=_box(params.get("zone", "")),
        near=(place.lat, place.lon, radius) if place and place.lat is not None and place.lon is not None else None,
        page=_number(params, "page", 1, 1, MAX_PAGE),
        size=size,
        sort=SORTS.get(params.get("tri", ""), "relevance"),
        **{facet.field: _values(params.getlist(facet.parametre)) for facet in FACETS},
    )


def from_api(params: QueryParams, *, collection: str = "actor") -> Query:
    """The query that an API address asks for. Raises RequestError when a value cannot be read."""
    if len(params.get("q", "")) > MAX_TEXT:
        raise RequestError(f"q has at most {MAX_TEXT} characters")
    sort = params.get("sort", "relevance")
    if sort not in SORTS.values():
        raise RequestError("sort is relevance or name")
    return Query(
        collection=collection,
        text=_text(params.get("q", "")),
        bbox=_box(params.get("bbox", "")),
        near=_near(params),
        page=_number(params, "page", 1, 1, MAX_PAGE),
        size=_number(params, "size", 20, 1, MAX_SIZE),
        sort=sort,
        **{facet.field: _values(params.getlist(facet.parameter)) for facet in FACETS},
    )


def api_address(query: Query) -> str:
    """The query string by which the API is asked the same, from its first page."""
    asked = [("q", query.text)] + [(facet.parameter, code) for facet in FACETS for code in getattr(query, facet.field)]
    if query.near:
        asked += [("near", f"{query.near[0]},{query.near[1]}"), ("radius_km", f"{query.near[2]:.0f}")]
    if query.bbox:
        asked.append(("bbox", ",".join(map(str, query.bbox))))
    return urlencode([pair for pair in asked if pair[1]])


@dataclass(frozen=True, slots=True)
class Cursor:
    """A page of a list in one release: whoever follows it never mixes two releases."""

    release: str
    page: int
    size: int

    def __str__(self) -> str:
        return f"{self.release}.{self.page}.{self.size}"


def cursor(params: QueryParams) -> Cursor | None:
    """The cursor of an API address. Raises RequestError when it is none of ours."""
    text = params.get("cursor", "")
    if not text:
        return None
    if not re.fullmatch(CURSOR, text):
        raise RequestError("this cursor was not given out here: begin the list again without it")
    release, page, size = text.split(".")
    return Cursor(release, int(page), int(size))


def address(params: QueryParams, known: set[str], **changes: str | None) -> str:
    """The same query string with some parameters replaced, or dropped when None.

    Only the parameters in `known` are kept, so that a page never repeats what it was not asked; empty ones say nothing,
    and no value is longer than what is searched for.
    """
    kept = [
        (name, value[:MAX_TEXT])
        for name, value in params.multi_items()
        if name in known and name not in changes and value
    ]
    return urlencode(kept + [(name, value) for name, value in changes.items() if value])


def shared(params: QueryParams, *dropped: str) -> str:
    """The query string of a search of the portal without the page, what goes without saying, and what is dropped."""
    unsaid = ["page"] + ["rayon"] * (not params.get("pres_de", "").strip()) + ["tri"] * (params.get("tri") != "nom")
    of_today = PARAMETRE in dropped or not params.get(PARAMETRE)
    return address(params, PORTAL_PARAMETERS, **dict.fromkeys([*unsaid, *dropped, *[VIEW] * of_today]))


def without(params: QueryParams, known: set[str], name: str, value: str) -> str:
    """The same query string less one value of one parameter, on its first page."""
    kept = [pair for pair in params.multi_items() if pair != (name, value)]
    return address(QueryParams(kept), known, page=None)


def commune(text: str) -> Commune | None:
    """The commune a visitor typed: a name, a name with its département in brackets, or a postcode."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{5}", text):
        return max(geography.communes_of_postcode(text), key=lambda each: each.population or 0, default=None)
    name, _, rest = text.partition("(")
    return geography.find_commune(name.strip(), department=rest.strip(" )").upper() or None) if name.strip() else None


def _box(text: str) -> tuple[float, float, float, float] | None:
    """`west,south,east,north` in degrees (RFC 7946, section 5); a west greater than east crosses the antimeridian."""
    if not text:
        return None
    if not re.fullmatch(BOX, text):
        raise RequestError("a box is west,south,east,north in degrees, as -5.2,41.3,9.6,51.1")
    west, south, east, north = map(float, text.split(","))
    return west, min(south, north), east, max(south, north)


def _near(params: QueryParams) -> tuple[float, float, float] | None:
    radius, text = _number(params, "radius_km", DEFAULT_RADIUS_KM, 1, 500), params.get("near", "")
    if not text:
        return None
    if not re.fullmatch(POINT, text):
        raise RequestError("near is latitude,longitude in degrees, as 48.11,-1.68")
    lat, lon = map(float, text.split(","))
    return lat, lon, radius


def _number(params: QueryParams, name: str, default: int, least: int, most: int) -> int:
    text = params.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,6}", text) or not least <= int(text) <= most:
        raise RequestError(f"{name} is a whole number from {least} to {most}")
    return int(text)


def _text(text: str) -> str:
    return text.replace("\0", " ").strip()[:MAX_TEXT]


def _values(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, in order: the same choice is the same query however it was typed."""
    return tuple(sorted({value for value in values if value}))[:MAX_VALUES]
