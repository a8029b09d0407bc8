"""OAI-PMH 2.0: libraries, archives and aggregators harvest the open records, and learn of those that left."""

from hub.web.oai.routes import router

__all__ = ["router"]
