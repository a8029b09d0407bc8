"""Linked data, read by rdflib, and held to a few shapes of our own."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyshacl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from rdflib import DCTERMS, ORG, PROV, RDF, SDO, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.compare import to_isomorphic

from hub.distributions import terms
from hub.model.imprint import Imprint
from schemas.canonical import JSON
from tests.hub.distributions.lines import actor, project, real_actors
from tests.hub.distributions.written import by_suffix, written

ROV = Namespace("http://www.w3.org/ns/regorg#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
SITE = Imprint(site="https://annuaire.example.org")
ACTOR = actor(
    "A/1",
    name='Les « amis » "vrais"\\\n',
    acronym="AV",
    identifiers=[{"scheme": "siren", "value": "732829320"}],
    seat={"city": "Rennes", "postcode": "35000", "lat": 48.1, "lon": -1.68, "country": "FR"},
    website="https://exemple.org/é?q=a b",
    founded_on="1987-05",
    countries=[{"code": "ML"}],
    sectors=["EAU"],
)
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix rov: <http://www.w3.org/ns/regorg#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix prov: <http://www.w3.org/ns/prov#> .
[] a sh:NodeShape ; sh:targetClass org:FormalOrganization ; sh:nodeKind sh:IRI ;
  sh:property [ sh:path dct:identifier ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path skos:prefLabel ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path org:memberOf ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path org:hasRegisteredSite ; sh:class org:Site ] ,
    [ sh:path prov:wasDerivedFrom ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path adms:identifier ; sh:class adms:Identifier ] .
[] a sh:NodeShape ; sh:targetClass adms:Identifier ;
  sh:property [ sh:path skos:notation ; sh:minCount 1 ; sh:maxCount 1 ] .
[] a sh:NodeShape ; sh:targetClass rov:RegisteredOrganization ;
  sh:property [ sh:path adms:identifier ; sh:minCount 1 ] , [ sh:path rov:legalName ; sh:minCount 1 ] .
"""


def read(suffix: str, folder: Path, lines: list[JSON], collection: str = "actor", imprint: Imprint = SITE) -> Graph:
    path = written(suffix, folder, lines, collection, imprint)
    if suffix == "nt.gz":
        return Graph().parse(data=gzip.decompress(path.read_bytes()).decode(), format="nt")
    return Graph().parse(path, format="turtle")


@pytest.mark.parametrize("suffix", ["ttl", "nt.gz"])
def test_an_actor_is_an_organisation_of_the_w3c(suffix: str, tmp_path: Path) -> None:
    graph = read(suffix, tmp_path, [ACTOR])
    me = URIRef(f"https://annuaire.example.org/acteurs/{ACTOR['id']}")

    assert set(graph.objects(me, RDF.type)) == {ORG.FormalOrganization, ROV.RegisteredOrganization, SDO.NGO}
    assert graph.value(me, SKOS.prefLabel) == Literal(ACTOR["name"])
    assert graph.value(me, DCTERMS.identifier) == Literal(ACTOR["id"])
    assert graph.value(me, SDO.url) == URIRef("https://exemple.org/%C3%A9?q=a%20b")
    assert str(graph.value(me, SDO.foundingDate)) == "1987-05"
    assert graph.value(me, SDO.areaServed) == URIRef("http://publications.europa.eu/resource/authority/country/MLI")
    assert graph.value(me, PROV.wasDerivedFrom) == URIRef("https://annuaire.example.org/id/source/bretagne/actor/A%2F1")
    assert graph.value(graph.value(me, ADMS.identifier), SKOS.notation) == Literal("732829320")
    site = graph.value(me, ORG.hasRegisteredSite)
    assert graph.value(graph.value(site, SDO.address), SDO.addressLocality) == Literal("Rennes")
    assert graph.value(graph.value(site, SDO.geo), SDO.latitude).toPython() == 48.1


@pytest.mark.parametrize("imprint", [SITE, Imprint()], ids=["site", "no site"])
def test_both_forms_say_the_same(imprint: Imprint, tmp_path: Path) -> None:
    lines = [ACTOR, *real_actors()[:15]]

    one, other = read("ttl", tmp_path, lines, imprint=imprint), read("nt.gz", tmp_path, lines, imprint=imprint)

    assert len(one) > 15 * 8
    assert to_isomorphic(one) == to_isomorphic(other)


def test_real_directories_keep_to_the_shapes(tmp_path: Path) -> None:
    graph = read("ttl", tmp_path, [ACTOR, *real_actors()[:40]])

    conforms, _, told = pyshacl.validate(graph, shacl_graph=Graph().parse(data=SHAPES, format="turtle"))

    assert conforms, told


def test_a_project_names_those_who_lead_and_fund_it(tmp_path: Path) -> None:
    lead, funder = {"national_id": ACTOR["id"]}, {"name": "Agence française de développement"}
    line = project(lead=lead, funders=[funder], starts_on="2024", places=[{"name": "Kayes", "lat": 14.4, "lon": -11.4}])
    graph = read("ttl", tmp_path, [line], "project")
    me = URIRef(f"https://annuaire.example.org/projets/{line['id']}")

    assert graph.value(me, SDO.parentOrganization) == URIRef(f"https://annuaire.example.org/acteurs/{ACTOR['id']}")
    assert graph.value(graph.value(me, SDO.funder), SDO.name) == Literal("Agence française de développement")
    assert graph.value(graph.value(me, SDO.location), SDO.name) == Literal("Kayes")


def test_an_event_and_a_call_are_told_apart(tmp_path: Path) -> None:
    event = project("1") | {"starts_at": "2026-12-03T18:00:00+01:00", "kind": "event"}
    call = project("2") | {"closes_at": "2027-01-31T23:59:00+01:00", "kind": "funding"}
    graph = read("ttl", tmp_path, [event, call], "announcement")

    assert [str(each)[-13:] for each in graph.subjects(RDF.type, SDO.Event)] == [event["id"]]
    assert [str(each)[-13:] for each in graph.subjects(RDF.type, SDO.CreativeWork)] == [call["id"]]


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60)


@given(address=texts.map(lambda text: f"https://{text}") | texts, local=texts, name=texts)
def test_any_text_makes_triples_that_every_parser_takes(
    tmp_path_factory: pytest.TempPathFactory, address: str, local: str, name: str
) -> None:
    line = actor(local, name=name, website=address, founded_on=name)
    folder = tmp_path_factory.mktemp("triples")
    for suffix in ("ttl", "nt.gz"):
        assert list(by_suffix(suffix).ids(written(suffix, folder, [line]))) == [line["id"]]
    found = parse(gzip.decompress((folder / "actors.nt.gz").read_bytes()), RdfFormat.N_TRIPLES)

    assert name in {each.object.value for each in found if each.predicate.value == str(SKOS.prefLabel)}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.exemple.fr/a#b", "<https://www.exemple.fr/a#b>"),
        ("https://exemple.fr:80a/", '"https://exemple.fr:80a/"'),
        ("https://a b.fr/", "<https://a%20b.fr/>"),
        ("www.exemple.fr", '"www.exemple.fr"'),
        ("https://exemple.fr/100%", '"https://exemple.fr/100%"'),
        ("javascript:alert(1)", '"javascript:alert(1)"'),
    ],
)
def test_only_what_is_a_web_address_becomes_one(address: str, expected: str) -> None:
    assert terms.web(pa.array([address, None])).to_pylist() == [expected, None]
