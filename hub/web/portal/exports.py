"""The whole of a search as one file, streamed: the same columns as the files of a release."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator

import orjson

from hub.distributions import geojson, table
from schemas.canonical import JSON, canonical

Lines = Iterable[JSON]


def write_csv(lines: Lines) -> Iterator[bytes]:
    """RFC 4180, UTF-8, comma; lists joined with a bar."""
    readers = [field.read for field in table.fields("actor")]
    row = io.StringIO(newline="")
    writer = csv.writer(row)
    writer.writerow(table.headings("actor"))
    for line in lines:
        yield _taken(row)
        writer.writerow([table.text(read(line)) for read in readers])
    yield _taken(row)


def write_geojson(lines: Lines) -> Iterator[bytes]:
    """A feature collection (RFC 7946), one feature a line."""
    fields = [(field.column.heading, field.read) for field in table.fields("actor")]
    yield b'{"type":"FeatureCollection","features":['
    separator = b"\n"
    for line in lines:
        properties = {heading: cell for heading, read in fields if (cell := read(line)) not in (None, [])}
        feature = {"type": "Feature", "id": line["id"], "geometry": geojson.geometry(line), "properties": properties}
        yield separator + orjson.dumps(feature)
        separator = b",\n"
    yield b"\n]}\n"


def write_jsonl(lines: Lines) -> Iterator[bytes]:
    """The published records themselves, one canonical line each."""
    return (canonical(line) + b"\n" for line in lines)


EXPORTS: dict[str, tuple[str, Callable[[Lines], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8; header=present", write_csv),
    "geojson": ("application/geo+json", write_geojson),
    "jsonl": ("application/x-ndjson", write_jsonl),
}
"""By the ending of the file: its media type and its writer."""


def _taken(row: io.StringIO) -> bytes:
    text = row.getvalue()
    row.seek(0)
    row.truncate()
    return text.encode()
