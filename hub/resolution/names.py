"""Read the name of a body: what carries poor records.

    "SECOURS POPULAIRE FRANÇAIS DE BOLBEC (SPF)"  ──►  core "secours populaire", acronym "spf", commune 76114

The core is what is left when articles, legal forms, places and repeated acronyms are taken out; plurals are taken off.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from hub.resolution.lexicon import Words, lexicon, mend, stem
from hub.resolution.places import CITY, TOWN, VILLAGE, Places, is_town, read_places
from schemas.text import fold

_MOST_CHARS = 300  # a longer "name" is a description pasted in the wrong column
_MOJIBAKE = re.compile(r"[\u00c2\u00c3][\u0080-\u00bf\u0152-\u0178\u2013-\u2122]")
_TAG = re.compile(r"<[^<>]*>")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}(?:[^\W\d_]\b)?")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_INVERTED = re.compile(r"^(.{3,}?)\s*\(([^()]{2,40})\)(.*)$", re.DOTALL)
_DASH = re.compile(r"\s[-–—/:]\s|[:;]\s")
_FORMER = re.compile(r"^(?:ex|anciennement|ancien nom|precedemment)\b")
_ROMAN = re.compile(r"^[IVXLCDM]+$")
_ORDINAL = re.compile(r"^(\d+)(?:e|eme|er|ere|ieme)$")
_CODE = re.compile(r"^([a-z]{2,})(\d{2,3}|2[ab])$")
_HEAD_LETTERS = 8  # a shorter beginning may be anyone's
_ACRONYM_CHARS = range(2, 11)
_INITIALS_CHARS = range(3, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a name says. Words are folded; `core` has neither articles nor plurals; codes are "" when unsaid.

    whole:    every word, rewritten; the spelling that two equal names share.
    letters:  all words but legal forms, places among them, in one run: what a slip of the pen changes least.
    acronyms: said in the name, in brackets, beside it or by the acronym property.
    initials: the acronyms that the words would give.
    national: the national body of which the name says that it is one of the local bodies, "" when it says none.
    heads:    the letters of what stands before a dash or a colon, or of the whole name when there is none.
    is_unit:  the name says that it is a local unit of a larger body ("délégation", "antenne", "… - comité de").
    """

    whole: str
    letters: str
    core: Words
    acronyms: tuple[str, ...]
    initials: tuple[str, ...]
    kind: str
    is_unit: bool
    national: str
    heads: tuple[str, ...]
    places: Places


def read_name(name: str, *, acronym: str = "", type_code: str = "", department: str = "", city: str = "") -> Name:
    """Read one name. `type_code`, `department` and `city` come from the same record, "" when unknown."""
    text, bracketed = _without_brackets(_head_first(_join_dotted(_TAG.sub(" ", _decoded(name[:_MOST_CHARS])))))
    words = _split_codes(fold(text).split())
    given = {each for each in (_as_acronym(acronym), *bracketed) if each}
    written = _written_acronyms(text)
    words = _without_repeated(words, given)
    rewritten = _drop_leading(lexicon().rewrite(tuple(map(mend, words))))
    kind = _kind(" ".join(rewritten), type_code)
    is_unit, without_unit = _unit(rewritten, kind)
    national = _national(rewritten)
    floor = VILLAGE if kind in lexicon().one_per_place else TOWN if national else CITY
    places = read_places(without_unit, department=department, seat=tuple(fold(city).split()), floor=floor)
    if type_code in lexicon().kinds_by_type and not _content(places.rest):
        kind = lexicon().kinds_by_type[type_code]
    core = _core(places.rest, kind)
    said = _without_trailing(places.rest)
    left = words if len(words) == 1 else _content(said)
    alone = (
        {left[0], stem(left[0])} if len(left) == 1 and len(left[0]) in _ACRONYM_CHARS and left[0].isalpha() else set()
    )
    return Name(
        whole=" ".join(rewritten),
        letters="".join(word for word in rewritten if word not in lexicon().legal_forms),
        core=core,
        acronyms=tuple(sorted(given | written | alone)),
        initials=tuple(sorted(_initials(words) | _initials(said) | _initials(words[:1] + said))),
        kind=kind,
        is_unit=is_unit,
        national=national,
        heads=_heads(text),
        places=places,
    )


def _decoded(text: str) -> str:
    """The text as it was meant, where UTF-8 was once read as another code ("SolidaritÃ©")."""
    if not _MOJIBAKE.search(text):
        return text
    for codec in ("latin-1", "cp1252"):
        with suppress(UnicodeError):
            return text.encode(codec).decode("utf-8")
    return text


def _join_dotted(text: str) -> str:
    return _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", text)


def _without_brackets(text: str) -> tuple[str, list[str]]:
    acronyms: list[str] = []

    def _read(found: re.Match[str]) -> str:
        inside = found.group(1).strip()
        if _FORMER.match(fold(inside)):
            return " "
        if (
            " " not in inside
            and not is_town(tuple(fold(inside).split()))
            and (acronym := _as_acronym(inside))
            and (inside.isupper() or len(inside) <= 6)
        ):
            acronyms.append(acronym)
            return " "
        return f" de {inside} "

    return _BRACKETS.sub(_read, text), acronyms


