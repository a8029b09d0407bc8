"""What changed between two versions of a record, value by value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.canonical import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A value that is not the same any more. pointer: RFC 6901; before and after: None when absent."""

    pointer: str
    before: Any
    after: Any

    def as_json(self) -> JSON:
        return {"pointer": self.pointer, "before": self.before, "after": self.after}


def differences(before: JSON, after: JSON) -> tuple[Difference, ...]:
    """Objects are compared member by member, in order of name; lists and values as wholes."""
    return tuple(_differences("", before, after))


def _differences(pointer: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            step = name.replace("~", "~0").replace("/", "~1")
            yield from _differences(f"{pointer}/{step}", before.get(name), after.get(name))
    elif before != after:
        yield Difference(pointer=pointer, before=before, after=after)
