import math

import pytest

from hub.quality.gate import examine, schema_for
from schemas.canonical import content_hash
from schemas.feed import Put
from schemas.record import Severity
from schemas.registry import UnknownSchema

IN_TOURS = {"city": "Tours", "postcode": "37000", "insee": "37261"}


def put(record: dict[str, object], declared: str | None = None) -> Put:
    return Put(seq=1, collection="actor", id="A-1", hash=declared or content_hash(record), record=record)


def test_a_valid_record_passes_and_is_spelt_once_for_all() -> None:
    found = examine(put({"type": "ASSO", "name": "Eau"}), "actor/1.0")

    assert found.fit
    assert found.canonical == b'{"name":"Eau","type":"ASSO"}'


def test_an_invalid_record_says_where_it_is_wrong() -> None:
    found = examine(put({"name": 3, "type": "ASSO"}), "actor/1.0")

    assert not found.fit
    assert "/name" in {issue.pointer for issue in found.issues}


def test_a_hash_that_is_not_of_the_content_is_never_trusted() -> None:
    found = examine(put({"name": "Eau", "type": "ASSO"}, declared="0" * 64), "actor/1.0")

    assert [issue.code for issue in found.issues] == ["hash-mismatch"]
    assert not found.fit


def test_what_is_not_i_json_has_no_spelling() -> None:
    found = examine(put({"name": math.inf}, declared="0" * 64), "actor/1.0")

    assert found.canonical is None
    assert [issue.code for issue in found.issues] == ["not-i-json"]


def test_a_seat_outside_the_perimeter_is_unfit_only_where_a_perimeter_is_given() -> None:
    record = {"name": "Eau", "type": "ASSO", "seat": IN_TOURS}

    assert examine(put(record), "actor/1.0", ("24",)).fit
    assert examine(put(record), "actor/1.0").fit
    outside = examine(put(record), "actor/1.0", ("84",))
    assert not outside.fit
    assert [(issue.code, issue.severity) for issue in outside.issues] == [("outside-perimeter", Severity.ERROR)]


def test_a_node_that_knows_a_newer_minor_version_is_judged_by_our_newest() -> None:
    assert schema_for("actor", "actor/1.0") == "actor/1.0"
    assert schema_for("actor", "actor/1.9") == "actor/1.0"
    assert schema_for("recipe", "recipe/1.0") is None


@pytest.mark.parametrize("stated", ["actor/2.0", "project/1.0", "actor", ""])
def test_what_we_have_no_schema_for_is_judged_by_none(stated: str) -> None:
    with pytest.raises(UnknownSchema):
        schema_for("actor", stated)
