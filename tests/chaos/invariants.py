"""What must hold after every night, whatever went wrong: read from the database by plain SQL, none of the hub's code.

Each check raises Broken, which names the network and the record.
"""

import hashlib
import sqlite3
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.chaos.network import Key, Network, Truth, is_fit

Ask = Callable[[str], Iterable[Any]]

# The protocol's guard lets at most a tenth pass in a night without a person. It measures against a rolling median; the
# most that stood in any night of a month is never less.
WARNED_SHARE, MONTH = 0.10, 31


class Broken(AssertionError):
    """Something that must always hold does not."""


class Row(NamedTuple):
    """One record as the hub knows it."""

    state: str
    declared_hash: str | None
    accepted_hash: str | None
    accepted_statement: int | None
    founded_on: str | None
    founded_as: str | None
    proposed: str | None
    content: str  # hash of what is published, as it is stored

    @property
    def is_published(self) -> bool:
        return self.accepted_statement is not None


class JobRow(NamedTuple):
    number: int
    source: str
    status: str
    error: str | None


class Absence(NamedTuple):
    """One statement of the hub that a network no longer holds a record: that a complete reading did not show it."""

    source: str
    key: Key


class Id(NamedTuple):
    national_id: str
    collection: str
    source: str
    local_id: str
    state: str
    leads_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything the hub knows at one moment.

    cursors:  source -> (epoch, seq) up to which it was read.
    absences: those of the night.
    newest:   number of the newest statement.
    issued, clusters: as they are in the database, in a fixed order.
    keys:     source -> the keys that it is known by.
    """

    records: Mapping[str, Mapping[Key, Row]]
    cursors: Mapping[str, tuple[str | None, int | None]]
    absences: Sequence[Absence]
    newest: int
    jobs: Sequence[JobRow]
    issued: Sequence[tuple[Any, ...]]
    clusters: Sequence[tuple[Any, ...]]
    keys: Mapping[str, Collection[str]]

    @classmethod
    def read(cls, ask: Ask, after_job: int, after_statement: int = 0, *, gone: bool = True) -> "Known":
        """ask: runs plain SQL in one state of the database. after_*: older jobs and absences are left out.

        gone: with the records that are neither stated nor published any more.
        """
        found: dict[str, dict[Key, Row]] = defaultdict(dict)
        for source, collection, local_id, *row in ask(
            "SELECT r.source, r.collection, r.local_id, r.state, r.declared_hash, r.accepted_hash,"
            " r.accepted_statement, r.founded_on, r.founded_as, r.proposed, s.payload"
            " FROM records r LEFT JOIN statements s ON s.number = r.accepted_statement"
            + ("" if gone else " WHERE r.state <> 'deleted' OR r.accepted_statement IS NOT NULL")
        ):
            content = hashlib.sha256(row.pop() or b"").hexdigest()
            found[source][collection, local_id] = Row(*row, content)
        jobs = ask(f"SELECT number, source, status, error FROM jobs WHERE number > {after_job:d} ORDER BY number")
        absences = ask(
            f"SELECT source, collection, local_id FROM statements WHERE number > {after_statement:d} AND op = 'absent'"
        )
        [(newest,)] = ask("SELECT max(number) FROM statements")
        cursors = ask("SELECT source, epoch, seq FROM source_state")
        issued = ask("SELECT national_id, collection, source, local_id, state, leads_to FROM issued_ids ORDER BY 1")
        clusters = ask("SELECT collection, source, local_id, national_id FROM clusters ORDER BY 1, 2, 3")
        keys: dict[str, set[str]] = defaultdict(set)
        for source, key in ask("SELECT source, key FROM source_keys"):
            keys[source].add(key)
        return cls(
            records=found,
            cursors={source: (epoch, seq) for source, epoch, seq in cursors},
            absences=[Absence(source, (collection, name)) for source, collection, name in absences],
            newest=newest or 0,
            jobs=[JobRow(*row) for row in jobs],
            issued=[tuple(row) for row in issued],
            clusters=[tuple(row) for row in clusters],
            keys=keys,
        )

    @classmethod
    def of_file(cls, database: Path, after_job: int, after_statement: int = 0) -> "Known":
        """What a SQLite database knows."""
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return cls.read(connection.execute, after_job, after_statement, gone=False)

    def declared(self, source: str) -> dict[Key, str]:
        """What a source states, as far as the hub knows."""
        rows = self.records.get(source, {}).items()
        return {key: row.declared_hash for key, row in rows if row.declared_hash is not None}

    def published(self, source: str) -> dict[Key, Row]:
        return {key: row for key, row in self.records.get(source, {}).items() if row.is_published}


@dataclass(slots=True)
class Watch:
    """Compares each night with the one before.

    in_step: the networks that had been read to their end, and of which all was held, when the night began.
    """

    networks: Mapping[str, Network]
    before: Known | None = None
    counts: dict[tuple[str, str], deque[int]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=MONTH)))
    last_job: int = 0
    in_step: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.in_step = set(self.networks)

    @property
    def newest(self) -> int:
        """The newest statement of the night before."""
        return self.before.newest if self.before else 0

    def night(
        self,
        now: Known,
        served: Mapping[str, Sequence[Truth]],
        *,
        killed: bool,
        decided: Collection[str] = (),
        introduced: Collection[str] = (),
        faulty: Collection[str] = (),
    ) -> None:
        """Compare with the night before.

        served:  name -> every truth that a network stated tonight.
        killed:  the hub was switched off in between.
        decided: networks about which a person decided tonight.
        introduced: networks of which a person told the hub the key tonight.
        faulty:  networks that were answered for falsely tonight.
        """
        for name, network in self.networks.items():
            truths = [*served.get(name, ()), network.truth]
            self._no_wrong_content(name, now)
            self._no_wrong_key(name, now, introduced=name in introduced)
            self._no_wrong_absence(name, now, truths)
            self._no_cursor_ahead(name, now, honest=name not in faulty)
            if self.before is not None:
                self._no_wrong_deletion(name, now, truths, guarded=name not in decided)
                if name not in decided:
                    self._same_foundation(name, now)
            self._one_foundation_each(name, now)
            for collection in ("actor", "project"):
                self.counts[name, collection].append(_size(name, collection, now))
        self._jobs(now, served, killed=killed)
        self._identifiers(now)
        self.before = now

    def _no_wrong_content(self, name: str, now: Known) -> None:
        """What is published was truly stated, in that very content, by its network."""
        stated = self.networks[name].stated
        for key, row in now.published(name).items():
            if row.content not in stated[key]:
                raise Broken(f"{name} {key}: published with a content that was never stated")

    def _no_wrong_key(self, name: str, now: Known, *, introduced: bool) -> None:
        """A network is known by keys of its own, and once by one, by no other without a person's word."""
        keys, before = now.keys.get(name, ()), self.before.keys.get(name, ()) if self.before else ()
        if not set(keys) <= set(self.networks[name].keys):
            raise Broken(f"{name}: known by a key that is not its own")
        if before and keys != before and not introduced:
            raise Broken(f"{name}: known by another key without a person's word")

    def _no_wrong_absence(self, name: str, now: Known, truths: Sequence[Truth]) -> None:
        """What was called absent was missing from something true: one that could not be proved complete says nothing.

        At any commit of the night, whatever became of it later: a statement stays.
        """
        for source, key in now.absences:
            if source == name and all(key in truth for truth in truths):
                raise Broken(f"{name} {key}: called absent, and its network states it")

    def _no_cursor_ahead(self, name: str, now: Known, *, honest: bool) -> None:
        """A cursor that moves to where its network is has brought all of it, whenever the hub was killed.

        Only where nothing was missing before, and nobody lied tonight: what else is missing, the proof finds.
        """
        network, cursor = self.networks[name], now.cursors.get(name, (None, None))
        reached = cursor == (network.epoch, network.seq)
        whole = reached and now.declared(name) == network.truth
        moved = cursor != (self.before.cursors.get(name, (None, None)) if self.before else (None, None))
        if honest and reached and moved and name in self.in_step and not whole:
            raise Broken(f"{name}: read up to {cursor}, and not all of it is kept")
        (self.in_step.add if whole else self.in_step.discard)(name)

    def _no_wrong_deletion(self, name: str, now: Known, truths: Sequence[Truth], *, guarded: bool) -> None:
        """No record leaves that its network still states, and no more leave in a night than the guard lets pass."""
        assert self.before is not None
        published = now.published(name)
        gone = [key for key in self.before.published(name) if key not in published]
        for key in gone:
            if all(key in truth for truth in truths):
                raise Broken(f"{name} {key}: deleted, and its network still states it")
        heirs = {(key[0], row.founded_as) for key, row in published.items()}
        for collection in {key[0] for key in gone}:
            lost = [key for key in gone if key[0] == collection and not self._went_on(name, key, heirs)]
            most = max(self.counts[name, collection], default=0)
            if guarded and len(lost) > WARNED_SHARE * most:
                raise Broken(f"{name}: {len(lost)} {collection}s of {most} left without a person's word")

    def _went_on(self, name: str, key: Key, heirs: set[tuple[str, str | None]]) -> bool:
        """Whether a record that left is published under another id, as its network said."""
        assert self.before is not None
        return (key[0], self.before.records[name][key].founded_as) in heirs

    def _same_foundation(self, name: str, now: Known) -> None:
        """As long as a record is published, the identifier that it founded is its own."""
        assert self.before is not None
        earlier = self.before.published(name)
        for key, row in now.published(name).items():
            old = earlier.get(key)
            if old is not None and (old.founded_on, old.founded_as) != (row.founded_on, row.founded_as):
                raise Broken(f"{name} {key}: founded as {old.founded_as!r}, then as {row.founded_as!r}")

    def _one_foundation_each(self, name: str, now: Known) -> None:
        founders = [(key[0], row.founded_as) for key, row in now.published(name).items()]
        if len(set(founders)) != len(founders) or any(founder is None for _, founder in founders):
            raise Broken(f"{name}: two records share a foundation, or one has none")

    def _jobs(self, now: Known, served: Mapping[str, Sequence[Truth]], *, killed: bool) -> None:
        """No job is left running, and none calls itself successful that is not."""
        newest = {job.source: job for job in now.jobs}
        for job in now.jobs:
            if job.status == "running" and not (killed and newest[job.source] is job):
                raise Broken(f"{job.source}: job {job.number} is still running")
            if job.status == "succeeded" and newest[job.source] is job and job.number > self.last_job:
                self._true_success(job.source, now, served.get(job.source, ()))
        self.last_job = max((job.number for job in now.jobs), default=self.last_job)

    def _true_success(self, name: str, now: Known, served: Sequence[Truth]) -> None:
        known = now.records.get(name, {})
        if now.declared(name) not in served:
            raise Broken(f"{name}: a success, and what we hold is not what it stated")
        if waiting := [key for key, row in known.items() if row.state == "held"]:
            raise Broken(f"{name}: a success, and {waiting} wait for a person")
        for key, row in known.items():
            if row.state == "accepted" and row.accepted_hash != row.declared_hash:
                raise Broken(f"{name} {key}: a success, and another version is published")

    def _identifiers(self, now: Known) -> None:
        """Every identifier ever issued answers, for the record that founded it, and live ones are those of clusters."""
        before = self.before
        if before is not None and (before.issued, before.clusters) == (now.issued, now.clusters):
            return
        known = {each.national_id: each for each in map(Id._make, now.issued)}
        for issued in map(Id._make, before.issued if before is not None else ()):
            after = known.get(issued.national_id)
            if after is None:
                raise Broken(f"{issued.national_id} of {issued.source} {issued.local_id} was lost")
            if after[:4] != issued[:4]:
                raise Broken(f"{issued.national_id} of {issued.source} {issued.local_id} was given to {after.local_id}")
        live = {name for name, issued in known.items() if issued.state == "live"}
        if live != {national_id for *_, national_id in now.clusters}:
            raise Broken("the live identifiers are not those of the clusters")
        for name, issued in known.items():
            if issued.state == "redirect" and issued.leads_to not in live:
                raise Broken(f"{name} leads to {issued.leads_to}, which is not live")


