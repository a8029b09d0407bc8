"""The national level over HTTP: what it says of our records, that we have news, whom it already knows.

The address and the token are this network's own settings. Answers are bounded in size and time, and a redirect is a
fault: the token is for one host.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from node.errors import HubRefused
from node.home import Home
from schemas.canonical import JSON
from schemas.errors import ConfigError
from schemas.feed import lines
from schemas.feedback import decode
from schemas.members import FeedError
from schemas.signing import CONTENT_DIGEST, INPUT, SIGNATURE, BadSignature, digests, verified

_TIMEOUT_S = 30.0
_MAX_BYTES = 1 << 30
_MAX_RECEIPT_BYTES = 1 << 20
_KEPT = (CONTENT_DIGEST, INPUT, SIGNATURE)


class HistoryChanged(Exception):
    """The hub's numbers are those of another history than ours: read from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An answer whose signature was checked. headers: those that prove it. key: the public key that signed it."""

    body: bytes
    headers: dict[str, str]
    key: str


class Nation:
    """One network at the door of the hub. Raises HubRefused, with what to do, whenever the hub does not answer well."""

    def __init__(self, url: str, token: bytes, network: str) -> None:
        self._network = network
        self._client = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token.decode('ascii', 'replace')}"},
            timeout=_TIMEOUT_S,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def feedback(self, after: int, epoch: str | None) -> Iterator[JSON]:
        """The lines after a number, the end line last. Raises HistoryChanged when that number is of another history."""
        asked: dict[str, Any] = {"after": after} | ({"epoch": epoch} if epoch else {})
        with self._answer("GET", f"/api/networks/{self._network}/feedback", params=asked) as answer:
            try:
                yield from decode(lines(_bounded(answer.iter_bytes(), _MAX_BYTES)))
            except FeedError as error:
                raise HubRefused(f"La réponse du pôle national ne peut pas être lue ({error}). Réessayez.") from error

    def ping(self) -> JSON:
        """Say that there is news; `not_before` is when the hub will read it."""
        with self._answer("POST", f"/api/networks/{self._network}/ping") as answer:
            return self._json(answer)

    def answer(self, number: int, said: str, reason: str | None = None) -> None:
        """Accept or refuse a proposed correction."""
        told = {"answer": said} | ({"reason": reason} if reason else {})
        path = f"/api/networks/{self._network}/corrections/{number}"
        with self._answer("POST", path, json=told) as answer:
            answer.read()

    def erasures(self) -> Iterator[str]:
        """The receipts of all that this network asked to erase, by name, the oldest first."""
        after: int | None = 0
        while after is not None:
            with self._answer("GET", f"/api/networks/{self._network}/erasures", params={"after": after}) as answer:
                page = self._json(answer)
            try:
                yield from [str(each["receipt"]) for each in page["erasures"]]
                if (following := page["next"]) is not None and following <= after:
                    raise ValueError("it leads in circles")
                after = following
            except (KeyError, TypeError, ValueError) as error:
                raise HubRefused("Le pôle national ne dit pas ce qu'il a effacé : signalez-le-lui.") from error

    def receipt(self, name: str, key: str | None) -> Signed:
        """How far an erasure has come. key: what it must be signed with; None before the first one."""
        path = f"/api/networks/{self._network}/erasures/{quote(name, safe='')}"
        with self._answer("GET", path, headers={"Accept-Encoding": "identity"}) as answer:
            body = b"".join(_bounded(answer.iter_raw(), _MAX_RECEIPT_BYTES))
            try:
                signer = verified(answer, [key] if key else [])
                stated = digests(answer.headers[CONTENT_DIGEST])
                computing = stated.begun()
                for each in computing:
                    each.update(body)
                if not stated.agree(each.digest() for each in computing):
                    raise BadSignature("it is not over what was received")
            except BadSignature as error:
                raise HubRefused(
                    f"Le reçu {name} n'est pas signé comme il doit l'être ({error}). Appelez le pôle national ; s'il "
                    "vous dit une nouvelle clé, écrivez-la dans node.toml (réglage hub_key)."
                ) from error
        return Signed(body=body, headers={each: answer.headers[each] for each in _KEPT}, key=signer)

    def check(self, actor: JSON, local_id: str | None = None) -> list[JSON]:
        """Who a draft may already be, anywhere. local_id: of our own record that it would replace."""
        asked = {"actor": actor} | ({"id": local_id} if local_id is not None else {})
        with self._answer("POST", "/api/check", json=asked) as answer:
            matches = self._json(answer).get("matches")
        if not isinstance(matches, list):
            raise HubRefused("La réponse du pôle national ne dit pas qui il connaît : signalez-le-lui.")
        return matches

    @staticmethod
    def _json(answer: httpx.Response) -> JSON:
        try:
            answer.read()
            found: JSON = answer.json()
        except (ValueError, httpx.HTTPError) as error:
            raise HubRefused(f"La réponse du pôle national ne peut pas être lue ({error}). Réessayez.") from error
        return found

    @contextmanager
    def _answer(self, method: str, path: str, **more: Any) -> Iterator[httpx.Response]:
        try:
            with self._client.stream(method, path, **more) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _refusal(answer)
                yield answer
        except httpx.HTTPError as error:
            raise HubRefused(
                f"Le pôle national ne répond pas à {self._client.base_url} ({type(error).__name__}). Vérifiez "
                "l'adresse (réglage hub) et votre connexion, puis recommencez."
            ) from error


def nation_of(home: Home) -> Nation:
    """The door that this node's settings lead to. Raises ConfigError when they do not say which."""
    settings = home.settings
    token = home.secret(settings.hub_token_file)
    if settings.hub is None or token is None:
        raise ConfigError(
            "Ce nœud ne sait pas joindre le pôle national : donnez son adresse (réglage hub) et le fichier du jeton "
            "qu'il vous a remis (réglage hub_token_file) dans node.toml."
        )
    return Nation(settings.hub, token, settings.network)


def _bounded(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > most:
            raise HubRefused("La réponse du pôle national est trop longue : signalez-le-lui.")
        yield chunk


def _refusal(answer: httpx.Response) -> Exception:
    try:
        said = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        said = answer.reason_phrase
    match answer.status_code:
        case 401:
            return HubRefused("Le pôle national refuse le jeton (réglage hub_token_file) : demandez-lui-en un nouveau.")
        case 404:
            return HubRefused(f"Le pôle national n'a rien pour ce réseau : {said}.")
        case 410 if answer.url.params.get("after") != "0":
            return HistoryChanged(said)
        case 429:
            wait = answer.headers.get("retry-after", "60")
            return HubRefused(f"Trop de demandes en une minute : recommencez dans {wait} secondes.")
    return HubRefused(f"Le pôle national répond {answer.status_code} : {said}.")
