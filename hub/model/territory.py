"""Where a seat stands in France: its département and region, which a record need not spell out."""

from dataclasses import dataclass

from schemas import geography
from schemas.canonical import JSON


@dataclass(frozen=True, slots=True)
class Territory:
    """INSEE codes; None where the seat does not say, or is abroad."""

    department: str | None = None
    region: str | None = None


def territory(seat: JSON) -> Territory:
    """The territory of a record's `seat`: from its commune when it has one, else from its postcode."""
    if seat.get("country", "FR") != "FR":
        return Territory()
    insee, postcode = seat.get("insee"), seat.get("postcode")
    commune = geography.commune(insee) if insee else None
    if commune:
        return Territory(commune.department, commune.region)
    department = (geography.department_of_insee(insee) if insee else None) or (
        geography.department_of_postcode(postcode) if postcode else None
    )
    return Territory(department, geography.region_of(department)) if department else Territory()
