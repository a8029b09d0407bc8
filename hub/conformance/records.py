"""One record: does it follow its schema, and does it let out what its node must hold back? Pure.

What is written down names keys, pointers and issue codes, never a value.
"""

import re
from collections.abc import Collection, Iterator

from stdnum import iban
from stdnum.fr import nir

from hub.conformance.ledger import Ledger
from schemas.canonical import JSON, canonical
from schemas.feed import Put
from schemas.registry import UnknownSchema, judging
from schemas.text import fold
from schemas.validate import is_fit, is_valid, issues

# Names of columns that networks' own files have and a directory of organisations has no use for.
PRIVATE_NAMES = frozenset(
    """
    password passwd motdepasse secret token apikey iban bic rib nir socialsecurity securitesociale numerosecu
    birthdate birthday dateofbirth birthplace datedenaissance datenaissance lieudenaissance neele
    homeaddress adressepersonnelle adresseperso privateemail emailpersonnel emailperso courrielpersonnel mailperso
    privatephone telephonepersonnel telperso telephoneperso mobileperso portableperso privatemobile
    notesinternes noteinterne internalnotes commentaireinterne religion opinions nationality nationalite
    """.split()
)
# A French IBAN, and a social-security number, in groups or not; their check digits are verified afterwards.
_NUMBERS = re.compile(
    rb"(?<![0-9A-Za-z])"
    rb"(?:FR[0-9]{2}(?:[ ]?[0-9A-Z]){23}|[12](?:[ ]?[0-9]){4}(?:[ ]?[0-9AB]){2}(?:[ ]?[0-9]){8})"
    rb"(?![0-9A-Za-z])"
)


def schema_for(collection: str, declared: str) -> str | None:
    """The schema to judge by: the one declared, or for a newer minor version the newest we know; None when unknown."""
    try:
        return judging(declared) if declared.startswith(f"{collection}/") else None
    except UnknownSchema:
        return None


class RecordJudge:
    """Judges records against the schemas that the manifest declares, and its network's perimeter."""

    def __init__(self, ledger: Ledger, declared: dict[str, str], perimeter: Collection[str]) -> None:
        self._ledger, self._perimeter = ledger, perimeter
        self._schemas = {name: schema_for(name, schema) for name, schema in declared.items()}

    def judge(self, put: Put) -> None:
        where = f"{put.collection} {put.id}"
        self._content(put, where)
        self._private(put.record, where)

    def _content(self, put: Put, where: str) -> None:
        schema_id = self._schemas.get(put.collection)
        if schema_id is None:
            return
        ledger = self._ledger
        follows = is_valid(schema_id, put.record)
        found = issues(schema_id, put.record, perimeter=self._perimeter)
        told = ", ".join(f"{issue.code} at {issue.pointer or '/'}" for issue in found)
        ledger.expect("record-schema", follows, f"{where}: {told}")
        if follows:
            ledger.expect("record-fit", is_fit(found), f"{where}: {told}")
        codes = {issue.code for issue in found}
        ledger.expect("record-perimeter", "outside-perimeter" not in codes, f"{where}: seat outside the perimeter")
        ledger.expect("record-id", put.record.get("id", put.id) == put.id, f"{where}: its own id is another one")
        ledger.expect("personal-mailbox", "personal-mailbox" not in codes, f"{where}: {told}")

    def _private(self, record: JSON, where: str) -> None:
        ledger = self._ledger
        alone = [index for index, one in enumerate(_contacts(record)) if not _is_national(one)]
        ledger.expect("contact-consent", not alone, f"{where}: no national consent for contacts {alone[:5]}")
        named = sorted({name for name in _names(record) if fold(name).replace(" ", "") in PRIVATE_NAMES})
        ledger.expect("private-property", not named, f"{where}: {', '.join(named)}")
        kinds = sorted(set(_private_numbers(canonical(record))))
        ledger.expect("private-number", not kinds, f"{where}: {', '.join(kinds)}")
        exact = str(record.get("type", "")).startswith("ASSO") and _precision(record) in ("address", "street")
        ledger.expect("private-seat", not exact, f"{where}: the seat of an association, finer than its commune")


def _contacts(record: JSON) -> list[object]:
    contacts = record.get("contacts", [])
    return contacts if isinstance(contacts, list) else [contacts]


def _is_national(contact: object) -> bool:
    consent = contact.get("consent") if isinstance(contact, dict) else None
    return isinstance(consent, dict) and consent.get("scope") == "national"


def _precision(record: JSON) -> object:
    seat = record.get("seat")
    return seat.get("precision") if isinstance(seat, dict) else None


def _names(value: object) -> Iterator[str]:
    """The name of every property, however deep."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _names(one)


def _private_numbers(spelt: bytes) -> Iterator[str]:
    """Bank accounts and social-security numbers, only those whose check digits are right."""
    for found in _NUMBERS.findall(spelt):
        text = found.decode().replace(" ", "")
        if text.startswith("FR"):
            if iban.is_valid(text):
                yield "an IBAN"
        elif nir.is_valid(text):
            yield "a social-security number"
