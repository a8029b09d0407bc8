"""Retention: which releases stay, so that any past day can be told without keeping every release."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

# rule, what it keeps the last release of (by UTC date), for how long; a later rule outlasts an earlier one.
RULES = (
    ("daily", "%Y-%m-%d", timedelta(days=60)),
    ("weekly", "%G-W%V", timedelta(days=365)),
    ("monthly", "%Y-%m", timedelta.max),
)


def until(rule: str, made: datetime) -> datetime | None:
    """When a release made then leaves at the latest by a rule of `kept`; None where the rule sets no end."""
    lasts = next((lasts for name, _, lasts in RULES if name == rule), timedelta.max)
    return None if lasts == timedelta.max else made + lasts


def kept(made: Mapping[str, datetime], now: datetime, always: Collection[str] = ()) -> dict[str, str]:
    """The releases that stay, each with the rule that keeps it longest.

    made:   release -> when it was made.
    always: those that stay whatever their age, as "in use".
    Removing what is not here every night, or once in a while, leaves the same.
    """
    found = dict.fromkeys(always, "in use")
    for rule, period, lasts in RULES:
        in_order = sorted(made, key=lambda name: (made[name], name))
        last = {made[name].astimezone(UTC).strftime(period): name for name in in_order}
        found |= {name: rule for name in last.values() if now - made[name] < lasts}
    return found
