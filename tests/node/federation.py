"""Our node at the real hub's door, over real HTTP, beside another network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
from typer.testing import CliRunner, Result

from hub.cli.serving import working_app
from hub.networks import issue
from hub.settings import SourceFile, add_source, init_home
from hub.wiring import Hub, open_hub
from node.cli import app
from node.home import Home, open_home
from node.store import fates
from node.store.engine import reading
from node.web.app import app_of
from schemas.feedback import Fate
from tests.hub.cli.test_commands import run as run_hub
from tests.hub.feed_server import FakeNode, actor
from tests.hub.feed_server import serving as answering
from tests.hub.homes import copied
from tests.hub.web.conftest import serving
from tests.node.nodes import ingest, make_home, row

PASSWORD = "quatre mots bien choisis"
TOURS = {"city": "Tours", "postcode": "37000", "insee": "37261"}
ROWS = [
    row("A-1", Nom="PUITS DU SAHEL TOURAINE", Type="ASSO", Ville="Tours", CP="37000", INSEE="37261"),
    row("A-2", Nom="Lycée de Fondettes", Type="ASSO", Ville="Fondettes", CP="37230"),
    row("A-3", Nom="Eau < Vie", Type="ASSO", Ville="Nantes", CP="44000", INSEE="44109"),
    row("A-4", Nom="Comptée seulement", Publication="counted-only", Ville="Tours", CP="37000"),
]


class Federation:
    """Our node, another network, and the hub that reads both and tells ours."""

    def __init__(self, node: Home, hub: Hub, url: str) -> None:
        self.node, self.hub, self.url = node, hub, url

    def cycle(self) -> None:
        assert run_hub("cycle", home=self.hub.home).exit_code in (0, 3)

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--home", str(self.node.path)])

    def told(self, *arguments: str) -> Any:
        """What a command says with --json."""
        done = self.run(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def kept(self) -> dict[str, Fate]:
        with reading(self.node.engine) as connection:
            return {each.local_id: each.fate for each in fates.found(connection)}

    def page(self, path: str = "/ma-region", password: str | None = PASSWORD) -> httpx.Response:
        with serving(app_of(self.node)) as url:
            auth = httpx.BasicAuth("reseau", password) if password is not None else None
            return httpx.get(url + path, auth=auth, timeout=30)


@contextmanager
def directories(node: Path) -> Iterator[dict[str, str]]:
    """Where our node and another network answer."""
    other = FakeNode("bretagne").put("B-1", actor("Association Puits du Sahel Touraine", seat=TOURS))
    with answering(other.answer) as theirs, serving(app_of(open_home(node))) as ours:
        yield {"bretagne": theirs, "centraider": ours}


def lived(folder: Path) -> Path:
    """Make the folders `node` and `hub` in `folder`; the hub has read both networks once."""
    made = make_home(folder / "node", hub="http://127.0.0.1:1", hub_token_file="jeton", officer_password_file="mdp")
    (made.path / "mdp").write_text(PASSWORD)
    home = folder / "hub"
    init_home(home, site="https://annuaire.example.org")
    (home / "stewards.toml").write_text(f'claire = "{"c" * 32}"\n')
    (made.path / "jeton").write_text(issue(home / "networks.toml", "centraider"))
    ingest(made, ROWS)
    with directories(made.path) as urls:
        for name, url in urls.items():
            regions = ["24"] if name == "centraider" else []
            said = {"name": name, "title": name.title(), "url": url, "regions": regions, "local": True}
            add_source(home, SourceFile.model_validate(said))
        assert run_hub("cycle", home=home).exit_code == 3
    return folder


@contextmanager
def copied_federation(lived: Path, folder: Path) -> Iterator[Federation]:
    """The same once more, served."""
    node = copytree(lived / "node", folder / "node")
    with directories(node) as urls:
        home = copied(lived / "hub", folder / "hub", urls)
        with open_hub(home) as hub, serving(working_app(hub)) as door:
            path = node / "node.toml"
            path.write_text(path.read_text().replace("http://127.0.0.1:1", door))
            yield Federation(open_home(node), hub, door)
