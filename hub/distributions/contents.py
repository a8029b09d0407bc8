"""What a release is made of, and the hash that tells whether anything changed since the last one."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from itertools import groupby, islice
from typing import Any, NamedTuple, Self, TypeVar

import orjson

from hub.model.imprint import Imprint
from hub.model.licence import of_all
from hub.model.release import NetworkEntry
from schemas.canonical import JSON, SetDigest, hash_of

# Part of the content hash: a hub that learns to write more, or otherwise, publishes again.
LAYOUT = "release/5"
_BATCH = 1_000


class PublicLine(NamedTuple):
    """A golden record as it is shown: its national id and its canonical JSON, without a line end.

    open: it agreed to be open data; otherwise it is in the catalogue and in search, and in no file to download.
    """

    id: str
    raw: bytes
    open: bool = True


Parsed = tuple[PublicLine, JSON]
# Of some ids, those of records that are shown and not open. A value that another process can be given.
Closed = Callable[[list[str]], Collection[str]]
_Row = TypeVar("_Row")
_Fields = TypeVar("_Fields", bound=tuple[Any, ...])


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
    closed:   tells the records that are not open; a snapshot knows, other contents have to be walked for it.
    """

    lines: Mapping[str, Iterable[PublicLine]]
    counted: Iterable[JSON] = ()
    members: Iterable[MemberRow] = ()
    edges: Iterable[EdgeRow] = ()
    identifiers: Iterable[IssuedId] = ()
    networks: tuple[NetworkEntry, ...] = ()
    notice: str = ""
    imprint: Imprint = field(default_factory=Imprint)
    closed: Closed | None = None

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
        counted = Counted()
        for batch in portions(ids):
            counted.extend(batch)
        return cls(count=counted.ids.count, digest=counted.ids.digest)


class Counted:
    """The same, of ids that come one by one, or some at a time."""

    def __init__(self) -> None:
        self._count, self._digest = 0, hashlib.sha256()

    def add(self, national_id: str, times: int = 1) -> None:
        self._count += times
        self._digest.update(f"{national_id}\n".encode() * times)

    def extend(self, ids: Sequence[str]) -> None:
        self._count += len(ids)
        self._digest.update("\n".join([*ids, ""]).encode())

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
    closed:  tells records that are shown and not open: nothing of them is in a file to download.
    members: collection -> the golden ids of the source records to download, one each.
    identifiers: the identifiers to download, whatever became of them.
    """

    shown: Mapping[str, Ids]
    open: Mapping[str, Ids]
    digests: Mapping[str, str]
    content: str
    closed: Closed
    members: Mapping[str, Ids]
    identifiers: Ids

    @property
    def downloaded(self) -> Mapping[str, Ids]:
        """The collections that have files: actors always, the others once a network has stated one."""
        return {name: ids for name, ids in self.open.items() if name == "actor" or ids.count}


def outline(contents: Contents) -> Outline:
    """Read the contents, a thousand records at a time. A snapshot keeps nothing of them in memory."""
    whole = hashlib.sha256(LAYOUT.encode())
    shown, opened, digests = {}, {}, {}
    for collection, lines in contents.lines.items():
        shown[collection], opened[collection], digests[collection] = _of_lines(collection, lines, whole)
    closed = contents.closed or _closed(contents)
    members = defaultdict[str, Counted](Counted)
    for rows in _hashed(contents.members, whole):
        found = _open(rows, [row.national_id for row in rows], closed)
        for collection, some in groupby(found, key=lambda row: row.collection):
            members[collection].extend([row.national_id for row in some])
    for _ in _hashed(contents.edges, whole):
        pass
    identifiers = Counted()
    for issued in _hashed(contents.identifiers, whole):
        identifiers.extend([each.id for each in _open(issued, [each.leads_to or each.id for each in issued], closed)])
    for declared in _declared(contents):
        whole.update(orjson.dumps(declared, option=orjson.OPT_SORT_KEYS))
    return Outline(
        shown=shown,
        open=opened,
        digests=digests,
        content=whole.hexdigest(),
        closed=closed,
        members={collection: members[collection].ids for collection in contents.lines},
        identifiers=identifiers.ids,
    )


def open_members(contents: Contents, collection: str, closed: Closed) -> Iterator[MemberRow]:
    """The source records of a collection that may be downloaded, in the order of the contents."""
    for rows in portions(row for row in contents.members if row.collection == collection):
        yield from _open(rows, [row.national_id for row in rows], closed)


def open_identifiers(contents: Contents, closed: Closed) -> Iterator[IssuedId]:
    """Every identifier ever issued, but those that lead to a record that is not open."""
    for rows in portions(contents.identifiers):
        yield from _open(rows, [row.leads_to or row.id for row in rows], closed)


def portions(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """The same, a thousand at a time."""
    rest = iter(rows)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _of_lines(collection: str, lines: Iterable[PublicLine], whole: Any) -> tuple[Ids, Ids, str]:
    """Of the lines that go into a hash: which they are, which of them are open, and the set digest of the open ones."""
    every, some = Counted(), Counted()

    def opened() -> Iterator[PublicLine]:
        for batch in portions(lines):
            whole.update(b"".join([line.raw + (b"\n" if line.open else b"\r") for line in batch]))
            every.extend([line.id for line in batch])
            shown = [line for line in batch if line.open]
            some.extend([line.id for line in shown])
            yield from shown

    digest = SetDigest.of((collection, line.id, hash_of(line.raw)) for line in opened())
    return every.ids, some.ids, digest.hex


def _hashed(rows: Iterable[_Fields], whole: Any) -> Iterator[list[_Fields]]:
    """Rows that go into a hash, a thousand at a time."""
    whole.update(b"\n")
    for batch in portions(rows):
        whole.update(b"".join([orjson.dumps(tuple(row), default=bytes.decode) for row in batch]))
        yield batch


def _open(rows: Iterable[_Row], ids: list[str], closed: Closed) -> list[_Row]:
    """The rows whose id, as given beside them, is not closed."""
    hidden = closed(ids)
    return [row for row, each in zip(rows, ids, strict=True) if each not in hidden]


def _closed(contents: Contents) -> Closed:
    return frozenset(line.id for lines in contents.lines.values() for line in lines if not line.open).intersection


def _declared(contents: Contents) -> Iterator[Any]:
    """What is said of the networks, but not when they were last read; and who is only counted."""
    yield from (network.stated for network in contents.networks)
    yield contents.notice
    yield astuple(contents.imprint)
    yield from contents.counted
