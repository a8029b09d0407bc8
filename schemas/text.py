"""The one folding of the house: search, matching, mapping and vocabularies compare texts in this form."""

import re
import unicodedata
from functools import cache

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n"})
_SOFT_HYPHEN, _LETTER_APOSTROPHE = 0xAD, 0x2BC  # the one is within a word, the other, a letter to Unicode, between two
_SEPARATORS = re.compile(r"[\W_]+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(0x80)}


def fold(text: str) -> str:
    """Lower case without accents or ligatures; every run of other characters becomes one space.

    >>> fold("  L’Œuvre d'Éthiopie (S.-Étienne) ")
    'l oeuvre d ethiopie s etienne'

    Folding twice changes nothing. Scripts other than Latin keep their letters.
    """
    if not text.isascii():
        text = text.translate(_latin())
        if not text.isascii():
            return _SEPARATORS.sub(" ", _plain(text).lower()).strip()
    return " ".join(text.translate(_ASCII).split())


def _plain(text: str) -> str:
    """Without accents, ligatures and capitals; scripts other than Latin keep their letters."""
    compatible = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join([letter for letter in compatible if not unicodedata.combining(letter)]).translate(_LETTERS)


@cache
def _latin() -> dict[int, str]:
    """The letters of European languages and the usual dashes and quotes: nearly all that French directories hold."""
    letters = {code: _plain(chr(code)) for code in (*range(0xA0, 0x250), *range(0x2010, 0x2027))}
    return letters | {_SOFT_HYPHEN: "", _LETTER_APOSTROPHE: " "}
