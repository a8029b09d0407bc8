"""The gate: is this record fit to stand? Every record is judged again here, whatever its node says of it."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from schemas.canonical import NotIJson, canonical, content_hash, hash_of
from schemas.feed import Put
from schemas.record import COLLECTIONS, Issue, Severity
from schemas.registry import LATEST, UnknownSchema, judging
from schemas.validate import VALIDATOR_VERSION, is_fit, issues
from schemas.vocabularies import digest

OUTSIDE_PERIMETER = "outside-perimeter"


class Examined(NamedTuple):
    """A put that was judged. canonical: its payload's canonical bytes, None when it has none."""

    canonical: bytes | None
    issues: tuple[Issue, ...]

    @property
    def fit(self) -> bool:
        return not self.issues or is_fit(self.issues)


def examine(put: Put, schema_id: str, perimeter: Collection[str] = ()) -> Examined:
    """Judge one record.

    schema_id: as "actor/1.0", what its node says it was written for.
    perimeter: INSEE region codes; a seat outside them is unfit here. Empty: everywhere is inside.
    """
    try:
        spelt = canonical(put.record)
    except NotIJson as error:
        return Examined(canonical=None, issues=(_issue("not-i-json", f"Contenu illisible : {error}."),))
    if hash_of(spelt) != put.hash:
        message = "L'empreinte annoncée n'est pas celle du contenu reçu : la fiche a été altérée en chemin."
        return Examined(canonical=spelt, issues=(_issue("hash-mismatch", message),))
    found = issues(schema_id, put.record, perimeter=perimeter)
    return Examined(canonical=spelt, issues=tuple(_enforced(issue) for issue in found) if found else ())


def stamp(perimeter: Collection[str] = ()) -> str:
    """What a verdict of this gate depends on beside the record: validator, schemas, vocabularies and perimeter.

    Two records with one stamp were judged alike; where it moved, what waits deserves another look.
    """
    told = {"schemas": dict(LATEST), "vocabularies": digest(), "perimeter": sorted(perimeter)}
    return f"{VALIDATOR_VERSION}+{content_hash(told)[:12]}"


@cache
def schema_for(collection: str, stated: str) -> str | None:
    """The schema that a node's records are judged by: the one it states, or our newest when its minor version is newer.

    None for a collection that we do not know. Raises UnknownSchema for a major version that we do not know, whose
    records nobody here can judge, and for the schema of something else.
    """
    if collection not in COLLECTIONS:
        return None
    if not stated.startswith(f"{collection}/"):
        raise UnknownSchema(f"{stated!r} is no schema of the collection {collection!r}")
    return judging(stated)


def unreadable(code: str, reason: str) -> Issue:
    """The issue of a line that could not be read as a change."""
    return _issue(code, f"Ligne du flux illisible : {reason}.")


def twice() -> Issue:
    """The remark on a record that one page states twice: its later statement stands."""
    message = "Cette fiche figure deux fois dans la même page du flux : la dernière version a été retenue."
    return Issue(code="stated-twice", pointer="", severity=Severity.WARNING, message=message)


def _enforced(issue: Issue) -> Issue:
    return replace(issue, severity=Severity.ERROR) if issue.code == OUTSIDE_PERIMETER else issue


def _issue(code: str, message: str) -> Issue:
    return Issue(code=code, pointer="", severity=Severity.ERROR, message=message)
