"""A snapshot: the contents of a release written down, to be walked by any process."""

import pickle
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.distributions.contents import (
    Contents,
    IssuedId,
    MemberRow,
    PublicLine,
    open_identifiers,
    open_members,
    outline,
)
from hub.distributions.snapshot import take

NAMES = [f"{number:04}" for number in range(1_200)]  # more than a batch


def contents(closed: set[str]) -> Contents:
    return Contents(
        lines={"actor": [PublicLine(each, b'{"id":"%b"}' % each.encode(), each not in closed) for each in NAMES]},
        members=[
            MemberRow("actor", each, network, f"{network}-{each}", None, b"{}")
            for each in NAMES
            for network in ("n1", "n2")
        ],
        identifiers=[
            *(IssuedId(each, "actor", "live") for each in NAMES),
            *(IssuedId(f"X{each}", "actor", "redirect", each) for each in NAMES),
        ],
    )


@settings(max_examples=15)
@given(st.sets(st.sampled_from(NAMES)))
def test_what_is_not_open_is_told_from_a_file_as_from_memory(closed: set[str]) -> None:
    plain = contents(closed)
    with TemporaryDirectory() as folder:
        snapshot = pickle.loads(pickle.dumps(take(plain, Path(folder))))
        expected, found = outline(plain), outline(snapshot)

        members = {row.national_id for row in open_members(snapshot, "actor", found.closed)}
        identifiers = [row.id for row in open_identifiers(snapshot, found.closed)]

    assert replace(found, closed=expected.closed) == expected
    assert members == set(NAMES) - closed
    assert identifiers == [f"{before}{each}" for before in ("", "X") for each in NAMES if each not in closed]
    assert found.members["actor"].count == 2 * len(members)
    assert found.identifiers.count == len(identifiers)
