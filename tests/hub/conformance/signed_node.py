"""The third node, signing what it sends: RFC 9421 written out by hand, so that it shares no code with ours."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.hub.conformance.third_node import Answer, ThirdNode

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
Key = Callable[[str], Ed25519PrivateKey | None]


def public(key: Ed25519PrivateKey) -> str:
    return urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()


def signing(
    key_of: Key = lambda _: KEY, *, keyid: str | None = None, signed: Callable[[str], str] = lambda base: base
) -> Callable[..., Answer]:
    """What answers instead of `ThirdNode.answer`.

    key_of: the key for a path, None for an answer without signature. signed: what is signed instead of the right base.
    """

    def answer(self: ThirdNode, path: str, query: Mapping[str, str], asked: Mapping[str, str]) -> Answer:
        found = ThirdNode.answer(self, path, query, asked)
        key = key_of(path)
        if found.status == 200 and key is not None:
            digest = f"sha-256=:{b64encode(sha256(found.body).digest()).decode()}:"
            named = keyid if keyid is not None else public(key)
            given = f'("content-digest");created=1795400000;keyid="{named}";alg="ed25519";tag="rrma-feed"'
            base = signed(f'"content-digest": {digest}\n"@signature-params": {given}')
            signature = b64encode(key.sign(base.encode())).decode()
            found.headers |= {"Content-Digest": digest, "Signature-Input": f"rrma={given}"}
            found.headers["Signature"] = f"rrma=:{signature}:"
        return found

    return answer


class SignedNode(ThirdNode):
    """Signs every answer."""

    answer = signing()
