"""Compile: every cluster that something touched becomes one golden record, each value with its provenance.

    clusters touched since ─► what each was made of ──► the same as last time: kept
                                                  └──► other: merged again ──► line

Read from one state of the database and written in one transaction, unless another process compiled in between: then it
is done again. A cluster that is gone takes its line along.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import chain
from time import perf_counter

import structlog
from sqlalchemy import Connection, Engine

from hub.merge import golden, referred
from hub.model.cluster import Cluster
from hub.model.record import Accepted
from hub.stages.resolve import RESOLUTION, RESOLVED
from hub.store import clusters, goldens, meta, publishable
from hub.store.engine import reading
from hub.store.goldens import Line
from schemas.canonical import SetDigest, canonical, hash_of
from schemas.record import COLLECTIONS, RecordKey

log = structlog.get_logger()

COMPILED = "compiled"
CATALOGUE = "catalogue"
_COMPILATION = "compilation"  # the resolution that was compiled last, and by which software
_COMPILING = "compiling"

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
    while True:
        with reading(engine) as connection:
            last = meta.get(connection, COMPILED)
            inputs = _inputs(connection)
            if not full and last == inputs:
                return _told(connection, 0, started, changed=False)
            number = meta.get(connection, RESOLUTION) or "0"
            since = _since(connection, full=full)
            refer = clusters.mentioned(connection, since).get
            groups = chain.from_iterable(publishable.by_cluster(connection, name, since) for name in COLLECTIONS)
            before = {} if full else goldens.made_of(connection, since)
            changed = list(touched(groups, before, refer))
            vanished = goldens.abandoned(connection)
        with engine.begin() as connection:
            meta.put(connection, _COMPILING, "")  # nobody else writes lines until this transaction ends
            if meta.get(connection, COMPILED) == last:
                digest = _written(connection, changed, vanished, since)
                meta.put(connection, COMPILED, inputs)
                meta.put(connection, _COMPILATION, f"{number} {_software()}")
                meta.put(connection, CATALOGUE, f"{inputs} {digest}")
                told = _told(connection, len(changed) + len(vanished), started, changed=True)
                break
    log.info("compiled", touched=told.touched, actors=told.actors, projects=told.projects)
    return told


def has_followed(connection: Connection) -> bool:
    """Whether the golden records were made after the last resolution."""
    return meta.get(connection, COMPILED) == _inputs(connection)


def is_current(connection: Connection) -> bool:
    """Whether the golden records are those of the clusters, one each, and nobody has touched them since."""
    clustered = {name: groups for name, (_, groups) in clusters.totals(connection).items()}
    return (
        has_followed(connection)
        and meta.get(connection, CATALOGUE) == _catalogue(connection)
        and goldens.totals(connection) == clustered
    )


def touched(
    groups: Iterable[tuple[str, Sequence[Accepted]]], before: Mapping[str, str], refer: Refer
) -> Iterator[Line]:
    """The lines that must be written.

    groups: identifier and members, in founding order, of clusters that may have been touched.
    before: identifier -> what its line was made of the last time.
    refer:  where a network's own reference to an actor leads.
    """
    for national_id, members in groups:
        made_of = _made_of(members, refer)
        if before.get(national_id) != made_of:
            yield _line(national_id, members, refer, made_of)


def _since(connection: Connection, *, full: bool) -> int:
    """The number of the resolution after which clusters are looked at; -1 for all of them."""
    number, _, software = (meta.get(connection, _COMPILATION) or "").partition(" ")
    return int(number) if number and software == _software() and not full else -1


def _written(connection: Connection, changed: Sequence[Line], vanished: Collection[str], since: int) -> str:
    """Write lines and drop others; the set digest of all lines then, brought forward from that of before."""
    lost = goldens.hashes(connection, {line.national_id for line in changed} | set(vanished))
    goldens.save(connection, changed)
    goldens.drop(connection, sorted(vanished))
    if since < 0:
        return goldens.digest(connection)
    digest = SetDigest.from_hex((meta.get(connection, CATALOGUE) or "").rpartition(" ")[2])
    for national_id, (collection, line) in lost.items():
        digest = digest.minus(collection, national_id, line)
    for each in changed:
        digest = digest.plus(each.collection, each.national_id, each.hash)
    return digest.hex


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
        for local_id in referred(member.payload):
            whole.update(f"\n{refer(RecordKey('actor', member.key.source, local_id))}".encode())
    return whole.hexdigest()


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
