"""What is a place in a record called, and what does a right value look like there?"""

import json
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


def _below(document: JSON, node: JSON | None, name: str) -> tuple[JSON | None, str]:
    """The schema one step down, None when it says nothing of it, and what that step is called."""
    if node is not None and name in node.get("properties", {}):
        child = resolved(document, node["properties"][name])
        return child, str(child.get("title", name))
    if node is not None and "items" in node and name.isdecimal():
        return resolved(document, node["items"]), f"n° {int(name) + 1}"
    return None, name
