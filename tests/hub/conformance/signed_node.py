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


def beside(body: bytes, key: Ed25519PrivateKey = KEY, *, tag: str = "rrma-feed") -> bytes:
    """The file of signatures of a file with this body."""
    digest = f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"
    given = f'("content-digest");created=1795400000;keyid="{public(key)}";alg="ed25519";tag="{tag}"'
    signature = b64encode(key.sign(f'"content-digest": {digest}\n"@signature-params": {given}'.encode())).decode()
    return f"Content-Digest: {digest}\nSignature-Input: rrma={given}\nSignature: rrma=:{signature}:\n".encode()


def lying_beside(**over: Callable[[ThirdNode], bytes | None]) -> dict[str, Callable[..., object]]:
    """The methods of a static node whose two files have their signatures beside them.

    over: `feed` or `snapshot` -> what lies beside that file instead; None for nothing.
    """
    files = {"feed": "feed.json", "snapshot": "snapshot.ndjson.gz"}
    right = {
        name: lambda self, path=path: beside(ThirdNode.resource(self, path, {}).body) for name, path in files.items()
    }
    written = {f"{files[name]}.sig": write for name, write in (right | over).items()}

    def resource(self: ThirdNode, path: str, query: Mapping[str, str]) -> Answer:
        found = written[path](self) if path in written else None
        return ThirdNode.resource(self, path, query) if found is None else Answer(found, "application/octet-stream")

    return {"resource": resource, "links": lambda _: {"snapshot": "snapshot.ndjson.gz"}}


class SignedNode(ThirdNode):
    """Signs every answer."""

    answer = signing()
