"""Which records that vanished go on under another id? Those whose content came back unchanged, their id apart.

    vanished, arrived ──► same content, one on each side ──► map old id -> new id, for a person to approve
                     └──► the same content twice on one side ──► ambiguous: told, never guessed

A record may refer to actors of its own network. Their ids change with the map, so references are read through it, and
matching goes on until a round finds nothing more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.canonical import JSON, content_hash
from schemas.record import RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RekeyMap:
    """pairs: old key -> new key. ambiguous: vanished records whose content stands more than once on a side."""

    pairs: Mapping[RecordKey, RecordKey]
    ambiguous: int


def rekey_map(
    vanished: Iterable[tuple[RecordKey, JSON]], arrived: Iterable[tuple[RecordKey, JSON]], known: Mapping[str, str]
) -> RekeyMap:
    """Find the map that one source's changes suggest.

    known: old id -> new id of the actors of an earlier proposal.
    Keeps a hash of each record, and the whole of those that refer to others.
    """
    new_side: dict[tuple[str, str], list[RecordKey]] = defaultdict(list)
    for key, payload in arrived:
        new_side[key.collection, _imprint(payload, {})].append(key)
    plain: dict[tuple[str, str], list[RecordKey]] = defaultdict(list)
    referring: list[tuple[RecordKey, JSON]] = []
    for key, payload in vanished:
        if _refers(payload):
            referring.append((key, payload))
        else:
            plain[key.collection, _imprint(payload, {})].append(key)
    pairs = _matched(plain, new_side)
    old_side = plain
    for _ in referring:
        actors = {**known, **{old.local_id: new.local_id for old, new in pairs.items() if old.collection == "actor"}}
        old_side = defaultdict(list, {imprint: list(keys) for imprint, keys in plain.items()})
        for key, payload in referring:
            old_side[key.collection, _imprint(payload, actors)].append(key)
        found = _matched(old_side, new_side)
        if found == pairs:
            break
        pairs = found
    ambiguous = sum(
        len(keys)
        for imprint, keys in old_side.items()
        if imprint in new_side and len(keys) + len(new_side[imprint]) > 2
    )
    return RekeyMap(pairs=pairs, ambiguous=ambiguous)


def _matched(
    old: Mapping[tuple[str, str], list[RecordKey]], new: Mapping[tuple[str, str], list[RecordKey]]
) -> dict[RecordKey, RecordKey]:
    return {
        keys[0]: new[imprint][0] for imprint, keys in old.items() if len(keys) == 1 and len(new.get(imprint, ())) == 1
    }


def _imprint(payload: JSON, actors: Mapping[str, str]) -> str:
    """A hash of the content without its id, references read through the map."""
    return content_hash({name: _read(value, actors) for name, value in payload.items() if name != "id"})


def _read(value: Any, actors: Mapping[str, str]) -> Any:
    if not actors:
        return value
    if isinstance(value, list):
        return [_read(each, actors) for each in value]
    if not isinstance(value, dict):
        return value
    read = {name: _read(each, actors) for name, each in value.items()}
    if isinstance(old := value.get("actor"), str):
        read["actor"] = actors.get(old, old)
    return read


def _refers(value: Any) -> bool:
    """Whether a reference to an actor of the same network stands in a payload, as {"actor": "A-1"}."""
    if isinstance(value, list):
        return any(map(_refers, value))
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("actor"), str) or any(map(_refers, value.values()))
