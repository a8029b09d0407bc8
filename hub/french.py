"""How numbers and dates are written for French readers."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
NARROW_SPACE = "\u202f"  # before units and between thousands, as French typography wants
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


_SPACED = ((r" (?=[;!?])", NARROW_SPACE), (r" (?=:)|(?<=«) | (?=»)", "\N{NO-BREAK SPACE}"), (r"(?<=\w)'(?=\w)", "’"))


def typeset(text: str) -> str:
    """Words of ours, as French typography wants them: « no line begins or ends with a mark that a space parts »."""
    for pattern, mark in _SPACED:
        text = re.sub(pattern, mark, text)
    return text


def number(value: float) -> str:
    """12345 -> "12 345", with a narrow no-break space."""
    return f"{value:,.0f}".replace(",", NARROW_SPACE)


def day(value: date | str | None) -> str:
    """ "2026-11-03" -> "3 novembre 2026", "2026-11" -> "novembre 2026"; text that is no date is left as it is."""
    if not value:
        return "date inconnue"
    if isinstance(value, str):
        try:
            found = date.fromisoformat(f"{value[:10]}-01" if len(value) == len("2026-11") else value[:10])
        except ValueError:
            return value
    else:
        found = value
    month = f"{MONTHS[found.month - 1]} {found.year}"
    if isinstance(value, str) and len(value) == len("2026-11"):
        return month
    return f"{'1er' if found.day == 1 else found.day} {month}"


def moment(value: datetime) -> str:
    """A time in Paris: "3 novembre 2026 à 3 h 30"."""
    found = value.astimezone(PARIS)
    return f"{day(found.date())} à {found.hour}{NARROW_SPACE}h{NARROW_SPACE}{found.minute:02}"
