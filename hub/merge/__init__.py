"""Merge: the records of one cluster become one golden record, each value with where it came from.

    members' payloads ─► statements of one property ─► the property's rule ─► value and its origins

Survivorship rules are published: RULES says of each property which rule chooses its value, in words.
"""

from hub.merge.golden import golden, is_published
from hub.merge.overrides import overrides
from hub.merge.references import referred
from hub.merge.table import RULES, Rule

__all__ = ["RULES", "Rule", "golden", "is_published", "overrides", "referred"]
