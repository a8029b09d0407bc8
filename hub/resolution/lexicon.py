"""The words that name reading knows: `lexicon.json`, versioned data that a person can edit.

All words are folded (`schemas.text.fold`). `lexicon.json` holds:

    rewrites            phrase -> phrase: abbreviations, public-body synonyms, and curated aliases of real renamings
    articles            words that carry nothing
    legal_forms         words that say only how a body is registered
    unit_words          words that make a name that of a local unit; unit_words_within: only after other words
    generic             words that say what kind of body it is, dropped where the kind and its place say everything
    title_words         words that say how a call or an event is announced, not which one it is
    kinds               kind of body -> pattern on the rewritten name; the first that fits
    compatible_kinds    pairs of kinds that one body may be called by
    patrons             names that schools, streets and homes are given all over France
    establishments      words of what they are given to ("Résidence Jean Monnet")
    homonymous_kinds    kinds whose bodies bear the same names everywhere ("Lycée Notre-Dame")
    never_left_out      kinds that the name of such a body always says
    one_per_place       kinds of which a place has one
    branching           names that many local bodies share, as stemmed words without articles
    place_stop_words    communes whose name is an ordinary word
    mended              words whose misspellings are mended, because so much hangs on them
    intact              words of their own that look like misspellings of these
    regions             code -> names; a region merged in 2016 keeps a code of its own, "former-" and its number
    street_words        how the kinds of streets are abbreviated; street_kinds: what a street may be
    shared_hosts        web hosts of which each address is another body; free_mail the same for mailboxes
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import orjson
from rapidfuzz.distance import OSA

Words = tuple[str, ...]

_BEGUN = 6  # letters from which the beginning of a word may stand for it
_MENDABLE = 4  # letters; shorter words are one slip away from too many others

_SETS = (
    *("articles", "legal_forms", "generic", "unit_words_within", "one_per_place", "place_stop_words", "prepositions"),
    *("title_words", "file_letters", "patrons", "establishments", "river_words", "homonymous_kinds", "never_left_out"),
    *("shared_hosts", "free_mail", "intact", "street_kinds"),
)


_GENDERED = 6  # letters from which a word may be an adjective that agrees
_FEMININE = (("ale", "al"), ("elle", "el"), ("aise", "ai"), ("ienne", "ien"), ("caine", "cain"))


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The word without the marks of its plural and its gender: "départementaux", "départementale", "départemental"."""
    if len(word) > 3 and word[-1] in "sx":
        word = word[:-1]
    if len(word) >= _GENDERED:
        if word.endswith("au") and not word.endswith("eau"):
            return word[:-1] + "l"
        for feminine, masculine in _FEMININE:
            if word.endswith(feminine):
                return word.removesuffix(feminine) + masculine
    return word


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """`lexicon.json`, compiled. `rewrites`: first word -> (phrase, its replacement), longest phrase first; `unit_words`
    the same without replacements; `kind_words`: a name without any of them fits none of `kinds`; `words_of_kinds`: of
    each of them, its words, of which what fits holds one."""

    version: str
    rewrites: Mapping[str, tuple[tuple[Words, Words], ...]]
    articles: frozenset[str]
    legal_forms: frozenset[str]
    unit_words: Mapping[str, tuple[Words, ...]]
    unit_words_within: frozenset[str]
    generic: frozenset[str]
    title_words: frozenset[str]
    kinds: tuple[tuple[str, re.Pattern[str]], ...]
    kind_words: frozenset[str]
    words_of_kinds: tuple[frozenset[str], ...]
    kinds_by_code: Mapping[str, str]
    kinds_by_type: Mapping[str, str]
    compatible_kinds: frozenset[frozenset[str]]
    homonymous_kinds: frozenset[str]
    never_left_out: frozenset[str]
    one_per_place: frozenset[str]
    families_by_type: Mapping[str, str]
    families_by_kind: Mapping[str, str]
    branching: frozenset[Words]
    place_stop_words: frozenset[str]
    prepositions: frozenset[str]
    file_letters: frozenset[str]
    patrons: frozenset[str]
    establishments: frozenset[str]
    patrons_stemmed: frozenset[str]
    establishments_stemmed: frozenset[str]
    river_words: frozenset[str]
    shared_hosts: frozenset[str]
    free_mail: frozenset[str]
    street_words: Mapping[str, str]
    street_kinds: frozenset[str]
    mended: tuple[str, ...]
    intact: frozenset[str]
    regions: Mapping[Words, str]

    def rewrite(self, words: Words) -> Words:
        """The words with every known phrase replaced, left to right, the longest phrase first."""
        if self.rewrites.keys().isdisjoint(words):
            return words
        found: list[str] = []
        at = 0
        while at < len(words):
            for phrase, replacement in self.rewrites.get(words[at], ()):
                if words[at : at + len(phrase)] == phrase:
                    found += replacement
                    at += len(phrase)
                    break
            else:
                found.append(words[at])
                at += 1
        return tuple(found)


