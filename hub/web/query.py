"""From the address bar to a query and back. The portal and the API differ in their words only."""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from hub.search import Query
from hub.web.facets import FACETS
from schemas import geography
from schemas.errors import RequestError
from schemas.geography import Commune

MAX_TEXT = 200
MAX_VALUES = 50
MAX_PAGE = 500
RADII_KM = (10, 25, 50, 100)
SORTS = {"pertinence": "relevance", "nom": "name"}


def from_portal(params: QueryParams, *, collection: str = "actor", size: int = 20) -> Query:
    """The query that a portal address asks for. Raises RequestError when a value cannot be read."""
    place = commune(params.get("pres_de", ""))
    near = (place.lat, place.lon, _number(params, "rayon", 25, 1, 500)) if place and place.lat and place.lon else None
    return Query(
        collection=collection,
        text=_text(params.get("q", "")),
        bbox=bbox(params.get("zone", "")),
        near=near,
        page=_number(params, "page", 1, 1, MAX_PAGE),
        size=size,
        sort=SORTS.get(params.get("tri", ""), "relevance"),
        **{facet.field: _values(params.getlist(facet.parametre)) for facet in FACETS},
    )


def from_api(params: QueryParams, *, collection: str = "actor") -> Query:
    """The query that an API address asks for. Raises RequestError when a value cannot be read."""
    return Query(
        collection=collection,
        text=_text(params.get("q", "")),
        bbox=bbox(params.get("bbox", "")),
        near=_near(params),
        page=_number(params, "page", 1, 1, MAX_PAGE),
        size=_number(params, "size", 20, 1, 100),
        sort="name" if params.get("sort") == "name" else "relevance",
        **{facet.field: _values(params.getlist(facet.parameter)) for facet in FACETS},
    )


def address(params: QueryParams, **changes: str | None) -> str:
    """The same address with some parameters replaced, or dropped when None; empty values are left out."""
    kept = [(name, value) for name, value in params.multi_items() if name not in changes and value]
    return urlencode(kept + [(name, value) for name, value in changes.items() if value])


def without(params: QueryParams, name: str, value: str) -> str:
    """The same address less one value of one parameter, on its first page."""
    return urlencode([pair for pair in params.multi_items() if pair != (name, value) and pair[0] != "page" and pair[1]])


def commune(text: str) -> Commune | None:
    """The commune a visitor typed: a name, a name with its département in brackets, or a postcode."""
    text = text.strip()
    if not text:
        return None
    if re.fullmatch(r"\d{5}", text):
        return max(geography.communes_of_postcode(text), key=lambda each: each.population, default=None)
    name, _, rest = text.partition("(")
    department = rest.strip(" )") or None
    return geography.find_commune(name.strip(), department=department)


def bbox(text: str) -> tuple[float, float, float, float] | None:
    """`west,south,east,north` in degrees (RFC 7946, section 5)."""
    if not text:
        return None
    west, south, east, north = _floats(text, 4, "west,south,east,north")
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise RequestError("a box is west,south,east,north in degrees")
    return west, south, east, north


def _near(params: QueryParams) -> tuple[float, float, float] | None:
    if not params.get("near"):
        return None
    lat, lon = _floats(params["near"], 2, "latitude,longitude")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise RequestError("near is latitude,longitude in degrees")
    return lat, lon, _number(params, "radius_km", 25, 1, 500)


def _floats(text: str, count: int, shape: str) -> list[float]:
    parts = text.split(",")
    if len(parts) != count or not all(re.fullmatch(r"-?\d{1,3}(\.\d{1,10})?", part) for part in parts):
        raise RequestError(f"expected {shape}, as 4.8")
    return [float(part) for part in parts]


def _number(params: QueryParams, name: str, default: int, least: int, most: int) -> int:
    text = params.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,6}", text) or not least <= int(text) <= most:
        raise RequestError(f"{name} is a whole number from {least} to {most}")
    return int(text)


def _text(text: str) -> str:
    return text.replace("\0", " ").strip()[:MAX_TEXT]


def _values(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, in order: the same choice is the same query however it was typed."""
    return tuple(sorted({value for value in values if value}))[:MAX_VALUES]
