"""Which mapping a file is read by."""

from pathlib import Path

from node.home import MAPPINGS, Home
from schemas.errors import ConfigError


def choose(home: Home, asked: Path | None) -> Path:
    """The mapping asked for, by path or by name in mappings/; else the only one the node has.

    Raises ConfigError that lists what there is.
    """
    known = {path.stem: path for path in home.mappings}
    if asked is None and len(known) == 1:
        return next(iter(known.values()))
    if asked is not None and asked.is_file():
        return asked
    if asked is not None and (found := known.get(asked.name.removesuffix(".toml"))):
        return found
    listed = f"Correspondances du nœud : {', '.join(known)}." if known else f"{home.path / MAPPINGS} est vide."
    if asked is None:
        raise ConfigError(f"Précisez la correspondance avec --mapping. {listed}")
    raise ConfigError(f"La correspondance {asked} est introuvable. {listed}")
