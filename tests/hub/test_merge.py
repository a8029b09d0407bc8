"""The golden record: the right value, its origins, and nothing that must stay private."""

import json
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.merge import RULES, golden, is_published
from hub.merge.table import CHOICES
from hub.model.cluster import Cluster
from hub.model.golden import Golden
from hub.model.record import Accepted, Founding
from hub.resolution import resolve_records
from schemas import registry, validate
from schemas.canonical import canonical, content_hash
from schemas.record import RecordKey

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 1, tzinfo=UTC)


def stated(
    network: str, local_id: str, on: str | None = None, *, collection: str = "actor", **payload: Any
) -> Accepted:
    key = RecordKey(collection, network, local_id)
    least = {"actor": {"type": "ASSO", "name": "Eau vive"}, "project": {"countries": [{"code": "ML"}]}}
    payload = least.get(collection, {}) | payload
    return Accepted(
        key=key,
        payload=payload,
        hash=content_hash(payload),
        modified_at=datetime.fromisoformat(f"{on}T22:00:00+00:00") if on else None,
        founded=Founding(START, key),
    )


def merged(*members: Accepted, refer: Any = lambda _: None) -> Golden:
    keys = tuple(member.key for member in members)
    return golden(Cluster(national_id="0" * 13, collection=keys[0].collection, members=keys), members, refer)


def origins(record: Golden, pointer: str) -> list[tuple[str, str, str]]:
    return [(each.source, each.pointer, each.rule) for each in record.provenance[pointer]]


def test_a_name_in_small_letters_wins_and_the_other_spellings_stay() -> None:
    record = merged(
        stated("a", "1", name="ANJOU FORAGES MALI"),
        stated("b", "2", name="Anjou Forages Mali"),
        stated("c", "3", name="A.F.M.", other_names=["Anjou-Forages"]),
    )

    assert record.payload["name"] == "Anjou Forages Mali"
    assert record.payload["other_names"] == ["A.F.M.", "Anjou-Forages"]
    assert origins(record, "/name") == [("b", "/name", "fullest-name"), ("a", "/name", "fullest-name")]
    assert origins(record, "/other_names/1") == [("c", "/other_names/0", "other-spellings")]


def test_a_seat_is_taken_from_one_record_and_never_mixed() -> None:
    commune = {"city": "Nantes", "insee": "44109", "precision": "commune"}
    address = {"street": "1 rue Crébillon", "insee": "44109", "precision": "address"}
    record = merged(stated("a", "1", "2026-10-01", seat=commune), stated("b", "1", "2020-01-01", seat=address))

    assert record.payload["seat"] == address
    assert [each.stated_on for each in record.provenance["/seat"]] == [date(2020, 1, 1)]


def test_lists_are_united_and_every_origin_is_kept() -> None:
    record = merged(
        stated("a", "1", sectors=["SANTE", "EAU"], countries=[{"code": "ML", "roles": ["project"]}]),
        stated("b", "1", sectors=["EAU"], countries=[{"code": "ML", "roles": ["origin"]}, {"code": "SN"}]),
    )

    assert record.payload["sectors"] == ["EAU", "SANTE"]
    assert record.payload["countries"] == [{"code": "ML", "roles": ["origin", "project"]}, {"code": "SN"}]
    assert origins(record, "/sectors/0") == [("a", "/sectors/1", "union"), ("b", "/sectors/0", "union")]


def test_identifiers_are_united_in_their_tidy_spelling_with_their_dates() -> None:
    record = merged(
        stated("a", "1", identifiers=[{"scheme": "siren", "value": "732 829 320"}]),
        stated("b", "1", identifiers=[{"scheme": "siren", "value": "732829320", "valid_from": "2015"}]),
    )

    assert record.payload["identifiers"] == [{"scheme": "siren", "value": "732829320", "valid_from": "2015"}]


