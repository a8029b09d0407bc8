"""From words to a question the index understands.

Each word must be found in some field; the best field counts in full and the others a little. Only when the words as
typed are nowhere in the collection do we allow for typing errors, one step at a time: first in the words that the
collection does not know at all, by one letter and then by two, at last in every word. Which step answers depends on
the text alone, never on the filters, so that list, facets, map and export read the same records.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tantivy import Occur, Schema, Searcher
from tantivy import Query as Condition

from hub.model.identity import tidy_national_id
from hub.search.analysis import STEMMED, analysers, roots, terms, words
from hub.search.fields import STEMMED_FIELDS, WEIGHTS, compact

_OTHER_FIELDS_COUNT = 0.3
_SAME_NAME, _SAME_PHRASE = 40.0, 12.0
_TYPO_WEIGHTS = {"name": 6.0, "acronym": 5.0, "aliases": 3.0, "place": 3.0, "every_word": 1.0}
_SIREN, _SIRET = 9, 14

# Shorter words have too many neighbours to be guessed: letters of the word -> errors allowed, at most.
_LEAST_LETTERS = {1: 4, 2: 7}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was understood. guessed: words that are not in the collection and were read as near ones."""

    condition: Condition
    guessed: tuple[str, ...] = ()


class Reader:
    """Reads the text of questions about one collection."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema, self._searcher = schema, searcher
        self._stem = analysers()[STEMMED]

    def read(self, text: str) -> Reading:
        """The condition a text stands for; everything when it holds no word."""
        wanted = terms(text)
        if not wanted:
            return Reading(Condition.all_query())
        identified = self._identified(text)
        if identified:
            return Reading(identified)
        exact = [self._word(word) for word in wanted]
        condition = self._all(exact, text)
        if self._found(condition):
            return Reading(condition)
        unknown = [not self._found(word) for word in exact]
        for tolerance, doubted in ((1, unknown), (2, unknown), (1, [True] * len(wanted))):
            near = [
                self._near(word, known, tolerance, last=word == wanted[-1]) if doubt else known
                for word, known, doubt in zip(wanted, exact, doubted, strict=True)
            ]
            condition = self._all(near, text)
            if self._found(condition):
                return Reading(condition, tuple(word for word, doubt in zip(wanted, unknown, strict=True) if doubt))
        return Reading(Condition.empty_query())

    def _identified(self, text: str) -> Condition | None:
        """What was typed whole: SIREN, SIRET (or the SIREN it begins with), RNA, UAI, ROR, national id, web address."""
        whole = compact(text)
        spellings = [whole, compact(text.rstrip("/").rpartition("/")[2]), compact(tidy_national_id(text))]
        if len(whole) == _SIRET and whole.isdecimal():
            spellings.append(whole[:_SIREN])
        for spelling in filter(None, spellings):
            if self._searcher.doc_freq("identifiers", spelling):
                return Condition.term_query(self._schema, "identifiers", spelling)
        return None

    def _all(self, required: Sequence[Condition], text: str) -> Condition:
        """Every word, better when they stand together, best when they are the whole name."""
        spelt = words(text)
        bonus = [Condition.boost_query(Condition.term_query(self._schema, "order", " ".join(spelt)), _SAME_NAME)]
        if len(spelt) > 1:
            bonus.append(Condition.boost_query(Condition.phrase_query(self._schema, "name", list(spelt)), _SAME_PHRASE))
        return Condition.boolean_query(
            [(Occur.Must, each) for each in required] + [(Occur.Should, each) for each in bonus]
        )

    def _word(self, word: str) -> Condition:
        return Condition.disjunction_max_query(list(self._in_fields(word)), _OTHER_FIELDS_COUNT)

    def _in_fields(self, word: str) -> Iterator[Condition]:
        stems = self._stem.analyze(" ".join(roots([word])))
        for field, weight in WEIGHTS.items():
            for term in stems if field in STEMMED_FIELDS else [word]:
                yield Condition.boost_query(Condition.term_query(self._schema, field, term), weight)

    def _near(self, word: str, exact: Condition, tolerance: int, *, last: bool) -> Condition:
        """The word, or one within `tolerance` letters of it, or, for the last word, one that begins with it."""
        allowed = max(
            (errors for errors, least in _LEAST_LETTERS.items() if errors <= tolerance and len(word) >= least),
            default=0,
        )
        if not allowed and not last:
            return exact
        return Condition.disjunction_max_query([exact, *self._guesses(word, allowed, last=last)])

    def _guesses(self, word: str, allowed: int, *, last: bool) -> Iterator[Condition]:
        # A fuzzy match scores the same whatever it matched, so the weight alone ranks it.
        for field, weight in _TYPO_WEIGHTS.items():
            if allowed:
                guess = Condition.fuzzy_term_query(self._schema, field, word, allowed)
                yield Condition.boost_query(guess, weight / allowed)
            if last:
                begins = Condition.fuzzy_term_query(self._schema, field, word, 0, prefix=True)
                yield Condition.boost_query(begins, weight / 2)

    def _found(self, condition: Condition) -> bool:
        return bool(self._searcher.search(condition, 1, count=False).hits)
