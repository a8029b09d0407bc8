"""Records as linked data: W3C ORG and RegORG for bodies, schema.org for all, PROV for where they are from.

No vocabulary of ours: codes are concepts with an IRI, a notation and a French label.
"""

from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hub.distributions.kernels import Column, beside, coded, rows_of, wrapped
from hub.distributions.terms import Things, iri, literal, moment, segment, segments, typed, web
from hub.model.imprint import Imprint
from schemas.vocabularies import vocabulary

_COUNTRY = "http://publications.europa.eu/resource/authority/country/"
_KINDS = {
    "ASSO": "schema:NGO",
    "COLL": "schema:GovernmentOrganization",
    "ENSR": "schema:EducationalOrganization",
    "PUBL": "schema:GovernmentOrganization",
}
_ANY_KIND = "schema:Organization"
_ADDRESS = {
    "schema:streetAddress": "street",
    "schema:postalCode": "postcode",
    "schema:addressLocality": "city",
    "schema:addressCountry": "country",
}
_REGISTERS = ("siren", "rna")  # a body that has one of these is in a public register


def described(collection: str, records: Any, imprint: Imprint) -> Things:
    """All that is said of the records of a batch, `dct:identifier`, the national id, of each."""
    things = Things(len(records))
    for classes in _CLASSES[collection](records):
        things.add("rdf:type", classes)
    things.add("dct:identifier", literal(records["id"]))
    _BODIES[collection](things, records, imprint)
    member_of = "org:memberOf" if collection == "actor" else "schema:publisher"
    networks, sources = records["networks"], records["sources"]
    things.add(member_of, coded(networks.values, partial(_named, imprint, "network")), rows_of(networks))
    directories = coded(
        pc.struct_field(sources.values, "network"), lambda name: imprint.name("source", segment(name), collection, "")
    )
    keys = segments(pc.struct_field(sources.values, "id"))
    things.add("prov:wasDerivedFrom", iri(beside(directories, keys)), rows_of(sources))
    return things


def subjects(collection: str, records: Any, imprint: Imprint) -> Column:
    """The IRI of each record."""
    return wrapped(f"<{imprint.record(collection, '')}", segments(records["id"]), ">")


def _classes_of_actors(records: Any) -> Iterator[Column]:
    yield pa.repeat("org:FormalOrganization", len(records))
    schemes = records["identifiers"]
    in_register = pc.is_in(pc.struct_field(schemes.values, "scheme"), pa.array(_REGISTERS))
    registered = np.isin(np.arange(len(records)), rows_of(schemes)[in_register.to_numpy(zero_copy_only=False)])
    yield pc.if_else(pa.array(registered), "rov:RegisteredOrganization", None)
    kinds = coded(records["type"], lambda code: _KINDS.get(code.partition("-")[0], _ANY_KIND))
    yield pc.fill_null(kinds, _ANY_KIND)


def _classes_of_announcements(records: Any) -> Iterator[Column]:
    yield pc.if_else(records["starts_at"].is_valid(), "schema:Event", "schema:CreativeWork")


def _classes_of_projects(records: Any) -> Iterator[Column]:
    yield pa.repeat("schema:Project", len(records))


_CLASSES: dict[str, Callable[[Any], Iterator[Column]]] = {
    "actor": _classes_of_actors,
    "project": _classes_of_projects,
    "announcement": _classes_of_announcements,
}


def _actors(things: Things, records: Any, imprint: Imprint) -> None:
    name = literal(records["name"])
    for label in ("skos:prefLabel", "rov:legalName", "schema:name"):
        things.add(label, name)
    things.add("skos:altLabel", *_other_names(records))
    things.add("org:classification", _concepts(imprint, "actor-types", records["type"]))
    identifiers = records["identifiers"]
    things.hold("adms:identifier", _identifiers(identifiers.values), rows_of(identifiers))
    things.hold("org:hasRegisteredSite", *_places(records["seat"], "org:Site"))
    things.add("schema:url", web(records["website"]))
    things.add("schema:sameAs", web(records["social"].values), rows_of(records["social"]))
    things.add("schema:email", literal(records["email"]))
    things.add("schema:telephone", literal(records["phone"]))
    things.add("dct:description", literal(records["description"], "fr"))
    _subjects(things, records, imprint)
    things.add("schema:foundingDate", moment(records["founded_on"]))
    things.add("schema:dissolutionDate", moment(records["closed_on"]))


def _projects(things: Things, records: Any, imprint: Imprint) -> None:
    things.add("schema:name", literal(records["title"], "fr"))
    _parties(things, "schema:parentOrganization", *_one_each(records["lead"]), imprint)
    for name, stated in (("schema:member", records["partners"]), ("schema:funder", records["funders"])):
        _parties(things, name, stated.values, rows_of(stated), imprint)
    places = records["places"]
    things.hold("schema:location", *_places(places.values, rows=rows_of(places)))
    things.add("schema:url", web(records["url"]))
    things.add("dct:description", literal(records["summary"], "fr"))
    _subjects(things, records, imprint)
    things.add("schema:foundingDate", moment(records["starts_on"]))
    things.add("schema:dissolutionDate", moment(records["ends_on"]))


