"""Every place of a record has a French name and, where the schema gives one, a right value."""

from copy import deepcopy

import pytest

from schemas.fields import WHOLE, Field, field, value_at, with_value
from schemas.registry import LATEST, schema_of


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", Field(WHOLE)),
        ("/name", Field("Nom", "Association Eau et Vie")),
        ("/seat/postcode", Field("Siège › Code postal", "37000")),
        ("/nonsense/0/deep", Field("nonsense › 0 › deep", None, public=False)),
    ],
)
def test_a_pointer_leads_to_a_title_and_an_example(pointer: str, expected: Field) -> None:
    found = field("actor/1.0", pointer)

    assert found.title_fr == expected.title_fr
    assert found.public == expected.public
    assert (found.example is None) == (expected.example is None)


def test_an_item_of_a_list_says_which_one_it_is_and_people_are_not_public() -> None:
    assert field("actor/1.0", "/identifiers/1/value").title_fr.split(" › ")[1] == "n° 2"
    assert not field("actor/1.0", "/contacts/0/email").public


@pytest.mark.parametrize("name", ["actor", "project", "announcement"])
def test_every_property_of_a_record_is_named_as_its_schema_names_it(name: str) -> None:
    for prop in schema_of(LATEST[name])["properties"]:
        found = field(LATEST[name], f"/{prop}")

        assert found.title_fr
        assert found.example is not None


def test_what_stands_at_a_pointer_is_found_and_nothing_else() -> None:
    record = {"seat": {"city": "Tours"}, "sectors": ["eau"], "a/b": {"~": 1}}

    assert value_at(record, "/seat/city") == "Tours"
    assert value_at(record, "/sectors/0") == "eau"
    assert value_at(record, "/a~1b/~0") == 1
    assert [value_at(record, pointer) for pointer in ("/sectors/1", "/sectors/x", "/seat/city/0", "/none")] == [
        None
    ] * 4
    assert value_at(record, "") == record


@pytest.mark.parametrize("pointer", ["/name", "/seat/city", "/sectors/1", "/reach/website", "/a~1b"])
def test_another_value_is_put_in_a_copy_and_read_back(pointer: str) -> None:
    record = {"name": "Eau", "seat": {"city": "Tours"}, "sectors": ["EAU", "SANTE"]}
    before = deepcopy(record)

    assert value_at(with_value(record, pointer, "x"), pointer) == "x"
    assert record == before


@pytest.mark.parametrize("pointer", ["", "/name/0", "/sectors/2", "/sectors/x", "/sectors/9/code", "/seat/city/deep"])
def test_nothing_is_put_where_nothing_can_stand(pointer: str) -> None:
    with pytest.raises(LookupError):
        with_value({"name": "Eau", "seat": {"city": "Tours"}, "sectors": ["EAU", "SANTE"]}, pointer, "x")
