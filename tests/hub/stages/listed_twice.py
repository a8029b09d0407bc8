"""A database of as many actors as asked for, each listed by two networks and joined, without a resolution's time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tracemalloc import get_traced_memory, start, stop

from sqlalchemy import Connection, Engine

from hub.model.identity import national_id
from hub.model.issued import IdState, IssuedId
from hub.model.match import Pair
from hub.store import clusters, goldens
from hub.store.clusters import Placed, StoredEdge
from hub.store.goldens import Line
from schemas.canonical import JSON, canonical, hash_of
from schemas.record import RecordKey
from tests.hub.databases import database
from tests.hub.stages.past import Past, said
from tests.hub.visits import NIGHT

_PAGE = 1_000
_PARTS = tuple({"name": name, "weight": 4.0, "text_fr": f"{name} : se ressemblent"} for name in ("nom", "siège"))


@contextmanager
def listed_twice(path: Path, actors: int) -> Iterator[Engine]:
    """One in ten agreed to be counted only, one in ten to be in the catalogue."""
    with database(path) as engine:
        past = Past(engine)
        for first in range(0, actors, _PAGE):
            numbers = range(first, min(first + _PAGE, actors))
            past.tell({f"{network}/{each}": _said(each) for network in ("alpha", "beta") for each in numbers})
            with engine.begin() as connection:
                _join(connection, numbers)
        yield engine


def peak_mb(work: Callable[[], object]) -> float:
    """The most that Python held of what this work allocated, in MB."""
    start()
    work()
    peak = get_traced_memory()[1] / 1e6
    stop()
    return peak


def _join(connection: Connection, numbers: range) -> None:
    pairs = {each: Pair(*(RecordKey("actor", network, str(each)) for network in ("alpha", "beta"))) for each in numbers}
    names = {each: national_id(pair.left) for each, pair in pairs.items()}
    clusters.place(
        connection,
        {
            key: Placed(national_id=names[each], place=place, stated=None)
            for each, pair in pairs.items()
            for place, key in enumerate((pair.left, pair.right))
        },
        since=0,
    )
    edges = (StoredEdge(pair=pair, log_odds=8.0, parts=_PARTS) for pair in pairs.values())
    clusters.change_edges(connection, [], edges)
    issued = [IssuedId(national_id=names[each], founder=pair.left, state=IdState.LIVE) for each, pair in pairs.items()]
    clusters.save_issued(connection, issued, NIGHT)
    goldens.save(connection, [_line(names[each], each) for each in numbers])


def _line(name: str, number: int) -> Line:
    payload = _said(number)
    publication = payload.pop("publication", "open")
    raw = canonical(payload)
    return Line(
        national_id=name,
        collection="actor",
        raw=raw,
        hash=hash_of(raw),
        publication=publication,
        made_of=hash_of(raw),
    )


def _said(number: int) -> JSON:
    publication = {0: {"publication": "counted-only"}, 1: {"publication": "catalogue"}}.get(number % 10, {})
    return said(f"Association {number}", **publication)
