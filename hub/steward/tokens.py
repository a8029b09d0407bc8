"""Who may review: a name and a bearer token each (RFC 6750). Others are turned away before anything is read."""

import hmac
import tomllib
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.web.problems import problem
from schemas.errors import ConfigError

LEAST_CHARS = 32


def read_stewards(path: Path) -> Mapping[str, str]:
    """Name -> token, from a TOML file of such lines. Raises ConfigError."""
    try:
        stewards = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f'{path}: {error}; it holds a line for each steward: name = "token"') from error
    for name, token in stewards.items():
        if not isinstance(token, str) or len(token) < LEAST_CHARS or not token.isascii():
            raise ConfigError(f"{path}: the token of {name!r} is not a text of {LEAST_CHARS} ASCII characters or more")
    if not stewards:
        raise ConfigError(f"{path} names nobody")
    return stewards


class StewardsOnly:
    """Answers 401 to all who bear no token; notes the name of those who do in `request.state.steward`."""

    def __init__(self, app: ASGIApp, stewards: Mapping[str, str]) -> None:
        self.app, self.stewards = app, stewards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        name = self._name_of(token) if scheme.lower() == "bearer" else None
        if name is None:
            answer = problem(Request(scope), 401, "token-required", "This service wants the bearer token of a steward.")
            answer.headers["www-authenticate"] = "Bearer"
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})["steward"] = name
        await self.app(scope, receive, send)

    def _name_of(self, token: str) -> str | None:
        """Every token is compared, and each in constant time, so that no answer tells how near a guess was."""
        given = token.encode()
        found = [name for name, known in self.stewards.items() if hmac.compare_digest(known.encode(), given)]
        return found[0] if found else None
