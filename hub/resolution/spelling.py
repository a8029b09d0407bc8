"""Spelling: the text of a name repaired, its acronyms found, its words as name reading takes them."""

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache

from hub.resolution.lexicon import Words, lexicon, mend
from hub.resolution.places import is_town
from schemas.text import fold

_MOST_CHARS = 300  # a longer "name" is a description pasted in the wrong column
_MOJIBAKE = re.compile(r"[\u00c2\u00c3][\u0080-\u00bf\u0152-\u0178\u2013-\u2122]")
_TAG = re.compile(r"<[^<>]*>")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}(?:[^\W\d_]\b)?")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_INVERTED = re.compile(r"^(.{3,}?)\s*\(([^()]{2,40})\)(.*)$", re.DOTALL)
_DASH = re.compile(r"\s[-–—/:]\s|[:;]\s")
_MAYBE_DASH = re.compile(r"[-–—/:;\n]")
_FORMER = re.compile(r"^(?:ex|anciennement|ancien nom|precedemment)\b")
_RENAMED = re.compile(r"\s*[,;]?\s+(?:ex|anciennement|pr[ée]c[ée]demment)\b[\s.:-]+(?=\w{3})", re.IGNORECASE)
_IN_BRACKETS = re.compile(
    r"\((?:ex|anciennement|ancien(?:ne)? nom|ancien(?:ne)?|pr[ée]c[ée]demment)\b[\s.:-]+([^()]{3,})\)", re.IGNORECASE
)
_MAYBE_RENAMED = re.compile(r"\bex\b|\b(?:ancien|pr[ée]c[ée]dem)", re.IGNORECASE)
_OFFICES = frozenset({"ville", "mairie", "conseil"})
_ROMAN = re.compile(r"^[IVXLCDM]+$")
_NUMERALS = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
    "xiii": "13",
}  # fmt: skip
_PUNCTUATION = "-–—,;:.'\"«»“”()[]/ "
_ORDINAL = re.compile(r"^(\d+)(?:e|eme|er|ere|ieme)$")
_CODE = re.compile(r"^([a-z]{2,})(\d{2,3}|2[ab])$")
_SHORT_ACRONYM = 5  # letters of a word in brackets, where the whole name is in capitals
_FILE = re.compile(r"^([a-z]{1,2})\d{3,}$")
_ACRONYM_CHARS = range(2, 11)
INITIALS_CHARS = range(3, 9)


def repaired(name: str) -> str:
    """The text as it was meant: no markup, no mojibake, "C.C.F.D." in one piece, the first word first."""
    text = _decoded(name[:_MOST_CHARS])
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "." in text:
        text = _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", text)
    return _head_first(text) if "(" in text else text


def names_in(name: str) -> list[str]:
    """The names of a field that tells several, the present one first.

    "Habitat Jeunes EX Foyer des travailleurs", "Habitat Jeunes (ancien Foyer …)"; "Compagnie Ex Nihilo" is one name.
    """
    text = name[:_MOST_CHARS]
    if not _MAYBE_RENAMED.search(text):
        return [name]
    former = [each for inside in _IN_BRACKETS.findall(text) for each in _RENAMED.split(inside)]
    present, *others = _RENAMED.split(_IN_BRACKETS.sub(" ", text))
    words = set(fold(present).split())
    is_name = bool(words - lexicon().generic - lexicon().legal_forms - lexicon().articles)
    return [present, *others, *former] if is_name else [name]


def without_brackets(text: str) -> tuple[str, set[str]]:
    """The text with the words in brackets among the others, but for acronyms, which are told, and former names."""
    acronyms: set[str] = set()
    if "(" not in text:
        return text, acronyms

    def read(found: re.Match[str]) -> str:
        inside = found.group(1).strip()
        if _FORMER.match(fold(inside)):
            return " "
        if _is_acronym(inside, text) and (acronym := as_acronym(inside)):
            acronyms.add(acronym)
            return " "
        return f" DE {inside} " if text.isupper() else f" de {inside} "

    return _BRACKETS.sub(read, text), acronyms


