"""What is a place in a record called, and what does a right value look like there?"""

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from schemas.canonical import JSON
from schemas.registry import resolved, schema_of

WHOLE = "Fiche entière"


@dataclass(frozen=True, slots=True)
class Field:
    """One place of a record.

    title_fr: as « Siège › Code postal ».
    example:  a right value; None when there is none.
    public:   whether open data may hold what stands there.
    """

    title_fr: str
    example: Any = None
    public: bool = True

    @property
    def example_text(self) -> str:
        """The example as a person writes it, "" when there is none."""
        match self.example:
            case None:
                return ""
            case str():
                return self.example
            case dict() | list() | bool():
                return json.dumps(self.example, ensure_ascii=False)
        return str(self.example)


def field(schema_id: str, pointer: str) -> Field:
    """The field that an RFC 6901 pointer leads to; what the schema does not know keeps its own name.

    Raises UnknownSchema.
    """
    document = schema_of(schema_id)
    node: JSON | None = document
    titles: list[str] = []
    is_public = True
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        node, title = _below(document, node, name)
        titles.append(title)
        is_public = is_public and node is not None and node.get("x-public", True)
    if not titles:
        return Field(WHOLE)
    return Field(" › ".join(titles), (node or {}).get("examples", [None])[0], is_public)


def value_at(payload: Any, pointer: str) -> Any:
    """What stands at an RFC 6901 pointer; None when nothing does."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(payload, list):
            payload = payload[int(name)] if name.isdecimal() and int(name) < len(payload) else None
        else:
            payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


def with_value(payload: JSON, pointer: str, value: Any) -> JSON:
    """A copy of a record with another value at an RFC 6901 pointer. Raises LookupError when nothing can stand there."""
    names = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    if not names:
        raise LookupError("the whole record cannot be replaced")
    copy: JSON = deepcopy(payload)
    here: Any = copy
    for name in names[:-1]:
        here = here[int(name)] if isinstance(here, list) and name.isdecimal() else _member(here, name)
    last = names[-1]
    if isinstance(here, list) and last.isdecimal() and int(last) < len(here):
        here[int(last)] = value
    elif isinstance(here, dict):
        here[last] = value
    else:
        raise LookupError(f"nothing can stand at {pointer}")
    return copy


def _member(here: Any, name: str) -> Any:
    """A member of an object, which is made when it is not there."""
    if not isinstance(here, dict):
        raise LookupError(f"nothing can stand at {name}")
    return here.setdefault(name, {})


def _below(document: JSON, node: JSON | None, name: str) -> tuple[JSON | None, str]:
    """The schema one step down, None when it says nothing of it, and what that step is called."""
    if node is not None and name in node.get("properties", {}):
        child = resolved(document, node["properties"][name])
        return child, str(child.get("title", name))
    if node is not None and "items" in node and name.isdecimal():
        return resolved(document, node["items"]), f"n° {int(name) + 1}"
    return None, name
