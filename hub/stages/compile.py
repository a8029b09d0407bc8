"""Compile: every cluster that something touched becomes one golden record, each value with its provenance.

    clusters + published statements ──► what each was made of ──► the same as last time: kept
                                                            └──► other: merged again ──► line

Read from one state of the database, written in one transaction. A cluster that is gone takes its line along.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import chain
from time import perf_counter

import structlog
from sqlalchemy import Connection, Engine

from hub.merge import golden
from hub.model.cluster import Cluster
from hub.model.record import Accepted
from hub.stages.resolve import RESOLVED
from hub.store import clusters, goldens, meta, records
from hub.store.engine import reading
from hub.store.goldens import Line
from schemas.canonical import JSON, canonical, hash_of
from schemas.record import COLLECTIONS, RecordKey

log = structlog.get_logger()

COMPILED = "compiled"
CATALOGUE = "catalogue"
_REFERENCES = ("lead", "partners", "funders", "parent", "successor", "organiser")

Refer = Callable[[RecordKey], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Golden records by collection, and how many lines were written or dropped by this compilation."""

    actors: int
    projects: int
    announcements: int
    touched: int
    seconds: float
    changed: bool


def compile_catalogue(engine: Engine, *, full: bool = False) -> Compiled:
    """Bring the golden records in line with the clusters. full: merge every cluster again."""
    started = perf_counter()
    with reading(engine) as connection:
        inputs = _inputs(connection)
        if not full and meta.get(connection, COMPILED) == inputs:
            return _told(connection, 0, started, changed=False)
        before = goldens.made_of(connection)
        homes = clusters.homes(connection, "actor")
        groups = chain.from_iterable(records.by_cluster(connection, name) for name in COLLECTIONS)
        present: set[str] = set()
        changed = list(touched(groups, {} if full else before, homes.get, present))
    vanished = sorted(before.keys() - present)
    with engine.begin() as connection:
        goldens.save(connection, changed)
        goldens.drop(connection, vanished)
        meta.put(connection, COMPILED, inputs)
        meta.put(connection, CATALOGUE, _catalogue(connection))
        told = _told(connection, len(changed) + len(vanished), started, changed=True)
    log.info("compiled", touched=told.touched, actors=told.actors, projects=told.projects)
    return told


def is_current(connection: Connection) -> bool:
    """Whether the golden records are those of the clusters, one each, and nobody has touched them since."""
    clustered = {name: groups for name, (_, groups) in clusters.totals(connection).items()}
    return (
        meta.get(connection, COMPILED) == _inputs(connection)
        and meta.get(connection, CATALOGUE) == _catalogue(connection)
        and goldens.totals(connection) == clustered
    )


def touched(
    groups: Iterable[tuple[str, Sequence[Accepted]]], before: Mapping[str, str], refer: Refer, present: set[str]
) -> Iterator[Line]:
    """The lines that must be written; every cluster met is noted in `present`.

    groups: identifier and members, in founding order, of every cluster.
    before: identifier -> what its line was made of the last time.
    refer:  where a network's own reference to an actor leads.
    """
    for national_id, members in groups:
        present.add(national_id)
        made_of = _made_of(members, refer)
        if before.get(national_id) != made_of:
            yield _line(national_id, members, refer, made_of)


def _line(national_id: str, members: Sequence[Accepted], refer: Refer, made_of: str) -> Line:
    keys = tuple(member.key for member in members)
    collection = keys[0].collection
    record = golden(Cluster(national_id=national_id, collection=collection, members=keys), members, refer)
    line = record.as_line()
    publication = line.pop("publication", "open")
    raw = canonical(line)
    return Line(
        national_id=national_id,
        collection=collection,
        raw=raw,
        hash=hash_of(raw),
        publication=publication,
        made_of=made_of,
    )


def _inputs(connection: Connection) -> str:
    return f"{meta.get(connection, RESOLVED)} {_software()}"


def _catalogue(connection: Connection) -> str:
    return f"{_inputs(connection)} {goldens.digest(connection)}"


@cache
def _software() -> str:
    """A newer hub may merge otherwise: it compiles everything again."""
    return version("rrma-hub")


def _made_of(members: Sequence[Accepted], refer: Refer) -> str:
    """A hash of everything that a line depends on: its statements, and where its references lead."""
    whole = hashlib.sha256(_software().encode())
    for member in members:
        whole.update(f"\n{member.key}\n{member.hash}\n{member.modified_at}".encode())
        for local_id in _referred(member.payload):
            whole.update(f"\n{refer(RecordKey('actor', member.key.source, local_id))}".encode())
    return whole.hexdigest()


def _referred(payload: JSON) -> Iterator[str]:
    """The actors of the same network that a payload refers to by their own ids."""
    for name in _REFERENCES:
        value = payload.get(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and isinstance(each.get("actor"), str):
                yield each["actor"]


def _told(connection: Connection, touched: int, started: float, *, changed: bool) -> Compiled:
    totals = goldens.totals(connection)
    return Compiled(
        actors=totals.get("actor", 0),
        projects=totals.get("project", 0),
        announcements=totals.get("announcement", 0),
        touched=touched,
        seconds=perf_counter() - started,
        changed=changed,
    )
