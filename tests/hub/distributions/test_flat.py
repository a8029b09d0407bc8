"""A record told with others, as columns, is the record told alone, as the site tells it."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.distributions import table
from hub.distributions.batch import Batch
from schemas.canonical import JSON, canonical
from schemas.registry import LATEST, resolved, schema_of
from tests.hub.distributions.lines import real_actors

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
CODES = {
    "insee": st.sampled_from(["35238", "2A004", "97105", "00000", "35999"]),
    "postcode": st.sampled_from(["35000", "69001", "1000", "97110"]),
    "country": st.sampled_from(["FR", "BE", "ML"]),
    "scheme": st.sampled_from(["siren", "rna", "ror", "of nobody"]),
}
SOURCES = st.lists(
    st.fixed_dictionaries(
        {"network": TEXTS, "id": TEXTS, "modified_on": st.none() | st.just("2026-11-01")},
        optional={"attribution": st.fixed_dictionaries({}, optional={"source": TEXTS, "year": TEXTS})},
    ),
    min_size=1,
    max_size=3,
)


def stated(document: JSON, node: JSON, name: str = "") -> st.SearchStrategy[Any]:
    """Whatever a schema lets a record say, by its types alone."""
    node = resolved(document, node)
    if "properties" in node:
        public = {
            key: stated(document, child, key)
            for key, child in node["properties"].items()
            if resolved(document, child).get("x-public", True) and key != "attribution"
        }
        needed = {key: public.pop(key) for key in node.get("required", ()) if key in public}
        return st.fixed_dictionaries(needed, optional=public)
    if "items" in node:
        return st.lists(stated(document, node["items"]), max_size=3)
    if "number" in node["type"]:
        return st.integers(-200, 200) | st.floats(-1e6, 1e6, allow_nan=False)
    return st.booleans() if node["type"] == "boolean" else CODES.get(name, TEXTS)


@cache
def lines(collection: str) -> st.SearchStrategy[list[JSON]]:
    document = schema_of(LATEST[collection])
    more = st.fixed_dictionaries({"id": TEXTS, "networks": st.lists(TEXTS, max_size=2), "sources": SOURCES})
    return st.lists(st.builds(lambda one, hub: one | hub, stated(document, document), more), min_size=1, max_size=4)


def as_text(cell: table.Cell) -> str | None:
    return repr(float(cell)) if isinstance(cell, int | float) and not isinstance(cell, bool) else table.text(cell)


@pytest.mark.parametrize("collection", ["actor", "project", "announcement"])
@settings(max_examples=15)
@given(data=st.data())
def test_the_columns_of_many_are_the_cells_of_each(collection: str, data: st.DataObject) -> None:
    says = data.draw(lines(collection))
    batch = Batch(collection, [canonical(each) for each in says])
    alone = [table.cells(collection, each) for each in says]

    assert [list(row) for row in zip(*(cells.to_pylist() for cells in batch.cells), strict=True)] == alone
    told = zip(*(texts.to_pylist() for texts in batch.texts), strict=True)
    numbers = [column.kind == "number" for column in table.described(collection)]
    assert [
        [repr(float(text)) if number and text else text or "" for number, text in zip(numbers, row, strict=True)]
        for row in told
    ] == [[as_text(cell) for cell in row] for row in alone]


def test_the_columns_of_real_directories_are_their_cells() -> None:
    says = real_actors()[:1_500]
    batch = Batch("actor", [canonical(each) for each in says])

    assert [list(row) for row in zip(*(cells.to_pylist() for cells in batch.cells), strict=True)] == [
        table.cells("actor", each) for each in says
    ]


def test_what_is_no_record_is_refused_and_not_half_read() -> None:
    with pytest.raises(ValueError, match="name"):
        _ = Batch("actor", [b'{"id":"1","name":{"fr":"Eau"}}']).records
