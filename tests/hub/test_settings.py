from pathlib import Path

import pytest

from hub.model.source import SourceKind
from hub.settings import MailFile, SourceFile, add_source, init_home, load_settings, load_sources, remove_source
from schemas.errors import ConfigError, NotFound


@pytest.fixture
def home(tmp_path: Path) -> Path:
    init_home(tmp_path / "hub")
    return tmp_path / "hub"


def test_a_new_hub_has_every_setting_written_down_at_its_default(home: Path) -> None:
    settings = load_settings(home)
    text = (home / "hub.toml").read_text()

    assert settings.database == "hub.sqlite"
    assert all(f"# {name} = " in text for name in type(settings).model_fields if name != "mail")
    assert all(f"# {field.alias or name} = " in text for name, field in MailFile.model_fields.items())
    said = [line.removeprefix("# ") for line in text.splitlines() if " = " in line or line == "[mail]"]
    (home / "hub.toml").write_text("\n".join(said))
    assert load_settings(home) == settings


def test_the_environment_comes_before_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "hub.toml").write_text("threads = 3\nlog_level = 'info'\n")
    monkeypatch.setenv("RRMA_HUB_THREADS", "5")

    assert (load_settings(home).threads, load_settings(home).log_level) == (5, "info")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("threads = 0", "threads"),
        ("thread = 3", "thread"),
        ("threads =", "hub.toml"),
        ("log_level = 'loud'", "log_level"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(home: Path, text: str, named: str) -> None:
    (home / "hub.toml").write_text(text)

    with pytest.raises(ConfigError, match=named):
        load_settings(home)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("host = 'mail.example'", "from"),
        ("host = 'mail.example'\nfrom = 'a@b.fr'\nuser = 'u'\nstarttls = false", "clear"),
        ("host = 'mail.example'\nfrom = 'a@b.fr'\nuser = 'u'\npassword_file = 'none'", "password_file"),
    ],
    ids=["no-sender", "password-in-the-clear", "no-password"],
)
def test_a_mail_server_that_cannot_be_used_as_it_is_set_is_said_so(home: Path, said: str, named: str) -> None:
    (home / "hub.toml").write_text(f"[mail]\n{said}\n")

    with pytest.raises(ConfigError, match=named):
        load_settings(home).mail.post(home)


@pytest.mark.parametrize(
    "address", ["a@b.fr\\nBcc: c@d.fr", "a@b.fr, c@d.fr", "Anne <a@b.fr>", "a b@c.fr", "é@b.fr", "a@b@c.fr", "@b.fr"]
)
def test_an_address_is_one_address_and_nothing_else(home: Path, address: str) -> None:
    (home / "hub.toml").write_text(f'[mail]\nsteward = "{address}"\n')

    with pytest.raises(ConfigError, match=r"mail\.steward"):
        load_settings(home)


def test_the_password_of_the_mail_server_is_in_a_file_and_its_name_may_come_from_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "hub.toml").write_text("[mail]\nfrom = 'a@b.fr'\nuser = 'u'\npassword_file = 'password'\n")
    (home / "password").write_text("secret\n")
    assert load_settings(home).mail.post(home) is None
    monkeypatch.setenv("RRMA_HUB_MAIL__HOST", "mail.example")

    post = load_settings(home).mail.post(home)

    assert post is not None
    assert (post.host, post.port, post.starttls, post.user, post.password) == ("mail.example", 587, True, "u", "secret")


def test_a_folder_without_a_hub_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="rrma-hub init"):
        load_settings(tmp_path)


def test_a_hub_is_never_made_over_another(home: Path) -> None:
    with pytest.raises(ConfigError, match="there already"):
        init_home(home)


def test_a_source_is_read_back_as_it_was_added(home: Path) -> None:
    file = SourceFile.model_validate(
        {
            "name": "centraider",
            "title": "Centraider « Centre »",
            "url": "https://node.example/feed",
            "regions": ["24"],
            "kind": "static",
            "token_file": "token",
            "limits": {"timeout_s": 3},
        }
    )
    add_source(home, file)

    [source] = load_sources(home)
    assert (source.name, source.title, source.kind) == ("centraider", "Centraider « Centre »", SourceKind.STATIC)
    assert (source.regions, source.token_file, source.limits.timeout_s) == (("24",), home / "token", 3)
    with pytest.raises(ConfigError, match="there already"):
        add_source(home, file)
    remove_source(home, "centraider")
    assert load_sources(home) == ()
    with pytest.raises(NotFound):
        remove_source(home, "centraider")


@pytest.mark.parametrize(
    "text",
    [
        "name = 'x'\ntitle = 't'\nurl = 'ftp://a'",
        "name = 'x'\ntitle = 't'",
        "name = '../x'\ntitle = 't'\nurl = 'https://a.example'",
        "name = 'y'\ntitle = 't'\nurl = 'https://a.example'",
        "name = 'x'\ntitle = 't'\nurl = 'https://a.example'\ncolour = 'red'",
        "name = 'x'\ntitle = 't'\nurl = 'https://a.example'\n[limits]\nmax_ratio = 0",
    ],
    ids=["scheme", "no-url", "name", "other-name", "unknown", "limit"],
)
def test_a_wrong_source_file_is_named(home: Path, text: str) -> None:
    (home / "sources" / "x.toml").write_text(text)

    with pytest.raises(ConfigError, match=r"x\.toml"):
        load_sources(home)
