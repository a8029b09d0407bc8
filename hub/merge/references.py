"""References: the actors of its own network that a payload names by the ids its network gave them."""

from collections.abc import Iterator

from schemas.canonical import JSON

_PROPERTIES = ("lead", "partners", "funders", "parent", "successor", "organiser")


def referred(payload: JSON) -> Iterator[str]:
    """Each id as often as it is named."""
    for name in _PROPERTIES:
        value = payload.get(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and isinstance(each.get("actor"), str):
                yield each["actor"]
