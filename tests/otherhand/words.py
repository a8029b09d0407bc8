"""The words of `words.toml`, and how French puts a place behind "de"."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("words.toml")
_ARTICLES = {"Le ": "du ", "Les ": "des ", "La ": "de La ", "L'": "de L'"}
_VOWELS = "AEIOUYÉÈÊÎÔŒH"


@cache
def words() -> dict[str, Any]:
    """room -> name -> words; lists are tuples, tables of several lines are tuples of tuples."""
    raw = tomllib.loads(_FILE.read_text("utf-8"))
    return {room: {name: _split(value) for name, value in names.items()} for room, names in raw.items()}


def _split(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if "\n" in value:
        return tuple(tuple(line.split("|")) for line in value.strip().splitlines())
    alternatives = [part.strip() for part in value.split(" | ")]
    return tuple(tuple(part.split("|")) if "|" in part else part for part in alternatives)


def of_place(name: str) -> str:
    """
    >>> of_place("Agde"), of_place("Le Mans"), of_place("Rennes")
    ("d'Agde", 'du Mans', 'de Rennes')
    """
    for article, instead in _ARTICLES.items():
        if name.startswith(article):
            return instead + name.removeprefix(article)
    return f"d'{name}" if name[0] in _VOWELS else f"de {name}"


def of_department(name: str) -> str:
    for article, names in words()["department"]["article"].items():
        if name.replace(" ", "-") in names.split():
            return f"{article}{name}" if article.endswith("'") else f"{article} {name}"
    return f"de {name}" if name.startswith("La ") else f"de la {name}"
