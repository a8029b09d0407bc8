"""Spelling: the text of a name repaired, its acronyms found, its words as name reading takes them."""

import html
import re
from collections.abc import Iterable
from functools import cache

from hub.resolution import gazetteer
from hub.resolution.gazetteer import named
from hub.resolution.lexicon import Words, lexicon, mend
from hub.resolution.places import is_town, with_department
from schemas.text import fold

_MOST_CHARS = 300  # a longer "name" is a description pasted in the wrong column
_MOST_TIMES = 3  # that a text was read in the wrong code
_BYTES = {bytes([code]).decode("cp1252", "replace"): code for code in range(0x80, 0x100)} | {
    chr(code): code for code in range(0x80, 0xA0)
}
_NEXT = "[" + re.escape("".join(letter for letter, code in _BYTES.items() if code < 0xC0)) + "]"
_MOJIBAKE = re.compile(f"[âÂ]{_NEXT}{_NEXT}|[ÂÃÅâãå]{_NEXT}|Ã(?= )")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_TAG = re.compile(r"<[^<>]*>")
# "(37)", "(dépt 37)", "… - 37" and "37000 Tours"; whether the number is a place's is asked of the gazetteer.
_CODE_OF_PLACE = re.compile(
    r"\(\s*(?:d[ée]p\w{0,8}\.?\s*)?(\d{2,3}|2[AB])\s*\)|\s[-–—]\s(\d{2,3}|2[AB])\s*$|\(?\b(\d{5})\b\)?", re.IGNORECASE
)
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}(?:[^\W\d_]\b)?")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_INVERTED = re.compile(r"^(.{3,}?)\s*\(([^()]{2,40})\)(.*)$", re.DOTALL)
_DASH = re.compile(r"\s(?:[-–—/:]|projet)\s|[:;]\s", re.IGNORECASE)
_MAYBE_DASH = re.compile(r"[-–—/:;\n]|projet", re.IGNORECASE)
_FORMER = re.compile(r"^(?:ex|anciennement|ancien nom|precedemment)\b")
_RENAMED = re.compile(r"\s*[,;]?\s+(?:ex|anciennement|pr[ée]c[ée]demment)\b[\s.:-]+(?=\w{3})", re.IGNORECASE)
_IN_BRACKETS = re.compile(
    r"\((?:ex|anciennement|ancien(?:ne)? nom|ancien(?:ne)?|pr[ée]c[ée]demment)\b[\s.:-]+([^()]{3,})\)", re.IGNORECASE
)
_MAYBE_RENAMED = re.compile(r"\bex\b|\b(?:ancien|pr[ée]c[ée]dem)", re.IGNORECASE)
_COMMUNE, _TOWN_HALL = "commune", "ville"  # "Ville Tours"
_OFFICES = frozenset({"ville", "mairie", "conseil"})
_ROMAN = re.compile(r"^[IVXLCDM]+$")
_NUMERALS = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
    "xiii": "13",
}  # fmt: skip
_PUNCTUATION = "-–—,;:.'\"«»“”()[]/ "
_ORDINAL = re.compile(r"^(\d+)(?:e|eme|er|ere|ieme)$")
_CODE = re.compile(r"^([a-z]{2,})(\d{2,3}|2[ab])$")
_CODE_WORDS = 2  # "CD 37" says a département where nothing follows
_NUMBER = re.compile(r"\d[\dABab]")
_SHORT_ACRONYM = 5  # letters of a word in brackets, where the whole name is in capitals
_FILE = re.compile(r"^([a-z]{1,2})\d{3,}$")
_ACRONYM_CHARS = range(2, 11)
INITIALS_CHARS = range(3, 9)


def repaired(name: str) -> str:
    """The text as it was meant: no markup, no mojibake, "C.C.F.D." in one piece, the first word first."""
    text = as_meant(name[:_MOST_CHARS])
    if "." in text:
        text = _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", text)
    return _head_first(text) if "(" in text else text


