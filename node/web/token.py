"""The bearer token that a node may ask for: who reads its feed must hold it."""

import hmac

from fastapi import Request

from schemas.errors import RequestError


class Unauthorised(RequestError):
    """The feed asks for a token that the request does not carry."""

    code = "unauthorised"


def require(request: Request) -> None:
    """A dependency: lets a request pass when it carries the node's token, or when the node has none.

    Compared in constant time: how long a refusal takes must not tell how much of it was right.
    """
    token: bytes | None = request.app.state.token
    if token is None:
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(), token)
    if scheme.lower() != "bearer" or not right:
        raise Unauthorised("this feed asks for its token: Authorization: Bearer …")
