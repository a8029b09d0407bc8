"""What was seen of each check: how often it held, how often not, and the first few times it did not. Pure.

Texts say where and what kind, never what a record holds: keys, pointers, counts and digests, no values.
"""

from dataclasses import dataclass, field
from enum import StrEnum

_MOST_EXAMPLES = 3
_LONGEST = 200


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(slots=True)
class Entry:
    """held, broken: times seen. told: examples of what was seen, the broken ones once there is one."""

    held: int = 0
    broken: int = 0
    told: list[str] = field(default_factory=list)
    why_skipped: str = "nothing here to look at"

    @property
    def verdict(self) -> Verdict:
        if self.broken:
            return Verdict.FAILED
        return Verdict.PASSED if self.held else Verdict.SKIPPED


class Ledger:
    """One entry a check code. A code never written to was skipped."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def held(self, code: str, seen: str = "", *, times: int = 1) -> None:
        entry = self._entry(code)
        entry.held += times
        if seen and not entry.broken and len(entry.told) < _MOST_EXAMPLES:
            entry.told.append(_bounded(seen))

    def broken(self, code: str, seen: str) -> None:
        entry = self._entry(code)
        if not entry.broken:
            entry.told.clear()
        entry.broken += 1
        if len(entry.told) < _MOST_EXAMPLES and _bounded(seen) not in entry.told:
            entry.told.append(_bounded(seen))

    def expect(self, code: str, holds: bool, broken: str, held: str = "") -> bool:
        """Write down one look at a check; `broken` and `held` say what was seen. Gives `holds` back."""
        if holds:
            self.held(code, held)
        else:
            self.broken(code, broken)
        return holds

    def skip(self, code: str, why: str) -> None:
        self._entry(code).why_skipped = why

    def _entry(self, code: str) -> Entry:
        return self.entries.setdefault(code, Entry())


def _bounded(text: str) -> str:
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
