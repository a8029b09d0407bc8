"""Statistics as JSON-stat and as one table: valid by a third party, and number by number those of statistics.json."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonstat_validator import validate_jsonstat

from hub.distributions import tabulated
from hub.model.imprint import UNSIGNED
from hub.statistics import POPULATIONS, Statistics
from schemas.canonical import JSON
from tests.hub.distributions.lines import actor, project, real_actors

lines = st.lists(
    st.tuples(
        st.sampled_from(list(POPULATIONS)),
        st.lists(st.sampled_from(["SN", "ML", "MG"]), unique=True),
        st.lists(st.sampled_from(["EAU", "SANT"]), unique=True),
    ),
    max_size=8,
)


def counted(*lines: tuple[str, JSON, str]) -> JSON:
    statistics = Statistics({"bretagne": "Réseau Bretagne Solidaire", "gescod": "Gescod"})
    for collection, line, narrowest in lines:
        statistics.add(collection, line, narrowest)
    return statistics.as_json()


def test_a_real_directory_is_valid_jsonstat(tmp_path: Path) -> None:
    told = counted(*(("actor", line, "open") for line in real_actors()), ("project", project(), "open"))

    tabulated.write(tmp_path, told, UNSIGNED)

    collection = orjson.loads((tmp_path / tabulated.JSONSTAT).read_bytes())
    assert validate_jsonstat(collection)
    datasets = collection["link"]["item"]
    assert len(datasets) > 30
    for dataset in datasets:
        assert validate_jsonstat(dataset)
        assert [len(dataset["value"])] == dataset["size"]  # which the validator does not look at


@given(lines=lines)
def test_both_files_tell_every_number(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, list[str], list[str]]]
) -> None:
    told = counted(
        *(
            ("actor", actor(str(at), countries=[{"code": code} for code in countries], sectors=sectors), narrowest)
            for at, (narrowest, countries, sectors) in enumerate(lines)
        )
    )
    folder = tmp_path_factory.mktemp("told")

    tabulated.write(folder, told, UNSIGNED)

    every = tabulated.cells(told)
    assert tabulated.of_table(folder / tabulated.TABLE) == every
    assert tabulated.of_jsonstat(folder / tabulated.JSONSTAT) == {cell: n for cell, n in every.items() if cell[2]}


def test_a_value_too_few_is_seen(tmp_path: Path) -> None:
    tabulated.write(tmp_path, counted(("actor", actor(countries=[{"code": "SN"}]), "open")), UNSIGNED)
    path = tmp_path / tabulated.JSONSTAT
    said = orjson.loads(path.read_bytes())
    said["link"]["item"][0]["value"].pop()
    path.write_bytes(orjson.dumps(said))

    with pytest.raises(ValueError, match="1 categories, 0 values"):
        tabulated.of_jsonstat(path)
