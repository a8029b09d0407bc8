"""The six verbs, as XML. Each answer is a function of the release and of the question.

`responseDate` is when the release was made, not when the answer was sent: harvesters ask next time for what changed
since, and a record that changes is dated by its release, which is made some minutes before it is served. The clock of
the answer would let them miss those.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from hub.catalogue import Catalogue
from hub.catalogue.journal import Change
from hub.distributions.xmltext import fit
from hub.model.imprint import TITLE
from hub.web.current import ReleaseSource
from hub.web.oai.arguments import Listing, Refused, checked, listing, resumed
from hub.web.oai.metadata import FORMATS, XSI, Format
from schemas import geography
from schemas.errors import NotFound
from schemas.vocabularies import vocabulary

PAGE = 100
_OAI = "http://www.openarchives.org/OAI/2.0/"
_IDENTIFIER = f"{_OAI}oai-identifier"
_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(?:\.[a-zA-Z][a-zA-Z0-9-]+)+")
_NOBODY = "contact@rrma.invalid"  # the protocol wants an address; this one is of nobody, and says so
_COLLECTIONS = {"actor": "Acteurs", "project": "Projets", "announcement": "Annonces"}
_VOCABULARIES = {"actor": "actor-types", "project": "stages", "announcement": "announcement-kinds"}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What stands under the root: elements of one verb. catalogue: that they are read from."""

    catalogue: Catalogue
    body: list[ET.Element]


