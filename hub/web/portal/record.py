"""What the page of one record shows beside its values: who said each, and the bodies it names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

from hub.catalogue import Catalogue, Edge
from hub.merge import RULES
from hub.web.portal import words
from schemas.canonical import JSON

_RULES = {rule.name: rule.text_fr for rule in RULES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of a golden record: the rule that chose it, in words, and its values with their statements."""

    title: str
    rule: str
    values: tuple["Value", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value in words, and who said so, best first."""

    text: str
    statements: tuple["Said", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Records of one network that state the same, modified on the same day."""

    network: str
    records: tuple[str, ...]
    date: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A body that a project names; `url` when it is an actor of the catalogue."""

    name: str
    url: str | None
    country: str | None


def properties(catalogue: Catalogue, record: JSON, collection: str) -> list[Property]:
    """The provenance of a record, in the order of its schema's properties."""
    pointers = sorted(record["provenance"], key=lambda pointer: (words.rank(pointer, collection), _place(pointer)))
    return [
        Property(
            title=words.heading(name, collection),
            rule=_rule(record["provenance"][group[0]]),
            values=tuple(_value(catalogue, record, pointer, collection) for pointer in group),
        )
        for name, found in groupby(pointers, key=lambda pointer: pointer.split("/")[1])
        if (group := list(found))
    ]


def reasons(edges: Sequence[Edge]) -> list[Edge]:
    """The strongest reasons that hold the records together: as few pairs as link them all.

    edges: strongest first, as the catalogue gives them.
    Source: Kruskal, On the shortest spanning subtree of a graph, 1956.
    """
    home: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}
    kept = []
    for edge in edges:
        left, right = (edge.left_network, edge.left_id), (edge.right_network, edge.right_id)
        left_home, right_home = home.get(left, frozenset([left])), home.get(right, frozenset([right]))
        if left_home != right_home:
            home |= dict.fromkeys(left_home | right_home, left_home | right_home)
            kept.append(edge)
    return kept


def party(catalogue: Catalogue, reference: JSON) -> Party:
    """Who a reference means. A body known by its identifier alone goes by the name the catalogue gives it."""
    national_id = reference.get("national_id")
    body = catalogue.actor(national_id) if national_id else None
    name = reference.get("name") or (orjson.loads(body)["name"] if body else "non précisé")
    country = reference.get("country")
    return Party(
        name=name,
        url=f"/acteurs/{national_id}" if body else None,
        country=words.term(country, "countries") if country and country != "FR" else None,
    )


def parties(catalogue: Catalogue, record: JSON) -> Iterator[tuple[str, list[Party]]]:
    """The bodies of a project or an announcement by what they do, those it has."""
    named = {
        "Chef de file": [record["lead"]] if "lead" in record else None,
        "Organisateur": [record["organiser"]] if "organiser" in record else None,
        "Partenaires": record.get("partners"),
        "Financeurs": record.get("funders"),
    }
    return ((title, [party(catalogue, each) for each in bodies]) for title, bodies in named.items() if bodies)


def _value(catalogue: Catalogue, record: JSON, pointer: str, collection: str) -> Value:
    value: Any = words.at(record, pointer)
    named = isinstance(value, dict) and "national_id" in value
    text = party(catalogue, value).name if named else words.spoken(value, pointer.split("/")[1], collection)
    return Value(text=text, statements=tuple(_said(record["provenance"][pointer])))


def _said(origins: list[JSON]) -> Iterator[Said]:
    found: dict[tuple[str, str | None], list[str]] = {}
    for origin in origins:
        found.setdefault((origin["network"], origin["date"]), []).append(origin["id"])
    return (Said(network=network, records=tuple(ids), date=date) for (network, date), ids in found.items())


def _rule(origins: list[JSON]) -> str:
    name = origins[0]["rule"] if origins else ""
    return _RULES.get(name, name)


def _place(pointer: str) -> tuple[int, str]:
    last = pointer.rpartition("/")[2]
    return (int(last), "") if last.isdecimal() else (0, last)