def test_the_website_of_most_networks_wins_over_the_freshest() -> None:
    old, new = "https://eauvive.org", "https://example.org"
    record = merged(
        stated("a", "1", "2020-01-01", website=old),
        stated("b", "1", "2021-01-01", website=old),
        stated("c", "1", "2026-01-01", website=new),
        stated("c", "2", "2026-01-01", website=new),
    )

    assert record.payload["website"] == old


def test_the_longest_of_the_freshest_descriptions_is_kept() -> None:
    record = merged(
        stated("a", "1", "2020-01-01", description="Une très longue description, mais ancienne."),
        stated("b", "1", "2026-01-01", description="Courte."),
        stated("c", "1", "2026-01-01", description="Moins courte."),
    )

    assert record.payload["description"] == "Moins courte."


def test_who_confirmed_is_never_said_of_another_confirmation() -> None:
    record = merged(
        stated("a", "1", status="active", confirmed_on="2025-01-01", confirmed_by="self"),
        stated("b", "1", status="closed", confirmed_on="2026-01-01"),
    )

    assert (record.payload["status"], record.payload["confirmed_on"]) == ("closed", "2026-01-01")
    assert "confirmed_by" not in record.payload


def test_a_project_names_its_lead_by_the_national_id() -> None:
    def refer(key: RecordKey) -> str | None:
        return "NATIONAL" if key == RecordKey("actor", "a", "A-1") else None

    record = merged(
        stated("a", "P", collection="project", title="Forages à Kayes", lead={"actor": "A-1"}),
        stated("b", "P", collection="project", title="FORAGES", lead={"actor": "unknown", "name": "Anjou Forages"}),
        refer=refer,
    )

    assert record.payload["lead"] == {"national_id": "NATIONAL"}
    assert record.payload["title"] == "Forages à Kayes"
    assert validate.is_valid("project/1.0", record.payload)


def test_a_call_relayed_by_two_networks_is_one_announcement() -> None:
    call = {"kind": "funding", "title": "FORIM : appel à mésoprojets", "closes_at": "2026-05-01T12:00:00+02:00"}
    record = merged(*(stated(each, "C", collection="announcement", **call) for each in ("resacoop", "gescod")))

    assert record.networks == ("gescod", "resacoop")
    assert validate.is_valid("announcement/1.0", record.payload)


def test_nothing_private_and_nothing_unknown_is_merged() -> None:
    private = {"contacts": [{"name": "Ada", "email": "ada@example.org"}], "match_keys": ["0" * 64], "odd": 1}
    record = merged(stated("a", "1", publication="open", consent_on="2026-01-01", **private))

    assert set(record.payload) == {"name", "type"}
    assert "Ada" not in str(record)


def test_a_record_that_is_only_counted_gives_nothing_to_a_public_line() -> None:
    record = merged(
        stated("a", "1"),
        stated("b", "1", "2026-10-01", publication="counted-only", website="https://secret.example", sectors=["EAU"]),
    )

    assert is_published(record)
    assert [member.key.source for member in record.members] == ["a"]
    assert set(record.payload) == {"name", "type"}


def test_what_one_member_keeps_to_the_catalogue_does_not_become_open_data_through_another() -> None:
    reserved = stated("b", "1", "2026-10-01", publication="catalogue", website="https://reserved.example")

    together, alone = merged(stated("a", "1"), reserved), merged(reserved)

    assert set(together.payload) == {"name", "type"}
    assert (alone.payload["publication"], alone.payload["website"]) == ("catalogue", "https://reserved.example")


def test_a_cluster_of_only_counted_records_has_no_public_line_and_can_be_counted() -> None:
    record = merged(stated("a", "1", publication="counted-only", sectors=["EAU"]))

    assert not is_published(record)
    assert record.payload == {"publication": "counted-only", "name": "Eau vive", "type": "ASSO", "sectors": ["EAU"]}


def test_a_list_is_never_longer_than_its_schema_allows() -> None:
    members = [stated(f"n{each}", "1", other_names=[f"Nom {each} {at}" for at in range(10)]) for each in range(12)]

    record = merged(*members)

    assert len(record.payload["other_names"]) == 50
    assert validate.is_valid("actor/1.0", record.payload)


