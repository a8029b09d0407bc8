"""The privacy border: what may leave the node of a record, decided before anything is stored.

    contacts        only people who consented to national scope
    email           never a person's own mailbox
    misspelt        never a property that looks like a misspelt one: no rule covers it
    seat            an association's, often a home, is stated at commune precision
    counted-only    only what statistics and counting once need
    match_keys      keyed hashes of what was held back, when the federation's matching key is there

What is held back is not kept by the node either: it stays in the network's own file.
"""

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import phonenumbers

from schemas.canonical import JSON
from schemas.geography import commune, find_commune
from schemas.record import Issue

# Issue codes of the validator: a mailbox that is a person's own; a property nobody knows the rule for.
_HELD_BACK = ("personal-mailbox", "misspelt-property")

# What a counted-only actor is reduced to. The name stays: without it the same body would be counted once per network.
COUNTED = (
    "id",
    "name",
    "acronym",
    "type",
    "identifiers",
    "seat",
    "sectors",
    "countries",
    "zones",
    "sdgs",
    "modes",
    "audiences",
    "status",
    "founded_on",
    "closed_on",
    "member",
    "publication",
    "match_keys",
)
_PLACE_OF_COMMUNE = ("postcode", "city", "insee", "country")
_ASSOCIATION = "ASSO"


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """The rules of one node.

    publish_association_addresses: state the exact seats of associations, too.
    matching_key: the federation's secret for match keys; without it there are none.
    """

    publish_association_addresses: bool = False
    matching_key: bytes | None = None

    def crossed(self, collection: str, payload: JSON, issues: Collection[Issue] = ()) -> JSON:
        """The part of a payload that may be stated. The payload itself is left as it was.

        issues: what the validator said of the payload; it knows personal mailboxes and misspelt properties.
        """
        held_back = {"/contacts", "/match_keys"} | {issue.pointer for issue in issues if issue.code in _HELD_BACK}
        stated: JSON = _without(payload, "", held_back)
        if consented := [one for one in payload.get("contacts", ()) if _is_national(one)]:
            stated["contacts"] = consented
        if keys := self._match_keys(payload, stated):
            stated["match_keys"] = keys
        return self._actor(stated) if collection == "actor" else stated

    def _actor(self, stated: JSON) -> JSON:
        counted_only = stated.get("publication") == "counted-only"
        is_home = _is_association(stated) and not self.publish_association_addresses
        if "seat" in stated and (counted_only or is_home):
            stated = stated | {"seat": _at_commune(stated["seat"])}
        return {name: stated[name] for name in COUNTED if name in stated} if counted_only else stated

    def _match_keys(self, payload: JSON, stated: JSON) -> list[str]:
        if self.matching_key is None:
            return []
        contacts = payload.get("contacts", ())
        mailboxes = [one.get("email") for one in contacts]
        if "email" not in stated:
            mailboxes.append(payload.get("email"))
        phones = (one.get("phone") for one in contacts)
        private = _spelt("email", map(_mailbox, mailboxes)) | _spelt("phone", map(_phone, phones))
        return sorted(hmac.new(self.matching_key, value.encode(), "sha256").hexdigest() for value in private)


def _without(value: Any, pointer: str, held_back: Collection[str]) -> Any:
    if isinstance(value, dict):
        below = {name: f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}" for name in value}
        return {name: _without(value[name], at, held_back) for name, at in below.items() if at not in held_back}
    return value


def _is_national(contact: Any) -> bool:
    return isinstance(contact, dict) and contact.get("consent", {}).get("scope") == "national"


def _is_association(payload: JSON) -> bool:
    return str(payload.get("type", "")).split("-")[0] == _ASSOCIATION


def _at_commune(seat: JSON) -> JSON:
    """The commune of a seat and its centre; no coordinates when the commune is not known."""
    place = {name: seat[name] for name in _PLACE_OF_COMMUNE if name in seat}
    found = commune(seat["insee"]) if "insee" in seat else None
    if found is None and "city" in seat:
        found = find_commune(seat["city"], postcode=seat.get("postcode"))
    if found is None or found.lat is None or found.lon is None:
        return place
    return place | {"lat": found.lat, "lon": found.lon, "precision": "commune"}


def _spelt(kind: str, values: Iterable[str | None]) -> set[str]:
    return {f"{kind}\n{value}" for value in values if value}


def _mailbox(text: str | None) -> str | None:
    """One spelling of a mailbox: without spaces, in lower case."""
    return "".join(text.split()).lower() if text else None


def _phone(text: str | None) -> str | None:
    """One spelling of a telephone number: E.164, read in France unless it says otherwise."""
    if not text:
        return None
    try:
        return phonenumbers.format_number(phonenumbers.parse(text, "FR"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return None
