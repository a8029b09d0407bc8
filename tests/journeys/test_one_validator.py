"""Node and hub judge alike: whatever a row holds, its network is told at home what the nation would say."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import mapping as mappings
from hub.quality.gate import OUTSIDE_PERIMETER, examine
from node.border import Border
from node.reading import read
from schemas.canonical import content_hash
from schemas.feed import Put
from schemas.record import Issue
from schemas.registry import LATEST
from tests.node.nodes import HEADINGS, MAPPING, row, write_csv

PERIMETER = ("24",)
CELLS = st.one_of(
    st.sampled_from(
        ["", "12", "=1+1", "37000", "44000", "Nantes", "2026-02-31", "oui", "EAU", "FR", "ML", "999999999"]
    ),
    st.sampled_from(["pas une adresse", "x@orange.fr", "https://ok.example.org", "ASSO", "91.5", "<b>gras</b>"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12),
)
ROWS = st.dictionaries(st.sampled_from(sorted({*HEADINGS} - {"Code"})), CELLS, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=ROWS)
def test_a_row_is_told_at_home_what_the_gate_of_the_hub_would_say(tmp_path: Path, cells: dict[str, str]) -> None:
    (tmp_path / "annuaire.toml").write_text(MAPPING.format(name="annuaire"), "utf-8")
    mapping = mappings.load(tmp_path / "annuaire.toml")
    file = write_csv(tmp_path / "lignes.csv", [row("A-1", **cells)])
    border = Border(publish_association_addresses=True, matching_key=None)

    [candidate] = read(file, mapping, border=border, perimeter=PERIMETER).candidates
    [mapped] = [mappings.apply(mapping, raw) for raw in mappings.open_for(mapping, file).rows]
    payload = mapped.payload or {}
    of_the_mapping = [found.issue for found in mapped.issues]
    at_home = [found.issue for found in candidate.issues if found.issue not in of_the_mapping]
    put = Put(seq=1, collection="actor", id="A-1", hash=content_hash(payload), record=payload)
    at_the_hub = examine(put, LATEST["actor"], PERIMETER).issues

    assert [told(issue) for issue in at_home] == [told(issue) for issue in at_the_hub]


def told(issue: Issue) -> tuple[str, str, str, str]:
    """As both say it; on the perimeter the hub is stricter, and the node says so in its message."""
    severity = "error" if issue.code == OUTSIDE_PERIMETER else str(issue.severity)
    return issue.code, issue.pointer, severity, issue.message