@pytest.mark.parametrize("collection", ["actor", "project", "announcement"])
def test_every_public_property_has_a_rule_and_no_private_one_has(collection: str) -> None:
    properties = registry.schema_of(registry.LATEST[collection])["properties"]
    public = {name for name, node in properties.items() if node.get("x-public", True)} - {
        "id",
        "attribution",  # goes with each source record
    }

    assert set(CHOICES[collection]) == public
    assert {rule.property for rule in RULES if rule.collection == collection} == public


names = st.sampled_from(["Eau vive", "EAU VIVE", "Eau Vive Nantes", "eau-vive"])
payloads = st.fixed_dictionaries(
    {"name": names, "type": st.sampled_from(["ASSO", "ASSO-ASI", "AUTRE"])},
    optional={
        "website": st.sampled_from(["https://a.fr", "https://b.fr"]),
        "sectors": st.lists(st.sampled_from(["EAU", "SANTE", "EDUC"]), unique=True),
        "countries": st.lists(st.sampled_from(["ML", "SN"]).map(lambda code: {"code": code}), unique_by=str),
        "identifiers": st.just([{"scheme": "siren", "value": "732829320"}]),
        "seat": st.sampled_from([{"insee": "44109"}, {"city": "Nantes", "precision": "commune"}]),
        "description": st.text(min_size=1, max_size=9, alphabet="abc "),
        "status": st.sampled_from(["active", "closed"]),
        "confirmed_on": st.sampled_from(["2025-01-01", "2026-01-01"]),
        "founded_on": st.sampled_from(["1999", "1999-05", "2001-01-01"]),
        "publication": st.sampled_from(["open", "catalogue", "counted-only"]),
    },
)
dates = st.sampled_from([None, "2025-01-01", "2026-01-01"])


@given(st.lists(st.tuples(st.sampled_from("abc"), dates, payloads), min_size=1, max_size=4))
def test_the_order_of_members_changes_nothing_and_every_value_has_an_origin(drawn: list[Any]) -> None:
    members = [stated(network, str(at), on, **payload) for at, (network, on, payload) in enumerate(drawn)]
    cluster = Cluster(national_id="0" * 13, collection="actor", members=tuple(member.key for member in members))

    found = [golden(cluster, order, lambda _: None) for order in permutations(members)]

    assert len({canonical(each.as_line()) for each in found}) == 1
    assert validate.is_valid("actor/1.0", found[0].payload)
    told = {pointer.split("/")[1] for pointer in found[0].provenance}
    assert told == set(found[0].payload) - {"publication"}
    for pointer, by in found[0].provenance.items():
        assert all(each.source in found[0].networks for each in by), pointer


def test_the_origin_of_each_source_record_goes_with_it() -> None:
    origin = {"source": "ror-france", "licence": "CC0-1.0"}
    record = merged(
        stated("a", "1", "2026-01-01", name="Eau Vive", attribution=origin), stated("b", "2", None, name="Eau Vive")
    )

    line = record.as_line()

    assert "attribution" not in line
    assert [source.get("attribution") for source in line["sources"]] == [origin, None]


def test_every_cluster_of_real_records_merges_into_a_valid_actor() -> None:
    """Records of six kinds of real directories, merged as resolution groups them."""
    lines = map(json.loads, (ROOT / "tests/data/judged/records.ndjson").read_text("utf-8").splitlines())
    records = {
        record.key: record for record in (stated(line["source"], line["id"], None, **line["record"]) for line in lines)
    }

    for keys in resolve_records(records.values()).clusters:
        record = merged(*(records[key] for key in sorted(keys)))

        assert validate.is_valid("actor/1.0", record.payload), record
        assert {pointer.split("/")[1] for pointer in record.provenance} == set(record.payload)


def test_the_rules_are_published_word_for_word() -> None:
    readme = (ROOT / "hub/merge/README.md").read_text("utf-8")

    assert all(f"| `{rule.property}` | `{rule.name}` | {rule.text_fr} |" in readme for rule in RULES)
