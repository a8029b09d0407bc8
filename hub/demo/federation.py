"""The demonstration's networks: who publishes what, as `federation.toml` says."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.model.source import SourceKind
from schemas.errors import ConfigError

CHECKOUT = Path(__file__).parents[2] / "deploy" / "demo"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PublishedFile(_Strict):
    """A file of a network: where it is, the mapping that reads it, and the date its content is worth."""

    path: Path
    mapping: Path
    dated: date


class Network(_Strict):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    regions: tuple[str, ...]
    kind: SourceKind = SourceKind.LIVE
    licence: str
    website: str | None = None
    files: tuple[PublishedFile, ...] = Field(alias="file", min_length=1)


class Federation(_Strict):
    """networks: at least one, each id once. Paths of their files are absolute."""

    networks: tuple[Network, ...] = Field(alias="network", min_length=1)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read FOLDER/federation.toml; files are looked for in FOLDER/networks/ID/.

        Raises ConfigError when the folder is not there, or says something else than a federation.
        """
        path = folder / "federation.toml"
        if not path.is_file():
            raise ConfigError(f"{path} is not there: give the folder of a federation with --federation")
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            federation = cls.model_validate(_absolute(raw, folder.resolve() / "networks"))
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise ConfigError(f"{path}: {error}") from error
        ids = [network.id for network in federation.networks]
        if twice := {each for each in ids if ids.count(each) > 1}:
            raise ConfigError(f"{path}: network listed twice: {', '.join(sorted(twice))}")
        return federation


def _absolute(raw: dict[str, Any], networks: Path) -> dict[str, Any]:
    """The same, each file's paths made absolute; what has another shape is left for the model to refuse."""
    for network in raw.get("network", ()):
        for file in network.get("file", ()):
            for name in ("path", "mapping"):
                if isinstance(file.get(name), str):
                    file[name] = networks / str(network.get("id")) / file[name]
    return raw
