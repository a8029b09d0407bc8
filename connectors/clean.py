"""One spelling for what people type: phones, web addresses, postcodes, dates, numbers, texts.

Every cleaner takes a text without outer blanks and gives the value, or None when the text only says that there is none
("néant", "-"). It raises Unclear when it does not understand: a value is never guessed.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from html import unescape
from typing import NoReturn
from zoneinfo import ZoneInfo

import nh3
import phonenumbers

from schemas import identifiers
from schemas.html import clean as sanitise
from schemas.html import has_markup
from schemas.text import fold

Value = str | int | float | bool
Cleaner = Callable[[str], Value | None]

# Folded; "N/A" folds to "n a", "-" to nothing.
_NOTHING = frozenset(
    {"", "aucun", "aucune", "inconnu", "inconnue", "n a", "n c", "n d", "na", "nc", "nd", "neant", "none", "nr", "nsp"}
    | {"non communique", "non communiquee", "non renseigne", "non renseignee", "null", "sans objet", "vide"}
)
_PARIS = ZoneInfo("Europe/Paris")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)


class Unclear(ValueError):
    """The text was not understood. `code` names the issue; `expected` says in French what is, with an example."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(expected)
        self.code, self.expected = code, expected


def is_nothing(text: str) -> bool:
    """Whether a cell only says that it has nothing to say."""
    return len(text) < 20 and not text[:1].isdigit() and fold(text) in _NOTHING


def line(text: str) -> str | None:
    """A text on one line, without HTML."""
    return " ".join(_plain(text).split()) or None


def long_text(text: str) -> str | None:
    """A text with its paragraphs, without HTML, one blank line at most between two."""
    lines = [" ".join(one.split()) for one in _plain(text).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() or None


def rich_text(text: str) -> str | None:
    """HTML with paragraphs, emphasis, lists and links, and nothing that could act."""
    return sanitise(text).strip() or None


_BREAK = re.compile(r"(?i)<br\s*/?>|</(?:p|div|li|tr|h[1-6])>")


def _plain(text: str) -> str:
    return unescape(nh3.clean(_BREAK.sub("\n", text), tags=set())) if has_markup(text) else text


# Overseas numbers are dialled like the others inside France, and filed under the country code of each territory.
_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT", "NC", "PF", "PM", "WF")
_BETWEEN_PHONES = re.compile(r"\s*(?:[/;,|\n]|\bou\b|\bet\b|\s-\s)\s*", re.IGNORECASE)


def phone(text: str) -> str | None:
    """The first phone number of a text, as +33 2 99 45 88 02. A zero lost in a spreadsheet is put back."""
    if is_nothing(text):
        return None
    for part in (text, *_BETWEEN_PHONES.split(text)):
        if number := _phone(part):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    raise Unclear("phone-unclear", "un numéro de téléphone, par exemple 02 99 45 88 02")


def _phone(text: str) -> phonenumbers.PhoneNumber | None:
    if not 6 <= len(text) <= 40:
        return None
    for region in _REGIONS:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            return None
        if phonenumbers.is_valid_number(number):
            return number
    return None


_EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\]+\.[^\s@<>(),;:\"\[\]\\.]{2,}")


def email(text: str) -> str | None:
    """The first e-mail address of a text, its domain in lower case."""
    if is_nothing(text):
        return None
    found = _EMAIL.search(text.replace("mailto:", " "))
    if found is None:
        raise Unclear("email-unclear", "une adresse électronique, par exemple contact@exemple.fr")
    box, _, domain = found[0].rstrip(".").rpartition("@")
    return f"{box}@{domain.lower()}"


_URL = re.compile(r"(?i)(?:(https?):/*)?((?:[\w-]+\.)+[^\W\d_]{2,}|\d+(?:\.\d+){3})(:\d+)?([/?#][^\s<>\"\\]*)?")