def _size(name: str, collection: str, now: Known) -> int:
    """Records of a network that it states or that are published."""
    rows = now.records.get(name, {}).items()
    return sum(1 for key, row in rows if key[0] == collection and (row.declared_hash or row.is_published))


def unsettled(networks: Mapping[str, Network], now: Known) -> Iterator[str]:
    """Once nothing goes wrong any more: where the hub differs from the union of its networks.

    What waits for a person is no difference: deletions that are held, and records under new keys that a re-key map
    proposes to recognise.
    """
    newest = {job.source: job for job in now.jobs}
    for name, network in networks.items():
        known = now.records.get(name, {})
        awaited = {(key[0], row.proposed) for key, row in known.items() if row.proposed is not None}
        for key, line in network.live.items():
            fit = is_fit(line["record"])
            if told := _difference(known.get(key), line["hash"], fit=fit, may_wait=key in awaited):
                yield f"{name} {key}: {told}"
        for key, row in known.items():
            if key not in network.live and row.is_published and row.state != "held":
                yield f"{name} {key}: {row.state}, and its network does not state it"
        job, waits = newest[name], any(row.state == "held" for row in known.values())
        if job.status not in (("held", "failed") if waits else ("succeeded",)):
            yield f"{name}: the last visit {job.status} ({job.error})"


def _difference(row: Row | None, stated: str, *, fit: bool, may_wait: bool) -> str | None:
    """What is wrong with what the hub knows of one record that its network states."""
    if row is None:
        return "never received"
    if row.declared_hash != stated:
        return "not the version that stands"
    if row.state == "held" and may_wait:
        return None
    if fit != (row.state == "accepted"):
        return f"{row.state}, although {'fit' if fit else 'unfit'}"
    return None
