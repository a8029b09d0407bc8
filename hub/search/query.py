"""What is asked of a release, and what comes back. One `Query` drives list, facets, map and export alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question about one collection. Every filter narrows; values inside one filter widen.

    text:    what a person typed; all its words are required.
    types:   codes of actor types; a parent code stands for its children too.
    regions, departments: INSEE codes.      countries: ISO 3166-1 alpha-2.      sectors, sdgs: vocabulary codes.
    networks: ids.      stages: of projects.      kinds: of announcements.
    bbox:    west, south, east, north in degrees; west > east crosses the antimeridian.
    near:    latitude, longitude, radius in km (great circle).
    page:    from 1.      size: records a page, from 0 (counts only).
    sort:    "relevance" (by name when there is no text), or "name".
    """

    collection: str = "actor"
    text: str = ""
    types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sdgs: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] | None = None
    near: tuple[float, float, float] | None = None
    page: int = 1
    size: int = 20
    sort: str = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """One page of answers.

    facets:       for each facet its (code, count), most frequent first, counted with the *other* filters applied, so
                  that a visitor sees what ticking one more box would bring.
    did_you_mean: the words that were searched for instead, when those typed are nowhere in the collection.
    """

    total: int
    ids: tuple[str, ...]
    facets: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)
    did_you_mean: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One line under the search box.

    kind: "actor" (code: national id), "commune" (INSEE), "department", "region", "country" or "sector" (their codes).
    detail:   the town of an actor, since many share a name.
    lat, lon: the centre of a commune, to search around it.
    """

    kind: str
    label: str
    code: str
    detail: str | None = None
    count: int | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Records drawn as one point of the map: their mean position. A single one carries its id and name."""

    lat: float
    lon: float
    count: int
    id: str | None = None
    name: str | None = None
