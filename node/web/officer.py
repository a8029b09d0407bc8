"""The officer's pages: what only the network may see, behind a password (RFC 7617) that any browser asks for.

A node without a password has no such pages: nothing tells a proxy's request from a neighbour's.
"""

import binascii
import hmac
from base64 import b64decode

from fastapi import Request

from node.home import Home
from schemas.errors import ConfigError, NotFound, RequestError

LEAST_CHARS = 12


class PasswordRequired(RequestError):
    """The page is for the network's officer alone."""

    code = "password-required"


def password_of(home: Home) -> bytes | None:
    """The officer's password, None when none is set. Raises ConfigError for one that would be guessed."""
    password = home.secret(home.settings.officer_password_file)
    if password is not None and len(password.decode("utf-8", "replace")) < LEAST_CHARS:
        raise ConfigError(
            f"Le mot de passe des pages du réseau (officer_password_file) a moins de {LEAST_CHARS} caractères : "
            "choisissez-en un plus long, par exemple quatre mots."
        )
    return password


def require(request: Request) -> None:
    """A dependency: lets the officer pass, under any name. Compared in constant time."""
    password: bytes | None = request.app.state.officer_password
    if password is None:
        raise NotFound("this node has no pages for its officer: set officer_password_file")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        _, _, said = b64decode(given.strip(), validate=True).partition(b":")
    except binascii.Error:
        said = b""
    right = hmac.compare_digest(said, password)
    if scheme.lower() != "basic" or not right:
        raise PasswordRequired("this page is for the network's officer: a password is asked for")


def from_here(request: Request) -> None:
    """A dependency: refuses what another site makes the officer's browser send, which carries the password too."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "").partition("://")[2]
    if site != "same-origin" and not (site is None and origin == request.headers.get("host")):
        raise RequestError("this form belongs to another site")
