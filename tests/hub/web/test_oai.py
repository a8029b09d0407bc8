"""OAI-PMH as its own schema, and two harvesters that others wrote, see it."""

import base64
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from oaipmh_scythe import Scythe
from oaipmh_scythe.exceptions import NoRecordsMatch as ScytheNoRecordsMatch
from rdflib import Graph
from sickle import Sickle
from sickle.oaiexceptions import NoRecordsMatch

from hub.catalogue import Catalogue
from hub.distributions.contents import Contents
from hub.model.imprint import Imprint
from hub.stages.release import Release, publish
from hub.web.app import create_app
from hub.web.current import CurrentRelease
from hub.web.oai.arguments import VERBS
from schemas.canonical import JSON
from tests.hub.distributions.lines import actor, project, published
from tests.hub.web.conftest import serving
from tests.hub.web.release import GONE, NOW

SCHEMAS = Path(__file__).parents[2] / "data" / "oai-pmh"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
DOMAIN = "annuaire.example.org"
PAGE = 100


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / "all.xsd"))


def asked(client: httpx.Client, schema: etree.XMLSchema, **arguments: str) -> Any:
    """The answer to a question, valid as the protocol's own schema wants it."""
    answer = client.get("/oai", params=arguments)
    assert answer.status_code == 200, answer.text
    root = etree.fromstring(answer.content)
    assert schema.validate(root), schema.error_log
    for stamp in root.iter(f"{OAI}responseDate", f"{OAI}datestamp", f"{OAI}earliestDatestamp"):
        assert datetime.fromisoformat(stamp.text).tzinfo is UTC
        assert stamp.text.endswith("Z")  # the schema lets an offset pass
    return root


def error(client: httpx.Client, schema: etree.XMLSchema, **arguments: str) -> str:
    found = asked(client, schema, **arguments).find(f"{OAI}error")
    assert found is not None, arguments
    assert found.text
    return str(found.get("code"))


def made(releases: Path, night: int, *actors: JSON, **more: list[JSON]) -> Release:
    lines = {"actor": published(*actors)} | {name: published(*found) for name, found in more.items()}
    imprint = Imprint(site=f"https://{DOMAIN}", contact="catalogue@example.org")
    found = publish(Contents(lines=lines, imprint=imprint), releases, NOW + timedelta(days=night))
    assert isinstance(found, Release)
    return found


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[tuple[Path, str, httpx.Client]]:
    """Two nights: 150 actors, of whom on the second night one left and one is called otherwise."""
    first = [actor(f"{number}", name=f"Structure {number}") for number in range(150)]
    made(tmp_path, 0, *first, project=[project()])
    made(tmp_path, 1, *first[2:], actor("1", name="A & <b>\x0b ]]>"), project=[project()])
    with serving(create_app(CurrentRelease(tmp_path), version="test")) as base, httpx.Client(base_url=base) as client:
        yield tmp_path, base, client


def test_sickle_harvests_everything_with_what_left(chain: tuple[Path, str, httpx.Client]) -> None:
    _, base, _ = chain
    harvester = Sickle(f"{base}/oai")
    records = list(harvester.ListRecords(metadataPrefix="oai_dc", ignore_deleted=False))

    assert harvester.Identify().deletedRecord == "persistent"
    assert len(records) == 151
    assert [each.header.identifier for each in records if each.deleted] == [f"oai:{DOMAIN}:{actor('0')['id']}"]
    renamed = harvester.GetRecord(identifier=f"oai:{DOMAIN}:{actor('1')['id']}", metadataPrefix="oai_dc")
    assert renamed.metadata["title"] == ["A & <b>\N{REPLACEMENT CHARACTER} ]]>"]
    assert renamed.metadata["identifier"] == [f"https://{DOMAIN}/acteurs/{actor('1')['id']}"]
    changed = list(harvester.ListRecords(metadataPrefix="oai_dc", ignore_deleted=False, **{"from": "2026-11-04"}))
    assert {each.header.identifier for each in changed} == {f"oai:{DOMAIN}:{actor(key)['id']}" for key in "01"}
    assert len(list(harvester.ListIdentifiers(metadataPrefix="rdf", set="project"))) == 1


