"""The table of checks, read from table.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Severity(StrEnum):
    """MUST: a node that breaks it does not conform. SHOULD: it conforms, and would do better."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """en, fr: what is asked, one sentence. do_en, do_fr: what to do when it is not so."""

    code: str
    severity: Severity
    en: str
    fr: str
    do_en: str
    do_fr: str


@cache
def checks() -> Mapping[str, Check]:
    """Every check by its code, in the order of a report."""
    read = tomllib.loads((files(__package__) / "table.toml").read_text("utf-8"))
    return {code: Check(code=code, **{**said, "severity": Severity(said["severity"])}) for code, said in read.items()}
