"""The settings of one node: `node.toml` in its home, RRMA_NODE_… over it. Built at the door, passed down as values."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from node.errors import NotANode
from schemas.errors import ConfigError
from schemas.geography import regions as known_regions

FILE = "node.toml"
_HUB = re.compile(r"https://[^\s/]\S*|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:/\S*)?")


class Settings(BaseSettings):
    """Every setting a node has. Paths of files are taken from the node's home unless absolute."""

    model_config = SettingsConfigDict(env_prefix="RRMA_NODE_", env_ignore_empty=True, frozen=True, extra="forbid")

    network: str = Field(pattern="^[a-z0-9][a-z0-9-]{1,62}$")
    name: str = Field(min_length=1)
    regions: Annotated[tuple[str, ...], NoDecode] = ()
    website: str | None = None
    contact: str | None = None
    licence: str = "etalab-2.0"
    publish_association_addresses: bool = False
    matching_key_file: Path | None = None
    token_file: Path | None = None
    signing_key_file: Path | None = None
    hub: str | None = None
    hub_token_file: Path | None = None
    hub_key: str | None = Field(None, pattern="^[A-Za-z0-9_-]{43}$")
    officer_password_file: Path | None = None

    @field_validator("hub")
    @classmethod
    def _guarded(cls, value: str | None) -> str | None:
        """A token goes there: in the clear only to this very machine."""
        if value is None or _HUB.fullmatch(value):
            return value
        raise ValueError("lien qui ne commence pas par https:// (exemple : https://pole.example.org)")

    @field_validator("regions", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        """The environment and the command line write a list with commas."""
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("regions")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        codes = {region.code for region in known_regions()}
        if unknown := [code for code in value if code not in codes]:
            raise ValueError(f"code de région INSEE inconnu : {', '.join(unknown)} (exemple : 24)")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (the signature is pydantic's)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return env_settings, init_settings


def load(home: Path) -> Settings:
    """Read the settings of the node in `home`.

    Raises NotANode when there is no node.toml, ConfigError when it cannot be read or says something wrong.
    """
    path = home / FILE
    if not path.is_file():
        raise NotANode(
            f"{home} ne contient pas de nœud ({FILE} est absent). "
            "Créez-le avec « rrma-node init », ou indiquez son dossier avec --home."
        )
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} n'est pas un fichier TOML lisible : {error}") from error
    return checked(raw, where=str(path))


def checked(raw: dict[str, Any], *, where: str) -> Settings:
    """Settings from plain values. Raises ConfigError that names each wrong setting."""
    try:
        return Settings(**raw)
    except ValidationError as error:
        wrong = " ; ".join(f"« {'.'.join(map(str, one['loc']))} » {_in_french(one)}" for one in error.errors())
        raise ConfigError(f"Réglages refusés dans {where} : {wrong}.") from error


_WRONG = {
    "missing": "manque",
    "extra_forbidden": "n'est pas un réglage connu",
    "string_too_short": "est vide",
    "bool_parsing": "doit être true ou false",
}
_SPELT = {
    "network": "doit être en minuscules, chiffres et tirets (exemple : pays-de-la-loire-ci)",
    "hub_key": "doit être la clé que le pôle vous a donnée : 43 lettres, chiffres, tirets et soulignés",
}


def _in_french(error: Mapping[str, Any]) -> str:
    """What pydantic found wrong; what is not in the table is rare enough to be read in its own words."""
    if error["type"] == "value_error":
        return f"contient un {error['ctx']['error']}"
    if error["type"] == "string_pattern_mismatch":
        return _SPELT[error["loc"][0]]
    return _WRONG.get(error["type"], f"n'est pas lisible ({error['msg']})")


def secret(home: Path, file: Path | None) -> bytes | None:
    """What a file of secrets holds, without the spaces around it; None when no file is set.

    Raises ConfigError when it is missing, unreadable or empty: a secret that silently lapses protects nothing.
    """
    if file is None:
        return None
    path = home / file
    try:
        text = path.read_bytes().strip()
    except OSError as error:
        raise ConfigError(f"Le fichier de secret {path} ne peut pas être lu : {error.strerror}.") from error
    if not text:
        raise ConfigError(f"Le fichier de secret {path} est vide : écrivez-y la clé, ou retirez le réglage.")
    return text