def test_scythe_harvests_the_whole_demonstration_once(url: str, catalogue: Catalogue, hidden_id: str) -> None:
    with Scythe(f"{url}/oai") as harvester:
        records = list(harvester.list_records(metadata_prefix="oai_dc"))
        live = list(harvester.list_identifiers(metadata_prefix="oai_dc", ignore_deleted=True))
        sets = {each.setSpec for each in harvester.list_sets()}
        formats = {each.metadataPrefix for each in harvester.list_metadata_formats()}

    counts = catalogue.manifest.counts
    identifiers = [each.header.identifier for each in records]
    assert len(identifiers) == len(set(identifiers)) == sum(counts.values()) - 1 + 1  # not the closed one, and one gone
    assert [each.header.identifier for each in records if each.deleted] == [f"urn:x-rrma:actor:{GONE}"]
    assert len(live) == len(records) - 1
    assert hidden_id not in "".join(identifiers)
    assert {"actor", "actor:ASSO", "project", "announcement:funding", "region", "region:53"} <= sets
    assert formats == {"oai_dc", "rdf"}


def test_a_set_holds_the_records_that_say_they_are_in_it(
    client: httpx.Client, schema: etree.XMLSchema, catalogue: Catalogue
) -> None:
    for part in ("actor:COLL", "region:53", "region", "announcement"):
        root = asked(client, schema, verb="ListIdentifiers", metadataPrefix="oai_dc", set=part)
        headers = list(root.iter(f"{OAI}header"))
        token = root.find(f".//{OAI}resumptionToken")
        specs = [[each.text for each in header.iter(f"{OAI}setSpec")] for header in headers]

        assert headers
        assert all(any(f"{spec}:".startswith(f"{part}:") for spec in found) for found in specs), part
        if part == "announcement":
            assert token is None
            assert len(headers) == catalogue.manifest.counts["announcement"]


def test_who_harvests_one_set_is_told_which_records_left_it(tmp_path: Path, schema: etree.XMLSchema) -> None:
    moves = [{"type": "ASSO-ASI", "seat": RENNES}, {"type": "COLL-COM", "seat": TOURS}, {"type": "ASSO-ASI"}]
    stays, name = actor("stays", type="ASSO-ASI", seat=RENNES), f"oai:{DOMAIN}:{actor('moves')['id']}"
    held: dict[str, set[str]] = {part: set() for part in ("actor:ASSO", "region:53", "region", "actor")}
    told, since = [], {}
    with serving(create_app(CurrentRelease(tmp_path), version="test")) as base, httpx.Client(base_url=base) as client:
        for night, state in enumerate(moves):
            made(tmp_path, night, actor("moves", **state), stays)
            seen = {}
            for part, members in held.items():
                sickle, scythe = incremental(f"{base}/oai", part, since)
                assert sickle == scythe
                seen[part] = sickle.get(name)
                for identifier, deleted in sickle.items():
                    (members.discard if deleted else members.add)(identifier)
            told.append(seen)
            since = {"from": asked(client, schema, verb="Identify").findtext(f"{OAI}responseDate")}
            sets = {each.setSpec for each in Sickle(f"{base}/oai").ListSets()}
        root = asked(client, schema, verb="ListRecords", metadataPrefix="oai_dc", set="region:53")
        record = asked(client, schema, verb="GetRecord", metadataPrefix="oai_dc", identifier=name)

    assert told == [
        {"actor:ASSO": False, "region:53": False, "region": False, "actor": False},
        {"actor:ASSO": True, "region:53": True, "region": False, "actor": False},
        {"actor:ASSO": False, "region:53": True, "region": True, "actor": False},  # from is included: told twice
    ]
    both = {name, f"oai:{DOMAIN}:{stays['id']}"}
    assert held == {"actor:ASSO": both, "region:53": both - {name}, "region": both - {name}, "actor": both}
    assert {"actor:COLL", "region:24"} <= sets  # nobody is in them any more, and somebody may harvest them
    [gone] = [each for each in root.iter(f"{OAI}header") if each.get("status") == "deleted"]
    assert [each.text for each in gone.iter(f"{OAI}setSpec")] == ["region:53"]
    assert record.find(f".//{OAI}header").get("status") is None


RENNES = {"city": "Rennes", "insee": "35238", "postcode": "35000", "country": "FR"}
TOURS = {"city": "Tours", "insee": "37261", "postcode": "37000", "country": "FR"}


