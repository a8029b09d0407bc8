"""Style sheets, scripts, outlines: the files that pages ask for, all from this server."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Files that carry their version in their name never change under it.
_VERSIONED = ("vendor/", "geo/")


class Assets(StaticFiles):
    """The folder `static/`, and what the static site of a release shares with it; with how long each may be kept."""

    def __init__(self) -> None:
        super().__init__(packages=[("hub.web.portal", "static"), ("hub.distributions.site", "static")])

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = "public, max-age=31536000, immutable" if path.startswith(_VERSIONED) else "no-cache"
        response.headers["cache-control"] = kept
        return response
