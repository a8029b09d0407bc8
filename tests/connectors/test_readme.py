"""The README names everything a person may meet: codes, cleaners, keys of a mapping."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import connectors
from connectors.clean import CLEANERS

FOLDER = Path(connectors.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")
# The calls that carry a code, and where in them it stands.
_PLACES = {"UnreadableFile": 1, "Fault": 1, "Unclear": 0}
_KEYWORDS = {"FileNote", "Issue"}


def _codes() -> Iterator[str]:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            found = [node.args[_PLACES[name]]] if name in _PLACES else []
            found += [one.value for one in node.keywords if name in _KEYWORDS and one.arg == "code"]
            yield from (one.value for one in found if isinstance(one, ast.Constant))


CODES = sorted(set(_codes()))


def test_the_codes_of_every_kind_are_found_in_the_sources() -> None:
    assert {"html-instead", "unclosed-quote", "phone-unclear", "encoding-guessed", "unknown-term", "no-rows"} <= {
        *CODES
    }


@pytest.mark.parametrize("word", [*CODES, "mapping", *CLEANERS])
def test_every_code_and_every_cleaner_is_in_the_readme(word: str) -> None:
    assert f"`{word}`" in README


_KEYS = (
    "name collection sheet header_row encoding delimiter columns template from to split terms clean join role ignore"
)


@pytest.mark.parametrize("key", [*_KEYS.split(), "why", "vocabulary", "code", "lossy", "drop"])
def test_every_key_of_a_mapping_is_in_the_readme(key: str) -> None:
    assert f"{key} = " in README
