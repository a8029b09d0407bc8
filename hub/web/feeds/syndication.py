"""Atom (RFC 4287) and RSS 2.0, written apart: what one calls a link, the other means otherwise."""

import re
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from hub.catalogue import Catalogue
from hub.distributions.xmltext import fit
from hub.model.imprint import TITLE
from hub.model.licence import licence
from hub.web.feeds.entries import Feed

ATOM, RSS = "application/atom+xml", "application/rss+xml"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ATOM_NAMESPACE = "http://www.w3.org/2005/Atom"


def atom(catalogue: Catalogue, feed: Feed) -> bytes:
    imprint = catalogue.manifest.imprint
    root = ET.Element("feed", {"xmlns": _ATOM_NAMESPACE, _LANGUAGE: "fr"})
    itself = _address(imprint.site, f"{feed.name}.atom", feed.query)
    _text(root, "id", itself if imprint.site else imprint.name("feed", _urn(itself)))
    _text(root, "title", f"{feed.title} – {TITLE}")
    _text(root, "updated", _updated(catalogue, feed))
    _text(ET.SubElement(root, "author"), "name", imprint.publisher)
    _text(root, "rights", licence(imprint.licence).title)
    ET.SubElement(root, "link", rel="self", type=ATOM, href=itself)
    page = _address(imprint.site, feed.path, feed.query)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=page)
    for each in feed.entries:
        entry = ET.SubElement(root, "entry")
        _text(entry, "id", each.id)
        _text(entry, "title", each.title)
        ET.SubElement(entry, "link", rel="alternate", type="text/html", href=imprint.site + each.path)
        _text(entry, "published", each.added)
        _text(entry, "updated", each.changed)
        _text(entry, "summary", each.summary)
        for term in each.terms:
            ET.SubElement(entry, "category", term=fit(term))
    return _bytes(root)


def rss(catalogue: Catalogue, feed: Feed) -> bytes:
    imprint = catalogue.manifest.imprint
    root = ET.Element("rss", {"version": "2.0", "xmlns:atom": _ATOM_NAMESPACE})
    channel = ET.SubElement(root, "channel")
    _text(channel, "title", f"{feed.title} – {TITLE}")
    _text(channel, "link", _address(imprint.site, feed.path, feed.query))
    _text(channel, "description", f"{feed.title}. {licence(imprint.licence).title}.")
    _text(channel, "language", "fr")
    _text(channel, "lastBuildDate", _rfc822(_updated(catalogue, feed)))
    itself = _address(imprint.site, f"{feed.name}.rss", feed.query)
    ET.SubElement(channel, "atom:link", rel="self", type=RSS, href=itself)
    for each in feed.entries:
        item = ET.SubElement(channel, "item")
        _text(item, "title", each.title)
        _text(item, "link", imprint.site + each.path)
        ET.SubElement(item, "guid", isPermaLink="false").text = f"{each.id}@{each.changed}"
        _text(item, "pubDate", _rfc822(each.changed))
        _text(item, "description", each.summary)
        for term in each.terms:
            _text(item, "category", term)
    return _bytes(root)


def _updated(catalogue: Catalogue, feed: Feed) -> str:
    made = catalogue.manifest.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return max((each.changed for each in feed.entries), default=made)


def _address(site: str, path: str, query: str) -> str:
    """Relative to this server while the hub has no public address."""
    return f"{site}{path}?{query}" if query else f"{site}{path}"


def _urn(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", path).strip("-")


def _rfc822(moment: str) -> str:
    return format_datetime(datetime.fromisoformat(moment))


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = fit(text)


def _bytes(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
