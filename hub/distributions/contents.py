"""What a release is made of, and the hash that tells whether anything changed since the last one."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field, replace
from itertools import islice
from typing import Any, NamedTuple, Self

import orjson

from hub.model.imprint import Imprint
from hub.model.licence import of_all
from hub.model.release import NetworkEntry
from schemas.canonical import JSON, SetDigest, hash_of

# Part of the content hash: a hub that learns to write more, or otherwise, publishes again.
LAYOUT = "release/4"
_BATCH = 1_000


class PublicLine(NamedTuple):
    """A golden record as it is shown: its national id and its canonical JSON, without a line end.

    open: it agreed to be open data; otherwise it is in the catalogue and in search, and in no file to download.
    """

    id: str
    raw: bytes
    open: bool = True


Parsed = tuple[PublicLine, JSON]


def parsed(lines: Iterable[PublicLine]) -> Iterator[Parsed]:
    """Each line with what it says, so that it is parsed once for all the files it goes into."""
    return ((line, orjson.loads(line.raw)) for line in lines)


class MemberRow(NamedTuple):
    """One source record of a golden record. payload: its public part, as canonical JSON."""

    collection: str
    national_id: str
    network: str
    local_id: str
    modified_on: str | None
    payload: bytes


class EdgeRow(NamedTuple):
    """Why two source records were joined. parts: [{"name", "weight", "text_fr"}], their weights sum to `log_odds`."""

    collection: str
    left_network: str
    left_id: str
    right_network: str
    right_id: str
    log_odds: float
    parts: list[JSON]


class IssuedId(NamedTuple):
    """An identifier ever issued. state: "live", "redirect" (then `leads_to` is live) or "gone"."""

    id: str
    collection: str
    state: str
    leads_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything that goes into a release. Each iterable can be walked more than once and gives the same each time.

    lines:    collection -> its golden records that may be shown, in order of id.
    notice:   a sentence that the portal shows on every page, or nothing.
    imprint:  who publishes, and where; `signed` adds the licence.
    counted:  public lines of the actors that agreed to be counted but not shown; they reach statistics only.
    """

    lines: Mapping[str, Iterable[PublicLine]]
    counted: Iterable[JSON] = ()
    members: Iterable[MemberRow] = ()
    edges: Iterable[EdgeRow] = ()
    identifiers: Iterable[IssuedId] = ()
    networks: tuple[NetworkEntry, ...] = ()
    notice: str = ""
    imprint: Imprint = field(default_factory=Imprint)

    @property
    def licence(self) -> str:
        """The code of the licence of the whole, from those of its networks."""
        return of_all(network.licence for network in self.networks)

    @property
    def signed(self) -> Imprint:
        """The imprint, with the licence of the whole."""
        return replace(self.imprint, licence=self.licence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """Which records a file holds, small enough to compare: how many, and a digest of their ids in order."""

    count: int
    digest: str

    @classmethod
    def of(cls, ids: Iterable[str]) -> Self:
        """The digest depends on the order: files are sorted."""
        rest, count, digest = iter(ids), 0, hashlib.sha256()
        while batch := list(islice(rest, _BATCH)):
            count += len(batch)
            digest.update("\n".join([*batch, ""]).encode())
        return cls(count=count, digest=digest.hexdigest())


class Counted:
    """The same, of ids that come one by one."""

    def __init__(self) -> None:
        self._count, self._digest = 0, hashlib.sha256()

    def add(self, national_id: str, times: int = 1) -> None:
        self._count += times
        self._digest.update(f"{national_id}\n".encode() * times)

    @property
    def ids(self) -> Ids:
        return Ids(count=self._count, digest=self._digest.hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What the files of a release must be found to hold.

    shown:   collection -> the records of the catalogue and of search.
    open:    collection -> the records of the files to download.
    digests: collection -> set digest over (collection, national id, hash of the line), of the open ones.
    content: SHA-256 of all that is published, times of harvest and of release left out.
    closed:  the ids of records that are shown and not open: nothing of them is in a file to download.
    members: collection -> the golden ids of the source records to download, one each.
    identifiers: the identifiers to download, whatever became of them.
    """

    shown: Mapping[str, Ids]
    open: Mapping[str, Ids]
    digests: Mapping[str, str]
    content: str
    closed: frozenset[str] = frozenset()
    members: Mapping[str, Ids]
    identifiers: Ids

    @property
    def downloaded(self) -> Mapping[str, Ids]:
        """The collections that have files: actors always, the others once a network has stated one."""
        return {name: ids for name, ids in self.open.items() if name == "actor" or ids.count}


def outline(contents: Contents) -> Outline:
    """Read the contents. The ids of records that are not open are all that is kept."""
    whole = hashlib.sha256(LAYOUT.encode())
    shown, opened, digests = {}, {}, {}
    closed: set[str] = set()
    for collection, lines in contents.lines.items():
        every, some, digest = Counted(), Counted(), SetDigest()
        for line in lines:
            whole.update(line.raw + (b"\n" if line.open else b"\r"))
            every.add(line.id)
            if line.open:
                some.add(line.id)
                digest = digest.plus(collection, line.id, hash_of(line.raw))
            else:
                closed.add(line.id)
        shown[collection], opened[collection], digests[collection] = every.ids, some.ids, digest.hex
    for rows in (contents.members, contents.edges, contents.identifiers):
        whole.update(b"\n")
        for row in rows:
            whole.update(orjson.dumps(tuple(row), default=bytes.decode))
    for declared in _declared(contents):
        whole.update(orjson.dumps(declared, option=orjson.OPT_SORT_KEYS))
    return Outline(
        shown=shown,
        open=opened,
        digests=digests,
        content=whole.hexdigest(),
        closed=frozenset(closed),
        members={
            collection: Ids.of(row.national_id for row in open_members(contents, collection, closed))
            for collection in contents.lines
        },
        identifiers=Ids.of(row.id for row in open_identifiers(contents, closed)),
    )


def open_members(contents: Contents, collection: str, closed: Collection[str]) -> Iterator[MemberRow]:
    """The source records of a collection that may be downloaded, in the order of the contents."""
    return (row for row in contents.members if row.collection == collection and row.national_id not in closed)


def open_identifiers(contents: Contents, closed: Collection[str]) -> Iterator[IssuedId]:
    """Every identifier ever issued, but those that lead to a record that is not open."""
    return (row for row in contents.identifiers if (row.leads_to or row.id) not in closed)


def _declared(contents: Contents) -> Iterator[Any]:
    """What is said of the networks, but not when they were last read; and who is only counted."""
    yield from (network.stated for network in contents.networks)
    yield contents.notice
    yield astuple(contents.imprint)
    yield from contents.counted
