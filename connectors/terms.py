"""A network's own words and the federation's codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from connectors.headings import heading_key
from schemas.vocabularies import Vocabulary

_LIKENESS = 60  # of rapidfuzz, 0 to 100: below it a word does not look like another
_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What one word of the network becomes.

    codes: none when the word is dropped on purpose. lossy: the code says less, or something else, than the word.
    """

    codes: tuple[str, ...]
    lossy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """A table of terms, by folded word; what it lacks is looked up in a vocabulary or in a closed list of choices.

    choices: code -> French label.
    """

    entries: Mapping[str, Term] = field(default_factory=dict)
    vocabulary: Vocabulary | None = None
    choices: Mapping[str, str] = field(default_factory=dict)

    def find(self, word: str) -> Term | None:
        """The term of a word, accents, case and punctuation apart; None when nothing is known of it."""
        return _find(self, word)

    def examples(self, word: str) -> tuple[str, ...]:
        """Words that would have been understood: the one that looks like this one, else the first few."""
        known = _words(self)
        nearest = process.extractOne(heading_key(word), known.keys(), scorer=fuzz.ratio, score_cutoff=_LIKENESS)
        return (known[nearest[0]],) if nearest else tuple(known.values())[:_EXAMPLES]


# Words come back row after row: both answers are kept, per table.
@lru_cache(maxsize=4096)
def _find(terms: Terms, word: str) -> Term | None:
    key = heading_key(word)
    if key in terms.entries:
        return terms.entries[key]
    code = terms.vocabulary.find(word) if terms.vocabulary else None
    if code is None:
        spelt = ((one, {heading_key(one), heading_key(label)}) for one, label in terms.choices.items())
        code = next((one for one, keys in spelt if key in keys), None)
    return None if code is None else Term(codes=(code,))


@lru_cache(maxsize=64)
def _words(terms: Terms) -> Mapping[str, str]:
    labels = [*terms.choices.values()]
    if terms.vocabulary:
        labels += [one.label_fr for one in terms.vocabulary.terms.values()]
    return {key: key for key in terms.entries} | {heading_key(label): label for label in labels}