def answer(release: ReleaseSource, pairs: list[tuple[str, str]]) -> bytes:
    """The whole document. pairs: what was sent, in its order."""
    verb, stated = "", dict[str, str]()
    catalogue = release()
    try:
        verb, stated = checked(pairs)
        made = _VERBS[verb](release, catalogue, verb, stated)
        catalogue = made.catalogue
        body = ET.Element(verb)
        body.extend(made.body)
        asked = {"verb": verb} | stated
    except Refused as refused:
        body = ET.Element("error", code=refused.code)
        body.text = fit(str(refused))
        asked = {} if refused.code in ("badVerb", "badArgument") else {"verb": verb} | stated
    root = ET.Element(
        "OAI-PMH",
        {"xmlns": _OAI, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{_OAI} {_OAI}OAI-PMH.xsd"},
    )
    _text(root, "responseDate", _made(catalogue))
    request = ET.SubElement(root, "request", {name: fit(value) for name, value in asked.items()})
    request.text = _base(catalogue)
    root.append(body)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _identify(_release: ReleaseSource, catalogue: Catalogue, _verb: str, _stated: Mapping[str, str]) -> _Answer:
    imprint = catalogue.manifest.imprint
    told = {
        "repositoryName": TITLE,
        "baseURL": _base(catalogue),
        "protocolVersion": "2.0",
        "adminEmail": imprint.contact or _NOBODY,
        "earliestDatestamp": catalogue.journal.first() or _made(catalogue),
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    body = [_element(name, text) for name, text in told.items()]
    if domain := _domain(catalogue):
        holder = ET.Element("description")
        described = ET.SubElement(holder, "oai-identifier", {"xmlns": _IDENTIFIER})
        sample = f"oai:{domain}:0000000000000"
        parts = {"scheme": "oai", "repositoryIdentifier": domain, "delimiter": ":", "sampleIdentifier": sample}
        for name, text in parts.items():
            _text(described, name, text)
        body.append(holder)
    return _Answer(catalogue, body)


def _sets(_release: ReleaseSource, catalogue: Catalogue, _verb: str, stated: Mapping[str, str]) -> _Answer:
    if "resumptionToken" in stated:
        raise Refused("badResumptionToken", "the list of sets is whole")
    kinds, regions = catalogue.journal.parts()
    names = dict[str, str]()
    for kind in sorted(kinds):
        collection, *codes = kind.split(":")
        names[collection] = _COLLECTIONS[collection]
        for depth, code in enumerate(codes, 2):
            label = vocabulary(_VOCABULARIES[collection]).label(code)
            names[":".join(kind.split(":")[:depth])] = f"{_COLLECTIONS[collection]} : {label}"
    if regions:
        names["region"] = "Régions"
    for code in sorted(regions):
        found = geography.region(code)
        names[f"region:{code}"] = f"Région : {found.name if found else code}"
    body = []
    for spec, name in names.items():
        holder = ET.Element("set")
        _text(holder, "setSpec", spec)
        _text(holder, "setName", name)
        body.append(holder)
    return _Answer(catalogue, body)


def _formats(_release: ReleaseSource, catalogue: Catalogue, _verb: str, stated: Mapping[str, str]) -> _Answer:
    if "identifier" in stated:
        _known(catalogue, stated["identifier"])
    body = []
    for each in FORMATS.values():
        holder = ET.Element("metadataFormat")
        _text(holder, "metadataPrefix", each.prefix)
        _text(holder, "schema", each.schema)
        _text(holder, "metadataNamespace", each.namespace)
        body.append(holder)
    return _Answer(catalogue, body)


def _record(_release: ReleaseSource, catalogue: Catalogue, _verb: str, stated: Mapping[str, str]) -> _Answer:
    change = _known(catalogue, stated["identifier"])
    return _Answer(catalogue, _told(catalogue, [change], _format(stated["metadataPrefix"])))


def _list(release: ReleaseSource, catalogue: Catalogue, verb: str, stated: Mapping[str, str]) -> _Answer:
    """A page of a list, read from the release that the list began in."""
    if "resumptionToken" in stated:
        asked = resumed(stated["resumptionToken"])
        try:
            catalogue = release.named(asked.release)
        except NotFound as error:
            raise Refused("badResumptionToken", "its release is no longer served: begin the list again") from error
    else:
        asked = listing(stated, catalogue.manifest.release)
        asked = replace(asked, total=catalogue.journal.count(asked.part))
    form = _format(asked.prefix)
    changes = catalogue.journal.page(asked.part, asked.after, PAGE)
    if not changes:
        raise Refused("noRecordsMatch", "no record is in that set and changed in that time")
    if verb == "ListRecords":
        body = _told(catalogue, changes, form)
    else:
        body = [_header(catalogue, change) for change in changes]
    if len(changes) < asked.total:
        body.append(_token(asked, changes))
    return _Answer(catalogue, body)


_VERBS: Mapping[str, Callable[[ReleaseSource, Catalogue, str, Mapping[str, str]], _Answer]] = {
    "Identify": _identify,
    "ListSets": _sets,
    "ListMetadataFormats": _formats,
    "GetRecord": _record,
    "ListIdentifiers": _list,
    "ListRecords": _list,
}


def _token(asked: Listing, changes: list[Change]) -> ET.Element:
    """Where the list goes on; without text once it is whole."""
    token = ET.Element("resumptionToken", completeListSize=str(asked.total), cursor=str(asked.sent))
    sent, last = asked.sent + len(changes), changes[-1]
    if sent < asked.total:
        token.text = replace(asked, sent=sent, after=(last.changed_at, last.id)).token
    return token


def _told(catalogue: Catalogue, changes: list[Change], form: Format) -> list[ET.Element]:
    """Records, in the order of their changes; what they say is written a collection at a time."""
    records, standing = list[ET.Element](), dict[str, list[tuple[ET.Element, bytes]]]()
    for change in changes:
        record = ET.Element("record")
        record.append(_header(catalogue, change))
        records.append(record)
        body = None if change.gone else catalogue.record(change.collection, change.id)
        if body is not None:
            standing.setdefault(change.collection, []).append((record, body))
    for collection, pairs in standing.items():
        metadata = form.write(catalogue, collection, [body for _, body in pairs])
        for (record, _), element in zip(pairs, metadata, strict=True):
            ET.SubElement(record, "metadata").append(element)
    return records


def _header(catalogue: Catalogue, change: Change) -> ET.Element:
    header = ET.Element("header", {"status": "deleted"} if change.gone else {})
    _text(header, "identifier", _name(catalogue, change))
    _text(header, "datestamp", change.changed_at)
    for spec in _specs(change):
        _text(header, "setSpec", spec)
    return header


def _specs(change: Change) -> Iterator[str]:
    """The narrowest sets: whoever is in one is in those above it."""
    yield change.kind
    yield from (f"region:{code}" for code in change.regions)


def _known(catalogue: Catalogue, identifier: str) -> Change:
    """Raises Refused (idDoesNotExist)."""
    change = catalogue.journal.of(identifier.rpartition(":")[2].rpartition("/")[2])
    if change is None or _name(catalogue, change) != identifier:
        raise Refused("idDoesNotExist", f"{identifier} was never given out here")
    return change


def _format(prefix: str) -> Format:
    if prefix not in FORMATS:
        raise Refused("cannotDisseminateFormat", f"metadataPrefix is one of {', '.join(FORMATS)}")
    return FORMATS[prefix]


def _name(catalogue: Catalogue, change: Change) -> str:
    """By the domain of the portal; while it has none, by the name that the record has in linked data."""
    domain = _domain(catalogue)
    return f"oai:{domain}:{change.id}" if domain else catalogue.manifest.imprint.record(change.collection, change.id)


def _domain(catalogue: Catalogue) -> str:
    host = urlsplit(catalogue.manifest.imprint.site).hostname or ""
    return host if _DOMAIN.fullmatch(host) else ""


def _base(catalogue: Catalogue) -> str:
    return f"{catalogue.manifest.imprint.site}/oai"


def _made(catalogue: Catalogue) -> str:
    """When the release was made; not before what it dates its records."""
    made = catalogue.manifest.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return max(made, catalogue.journal.last() or made)


def _element(name: str, text: str) -> ET.Element:
    element = ET.Element(name)
    element.text = fit(text)
    return element


def _text(parent: ET.Element, name: str, text: str) -> None:
    parent.append(_element(name, text))
