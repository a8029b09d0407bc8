"""From what a JSON Schema validator says of a record to what its keeper can read.

The validator's own words are for programmers. Here each error becomes one issue: the deepest cause where a choice
failed, one issue a place, a French sentence from the table by keyword (or the schema's own `x-message-fr`), the value
that was read unless it is private, and the schema's example of a right one.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema_rs import ValidationError

from schemas.canonical import JSON
from schemas.record import Issue, Severity
from schemas.registry import resolved

_LONGEST_VALUE = 80

# keyword -> (issue code, sentence). The order is that of telling: at one place the first keyword speaks.
_SENTENCES: dict[str, tuple[str, str]] = {
    "type": ("wrong-type", "On attend {expected}."),
    "required": ("missing", "Cette information est obligatoire."),
    "dependentRequired": ("missing", "Cette information est obligatoire quand « {because} » est donnée."),
    "const": ("unknown-value", "La seule valeur possible est {limit}."),
    "enum": ("unknown-value", "Cette valeur n'est pas dans la liste. Valeurs possibles : {limit}."),
    "minLength": ("empty", "Ce texte est vide."),
    "minItems": ("empty", "Il faut au moins {limit} valeur."),
    "maxLength": ("too-long", "Ce texte est trop long : {limit} caractères au plus."),
    "maxItems": ("too-long", "Cette liste est trop longue : {limit} valeurs au plus."),
    "format": ("wrong-date", "Cette {expected} n'existe pas ou est mal écrite."),
    "pattern": ("wrong-shape", "Ce texte n'a pas la forme attendue."),
    "minimum": ("out-of-range", "Ce nombre est trop petit : {limit} au moins."),
    "maximum": ("out-of-range", "Ce nombre est trop grand : {limit} au plus."),
    "uniqueItems": ("repeated", "La même valeur figure deux fois."),
    "anyOf": ("incomplete", "Il manque une information."),
}
_RANKS = {keyword: rank for rank, keyword in enumerate(_SENTENCES)}
_TYPES = {
    "string": "un texte",
    "number": "un nombre",
    "integer": "un nombre entier",
    "boolean": "vrai ou faux (true, false)",
    "array": "une liste",
    "object": "un objet JSON",
    "null": "null",
}
_FORMATS = {"date": "date", "date-time": "date (avec l'heure et le décalage horaire)"}


def explain(document: JSON, errors: Iterable[ValidationError]) -> tuple[Issue, ...]:
    """One issue for each place where the errors say that a payload breaks the schema, in order of place."""
    told: dict[str, tuple[int, ValidationError]] = {}
    for top in errors:
        for error in _causes(top):
            pointer, rank = pointer_of(error), _RANKS.get(keyword_of(error), len(_RANKS))
            if pointer not in told or rank < told[pointer][0]:
                told[pointer] = rank, error
    return tuple(_issue(document, pointer, told[pointer][1]) for pointer in sorted(told))


def keyword_of(error: ValidationError) -> str:
    """The schema keyword that failed. (The library calls a failed dependentRequired "required".)"""
    return str(error.schema_path[-1])


def pointer_of(error: ValidationError) -> str:
    """Where to mend the payload: a missing property is at its own place, not at its parent's."""
    path = list(error.instance_path)
    if keyword_of(error) in ("required", "dependentRequired"):
        path.append(_missing(error))
    return pointer(path)


def pointer(path: list[str | int]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that explain a failed choice: those of the branch that got furthest, or the failed choice itself."""
    if keyword_of(error) != "anyOf":
        yield error
        return
    furthest = max(error.kind.as_dict()["context"], key=_depth)
    if _depth(furthest) > len(error.instance_path):
        for cause in furthest:
            yield from _causes(cause)
    else:
        yield error


def _missing(error: ValidationError) -> str:
    return str(error.kind.as_dict()["property"])


def _depth(branch: list[ValidationError]) -> int:
    return max(len(error.instance_path) for error in branch)


def _issue(document: JSON, where: str, error: ValidationError) -> Issue:
    keyword = keyword_of(error)
    code, sentence = _SENTENCES.get(keyword, ("wrong-shape", "Cette valeur n'est pas acceptée."))
    path = list(error.instance_path)
    if code == "missing":
        path.append(_missing(error))
    nodes = list(_nodes(document, path))
    own = _own_message(document, list(error.evaluation_path)[:-1]) if keyword in ("pattern", "anyOf") else None
    parts = [_heading(nodes, path), own or sentence.format(**_facts(document, nodes, error))]
    if code != "missing" and all(node.get("x-public", True) for node in nodes) and _is_short(error.instance):
        parts.append(f"Lu : {_spelt(error.instance)}.")
    if examples := nodes[-1].get("examples"):
        parts.append(f"Exemple : {_spelt(examples[0])}.")
    return Issue(code=code, pointer=where, severity=Severity.ERROR, message=" ".join(part for part in parts if part))


def _nodes(document: JSON, path: list[str | int]) -> Iterator[JSON]:
    """The schema of each place on the way to a path, the document itself first."""
    node = document
    yield node
    for part in path:
        if isinstance(part, int):
            below = node.get("items", {})
        else:
            below = node.get("properties", {}).get(part) or node.get("additionalProperties") or {}
        node = resolved(document, below)
        yield node


def _heading(nodes: list[JSON], path: list[str | int]) -> str:
    """Where it is, in words: "Pays d'intervention (2) › Code du pays :"."""
    titles: list[str] = []
    for node, part in zip(nodes[1:], path, strict=True):
        if isinstance(part, int) and titles:
            titles[-1] += f" ({part + 1})"
        else:
            titles.append(node.get("title", str(part)))
    return " › ".join(titles) + " :" if titles else ""


def _own_message(document: JSON, evaluation_path: list[str | int]) -> str | None:
    """The nearest `x-message-fr` on the way of the evaluation, from the failed keyword upwards."""
    found, node = None, document
    for part in evaluation_path:
        node = resolved(document, node) if part == "$ref" else node[part]  # type: ignore[index]  # schemas nest both
        if isinstance(node, dict):
            found = node.get("x-message-fr", found)
    return found


def _facts(document: JSON, nodes: list[JSON], error: ValidationError) -> dict[str, str]:
    """What a sentence may mention: the limit that the schema sets, what was expected, what made it obligatory."""
    rule: Any = document
    for part in error.evaluation_path:
        rule = resolved(document, rule) if part == "$ref" else rule[part]
    match keyword_of(error):
        case "type":
            names = [rule] if isinstance(rule, str) else rule
            return {"expected": " ou ".join(_TYPES[name] for name in names)}
        case "format":
            return {"expected": _FORMATS.get(rule, "valeur")}
        case "enum":
            labels = nodes[-1].get("x-labels") or nodes[-2].get("x-labels", {})
            return {"limit": ", ".join(f"« {value} »{_meaning(labels, value)}" for value in rule)}
        case "dependentRequired":
            missing = _missing(error)
            because = next(name for name, needed in rule.items() if missing in needed)
            return {"because": resolved(document, nodes[-2]["properties"][because])["title"]}
    return {"limit": _spelt(rule)}


def _meaning(labels: JSON, value: str) -> str:
    return f" ({labels[value]['fr']})" if value in labels else ""


def _is_short(value: Any) -> bool:
    return not isinstance(value, dict | list) and 0 < len(str(value)) <= _LONGEST_VALUE


def _spelt(value: Any) -> str:
    if isinstance(value, str):
        return f"« {value} »"
    return json.dumps(value, ensure_ascii=False)
