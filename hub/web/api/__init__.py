"""The public API, version 1: the current release as JSON. Records go out as the bytes they were published in."""

from hub.web.api.documents import install as document
from hub.web.api.routes import router

__all__ = ["document", "router"]
