"""What a harvester may ask, checked as the protocol wants: http://www.openarchives.org/OAI/2.0/openarchivesprotocol.htm

what was sent ──► one verb, each argument once and known ──► a list, or where one goes on
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from hub.catalogue.journal import Part
from hub.distributions import shelf

# verb -> the arguments it must have, and those it may have. A resumption token stands alone.
VERBS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListSets": (frozenset(), frozenset({"resumptionToken"})),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", "resumptionToken"})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", "resumptionToken"})),
}
_SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*")
_DAY, _SECOND = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_MOMENT = re.compile(rf"(?:{_SECOND.pattern})?", re.ASCII)
_LONGEST_TOKEN = 1_000


class Refused(Exception):
    """An error of the protocol: `code` as the specification names it, `args[0]` for whoever reads the answer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list, and where it stands: all that a resumption token says, so that no server remembers anything.

    release: that the list began in.      prefix: of the metadata.
    kind, region, since, until: see `hub.catalogue.journal.Part`.
    after:  moment and id of the last record that was sent.      sent, total: records.
    """

    release: str
    prefix: str
    kind: str = ""
    region: str = ""
    since: str = ""
    until: str = ""
    after: tuple[str, str] = ("", "")
    sent: int = 0
    total: int = 0

    @property
    def part(self) -> Part:
        return Part(kind=self.kind, region=self.region, since=self.since, until=self.until)

    @property
    def token(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps(list(asdict(self).values()))).decode().rstrip("=")


def checked(pairs: Sequence[tuple[str, str]]) -> tuple[str, dict[str, str]]:
    """The verb and its arguments. Raises Refused (badVerb, badArgument)."""
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise Refused("badVerb", f"one verb, of {', '.join(VERBS)}")
    given = [(name, value) for name, value in pairs if name != "verb"]
    stated = dict(given)
    required, optional = VERBS[verbs[0]]
    if len(stated) < len(given):
        raise Refused("badArgument", "an argument is given more than once")
    if unknown := stated.keys() - required - optional:
        raise Refused("badArgument", f"{verbs[0]} has no argument {', '.join(sorted(unknown))}")
    if "resumptionToken" in stated and len(stated) > 1:
        raise Refused("badArgument", "a resumptionToken stands alone")
    if "resumptionToken" not in stated and (missing := required - stated.keys()):
        raise Refused("badArgument", f"{verbs[0]} needs {', '.join(sorted(missing))}")
    return verbs[0], stated


def listing(stated: Mapping[str, str], release: str) -> Listing:
    """The list that arguments ask for, from its beginning. Raises Refused (badArgument)."""
    since, until = stated.get("from", ""), stated.get("until", "")
    if since and until and len(since) != len(until):
        raise Refused("badArgument", "from and until have the same granularity")
    since, until = _moment(since, "T00:00:00Z"), _moment(until, "T23:59:59Z")
    if since and until and since > until:
        raise Refused("badArgument", "from is later than until")
    part = stated.get("set", "")
    if part and not _SET.fullmatch(part):
        raise Refused("badArgument", f"{part} is no setSpec")
    top, _, code = part.partition(":")
    return Listing(
        release=release,
        prefix=stated["metadataPrefix"],
        kind="" if top == "region" else part,
        region=(code or "*") if top == "region" else "",
        since=since,
        until=until,
    )


def resumed(token: str) -> Listing:
    """The list that a token goes on with. Raises Refused (badResumptionToken)."""
    try:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError
        said = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        release, prefix, kind, region, since, until, (moment, last), sent, total = said
        texts, numbers = (release, prefix, kind, region, since, until, moment, last), (sent, total)
        if not all(isinstance(each, str) for each in texts) or not all(type(each) is int for each in numbers):
            raise ValueError
        if not shelf.NAME.fullmatch(release) or not all(map(_MOMENT.fullmatch, (since, until, moment))):
            raise ValueError
        if not all(not each or _SET.fullmatch(each) for each in (prefix, kind, region, last)) or not 0 < sent < total:
            raise ValueError
    except (ValueError, TypeError) as error:
        raise Refused("badResumptionToken", "this token was not given out here") from error
    return Listing(
        release=release,
        prefix=prefix,
        kind=kind,
        region=region,
        since=since,
        until=until,
        after=(moment, last),
        sent=sent,
        total=total,
    )


def _moment(text: str, rest: str) -> str:
    """A day or a second of UTC, as a second. Raises Refused (badArgument)."""
    if not text:
        return ""
    whole = text + rest if _DAY.fullmatch(text) else text
    try:
        if not _SECOND.fullmatch(whole):
            raise ValueError
        datetime.fromisoformat(whole)
    except ValueError as error:
        raise Refused("badArgument", f"{text} is no date as 2026-11-03 or 2026-11-03T02:41:00Z") from error
    return whole
