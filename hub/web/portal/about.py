"""The published rules of composition, as the about page lists them."""

from hub.merge import RULES
from hub.web.portal import words


def rules() -> dict[str, list[str]]:
    """Each rule in words -> the titles of the properties of actors and projects that it chooses, names first."""
    found: dict[str, list[str]] = {}
    for rule in RULES:
        title = words.heading(rule.property, rule.collection)
        if rule.collection in ("actor", "project") and title not in found.setdefault(rule.text_fr, []):
            found[rule.text_fr].append(title)
    return found
