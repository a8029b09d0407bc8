"""The README lists every check with its severity and rule, every option, and the bounds that are in force."""

import re
from pathlib import Path

import typer

from hub import conformance
from hub.conformance.bounds import Bounds
from hub.conformance.command import app
from hub.conformance.table import checks

FOLDER = Path(conformance.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")


def test_every_check_is_listed_in_order_and_no_other() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \| (must|should) \| (.+) \|$", README, re.MULTILINE)

    assert listed == [(check.code, check.severity.value, check.en) for check in checks().values()]


def test_every_option_is_told() -> None:
    command = typer.main.get_command(app)
    options = {option for one in command.params for option in one.opts if option.startswith("--")}

    assert {option for option in options if "completion" not in option} == {"--json", "--token-file"}
    assert "rrma-hub conformance" in README
    assert "--json " in README
    assert "--token-file " in README


def test_every_module_is_told() -> None:
    assert [
        path.name for path in FOLDER.glob("*.py") if path.stem != "__init__" and f"`{path.name}`" not in README
    ] == []


def test_the_bounds_told_are_the_ones_in_force() -> None:
    bounds = Bounds()

    assert f"the first {bounds.whole_records:,}, then one in {bounds.one_in};" in README
    assert f"| {bounds.change_lines:,} lines;" in README
    assert f"| {bounds.small_pages} pages each," in README
    assert f"| {bounds.samples} of each," in README
    assert f"{bounds.snapshot_bytes >> 30} GiB decompressed" in README
    assert f"{bounds.most_bytes >> 20} MiB decompressed, {bounds.max_ratio} times" in README
    assert f"{bounds.slow_after_s:.0f} s, {bounds.timeout_s:.0f} s between two reads" in README
