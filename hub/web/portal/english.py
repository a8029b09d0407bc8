"""The page in English: what there is, and ways into it by words that the vocabularies have in English."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.catalogue import Catalogue
from hub.model.release import FileEntry
from hub.search import Query
from hub.web.facets import BY_FIELD
from hub.web.portal.downloads import by_subject
from hub.web.query import PATHS
from schemas.vocabularies import vocabulary

_SUBJECTS = {
    "Acteurs": "Actors",
    "Projets": "Projects",
    "Annonces": "Announcements",
    "Tout le catalogue": "The whole catalogue",
    "Changements depuis d’autres versions": "Changes since other releases",
    "Descriptions et schémas": "Descriptions and schemas",
}
# title, collection, field of the search, vocabulary
_WAYS = (
    ("Actors by country they work in", "actor", "countries", "countries"),
    ("Actors by sector", "actor", "sectors", "sectors"),
    ("Actors by type", "actor", "types", "actor-types"),
    ("Actors by Sustainable Development Goal", "actor", "sdgs", "sdgs"),
    ("Projects by country", "project", "countries", "countries"),
    ("Announcements by kind", "announcement", "kinds", "announcement-kinds"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A list of searches: each with its English words, its address and how many records it finds."""

    title: str
    searches: tuple[tuple[str, str, int], ...]


def ways(catalogue: Catalogue) -> list[Way]:
    """The lists that lead somewhere in this release, each in the order of the English words."""
    found = []
    for title, collection, field, name in _WAYS:
        counts = catalogue.search.search(Query(collection=collection, size=0)).facets.get(field, [])
        terms, parameter = vocabulary(name).terms, BY_FIELD[field].parametre
        searches = [
            (terms[code].label_en, f"{PATHS[collection]}?{parameter}={code}", count)
            for code, count in counts
            if code in terms
        ]
        if searches:
            found.append(Way(title=title, searches=tuple(sorted(searches))))
    return found


def subjects(files: Iterable[FileEntry]) -> list[tuple[str, list[FileEntry]]]:
    """As `by_subject`, under English titles."""
    return [(_SUBJECTS[subject], entries) for subject, entries in by_subject(files)]
