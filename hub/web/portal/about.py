"""The published rules of composition, as the about page lists them."""

from itertools import groupby

from hub.merge import RULES
from hub.web.portal import words


def rules() -> list[tuple[str, list[str]]]:
    """Each rule in words, with the titles of the properties of actors and projects that it chooses."""
    shown = [rule for rule in RULES if rule.collection in ("actor", "project")]
    by_rule = groupby(sorted(shown, key=lambda rule: rule.name), key=lambda rule: rule.text_fr)
    return [
        (text, list(dict.fromkeys(words.heading(rule.property, rule.collection) for rule in each)))
        for text, each in by_rule
    ]
