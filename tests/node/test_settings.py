"""node.toml says how a node works, the environment wins over it, and a wrong setting is named."""

from pathlib import Path

import pytest

from node import settings
from node.errors import NotANode
from node.home import create, open_home
from schemas.errors import ConfigError
from tests.node.nodes import EPOCH, NOW, make_home


def test_a_node_is_opened_with_the_settings_it_was_made_with(tmp_path: Path) -> None:
    made = make_home(
        tmp_path / "n",
        name='Réseau "Ça & là" \\ 2026',
        regions=["24", "53"],
        website="https://centraider.org",
        publish_association_addresses=True,
    )

    opened = open_home(tmp_path / "n")

    assert opened.settings == made.settings
    assert opened.settings.regions == ("24", "53")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home(tmp_path / "n")
    monkeypatch.setenv("RRMA_NODE_NAME", "Autre nom")
    monkeypatch.setenv("RRMA_NODE_REGIONS", "27, 44")
    monkeypatch.setenv("RRMA_NODE_CONTACT", "")

    found = settings.load(tmp_path / "n")

    assert (found.name, found.regions, found.contact) == ("Autre nom", ("27", "44"), None)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"network": "Centr Aider"}, "« network » doit être en minuscules"),
        ({"regions": ["99"]}, "« regions » contient un code de région INSEE inconnu : 99"),
        ({"name": ""}, "« name » est vide"),
        ({"regoins": ["24"]}, "« regoins » n'est pas un réglage connu"),
        ({"publish_association_addresses": "peut-être"}, "« publish_association_addresses » doit être true ou false"),
        ({"hub_key": "trop court"}, "« hub_key » doit être la clé que le pôle vous a donnée"),
        ({"website": 12}, "« website » n'est pas lisible"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        make_home(tmp_path / "n", **wrong)

    assert not (tmp_path / "n" / "node.toml").exists()


def test_a_node_is_never_made_over_another(tmp_path: Path) -> None:
    make_home(tmp_path / "n")

    with pytest.raises(ConfigError, match="déjà un nœud"):
        create(tmp_path / "n", {"network": "gescod", "name": "Gescod"}, epoch=EPOCH, now=NOW)


def test_a_folder_without_a_node_a_broken_file_and_a_lost_or_broken_database_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotANode, match="rrma-node init"):
        open_home(tmp_path)
    make_home(tmp_path / "n")
    database = tmp_path / "n" / "node.sqlite"
    database.write_bytes(b"ceci n'est pas une base de donnees" * 100)
    with pytest.raises(NotANode, match="ne peut pas être ouverte"):
        open_home(tmp_path / "n")
    database.unlink()
    with pytest.raises(NotANode, match="absente"):
        open_home(tmp_path / "n")
    (tmp_path / "n" / "node.toml").write_text("network = ")
    with pytest.raises(ConfigError, match="TOML"):
        open_home(tmp_path / "n")


def test_a_secret_that_is_missing_or_empty_is_refused_rather_than_ignored(tmp_path: Path) -> None:
    home = make_home(tmp_path / "n", token_file="jeton")
    with pytest.raises(ConfigError, match="ne peut pas être lu"):
        home.secret(home.settings.token_file)

    (tmp_path / "n" / "jeton").write_text(" \n")
    with pytest.raises(ConfigError, match="vide"):
        home.secret(home.settings.token_file)

    (tmp_path / "n" / "jeton").write_text("abc\n")
    assert home.secret(home.settings.token_file) == b"abc"
    assert home.secret(None) is None
