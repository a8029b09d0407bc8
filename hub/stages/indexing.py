"""The search index of a release: made from its lines, and read back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from hub.catalogue import database
from hub.search import SearchIndex
from schemas.canonical import JSON

FOLDER = "index"


def build(folder: Path, lines: Mapping[str, Iterable[JSON]]) -> None:
    """Index a draft whose `catalogue.sqlite` is written. lines: collection -> the records that are shown."""
    with database.names(folder / "catalogue.sqlite") as name_of:
        rows = {collection: (_named(line, name_of) for line in found) for collection, found in lines.items()}
        SearchIndex.build(folder / FOLDER, rows)


def ids(folder: Path, collection: str) -> Iterator[str]:
    """The ids that the index of a draft finds when asked for everything, in order."""
    return SearchIndex.open(folder / FOLDER).every(collection)


def _named(line: JSON, name_of: Callable[[str], str | None]) -> JSON:
    """The line with the names of the actors it refers to by national id, so that it is found by them."""

    def named(who: JSON) -> JSON:
        name = who.get("name") or name_of(who.get("national_id", ""))
        return who | {"name": name} if name else who

    lead = {"lead": named(line["lead"])} if line.get("lead") else {}
    return (
        line | lead | {role: [named(who) for who in line[role]] for role in ("partners", "funders") if line.get(role)}
    )
