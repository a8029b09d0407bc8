"""Places named inside a name: "Secours populaire de Bolbec", "Comité de jumelage Guérande / Castro-Marim", "CD35".

A place is found as a run of words; communes that share a name are told apart by the département of the seat, else the
most populous is meant. A commune whose name is an ordinary word counts only in its own département, and so does one
written without its article ("Robert" for "Le Robert"): elsewhere that is a first name or a thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz.distance import OSA

from hub.resolution.gazetteer import ARTICLES, city_of, first_words, named, without_article
from hub.resolution.lexicon import Words, lexicon
from schemas import geography
from schemas.text import fold

_LONGEST = 7
VILLAGE, TOWN, CITY = 0, 2_000, 20_000  # inhabitants
_LEAST_LETTERS = 5  # letters of a commune's name that may be mistyped
_INTACT = 3  # letters at one end of it that a slip leaves as they are
_LETTERS_A_SLIP = 10  # one slip of the pen, and one more for so many letters
_DOMINANT = 30  # times the population of the next commune of the same name: then it is meant
_CONTRACTED = {"du": "le", "des": "les", "au": "le", "aux": "les"}
_CUT = 3  # letters of the first and of the last word of a département's name that stand for it
_MOST_OF_DEPARTMENT = 4  # words
_LONGEST_PATRON = 2  # words: "Saint-Martin", but not "Saint-Pierre-et-Miquelon"
_DEPARTMENT_WORDS = frozenset({"dept", "dpt", "dep", "departement", "de", "du", "des", "d", "l", "la", "le", "les"})
_TELLING_WORDS = 3  # "Châtenay-sur-Seine" is believed anywhere when no other commune has the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What a name says of places. Codes of INSEE, "" when it says nothing; `rest` are the other words."""

    commune: str = ""
    department: str = ""
    region: str = ""
    rest: Words = ()


def read_places(words: Words, *, department: str, seat: Words = (), floor: int = CITY) -> Places:
    """Take the places out of a name's words.

    department: of the record's seat, "" when unknown.
    seat:       folded words of the seat's commune, which is found even when it is mistyped.
    floor:      inhabitants over which a commune of one word is believed without a preposition before it.
    """
    exact = _read(words, department, seat, floor)
    if not department and len(named(" ".join(seat))) > 1:  # which of several communes is not known: it is no word
        is_wide = exact.department or exact.region
        return (
            replace(exact, rest=_without(exact.rest, seat)) if is_wide else _read(_without(words, seat), "", (), floor)
        )
    is_long = len(words) - len(exact.rest) > 1  # a département of one word may be the end of a mistyped commune's name
    if exact.region or (exact.department and (exact.commune or is_long)):
        return exact
    left, home = _without_seat(words, seat, department, city_of(exact.commune))
    if not home:
        return exact
    others = _read(left, department, seat, floor)
    return Places(commune=home, department=others.department, rest=others.rest)


def _without(words: Words, run: Words) -> Words:
    """The words without a run of them, unless that is all they are."""
    size = len(run)
    at = next((at for at in range(len(words) - size + 1) if words[at : at + size] == run), -1)
    return words[:at] + words[at + size :] if at >= 0 and size < len(words) else words


def is_town(words: Words) -> bool:
    """Whether words are the name of a commune of some size, or of a département."""
    return words in _departments() or any(each.population >= TOWN for each in named(" ".join(words)))


def with_department(words: Words) -> Words:
    """The words, a département of several words at their end written out where its words are cut: "loir atl"."""
    for length in range(_MOST_OF_DEPARTMENT, 1, -1):
        tail = words[-length:]
        begun = _by_beginning().get(tail[0][:_CUT], ()) if length < len(words) and len(tail[-1]) >= _CUT else ()
        whole = [each for each in begun if len(each) == length and all(map(str.startswith, each, tail))]
        if len(whole) == 1:
            return words[:-length] + whole[0]
    return words


def _read(words: Words, department: str, seat: Words, floor: int) -> Places:
    found: dict[str, str] = {}
    rest: list[str] = []
    at = 0
    first_words, last = _by_first_word(), len(words) - 1
    while at < len(words):
        if words[at] not in first_words and at != last and words[at] != department:
            rest.append(words[at])
            at += 1
            continue
        level, code, length = _longest_place(words, at, department, seat, floor)
        is_number = level == "department" and words[at].isdigit()  # after a town it is none: "Université Paris 13"
        if length and not (is_number and "commune" in found) and found.setdefault(level, code) == code:
            at += length
            continue
        rest.append(words[at])
        at += 1
    return Places(
        commune=found.get("commune", ""),
        department=found.get("department", ""),
        region=found.get("region", ""),
        rest=tuple(rest),
    )


