"""One validator for node, hub, import screen and check page: is this payload fit, and what is wrong with it?

    payload ─ JSON Schema (jsonschema-rs) ─ fits ──────────────────────────► rules ─► issues
                                          └ breaks it ─► explained, taken away ─► rules ─► issues

`is_valid` is the fast verdict on structure; `issues` says everything, in French, in a fixed order.
"""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from schemas.canonical import JSON
from schemas.codes import fault
from schemas.explain import explain
from schemas.geography import region
from schemas.places import region_of_place
from schemas.record import Issue, Severity
from schemas.registry import schema_of
from schemas.rules import compiled
from schemas.verdict import is_valid, validator

__all__ = ["VALIDATOR_VERSION", "is_fit", "is_valid", "issues"]

# Stamped on every report. It moves with any change of verdict, code or severity.
VALIDATOR_VERSION = "1.0.0"

# A record with so many faults of structure is told these, and no rule is run on what is left of it.
MOST_ERRORS = 200


def issues(schema_id: str, payload: Any, *, perimeter: Collection[str] = ()) -> tuple[Issue, ...]:
    """Everything wrong with a payload, in order of pointer and code.

    perimeter: INSEE codes of the network's regions; when given, a seat in another region is an issue.
    Raises UnknownSchema.
    """
    found: list[Issue] = []
    if not is_valid(schema_id, payload):
        try:
            errors = list(islice(validator(schema_id).iter_errors(payload), MOST_ERRORS))
        except ValueError:
            return (_unreadable(),)
        found += explain(schema_of(schema_id), errors)
        if len(errors) == MOST_ERRORS or not isinstance(payload, dict):
            return tuple(found)
        payload = _without(payload, (issue.pointer for issue in found))
    compiled(schema_id)(payload, (), found)
    if perimeter:
        found += _perimeter_issues(payload, perimeter)
    return tuple(sorted(found, key=_place_and_code)) if len(found) > 1 else tuple(found)


def is_fit(issues: Iterable[Issue]) -> bool:
    """Whether nothing among the issues is an ERROR."""
    return all(issue.severity is not Severity.ERROR for issue in issues)


def _place_and_code(issue: Issue) -> tuple[str, str]:
    return issue.pointer, issue.code


def _unreadable() -> Issue:
    sentence = "La fiche n'est pas lisible : elle est imbriquée trop profondément ou n'est pas du JSON."
    return Issue(code="unreadable", pointer="", severity=Severity.ERROR, message=sentence)


def _perimeter_issues(payload: JSON, perimeter: Collection[str]) -> list[Issue]:
    seat = payload.get("seat") or {}
    if seat.get("country", "FR") != "FR":
        return []
    by_commune = region_of_place(seat.get("insee"), None)
    code = by_commune or region_of_place(None, seat.get("postcode"))
    if code is None or code in perimeter:
        return []
    known = region(code)
    sentence = (
        f"Le siège est en région {known.name if known else code}, hors du périmètre de votre réseau : "
        "l'échelon national mettra la fiche de côté. "
        "Indiquez l'adresse de l'antenne dans votre région, ou convenez avec lui de l'accepter."
    )
    return [fault("outside-perimeter", "/seat/insee" if by_commune else "/seat/postcode", sentence)]


def _without(payload: JSON, pointers: Iterable[str]) -> JSON:
    """A copy without the values that broke the schema, so that rules find only the types they expect.

    A list loses all its values when one of its simple values is wrong; an object loses only the wrong property.
    """
    copy: JSON = dict(payload)
    for pointer in pointers:
        parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        if parts:
            _take_away(copy, parts)
    return copy


def _take_away(holder: Any, parts: list[str]) -> None:
    head, *rest = parts
    if isinstance(holder, dict) and head in holder:
        value = holder[head]
        if not rest or (len(rest) == 1 and isinstance(value, list)):
            del holder[head]
        elif isinstance(value, dict | list):
            holder[head] = value.copy()
            _take_away(holder[head], rest)
    elif isinstance(holder, list) and rest and head.isdecimal():
        index = int(head)
        holder[index] = holder[index].copy()
        _take_away(holder[index], rest)
