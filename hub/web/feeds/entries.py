"""What a feed tells: the records of a search that changed last, or the last changes of the whole catalogue.

Only open data leaves in a feed, as in every other format. Dates are those of releases, so that a feed is the same bytes
on every machine that serves the release.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from hub.catalogue import Catalogue
from hub.catalogue.journal import Change
from hub.search import Query
from hub.web.portal import words
from hub.web.portal.results import active
from hub.web.query import PARAMETRE, PATHS, PORTAL_PARAMETERS, address, commune, from_portal
from schemas.canonical import JSON

LONGEST = 100
_TITLES = {"actor": "Acteurs", "project": "Projets", "announcement": "Agenda et appels"}
_SHORT = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record, or one change of it. id: an IRI. path: its page. added, changed: moments, as in `Change`."""

    id: str
    title: str
    path: str
    added: str
    changed: str
    summary: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """path: of the page that shows the same; name: of the feed, without suffix. Both with their query string."""

    title: str
    path: str
    name: str
    query: str
    entries: tuple[Entry, ...]


def of_search(catalogue: Catalogue, params: QueryParams, collection: str) -> Feed:
    """The records of a search that changed last. Raises RequestError when the address cannot be read."""
    path, query = PATHS[collection], from_portal(params, collection=collection)
    changes = catalogue.journal.among(catalogue.search.ids(query), LONGEST)
    return Feed(
        title=title(catalogue, params, query, path),
        path=path,
        name=path,
        query=address(params, PORTAL_PARAMETERS, page=None, tri=None, **{PARAMETRE: None}),
        entries=tuple(_entry(catalogue, change, says) for change, says in _read(catalogue, changes)),
    )


def of_changes(catalogue: Catalogue) -> Feed:
    """The last changes of the whole catalogue: records that came, that say something else, that left."""
    changes = [each for each in catalogue.journal.recent(LONGEST) if not (each.gone and each.revision == 0)]
    return Feed(
        title="Changements du catalogue",
        path="/donnees",
        name="/changements",
        query="",
        entries=tuple(_told(catalogue, each) for each in changes),
    )


def title(catalogue: Catalogue, params: QueryParams, query: Query, path: str) -> str:
    """What a search is, in words: "Agenda et appels : Région : Bretagne"."""
    filters = active(catalogue, query, params, path, commune(params.get("pres_de", "")))
    return " ; ".join([_TITLES[query.collection], *(each.label for each in filters)])


def summary(collection: str, says: JSON) -> str:
    """A record in a few words of plain text."""
    if collection == "actor":
        told = [words.term(says["type"], "actor-types"), words.place(says.get("seat", {}))]
    elif collection == "project":
        told = [words.spoken(says.get("countries", []), "countries")]
    else:
        place = words.place(says["place"]) if "place" in says else ""
        told = [words.term(says["kind"], "announcement-kinds"), words.when(says), place]
    text: str = says.get("summary") or says.get("description") or ""
    short = text if len(text) <= _SHORT else text[: _SHORT - 1].rsplit(" ", 1)[0] + "…"
    return "\n".join(filter(None, (" · ".join(filter(None, told)), short)))


def terms(says: JSON) -> tuple[str, ...]:
    """The labels of what a record is about."""
    kind = [words.term(says["kind"], "announcement-kinds")] if "kind" in says else []
    sectors = [words.term(code, "sectors") for code in says.get("sectors", ())]
    countries = [words.term(each["code"], "countries") for each in says.get("countries", ())]
    return tuple(dict.fromkeys([*kind, *sectors, *countries]))


def _read(catalogue: Catalogue, changes: Iterable[Change]) -> Iterator[tuple[Change, Any]]:
    for change in changes:
        body = catalogue.record(change.collection, change.id)
        if body is not None:
            yield change, orjson.loads(body)


def _entry(catalogue: Catalogue, change: Change, says: JSON) -> Entry:
    return Entry(
        id=catalogue.manifest.imprint.record(change.collection, change.id),
        title=says.get("name") or says["title"],
        path=f"{PATHS[change.collection]}/{change.id}",
        added=change.added_at,
        changed=change.changed_at,
        summary=summary(change.collection, says),
        terms=terms(says),
    )


def _told(catalogue: Catalogue, change: Change) -> Entry:
    """A change as an entry of its own: the next change of the same record is another one."""
    name = f"{catalogue.manifest.imprint.record(change.collection, change.id)}#{change.revision}"
    body = None if change.gone else catalogue.record(change.collection, change.id)
    says = orjson.loads(body) if body else {}
    what = "Retrait" if change.gone else "Nouvelle fiche" if change.revision == 0 else "Modification"
    return Entry(
        id=name,
        title=f"{what} : {says.get('name') or says.get('title') or change.id}",
        path=f"{PATHS[change.collection]}/{change.id}",
        added=change.changed_at,
        changed=change.changed_at,
        summary=summary(change.collection, says) if says else _left(catalogue, change),
        terms=(what,),
    )


def _left(catalogue: Catalogue, change: Change) -> str:
    state, target = catalogue.resolve_id(change.id) or ("gone", "")
    if state == "redirect":
        return f"Cette fiche a été réunie avec une autre : {target}."
    return "Cette fiche ne fait plus partie des données ouvertes. Son identifiant ne sera pas réutilisé."
