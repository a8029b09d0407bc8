"""Records as linked data: W3C ORG and RegORG for bodies, schema.org for all, PROV for where they are from.

No vocabulary of ours: codes are concepts with an IRI, a notation and a French label.
"""

from collections.abc import Callable, Iterator
from functools import cache

from hub.distributions.terms import Node, iri, literal, moment, segment, typed, web
from hub.model.imprint import Imprint
from schemas.canonical import JSON
from schemas.vocabularies import vocabulary

_COUNTRY = "http://publications.europa.eu/resource/authority/country/"
_KINDS = {
    "ASSO": "schema:NGO",
    "COLL": "schema:GovernmentOrganization",
    "ENSR": "schema:EducationalOrganization",
    "PUBL": "schema:GovernmentOrganization",
}
_REGISTERS = ("siren", "rna")  # a body that has one of these is in a public register


def described(collection: str, line: JSON, imprint: Imprint) -> Node:
    """All that is said of a record. The first property but its classes is `dct:identifier`, its national id."""
    node = Node(("rdf:type", kind) for kind in _classes(collection, line))
    node.add("dct:identifier", literal(line["id"]))
    _BODIES[collection](node, line, imprint)
    for network in line.get("networks", ()):
        node.add("org:memberOf" if collection == "actor" else "schema:publisher", iri(_network(imprint, network)))
    for source in line.get("sources", ()):
        name = imprint.name("source", segment(source["network"]), collection, segment(source["id"]))
        node.add("prov:wasDerivedFrom", iri(name))
    return node


def _classes(collection: str, line: JSON) -> Iterator[str]:
    if collection == "project":
        yield "schema:Project"
    elif collection == "announcement":
        yield "schema:Event" if line.get("starts_at") else "schema:CreativeWork"
    else:
        yield "org:FormalOrganization"
        if any(each["scheme"] in _REGISTERS for each in line.get("identifiers", ())):
            yield "rov:RegisteredOrganization"
        yield _KINDS.get(line.get("type", "").partition("-")[0], "schema:Organization")


def _actor(node: Node, line: JSON, imprint: Imprint) -> None:
    name = literal(line["name"])
    for label in ("skos:prefLabel", "rov:legalName", "schema:name"):
        node.add(label, name)
    acronym = [line["acronym"]] if line.get("acronym") else []
    for other in dict.fromkeys([*acronym, *line.get("other_names", ()), *line.get("former_names", ())]):
        node.add("skos:altLabel", literal(other))
    node.add("org:classification", _concept(imprint, "actor-types", line.get("type")))
    for each in line.get("identifiers", ()):
        node.add("adms:identifier", _identifier(each))
    if seat := line.get("seat"):
        node.add("org:hasRegisteredSite", _site(seat))
    _known_by(node, line)
    node.add("schema:email", literal(line["email"]) if line.get("email") else None)
    node.add("schema:telephone", literal(line["phone"]) if line.get("phone") else None)
    _about(node, line, imprint)
    node.add("schema:foundingDate", moment(line.get("founded_on")))
    node.add("schema:dissolutionDate", moment(line.get("closed_on")))


def _project(node: Node, line: JSON, imprint: Imprint) -> None:
    node.add("schema:name", literal(line["title"], "fr"))
    for property_, who in (
        ("schema:parentOrganization", [line["lead"]] if line.get("lead") else []),
        ("schema:member", line.get("partners", ())),
        ("schema:funder", line.get("funders", ())),
    ):
        for each in who:
            node.add(property_, _party(imprint, each))
    for place in line.get("places", ()):
        node.add("schema:location", _place(place))
    _known_by(node, line)
    _about(node, line, imprint)
    node.add("schema:foundingDate", moment(line.get("starts_on")))
    node.add("schema:dissolutionDate", moment(line.get("ends_on")))


