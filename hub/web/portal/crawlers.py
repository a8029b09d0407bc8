"""What search engines are told: where not to go, and every page of a record that is open data with when it changed.

Sitemaps hold whole addresses, so there are none until the setting `site` says where the portal stands.
Sources: RFC 9309 (robots.txt), sitemaps.org (at most 50,000 addresses a file).
"""

from xml.etree import ElementTree as ET

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from hub.catalogue import Catalogue
from hub.web.current import ReleaseSource
from hub.web.query import PARAMETRE, PATHS
from schemas.errors import NotFound

MAX_ADDRESSES = 49_000  # of records; the first file names some pages too
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PAGES = ("/", *PATHS.values(), "/reseaux", "/donnees", "/chiffres", "/a-propos", "/en")
_ENDLESS = ("/carte/", "/suggestions", "/embed/", f"/*?{PARAMETRE}=", f"/*&{PARAMETRE}=")


def router(release: ReleaseSource, most: int = MAX_ADDRESSES) -> APIRouter:
    """most: addresses in one sitemap."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/robots.txt")
    async def robots() -> Response:
        site = release().manifest.imprint.site
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in _ENDLESS)]
        return PlainTextResponse("\n".join([*lines, *([f"\nSitemap: {site}/sitemap.xml"] if site else [])]) + "\n")

    @routes.get("/sitemap.xml")
    def index() -> Response:
        catalogue = release()
        site, root = _site(catalogue), ET.Element("sitemapindex", xmlns=_NAMESPACE)
        for number in range(1, _count(catalogue, most) + 1):
            _located(root, "sitemap", f"{site}/sitemap-{number}.xml", catalogue.journal.last())
        return _xml(root)

    @routes.get("/sitemap-{number}.xml")
    def part(number: int) -> Response:
        catalogue = release()
        site, root = _site(catalogue), ET.Element("urlset", xmlns=_NAMESPACE)
        if not 1 <= number <= _count(catalogue, most):
            raise NotFound(f"no sitemap {number}")
        if number == 1:
            for path in _PAGES:
                _located(root, "url", f"{site}{path}", None)
        for change in catalogue.journal.standing(most, start=(number - 1) * most):
            _located(root, "url", f"{site}{PATHS[change.collection]}/{change.id}", change.changed_at)
        return _xml(root)

    return routes


def _site(catalogue: Catalogue) -> str:
    if not catalogue.manifest.imprint.site:
        raise NotFound("no sitemap without the setting `site`")
    return catalogue.manifest.imprint.site


def _count(catalogue: Catalogue, most: int) -> int:
    """How many sitemaps there are."""
    return max(1, -(-catalogue.journal.count_standing() // most))


def _located(root: ET.Element, kind: str, address: str, changed_at: str | None) -> None:
    entry = ET.SubElement(root, kind)
    ET.SubElement(entry, "loc").text = address
    if changed_at:
        ET.SubElement(entry, "lastmod").text = changed_at


def _xml(root: ET.Element) -> Response:
    return Response(ET.tostring(root, encoding="utf-8", xml_declaration=True), media_type="application/xml")
