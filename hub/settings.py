"""The hub's configuration: `hub.toml`, RRMA_HUB_… over it, and one file for each source in `sources/`.

Read once, at the door. Whatever is wrong becomes a ConfigError that names the file and the key.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hub.mail import Post
from hub.model.freshness import PROMISE_DAYS
from hub.model.imprint import UNSIGNED, Imprint
from hub.model.notice import OF_A_NETWORK, NoticeKind
from hub.model.source import Limits, Source, SourceKind
from schemas.canonical import JSON
from schemas.errors import ConfigError, NotFound

FILE = "hub.toml"
SOURCES = "sources"
_Read = TypeVar("_Read")
# Nothing that could end a header or begin a second address; its domain and its local part in ASCII.
_ADDRESS = r"^[!-;=?A-Z\[\]^-~]+@[A-Za-z0-9.-]+$"
_ID = r"^[a-z0-9][a-z0-9-]*$"


class MailFile(BaseModel):
    """The [mail] table: how mails about changes are sent. Without a host none is."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    host: str = Field("", description="The mail server that takes our mails; empty: none is sent.")
    port: int = Field(587, ge=1, le=65535, description="Its port.")
    starttls: bool = Field(True, description="Encrypt, and check its certificate, before anything is said.")
    sender: str = Field("", alias="from", pattern=rf"^$|{_ADDRESS}", description="The address the mails come from.")
    steward: str = Field("", pattern=rf"^$|{_ADDRESS}", description="Who is told of every network, and of the nights.")
    user: str = Field("", description="To log in with; empty where the server asks for nothing.")
    password_file: str = Field("", description="A file that holds the password alone.")

    def post(self, folder: Path) -> Post | None:
        """The mail server; None when no mail is to be sent. folder: what `password_file` is taken from.

        Raises ConfigError.
        """
        if not self.host:
            return None
        if not self.sender:
            raise ConfigError("[mail] needs `from`, the address its mails come from")
        if self.user and not self.starttls:
            raise ConfigError("[mail] `user` needs `starttls = true`: a password never travels in the clear")
        return Post(
            host=self.host,
            port=self.port,
            starttls=self.starttls,
            sender=self.sender,
            user=self.user,
            password=_secret(folder / self.password_file) if self.password_file else "",
        )


