"""The schemas drive forms, templates, columns and documentation: each property must carry what those need."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from schemas.registry import LATEST, UnknownSchema, columns, names, public, resolved, schema, schema_of, versions
from schemas.vocabularies import NAMES
from tests.builders import make_actor, make_announcement, make_project

RECORDS = ("actor", "project", "announcement")


def properties(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every declared property of a schema with its path, definitions included."""

    def below(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if isinstance(node, list):
            for index, one in enumerate(node):
                yield from below(one, f"{path}/{index}")
        elif isinstance(node, dict):
            for key, one in node.items():
                if key in ("examples", "const", "enum", "if", "then", "else", "anyOf", "allOf"):
                    continue
                if key == "properties":
                    yield from ((f"{path}/{name}", child) for name, child in one.items())
                yield from below(one, f"{path}/{key}")

    return below(document, "")


@pytest.mark.parametrize("name", names())
def test_a_schema_is_draft_2020_12_and_its_examples_follow_it(name: str) -> None:
    for version in versions(name):
        document = schema(name, version)
        jsonschema.Draft202012Validator.check_schema(document)
        assert document["$id"] == f"urn:rrma:schema:{name}:{version}"
        assert document["examples"]
        for example in document["examples"]:
            assert jsonschema_rs.Draft202012Validator(document, validate_formats=True).is_valid(example)


@pytest.mark.parametrize("name", names())
def test_every_property_is_titled_in_two_languages_described_and_exemplified(name: str) -> None:
    document = schema_of(LATEST[name])
    for path, node in properties(document):
        assert {"title", "x-title-en", "description", "examples"} <= node.keys(), path
        for example in node["examples"]:
            rule = {"$defs": document["$defs"], **node}
            assert jsonschema_rs.Draft202012Validator(rule, validate_formats=True).is_valid(example), path


@pytest.mark.parametrize("name", RECORDS)
def test_every_property_of_a_record_has_a_column_heading(name: str) -> None:
    document = schema_of(LATEST[name])
    for path, node in properties(document):
        assert path.endswith("/seat") or re.fullmatch("[a-z][a-z0-9]*(_[a-z0-9]+)*", node["x-column"]), path
    headings = [column.heading for column in columns(LATEST[name])]
    assert len(set(headings)) == len(headings)


@pytest.mark.parametrize("name", names())
def test_a_schema_speaks_only_of_vocabularies_that_exist(name: str) -> None:
    for path, node in properties(schema_of(LATEST[name])):
        assert node.get("x-vocabulary", NAMES[0]) in NAMES, path


def test_only_what_is_starred_is_required() -> None:
    assert schema_of("actor/1.0")["required"] == ["name", "type"]
    assert schema_of("project/1.0")["required"] == ["title", "lead"]  # and countries, or zones where wider
    assert schema_of("announcement/1.0")["required"] == ["kind", "title"]


def test_the_smallest_records_of_the_tests_are_the_smallest_valid_ones() -> None:
    for make, schema_id in (
        (make_actor, "actor/1.0"),
        (make_project, "project/1.0"),
        (make_announcement, "announcement/1.0"),
    ):
        validator = jsonschema_rs.Draft202012Validator(schema_of(schema_id))
        assert validator.is_valid(make())
        for name in make():
            assert not validator.is_valid({key: value for key, value in make().items() if key != name})


def test_groups_open_into_columns_and_identifiers_into_one_a_scheme() -> None:
    found = {column.property: column for column in columns("actor/1.0")}

    assert found["seat.city"].heading == "commune"
    assert found["seat.postcode"].heading == "code_postal"
    assert (found["identifiers.siren"].heading, found["identifiers.siren"].example) == ("siren", "732829320")
    assert (found["sectors"].kind, found["sectors"].many, found["sectors"].vocabulary) == ("code", True, "sectors")
    assert (found["countries"].heading, found["countries"].vocabulary) == ("pays", "countries")
    assert found["status"].choices == {"active": "active", "dormant": "en sommeil", "closed": "fermée"}
    assert (found["name"].title_fr, found["name"].title_en, found["name"].required) == ("Nom", "Name", True)
    assert [found[name].kind for name in ("website", "email", "founded_on", "member", "seat.lat")] == [
        "url",
        "email",
        "partial-date",
        "boolean",
        "number",
    ]
    assert not found["contacts"].public
    assert not found["match_keys"].public


def test_open_data_holds_neither_people_nor_what_no_schema_knows() -> None:
    full = schema_of("actor/1.0")["examples"][1]

    shown = public("actor/1.0", full | {"president": "Awa Diallo", "seat": full["seat"] | {"door": "code 1234"}})

    assert shown == {
        name: value
        for name, value in full.items()
        if name not in ("contacts", "match_keys", "publication", "consent_on")
    }


def test_the_public_part_of_a_valid_record_is_valid() -> None:
    for name in RECORDS:
        for example in schema_of(LATEST[name])["examples"]:
            assert jsonschema_rs.is_valid(schema_of(LATEST[name]), public(LATEST[name], example))


def test_an_unknown_schema_is_refused_by_name() -> None:
    with pytest.raises(UnknownSchema, match="no schema is called 'person'"):
        versions("person")
    with pytest.raises(UnknownSchema, match=r"no schema actor/9\.9; published: 1\.0"):
        schema_of("actor/9.9")


def test_a_reference_is_replaced_by_what_it_points_to_and_keeps_its_own_words() -> None:
    document = schema_of("actor/1.0")

    name = resolved(document, document["properties"]["name"])

    assert (name["type"], name["title"]) == ("string", "Nom")
