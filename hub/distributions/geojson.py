"""GeoJSON (RFC 7946): one feature a line, longitude first, at most 7 decimals; no position is a null geometry.

Licence and citation are members of the collection, as section 6.1 allows.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from hub.distributions import table
from hub.distributions.table import Row
from hub.model.imprint import Imprint
from schemas.canonical import JSON

_START, _OPEN, _CLOSE = b'{"type":"FeatureCollection",', b',"features":[\n', b"]}\n"
_DECIMALS = 7  # about a centimetre


class Torn(ValueError):
    """The file is not a whole feature collection."""


def write(path: Path, collection: str, rows: Iterable[Row], imprint: Imprint) -> Iterator[Row]:
    """Write a feature collection and pass the rows on. Properties are the columns of the CSV that have a value."""
    headings = table.headings(collection)
    with path.open("wb", buffering=1 << 16) as file:
        file.write(_START + orjson.dumps(imprint.told)[1:-1] + _OPEN)
        separator = b""
        for row in rows:
            properties = {headings[at]: cell for at, cell, _ in row.filled}
            feature = {"type": "Feature", "id": row.line.id, "geometry": geometry(row.says), "properties": properties}
            file.write(separator + orjson.dumps(feature))
            separator = b",\n"
            yield row
        file.write((b"\n" if separator else b"") + _CLOSE)


def geometry(line: JSON) -> JSON | None:
    """A point for one known place, several points for several (a project's), None for none."""
    stated = [line.get("seat"), line.get("place"), *line.get("places", ())]
    points = [point for place in stated if place and (point := _point(place))]
    if not points:
        return None
    return (
        {"type": "Point", "coordinates": points[0]}
        if len(points) == 1
        else {"type": "MultiPoint", "coordinates": points}
    )


def ids(path: Path) -> Iterator[str]:
    """The ids of a file, read by the standard library, feature by feature. Raises Torn or json.JSONDecodeError."""
    with path.open("rb") as file:
        first = file.readline()
        if not (first.startswith(_START) and first.endswith(_OPEN)) or json.loads(first + _CLOSE)["features"]:
            raise Torn("the file does not begin as a feature collection")
        another = None  # whether the feature before announced one, by its comma
        for line in file:
            if line == _CLOSE:
                break
            if another is False:
                raise Torn("two features are not parted by a comma")
            another = line.endswith(b",\n")
            yield str(json.loads(line.removesuffix(b",\n"))["id"])
        else:
            raise Torn("the feature collection has no end")
        if another or file.read(1):
            raise Torn("the feature collection ends in the middle")


def _point(place: JSON) -> list[float] | None:
    lat, lon = place.get("lat"), place.get("lon")
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return [round(float(lon), _DECIMALS), round(float(lat), _DECIMALS)]
