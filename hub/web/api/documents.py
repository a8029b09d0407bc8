"""What OpenAPI says of the answers: the record schemas themselves, so that it cannot drift from validation."""

from typing import Any

from fastapi import FastAPI

from hub.web.facets import FACETS
from hub.web.query import BOX, CURSOR, DEFAULT_RADIUS_KM, MAX_PAGE, MAX_SIZE, MAX_TEXT, POINT
from schemas import registry
from schemas.canonical import JSON

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
COUNT = {"type": "integer", "minimum": 0}
MOMENT = {"type": "string", "format": "date-time"}


def _object(required: list[str], **properties: JSON) -> JSON:
    return {"type": "object", "required": required, "properties": properties}


def _list(items: JSON) -> JSON:
    return {"type": "array", "items": items}


def _ref(component: str) -> JSON:
    return {"$ref": f"#/components/schemas/{component}"}


_PUBLISHED = {
    "id": {"type": "string", "description": "National identifier, for ever.", "pattern": "^[0-9A-HJKMNP-TV-Z]{13}$"},
    "networks": _list(TEXT) | {"description": "The networks that know it."},
    "sources": _list(_ref("Source")),
    "provenance": {
        "type": "object",
        "description": "JSON pointer into the record -> the statements that the value was made of, best first.",
        "additionalProperties": _list(_ref("Origin")),
    },
}
_COMPONENTS: JSON = {
    "Problem": _object(
        ["type", "title", "status", "detail"],
        type=TEXT,
        title=TEXT,
        status={"type": "integer"},
        detail=TEXT,
        instance=TEXT,
        issues=_list(_object(["parameter", "message"], parameter=TEXT, message=TEXT)),
    ),
    "Origin": _object(
        ["network", "id", "pointer", "date", "rule"],
        network=TEXT,
        id=TEXT | {"description": "The key of the record in its network's directory."},
        pointer=TEXT | {"description": "RFC 6901, into that record."},
        date={"type": ["string", "null"], "format": "date"},
        rule=TEXT | {"description": "Why this statement was chosen."},
    ),
    "Source": _object(
        ["network", "id", "modified_on"],
        network=TEXT,
        id=TEXT,
        modified_on={"type": ["string", "null"], "format": "date"},
    ),
    "Facets": {
        "type": "object",
        "description": "Parameter -> its values and their counts, each facet counted with the other filters applied.",
        "propertyNames": {"enum": [facet.parameter for facet in FACETS]},
        "additionalProperties": _list(_object(["code", "count"], code=TEXT, count=COUNT)),
    },
    "Network": _object(
        ["id", "title", "regions", "website", "harvest"],
        id=TEXT,
        title=TEXT,
        regions=_list(TEXT),
        website={"type": ["string", "null"]},
        harvest={"anyOf": [{"type": "null"}, _ref("Harvest")]},
        promise_days=COUNT | {"description": "Its records are at most this old, in days since last proved."},
        freshness={"anyOf": [{"type": "null"}, _ref("Freshness")]}
        | {"description": "As of today; null where one release alone is served."},
    ),
    "Freshness": _object(
        ["promise_days", "last_proved_on", "age_days", "kept", "paused_since", "nights_30", "nights_90"],
        promise_days=COUNT,
        last_proved_on={"type": ["string", "null"], "format": "date"},
        age_days={"type": ["integer", "null"], "minimum": 0},
        kept={"type": "boolean", "description": "Whether the age is within the promise."},
        paused_since={"type": ["string", "null"], "format": "date", "description": "Not read until somebody says so."},
        nights_30=_ref("Nights"),
        nights_90=_ref("Nights"),
    ),
    "Nights": _object(["proved", "nights"], proved=COUNT, nights=COUNT)
    | {"description": "On how many nights of the last ones, since its first visit, the network was read and proved."},
    "Harvest": _object(
        ["status", "at", "declared", "received", "accepted", "quarantined", "held", "error"],
        status=TEXT,
        at=MOMENT,
        declared=COUNT,
        received=COUNT,
        accepted=COUNT,
        quarantined=COUNT,
        held=COUNT,
        error={"type": ["string", "null"]},
    ),
    "Key": _object(["network", "id"], network=TEXT, id=TEXT),
    "Explanation": _object(
        ["id", "pairs"],
        id=TEXT,
        pairs=_list(
            _object(
                ["left", "right", "log_odds", "parts"],
                left=_ref("Key"),
                right=_ref("Key"),
                log_odds=NUMBER | {"description": "Natural log-odds that the two are one; the parts add up to it."},
                parts=_list(_object(["name", "weight", "text_fr"], name=TEXT, weight=NUMBER, text_fr=TEXT)),
            )
        )
        | {"description": "The compared pairs of its source records, the surest first."},
    ),
    "Networks": _list(_ref("Network")),
    "Statistics": _object(
        ["method", "populations", "networks", "figures", "tables"],
        method=TEXT,
        figures=_list(_object(["id", "value", "definition_fr"], id=TEXT, value=COUNT, definition_fr=TEXT)),
        tables=_list(_object(["id", "total", "known", "unknown", "overlap", "rows"])),
    ),
    "CitedFigure": _object(
        ["id", "unit", "population", "definition_fr", "file", "query", "release", "method", "citation", "command"],
        id=TEXT,
        value=COUNT,
        rows=_list(_object(["code", "label_fr", "count"], code=TEXT, label_fr=TEXT, count=COUNT)),
        query=TEXT | {"description": "SQL of DuckDB, to be run in the folder of the release."},
        command=TEXT | {"description": "Run it beside the files of the release."},
        citation=TEXT,
    ),
    "Release": _object(
        ["release", "created_at", "counts", "digests", "networks", "files", "licence"],
        release=TEXT,
        created_at=MOMENT,
        counts={"type": "object", "additionalProperties": COUNT},
        digests={"type": "object", "additionalProperties": TEXT},
        networks=_ref("Networks"),
        files=_list(_object(["path", "bytes", "sha256", "rows"], path=TEXT, bytes=COUNT, sha256=TEXT)),
        licence=TEXT,
    ),
    "Suggestions": _list(_object(["kind", "label", "code"], kind=TEXT, label=TEXT, code=TEXT)),
}


