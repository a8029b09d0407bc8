"""The node's own key: with it every answer of the feed is signed, so that the hub knows that it is ours."""

import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from node.home import Home
from schemas.errors import ConfigError
from schemas.signing import public_text

FILE = "signature.key"


def make(path: Path) -> str:
    """Write a new key into a file that only its owner may read; returns its public half.

    Raises ConfigError when the file is there already: a key that is lost is trusted for nothing.
    """
    key = Ed25519PrivateKey.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigError(f"{path} existe déjà : donnez un autre nom à la nouvelle clé.") from error
    except OSError as error:
        raise ConfigError(f"La clé {path} ne peut pas être écrite : {error.strerror}.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return public_text(key.public_key())


def key_of(home: Home) -> Ed25519PrivateKey | None:
    """The key that this node's answers are signed with. Raises ConfigError when it is set and cannot be used."""
    file = home.settings.signing_key_file
    return None if file is None else load(home.path / file)


def load(path: Path) -> Ed25519PrivateKey:
    """Raises ConfigError: a key that silently lapses would have the hub refuse everything."""
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"D'autres que vous peuvent lire la clé {path} : lancez « chmod 600 {path} ».")
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise ConfigError(f"La clé de signature {path} ne peut pas être lue : {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{path} n'est pas une clé Ed25519 au format PEM : {error}.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{path} est une clé d'une autre sorte : créez-en une avec « rrma-node key make ».")
    return key


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        found = sha256()
        while block := file.read(1 << 20):
            found.update(block)
        return found.digest()
