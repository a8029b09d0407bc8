"""The map's grid: which cell of which zoom a point falls into, and how far apart two points are.

A cell is 64 pixels wide on the square Web Mercator map of its zoom (256 · 2^zoom pixels; EPSG:3857). Cells are
computed once, when the index is built, so that drawing the map is one count by cell whatever is searched for.
"""

import math

import numpy as np
from numpy.typing import NDArray

ZOOMS = range(3, 15)
_FINEST = 1 << (ZOOMS[-1] + 2)  # cells on a side, at the last zoom; half as many at each before
# Of each zoom: cells on a side, and how many zooms it is before the last, both as powers of two.
_SIDES = [(zoom + 2, ZOOMS[-1] - zoom) for zoom in ZOOMS]
_MERCATOR_LIMIT = 85.051128  # degrees of latitude where the square map ends
_EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG 1980


def cells(lat: float, lon: float) -> list[int]:
    """The number of the cell that holds a point given in degrees, at each of the zooms."""
    latitude = math.radians(max(-_MERCATOR_LIMIT, min(_MERCATOR_LIMIT, lat)))
    across, down = (lon + 180) / 360, (1 - math.asinh(math.tan(latitude)) / math.pi) / 2
    row, column = _within(down, _FINEST), _within(across, _FINEST)
    return [((row >> step) << side) + (column >> step) for side, step in _SIDES]


def _within(part: float, side: int) -> int:
    return min(max(int(part * side), 0), side - 1)


def nearest_zoom(zoom: int) -> int:
    """The zoom of the grid that serves a map's zoom."""
    return min(max(zoom, ZOOMS.start), ZOOMS.stop - 1)


def distances_km(lat: float, lon: float, lats: NDArray[np.float64], lons: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle distance from one point to many, in km (haversine formula); all in degrees."""
    phi, phis = math.radians(lat), np.radians(lats)
    half = np.sin((phis - phi) / 2) ** 2 + math.cos(phi) * np.cos(phis) * np.sin(np.radians(lons - lon) / 2) ** 2
    angles: NDArray[np.float64] = 2 * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return _EARTH_RADIUS_KM * angles


def box_around(lat: float, lon: float, km: float) -> tuple[float, float, float, float]:
    """West, south, east, north of a box that holds every point within `km`."""
    angle = km / _EARTH_RADIUS_KM
    south, north = lat - math.degrees(angle), lat + math.degrees(angle)
    if south <= -90 or north >= 90 or angle >= math.pi / 2:
        return -180.0, max(south, -90.0), 180.0, min(north, 90.0)
    wide = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(lat)))))
    return _wrapped(lon - wide), south, _wrapped(lon + wide), north


def _wrapped(lon: float) -> float:
    return (lon + 180) % 360 - 180
