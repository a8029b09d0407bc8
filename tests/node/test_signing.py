"""The node's own key: made once, read by its owner alone, never printed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from node import signing
from node.cli import app
from schemas.errors import ConfigError
from tests.node.nodes import make_home


def test_a_key_is_made_for_its_owner_alone_and_only_its_public_half_is_told(tmp_path: Path) -> None:
    home = make_home(tmp_path / "node").path
    run = CliRunner().invoke

    none = json.loads(run(app, ["key", "show", "--home", str(home), "--json"]).stdout)
    made = run(app, ["key", "make", "--home", str(home)])
    with (home / "node.toml").open("a") as settings:
        settings.write(f'signing_key_file = "{signing.FILE}"\n')
    shown = json.loads(run(app, ["key", "show", "--home", str(home), "--json"]).stdout)
    again = run(app, ["key", "make", "--home", str(home)])

    secret = (home / signing.FILE).read_text()
    assert none["public_key"] is None
    assert (home / signing.FILE).stat().st_mode & 0o777 == 0o600
    assert shown["public_key"] in made.stdout
    assert not any(line in made.stdout for line in secret.splitlines())
    assert isinstance(again.exception, ConfigError)
    assert (home / signing.FILE).read_text() == secret


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [
        (None, 0o600, "ne peut pas être lue"),
        (b"not a key", 0o600, "n'est pas une clé Ed25519"),
        (b"not a key", 0o644, "chmod 600"),
    ],
)
def test_a_key_that_cannot_be_used_stops_the_node(tmp_path: Path, content: bytes | None, mode: int, told: str) -> None:
    path = tmp_path / "some.key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)

    with pytest.raises(ConfigError, match=told):
        signing.load(path)
