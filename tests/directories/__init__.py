"""A seeded generator of federated French directories whose truth is known: bodies, then records of them, then damage.

    bodies ──► directories (who lists whom, in whose words) ──► damage ──► records, each with the body it speaks of

It shares no word list and no rule with the resolver that it tests. Same seed and size, same records.
"""

from tests.directories.damage import HELD_OUT as HELD_OUT_DAMAGE
from tests.directories.federation import Listed, directories

HELD_OUT_BODIES = frozenset({"service", "stage"})
HELD_OUT = HELD_OUT_DAMAGE | HELD_OUT_BODIES
"""Kinds of damage and of bodies that training never sees."""

__all__ = ["HELD_OUT", "HELD_OUT_BODIES", "Listed", "directories"]
