"""What OpenAPI says of the answers: the record schemas themselves, so that documentation cannot drift from validation."""

from typing import Any

from fastapi import FastAPI

from hub.web.facets import FACETS
from schemas import registry
from schemas.canonical import JSON

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "instance": TEXT,
        "issues": {"type": "array"},
    },
}
ORIGIN = {
    "type": "object",
    "description": "Where a value was stated: network, its record, the place in it, the day, and the rule that chose it.",
    "properties": {
        "network": TEXT,
        "id": TEXT,
        "pointer": TEXT,
        "date": {"type": ["string", "null"], "format": "date"},
        "rule": TEXT,
    },
}
PUBLISHED = {
    "id": {"type": "string", "description": "National identifier: thirteen characters, for ever."},
    "networks": {"type": "array", "items": TEXT},
    "sources": {"type": "array", "items": {"type": "object"}},
    "provenance": {"type": "object", "additionalProperties": {"type": "array", "items": ORIGIN}},
}


def _parameter(name: str, description: str, schema: JSON) -> JSON:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _number(least: int, most: int, default: int) -> JSON:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


SEARCH_PARAMETERS: JSON = {
    "parameters": [
        _parameter("q", "Words to find.", TEXT | {"maxLength": 200}),
        *(
            _parameter(
                facet.parameter, f"{facet.title}. May be repeated: any of them.", {"type": "array", "items": TEXT}
            )
            for facet in FACETS
        ),
        _parameter("bbox", "west,south,east,north in degrees.", TEXT),
        _parameter("near", "latitude,longitude in degrees.", TEXT),
        _parameter("radius_km", "Radius of the circle around `near`.", _number(1, 500, 25)),
        _parameter("page", "Page, from 1.", _number(1, 500, 1)),
        _parameter("size", "Records a page.", _number(1, 100, 20)),
        _parameter("sort", "Order of the records.", {"type": "string", "enum": ["relevance", "name"]}),
    ]
}


def described(component: str, *, missing: bool = False) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint that answers `component`; `missing` when an identifier may lead nowhere."""
    answers: dict[int | str, dict[str, Any]] = {
        200: _content(component, "application/json", "Found."),
        400: _content("Problem", "application/problem+json", "The request cannot be read."),
        422: _content("Problem", "application/problem+json", "Never sent: see 400."),
        503: _content("Problem", "application/problem+json", "Nothing is published yet."),
    }
    if missing:
        answers[301] = {"description": "Merged: the identifier that replaced it."}
        answers[404] = _content("Problem", "application/problem+json", "Never existed.")
        answers[410] = _content("Problem", "application/problem+json", "Has left the catalogue.")
    return answers


def install(app: FastAPI) -> None:
    """Give `app` an OpenAPI 3.1 document whose components are the published schemas."""
    generate = app.openapi

    def openapi() -> JSON:
        document = generate()
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
        document["components"] = {"schemas": _components()}
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this as the way to extend it


def _content(component: str, media_type: str, description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {media_type: {"schema": {"$ref": f"#/components/schemas/{component}"}}},
    }


def _components() -> JSON:
    page = {
        "type": "object",
        "required": ["total", "page", "size", "facets", "items"],
        "properties": {"total": COUNT, "page": COUNT, "size": COUNT, "facets": {"type": "object"}},
    }
    return {
        "Problem": PROBLEM,
        "Actor": _published("actor"),
        "Project": _published("project"),
        "ActorPage": _page_of("Actor", page),
        "ProjectPage": _page_of("Project", page),
        "Networks": {"type": "array", "items": {"type": "object", "required": ["id", "title"]}},
        "Statistics": {"type": "object"},
        "Release": {"type": "object", "required": ["release", "counts", "files"]},
        "Suggestions": {"type": "array", "items": {"type": "object", "required": ["kind", "label"]}},
    }


def _page_of(component: str, page: JSON) -> JSON:
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{component}"}}
    return page | {"properties": page["properties"] | {"items": items}}


def _published(name: str) -> JSON:
    """The record's schema as published: its private properties out, the national ones in, references made absolute."""
    schema = registry.schema(*registry.LATEST[name].split("/"))
    component = {key: value for key, value in schema.items() if key not in ("$id", "$schema")}
    public = {key: value for key, value in schema["properties"].items() if value.get("x-public", True)}
    component["properties"] = public | PUBLISHED
    return _absolute(component, f"#/components/schemas/{name.capitalize()}")


def _absolute(node: Any, root: str) -> Any:
    if isinstance(node, list):
        return [_absolute(each, root) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: root + value.removeprefix("#") if key == "$ref" and value.startswith("#") else _absolute(value, root)
        for key, value in node.items()
    }
