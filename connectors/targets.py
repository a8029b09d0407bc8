"""Where a value goes: property paths of a mapping, held against the schema.

"name"               a value               payload["name"]
"seat.city"          a value in a group    payload["seat"]["city"]
"sectors"            one of a list         payload["sectors"][…]
"identifiers.siren"  one of a list         payload["identifiers"][…] = {"scheme": "siren", "value": …}
"countries"          one of a list         payload["countries"][…] = {"code": …}
"places.lat"         a part of one         payload["places"][…]["lat"]
"lead", "partners"   a reference by name   payload["lead"]["name"], payload["partners"][…]["name"]
"fonds.cote"         not in the schema     kept as text: nodes may state more than the schema knows
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any

from schemas import registry
from schemas.canonical import JSON

_NAMED = "name"  # what stands for an organisation or a place when a whole one is asked for
_LIKENESS = 0.75  # of difflib, 0 to 1: from here on a word unknown to the schema is a slip of the pen


class UnknownProperty(ValueError):
    """The schema has no such property; `nearest` is the one probably meant, None when nothing is near."""

    def __init__(self, path: str, nearest: str | None) -> None:
        super().__init__(path)
        self.path, self.nearest = path, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One place of a payload that a column may fill.

    steps:  the way to the value, or to the list that holds it.
    many:   the way leads to a list. inside: the way inside each of its objects, empty for a list of plain values.
    scheme: of an identifier.
    kind, vocabulary, choices: as in `schemas.registry.Column`; kind is "text" where the schema says nothing.
    known:  the schema has this property.
    pointer: JSON Pointer to the value, or to the list that holds it.
    """

    path: str
    steps: tuple[str, ...]
    many: bool = False
    inside: tuple[str, ...] = ()
    scheme: str | None = None
    kind: str = "text"
    vocabulary: str | None = None
    choices: Mapping[str, str] | None = None
    known: bool = True
    pointer: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pointer", "".join(f"/{step}" for step in self.steps))


def target(collection: str, path: str) -> Target:
    """The target that a path names in the newest schema of a collection.

    Raises UnknownProperty for a path that is nearly one of the schema's, or inside a group that the schema closes.
    """
    known = _targets(collection)
    if path in known:
        return known[path]
    group = path.split(".", maxsplit=1)[0]
    nearest = next(iter(get_close_matches(path, known, n=1, cutoff=_LIKENESS)), None)
    groups = {name.split(".")[0] for name in known}
    if nearest or group in groups or get_close_matches(group, groups, n=1, cutoff=_LIKENESS):
        raise UnknownProperty(path, nearest or next(iter(get_close_matches(path, known, n=1, cutoff=0.0)), None))
    return Target(path=path, steps=tuple(path.split(".")), known=False)


def required(collection: str) -> tuple[str, ...]:
    """The properties without which a payload of this collection is never valid."""
    return tuple(registry.schema_of(registry.LATEST[collection]).get("required", ()))


@cache
def _targets(collection: str) -> dict[str, Target]:
    document = registry.schema_of(registry.LATEST[collection])
    return {one.path: one for one in _walk(document, document, ())}


def _walk(document: JSON, group: JSON, steps: tuple[str, ...]) -> Iterator[Target]:
    for name, raw in group["properties"].items():
        node = registry.resolved(document, raw)
        way = (*steps, name)
        if name == "id" and not steps:
            continue  # the table [id] makes it
        if node.get("type") == "array":
            yield from _of_list(document, node, way)
        elif "properties" in node:
            inside = list(_walk(document, node, way))
            yield from inside
            yield from (_short(one, way) for one in inside if one.steps == (*way, _NAMED))
        else:
            yield _value(node, way)


def _of_list(document: JSON, node: JSON, way: tuple[str, ...]) -> Iterator[Target]:
    item = registry.resolved(document, node["items"])
    path = ".".join(way)
    if path == "identifiers":
        for scheme in registry.resolved(document, item["properties"]["scheme"])["enum"]:
            yield Target(path=f"{path}.{scheme}", steps=way, many=True, scheme=scheme)
    elif path == "countries":
        yield Target(path=path, steps=way, many=True, inside=("code",), kind="code", vocabulary="countries")
    elif "properties" in item:
        parts = [one for one in _walk(document, item, ()) if not one.many]
        for one in parts:
            inside = Target(
                path=f"{path}.{one.path}",
                steps=way,
                many=True,
                inside=one.steps,
                kind=one.kind,
                vocabulary=one.vocabulary,
                choices=one.choices,
            )
            yield inside
            if one.path == _NAMED:
                yield _short(inside, way)
    else:
        yield _value(
            {**item, **{key: node[key] for key in ("x-vocabulary", "x-labels") if key in node}}, way, many=True
        )


def _value(node: JSON, way: tuple[str, ...], *, many: bool = False) -> Target:
    labels: Mapping[str, Mapping[str, str]] | None = node.get("x-labels")
    vocabulary = node.get("x-vocabulary")
    kind: Any = node.get("x-kind") or node.get("type", "string")
    return Target(
        path=".".join(way),
        steps=way,
        many=many,
        kind="code" if labels or vocabulary else "text" if kind == "string" else kind,
        vocabulary=vocabulary,
        choices={code: label["fr"] for code, label in labels.items()} if labels else None,
    )


def _short(one: Target, way: tuple[str, ...]) -> Target:
    return Target(path=".".join(way), steps=one.steps, many=one.many, inside=one.inside, kind=one.kind)