class Settings(BaseSettings):
    """Paths are taken from the home folder unless they are absolute."""

    model_config = SettingsConfigDict(env_prefix="RRMA_HUB_", env_nested_delimiter="__", extra="forbid", frozen=True)

    database: str = Field("hub.sqlite", description="A file, or a PostgreSQL URL: postgresql+psycopg://…")
    releases: Path = Field(Path("releases"), description="The folder that holds every release.")
    model: str = Field("", description="A file of resolution weights; empty for the one that comes with the hub.")
    threshold: float = Field(0.0, description="Log-odds above which two records are one.")
    stewards: Path = Field(Path("stewards.toml"), description="Who may review, and with which token.")
    networks: Path = Field(Path("networks.toml"), description="Hashes of the tokens of networks.")
    signing_key: Path = Field(Path("signature.key"), description="The key that signs receipts; made when missing.")
    notice: str = Field("", description="A sentence in French for every page of the portal.")
    site: str = Field(
        "", pattern=r"^(https?://.*[^/])?$", description="The portal's public address, without last slash."
    )
    publisher: str = Field(UNSIGNED.publisher, min_length=1, description="Who publishes the catalogue.")
    contact: str = Field("", pattern=r"^(\S+@\S+)?$", description="An e-mail address for those who use the data.")
    embed_origins: tuple[str, ...] = Field(
        ("networks",),
        description='Which sites may show our maps and lists in a frame, as "https://www.reseau.example"; '
        '"networks" stands for the sites of the networks.',
    )
    threads: int = Field(12, ge=1, le=64, description="Sources visited at the same time.")
    history_days: int = Field(400, ge=7, description="How long the ledger remembers a run.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="What is written to stderr.")
    mail: MailFile = Field(MailFile(), description="How mails about changes are sent.")

    @property
    def imprint(self) -> Imprint:
        return Imprint(site=self.site, publisher=self.publisher, contact=self.contact)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file, which is handed over as arguments."""
        return env_settings, init_settings


_TABLES: Mapping[str, type[BaseModel]] = {"mail": MailFile}


class LimitsFile(BaseModel):
    """The [limits] table of a source; see `hub.model.source.Limits` for what each bounds."""

    model_config = ConfigDict(extra="forbid")

    max_body_bytes: int = Field(Limits().max_body_bytes, gt=0)
    max_ratio: int = Field(Limits().max_ratio, gt=0)
    ratio_grace_bytes: int = Field(Limits().ratio_grace_bytes, ge=0)
    min_rate: int = Field(Limits().min_rate, ge=0)
    slow_after_s: float = Field(Limits().slow_after_s, gt=0)
    timeout_s: float = Field(Limits().timeout_s, gt=0)


class SourceFile(BaseModel):
    """One file of `sources/`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=_ID)
    title: str = Field(min_length=1)
    url: HttpUrl
    regions: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.LIVE
    local: bool = False
    website: str | None = None
    accept_outside_perimeter: bool = False
    promise_days: int = Field(PROMISE_DAYS, ge=1, le=366)
    contact_email: str | None = Field(None, pattern=_ADDRESS)
    notify: tuple[NoticeKind, ...] = OF_A_NETWORK
    token_file: Path | None = None
    limits: LimitsFile = LimitsFile()

    def as_source(self, folder: Path) -> Source:
        """folder: what a relative `token_file` is taken from."""
        return Source(
            name=self.name,
            title=self.title,
            base_url=str(self.url),
            regions=self.regions,
            kind=self.kind,
            local=self.local,
            website=self.website,
            token_file=folder / self.token_file if self.token_file else None,
            accept_outside_perimeter=self.accept_outside_perimeter,
            promise_days=self.promise_days,
            contact_email=self.contact_email,
            notify=self.notify,
            limits=Limits(**self.limits.model_dump()),
        )

    def as_toml(self) -> str:
        """The file as a person would write it: what has its default is left out."""
        said = self.model_dump(mode="json", exclude_defaults=True, exclude={"limits"})
        lines = [f"{key} = {_toml(value)}" for key, value in said.items()]
        limits = self.limits.model_dump(exclude_defaults=True)
        table = ["", "[limits]", *(f"{key} = {_toml(value)}" for key, value in limits.items())] if limits else []
        return "\n".join([*lines, *table, ""])

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises ConfigError."""
        return _read(path, cls.model_validate)


def load_settings(home: Path) -> Settings:
    """Raises ConfigError, also when there is no hub in this folder."""
    path = home / FILE
    if not path.is_file():
        raise ConfigError(f"no hub in {home}: make one with `rrma-hub init {home}`, or give its folder with --home")
    return _read(path, lambda raw: Settings(**raw))


def load_sources(home: Path) -> tuple[Source, ...]:
    """Every configured source, by name. Raises ConfigError."""
    found = []
    for path in sorted((home / SOURCES).glob("*.toml")):
        file = SourceFile.read(path)
        if file.name != path.stem:
            raise ConfigError(f"{path}: the source is called {file.name!r}; a source's file bears its name")
        found.append(file.as_source(home))
    return tuple(found)


def init_home(home: Path, **chosen: str | int) -> None:
    """Make the folder of a new hub, with the settings `chosen`. Raises ConfigError when it holds one already."""
    path = home / FILE
    if path.exists():
        raise ConfigError(f"{path} is there already")
    (home / SOURCES).mkdir(parents=True, exist_ok=True)
    path.write_text(_commented(chosen), encoding="utf-8")


def add_source(home: Path, file: SourceFile) -> Path:
    """Write a source's file. Raises ConfigError when there is one of its name."""
    path = home / SOURCES / f"{file.name}.toml"
    if path.exists():
        raise ConfigError(f"{path} is there already: edit it, or remove the source first")
    path.parent.mkdir(exist_ok=True)
    path.write_text(file.as_toml(), encoding="utf-8")
    return path


def remove_source(home: Path, name: str) -> None:
    """Stop visiting a source; its last good records stay. Raises NotFound."""
    path = home / SOURCES / f"{name}.toml"
    if not path.is_file():
        raise NotFound(f"no source is called {name!r}")
    path.unlink()


def _commented(chosen: Mapping[str, str | int]) -> str:
    """hub.toml with every setting under what it means: those chosen, and the others commented out, at their default."""
    lines = ["# The hub's settings; RRMA_HUB_… in the environment comes before them. Paths start from this folder.", ""]
    for name, field in Settings.model_fields.items():
        if name not in _TABLES:
            lines += _line(name, field, chosen)
    for table, shape in _TABLES.items():
        lines += [f"# {Settings.model_fields[table].description}", f"[{table}]", ""]
        for name, field in shape.model_fields.items():
            lines += _line(field.alias or name, field, {})
    return "\n".join(lines)


def _line(name: str, field: FieldInfo, chosen: Mapping[str, str | int]) -> list[str]:
    value = chosen.get(name, field.default)
    spelt = _toml(str(value) if isinstance(value, Path) else value)
    return [f"# {field.description}", f"{'' if name in chosen else '# '}{name} = {spelt}", ""]


def _read(path: Path, shape: Callable[[JSON], _Read]) -> _Read:
    try:
        return shape(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ConfigError(f"{path}: {found}") from error


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"[mail] password_file: {error}") from error


def _toml(value: object) -> str:
    """A string, number, boolean or list of them; TOML spells these as JSON does."""
    return json.dumps(value, ensure_ascii=False)
