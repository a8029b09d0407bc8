"""One bounded GET: the address checked and pinned, redirects kept to the host, status and content type judged.

    name ─► every address of it checked ─► connection to a checked address, TLS for the name ─► status ─► type ─► body

The connection goes to the very address that was checked, so a name that answers differently a moment later (DNS
rebinding) gains nothing. Proxies of the environment are not used, since behind one no address can be checked.
"""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import httpx

from hub.feeds.body import ACCEPT_ENCODING
from hub.feeds.errors import (
    CursorExpired,
    HtmlInstead,
    RefusedAddress,
    RefusedRedirect,
    RefusedToken,
    SourceStatus,
    SourceUnreachable,
    TooSlow,
    WrongContentType,
)
from hub.feeds.patience import Patience, asked_s
from hub.model.source import Source
from schemas.errors import ConfigError

_MAX_REDIRECTS = 5
_LATER = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
_HTML = ("text/html", "application/xhtml+xml")


class PinnedTransport(httpx.HTTPTransport):
    """Resolves a name once, refuses it unless all its addresses are allowed, and connects to the first of them."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host
        address = _checked_address(name, request.url.port, local=bool(request.extensions.get("local")))
        request.extensions = {**request.extensions, "sni_hostname": name}
        request.url = request.url.copy_with(host=address)
        return super().handle_request(request)


def open_client() -> httpx.Client:
    """The one HTTP client of a harvest: shared by its threads, closed by whoever opened it."""
    return httpx.Client(transport=PinnedTransport(), trust_env=False, follow_redirects=False)


@contextmanager
def get(
    client: httpx.Client,
    source: Source,
    url: str,
    types: tuple[str, ...] | None,
    etag: str | None = None,
    patience: Patience | None = None,
) -> Iterator[httpx.Response]:
    """An answer whose body was not read yet: 200 of one of the content `types`, or 304 when `etag` still holds.

    types: None for a file of any type but a web page. A source that asks to be asked again later is, within `patience`.

    Raises a SourceError that says what is wrong with anything else.
    """
    headers = {"Accept": ", ".join(types or ("*/*",)), "Accept-Encoding": ACCEPT_ENCODING} | _authorization(source)
    if etag is not None:
        headers["If-None-Match"] = etag
    with _following(client, source, url, headers, patience or Patience()) as response:
        _check_status(source, response)
        if response.status_code == httpx.codes.OK:
            _check_type(source, response, types)
        yield response


@contextmanager
def _following(
    client: httpx.Client, source: Source, url: str, headers: dict[str, str], patience: Patience
) -> Iterator[httpx.Response]:
    redirects = 0
    while redirects < _MAX_REDIRECTS:
        _check_host(source, url)
        with _answer(client, source, url, headers) as response:
            later = asked_s(response.headers.get("retry-after")) if response.status_code in _LATER else None
            if not response.has_redirect_location and later is None:
                yield response
                return
            moved = response.headers["location"] if response.has_redirect_location else None
        if moved is not None:
            url, redirects = urljoin(url, moved), redirects + 1
        elif not patience.wait(later):
            asked = f"HTTP {response.status_code} for {response.request.url.path}, to be asked again in {later:.0f} s"
            raise SourceStatus(source.name, asked, response.status_code)
    raise RefusedRedirect(source.name, f"redirected more than {_MAX_REDIRECTS} times")


@contextmanager
def _answer(client: httpx.Client, source: Source, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    request = client.build_request(
        "GET", url, headers=headers, timeout=source.limits.timeout_s, extensions={"local": source.local}
    )
    try:
        response = client.send(request, stream=True)
    except RefusedName as error:
        raise RefusedAddress(source.name, str(error)) from error
    except httpx.ConnectTimeout as error:
        raise SourceUnreachable(source.name, "no connection within the time allowed") from error
    except httpx.TimeoutException as error:
        raise TooSlow(source.name, f"no answer within {source.limits.timeout_s:g} s") from error
    except httpx.TransportError as error:
        raise SourceUnreachable(source.name, str(error) or type(error).__name__) from error
    try:
        yield response
    finally:
        response.close()


def _check_host(source: Source, url: str) -> None:
    """Nothing but the configured host and scheme is ever asked, whatever a manifest or a redirect says."""
    asked, configured = httpx.URL(url), httpx.URL(source.base_url)
    if (asked.scheme, asked.host, asked.port) != (configured.scheme, configured.host, configured.port):
        raise RefusedRedirect(source.name, f"{asked.scheme}://{asked.netloc.decode()} is not the host configured")


def _check_status(source: Source, response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.GONE:
        raise CursorExpired(source.name, "the node no longer keeps the history we ask for")
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        ours = "refuses our token" if source.token_file else "asks for a token, and none is set for it (token_file)"
        raise RefusedToken(source.name, f"the node {ours}: HTTP {status} for {response.request.url.path}")
    if status not in (httpx.codes.OK, httpx.codes.NOT_MODIFIED):
        raise SourceStatus(source.name, f"HTTP {status} for {response.request.url.path}", status)


def _check_type(source: Source, response: httpx.Response, types: tuple[str, ...] | None) -> None:
    stated = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if stated in _HTML:
        raise HtmlInstead(source.name, f"{response.request.url.path} answers with a web page")
    if types is not None and stated not in types:
        raise WrongContentType(source.name, f"{response.request.url.path} is {stated!r}, expected {types[0]!r}")


def _authorization(source: Source) -> dict[str, str]:
    if source.token_file is None:
        return {}
    try:
        return {"Authorization": f"Bearer {source.token_file.read_text().strip()}"}
    except OSError as error:
        raise ConfigError(f"the token of {source.name} cannot be read: {error}") from error


class RefusedName(Exception):
    """A host whose addresses may not be spoken to."""


def _checked_address(name: str, port: int | None, *, local: bool) -> str:
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"the name {name!r} is not known: {error}") from error
    addresses = [str(address[0]) for *_, address in found]
    if not local and (refused := [each for each in addresses if not _is_public(each)]):
        raise RefusedName(f"{name} is at {refused[0]}, which is not a public address")
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    embedded = ip.ipv4_mapped or ip.sixtofour if isinstance(ip, ipaddress.IPv6Address) else None
    return all(each.is_global and not each.is_multicast for each in (ip, embedded) if each is not None)