@lru_cache(maxsize=1 << 16)
def mend(word: str) -> str:
    """A word that is one slip away from one of the words that matter most, or the beginning of one alone of them, as
    that word; any other as it is."""
    is_whole = word in lexicon().mended or word in lexicon().intact or stem(word) in common_words()
    if is_whole or len(word) < _MENDABLE:
        return word
    if len(word) >= _BEGUN:
        whole = [each for each in lexicon().mended if each.startswith(word)]
        if len(whole) == 1:
            return whole[0]
    begins = (word[0], word[1])  # or the first two letters the other way round, or the first one missing
    is_long = len(word) >= _BEGUN
    near = (each for each in lexicon().mended if each[0] in begins or (is_long and each[1] == word[0]))
    return next((each for each in near if OSA.distance(each, word, score_cutoff=1) == 1), word)


@lru_cache(maxsize=1 << 16)
def kinds_asked(word: str) -> tuple[int, ...]:
    """Which of `kinds` a name may fit because of this word."""
    return tuple(at for at, words in enumerate(lexicon().words_of_kinds) if any(each in word for each in words))


@cache
def common_words() -> Mapping[str, float]:
    """Stemmed word -> its share among the names of real directories (`words.json`)."""
    raw = orjson.loads(files("hub.resolution").joinpath("words.json").read_bytes())
    return {word: count / raw["names"] for word, count in raw["words"].items()}


@cache
def lexicon() -> Lexicon:
    """The lexicon of this version of the program."""
    raw = orjson.loads(files("hub.resolution").joinpath("lexicon.json").read_bytes())
    words_of_kinds = tuple(_words_in(pattern) - frozenset(raw["articles"]) for _, pattern in raw["kinds"])
    return Lexicon(
        **raw
        | {name: frozenset(raw[name]) for name in _SETS}
        | {
            "branching": frozenset(tuple(map(stem, name.split())) for name in raw["branching"]),
            "patrons_stemmed": frozenset(map(stem, raw["patrons"])),
            "establishments_stemmed": frozenset(map(stem, [*raw["establishments"], *raw["generic"]])),
            "unit_words": {first: tuple(words for words, _ in found) for first, found in _units(raw).items()},
            "rewrites": _by_first_word(
                _without_articles(raw["rewrites"], frozenset(raw["articles"])) + raw["rewrites"]
            ),
            "mended": tuple(raw["mended"]),
            "kind_words": frozenset().union(*words_of_kinds),
            "words_of_kinds": words_of_kinds,
            "kinds": tuple((kind, re.compile(pattern)) for kind, pattern in raw["kinds"]),
            "compatible_kinds": frozenset(frozenset(pair) for pair in raw["compatible_kinds"]),
            "regions": {tuple(name.split()): code for code, names in raw["regions"].items() for name in names},
        }
    )


def _words_in(pattern: str) -> frozenset[str]:
    """The words that a pattern is made of, with and without a last letter that may be missing ("jumelages?")."""
    found = re.findall(r"(?<!\\)([a-z]{2,})(\??)", pattern)
    return frozenset(word for word, _ in found) | frozenset(word[:-1] for word, mark in found if mark)


def _units(raw: Mapping[str, Any]) -> Mapping[str, tuple[tuple[Words, Words], ...]]:
    return _by_first_word([(phrase, "") for phrase in raw["unit_words"]])


def _without_articles(rewrites: list[tuple[str, str]], articles: frozenset[str]) -> list[tuple[str, str]]:
    """Phrases of several telling words as they stand where articles were left out: "centre communal action sociale"."""
    shorter = [([word for word in phrase.split() if word not in articles], meant) for phrase, meant in rewrites]
    is_told = {phrase for phrase, _ in rewrites}
    telling = [(" ".join(words), meant) for words, meant in shorter if len(words) > 1 and min(map(len, words)) > 2]
    return [(phrase, meant) for phrase, meant in telling if phrase not in is_told]


def _by_first_word(rewrites: list[tuple[str, str]]) -> Mapping[str, tuple[tuple[Words, Words], ...]]:
    by_first: dict[str, list[tuple[Words, Words]]] = {}
    for phrase, replacement in rewrites:
        words = tuple(phrase.split())
        by_first.setdefault(words[0], []).append((words, tuple(replacement.split())))
    return {first: tuple(sorted(found, key=lambda each: -len(each[0]))) for first, found in by_first.items()}
