"""iCalendar (RFC 5545, RFC 7986): what takes place, and until when a call can be answered.

An announcement has up to two events: itself, and its closing. Their UID is the national id, their stamp the release
that changed them, so that a calendar is the same bytes on every machine.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vText

from hub.catalogue import Catalogue
from hub.catalogue.journal import Change
from hub.distributions.xmltext import fit
from hub.model.imprint import TITLE
from hub.web.feeds.entries import summary, terms
from hub.web.portal import words
from hub.web.query import PATHS
from schemas.canonical import JSON

MEDIA_TYPE = "text/calendar"
_REFRESH = timedelta(hours=12)


def calendar(catalogue: Catalogue, title: str, announcements: Iterable[tuple[Change, JSON]]) -> bytes:
    """announcements: with since when they say what they say. What has no date is left out."""
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", f"-//{catalogue.manifest.imprint.publisher}//{TITLE}//FR")
    made.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        made.add(name, vText(title))
    made.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", _REFRESH)
    for change, says in announcements:
        for event in _events(catalogue, change, says):
            made.add_component(event)
    return bytes(made.to_ical())


def is_dated(says: JSON) -> bool:
    return "starts_at" in says or "closes_at" in says


def _events(catalogue: Catalogue, change: Change, says: JSON) -> Iterator[Event]:
    if "starts_at" in says:
        starts = _moment(says["starts_at"])
        event = _event(catalogue, change, says, change.id, says["title"])
        event.add("dtstart", starts)
        if "ends_at" in says and (ends := _moment(says["ends_at"])) > starts:
            event.add("dtend", ends)
        yield event
    if "closes_at" in says:
        event = _event(catalogue, change, says, f"{change.id}-cloture", f"Clôture : {says['title']}")
        event.add("dtstart", _moment(says["closes_at"]))
        event.add("transp", "TRANSPARENT")
        yield event


def _event(catalogue: Catalogue, change: Change, says: JSON, name: str, title: str) -> Event:
    imprint, changed = catalogue.manifest.imprint, _moment(change.changed_at)
    event = Event()
    event.add("uid", f"{name}@{imprint.site.rpartition('/')[2] or 'rrma.invalid'}")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("created", _moment(change.added_at))
    event.add("sequence", change.revision)
    event.add("status", "CONFIRMED")
    event.add("summary", fit(title))
    event.add("description", fit(summary("announcement", says)))
    event.add("categories", list(terms(says)))
    if imprint.site:
        event.add("url", f"{imprint.site}{PATHS['announcement']}/{change.id}")
    if place := says.get("place"):
        event.add("location", fit(words.spoken(place, "place", "announcement")))
        if place.get("lat") is not None and place.get("lon") is not None:
            event.add("geo", (place["lat"], place["lon"]))
    return event


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
