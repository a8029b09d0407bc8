"""The one folding of the house: search, matching, mapping and vocabularies compare texts in this form."""

import re
import unicodedata

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n"})
_SEPARATORS = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Lower case without accents or ligatures; every run of other characters becomes one space.

    >>> fold("  L’Œuvre d'Éthiopie (S.-Étienne) ")
    'l oeuvre d ethiopie s etienne'

    Folding twice changes nothing. Scripts other than Latin keep their letters.
    """
    if not text.isascii():
        compatible = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join([letter for letter in compatible if not unicodedata.combining(letter)]).translate(_LETTERS)
    return _SEPARATORS.sub(" ", text.lower()).strip()
