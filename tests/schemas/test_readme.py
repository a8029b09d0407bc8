"""What the folder's README states is what the code does."""

import re
from pathlib import Path

import pytest

import schemas
from schemas import errors
from schemas.codes import BEYOND, STRUCTURE
from schemas.registry import LATEST, schema_of
from schemas.rules import _BY_KIND, _BY_NAME
from schemas.vocabularies import NAMES

FOLDER = Path(schemas.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")


def section(title: str) -> str:
    return re.split(r"^##+ ", README.split(f"# {title}", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_issue_code_is_listed_with_its_severity_and_no_other_is() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:(error|warning|advice) \| )?", section("Issue codes"), re.MULTILINE)

    assert dict(rows) == dict.fromkeys(STRUCTURE, "") | {code: str(level) for code, (level, _) in BEYOND.items()}


def test_every_code_of_a_bad_line_is_listed_and_no_other_is() -> None:
    listed = set(re.findall(r"^\| `([a-z-]+)`", section("Codes of a feed line"), re.MULTILINE))
    raised = set(re.findall(r'(?:BadLine\(|_refuse\(raw, )"([a-z-]+)"', (FOLDER / "feed.py").read_text("utf-8")))

    assert listed == raised


def test_every_error_code_is_listed() -> None:
    listed = section("Codes of errors")
    for file in FOLDER.rglob("*.py"):
        for code in re.findall(r'^    code(?:: str)? = "([a-z-]+)"', file.read_text("utf-8"), re.MULTILINE):
            assert f"`{code}`" in listed or code == errors.FederationError.code, code


@pytest.mark.parametrize("module", sorted(file.name for file in FOLDER.glob("*.py") if file.name != "__init__.py"))
def test_every_module_is_presented(module: str) -> None:
    assert f"`{module}`" in README


def test_every_schema_vocabulary_and_keyword_is_named() -> None:
    text = "".join(str(schema_of(schema_id)) for schema_id in LATEST.values())
    for word in {*LATEST.values(), *NAMES, *re.findall(r"'(x-[a-z-]+)'", text)}:
        assert f"`{word}" in README, word
    for kind in {*_BY_KIND, *re.findall(r"'x-kind': '([a-z-]+)'", text)}:
        assert kind in section("Schemas"), kind
    assert set(re.findall(r"'x-rule': '([a-z]+)'", text)) == set(_BY_NAME)


def test_every_data_file_has_its_source_and_licence() -> None:
    sources = (FOLDER / "vocabularies" / "SOURCES.md").read_text("utf-8")
    for file in (FOLDER / "vocabularies").glob("*.json"):
        assert f"`{file.name}`" in sources
    for file in (FOLDER / "vocabularies" / "geography").iterdir():
        assert file.name.split("-6")[0] in sources
