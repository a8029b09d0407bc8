"""National identifiers: opaque, short enough to dictate, and proof against one wrong character.

An identifier is a function of the record that founded it, so that a hub rebuilt from its statements gives the same.
"""

import hashlib

from schemas.record import RecordKey

# Douglas Crockford's base 32: no I, L, O or U. https://www.crockford.com/base32.html
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_BODY_CHARS = 12
_BITS_DROPPED = 64 - 5 * _BODY_CHARS


def national_id(key: RecordKey) -> str:
    """The identifier that a record founds: 12 characters of SHA-256 (60 bits), then a check character."""
    digest = hashlib.sha256(f"{key.collection}\n{key.source}\n{key.local_id}".encode()).digest()
    number = int.from_bytes(digest[:8]) >> _BITS_DROPPED
    body = "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_BODY_CHARS - 1), -1, -5))
    return body + _check(body)


def is_national_id(text: str) -> bool:
    """Whether `text`, already tidy, has the length, the alphabet and the check character of a national identifier."""
    body, check = text[:-1], text[-1:]
    return len(body) == _BODY_CHARS and all(letter in _VALUES for letter in body) and check == _check(body)


def tidy_national_id(text: str) -> str:
    """The one spelling of an identifier that a person typed: capitals, no hyphens or blanks, I and L as 1, O as 0."""
    return text.strip().upper().translate(_LOOKALIKES)


def _check(body: str) -> str:
    """Luhn modulo 32: one wrong character is always caught, two swapped neighbours nearly always.

    Source: ISO/IEC 7812-1 annex B, carried from base 10 to an even base N.
    """
    total = 0
    for place, letter in enumerate(reversed(body)):
        value = _VALUES[letter] * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return _ALPHABET[-total % 32]