def incremental(url: str, part: str, since: dict[str, str]) -> tuple[dict[str, bool], dict[str, bool]]:
    """What two harvesters are told of one set since a moment: identifier -> whether it is deleted."""
    try:
        told = Sickle(url).ListRecords(metadataPrefix="oai_dc", set=part, ignore_deleted=False, **since)
        by_sickle = {each.header.identifier: each.deleted for each in told}
    except NoRecordsMatch:
        by_sickle = {}
    with Scythe(url) as harvester:
        try:
            found = list(harvester.list_records(metadata_prefix="oai_dc", set_=part, from_=since.get("from")))
        except ScytheNoRecordsMatch:
            found = []
    return by_sickle, {each.header.identifier: each.deleted for each in found}


def test_every_answer_is_valid_and_both_formats_say_the_same(
    client: httpx.Client,
    schema: etree.XMLSchema,
    shared_actor: str,
    project: str,
    announcement: str,
    catalogue: Catalogue,
) -> None:
    for verb in ("Identify", "ListSets", "ListMetadataFormats"):
        assert asked(client, schema, verb=verb).find(f"{OAI}{verb}") is not None
    asked(client, schema, verb="ListRecords", metadataPrefix="rdf", set="project")
    for collection, national_id in (("actor", shared_actor), ("project", project), ("announcement", announcement)):
        name = f"urn:x-rrma:{collection}:{national_id}"
        plain, rich = (
            asked(client, schema, verb="GetRecord", identifier=name, metadataPrefix=prefix)
            for prefix in ("oai_dc", "rdf")
        )
        says = orjson.loads(catalogue.record(collection, national_id) or b"")
        graph = Graph().parse(data=etree.tostring(rich.find(f".//{OAI}metadata")[0]), format="xml")
        whole = Graph().parse(data=triples_of(catalogue, collection, name), format="nt")
        assert plain.find(f".//{DC}title").text == says.get("name", says.get("title"))
        assert len(graph) == len(whole) > 5
        assert {(str(p), str(o)) for _, p, o in graph if "BNode" not in type(o).__name__} == {
            (str(p), str(o)) for _, p, o in whole if "BNode" not in type(o).__name__
        }
        asked(client, schema, verb="ListMetadataFormats", identifier=name)


def triples_of(catalogue: Catalogue, collection: str, name: str) -> str:
    """What the N-Triples of the release say of one record."""
    path = catalogue.file(f"{collection}s.nt.gz")
    assert path is not None
    national_id = name.rpartition(":")[2]
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return "".join(line for line in lines if line.startswith((f"<{name}>", f"_:r{national_id}.")))


def test_each_mistake_has_its_code(client: httpx.Client, schema: etree.XMLSchema, shared_actor: str) -> None:
    known, dc = f"urn:x-rrma:actor:{shared_actor}", {"metadataPrefix": "oai_dc"}
    mistakes: list[tuple[str, dict[str, str]]] = [
        ("badVerb", {}),
        ("badVerb", {"verb": "listRecords"}),
        ("badArgument", {"verb": "Identify", "set": "actor"}),
        ("badArgument", {"verb": "GetRecord", "identifier": known}),
        ("badArgument", {"verb": "ListRecords"}),
        ("badArgument", {"verb": "ListRecords", "resumptionToken": "x"} | dc),
        ("badArgument", {"verb": "ListRecords", "from": "2026-11-31"} | dc),
        ("badArgument", {"verb": "ListRecords", "from": "2026-11-03T10:00:00"} | dc),
        ("badArgument", {"verb": "ListRecords", "from": "2026-11-03T10:00:00+01:00"} | dc),
        ("badArgument", {"verb": "ListRecords", "from": "2026-11-03", "until": "2026-11-03T23:59:59Z"} | dc),
        ("badArgument", {"verb": "ListRecords", "from": "2026-11-04", "until": "2026-11-03"} | dc),
        ("badArgument", {"verb": "ListRecords", "set": "a b"} | dc),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "x"}),
        ("badResumptionToken", {"verb": "ListSets", "resumptionToken": "x"}),
        ("cannotDisseminateFormat", {"verb": "ListRecords", "metadataPrefix": "marc"}),
        ("cannotDisseminateFormat", {"verb": "GetRecord", "identifier": known, "metadataPrefix": "marc"}),
        ("idDoesNotExist", {"verb": "GetRecord", "identifier": "urn:x-rrma:actor:0000000000000"} | dc),
        ("idDoesNotExist", {"verb": "GetRecord", "identifier": shared_actor} | dc),
        ("idDoesNotExist", {"verb": "ListMetadataFormats", "identifier": "oai:x:y"}),
        ("noRecordsMatch", {"verb": "ListRecords", "set": "actor:XYZ"} | dc),
        ("noRecordsMatch", {"verb": "ListRecords", "from": "2100-01-01"} | dc),
        ("noRecordsMatch", {"verb": "ListRecords", "until": "1999-01-01T00:00:00Z"} | dc),
    ]
    for code, arguments in mistakes:
        assert error(client, schema, **arguments) == code, arguments
    twice = client.get("/oai?verb=Identify&verb=Identify")
    assert b'code="badVerb"' in twice.content
    assert b'code="badArgument"' in client.get("/oai?verb=ListRecords&set=a&set=a&metadataPrefix=oai_dc").content