def _head_first(text: str) -> str:
    """A name as it is said, where a list puts its first word behind: "Amis du Mali (Les)"."""
    found = _INVERTED.match(text)
    if not found:
        return text
    known = lexicon().articles | lexicon().legal_forms | lexicon().generic | lexicon().unit_words_within
    head = lexicon().rewrite(tuple(map(mend, fold(found[2]).split())))
    return f"{found[2]} {found[1]}{found[3]}" if head and set(head) <= known else text


def _as_acronym(text: str) -> str:
    """Letters only; a département number at the end ("CCFD34") is no part of it."""
    squeezed = fold(text).replace(" ", "")
    code = _CODE.match(squeezed)
    letters = code.group(1) if code else squeezed
    return letters if len(letters) in _ACRONYM_CHARS and letters.isalnum() else ""


def _split_codes(words: Iterable[str]) -> Words:
    """ "cd35" says département and 35, "15eme" is "15e"."""
    found: list[str] = []
    for word in words:
        code, ordinal = _CODE.match(word), _ORDINAL.match(word)
        if code and code.group(1) in lexicon().kinds_by_code:
            found += [lexicon().kinds_by_code[code.group(1)], code.group(2)]
        elif code and len(code.group(1)) >= 3:
            found += code.groups()
        else:
            found.append(f"{ordinal.group(1)}e" if ordinal else word)
    return tuple(found)


def _written_acronyms(text: str) -> set[str]:
    """Capitals at either end of a name in small letters: "IRIS Institut des relations…", "… internationales - IFRI"."""
    if text.isupper():
        return set()
    words = re.findall(r"[^\W_]+", text)
    ends = {words[0], words[-1]} if len(words) > 2 else set()
    return {
        _as_acronym(word)
        for word in ends
        if word.isupper() and word.isalpha() and len(word) in range(3, 9) and not _ROMAN.match(word)
    }


def _without_repeated(words: Words, acronyms: set[str]) -> Words:
    """Leave out an acronym that stands beside the words it is made of, whether or not it was recognised as one."""
    for at in (0, -1):
        if len(words) < 3:
            break
        rest = words[1:] if at == 0 else words[:-1]
        is_said = words[at] in acronyms and len(_content(rest)) > 1
        if is_said or words[at] in _initials(rest):
            words = rest
    return words


def _drop_leading(words: Words) -> Words:
    at = 0
    while at < len(words) - 1 and (words[at] in lexicon().articles or words[at] in lexicon().legal_forms):
        at += 1
    return words[at:]


def _without_trailing(words: Words) -> Words:
    while words and words[-1] in lexicon().articles:
        words = words[:-1]
    return words


def _kind(name: str, type_code: str) -> str:
    for kind, pattern in lexicon().kinds:
        if pattern.search(name):
            return kind
    return "" if name else lexicon().kinds_by_type.get(type_code, "")


def _unit(words: Words, kind: str) -> tuple[bool, Words]:
    """Whether the words name a local unit, and the words without those that say so."""
    if kind:
        return False, words
    for phrase in lexicon().unit_words:
        for at in range(len(words) - len(phrase) + 1):
            if words[at : at + len(phrase)] == phrase and len(words) > len(phrase):
                return True, words[:at] + words[at + len(phrase) :]
    first = 0 if _national(words) else 1
    left = words[:first] + tuple(word for word in words[first:] if word not in lexicon().unit_words_within)
    return left != words, left


def _national(words: Words) -> str:
    """The longest of the names that local bodies share, found among the words."""
    stems = set(map(stem, words))
    found = [" ".join(sorted(phrase)) for phrase in lexicon().branching if phrase <= stems]
    return max(found, key=lambda name: (len(name), name), default="")


def _heads(text: str) -> tuple[str, ...]:
    head, dash, _ = _DASH.sub("\n", text).partition("\n")
    words = _content(_drop_leading(lexicon().rewrite(tuple(map(mend, _split_codes(fold(head).split()))))))
    letters = "".join(words)
    return (letters,) if len(letters) >= (_HEAD_LETTERS if dash else 1) else ()


def _content(words: Words) -> Words:
    return tuple(word for word in words if word not in lexicon().articles and word not in lexicon().legal_forms)


def _core(words: Words, kind: str) -> Words:
    left = _content(words)
    if kind in lexicon().one_per_place:
        left = tuple(word for word in left if word not in lexicon().generic)
    return tuple(dict.fromkeys(stem(word) for word in left))


def _initials(words: Words) -> set[str]:
    readings = (
        [word for word in words if word not in lexicon().articles],
        list(_content(words)),
        [word for word in words if len(word) > 1],
        [word for word in words if len(word) > 3],
    )
    joined = {"".join(word[0] for word in reading) for reading in readings}
    return {each for each in joined if len(each) in _INITIALS_CHARS}
