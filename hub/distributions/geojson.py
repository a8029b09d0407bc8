"""GeoJSON (RFC 7946): one feature a line, longitude first, at most 7 decimals; no position is a null geometry.

Licence and citation are members of the collection, as section 6.1 allows.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hub.distributions import table
from hub.distributions.batch import Batch
from hub.distributions.kernels import Column, as_list, beside, data, inside, joined, quoted, rows_of, wrapped
from hub.model.imprint import Imprint

_START, _OPEN, _NEXT, _CLOSE = b'{"type":"FeatureCollection",', b',"features":[\n', b",\n", b"]}\n"
_DECIMALS = 7  # about a centimetre


class Torn(ValueError):
    """The file is not a whole feature collection."""


def write(path: Path, _collection: str, batches: Iterable[Batch], imprint: Imprint) -> Iterator[Batch]:
    """Write a feature collection and pass the batches on. Properties are the columns of the CSV that have a value."""
    with path.open("wb") as file:
        file.write(_START + orjson.dumps(imprint.told)[1:-1] + _OPEN)
        separator = b""
        for batch in batches:
            file.write(separator)
            file.write(data(_features(batch))[: -len(_NEXT)])
            separator = _NEXT
            yield batch
        file.write((b"\n" if separator else b"") + _CLOSE)


def _features(batch: Batch) -> Column:
    """A feature a record, each followed by what parts it from the next."""
    properties = [
        wrapped(f"{',' if at else ''}{orjson.dumps(heading).decode()}:", _as_json(cells), "")
        for at, (heading, cells) in enumerate(zip(table.headings(batch.collection), batch.cells, strict=True))
        if cells.null_count < len(cells)
    ]
    begun = '{"type":"Feature","id":', quoted(batch.records["id"]), ',"geometry":', _geometries(batch.records)
    return beside(*begun, ',"properties":{', *properties, f"}}}}{_NEXT.decode()}")


def _as_json(cells: Any) -> Column:
    if pa.types.is_list(cells.type):
        return wrapped("[", joined(inside(cells, quoted), ","), "]")
    return quoted(cells) if pa.types.is_string(cells.type) else cells.cast(pa.string())


def _geometries(records: Any) -> Column:
    """A point for one known place, several points for several (a project's), null for none."""
    listed = as_list(*_points(records), len(records))
    count, told = pc.list_value_length(listed), pc.binary_join(listed, ",")
    one = wrapped('{"type":"Point","coordinates":', told, "}")
    many = wrapped('{"type":"MultiPoint","coordinates":[', told, "]}")
    return pc.if_else(pc.equal(count, 0), "null", pc.if_else(pc.equal(count, 1), one, many))


def _points(records: Any) -> tuple[Column, Any]:
    """The positions that records state, and the row of each."""
    named = records.schema.names
    if "places" in named:
        places, rows = records["places"].values, rows_of(records["places"])
    else:
        places, rows = records["seat" if "seat" in named else "place"], np.arange(len(records))
    lat, lon = pc.struct_field(places, "lat"), pc.struct_field(places, "lon")
    known = pc.fill_null(pc.and_(pc.less_equal(pc.abs(lat), 90), pc.less_equal(pc.abs(lon), 180)), False)
    east, north = (pc.round(each.filter(known), _DECIMALS).cast(pa.string()) for each in (lon, lat))
    return pc.binary_join_element_wise("[", east, ",", north, "]", ""), rows[known.to_numpy(zero_copy_only=False)]


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
            another = line.endswith(_NEXT)
            yield str(json.loads(line.removesuffix(_NEXT))["id"])
        else:
            raise Torn("the feature collection has no end")
        if another or file.read(1):
            raise Torn("the feature collection ends in the middle")