def _announcement(node: Node, line: JSON, imprint: Imprint) -> None:
    node.add("schema:name", literal(line["title"], "fr"))
    node.add("dct:type", _concept(imprint, "announcement-kinds", line.get("kind")))
    if line.get("organiser"):
        node.add("schema:organizer" if line.get("starts_at") else "schema:creator", _party(imprint, line["organiser"]))
    for each in line.get("funders", ()):
        node.add("schema:funder", _party(imprint, each))
    if line.get("place") and line.get("starts_at"):
        node.add("schema:location", _place(line["place"]))
    _known_by(node, line)
    _about(node, line, imprint)
    for property_, stated in (
        ("schema:startDate", "starts_at"),
        ("schema:endDate", "ends_at"),
        ("schema:datePublished", "opens_at"),
        ("schema:expires", "closes_at"),
    ):
        node.add(property_, moment(line.get(stated)))


_BODIES: dict[str, Callable[[Node, JSON, Imprint], None]] = {
    "actor": _actor,
    "project": _project,
    "announcement": _announcement,
}


def _known_by(node: Node, line: JSON) -> None:
    node.add("schema:url", web(line.get("website") or line.get("url")))
    for address in line.get("social", ()):
        node.add("schema:sameAs", web(address))


def _about(node: Node, line: JSON, imprint: Imprint) -> None:
    text = line.get("description") or line.get("summary")
    node.add("dct:description", literal(text, "fr") if text else None)
    for list_ in ("sectors", "sdgs", "zones"):
        for code in line.get(list_, ()):
            node.add("dct:spatial" if list_ == "zones" else "dct:subject", _concept(imprint, list_, code))
    for country in line.get("countries", ()):
        node.add("schema:areaServed", _country(country["code"]))


def _identifier(stated: JSON) -> Node:
    return Node(
        [
            ("rdf:type", "adms:Identifier"),
            ("skos:notation", literal(stated["value"])),
            ("schema:propertyID", literal(stated["scheme"].upper())),
        ]
    )


def _site(seat: JSON) -> Node:
    node = _place(seat)
    node.insert(0, ("rdf:type", "org:Site"))
    return node


def _place(place: JSON) -> Node:
    """A place by its address and its position, whichever is known."""
    node = Node([("rdf:type", "schema:Place")])
    if place.get("name"):
        node.add("schema:name", literal(place["name"]))
    address = Node()
    for property_, stated in (
        ("schema:streetAddress", "street"),
        ("schema:postalCode", "postcode"),
        ("schema:addressLocality", "city"),
        ("schema:addressCountry", "country"),
    ):
        address.add(property_, literal(place[stated]) if place.get(stated) else None)
    if address:
        address.insert(0, ("rdf:type", "schema:PostalAddress"))
        node.add("schema:address", address)
    if place.get("lat") is not None and place.get("lon") is not None:
        position = Node([("rdf:type", "schema:GeoCoordinates")])
        position.add("schema:latitude", typed(place["lat"], "double"))
        position.add("schema:longitude", typed(place["lon"], "double"))
        node.add("schema:geo", position)
    return node


def _party(imprint: Imprint, who: JSON) -> str | Node | None:
    """An actor of the catalogue by its IRI, any other by its name."""
    if who.get("national_id"):
        return iri(imprint.record("actor", segment(who["national_id"])))
    if not who.get("name"):
        return None
    return Node([("rdf:type", "schema:Organization"), ("schema:name", literal(who["name"]))])


def _network(imprint: Imprint, network: str) -> str:
    return imprint.name("network", segment(network))


@cache
def _concept(imprint: Imprint, list_: str, code: str | None) -> str | None:
    return iri(imprint.name(list_, segment(code))) if code else None


@cache
def _country(code: str) -> str:
    """A country of the list of the Publications Office of the European Union, where it has it."""
    iso3 = vocabulary("countries").terms[code].crosswalks.get("iso3") if code in vocabulary("countries") else None
    return iri(_COUNTRY + iso3[0]) if iso3 else literal(code)