def head(text: str) -> tuple[str, bool]:
    """What stands before a dash or a colon, and whether there is one."""
    if not _MAYBE_DASH.search(text):
        return text, False
    begun, dash, _ = _DASH.sub("\n", text).partition("\n")
    return begun, bool(dash)


def words_of(text: str) -> Words:
    """Folded words; "cd35" says département and 35, "15eme" is "15e", "viii" is "8", file numbers are left out."""
    found: list[str] = []
    for word in fold(text).split():
        if word.isalpha():
            found.append(_NUMERALS.get(word, word))
            continue
        code, ordinal = _CODE.match(word), _ORDINAL.match(word)
        if code and code.group(1) in lexicon().kinds_by_code:
            found += [lexicon().kinds_by_code[code.group(1)], code.group(2)]
        elif (file := _FILE.match(word)) and file[1] in lexicon().file_letters and found:
            continue
        elif code and len(code.group(1)) >= 3:
            found += code.groups()
        else:
            found.append(f"{ordinal.group(1)}e" if ordinal else word)
    return tuple(found)


def as_acronym(text: str) -> str:
    """Letters only; a département number at the end ("CCFD34") is no part of it. "" when it can be none."""
    squeezed = fold(text).replace(" ", "")
    code = _CODE.match(squeezed)
    letters = code.group(1) if code else squeezed
    return letters if len(letters) in _ACRONYM_CHARS and letters.isalnum() else ""


def written_acronyms(text: str) -> set[str]:
    """Capitals at either end of a name in small letters: "IRIS Institut des relations…", "… internationales - IFRI"."""
    if text.isupper():
        return set()
    words = text.split()
    ends = {word.strip(_PUNCTUATION) for word in (words[0], words[-1])} if len(words) > 2 else set()
    return {
        as_acronym(word)
        for word in ends
        if word.isupper() and word.isalpha() and len(word) in INITIALS_CHARS and not _ROMAN.match(word)
    }


def initials(words: Words) -> frozenset[str]:
    """The acronyms that the words would give, by several readings of which words count."""
    if len(words) < INITIALS_CHARS.start:
        return frozenset()
    articles, forms = lexicon().articles, lexicon().legal_forms
    said = content = longer = longest = ""
    for word in words:
        letter, length = word[0], len(word)
        if word not in articles:
            said += letter
            if word not in forms:
                content += letter
        if length > 1:
            longer += letter
            if length > 3:
                longest += letter
    return frozenset([each for each in (said, content, longer, longest) if len(each) in INITIALS_CHARS])


def rewritten(words: Iterable[str]) -> Words:
    """Misspelt words that matter mended, known phrases replaced, and what comes before the name proper left out."""
    found = lexicon().rewrite(tuple(map(mend, words)))
    at = 0
    while at < len(found) - 1 and (found[at] in lexicon().articles or found[at] in lexicon().legal_forms):
        at += 1
    return found[at:]


def _decoded(text: str) -> str:
    """The text as it was meant, where UTF-8 was once read as another code ("SolidaritÃ©")."""
    if text.isascii() or not _MOJIBAKE.search(text):
        return text
    for codec in ("latin-1", "cp1252"):
        with suppress(UnicodeError):
            return text.encode(codec).decode("utf-8")
    return text


def _head_first(text: str) -> str:
    """A name as it is said, where a list puts its first word behind: "Amis du Mali (Les)"."""
    found = _INVERTED.match(text)
    if not found:
        return text
    first = lexicon().rewrite(tuple(map(mend, fold(found[2]).split())))
    return f"{found[2]} {found[1]}{found[3]}" if first and _first_words().issuperset(first) else text


@cache
def _first_words() -> frozenset[str]:
    """The words that a list may put behind a name."""
    known = lexicon()
    return known.articles | known.legal_forms | known.generic | known.unit_words_within | _OFFICES


def _is_acronym(inside: str, text: str) -> bool:
    """Whether a word in brackets is an acronym: by its capitals where they tell, else by its letters."""
    if " " in inside or is_town(tuple(fold(inside).split())):
        return False
    if inside.isupper() and not text.isupper():
        return True
    is_short = len(inside) <= _SHORT_ACRONYM and inside.isupper()
    return is_short or as_acronym(inside) in initials(words_of(_BRACKETS.sub(" ", text)))
