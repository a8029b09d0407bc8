"""France by département, drawn on the server as SVG paths: the same outlines as the search map, projected once.

    TopoJSON arcs ──► rings in degrees ──► metropolitan frame, or the frame of one overseas département ──► path

Equirectangular, true at 46.5° N; overseas départements are enlarged or reduced to fit their frame, as French maps do.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate, pairwise

from schemas.canonical import JSON

LEVELS = 5
_METROPOLE = (90.0, 4.0, 545.0, 535.0)  # left, top, width, height of the frame, in user units of a picture 640 × 540
_OVERSEAS = {
    code: (0.0, 60.0 + 96.0 * place, 80.0, 80.0) for place, code in enumerate(("971", "972", "973", "974", "976"))
}
_TRUE_AT = math.radians(46.5)

Point = tuple[float, float]
Ring = list[Point]
Frame = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One département: its SVG path, and its level from 0 (nothing) to LEVELS (most)."""

    code: str
    path: str
    level: int


def areas(counts: Mapping[str, int]) -> list[Area]:
    """Every département with the level of its count. Levels grow by square root: a few cities would hide the rest."""
    most = max((count for code, count in counts.items() if code in _paths()), default=0)
    return [
        Area(code=code, path=path, level=math.ceil(LEVELS * math.sqrt(counts.get(code, 0) / most)) if most else 0)
        for code, path in _paths().items()
    ]


@cache
def _paths() -> Mapping[str, str]:
    topology: JSON = json.loads(
        (files("hub.distributions.site") / "static/geo/departements-2018.topo.json").read_text("utf-8")
    )
    arcs = list(_arcs(topology))
    shapes = {
        shape["properties"]["code"]: [_ring(indexes, arcs) for indexes in _rings(shape)]
        for shape in topology["objects"]["departements"]["geometries"]
    }
    inland = [ring for code, rings in shapes.items() if code not in _OVERSEAS for ring in rings]
    return {
        code: _path(rings, rings if code in _OVERSEAS else inland, _OVERSEAS.get(code, _METROPOLE))
        for code, rings in sorted(shapes.items())
    }


def _arcs(topology: JSON) -> Iterator[Ring]:
    """Arcs in degrees: TopoJSON writes steps between whole numbers."""
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        xs, ys = accumulate(x for x, _ in arc), accumulate(y for _, y in arc)
        yield [(x * scale_x + left, y * scale_y + bottom) for x, y in zip(xs, ys, strict=True)]


def _rings(shape: JSON) -> Iterator[list[int]]:
    polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    return (ring for polygon in polygons for ring in polygon)


def _ring(indexes: Iterable[int], arcs: list[Ring]) -> Ring:
    """An arc of index ~n is arc n backwards (TopoJSON 1.0, section 2.1.4)."""
    return [point for index in indexes for point in (arcs[index] if index >= 0 else arcs[~index][::-1])[:-1]]


def _path(rings: list[Ring], fitted: list[Ring], frame: Frame) -> str:
    """The rings as a path, in the frame that all of `fitted` fills."""
    shrink = math.cos(_TRUE_AT)
    xs = [x * shrink for ring in fitted for x, _ in ring]
    ys = [y for ring in fitted for _, y in ring]
    left, top, width, height = frame
    scale = min(width / (max(xs) - min(xs)), height / (max(ys) - min(ys)))
    west, north = min(xs), max(ys)
    return "".join(
        _drawn([(round(left + (x * shrink - west) * scale), round(top + (north - y) * scale)) for x, y in ring])
        for ring in rings
    )


def _drawn(ring: list[tuple[int, int]]) -> str:
    """A closed path in whole units, steps relative; steps of nothing are left out."""
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(ring)]
    moves = "".join(f"l{x},{y}" for x, y in steps if (x, y) != (0, 0))
    return f"M{ring[0][0]},{ring[0][1]}{moves}z" if moves else ""
