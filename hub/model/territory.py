"""Where a record stands in France: its département and region, which it need not spell out."""

from dataclasses import dataclass
from functools import lru_cache

from schemas import geography
from schemas.canonical import JSON


@dataclass(frozen=True, slots=True)
class Territory:
    """INSEE codes; None where the seat does not say, or is abroad."""

    department: str | None = None
    region: str | None = None


_NOWHERE = Territory()


def territory(seat: JSON) -> Territory:
    """The territory of a record's `seat`: from its commune when it has one, else from its postcode."""
    return of_codes(seat.get("insee"), seat.get("postcode")) if seat.get("country", "FR") == "FR" else _NOWHERE


@lru_cache(maxsize=1 << 16)  # more than there are communes
def of_codes(insee: str | None, postcode: str | None) -> Territory:
    """The territory of a seat in France that has these codes."""
    commune = geography.commune(insee) if insee else None
    if commune:
        return Territory(commune.department, commune.region)
    department = (geography.department_of_insee(insee) if insee else None) or (
        geography.department_of_postcode(postcode) if postcode else None
    )
    return Territory(department, geography.region_of(department)) if department else _NOWHERE


def regions(line: JSON) -> tuple[str, ...]:
    """The regions of a record: that of its seat or place, and those that an announcement addresses."""
    if not line.get("scope"):
        here = _here(line).region
        return (here,) if here else ()
    departments_, addressed = _addressed(line)
    found = [_here(line).region, *addressed, *map(geography.region_of, departments_)]
    return tuple(dict.fromkeys(code for code in found if code))


def departments(line: JSON) -> tuple[str, ...]:
    """The départements of a record: that of its seat or place, and those that an announcement addresses."""
    here = _here(line).department
    if not line.get("scope"):
        return (here,) if here else ()
    return tuple(dict.fromkeys(code for code in (here, *_addressed(line)[0]) if code))


def _here(line: JSON) -> Territory:
    place = line.get("seat") or line.get("place")
    return territory(place) if place else _NOWHERE


def _addressed(line: JSON) -> tuple[list[str], list[str]]:
    """The départements and the regions that an announcement is for; none when it is for the whole country."""
    scope = line.get("scope") or {}
    codes = list(scope.get("codes", ()))
    level = scope.get("level")
    return codes if level == "department" else [], codes if level == "region" else []
