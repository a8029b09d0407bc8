"""The little HTML that an announcement's body may hold, and the signs of HTML in texts that may hold none."""

import html
import re

import nh3

TAGS = frozenset("a b blockquote br em h2 h3 h4 i li ol p strong u ul".split())
_ATTRIBUTES = {"a": {"href"}}
_SCHEMES = {"http", "https", "mailto"}
_MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|&(?:[a-zA-Z]{2,8}|#[0-9]{1,6});")
_SPELLING = re.compile(r"\s*/>|\s+|\"|'")


def clean(text: str) -> str:
    """The same HTML with nothing but TAGS, links to http, https and mailto, and no attribute else."""
    return nh3.clean(text, tags=set(TAGS), attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener nofollow")


def is_clean(text: str) -> bool:
    """Whether cleaning would lose something, differences of spelling (entities, blanks, quotes) apart."""
    kept = nh3.clean(text, tags=set(TAGS), attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)
    return _spelt_alike(kept) == _spelt_alike(text)


def has_markup(text: str) -> bool:
    """Whether a plain text holds HTML tags or entities. "a < b" and "R&D" are plain."""
    return ("<" in text or "&" in text) and _MARKUP.search(text) is not None


def _spelt_alike(text: str) -> str:
    return _SPELLING.sub("", html.unescape(text).replace("/>", ">"))
