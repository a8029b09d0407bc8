"""A network's own words and the federation's codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from connectors.headings import heading_key
from schemas.vocabularies import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What one word of the network becomes.

    codes: none when the word is dropped on purpose. lossy: the code says less, or something else, than the word.
    """

    codes: tuple[str, ...]
    lossy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A table of terms, by folded word; what it lacks is looked up in a vocabulary or in a closed list of choices.

    choices: code -> French label.
    """

    entries: Mapping[str, Term] = field(default_factory=dict)
    vocabulary: Vocabulary | None = None
    choices: Mapping[str, str] = field(default_factory=dict)

    def find(self, word: str) -> Term | None:
        """The term of a word, accents, case and punctuation apart; None when nothing is known of it."""
        key = heading_key(word)
        if key in self.entries:
            return self.entries[key]
        code = self.vocabulary.find(word) if self.vocabulary else None
        if code is None:
            code = next(
                (one for one, label in self.choices.items() if key in (heading_key(one), heading_key(label))), None
            )
        return None if code is None else Term(codes=(code,))

    def nearest(self, word: str) -> str | None:
        """A word that would have been understood and looks like this one, to be shown to a person."""
        labels = (
            [one.label_fr for one in self.vocabulary.terms.values()] if self.vocabulary else [*self.choices.values()]
        )
        known = {heading_key(label): label for label in labels} | {key: key for key in self.entries}
        return next((known[key] for key in get_close_matches(heading_key(word), known, n=1, cutoff=0.0)), None)
