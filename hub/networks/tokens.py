"""Which network is it? A bearer token each (RFC 6750), of which the hub keeps the hash alone.

    centraider = "sha256:9f86d081…"

A token is 256 bits of chance, so that its plain SHA-256 tells nobody anything; a password would want more.
"""

import hashlib
import hmac
import json
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path

from schemas.errors import ConfigError, NotFound

_SCHEME = "sha256:"
_DIGITS = 64


class NetworkTokens:
    """The file of hashes, read again when it changes: a token that is given or taken back counts at once.

    Without a file no network may enter.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, int] | None = None
        self._hashes: Mapping[str, str] = {}

    def network_of(self, token: str) -> str | None:
        """Whose token it is. Every hash is compared, and each in constant time. Raises ConfigError."""
        given = _hashed(token)
        found = [name for name, known in self._current().items() if hmac.compare_digest(known, given)]
        return found[0] if found else None

    def _current(self) -> Mapping[str, str]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._read, self._hashes = None, {}
            return self._hashes
        now = (found.st_mtime_ns, found.st_ino)
        if now != self._read:
            self._hashes, self._read = read_hashes(self._path), now
        return self._hashes


def read_hashes(path: Path) -> dict[str, str]:
    """Network -> hash of its token; none when there is no file. Raises ConfigError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}; `rrma-hub network token NAME` writes its lines") from error
    for name, known in found.items():
        digits = known.removeprefix(_SCHEME) if isinstance(known, str) and known.startswith(_SCHEME) else ""
        if len(digits) != _DIGITS or set(digits) - set("0123456789abcdef"):
            raise ConfigError(f"{path}: {name!r} has no hash of a token: `rrma-hub network token {name}` writes one")
    return found


def issue(path: Path, network: str) -> str:
    """Give a network a new token, in place of any other, and return it: it is shown once and kept nowhere."""
    token = secrets.token_urlsafe(32)
    _write(path, read_hashes(path) | {network: _hashed(token)})
    return token


def revoke(path: Path, network: str) -> None:
    """Take a network's token back. Raises NotFound when it has none."""
    hashes = read_hashes(path)
    if hashes.pop(network, None) is None:
        raise NotFound(f"{network!r} has no token")
    _write(path, hashes)


def _hashed(token: str) -> str:
    return _SCHEME + hashlib.sha256(token.encode()).hexdigest()


def _write(path: Path, hashes: Mapping[str, str]) -> None:
    """Replace the file as a whole, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.new")
    lines = [f"{json.dumps(name)} = {json.dumps(known)}\n" for name, known in sorted(hashes.items())]
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(["# Networks and the hash of their token; `rrma-hub network token NAME` gives one.\n", *lines])
    draft.replace(path)
