"""The API: stored bytes, honest pages, an answer for every fate of an identifier, a document that keeps its word."""

import shutil
from pathlib import Path

import httpx
import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from hub.catalogue import Catalogue
from hub.model.identity import national_id
from hub.model.record import Accepted
from hub.search import Query
from hub.web.app import create_app
from hub.web.current import CurrentRelease
from hub.web.facets import FACETS
from schemas import registry
from schemas.record import RecordKey
from schemas.validate import is_fit, issues
from tests.hub.web.conftest import serving
from tests.hub.web.release import GONE, NOW, accepted, publish_records

ADDED = ("networks", "sources", "provenance")
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    positive_data_acceptance,
)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_document_tells_the_truth(url: str, mode: GenerationMode) -> None:
    """What the document allows is answered as it says; what it forbids is refused."""
    described = schemathesis.openapi.from_url(f"{url}/api/openapi.json")
    for found in described.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not operation.query:
            continue  # a path segment is any text, and a call without parameters has nothing to get wrong

        @settings(max_examples=8, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def keeps_its_word(case: Case) -> None:
            case.call_and_validate(checks=CHECKS)

        keeps_its_word()


def test_the_components_are_the_published_schemas(client: httpx.Client) -> None:
    components = client.get("/api/openapi.json").json()["components"]["schemas"]

    actor = registry.schema_of(registry.LATEST["actor"])
    assert components["Actor"]["properties"]["name"]["title"] == actor["properties"]["name"]["title"]
    assert components["Actor"]["$defs"].keys() == actor["$defs"].keys()
    assert not {"contacts", "match_keys", "publication", "consent_on"} & components["Actor"]["properties"].keys()


def test_a_record_is_sent_as_the_bytes_of_the_release(
    client: httpx.Client, catalogue: Catalogue, shared_actor: str, project: str
) -> None:
    assert client.get(f"/api/v1/actors/{shared_actor}").content == catalogue.actor(shared_actor)
    assert client.get(f"/api/v1/projects/{project}").content == catalogue.project(project)
    assert client.get(f"/acteurs/{shared_actor}.json").content == catalogue.actor(shared_actor)


def test_a_record_tells_why_its_sources_were_joined(
    client: httpx.Client, shared_actor: str, project: str, hidden_id: str
) -> None:
    told = client.get(f"/api/v1/actors/{shared_actor}/explanation").json()
    sources = client.get(f"/api/v1/actors/{shared_actor}").json()["sources"]
    keys = [{"network": source["network"], "id": source["id"]} for source in sources]

    assert told["id"] == shared_actor
    assert told["pairs"]
    for pair in told["pairs"]:
        assert pair["left"] in keys
        assert pair["right"] in keys
        assert sum(part["weight"] for part in pair["parts"]) == pytest.approx(pair["log_odds"], abs=0.01)
        assert all(" : " in part["text_fr"] for part in pair["parts"])
    moved = client.get(f"/api/v1/actors/{shared_actor.lower()}/explanation")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/api/v1/actors/{shared_actor}/explanation")
    assert client.get(f"/api/v1/projects/{project}/explanation").json()["id"] == project
    assert client.get(f"/api/v1/actors/{hidden_id}/explanation").status_code == 403
    assert client.get(f"/api/v1/actors/{GONE}/explanation").status_code == 410


def test_a_call_that_two_networks_relay_is_one_announcement_that_names_both(
    client: httpx.Client, announcement: str
) -> None:
    page = client.get("/api/v1/announcements?kind=funding").json()
    one = client.get(f"/api/v1/announcements/{announcement}").json()
    [pair] = client.get(f"/api/v1/announcements/{announcement}/explanation").json()["pairs"]

    assert (page["total"], page["items"]) == (1, [one])
    assert one["networks"] == ["centraider", "gescod"]
    assert {(source["network"], source["id"]) for source in one["sources"]} == {
        ("centraider", "call"),
        ("gescod", "appel"),
    }
    assert "même nom" in " ".join(part["text_fr"] for part in pair["parts"])


def test_every_published_record_satisfies_its_schema(client: httpx.Client) -> None:
    for collection in ("actor", "project", "announcement"):
        for record in client.get(f"/api/v1/{collection}s?size=100").json()["items"]:
            stated = {name: value for name, value in record.items() if name not in ADDED}
            assert is_fit(issues(registry.LATEST[collection], stated)), record["id"]


def test_the_links_lead_through_every_open_record_once(
    client: httpx.Client, catalogue: Catalogue, hidden_id: str
) -> None:
    answer = client.get("/api/v1/actors?q=association&size=100")
    found: list[str] = []
    while True:
        found += [item["id"] for item in answer.json()["items"]]
        if "next" not in answer.links:
            break
        answer = client.get(answer.links["next"]["url"])

    assert answer.links["first"]["url"].endswith(f"{catalogue.manifest.release}.1.100")
    every = catalogue.search.ids(Query(text="association"))
    assert found == [each for each in every if each != hidden_id]
    assert len(set(found)) == len(found) == answer.json()["total"] - 1 > 100
    assert "license" in answer.links


def test_a_list_goes_on_in_the_release_it_began_in(tmp_path: Path) -> None:
    def stated(*names: str) -> list[Accepted]:
        return [accepted(RecordKey("actor", "gescod", name), {"name": name, "type": "ASSO"}) for name in names]

    kayes, sahel, wells, youth = "Kayes ensemble", "Paysans du Sahel", "Puits et forages", "Volontaires"
    publish_records(stated(kayes, sahel, wells, youth), tmp_path)
    with serving(create_app(CurrentRelease(tmp_path), version="test")) as base, httpx.Client(base_url=base) as client:
        first = client.get("/api/v1/actors?sort=name&size=2")
        second = publish_records(stated("Amis de Ségou", kayes, wells, youth), tmp_path, NOW.replace(day=4))
        then = client.get(first.links["next"]["url"])
        anew = client.get("/api/v1/actors?sort=name&size=2").json()
        shutil.rmtree(tmp_path / first.json()["release"])
        late = client.get(then.links["prev"]["url"].replace(".1.2", ".2.2"))

    names = [each["name"] for answer in (first, then) for each in answer.json()["items"]]
    assert names == [kayes, sahel, wells, youth]
    assert first.json()["release"] == then.json()["release"] != anew["release"] == second.name
    assert [each["name"] for each in anew["items"]] == ["Amis de Ségou", kayes]
    assert (late.status_code, late.json()["type"]) == (404, "urn:rrma:problem:not-found")


def test_a_cursor_that_was_never_given_out_is_refused(client: httpx.Client, catalogue: Catalogue) -> None:
    name = catalogue.manifest.release

    for cursor in (
        "x",
        f"{name}.0.20",
        f"{name}.1.101",
        f"{name}.1",
        f"../{name}.1.20",
        f"{name}.1.20.",
        f"{name}.01.20",
    ):
        assert client.get(f"/api/v1/actors?cursor={cursor}").status_code == 400, cursor
    assert client.get(f"/api/v1/actors?cursor={name}.3.20").json()["page"] == 3
    assert client.get("/api/v1/actors?cursor=20200101T000000Z-00000000.1.20").status_code == 404


def test_the_document_is_openapi_as_others_read_it(client: httpx.Client) -> None:
    document = client.get("/api/openapi.json").json()

    OpenAPIV31SpecValidator(document).validate()
    operations = [each["operationId"] for path in document["paths"].values() for each in path.values()]
    assert len(set(operations)) == len(operations) > 12
    for path in document["paths"].values():
        problems = {code: answer for code, answer in path["get"]["responses"].items() if code >= "400"}
        assert {"400", "503"} <= problems.keys()
        assert all("application/problem+json" in answer["content"] for answer in problems.values())


def test_announcements_are_found_where_they_are_addressed(client: httpx.Client, announcement: str) -> None:
    found = client.get("/api/v1/announcements?kind=funding&region=53").json()

    assert [each["id"] for each in found["items"]] == [announcement]
    assert client.get("/api/v1/announcements?region=76").json()["total"] == 0
    assert client.get(f"/api/v1/announcements/{announcement}").json()["amount"]["max"] == 25000
    assert client.get(f"/api/v1/announcements/{announcement}/explanation").json()["id"] == announcement
    assert client.get(f"/api/v1/projects/{announcement}").status_code == 404


def test_counts_and_list_come_from_one_query(client: httpx.Client) -> None:
    answer = client.get("/api/v1/actors?q=mali&size=1").json()

    for facet in FACETS:
        for value in answer["facets"].get(facet.parameter, [])[:3]:
            narrowed = client.get(f"/api/v1/actors?q=mali&size=1&{facet.parameter}={value['code']}").json()
            assert narrowed["total"] == value["count"], (facet.parameter, value)


def test_each_fate_of_an_identifier_has_its_answer(
    client: httpx.Client, catalogue: Catalogue, shared_actor: str, project: str, hidden_id: str
) -> None:
    from_members = {
        f"/api/v1/actors/{shared_actor.lower()}": (301, f"/api/v1/actors/{shared_actor}"),
        f"/acteurs/{shared_actor.lower()}": (301, f"/acteurs/{shared_actor}"),
        f"/acteurs/{shared_actor.lower()}.json": (301, f"/acteurs/{shared_actor}.json"),
    }
    for path, (status, leads_to) in from_members.items():
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (status, leads_to)
    assert client.get(f"/api/v1/actors/{GONE}").json()["type"] == "urn:rrma:problem:gone"
    assert client.get(f"/acteurs/{GONE}").status_code == 410
    assert client.get("/api/v1/actors/0000000000000").json()["type"] == "urn:rrma:problem:not-found"
    assert client.get(f"/api/v1/actors/{project}").status_code == 404
    assert client.get(f"/api/v1/actors/{hidden_id}").json()["type"] == "urn:rrma:problem:not-open"


def test_a_merged_identifier_leads_to_the_one_that_replaced_it(client: httpx.Client, catalogue: Catalogue) -> None:
    merged = next(
        line
        for line in (orjson.loads(catalogue.actor(each) or b"") for each in catalogue.search.ids(Query()))
        if len(line["sources"]) > 1
    )
    founders = {national_id(RecordKey("actor", each["network"], each["id"])) for each in merged["sources"]} - {
        merged["id"]
    }

    for old in founders:
        assert client.get(f"/acteurs/{old}").headers["location"] == f"/acteurs/{merged['id']}"


def test_who_agreed_to_the_catalogue_alone_is_on_pages_and_in_no_data(client: httpx.Client, hidden_id: str) -> None:
    asked = "q=Structure+au+catalogue+seulement"

    assert "Structure au catalogue seulement" in client.get(f"/acteurs/{hidden_id}").text
    assert hidden_id in client.get(f"/acteurs?{asked}").text
    assert client.get(f"/acteurs/{hidden_id}.json").status_code == 403
    assert hidden_id not in client.get(f"/api/v1/actors?{asked}").text
    for suffix in ("csv", "geojson", "jsonl.gz"):
        assert hidden_id.encode() not in client.get(f"/acteurs.{suffix}?{asked}").content


def test_problems_are_problems(client: httpx.Client) -> None:
    for path in (
        "/api/v1/actors?page=0",
        "/api/v1/actors?bbox=1,2,3",
        "/api/v1/actors?near=north",
        "/api/v1/actors?sort=luck",
        "/api/v1/suggest",
    ):
        answer = client.get(path)
        assert answer.status_code == 400, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json().keys() >= {"type", "title", "status", "detail", "instance"}
    assert client.post("/api/v1/actors").status_code == 405
    assert client.get("/api/v2").json()["status"] == 404


def test_nothing_published_is_said_in_both_tongues(tmp_path: Path) -> None:
    with serving(create_app(CurrentRelease(tmp_path), version="test")) as base, httpx.Client(base_url=base) as client:
        problem, page, live = client.get("/api/v1/actors"), client.get("/acteurs"), client.get("/health/live")

    assert (problem.status_code, page.status_code, live.status_code) == (503, 503, 200)
    assert problem.json()["type"] == "urn:rrma:problem:config"
    assert str(tmp_path) not in problem.text + page.text
    assert "Catalogue pas encore publié" in page.text
    assert problem.headers["retry-after"] == "60"