def _without_seat(words: Words, seat: Words, department: str, read: str) -> tuple[Words, str]:
    """The words without the seat's commune, mistyped or cut off at the end, and its code; "" when it is not there.

    read: the commune that was read already; it is not looked for again.
    """
    whole = "".join(seat)
    code = next((each.insee for each in named(" ".join(seat)) if each.department == department), "")
    if (
        not code
        or read in (code, city_of(code))
        or len(whole) < _LEAST_LETTERS
        or " ".join(seat) in lexicon().place_stop_words
    ):
        return words, ""
    together = "".join(words)
    if whole[:_INTACT] not in together and whole[-_INTACT:] not in together:
        return words, ""
    most = 1 + len(whole) // _LETTERS_A_SLIP
    for length in (len(seat), len(seat) - 1, len(seat) + 1):
        for at in range(len(words) - length + 1 if length else 0):
            run = "".join(words[at : at + length])
            if length == 1 and run in lexicon().patrons:
                continue
            if abs(len(run) - len(whole)) <= most and OSA.distance(run, whole, score_cutoff=most) <= most:
                return words[:at] + words[at + length :], code
    for at in range(1, len(words)):
        tail = "".join(words[at:])
        if len(tail) >= _LEAST_LETTERS and whole.startswith(tail) and tail not in lexicon().patrons:
            return words[:at], city_of(code)
    return words, ""


def _longest_place(words: Words, at: int, department: str, seat: Words, floor: int) -> tuple[str, str, int]:
    known = _by_first_word().get(words[at], 0)
    for length in range(min(known, len(words) - at), 0, -1):
        run = words[at : at + length]
        if (code := _departments().get(run)) and _is_department(words, at, length, code == department):
            return "department", code, length
        if code := lexicon().regions.get(run):
            return "region", code, length
        before = words[at - 1] if at else ""
        contracted = named(f"{_CONTRACTED[before]} {' '.join(run)}") if before in _CONTRACTED else ()
        if len(contracted) == 1 and not named(" ".join(run)):  # "Mairie des Hauts-d'Anjou"
            return "commune", contracted[0].insee, length
        if insee := _commune(run, department, seat, min(floor, TOWN) if before in lexicon().prepositions else floor):
            return "commune", insee, length
    if at and (at == len(words) - 1 or words[at] == department) and words[at] in _numbers():
        return "department", words[at], 1
    return "", "", 0


def department_said(city: str) -> str:
    """The département that stands in a town's place: "60", "Dépt 60", "Oise", "Département de l'Oise"; else ""."""
    said = tuple(word for word in fold(city).split() if word not in _DEPARTMENT_WORDS)
    if len(said) == 1 and said[0] in _numbers():
        return said[0].upper()
    if len(said) > 1 and said[-1] in _numbers():
        said = said[:-1]
    return _departments().get(said, "")


def _is_department(words: Words, at: int, length: int, is_own: bool) -> bool:
    """Whether words that are a département's name mean it. "Saint-Martin" is mostly a commune or a school's patron.

    is_own: it is the département of the seat, which may stand anywhere ("Comité Sarthe plongée").
    """
    if length > 1:
        return is_own or words[at] != "saint" or length > _LONGEST_PATRON
    return _is_introduced(words, at, is_own)


def _is_introduced(words: Words, at: int, is_own: bool) -> bool:
    """Whether a word stands where a département does: rivers stand elsewhere too, and after "vallée de la", "nord"."""
    before = at - 1
    while before >= 0 and (words[before] in lexicon().prepositions or words[before] in ARTICLES):
        before -= 1
    if before >= 0 and words[before] in lexicon().river_words:
        return False
    return is_own or at == len(words) - 1 or before < at - 1


def _commune(run: Words, department: str, seat: Words, floor: int) -> str:
    name = " ".join(run)
    homonyms = named(name)
    bare = without_article().get(name, ())
    if not homonyms and not bare:
        return ""
    local = (*homonyms, *(town for each in bare for town in named(each))) if bare else homonyms
    here = next((town for town in local if town.department == department), None)
    is_ordinary = len(name) < 3 or name in _ordinary()
    if here is not None and (run == seat or not is_ordinary):
        return here.insee
    if not homonyms or is_ordinary:
        return ""
    largest = homonyms[0]
    if len(homonyms) > 1 and largest.population < _DOMINANT * homonyms[1].population:
        return ""
    is_telling = len(run) >= _TELLING_WORDS and len(homonyms) == 1
    return largest.insee if is_telling or largest.population >= (min(floor, TOWN) if len(run) > 1 else floor) else ""


@cache
def _ordinary() -> frozenset[str]:
    return lexicon().place_stop_words | lexicon().patrons | lexicon().generic


@cache
def _departments() -> Mapping[Words, str]:
    """Their names, also without the "et" that directories leave out: "Saône Loire"."""
    named = {tuple(fold(each.name).split()): each.code for each in geography.departments()}
    short = {tuple(word for word in name if word != "et"): code for name, code in named.items()}
    return {name: code for name, code in short.items() if len(name) > 1} | named


@cache
def _by_beginning() -> Mapping[str, list[Words]]:
    """The first letters -> the names of départements of several words that begin with them."""
    found: dict[str, list[Words]] = {}
    for name in _departments():
        if len(name) > 1:
            found.setdefault(name[0][:_CUT], []).append(name)
    return found


@cache
def _numbers() -> frozenset[str]:
    """Département numbers, which names carry as "Réseau Afrique 37"."""
    return frozenset(each.code.lower() for each in geography.departments())


@cache
def _by_first_word() -> Mapping[str, int]:
    """First word -> how many words the longest place that begins with it has."""
    longest = dict(first_words())
    bare = (name.split(" ") for name in without_article())
    for words in (*_departments(), *lexicon().regions, *bare):
        longest[words[0]] = min(_LONGEST, max(longest.get(words[0], 0), len(words)))
    return longest
