"""Schemas by name and version, and what the rest of the house derives from them: columns and the public part.

A published schema never changes: a new version is a new file in `json/<name>/`. Files are read when first asked for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from schemas.canonical import JSON
from schemas.errors import ContractError

LATEST: Mapping[str, str] = {
    "actor": "actor/1.0",
    "project": "project/1.0",
    "announcement": "announcement/1.0",
    "manifest": "manifest/1",
    "change": "change/1",
    "feedback": "feedback/1",
}

_FOLDER = files(__package__) / "json"


class UnknownSchema(ContractError):
    """No schema has that name and version."""

    code = "unknown-schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a download, an import template or a form, as the schema describes it.

    property: path into the payload, as "seat.city"; "identifiers.siren" is the value of that scheme.
    heading:  French snake_case, the same in every file.
    kind:     text, long-text, html, url, email, date, partial-date, moment, number, integer, boolean, code, object.
    many:     the property is a list; in a table its values are joined.
    vocabulary: the vocabulary that its codes come from.
    choices:  code -> French label, where the schema itself closes the list.
    """

    property: str
    heading: str
    title_fr: str
    title_en: str
    description: str
    kind: str
    many: bool = False
    required: bool = False
    public: bool = True
    vocabulary: str | None = None
    choices: Mapping[str, str] | None = None
    example: Any = None


def names() -> tuple[str, ...]:
    return tuple(LATEST)


@cache
def versions(name: str) -> tuple[str, ...]:
    """Every published version of a schema, oldest first. Raises UnknownSchema."""
    folder = _FOLDER / name
    if name not in LATEST:
        raise UnknownSchema(f"no schema is called {name!r}")
    found = [file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json")]
    return tuple(sorted(found, key=lambda version: [int(part) for part in version.split(".")]))


@cache
def schema(name: str, version: str) -> JSON:
    """A schema as JSON. It is shared: do not change it. Raises UnknownSchema."""
    if version not in versions(name):
        raise UnknownSchema(f"no schema {name}/{version}; published: {', '.join(versions(name))}")
    read: JSON = json.loads((_FOLDER / name / f"{version}.json").read_text("utf-8"))
    return read


def schema_of(schema_id: str) -> JSON:
    """The schema of an id such as "actor/1.0". Raises UnknownSchema."""
    name, _, version = schema_id.partition("/")
    return schema(name, version)


def judging(schema_id: str) -> str:
    """The published schema that judges what was written for `schema_id`: itself, or the newest we know of its major.

    A minor version only adds optional properties, so an older schema judges the part of a newer record that it knows.
    Raises UnknownSchema for another major version, another name, or what is no id of a schema.
    """
    name, _, version = schema_id.partition("/")
    known = versions(name)
    if version in known:
        return schema_id
    if re.fullmatch(r"[0-9]+\.[0-9]+", version):
        siblings = [one for one in known if one.partition(".")[0] == version.partition(".")[0]]
        if siblings:
            return f"{name}/{siblings[-1]}"
    raise UnknownSchema(f"no schema {schema_id!r}; published: {', '.join(f'{name}/{one}' for one in known)}")


def resolved(document: JSON, node: JSON) -> JSON:
    """A property's schema with its `$ref` into the same document replaced by what it points to, one level deep."""
    if "$ref" not in node:
        return node
    target = document["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return {**target, **{key: value for key, value in node.items() if key != "$ref"}}


@cache
def columns(schema_id: str) -> tuple[Column, ...]:
    """The columns of a schema in the order of its properties, groups opened, lists of objects kept whole."""
    document = schema_of(schema_id)
    return tuple(_columns(document, document, "", ""))


def public(schema_id: str, payload: JSON) -> JSON:
    """The part of a payload that open data may hold.

    Leaves out every property marked `x-public: false`, and every property the schema does not know: nobody has said
    that those may be published.
    """
    shown: JSON = _shown(payload, _public_shape(schema_id))
    return shown


def _columns(document: JSON, group: JSON, path: str, prefix: str) -> Iterator[Column]:
    for name, raw in group.get("properties", {}).items():
        node = resolved(document, raw)
        heading = prefix + node["x-column"] if "x-column" in node else ""
        if node.get("type") == "object":
            yield from _columns(document, node, f"{path}{name}.", f"{heading}_" if heading else prefix)
        elif name == "identifiers":
            yield from _identifier_columns(document, node, f"{path}{name}.")
        else:
            required = not path and name in group.get("required", ())
            yield _column(document, node, path + name, heading, required=required)


def _identifier_columns(document: JSON, node: JSON, path: str) -> Iterator[Column]:
    scheme = resolved(document, node["items"])["properties"]["scheme"]
    for code, labels in scheme["x-labels"].items():
        yield Column(
            property=path + code,
            heading=code,
            title_fr=labels["fr"],
            title_en=labels["en"],
            description=node["description"],
            kind="text",
            example=scheme["x-values"][code],
        )


def _column(document: JSON, node: JSON, path: str, heading: str, *, required: bool) -> Column:
    many = node.get("type") == "array"
    one = resolved(document, node["items"]) if many else node
    labels = node.get("x-labels")
    vocabulary = node.get("x-vocabulary")
    return Column(
        property=path,
        heading=heading,
        title_fr=node["title"],
        title_en=node["x-title-en"],
        description=node["description"],
        kind="code" if labels or vocabulary else one.get("x-kind") or _KINDS[one["type"]],
        many=many,
        required=required,
        public=node.get("x-public", True),
        vocabulary=vocabulary,
        choices={code: label["fr"] for code, label in labels.items()} if labels else None,
        example=node["examples"][0],
    )


_KINDS = {"string": "text", "number": "number", "integer": "integer", "boolean": "boolean", "object": "object"}


@cache
def _public_shape(schema_id: str) -> Any:
    document = schema_of(schema_id)
    return _shape(document, document)


def _shape(document: JSON, node: JSON) -> Any:
    """What to keep of a value: a dict of properties, a list of one shape for arrays, None for the value itself."""
    node = resolved(document, node)
    if "properties" in node:
        return {
            name: _shape(document, child)
            for name, child in node["properties"].items()
            if resolved(document, child).get("x-public", True)
        }
    return [_shape(document, node["items"])] if "items" in node else None


def _shown(value: Any, shape: Any) -> Any:
    if isinstance(shape, dict) and isinstance(value, dict):
        return {name: _shown(one, shape[name]) for name, one in value.items() if name in shape}
    if isinstance(shape, list) and isinstance(value, list):
        return [_shown(one, shape[0]) for one in value]
    return value
