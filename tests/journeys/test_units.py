"""The example units of systemd say what systemd understands."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_has_nothing_to_say_of_the_units(tmp_path: Path) -> None:
    commands = Path(sys.executable).parent
    for unit in UNITS.iterdir():
        said = unit.read_text().replace("/opt/rrma-hub/.venv/bin", str(commands))
        (tmp_path / unit.name).write_text(said.replace("/opt/rrma-hub", str(UNITS.parents[1])))

    verified = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )

    # It ends with 0 even when a key is misspelt, and only complains.
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
