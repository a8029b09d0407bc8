"""The hub's own key: with it receipts are signed, so that a network can show later what it was told."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from schemas.errors import ConfigError


def key_at(path: Path) -> Ed25519PrivateKey:
    """The key of a file, made there when there is none, for its owner's eyes. Raises ConfigError."""
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"others can read {path}: run `chmod 600 {path}`")
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{path} cannot be used to sign receipts: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{path} holds no Ed25519 key: move it away, and another one is made")
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and never over another one."""
    key = Ed25519PrivateKey.generate()
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as draft:  # only its owner may read it
        draft.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:  # another process was faster
            return
