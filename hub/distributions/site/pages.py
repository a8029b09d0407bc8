"""The pages of the site: whole without scripts, with relative links only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from hub.model.imprint import TITLE, Imprint
from hub.model.licence import licence

COLLECTIONS = {
    "actor": ("acteurs", "Acteurs"),
    "project": ("projets", "Projets"),
    "announcement": ("annonces", "Annonces"),
}
# Opened from a disk, a page has no origin: "file:" is what 'self' is on a server.
_POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:; base-uri 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What every page says of the whole. day: of the release, "2026-11-03"."""

    release: str
    day: str
    notice: str
    imprint: Imprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A page of records, as the table of contents lists it: the number-th of its place, from 1."""

    file: str
    place: str
    number: int
    count: int

    @property
    def title(self) -> str:
        return self.place if self.number == 1 else f"{self.place}, page {self.number}"

    @property
    def root(self) -> str:
        """From its folder to that of the first page."""
        return "../" * self.file.count("/")


def page(cover: Cover, title: str, body: str, *, root: str = "", scripts: bool = False) -> str:
    """root: the way to the first page's folder. scripts: search and map are on this page."""
    terms = licence(cover.imprint.licence)
    told = (
        f'<a href="{escape(terms.url)}" rel="license">{escape(terms.title)}</a>' if terms.url else escape(terms.title)
    )
    notice = f'<p class="notice">{escape(cover.notice)}</p>' if cover.notice else ""
    site = f' <a href="{escape(cover.imprint.site)}/">Version en ligne</a>.' if cover.imprint.site else ""
    names = ("leaflet.js", "contours.js", "index.js", "site.js") if scripts else ()
    loaded = "".join(f'<script src="fichiers/{name}" defer></script>\n' for name in names)
    style = '<link rel="stylesheet" href="fichiers/leaflet.css">\n' if scripts else ""
    return f"""<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)} – {TITLE}</title>
{style}<link rel="stylesheet" href="{root}fichiers/site.css">
{loaded}</head>
<body>
<a class="skip" href="#contenu">Aller au contenu</a>
<header><a href="{root}index.html">{TITLE}</a></header>
<main id="contenu" tabindex="-1">
{notice}<h1>{escape(title)}</h1>
{body}</main>
<footer><p>{escape(cover.imprint.publisher)}, version {cover.release} du {cover.day}. Données sous {told}.{site}</p>
<p>Citer : « {TITLE}, version {cover.release}, {escape(terms.title)} ».</p></footer>
</body>
</html>
"""


def contents(cover: Cover, leaves: Mapping[str, Sequence[Leaf]]) -> str:
    """The first page: search and map for those who have scripts, then the list of all pages."""
    total = sum(leaf.count for leaf in leaves.get("actor", ()))
    body = f"""<p class="lead">{_number(total)} acteurs de la coopération internationale, à lire sans connexion.</p>
<section id="recherche" hidden>
<form><label for="q">Nom, sigle, commune, pays, secteur</label>
<div class="line"><input id="q" type="search" autocomplete="off" maxlength="200">
<button type="submit">Chercher</button></div></form>
<p id="annonce" role="status"></p>
<ol id="resultats"></ol>
<div id="carte"></div>
</section>
<p id="plain" class="notice">La recherche et la carte demandent JavaScript. Les pages ci-dessous disent tout.</p>
"""
    for collection, found in leaves.items():
        if found:
            places = "".join(_place(list(of_place)) for _, of_place in groupby(found, key=lambda leaf: leaf.place))
            body += f'<h2>{COLLECTIONS[collection][1]}</h2>\n<ul class="leaves">{places}</ul>\n'
    return page(cover, "Accueil", body, scripts=True)


def records(cover: Cover, leaf: Leaf, articles: Iterable[str], around: Sequence[Leaf | None]) -> str:
    """A page of records. around: the page before and the one after, where there are."""
    names = ("Page précédente", "Page suivante")
    links = [
        f'<li><a href="{leaf.root}{each.file}">{name} : {escape(each.title)}</a></li>'
        for name, each in zip(names, around, strict=True)
        if each
    ]
    index = f'<li><a href="{leaf.root}index.html">Sommaire, recherche et carte</a></li>'
    trail = f'<nav aria-label="Pages"><ul>{index}{"".join(links)}</ul></nav>\n'
    return page(cover, leaf.title, f"{trail}{''.join(articles)}", root=leaf.root)


def _place(leaves: Sequence[Leaf]) -> str:
    """The pages of one place: the first by its name, the others by their number."""
    first, total = leaves[0], sum(leaf.count for leaf in leaves)
    others = "".join(
        f', <a href="{leaf.file}"><span class="hidden">{escape(leaf.place)}, page </span>{leaf.number}</a>'
        for leaf in leaves[1:]
    )
    more = f"<br>page 1{others}" if others else ""
    return f'<li><a href="{first.file}">{escape(first.place)}</a> <span>{_number(total)}</span>{more}</li>'


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
