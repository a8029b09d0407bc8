"""The golden record: one public statement made of the records of a cluster.

Only public properties are merged, and only from the members that agreed to the widest publication among them: what one
member keeps to the catalogue, or only lets be counted, is never shown further because another member is open. A cluster
of nothing but `counted-only` members has no public line (`is_published`) and serves statistics alone.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from hub.merge.statements import Chosen, Refer, Statement, day, freshest_first, said
from hub.merge.table import CHOICES, chooser
from hub.model.cluster import Cluster
from hub.model.golden import Golden, Member, Origin
from hub.model.record import Accepted
from schemas import registry
from schemas.canonical import JSON
from schemas.text import fold

_OPEN, _COUNTED_ONLY = "open", "counted-only"
_WIDEST_FIRST = (_OPEN, "catalogue", _COUNTED_ONLY)


def golden(cluster: Cluster, members: Sequence[Accepted], refer: Refer) -> Golden:
    """The golden record of a cluster; the order of `members` changes nothing.

    members: the accepted records of `cluster.members`, never empty.
    refer:   the national id of an actor's record as its network names it, None when the network has no such record.
    A payload that is not open says how far it goes: `publication` is then "catalogue" or "counted-only".
    """
    widest = min(map(_publication, members), key=_WIDEST_FIRST.index)
    told = sorted((member for member in members if _publication(member) == widest), key=freshest_first)
    payload: JSON = {} if widest == _OPEN else {"publication": widest}
    provenance: dict[str, tuple[Origin, ...]] = {}
    for name, rule in CHOICES[cluster.collection].items():
        stated = said(told, name, refer) + (said(told, "name", refer) if rule == "other-spellings" else [])
        if not stated:
            continue
        found = chooser(rule)(stated)
        if isinstance(found, Chosen):
            if name == "confirmed_by" and not _confirms(found.by[0], payload):
                continue
            payload[name], provenance[f"/{name}"] = found.value, _origins(found.by, rule)
            continue
        items = _others(found, payload["name"]) if rule == "other-spellings" else found
        for at, item in enumerate(items[: _most_items(cluster.collection, name)]):
            payload.setdefault(name, []).append(item.value)
            provenance[f"/{name}/{at}"] = _origins(item.by, rule)
    return Golden(
        national_id=cluster.national_id,
        collection=cluster.collection,
        payload=payload,
        provenance=provenance,
        members=_in_founding_order(cluster, told),
    )


def is_published(record: Golden) -> bool:
    """Whether a golden record has a public line; one that has none is counted in statistics and shown nowhere."""
    return record.payload.get("publication") != _COUNTED_ONLY


def _publication(member: Accepted) -> str:
    return str(member.payload.get("publication", _OPEN))


def _confirms(statement: Statement, payload: JSON) -> bool:
    """Whether who confirmed is said of the very confirmation that was kept."""
    return statement.member.payload.get("confirmed_on") == payload.get("confirmed_on")


def _others(spellings: Iterable[Chosen], name: str) -> list[Chosen]:
    own = fold(name)
    return [each for each in spellings if fold(each.value) != own]


def _origins(statements: Iterable[Statement], rule: str) -> tuple[Origin, ...]:
    return tuple(
        Origin(
            source=each.member.key.source,
            local_id=each.member.key.local_id,
            pointer=each.pointer,
            stated_on=each.stated_on,
            rule=rule,
        )
        for each in statements
    )


def _in_founding_order(cluster: Cluster, told: Iterable[Accepted]) -> tuple[Member, ...]:
    by_key = {member.key: member for member in told}
    return tuple(_member(by_key[key]) for key in cluster.members if key in by_key)


def _member(record: Accepted) -> Member:
    return Member(key=record.key, modified_on=day(record.modified_at), attribution=record.payload.get("attribution"))


@cache
def _most_items(collection: str, name: str) -> int | None:
    limit: int | None = registry.schema_of(registry.LATEST[collection])["properties"][name].get("maxItems")
    return limit