def url(text: str) -> str | None:
    """A web address with its scheme; http:// when none is written, since any server that wants https says so."""
    if is_nothing(text):
        return None
    found = _URL.fullmatch(text.strip(" :;,<>()"))
    if found is None or len(text) > 2000:
        raise Unclear("url-unclear", "une adresse web, une seule, par exemple https://www.exemple.fr")
    scheme, host, port, rest = found.groups(default="")
    return f"{(scheme or 'http').lower()}://{host.lower()}{port}{rest}"


_POSTCODE = re.compile(r"(?:F[- ]?)?(\d{2} ?\d{3}|\d{4})(?:[.,]0)?", re.IGNORECASE)


def postcode(text: str) -> str | None:
    """A French postcode of five digits; the zero that a spreadsheet takes from 01000 is put back."""
    if is_nothing(text):
        return None
    found = _POSTCODE.fullmatch(text)
    if found is None:
        raise Unclear("postcode-unclear", "un code postal de cinq chiffres, par exemple 01000")
    return found[1].replace(" ", "").zfill(5)


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv", "jan"),
            ("fevrier", "fevr", "fev"),
            ("mars",),
            ("avril", "avr"),
            ("mai",),
            ("juin",),
            ("juillet", "juil"),
            ("aout",),
            ("septembre", "sept", "sep"),
            ("octobre", "oct"),
            ("novembre", "nov"),
            ("decembre", "dec"),
        ),
        1,
    )
    for name in names
}
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_FRENCH_DATE = re.compile(
    r"(?:\w+ )?(\d{1,2})(?:er)? (\w+) (\d{4}|\d{2})(?: \d{1,2}(?: \d\d){1,2}| \d{1,2} ?h(?: ?\d\d)?)?"
)
_FRENCH_MONTH = re.compile(r"(\w+) (\d{4})")
_SERIAL = re.compile(r"[1-9]\d{4}")
_EXCEL_EPOCH = date(1899, 12, 30)  # day 0 of serial numbers, for every day after February 1900


def day(text: str) -> str | None:
    """A day as 2026-11-23, from ISO, 23/11/2026, 23/11/26, « 23 novembre 2026 » or a spreadsheet's serial number.

    Two-digit years: 69 to 99 are 19.., 00 to 68 are 20.. (POSIX).
    """
    if is_nothing(text):
        return None
    found = _day(text)
    if found is None:
        raise Unclear("date-unclear", "une date jour/mois/année, par exemple 31/12/2025")
    return found.isoformat()


def _day(text: str) -> date | None:
    if _SERIAL.fullmatch(text):
        return _EXCEL_EPOCH + timedelta(days=int(text))
    if iso := _ISO_DATE.fullmatch(text):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    found = _FRENCH_DATE.fullmatch(fold(text))
    if found is None:
        return None
    number, month, year = found[1], found[2], found[3]
    return _date(_year(year), _month(month), int(number))


