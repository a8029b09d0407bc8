"""The door to mappings: from a TOML file, one per kind of file of a network, to payloads.

load ──► open_for ──► rows ──► apply ──► payload, issues
                                 └─────► Coverage
"""

from connectors.coverage import Coverage
from connectors.layout import open_for
from connectors.mapping_file import MappingError, load, parse
from connectors.payload import Mapped, apply
from connectors.rules import FileSettings, Mapping
from connectors.table import RowIssue

__all__ = [
    "Coverage",
    "FileSettings",
    "Mapped",
    "Mapping",
    "MappingError",
    "RowIssue",
    "apply",
    "load",
    "open_for",
    "parse",
]
