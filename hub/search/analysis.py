"""Words: how a text becomes terms of the index, and how a question becomes the same terms.

    text ──► fold (no case, accent, ligature, punctuation) ──► words ──► exact fields
                                                                └──► less stop words ──► French stem ──► stemmed fields

Folding comes first, so that a missing accent never changes a stem.
"""

import re

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from schemas.text import fold

EXACT, STEMMED = "words", "french"

# Articles, pronouns, prepositions and elided letters, folded. Words of names that mean something (sans, contre) stay.
STOP_WORDS = frozenset(
    "a au aux avec c ce ces cette chez d dans de des du elle elles en est et eux il ils j je l la le les leur leurs"
    " lui m ma mais me mes mon n ne nos notre nous on ont ou par pour qu que qui s sa se ses son sont sur t ta te tes"
    " ton tu un une vos votre vous y".split()
)
_SPELT_OUT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?\b\.?")


def words(text: str) -> list[str]:
    """The folded words of a text. "I.C.A.R.E." is one word; "St" and "Ste" are spelt out as in names of towns.

    >>> words("I.C.A.R.E., St-Étienne: l'œuvre")
    ['icare', 'saint', 'etienne', 'l', 'oeuvre']
    """
    joined = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), text)
    return [_SPELT_OUT.get(word, word) for word in fold(joined).split()]


def terms(text: str) -> list[str]:
    """The words of a question that must be found: stop words are left out, unless there is nothing else."""
    every = words(text)
    return [word for word in every if word not in STOP_WORDS] or every


def analysers() -> dict[str, TextAnalyzer]:
    """The two analysers of the index, by the name its fields give them. They expect text that went through `words`."""
    plain = TextAnalyzerBuilder(Tokenizer.whitespace()).build()
    french = (
        TextAnalyzerBuilder(Tokenizer.whitespace())
        .filter(Filter.custom_stopword(sorted(STOP_WORDS)))
        .filter(Filter.stemmer("french"))
        .build()
    )
    return {EXACT: plain, STEMMED: french}