def _month(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 3 else _MONTHS.get(text, 0)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else int(text) + (1900 if int(text) > 68 else 2000)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def partial_day(text: str) -> str | None:
    """A day, a month as 2026-11, or a year as 2026: whatever is known."""
    if is_nothing(text):
        return None
    if found := re.fullmatch(r"(\d{4})(?:[.,]0)?", text):
        return found[1] if found[1] > "1000" else _unclear_date()
    if (iso := re.fullmatch(r"(\d{4})-(\d{2})", text)) and 1 <= int(iso[2]) <= 12:
        return text
    month = _FRENCH_MONTH.fullmatch(fold(text))
    if month and 1 <= _month(month[1]) <= 12:
        return f"{month[2]}-{_month(month[1]):02}"
    found_day = _day(text)
    return found_day.isoformat() if found_day else _unclear_date()


def _unclear_date() -> NoReturn:
    raise Unclear("date-unclear", "une date ou une année, par exemple 31/12/2025 ou 2025")


_CLOCK = re.compile(r"(\d{1,2})\s*(?:h|:)\s*(\d{2})?(?::\d{2}(?:\.\d+)?)?", re.IGNORECASE)


def moment(text: str) -> str | None:
    """A day and an hour with its offset, as 2026-11-23T18:30:00+01:00; the hour of Paris when none is written."""
    if is_nothing(text):
        return None
    found = _moment(text)
    if found is None:
        raise Unclear("date-unclear", "une date et une heure, par exemple 31/12/2025 18:30")
    return found.isoformat(timespec="seconds")


def _moment(text: str) -> datetime | None:
    try:
        iso = datetime.fromisoformat(text)
    except ValueError:
        when = re.split(r"[T ]\s*(?:à\s*)?(?=\d{1,2}\s*[h:])", text, maxsplit=1)
        on = _day(when[0].strip(" ,"))
        clock = _CLOCK.fullmatch(when[1].strip()) if len(when) > 1 else None
        if on is None or (len(when) > 1 and clock is None):
            return None
        hour, minute = (int(clock[1]), int(clock[2] or 0)) if clock else (0, 0)
        if hour > 23 or minute > 59:
            return None
        return datetime(on.year, on.month, on.day, hour, minute, tzinfo=_PARIS)
    return iso if iso.tzinfo else iso.replace(tzinfo=_PARIS)


_NUMBER = re.compile(r"[-+]?(?=[.,]?\d)(?:\d{1,3}(?:[ .'’]\d{3})+|\d+)?(?:[.,]\d+)?(?:e[-+]?\d{1,2})?", re.IGNORECASE)
_BLANK = re.compile(r"\s")
_BETWEEN_THOUSANDS = re.compile(r"[ '’]")
_UNIT = re.compile(r"\s*(?:€|eur|euros?|%)\s*$", re.IGNORECASE)


def number(text: str) -> int | float | None:
    """A number as French people write it: 1 234,5 or 1.234,5 or 1234.5, with or without the sign of the euro."""
    if is_nothing(text):
        return None
    plain = _UNIT.sub("", _BLANK.sub(" ", text))
    if len(plain) > 100 or not _NUMBER.fullmatch(plain):
        raise Unclear("number-unclear", "un nombre, par exemple 1250,50")
    plain = _BETWEEN_THOUSANDS.sub("", plain)
    if "," in plain or plain.count(".") > 1:
        plain = plain.replace(".", "").replace(",", ".")
    value = float(plain)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def whole_number(text: str) -> int | None:
    """A number without decimals."""
    value = number(text)
    if isinstance(value, float):
        raise Unclear("number-unclear", "un nombre entier, par exemple 12")
    return value


_YES = frozenset({"oui", "o", "vrai", "true", "yes", "y", "x", "1", "ok"})
_NO = frozenset({"non", "n", "faux", "false", "no", "0"})


def boolean(text: str) -> bool | None:
    """Yes or no."""
    word = fold(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    if is_nothing(text):
        return None
    raise Unclear("boolean-unclear", "oui ou non")


_WIDTHS: Mapping[str, int] = {"siren": 9, "siret": 14, "insee": 5, "finess": 9, "uai": 8}


def identifier(scheme: str, text: str) -> str | None:
    """An identifier in its one spelling, lost zeros put back. A wrong one is kept: validation tells of it."""
    if is_nothing(text):
        return None
    if _SCIENTIFIC.fullmatch(text) and scheme in ("siren", "siret", "finess"):
        raise Unclear(
            "digits-lost",
            "tous les chiffres : le tableur les a arrondis. Mettez la colonne au format « texte », puis saisissez le "
            "numéro de nouveau",
        )
    tidy = identifiers.tidy(scheme, text)
    padded = tidy.zfill(_WIDTHS.get(scheme, 0))
    return padded if identifiers.is_valid(scheme, padded) else tidy or None


def upper(text: str) -> str | None:
    return line(text.upper())


def lower(text: str) -> str | None:
    return line(text.lower())


CLEANERS: Mapping[str, Cleaner] = {
    "text": line,
    "long-text": long_text,
    "html": rich_text,
    "upper": upper,
    "lower": lower,
    "phone": phone,
    "email": email,
    "url": url,
    "postcode": postcode,
    "date": day,
    "partial-date": partial_day,
    "moment": moment,
    "number": number,
    "integer": whole_number,
    "boolean": boolean,
    **{scheme: partial(identifier, scheme) for scheme in identifiers.SCHEMES},
}
