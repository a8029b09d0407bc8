"""A second generator of directories whose truth is known, by a hand that had not seen the first nor the resolver.

    bodies ──► directories (what each office wrote down of them) ──► damage ──► records, each with its body

Same seed and size, same records.
"""

from tests.otherhand.directories import Listed, directories

SEEN = 1
"""Seed whose errors may be read and learned from."""
HELD_OUT = 2
"""Seed of which only figures are looked at: reading its errors would spend it."""

__all__ = ["HELD_OUT", "SEEN", "Listed", "directories"]
