"""Every way to break the protocol is caught by the check of its name."""

from datetime import UTC, datetime

import pytest

from hub.conformance.ledger import Verdict
from hub.conformance.suite import conformance
from hub.conformance.table import Severity, checks
from tests.hub.conformance.broken_nodes import VARIANTS, Variant
from tests.hub.conformance.third_node import serving

NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
# Loopback has no TLS to leave out: see test_http.
ELSEWHERE = {"answer-tls"}


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: f"{variant.code}: {variant.what}")
def test_a_broken_node_is_caught_by_the_name_of_what_it_breaks(variant: Variant) -> None:
    with serving(variant.node()) as url:
        report = conformance(url, NOW, token=variant.token, bounds=variant.bounds)

    failed = [finding for finding in report.findings if finding.verdict is Verdict.FAILED]
    assert variant.code in [finding.check.code for finding in failed]
    assert report.conforms == all(finding.check.severity is Severity.SHOULD for finding in failed)
    assert report.conforms <= (checks()[variant.code].severity is Severity.SHOULD)


def test_every_check_has_a_node_that_breaks_it() -> None:
    assert {variant.code for variant in VARIANTS} | ELSEWHERE == set(checks())
