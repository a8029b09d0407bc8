"""What if: which identifiers, pages and figures would change under another model, or one more judgement.

    this state ──► resolve and compile, writing nothing ──► as it would be ─┐
         └────────────────────────────────────────────────► as it is ──────┴──► the difference

What is previewed is done by the code that does it, and told by the function that compares two real states.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Connection, Engine

from hub.merge import referred
from hub.model.decision import standing
from hub.model.issued import IdState, IssuedId
from hub.model.match import Judgement, Pair, Verdict
from hub.resolution import Contradiction, Model
from hub.stages.compile import touched
from hub.stages.decided import refuse_contradiction
from hub.stages.judging import decision_on
from hub.stages.resolve import Found, find, resettled
from hub.statistics import OPEN, Statistics
from hub.store import clusters, goldens, judgements, publishable, sources
from hub.store.engine import reading
from hub.store.goldens import Line
from schemas.canonical import JSON
from schemas.record import COLLECTIONS, RecordKey

_COUNTED_ONLY = "counted-only"
_NEVER = datetime.min.replace(tzinfo=UTC)  # a judgement that is only thought of
_PAGES = {"actor": "/acteurs", "project": "/projets"}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The catalogue in one state: every identifier ever issued and every line, by identifier. networks: id -> title."""

    issued: Mapping[str, IssuedId]
    lines: Mapping[str, Line]
    networks: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What tells one state from an earlier one; lists of identifiers in their own order.

    ids:     merged (was live, leads on), returned (live again), redirected (leads elsewhere), gone, new.
    lines:   added, changed, removed.
    pages:   addresses of the portal where something else would be seen: of the changed lines and identifiers.
    counts:  collection -> golden records before and after.
    figures: each published figure, and each row of a published table, that has another value.
    """

    ids: Mapping[str, tuple[JSON, ...]]
    lines: Mapping[str, tuple[str, ...]]
    pages: tuple[str, ...]
    counts: Mapping[str, tuple[int, int]]
    figures: tuple[JSON, ...]

    def as_json(self) -> JSON:
        return asdict(self) | {
            "counts": {name: {"before": before, "after": after} for name, (before, after) in self.counts.items()}
        }


def what_if(engine: Engine, model: Model, judgement: Judgement | None = None) -> Difference:
    """What resolving and compiling would change now, with this model and, perhaps, one more judgement.

    judgement: on the records of today, by their keys.
    Raises NotFound or Contradiction as the judgement itself would.
    """
    with reading(engine) as connection:
        decided = standing(judgements.every(connection))
        if judgement is not None:
            decision = decision_on(connection, judgement)
            decided[decision.judgement.pair] = decision
            refuse_contradiction(decided)
        before = state(connection)
        found = find(connection, model, decided)
        after = _after(connection, before, found)
    return difference(before, after)


def _after(connection: Connection, before: State, found: Found) -> State:
    """The state that writing and compiling what was found would make."""
    homes = {member: at.national_id for part in found.parts.values() for member, at in part.homes.items()}
    lost = {member for part in found.parts.values() for member in part.before.keys() - part.homes.keys()}
    regrouped = {each.national_id: each.members for part in found.parts.values() for each in part.clusters}
    vanished = {at.national_id for part in found.parts.values() for at in part.before.values()} - regrouped.keys()
    mentioning = clusters.mentioning(connection, resettled(found.parts)) - regrouped.keys() - vanished
    groups = regrouped | clusters.members(connection, mentioning)
    record_of = publishable.by_key(connection, {member for members in groups.values() for member in members})
    actors = {
        RecordKey("actor", each.key.source, name) for each in record_of.values() for name in referred(each.payload)
    }
    known = {key: at.national_id for key, at in clusters.placed(connection, actors).items() if key not in lost} | homes
    made_of = {name: line.made_of for name, line in before.lines.items()}
    stated = ((name, [record_of[member] for member in members]) for name, members in sorted(groups.items()))
    changed = {line.national_id: line for line in touched(stated, made_of, known.get)}
    kept = {name: line for name, line in before.lines.items() if name not in vanished}
    issued = dict(before.issued) | {each.national_id: each for each in found.issued}
    return replace(before, issued=issued, lines=kept | changed)


def effects(engine: Engine, model: Model, pair: Pair) -> JSON:
    """What `same` and `different` would change for a pair, or the contradiction for which it would be refused."""
    found: JSON = {}
    for verdict in (Verdict.SAME, Verdict.DIFFERENT):
        said = Judgement(left=pair.left, right=pair.right, verdict=verdict, author="", reason="", at=_NEVER)
        try:
            found[str(verdict)] = what_if(engine, model, said).as_json()
        except Contradiction as contradiction:
            found[str(verdict)] = {"refused": str(contradiction)}
    return found


def state(connection: Connection) -> State:
    """The catalogue as it is stored."""
    return State(
        issued={each.national_id: each for each in clusters.issued(connection)},
        lines={line.national_id: line for name in COLLECTIONS for line in goldens.of(connection, name)},
        networks={network.name: network.title for network in sources.networks(connection)},
    )


def difference(before: State, after: State) -> Difference:
    ids: dict[str, list[JSON]] = {kind: [] for kind in ("merged", "returned", "redirected", "gone", "new")}
    for name, now in sorted(after.issued.items()):
        if kind := _kind(before.issued.get(name), now):
            ids[kind].append({"id": name, "collection": now.founder.collection, "leads_to": now.leads_to})
    names = sorted(before.lines.keys() | after.lines.keys())
    lines = {
        "added": tuple(name for name in names if name not in before.lines),
        "changed": tuple(
            name
            for name in names
            if name in before.lines and name in after.lines and before.lines[name].hash != after.lines[name].hash
        ),
        "removed": tuple(name for name in names if name not in after.lines),
    }
    moved = {each["id"] for each in chain.from_iterable(ids.values())} | set(chain.from_iterable(lines.values()))
    pages = {page for each in (before, after) for name in moved if (page := _page(each, name))}
    return Difference(
        ids={kind: tuple(found) for kind, found in ids.items()},
        lines=lines,
        pages=tuple(sorted(pages)),
        counts={name: (_count(before, name), _count(after, name)) for name in COLLECTIONS},
        figures=tuple(_figures(before, after)),
    )


def _kind(before: IssuedId | None, now: IssuedId) -> str | None:
    if before is None:
        return "new"
    if (before.state, before.leads_to) == (now.state, now.leads_to):
        return None
    match now.state:
        case IdState.LIVE:
            return "returned"
        case IdState.GONE:
            return "gone"
    return "merged" if before.state is IdState.LIVE else "redirected"


def _page(state: State, name: str) -> str | None:
    """The address of an identifier, where it leads to something that is shown."""
    known = state.issued.get(name)
    line = state.lines.get((known.leads_to or name) if known else name)
    if line is None or line.publication == _COUNTED_ONLY or line.collection not in _PAGES:
        return None
    return f"{_PAGES[line.collection]}/{name}"


def _count(state: State, collection: str) -> int:
    return sum(line.collection == collection for line in state.lines.values())


def _figures(before: State, after: State) -> Iterator[JSON]:
    then, now = _values(before), _values(after)
    for key in sorted(then.keys() | now.keys()):
        if then.get(key, 0) != now.get(key, 0):
            named = dict(zip(("id", "population", "code"), key, strict=False))
            yield named | {"before": then.get(key, 0), "after": now.get(key, 0)}


def _values(state: State) -> dict[tuple[str, ...], int]:
    """Every published number: (figure, population) and (table, population, code) -> value."""
    figures = Statistics(state.networks)
    for line in state.lines.values():
        says: dict[str, Any] = orjson.loads(line.raw)
        if line.publication != _COUNTED_ONLY:
            figures.add(line.collection, says, OPEN if line.publication == "open" else "published")
        elif line.collection == "actor":
            figures.add("actor", says, "known")
    told = figures.as_json()
    values: dict[tuple[str, ...], int] = {(each["id"], each["population"]): each["value"] for each in told["figures"]}
    for table in told["tables"]:
        values |= {(table["id"], table["population"], row["code"]): row["count"] for row in table["rows"]}
    return values