def _announcements(things: Things, records: Any, imprint: Imprint) -> None:
    things.add("schema:name", literal(records["title"], "fr"))
    things.add("dct:type", _concepts(imprint, "announcement-kinds", records["kind"]))
    events = records["starts_at"].is_valid()
    organisers, rows = _one_each(records["organiser"])
    for name, here in (("schema:organizer", events), ("schema:creator", pc.invert(events))):
        chosen = here.to_numpy(zero_copy_only=False)[rows]
        _parties(things, name, organisers.filter(pa.array(chosen)), rows[chosen], imprint)
    _parties(things, "schema:funder", records["funders"].values, rows_of(records["funders"]), imprint)
    things.hold("schema:location", *_places(pc.if_else(events, records["place"], None)))
    things.add("schema:url", web(records["url"]))
    things.add("dct:description", literal(records["summary"], "fr"))
    _subjects(things, records, imprint)
    for name, stated in (
        ("schema:startDate", "starts_at"),
        ("schema:endDate", "ends_at"),
        ("schema:datePublished", "opens_at"),
        ("schema:expires", "closes_at"),
    ):
        things.add(name, moment(records[stated]))


_BODIES: dict[str, Callable[[Things, Any, Imprint], None]] = {
    "actor": _actors,
    "project": _projects,
    "announcement": _announcements,
}


def _other_names(records: Any) -> tuple[Column, Any]:
    """Acronyms and other names, each once, and the row of each."""
    stated = [_one_each(records["acronym"])]
    stated += [(names.values, rows_of(names)) for names in (records["other_names"], records["former_names"])]
    pairs = [pair for names, rows in stated for pair in zip(rows.tolist(), names.to_pylist(), strict=True)]
    named = sorted(dict.fromkeys(pairs), key=itemgetter(0))
    return literal(pa.array([name for _, name in named], pa.string())), np.array([row for row, _ in named], int)


def _one_each(column: Any) -> tuple[Any, Any]:
    """The values of a column that are stated, and the row of each."""
    stated = column.is_valid()
    return column.filter(stated), np.flatnonzero(stated.to_numpy(zero_copy_only=False))


def _subjects(things: Things, records: Any, imprint: Imprint) -> None:
    for list_ in ("sectors", "sdgs", "zones"):
        codes = records[list_]
        name = "dct:spatial" if list_ == "zones" else "dct:subject"
        things.add(name, _concepts(imprint, list_, codes.values), rows_of(codes))
    countries = records["countries"]
    things.add("schema:areaServed", coded(pc.struct_field(countries.values, "code"), _country), rows_of(countries))


def _identifiers(stated: Any) -> Things:
    things = Things(len(stated), "adms:Identifier")
    things.add("skos:notation", literal(pc.struct_field(stated, "value")))
    things.add("schema:propertyID", literal(coded(pc.struct_field(stated, "scheme"), str.upper)))
    return things


def _places(stated: Any, type_: str = "", rows: Any = None) -> tuple[Things, Any]:
    """Places by their address and their position, whichever is known, and the row of each."""
    at = _known([pc.struct_field(stated, field.name) for field in stated.type])
    places = stated.take(pa.array(at))
    things = Things(len(places), type_)
    things.add("rdf:type", pa.repeat("schema:Place", len(places)))
    fields = {field.name: pc.struct_field(places, field.name) for field in places.type}
    if "name" in fields:
        things.add("schema:name", literal(fields["name"]))
    things.hold("schema:address", *_addresses(fields))
    located, where = _one_each(pc.if_else(pc.and_(fields["lat"].is_valid(), fields["lon"].is_valid()), places, None))
    position = Things(len(located), "schema:GeoCoordinates")
    position.add("schema:latitude", typed(pc.struct_field(located, "lat"), "double"))
    position.add("schema:longitude", typed(pc.struct_field(located, "lon"), "double"))
    things.hold("schema:geo", position, where)
    return things, at if rows is None else rows[at]


def _addresses(fields: dict[str, Column]) -> tuple[Things, Any]:
    stated = {name: fields[part] for name, part in _ADDRESS.items() if part in fields}
    at = _known(list(stated.values()))
    things = Things(len(at), "schema:PostalAddress")
    for name, texts in stated.items():
        things.add(name, literal(texts.take(pa.array(at))))
    return things, at


def _known(columns: list[Any]) -> Any:
    """The rows of which one of some columns says something."""
    return np.flatnonzero(np.any([column.is_valid().to_numpy(zero_copy_only=False) for column in columns], axis=0))


def _parties(things: Things, name: str, parties: Any, rows: Any, imprint: Imprint) -> None:
    """Actors of the catalogue by their IRIs, any other by its name."""
    ids, names = pc.struct_field(parties, "national_id"), pc.struct_field(parties, "name")
    things.add(name, wrapped(f"<{imprint.record('actor', '')}", segments(ids), ">"), rows)
    others, at = _one_each(pc.if_else(ids.is_valid(), None, names))
    bodies = Things(len(others), "schema:Organization")
    bodies.add("schema:name", literal(others))
    things.hold(name, bodies, rows[at])


def _concepts(imprint: Imprint, list_: str, codes: Column) -> Column:
    return coded(codes, partial(_named, imprint, list_))


def _named(imprint: Imprint, kind: str, code: str) -> str:
    return f"<{imprint.name(kind, segment(code))}>"


def _country(code: str) -> str:
    """A country of the list of the Publications Office of the European Union, where it has it."""
    iso3 = vocabulary("countries").terms[code].crosswalks.get("iso3") if code in vocabulary("countries") else None
    return f"<{_COUNTRY}{iso3[0]}>" if iso3 else orjson.dumps(code).decode()
