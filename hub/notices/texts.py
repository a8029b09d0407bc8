"""From a notice to a subject and a text."""

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from hub import french
from hub.model.hold import night_of
from hub.model.notice import Audience, Notice
from hub.notices.remedies import remedy

_TEMPLATES = Environment(
    loader=PackageLoader("hub.notices"),
    autoescape=False,  # noqa: S701 - plain text, never HTML
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(notice: Notice, site: str) -> tuple[str, str]:
    """Subject and text. site: the portal's public address, or nothing."""
    steward = notice.audience is Audience.STEWARD
    source = notice.source or ""
    text = _TEMPLATES.get_template(f"{notice.kind}.txt").render(
        **notice.facts,
        steward=steward,
        source=source,
        about=notice.about,
        link=f"{site}/reseaux#{source}" if site and source else None,
    )
    subject, _, rest = text.strip().partition("\n")
    return subject, f"{rest.strip()}\n"


def _count(number: int, one: str, many: str) -> str:
    """3, "fiche", "fiches" -> "3 fiches"."""
    return f"{french.number(number)} {one if number < 2 else many}"


def _day(text: str) -> str:
    """A date, or the date in France of a moment."""
    return french.day(night_of(datetime.fromisoformat(text)) if "T" in text else text)


def _moment(text: str) -> str:
    return french.moment(datetime.fromisoformat(text))


_TEMPLATES.filters.update({"day": _day, "moment": _moment, "count": _count, "remedy": remedy})
