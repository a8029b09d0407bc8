"""Read the name of a body: what carries poor records.

    "SECOURS POPULAIRE FRANÇAIS DE BOLBEC (SPF)"  ──►  core "secours populaire", acronym "spf", commune 76114

The core is what is left when articles, legal forms, places and repeated acronyms are taken out; plurals are taken off.
"""

from dataclasses import dataclass, replace
from functools import cache

from hub.resolution.lexicon import Words, kinds_asked, lexicon, stem
from hub.resolution.places import CITY, TOWN, VILLAGE, Places, is_town, read_places
from hub.resolution.spelling import (
    INITIALS_CHARS,
    as_acronym,
    head,
    initials,
    is_kind_word,
    repaired,
    rewritten,
    without_brackets,
    without_code,
    words_of,
    written_acronyms,
)
from schemas.text import fold
from schemas.vocabularies import vocabulary

_AUTHORITY = "COLL"
_COMMUNE, _COMMUNITY, _PRIMARY_SCHOOL = "commune", "epci", "ecole-primaire"
_EPCI, _SCHOOL = "COLL-EPCI", "ENSR-SCO"  # types
_COMMUNITIES = {
    "cc": ("communaute", "de", "communes"),
    "ca": ("communaute", "d", "agglomeration"),
    "cu": ("communaute", "urbaine"),
}
_SAID_BY_COMMUNITIES = frozenset({"communaute", "communes", "commune", "agglomeration", "urbaine"})
_TELLING_WORDS = 3  # of which the beginnings tell a name
_OF = frozenset({"des", "de", "du", "d", "les", "aux"})
_HEAD_LETTERS = 8  # a shorter beginning may be anyone's
_ACRONYM_CHARS = range(2, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a name says. Words are folded; `core` has neither articles nor plurals; codes are "" when unsaid.

    whole:    every word, rewritten; the spelling that two equal names share.
    letters:  all words but legal forms, places among them, in one run: what a slip of the pen changes least.
    own:      the same without articles and places.
    begun:    two letters of each of its words but articles, where they are enough to tell it: "unsphe".
    acronyms: said in the name, in brackets, beside it or by the acronym property.
    initials: the acronyms that the words would give.
    national: the national body of which the name says that it is one of the local bodies, "" when it says none.
    head:     the letters of what stands before a dash or a colon, or of the whole name when there is none.
    is_unit:  the name says that it is a local unit of a larger body ("délégation", "antenne", "… - comité de").
    """

    whole: str
    letters: str
    own: str
    begun: str
    core: Words
    acronyms: tuple[str, ...]
    initials: tuple[str, ...]
    kind: str
    is_unit: bool
    national: str
    head: str
    places: Places


def read_name(name: str, *, acronym: str = "", type_code: str = "", department: str = "", seat: Words = ()) -> Name:
    """Read one name. The others come from the same record, "" when unknown; seat: folded words of its commune."""
    meant, code = without_code(repaired(name))
    text, bracketed = without_brackets(meant)
    department = code or department
    beside = bracketed | {as_acronym(_without_town(acronym))} if acronym else bracketed
    every = words_of(text)
    words = _without_repeated(every, beside)
    whole, kind, national, is_unit, places = _said(words, type_code, department, seat)
    if words != every and not _content(places.rest):  # "ISF Brest (ISF)": the acronym is all that is said but the place
        words = every
        whole, kind, national, is_unit, places = _said(words, type_code, department, seat)
    if code and not (places.commune or places.department or places.region):
        places = replace(places, department=code)
    if not _content(places.rest):
        kind = lexicon().kinds_by_type.get(type_code) or kind or _kind_of_place(type_code, places)
    said = _without_trailing(places.rest)
    alone = _alone(words if len(words) == 1 else _content(said), words)
    return Name(
        whole=" ".join(whole),
        letters="".join([word for word in whole if word not in lexicon().legal_forms]),
        own="".join(_content(places.rest)),
        begun=_begun(whole),
        core=_core(places.rest, kind),
        acronyms=tuple(sorted((beside | written_acronyms(text) | alone) - {""})),
        initials=_initials(words, said),
        kind=kind,
        is_unit=is_unit,
        national=national,
        head=_head(text, whole),
        places=places,
    )


def _without_town(acronym: str) -> str:
    """ "ESITC Caen" is ESITC."""
    first, _, rest = acronym.strip().partition(" ")
    return first if rest and is_town(tuple(fold(rest).split())) else acronym


def _said(words: Words, type_code: str, department: str, seat: Words) -> tuple[Words, str, str, bool, Places]:
    """What the words say: themselves rewritten, kind, national body, whether it is a local unit, places."""
    whole = rewritten(_communities(words) if type_code.startswith(_AUTHORITY) else words)
    kind, national = _kind(whole, type_code) or _kind_by_type(whole, type_code), _national(whole)
    is_unit, without_unit = _unit(whole, kind, national)
    floor = VILLAGE if kind in lexicon().one_per_place else TOWN if national else CITY
    return whole, kind, national, is_unit, read_places(without_unit, department=department, seat=seat, floor=floor)


def _kind_by_type(whole: Words, type_code: str) -> str:
    """What names leave out where the type says it: "Pays de Mortagne", "École Jules Ferry"."""
    if type_code == _EPCI:
        return _COMMUNITY
    return _PRIMARY_SCHOOL if type_code == _SCHOOL and whole[:1] == ("ecole",) else ""


def _communities(words: Words) -> Words:
    """An authority's "CC Briance-Combade" written out."""
    return (*_COMMUNITIES[words[0]], *words[1:]) if words and words[0] in _COMMUNITIES else words


def _without_repeated(words: Words, acronyms: set[str]) -> Words:
    """Leave out an acronym that stands beside the words it is made of, whether or not it was recognised as one."""
    for at in (0, -1):
        if len(words) < 3:
            break
        rest = words[1:] if at == 0 else words[:-1]
        is_said = words[at] in acronyms and len(_content(rest)) > 1
        if is_said or (_may_be_initials(words[at], rest) and words[at] in initials(rest)):
            words = rest
    return words


def _may_be_initials(word: str, words: Words) -> bool:
    """Whether it is worth asking: the last letter is that of the last word that counts."""
    is_short = len(word) in INITIALS_CHARS and len(word) <= len(words)
    return is_short and (word[-1] == words[-1][0] or len(words[-1]) <= 3 or words[-1] in lexicon().articles)


def _kind_of_place(type_code: str, places: Places) -> str:
    """What a local authority is that says no more than the name of a place."""
    return _COMMUNE if type_code.startswith(_AUTHORITY) and places.commune else ""


def _initials(words: Words, said: Words) -> Words:
    """Of all words, of those that are no place, and of these with the first word, which may be a legal form."""
    if words == said:
        return tuple(sorted(initials(words)))
    return tuple(sorted(initials(words) | initials(said) | initials(words[:1] + said)))


def _without_trailing(words: Words) -> Words:
    while words and words[-1] in lexicon().articles:
        words = words[:-1]
    return words


def _alone(words: Words, name: Words) -> set[str]:
    """A name of one word may be an acronym, and one whose last letter looks like a plural's; but neither a country
    nor what stands after "des" or "de" in the whole name: "Association des Kurdes", "Amicale Lyon Kenya"."""
    if len(words) != 1 or len(words[0]) not in _ACRONYM_CHARS or not words[0].isalpha() or is_kind_word(words[0]):
        return set()
    (word,) = words
    at = name.index(word) if word in name else 0
    is_word = (at > 0 and name[at - 1] in _OF) or (len(name) > 1 and word in _countries())
    return set() if is_word else {word, stem(word)}


@cache
def _countries() -> frozenset[str]:
    return frozenset(fold(term.label_fr) for term in vocabulary("countries").terms.values())


def _kind(words: Words, type_code: str) -> str:
    if not words:
        return lexicon().kinds_by_type.get(type_code, "")
    if lexicon().kind_words.isdisjoint(words):
        return ""
    name, kinds = " ".join(words), lexicon().kinds
    asked = sorted({at for word in words for at in kinds_asked(word)})
    return next((kinds[at][0] for at in asked if kinds[at][1].search(name)), "")


def _unit(words: Words, kind: str, national: str) -> tuple[bool, Words]:
    """Whether the words name a local unit, and the words without those that say so."""
    if kind:
        return False, words
    for at, word in enumerate(words):
        for phrase in lexicon().unit_words.get(word, ()):
            if words[at : at + len(phrase)] == phrase and len(words) > len(phrase):
                return True, words[:at] + words[at + len(phrase) :]
    first = 0 if national else 1
    left = words[:first] + tuple([word for word in words[first:] if word not in lexicon().unit_words_within])
    return left != words, left


def _national(words: Words) -> str:
    """The longest of the names that local bodies share, found as a run of the words, whatever articles are between."""
    stems = tuple([stem(word) for word in words if word not in lexicon().articles])
    asked = _nationals()
    if asked.keys().isdisjoint(stems):
        return ""
    found = [
        " ".join(phrase)
        for at, word in enumerate(stems)
        for phrase in asked.get(word, ())
        if stems[at : at + len(phrase)] == phrase
    ]
    return max(found, key=lambda name: (len(name), name), default="")


@cache
def _nationals() -> dict[str, list[Words]]:
    """The first word of each name that local bodies share -> all of its words."""
    found: dict[str, list[Words]] = {}
    for phrase in lexicon().branching:
        found.setdefault(phrase[0], []).append(phrase)
    return found


def _head(text: str, whole: Words) -> str:
    begun, has_more = head(text)
    letters = "".join(_content(rewritten(words_of(begun)) if has_more else whole))
    return letters if not has_more or len(letters) >= _HEAD_LETTERS else ""


def _begun(whole: Words) -> str:
    words = _content(whole)
    return "".join([word[:2] for word in words]) if len(words) >= _TELLING_WORDS else ""


def _content(words: Words) -> Words:
    articles, forms = lexicon().articles, lexicon().legal_forms
    return tuple([word for word in words if word not in articles and word not in forms])


def _core(words: Words, kind: str) -> Words:
    left = _content(words)
    if kind in lexicon().one_per_place:
        left = tuple(word for word in left if word not in lexicon().generic)
    elif kind == _COMMUNITY:
        left = tuple(word for word in left if word not in _SAID_BY_COMMUNITIES) or left
    elif kind in lexicon().homonymous_kinds:  # "Lycée G. Sand"
        left = tuple(word for word in left if len(word) > 1)
    return tuple(dict.fromkeys(map(stem, left)))
