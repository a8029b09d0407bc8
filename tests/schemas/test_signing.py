"""Signatures of answers: the standard's own example, and everything that must not pass."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from http_message_signatures import HTTPMessageVerifier, InvalidSignature, MappingKeyResolver, algorithms
from hypothesis import given
from hypothesis import strategies as st

from schemas.signing import Answered, Asked, BadSignature, digests, is_signed, public_text, signed, verified

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
BODY = b'{"protocol": "rrma-feed/1"}\n'
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
MINE = public_text(KEY.public_key())

# RFC 9421, appendix B.1.4 and B.2.6.
RFC_KEY = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
RFC_PUBLIC = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
RFC_REQUEST = Asked(
    "http://example.com/foo?param=Value&Pet=dog",
    "POST",
    {
        "Host": "example.com",
        "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "Content-Type": "application/json",
        "Content-Length": "18",
        "Signature-Input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
        "Signature": "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lI"
        "p5WPpBKRCw==:",
    },
)


def answer(status: int = 200, query: str = "after=3&limit=10000", **changed: str) -> Answered:
    headers = signed(sha256(BODY).digest(), KEY, at=NOW, query="after=3&limit=10000")
    return Answered(status, headers | changed, Asked(f"https://node.example/feed/changes?{query}"))


def test_the_standard_s_example_of_an_ed25519_signature_is_verified() -> None:
    public, private = load_pem_public_key(RFC_PUBLIC), load_pem_private_key(RFC_KEY, None)
    assert isinstance(public, Ed25519PublicKey)
    assert isinstance(private, Ed25519PrivateKey)
    assert private.public_key() == public
    keys = MappingKeyResolver(public_keys={"test-key-ed25519": public}, private_keys={})
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)

    [found] = verifier.verify(RFC_REQUEST, max_age=None)

    assert found.label == "sig-b26"
    altered = Asked(RFC_REQUEST.url, "PUT", RFC_REQUEST.headers)
    with pytest.raises(InvalidSignature):
        verifier.verify(altered, max_age=None)


def test_an_answer_is_verified_with_the_key_that_signed_it() -> None:
    found = answer()

    assert verified(found, [MINE]) == verified(found, ()) == MINE
    assert digests(found.headers["Content-Digest"]).values == {"sha-256": sha256(BODY).digest()}
    assert is_signed(found.headers)
    assert not is_signed({"Signature-Input": 'sig=("@status");tag="another"'})


def test_a_file_is_signed_without_a_question() -> None:
    headers = signed(sha256(BODY).digest(), KEY, at=NOW)

    assert verified(Answered(200, headers), [MINE]) == MINE


@pytest.mark.parametrize(
    ("broken", "trusted", "told"),
    [
        (answer(), [public_text(OTHER.public_key())], "signed with another key"),
        (answer(status=203), [MINE], "not over what was received"),
        (answer(query="after=4&limit=10000"), [MINE], "not over what was received"),
        (answer(**{"Content-Digest": "sha-256=:" + "A" * 43 + "=:"}), [MINE], "not over what was received"),
        (answer(Signature="rrma=:AAAA:"), [MINE], "not over what was received"),
        (answer(Signature="rubbish"), [MINE], "different labels"),
        (answer(**{"Signature-Input": 'rrma=("@status");tag="rrma-feed"'}), [MINE], "keyid"),
        (
            answer(**{"Signature-Input": f'rrma=("@status");keyid="{MINE}";tag="rrma-feed"'}),
            [MINE],
            "not over what was received",
        ),
        (Answered(200, {}, Asked("https://node.example/")), [MINE], "Signature-Input"),
    ],
    ids=["another key", "status", "question", "digest", "signature", "rubbish", "no key", "uncovered", "none"],
)
def test_what_was_not_signed_so_is_refused(broken: Answered, trusted: list[str], told: str) -> None:
    with pytest.raises(BadSignature, match=told):
        verified(broken, trusted)


@pytest.mark.parametrize("header", ["", "md5=:AAAA:", "sha-256=7", "sha-256=:*:", "é"])
def test_a_digest_that_says_nothing_is_refused(header: str) -> None:
    with pytest.raises(BadSignature, match="Content-Digest"):
        digests(header)


@given(body=st.binary(max_size=200), at=st.integers(0, 199), bit=st.integers(0, 7))
def test_no_bit_of_a_body_can_be_changed(body: bytes, at: int, bit: int) -> None:
    stated = digests(signed(sha256(body).digest(), KEY, at=NOW)["Content-Digest"])
    altered = bytearray(body)
    if altered:
        altered[at % len(altered)] ^= 1 << bit

    assert stated.agree([sha256(body).digest()])
    assert not body or not stated.agree([sha256(altered).digest()])
