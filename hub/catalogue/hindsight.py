"""Hindsight: what was published then, seen with what is known now of who is who.

    source records then ──► their golden record then: what was published of them
                       └──► their golden record now:  which of them are one thing, as far as is known now

Two that were shown apart and are known to be one count once; one that was shown and is known to be two counts twice.
What was published of them stays what it was. A record that has left since keeps the identifier that answers for it now.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import orjson

from hub.catalogue.reader import Catalogue
from hub.statistics import OPEN, Statistics
from schemas.canonical import JSON

_UNITED = ("networks", "countries", "zones", "sectors", "sdgs")


@lru_cache(8)
def regrouped(then: Catalogue, now: Catalogue, collection: str) -> dict[str, list[str]]:
    """Identifier now -> the identifiers under which its source records were published then, each once, in order."""
    homes = now.homes(collection)
    found: dict[str, list[str]] = {}
    for record, before in then.homes(collection).items():
        known = homes.get(record) or answering(now, before)
        under = found.setdefault(known, [])
        if before not in under:
            under.append(before)
    return found


def record(then: Catalogue, now: Catalogue, collection: str, national_id: str) -> tuple[str, list[str]]:
    """What an identifier of either time stands for now, and the identifiers published then of what that is."""
    known = answering(now, national_id)
    return known, regrouped(then, now, collection).get(known, [])


def forget() -> None:
    """Let go of the releases that were compared: what is kept of one that was withdrawn keeps its files on the disk."""
    regrouped.cache_clear()
    statistics.cache_clear()


def bodies(then: Catalogue, now: Catalogue, collection: str, published: Iterable[str]) -> dict[str, list[str]]:
    """What is one thing now of which these spoke then, as `regrouped`, in the order of these."""
    groups, spoken = regrouped(then, now, collection), dict[str, list[str]]()
    for known, under in groups.items():
        for each in under:
            spoken.setdefault(each, []).append(known)
    return {known: groups[known] for each in published for known in spoken.get(each, ())}


@lru_cache(4)
def statistics(then: Catalogue, now: Catalogue) -> JSON:
    """The figures and tables of then, counted again over what is known now to be distinct.

    The population "known" is left out: no release holds the records that may only be counted.
    """
    counted = Statistics({network.id: network.title for network in then.networks()})
    for collection in ("actor", "project", "announcement"):
        for line, narrowest in _lines(then, now, collection):
            counted.add(collection, line, narrowest)
    said = counted.as_json()
    for kind in ("populations", "figures", "tables"):
        said[kind] = [each for each in said[kind] if (each.get("population") or each["id"]) != "known"]
    for each in (*said["figures"], *said["tables"]):
        del each["file"], each["query"]  # they count what was published then, as it was known then
    return said | {"release": then.manifest.release, "known_by": now.manifest.release}


def _lines(then: Catalogue, now: Catalogue, collection: str) -> Iterator[tuple[JSON, str]]:
    lines = {national_id: (orjson.loads(raw), is_open) for national_id, raw, is_open in then.lines(collection)}
    homes = now.homes(collection)
    for known, published in regrouped(then, now, collection).items():
        of_these = [lines[each] for each in published]
        line = _united([says for says, _ in of_these])
        line["sources"] = [
            source for source in line["sources"] if homes.get((source["network"], source["id"]), known) == known
        ]
        line["networks"] = sorted({source["network"] for source in line["sources"]})
        yield line, OPEN if all(is_open for _, is_open in of_these) else "published"


def _united(lines: list[JSON]) -> JSON:
    """One line of several: the values of the first that states them, lists joined."""
    whole: JSON = {}
    for line in lines:
        whole = line | whole
    lists: dict[str, list[Any]] = {
        name: list({orjson.dumps(each): each for line in lines for each in line.get(name, ())}.values())
        for name in (*_UNITED, "sources")
    }
    return whole | {name: values for name, values in lists.items() if values or name == "sources"}


def answering(now: Catalogue, national_id: str) -> str:
    """The identifier that answers now for one of any time; itself once it has left the catalogue."""
    state_and_id = now.resolve_id(national_id)
    return state_and_id[1] if state_and_id else national_id