def as_meant(text: str) -> str:
    """A text without entities, mojibake and markup."""
    for _ in range(_MOST_TIMES):
        before = text
        if "&" in text:
            text = _ENTITY.sub(_said_by_entity, text)
        if text == before:
            break
    if not text.isascii():
        text = _decoded(text)
    return _TAG.sub(" ", text) if "<" in text else text


def _said_by_entity(found: re.Match[str]) -> str:
    """What an entity stands for, capitals ("&EACUTE;") read as small letters."""
    meant = html.unescape(found[0])
    return meant if meant != found[0] else html.unescape(found[0].lower())


def without_code(text: str) -> tuple[str, str]:
    """The text without the number of a département or a postcode that stands beside it, and that département; the
    text as it is, and "", when there is none."""
    said = ""

    def read(found: re.Match[str]) -> str:
        nonlocal said
        short, postcode = (found[1] or found[2] or "").upper(), found[3]
        code = gazetteer.department_of_served(postcode) if postcode else gazetteer.department(short)
        said = said or code
        return " " if code else found[0]

    if not _NUMBER.search(text):
        return text, ""
    left = _CODE_OF_PLACE.sub(read, text).strip()
    return (left, said) if said and left else (text, "")


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
        folded = tuple(fold(inside).split())
        if _FORMER.match(" ".join(folded)) or _says_nothing(lexicon().rewrite(folded)):
            return " "
        if _is_acronym(inside, text) and (acronym := as_acronym(inside)):
            acronyms.add(acronym)
            return " "
        return f" DE {inside} " if text.isupper() else f" de {inside} "

    return _BRACKETS.sub(read, text), acronyms


def _says_nothing(words: Words) -> bool:
    """Whether words are articles and legal forms alone: "(association loi 1901)"."""
    return all(word in lexicon().articles or word in lexicon().legal_forms for word in words)


def head(text: str) -> tuple[str, bool]:
    """What stands before a dash, a colon or the word "projet", and whether there is one."""
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
    if len(found) == _CODE_WORDS and found[0] in lexicon().kinds_by_code and gazetteer.department(found[1].upper()):
        return lexicon().kinds_by_code[found[0]], found[1]
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
        if not is_kind_word(word.lower())
    }


def is_kind_word(word: str) -> bool:
    """Whether a folded word, written out, says only what kind of body it is: "lpo", "chu", "ong"."""
    return all(each in lexicon().generic or each in lexicon().legal_forms for each in lexicon().rewrite((word,)))


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
    """Misspelt words that matter mended, known phrases and a cut département replaced, and what comes before the name
    proper left out."""
    mended = tuple(map(mend, words))
    found = lexicon().rewrite(mended)
    if found != mended:  # an abbreviation may have stood in a phrase: "lyc pro", "ctre communal d action sociale"
        found = lexicon().rewrite(found)
    found = with_department(found)
    at = 0
    while at < len(found) - 1 and (found[at] in lexicon().articles or found[at] in lexicon().legal_forms):
        at += 1
    found = found[at:]
    return (_COMMUNE, *found[1:]) if found[:1] == (_TOWN_HALL,) and named(" ".join(found[1:])) else found


def _decoded(text: str) -> str:
    """The text as it was meant, where UTF-8 was read as another code, be it twice ("SolidaritÃ©", "CÅ“ur", "ÃƒÂ©")."""
    for _ in range(_MOST_TIMES):
        before, text = text, _MOJIBAKE.sub(_as_utf_8, text)
        if text == before:
            break
    return text


def _as_utf_8(found: re.Match[str]) -> str:
    """What a run of letters that stand for bytes says, its first letter in either case; itself when it says nothing."""
    run = found[0]
    if run == "Ã":  # a no-break space that became a blank
        return "à"
    lead = run[0].lower() if len(run) > 2 else run[0].upper()
    try:
        return bytes(_BYTES[letter] for letter in lead + run[1:]).decode("utf-8")
    except UnicodeError:
        return run


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
