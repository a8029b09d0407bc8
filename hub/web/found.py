"""One record by its national identifier, whatever became of it since it was issued."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hub.catalogue import Catalogue
from hub.model.identity import tidy_national_id
from hub.web.problems import Gone, NotOpen
from schemas.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The record as published; `moved` when it was asked for by another spelling, or by an identifier it absorbed."""

    id: str
    body: bytes
    moved: bool


def find(catalogue: Catalogue, collection: str, text: str) -> Found:
    """The record that `text` leads to in this release. Raises NotFound, or Gone for one that was published once."""
    national_id = tidy_national_id(text)
    state, target = catalogue.resolve_id(national_id) or ("never", "")
    if state == "gone":
        raise Gone(f"{national_id} has left the catalogue")
    body = catalogue.record(collection, target)
    if body is None:
        raise NotFound(f"no {collection} has the identifier {text}")
    return Found(id=target, body=body, moved=target != text)


def find_open(catalogue: Catalogue, collection: str, text: str) -> Found:
    """As `find`, for what leaves as open data. Raises NotOpen for an actor that agreed to the catalogue alone."""
    found = find(catalogue, collection, text)
    if collection == "actor" and not found.moved and not any(catalogue.open_data([found.id])):
        raise NotOpen(f"{found.id} is in the catalogue and not in the open data")
    return found


def open_records(catalogue: Catalogue, collection: str, ids: Iterable[str]) -> Iterator[bytes]:
    """Those of these records that are open data, in the same order. Only actors may have agreed to less."""
    if collection == "actor":
        return catalogue.open_data(ids)
    return (body for each in ids if (body := catalogue.record(collection, each)) is not None)
