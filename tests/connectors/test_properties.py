"""What holds whatever the bytes and whatever the cells."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.connector import Limits, RawRow, UnreadableFile, open_table
from connectors.mapping import apply, parse
from schemas.canonical import canonical
from tests.connectors.files import Rows, ods, xls, xlsx

_LIMITS = Limits(max_rows=200, max_area=100_000)
_STARTS = (
    b"",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"sep=;\n",
)
_SEPARATED = st.text(alphabet='ab é;,\t|"\n\r\x00\u2028=1', max_size=200).map(lambda text: text.encode())


def _reads_or_refuses(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fichier"
        path.write_bytes(content)
        try:
            table = open_table(path, limits=_LIMITS)
            for row in table.rows:
                assert tuple(row.values) == table.columns
        except UnreadableFile:
            return


@settings(max_examples=400, deadline=None)
@given(start=st.sampled_from(_STARTS), content=st.binary(max_size=400) | _SEPARATED)
def test_any_bytes_are_a_table_or_an_unreadable_file(start: bytes, content: bytes) -> None:
    _reads_or_refuses(start + content)


@cache
def _workbook(write: Callable[[Path, Rows], Path]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder), [["Nom", "CP"], ["École", 35000]]).read_bytes()


@settings(max_examples=100, deadline=None)
@given(
    write=st.sampled_from((xlsx, xls, ods)),
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=5),
)
def test_a_damaged_workbook_is_a_table_or_an_unreadable_file(
    write: Callable[[Path, Rows], Path], damage: list[tuple[float, int]]
) -> None:
    content = bytearray(_workbook(write))
    for place, byte in damage:
        content[int(place * len(content))] = byte
    _reads_or_refuses(bytes(content))


_PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/styles.xml", "content.xml")
_SCRAPS = st.sampled_from([b"", b"<", b'"', b"&#0;", b"9999", b"-1", b"XFD1048576"]) | st.binary(max_size=3)


@settings(max_examples=150, deadline=None)
@given(
    write=st.sampled_from((xlsx, ods)),
    part=st.sampled_from(_PARTS),
    damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), _SCRAPS), min_size=1, max_size=4),
)
def test_a_workbook_whose_xml_is_damaged_is_a_table_or_an_unreadable_file(
    write: Callable[[Path, Rows], Path], part: str, damage: list[tuple[float, int, bytes]]
) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook(write))) as archive, zipfile.ZipFile(content, "w") as damaged:
        for name in archive.namelist():
            text = archive.read(name)
            for place, length, scrap in damage if name == part else ():
                cut = int(place * len(text))
                text = text[:cut] + scrap + text[cut + length :]
            damaged.writestr(name, text)
    _reads_or_refuses(content.getvalue())


_MAPPING = parse("""
    name = "a"
    collection = "actor"
    [id]
    columns = ["id"]
    [constants]
    "seat.country" = "FR"
    [columns]
    "name" = "name"
    "names" = { to = "other_names", split = ";" }
    "type" = "type"
    "siren" = "identifiers.siren"
    "cp" = "seat.postcode"
    "gps" = { to = ["seat.lat", "seat.lon"], split = "," }
    "phone" = "phone"
    "mail" = "email"
    "site" = "website"
    "pays" = { to = "countries", split = ";", role = "project" }
    "contacts" = { to = "contacts.name", split = ";" }
    "mails" = { to = "contacts.email", split = ";" }
    "date" = "founded_on"
    "member" = "member"
    "text" = "description"
    "year" = "fonds.cote"
""")
_HEADINGS = ("id", *(rule.heading for rule in _MAPPING.rules))
_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
_WORDS = st.sampled_from(
    ["Mali", "Association", "néant", "48,1,-1,7", "12/03/2026", "a@b.fr;c", "ader.fr", "1e99", ";"]
)


@settings(max_examples=300)
@given(cells=st.lists(st.just("") | _CELL | _WORDS, min_size=len(_HEADINGS), max_size=len(_HEADINGS)))
def test_any_cells_make_a_payload_that_the_feed_can_carry_and_every_value_has_its_column(cells: list[str]) -> None:
    found = apply(_MAPPING, RawRow(number=2, values=dict(zip(_HEADINGS, cells, strict=True))))

    if found.payload is None:
        assert found.id is None
        assert "missing-id" in {one.issue.code for one in found.issues}
        return
    assert canonical(found.payload)
    for place in range(len(found.payload.get("contacts", ()))):
        assert found.column_of(f"/contacts/{place}") in {"contacts", "mails"}
    assert all(one.column in _HEADINGS for one in found.issues)


@given(cells=st.lists(_CELL | _WORDS, min_size=len(_HEADINGS), max_size=len(_HEADINGS)))
def test_the_same_row_gives_the_same_payload_whatever_the_order_of_the_columns(cells: list[str]) -> None:
    values = dict(zip(_HEADINGS, cells, strict=True))
    turned = dict(reversed(values.items()))

    assert (
        apply(_MAPPING, RawRow(number=2, values=values)).payload
        == apply(_MAPPING, RawRow(number=2, values=turned)).payload
    )
