"""The signature of an answer of a feed: Content-Digest (RFC 9530), signed with Ed25519 (RFC 9421).

    bytes as sent ──► Content-Digest ──┐
    status, query of the request ──────┴──► signature base ──► Signature, Signature-Input

The signature covers at least the digest; what else it names is checked too. Its `keyid` is the public key itself, in
base64url, and its `tag` says that it is one of ours. How old it is, is not judged: order is `seq`, never clocks.
"""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, Protocol

import http_sf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

from schemas.errors import FederationError

TAG = "rrma-feed"
CONTENT_DIGEST, INPUT, SIGNATURE = "Content-Digest", "Signature-Input", "Signature"
# A static server sends no headers of ours: they lie as JSON in a file beside each, so named and no larger.
BESIDE, MOST_BESIDE_BYTES = ".sig", 10_000
DIGEST = '"content-digest"'
_LIVE = ('"@status"', '"@query";req', DIGEST)
_HASHES = ("sha-256", "sha-512")
_KEY = re.compile("[A-Za-z0-9_-]{43}")


class BadSignature(FederationError):
    """An answer is not signed as it must be. What it says is not to be believed."""

    code = "bad-signature"


class Request(Protocol):
    """What was asked, as httpx and the signature library spell it."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> object: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: only its query is ever signed, since proxies write hosts and paths anew."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Answered:
    """An answer without its body. request: None for a file that answers no question."""

    status_code: int
    headers: dict[str, str]
    request: Request | None = None


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as it is written everywhere: 43 characters of base64url."""
    return urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode()


def is_public_text(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def signed(digest: bytes, key: Ed25519PrivateKey, *, at: datetime, query: str | None = None) -> dict[str, str]:
    """The headers of a signed answer 200.

    digest: SHA-256 of the body as it is sent, its content coding included.
    query:  of the request, as it was asked; None for a file, whose signature lies beside it.
    """
    asked = None if query is None else Asked(f"https://node.invalid/?{query}" if query else "https://node.invalid/")
    answer = Answered(200, {CONTENT_DIGEST: http_sf.ser({"sha-256": (digest, {})})}, asked)
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Signing(key)).sign(
        answer,
        key_id=public_text(key.public_key()),
        created=at,
        label="rrma",
        tag=TAG,
        covered_component_ids=(DIGEST,) if query is None else _LIVE,
        use_existing_digest=True,
    )
    return answer.headers


def verified(answer: object, trusted: Collection[str]) -> str:
    """The key of `trusted` that signed an answer; any key that signed it when none is trusted yet.

    answer: with status_code, headers and request, as of httpx; its body is not looked at (see `digests`).
    Raises BadSignature.
    """
    keys = _Verifying(trusted)
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    try:
        found = verifier.verify(answer, max_age=None, expect_tag=TAG, require_components=(DIGEST,))
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise BadSignature(keys.refused or str(error) or "it is not over what was received") from error
    return str(found[0].parameters["keyid"])


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether an answer claims a signature of ours."""
    return f'tag="{TAG}"' in headers.get(INPUT, headers.get(INPUT.lower(), ""))


@dataclass(frozen=True, slots=True)
class Digests:
    """What a body must hash to. values: algorithm as of RFC 9530 -> digest."""

    values: Mapping[str, bytes]

    def begun(self) -> list[Any]:
        """A hash to feed for each of them, as hashlib makes it, in order."""
        return [hashlib.new(name.replace("-", "")) for name in self.values]

    def agree(self, found: Iterable[bytes]) -> bool:
        """found: in the order of `begun`."""
        return all(
            compare_digest(stated, computed) for stated, computed in zip(self.values.values(), found, strict=True)
        )


def digests(header: str) -> Digests:
    """What a Content-Digest states in algorithms that we know. Raises BadSignature when it states none."""
    try:
        stated: Any = http_sf.parse(header.encode(), tltype="dictionary")
        known = {name: stated[name][0] for name in _HASHES if name in stated}
    except (ValueError, TypeError, UnicodeError) as error:
        raise BadSignature(f"the Content-Digest cannot be read: {error}") from error
    if not known or not all(isinstance(value, bytes) for value in known.values()):
        raise BadSignature("the Content-Digest states neither SHA-256 nor SHA-512")
    return Digests(known)


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(days=3660)
    require_created = False


class _Signing(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:  # noqa: ARG002 - the library's signature
        return self._key


class _Verifying(HTTPSignatureKeyResolver):
    """refused: why the last key that was asked for is none of ours."""

    def __init__(self, trusted: Collection[str]) -> None:
        self._trusted = trusted
        self.refused: str | None = None

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        if not is_public_text(key_id):
            self.refused = "its keyid is no Ed25519 key in base64url"
        elif self._trusted and key_id not in self._trusted:
            self.refused = f"it is signed with another key, {key_id}"
        else:
            return Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key_id + "="))
        return None