def _parameter(name: str, description: str, schema: JSON) -> JSON:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _number(most: int, default: int) -> JSON:
    return {"type": "integer", "minimum": 1, "maximum": most, "default": default}


_AS_OF = _parameter(
    "as_of",
    "A date (the end of that day in Paris) or a time: the release that was in force then answers.",
    {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]},
)
DATE_PARAMETERS: JSON = {"parameters": [_AS_OF]}
SEARCH_PARAMETERS: JSON = {
    "parameters": [
        _AS_OF,
        _parameter("q", "Words to find, or an official identifier.", TEXT | {"maxLength": MAX_TEXT}),
        *(_parameter(each.parameter, f"{each.title}. Repeat it for any of several.", _list(TEXT)) for each in FACETS),
        _parameter("bbox", "west,south,east,north in degrees.", TEXT | {"pattern": f"^({BOX})?$"}),
        _parameter("near", "latitude,longitude in degrees.", TEXT | {"pattern": f"^({POINT})?$"}),
        _parameter("radius_km", "Radius of the circle around `near`.", _number(500, DEFAULT_RADIUS_KM)),
        _parameter("page", "Page, from 1.", _number(MAX_PAGE, 1)),
        _parameter("size", "Records a page.", _number(MAX_SIZE, 20)),
        _parameter(
            "cursor",
            "Where a list goes on, as its `Link` header says; `page` and `size` are then in it. The list goes on in "
            "the release it began in; once that is no longer served (404), begin again without it.",
            TEXT | {"pattern": f"^({CURSOR})?$"},
        ),
        _parameter("sort", "Order of the records.", {"type": "string", "enum": ["relevance", "name"]}),
    ]
}


def described(
    component: str, *, missing: bool = False, unknown: bool = False, dated: bool = False
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint that answers `component`.

    missing: an identifier may lead nowhere. unknown: a name may be of nothing. dated: no release of a date may be kept.
    """
    answers: dict[int | str, dict[str, Any]] = {
        200: _content(component, "application/json", "Found."),
        304: {"description": "Not modified since the release that `If-None-Match` names."},
        400: _content("Problem", "application/problem+json", "The request cannot be read."),
        503: _content("Problem", "application/problem+json", "Nothing is published yet."),
    }
    if unknown or dated:
        none = "There is nothing of that name." if unknown else "No release of that date is kept."
        answers[404] = _content("Problem", "application/problem+json", none)
    if missing:
        answers[301] = {"description": "Merged: the identifier that replaced it."}
        answers[403] = _content("Problem", "application/problem+json", "In the catalogue, and not in the open data.")
        answers[404] = _content("Problem", "application/problem+json", "Never existed.")
        answers[410] = _content("Problem", "application/problem+json", "Has left the catalogue.")
    return answers


def install(app: FastAPI) -> None:
    """Give `app` an OpenAPI 3.1 document whose components are the published schemas."""
    generate = app.openapi

    def openapi() -> JSON:
        document: JSON = generate()
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)  # the framework's own; ours is 400
        document["components"] = {"schemas": _components()}
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this as the way to extend it


def _content(component: str, media_type: str, description: str) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": _ref(component)}}}


_THEN = _object(
    ["id", "published_as", "records"],
    id=TEXT | {"description": "The identifier that answers for it now."},
    published_as=_list(TEXT) | {"description": "The identifiers under which it was published then."},
    records=_list({"anyOf": [_ref("Actor"), _ref("Project"), _ref("Announcement")]})
    | {"description": "As they were published then."},
)


def _components() -> JSON:
    components: JSON = _COMPONENTS | {
        "Actor": _published("actor"),
        "Project": _published("project"),
        "Then": _THEN,
        "ThenPage": _object(
            ["total", "page", "size", "items"], total=COUNT, page=COUNT, size=COUNT, items=_list(_ref("Then"))
        ),
        "ActorPage": _page_of("Actor"),
        "ProjectPage": _page_of("Project"),
        "Announcement": _published("announcement"),
        "AnnouncementPage": _page_of("Announcement"),
    }
    return components


def _page_of(component: str) -> JSON:
    fields: dict[str, Any] = {
        "release": TEXT | {"description": "The release that the whole list is read from, page after page."},
        "total": COUNT,
        "page": COUNT,
        "size": COUNT,
        "facets": _ref("Facets"),
        "items": _list(_ref(component)),
    }
    return _object(list(fields), **fields)


def _published(name: str) -> JSON:
    """The record's schema as published: its private properties out, the national ones in, references made absolute."""
    schema = registry.schema_of(registry.LATEST[name])
    component = {key: value for key, value in schema.items() if key not in ("$id", "$schema", "examples")}
    public = {key: value for key, value in schema["properties"].items() if value.get("x-public", True)}
    component["properties"] = public | _PUBLISHED
    component["required"] = [*schema["required"], *_PUBLISHED]
    whole: JSON = _absolute(component, f"#/components/schemas/{name.capitalize()}")
    return whole


def _absolute(node: Any, root: str) -> Any:
    if isinstance(node, list):
        return [_absolute(each, root) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: root + value.removeprefix("#") if key == "$ref" and value.startswith("#/$defs") else _absolute(value, root)
        for key, value in node.items()
    }