def test_who_left_is_told_for_ever(client: httpx.Client, schema: etree.XMLSchema) -> None:
    root = asked(client, schema, verb="GetRecord", identifier=f"urn:x-rrma:actor:{GONE}", metadataPrefix="oai_dc")

    assert root.find(f".//{OAI}header").get("status") == "deleted"
    assert root.find(f".//{OAI}metadata") is None


def test_a_question_may_come_as_a_form(client: httpx.Client) -> None:
    sent = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "project"}

    assert client.post("/oai", data=sent).content == client.get("/oai", params=sent).content
    assert client.post("/oai", content=b"x" * 9_000).status_code == 400
    assert client.post("/oai", content=b"\xff\xfe").status_code == 400
    assert client.post("/oai", content=b"&".join([b"a=b"] * 30)).status_code == 400


def test_a_list_is_read_to_its_end_when_a_release_is_made_meanwhile(
    chain: tuple[Path, str, httpx.Client], schema: etree.XMLSchema
) -> None:
    releases, _, client = chain
    first = asked(client, schema, verb="ListRecords", metadataPrefix="oai_dc")
    token = first.find(f".//{OAI}resumptionToken")
    made(releases, 2, actor("7", name="Seule"))
    second = asked(client, schema, verb="ListRecords", resumptionToken=token.text)
    last = second.find(f".//{OAI}resumptionToken")

    names = [each.text for root in (first, second) for each in root.iter(f"{OAI}identifier")]
    assert len(names) == len(set(names)) == int(token.get("completeListSize")) == 151
    assert (token.get("cursor"), last.get("cursor"), last.text) == ("0", str(PAGE), None)
    since = first.findtext(f"{OAI}responseDate")
    caught_up = asked(client, schema, verb="ListIdentifiers", metadataPrefix="oai_dc", **{"from": since})
    assert len(caught_up.findall(f".//{OAI}header[@status='deleted']")) > 50


def test_a_list_whose_release_is_no_longer_kept_begins_again(
    chain: tuple[Path, str, httpx.Client], schema: etree.XMLSchema
) -> None:
    _, _, client = chain
    token = asked(client, schema, verb="ListRecords", metadataPrefix="oai_dc").findtext(f".//{OAI}resumptionToken")
    said = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    elsewhere = base64.urlsafe_b64encode(orjson.dumps(["20200101T000000Z-00000000", *said[1:]])).decode()

    assert error(client, schema, verb="ListRecords", resumptionToken=elsewhere) == "badResumptionToken"


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["verb", "from", "until", "set", "metadataPrefix", "identifier", "resumptionToken"]),
            st.one_of(st.sampled_from([*VERBS, "oai_dc", "actor", "2026-11-03"]), st.text(max_size=20)),
        ),
        max_size=5,
    )
)
def test_no_question_is_answered_with_anything_but_a_valid_document(
    client: httpx.Client, schema: etree.XMLSchema, pairs: list[tuple[str, str]]
) -> None:
    query = httpx.QueryParams([(name, value.encode("utf-8", "replace").decode()) for name, value in pairs])
    answer = client.get("/oai", params=query)

    assert answer.status_code == 200
    assert schema.validate(etree.fromstring(answer.content)), schema.error_log
