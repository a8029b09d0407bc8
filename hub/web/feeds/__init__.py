"""Feeds of the catalogue: Atom, RSS and iCalendar, of any search and of what changed."""

from hub.web.feeds.routes import router

__all__ = ["router"]
