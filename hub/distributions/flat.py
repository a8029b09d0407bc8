"""Records as flat columns, those of a batch all at once: what `hub.distributions.table` says of one record."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hub.distributions import table
from hub.distributions.kernels import Column, as_list, inside, joined, respelt, rows_of
from hub.model.territory import of_codes
from schemas.canonical import canonical

_SCHEMES = "identifiers"
_SHORT = ("code", "name", "national_id")


def cells(collection: str, records: Any) -> list[Any]:
    """The columns in their order, with their types: texts, numbers, truths, or lists of texts."""
    added = _added(collection, records)
    return [
        added[column.heading] if column.heading in added else _stated(records, column.property)
        for column in table.described(collection)
    ]


def text(cells: Any) -> Column:
    """Cells as a text table has them; null where a cell is empty. A bar inside one value of a list becomes a slash."""
    if not pa.types.is_list(cells.type):
        return cells if pa.types.is_string(cells.type) else cells.cast(pa.string())
    split = inside(cells, lambda values: respelt(values, r"\|", _without_joint, among=table.JOINT.encode()))
    return joined(split, table.JOINT)


def _without_joint(value: str) -> str:
    return value.replace(table.JOINT, "/")


def _stated(records: Any, path: str) -> Any:
    """A property of the records, one of a group, or the identifiers of a scheme."""
    group, _, name = path.rpartition(".")
    if group == _SCHEMES:
        return _identifiers(records[_SCHEMES], name)
    found = pc.struct_field(records[group], name) if group else records[name]
    listed = pa.types.is_list(found.type)
    if listed and pa.types.is_struct(found.type.value_type):
        mask = found.is_null()
        return pa.ListArray.from_arrays(found.offsets, _short(found.values), mask=mask)
    return found


def _identifiers(stated: Any, scheme: str) -> Any:
    chosen = pc.fill_null(pc.equal(pc.struct_field(stated.values, "scheme"), scheme), False)
    values = pc.struct_field(stated.values, "value").filter(chosen)
    return as_list(values, rows_of(stated)[chosen.to_numpy(zero_copy_only=False)], len(stated))


def _short(objects: Any) -> Column:
    """Of each object its code, its name or its national id, or the whole as JSON."""
    names = [objects.type.field(at).name for at in range(objects.type.num_fields)]
    stated = [pc.struct_field(objects, name) for name in _SHORT if name in names]
    found = pc.coalesce(*(pc.if_else(pc.equal(each, ""), None, each) for each in stated))
    whole = found.is_null()
    if not pc.any(whole).as_py():
        return found
    told = [canonical(_stated_in(each)).decode() for each in objects.filter(whole).to_pylist()]
    return pc.replace_with_mask(found, whole, pa.array(told, pa.string()))


def _stated_in(value: Any) -> Any:
    return {name: inner for name, inner in value.items() if inner is not None}


def _added(collection: str, records: Any) -> dict[str, Any]:
    """The columns that the hub adds, by their headings."""
    located = _territories(records["seat"]) if collection == "actor" else {}
    networks = inside(records["networks"], lambda values: values)
    return located | {"reseaux": networks, "sources": _sources(records), "origines": _origins(records)}


def _territories(seats: Any) -> dict[str, Column]:
    abroad = pc.not_equal(pc.fill_null(pc.struct_field(seats, "country"), "FR"), "FR")
    codes = (pc.if_else(abroad, None, pc.struct_field(seats, name)).to_pylist() for name in ("insee", "postcode"))
    found = list(map(of_codes, *codes))
    return {
        "departement": pa.array([here.department for here in found], pa.string()),
        "region": pa.array([here.region for here in found], pa.string()),
    }


def _sources(records: Any) -> Any:
    """Network and key of each source record."""
    return inside(
        records["sources"],
        lambda values: pc.binary_join_element_wise(
            pc.struct_field(values, "network"), pc.struct_field(values, "id"), ":"
        ),
    )


def _origins(records: Any) -> Any:
    """Where networks have them from, each once and sorted."""
    sources = records["sources"]
    stated = pc.struct_field(sources.values, ["attribution", "source"])
    known = stated.is_valid()
    rows = rows_of(sources)[known.to_numpy(zero_copy_only=False)]
    pairs = sorted({pair for pair in zip(rows, stated.filter(known).to_pylist(), strict=True) if pair[1]})
    return as_list(pa.array([origin for _, origin in pairs], pa.string()), [row for row, _ in pairs], len(sources))
