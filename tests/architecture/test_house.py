"""What keeps the repository liveable for whoever clones it next."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGES = ("connectors", "hub", "node", "schemas")
FOLDERS = {*PACKAGES, "tests", "deploy", "requirements", ".ci"}
FILES = {
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "Makefile", "pyproject.toml"),
    *(".gitignore", ".gitattributes", ".editorconfig"),
}

# Written with [.] and [/] so that this file does not name them either.
REGISTRIES = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)|registry[.]yarnpkg[.]com|deb[.]debian[.]org|proxy[.]golang[.]org"
)
MACHINE_PATHS = re.compile(r"(?<![\w./-])(/root[/]|/work[/](main|shared)|/home[/]\w+/|/tmp[/]\w+/)")
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ ;]+)", re.MULTILINE)

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())


def committed() -> list[str]:
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT)]
    return subprocess.run([*git, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout.split("\0")[:-1]


def pins(name: str) -> dict[str, set[str]]:
    """The versions a lock file pins for each distribution: more than one where they differ by Python version."""
    found: dict[str, set[str]] = {}
    for pin in PIN.finditer((ROOT / "requirements" / name).read_text()):
        found.setdefault(canonicalize_name(pin["name"]), set()).add(pin["version"])
    return found


def group(name: str) -> list[str]:
    """The requirements of a dependency group and of the groups it includes."""
    declared = PROJECT["dependency-groups"][name]
    return list(chain.from_iterable([d] if isinstance(d, str) else group(d["include-group"]) for d in declared))


def test_the_root_holds_only_what_has_a_place_there() -> None:
    files = [Path(name) for name in committed()]

    assert {path.parts[0] for path in files if len(path.parts) > 1} <= FOLDERS
    assert {path.name for path in files if len(path.parts) == 1} <= FILES


def test_no_committed_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    bad = []
    for name in committed():
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" in content or name.endswith((".min.js", ".min.css")):
            continue
        text = content.decode("utf-8", errors="replace")
        bad += [f"{name}: {match[0]}" for rule in (REGISTRIES, MACHINE_PATHS) for match in rule.finditer(text)]

    assert bad == []


def test_no_lock_file_that_names_hosts_is_committed() -> None:
    assert not {Path(name).name for name in committed()} & {"uv.lock", "pylock.toml", "poetry.lock"}


@pytest.mark.parametrize("name", ["bootstrap.txt", "runtime.txt", "dev.txt", "spark.txt"])
def test_every_locked_distribution_carries_a_hash(name: str) -> None:
    lines = (ROOT / "requirements" / name).read_text().replace("\\\n", "").splitlines()
    requirements = [line for line in lines if line and not line.lstrip().startswith("#")]

    assert requirements
    assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("bootstrap.txt", group("bootstrap")),
        ("runtime.txt", PROJECT["project"]["dependencies"] + group("build")),
        ("dev.txt", PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["postgres"]),
        ("dev.txt", group("dev")),
        ("spark.txt", PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["spark"]),
    ],
)
def test_the_lock_holds_what_is_declared(name: str, declared: list[str]) -> None:
    locked = pins(name)
    wanted = [Requirement(line) for line in declared]

    assert [str(one) for one in wanted if canonicalize_name(one.name) not in locked] == []
    assert [
        str(one) for one in wanted for version in locked[canonicalize_name(one.name)] if version not in one.specifier
    ] == []


def test_what_runs_is_what_was_tested() -> None:
    tested = pins("spark.txt") | pins("dev.txt")
    running = [*pins("runtime.txt").items(), *pins("spark.txt").items()]

    assert {name: versions for name, versions in running if tested.get(name) != versions} == {}


def test_no_dependency_owns_a_package_of_our_name() -> None:
    owners = packages_distributions()

    assert {name: owners.get(name, []) for name in PACKAGES if set(owners.get(name, [])) - {"rrma-hub"}} == {}


@pytest.mark.parametrize("script", sorted(PROJECT["project"]["scripts"]))
def test_a_program_starts_and_says_what_it_can_do(script: str) -> None:
    path = Path(sys.executable).with_name(script)

    answer = subprocess.run([path, "--help"], capture_output=True, text=True, timeout=60, check=False)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert script in answer.stdout


def test_no_program_hides_another_well_known_one() -> None:
    assert not {"node", "hub", "schemas"} & set(PROJECT["project"]["scripts"])


@pytest.mark.parametrize("folder", sorted(FOLDERS - {".ci", "requirements"}))
def test_every_top_folder_says_what_it_is_for(folder: str) -> None:
    assert (ROOT / folder / "README.md").read_text().startswith("# ")


def test_the_readme_gives_the_two_commands_that_ci_and_a_visitor_run() -> None:
    readme = (ROOT / "README.md").read_text()

    assert "make demo" in readme
    assert "make test" in readme
