"""A table for Excel in French is read back as it was written, and runs nothing."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import excel

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(rows=st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=5))
def test_every_cell_comes_back_and_none_begins_as_a_formula(rows: list[list[str]]) -> None:
    written = excel.as_bytes(rows)
    read = list(csv.reader(StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";"))

    assert written.startswith(b"\xef\xbb\xbf")
    for row, back in zip(rows, read, strict=True):
        assert [cell.removeprefix("'") if cell != text else cell for cell, text in zip(back, row, strict=True)] == row
        assert not [cell for cell in back if cell[:1] in tuple("=-@")]


@pytest.mark.parametrize("text", ["=1+1", "+33 rue", "-2", "@SUM(A1)", "\t=1", "+33247", " =1", "\u00a0@x", "＝1+1"])
def test_a_formula_is_disarmed(text: str) -> None:
    assert excel.harmless(text) == f"'{text}"


def test_a_telephone_number_stays_what_it_is() -> None:
    assert excel.harmless("+33 2 47 05 00 00") == "+33 2 47 05 00 00"
