"""Official identifiers: one tidy spelling each, and the check that their authority defines.

A tidy identifier is what records hold and what resolution compares. A checksum is verified where one exists:
SIREN and SIRET (Luhn, INSEE), UAI (letter modulo 23, ministry of education), ROR (ISO 7064 mod 97-10). The others have
a shape only.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stdnum import luhn

_LA_POSTE = "356000000"
_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_BLANK = re.compile(r"[\s.\-_\u200b\ufeff]+")
_ADDRESS = re.compile(r"^(?:https?://)?(?:www\.)?(?:ror\.org|wikidata\.org/(?:wiki|entity))/+", re.IGNORECASE)


def _is_siret(value: str) -> bool:
    """Luhn, except the establishments of La Poste, whose digits add up to a multiple of five (INSEE)."""
    return luhn.is_valid(value) or (value.startswith(_LA_POSTE) and sum(map(int, value)) % 5 == 0)


def _is_uai(value: str) -> bool:
    return _UAI_LETTERS[int(value[:7]) % 23] == value[7]


def _is_ror(value: str) -> bool:
    number = 0
    for letter in value[:7]:
        number = number * 32 + _CROCKFORD.index(letter)
    return int(value[7:]) == 98 - number * 100 % 97


def _compact_upper(value: str) -> str:
    return _BLANK.sub("", value).upper()


def _last_part_upper(value: str) -> str:
    return _ADDRESS.sub("", value.strip()).upper()


def _last_part_lower(value: str) -> str:
    return _ADDRESS.sub("", value.strip()).lower()


@dataclass(frozen=True, slots=True)
class _Scheme:
    example: str
    tidy: Callable[[str], str]
    shape: re.Pattern[str]
    check: Callable[[str], bool] | None = None


_SCHEMES: Mapping[str, _Scheme] = {
    # W, three characters for the prefecture (W751, W2A1, W9R1), then a rank: nine after the W.
    "rna": _Scheme("W751234567", _compact_upper, re.compile(r"W[0-9][0-9A-Z][0-9]{7}")),
    "siren": _Scheme("732829320", _compact_upper, re.compile(r"[0-9]{9}"), luhn.is_valid),
    "siret": _Scheme("73282932000074", _compact_upper, re.compile(r"[0-9]{14}"), _is_siret),
    "uai": _Scheme("0750001U", _compact_upper, re.compile(r"[0-9]{7}[A-HJ-NPR-Z]"), _is_uai),
    "finess": _Scheme("350000022", _compact_upper, re.compile(r"[0-9][0-9AB][0-9]{7}")),
    "ror": _Scheme("002vpkf64", _last_part_lower, re.compile(r"0[0-9a-hjkmnp-tv-z]{6}[0-9]{2}"), _is_ror),
    "insee": _Scheme("45234", _compact_upper, re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")),
    "iati": _Scheme("FR-3", str.strip, re.compile(r"[A-Za-z]{2,}-[^\s/&|?]+")),
    "wikidata": _Scheme("Q50823978", _last_part_upper, re.compile(r"Q[1-9][0-9]*")),
}

SCHEMES: tuple[str, ...] = tuple(_SCHEMES)
EXAMPLES: Mapping[str, str] = {name: scheme.example for name, scheme in _SCHEMES.items()}


def tidy(scheme: str, value: str) -> str:
    """The one spelling of an identifier: no blanks, its own case, no address before it.

    A value that is not an identifier comes back tidied all the same; an unknown scheme only loses outer blanks.
    """
    known = _SCHEMES.get(scheme)
    return known.tidy(value) if known else value.strip()


def has_shape(scheme: str, value: str) -> bool:
    """Whether a tidy value looks like an identifier of its scheme, checksum apart."""
    known = _SCHEMES.get(scheme)
    return known is not None and known.shape.fullmatch(value) is not None


def is_valid(scheme: str, value: str) -> bool:
    """Whether a tidy value has its scheme's shape and checksum. False for a scheme that is not in SCHEMES."""
    if not has_shape(scheme, value):
        return False
    check = _SCHEMES[scheme].check
    return check is None or check(value)
