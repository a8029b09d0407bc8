"""Handing a letter to a real mail server, and knowing what became of it."""

import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from hub.mail import Doubtful, Post, Refused, Unavailable, letter, open_session
from tests.hub.mail_server import Letters, mail_server

NOW = datetime(2026, 11, 23, 2, 40, tzinfo=UTC)
ADDRESS, SENDER = "contact@reseau.example", "hub@national.example"


def post(port: int, **over: object) -> Post:
    said = {"host": "127.0.0.1", "port": port, "starttls": False, "sender": SENDER} | over
    return Post(**said)  # type: ignore[arg-type]


def send(port: int, subject: str = "Objet", text: str = "Bonjour,\n", **over: object) -> None:
    with open_session(post(port, **over)) as session:
        session.offer(ADDRESS)
        session.hand_over(letter(SENDER, ADDRESS, subject, text, 7, NOW))


def test_a_letter_arrives_as_it_was_written() -> None:
    letters = Letters()
    text = "Réseau « Bretagne » : 12\u202f345 fiches.\n.\n..points\n" + "long " * 300 + "\nFin\n"
    with mail_server(letters) as port:
        send(port, "Suppressions à décider", text)

    [(address, message)] = letters.arrived
    assert address == ADDRESS
    assert message.get_content().replace("\r\n", "\n") == text
    assert message["subject"] == "Suppressions à décider"
    assert (message["from"], message["to"]) == (SENDER, ADDRESS)
    assert message["message-id"] == "<notice.7.20261123T024000@national.example>"
    assert message["date"].datetime == NOW
    assert message["auto-submitted"] == "auto-generated"
    assert max(map(len, letters.raw[0].splitlines())) <= 78
    assert letters.raw[0].isascii()


def test_a_subject_can_hold_no_other_header_and_a_text_no_other_letter() -> None:
    letters = Letters()
    with mail_server(letters) as port:
        send(port, "Objet\r\nBcc: autre@x.example\n\nCorps", "fin\r\n.\r\nMAIL FROM:<x@y.example>\r\n")

    [(address, message)] = letters.arrived
    assert address == ADDRESS
    assert "bcc" not in message
    assert message["subject"] == "Objet Bcc: autre@x.example Corps"
    assert "MAIL FROM" in message.get_content()


@pytest.mark.parametrize(("command", "code"), [("MAIL", "451"), ("RCPT", "550"), ("DATA", "554"), ("DATA", "452")])
def test_a_server_that_says_no_is_believed(command: str, code: str) -> None:
    letters = Letters()
    letters.says[command] = f"{code} no"
    with mail_server(letters) as port, pytest.raises(Refused, match=f"{code} no") as refused:
        send(port)

    assert refused.value.temporary is code.startswith("4")
    assert letters.arrived == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_a_connection_lost_before_the_text_was_given_sent_nothing(command: str) -> None:
    letters = Letters()
    letters.says[command] = "drop"
    with mail_server(letters) as port, pytest.raises(Unavailable):
        send(port)

    assert letters.arrived == []


def test_a_connection_lost_once_the_text_was_given_leaves_a_doubt() -> None:
    letters = Letters()
    letters.says["DATA"] = "drop"
    with mail_server(letters) as port, pytest.raises(Doubtful):
        send(port)

    assert len(letters.arrived) == 1


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with mail_server(Letters()) as port:
        pass

    with pytest.raises(Unavailable):
        send(port)


def test_nothing_is_said_to_a_server_without_encryption_where_it_was_asked_for() -> None:
    letters = Letters()
    with mail_server(letters) as port, pytest.raises(Unavailable):
        send(port, starttls=True)

    assert letters.arrived == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, and its key beside it."""
    folder = tmp_path_factory.mktemp("tls")
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2")
    files = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem"))
    command = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    subprocess.run([*command, *name, *files], check=True, capture_output=True)
    return folder / "certificate.pem"


def encrypted(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


def test_a_password_is_given_under_tls_to_a_server_whose_certificate_is_good(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = Letters()
    given: list[LoginPassword] = []

    def authenticate(
        _server: object, _session: object, _envelope: object, _how: str, said: LoginPassword
    ) -> AuthResult:
        given.append(said)
        return AuthResult(success=said == LoginPassword(b"hub", b"secret"), handled=False)

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    options = {"require_starttls": True, "auth_required": True, "authenticator": authenticate}
    with mail_server(letters, tls_context=encrypted(certificate), **options) as port:
        send(port, starttls=True, user="hub", password="secret")
        with pytest.raises(Unavailable):
            send(port, starttls=True, user="hub", password="wrong")

    assert len(letters.arrived) == 1
    assert given[0].password == b"secret"


def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(certificate: Path) -> None:
    letters = Letters()
    with (
        mail_server(letters, tls_context=encrypted(certificate)) as port,
        pytest.raises(Unavailable, match=r"(?i)cert"),
    ):
        send(port, starttls=True)

    assert letters.arrived == []
