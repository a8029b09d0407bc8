"""One spelling and one hash per payload, and one digest per set of records.

The spelling is RFC 8785 (JCS): two programs that hold the same JSON value write the same bytes, so equal hashes mean
equal records. orjson writes those bytes many times faster than a pure Python canonicaliser, except for a few values;
`_is_settled` lets none of them pass and hands them to the `rfc8785` package. It may suspect too much (a property whose
name has an accent costs a little time) and never too little:

    1.0, 1e16, -0.0         orjson keeps the fraction and picks its own exponents; RFC 8785 follows ECMAScript
    16 digits or more       may lie beyond 2**53, where JSON numbers stop being exact
    NaN, infinities         orjson writes them as null
    names past U+FFFF       object keys sort by UTF-16 unit there, and orjson sorts by code point
    an escaped NUL          the feed's I-JSON has none

It looks at the values, not at the bytes: a record is a few dozen values and two thousand bytes.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import orjson
import rfc8785

from schemas.errors import ContractError

JSON = dict[str, Any]

_ONLY_JSON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
# Between these orjson and ECMAScript both write a fraction in plain digits, and an integer is exact.
_LEAST, _MOST = 1e-4, 10**15
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_MODULUS = 1 << 256


class NotIJson(ContractError):
    """The value is not I-JSON (RFC 7493): NaN, infinity, lone surrogate, NUL, integer past 2**53 - 1, odd key."""

    code = "not-i-json"


def canonical(payload: JSON) -> bytes:
    """Spell a JSON value by RFC 8785, in UTF-8.

    payload: what a JSON parser returns (dict, list, str, int, float, bool, None).
    Raises NotIJson for anything else, and for values that RFC 7493 or the feed leaves out.
    """
    try:
        fast = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS | _ONLY_JSON)
    except TypeError:
        return _slow(payload)
    return fast if _is_settled(payload) and not holds_nul(fast) else _slow(payload)


def content_hash(payload: JSON) -> str:
    """SHA-256 of the canonical spelling, as 64 lower-case hexadecimal digits."""
    return hash_of(canonical(payload))


def hash_of(canonical_bytes: bytes) -> str:
    """The content hash of a payload already spelt by `canonical`."""
    return hashlib.sha256(canonical_bytes).hexdigest()


def holds_nul(json_bytes: bytes) -> bool:
    """Whether a text in this JSON holds the character U+0000, which the feed's I-JSON leaves out."""
    # Most texts hold no backslash, and one byte is found at once.
    return b"\\" in json_bytes and b"\\u0000" in json_bytes and _NUL.search(json_bytes) is not None


def bucket(local_id: str) -> str:
    """The feed's bucket of a record, "00" to "ff": the first byte of SHA-256(id)."""
    return hashlib.sha256(local_id.encode()).hexdigest()[:2]


@dataclass(frozen=True, slots=True)
class SetDigest:
    """The feed's digest of a set of records: the sum of their SHA-256 modulo 2**256.

    The order of records does not matter, and a record may be added or taken away without reading the others.
    It detects faults, not forgery.
    """

    value: int = 0

    @classmethod
    def of(cls, records: Iterable[tuple[str, str, str]]) -> Self:
        """The digest of (collection, id, content hash) triples."""
        return cls(sum(_term(*record) for record in records) % _MODULUS)

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Raises ValueError unless `text` is 64 lower-case hexadecimal digits."""
        if not re.fullmatch("[0-9a-f]{64}", text):
            raise ValueError(f"not a set digest: {text!r}")
        return cls(int(text, 16))

    def plus(self, collection: str, local_id: str, content_hash: str) -> Self:
        return type(self)((self.value + _term(collection, local_id, content_hash)) % _MODULUS)

    def minus(self, collection: str, local_id: str, content_hash: str) -> Self:
        return type(self)((self.value - _term(collection, local_id, content_hash)) % _MODULUS)

    @property
    def hex(self) -> str:
        """Big-endian, zero-padded to 64 digits; the empty set is 64 zeros."""
        return f"{self.value:064x}"


EMPTY = SetDigest()


def _is_settled(payload: JSON) -> bool:
    """Whether RFC 8785 leaves no other spelling than orjson's. payload: what orjson could spell."""
    names: list[str] = []
    containers: list[Any] = [(payload,)]
    for each in containers:  # which grows meanwhile
        if type(each) is dict:
            names += each
            each = each.values()  # noqa: PLW2901 - a dict is looked at by its values
        for value in each:
            kind = type(value)
            if kind is str:
                continue
            if kind is dict or kind is list or kind is tuple:
                containers.append(value)
            elif kind is not bool and value is not None and not _is_plain(value):
                return False
    return "".join(names).isascii()


def _is_plain(value: Any) -> bool:
    """Whether this is a number that is spelt in one way only."""
    if type(value) is int:
        return -_MOST < value < _MOST
    return type(value) is float and not value.is_integer() and _LEAST <= abs(value) < _MOST


def _slow(payload: JSON) -> bytes:
    try:
        spelt = rfc8785.dumps(payload)
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise NotIJson(str(error) or type(error).__name__) from error
    if holds_nul(spelt):
        raise NotIJson("the text holds a NUL character")
    return spelt


def _term(collection: str, local_id: str, content_hash: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{collection}\n{local_id}\n{content_hash}".encode()).digest())
