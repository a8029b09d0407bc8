"""Words: how a text becomes terms of the index, and how a question becomes the same terms.

    text ──► fold (no case, accent, ligature, punctuation) ──► words ──► exact fields
                                                                └──► less stop words ──► singular ──► French stem

Folding comes first, so that a missing accent never changes a stem; the singular too, since the Snowball stemmer keeps
the plural of short words (amis, eaux).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from schemas.text import fold

EXACT, STEMMED = "words", "french"

# Articles, pronouns, prepositions and elided letters, folded. Words of names that mean something (sans, contre) stay.
STOP_WORDS = frozenset(
    "a au aux avec c ce ces cette chez d dans de des du elle elles en est et eux il ils j je l la le les leur leurs"
    " lui m ma mais me mes mon n ne nos notre nous on ont ou par pour qu que qui s sa se ses son sont sur t ta te tes"
    " ton tu un une vos votre vous y".split()
)
_SHORTEST_PLURAL, _FEWEST_INITIALS = 3, 3
_WORD = re.compile(r"[^\W\d_]+")
_SPELT_OUT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?\b\.?")


def words(text: str) -> list[str]:
    """The folded words of a text. "I.C.A.R.E." is one word; "St" and "Ste" are spelt out as in names of towns.

    >>> words("I.C.A.R.E., St-Étienne: l'œuvre")
    ['icare', 'saint', 'etienne', 'l', 'oeuvre']
    """
    joined = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), text) if "." in text else text
    return [_SPELT_OUT.get(word, word) for word in fold(joined).split()]


def terms(text: str) -> list[str]:
    """The words of a question that must be found: stop words are left out, unless there is nothing else."""
    every = words(text)
    return [word for word in every if word not in STOP_WORDS] or every


def initials(name: str) -> str:
    """The acronym that a name would have: the initials of its capitalised words that count.

    >>> initials("Mouvement contre le Racisme et pour l'Amitié entre les Peuples")
    'mrap'

    Empty for names of fewer than three such words.
    """
    kept = [initial for initial in map(_initial, _WORD.findall(name)) if initial]
    return "".join(kept) if len(kept) >= _FEWEST_INITIALS else ""


@lru_cache(maxsize=1 << 14)  # the words of names come again and again
def _initial(word: str) -> str:
    """The folded first letter of a capitalised word that counts."""
    return fold(word[0]) if word[0].isupper() and fold(word) not in STOP_WORDS else ""


def roots(spelt: Iterable[str]) -> list[str]:
    """Folded words for a stemmed field: without stop words, in the singular.

    >>> roots(["les", "eaux", "de", "la", "terre"])
    ['eau', 'terre']
    """
    return [
        word[:-1] if word[-1] in "sx" and len(word) > _SHORTEST_PLURAL else word
        for word in spelt
        if word not in STOP_WORDS
    ]


def analysers() -> dict[str, TextAnalyzer]:
    """The two analysers of the index, by the name its fields give them: they take what `words` and `roots` give."""
    plain = TextAnalyzerBuilder(Tokenizer.whitespace()).build()
    french = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("french")).build()
    return {EXACT: plain, STEMMED: french}
