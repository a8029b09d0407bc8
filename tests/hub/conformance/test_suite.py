"""What a report says and does not say, within which bounds, and of nodes that cannot be read."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.conformance.bounds import Bounds
from hub.conformance.ledger import Ledger, Verdict
from hub.conformance.report import Report, findings
from hub.conformance.suite import conformance
from hub.conformance.table import Severity, checks
from tests.hub.conformance.third_node import ThirdNode, serving

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def verdicts(report: Report) -> dict[str, Verdict]:
    return {finding.check.code: finding.verdict for finding in report.findings}


def test_a_report_names_every_check_once_with_its_rule_in_two_languages() -> None:
    with serving(ThirdNode()) as url:
        report = conformance(url, NOW).as_json()

    assert [check["code"] for check in report["checks"]] == list(checks())
    assert all(check["rule"]["en"] and check["rule"]["fr"] for check in report["checks"])
    assert report["format"] == "rrma-conformance/1"
    assert report["checked_at"] == "2026-11-23T12:00:00Z"
    assert sum(report["counts"].values()) == len(checks())
    assert report["conforms"] is True


def test_advice_alone_leaves_a_node_conforming_and_says_what_to_do() -> None:
    class Careless(ThirdNode):
        def manifest(self) -> dict[str, object]:
            return ThirdNode.manifest(self) | {"generated_at": "2099-01-01T00:00:00Z"}

    with serving(Careless()) as url:
        report = conformance(url, NOW)

    assert report.conforms
    assert (report.counts["failed"], report.counts["advised"]) == (0, 1)
    told = next(check for check in report.as_json()["checks"] if check["code"] == "manifest-time")
    assert told["do"] == {"en": checks()["manifest-time"].do_en, "fr": checks()["manifest-time"].do_fr}
    text = report.as_text()
    assert "warn manifest-time" in text
    assert checks()["manifest-time"].do_fr in text
    assert "The node conforms" in text


def test_a_report_never_repeats_what_a_record_holds() -> None:
    secret = "Zorglub"

    class Indiscreet(ThirdNode):
        def fill(self) -> None:
            self.put(
                "actor",
                "A-1",
                {"name": secret, "type": secret, "description": [secret], "email": f"{secret}@gmail.com"},
            )
            self.put(
                "actor", "A-2", {"name": secret, "type": "ASSO-JUM", "contacts": [{"name": secret}], "nir": secret}
            )
            self.put("actor", "A-3", {"name": secret, "type": "COLL-COM", "siren": secret, "founded_on": secret})
            self.delete("actor", "A-4", reason=secret)

        def hash(self, record: dict[str, object]) -> str:
            return secret

    with serving(Indiscreet()) as url:
        report = conformance(url, NOW)

    assert not report.conforms
    assert secret not in json.dumps(report.as_json()) + report.as_text()


def test_past_the_bounds_the_snapshot_still_proves_a_node_whole() -> None:
    class Larger(ThirdNode):
        def fill(self) -> None:
            for number in range(2_500):
                # The last one of all is bad: only a reader of everything sees it.
                kind = "COLL-COM" if number < 2_499 else "CLUB"
                self.put("actor", f"A-{number}", {"name": f"Comité {number}", "type": kind})

    few = Bounds(change_lines=1_000, small_pages=2, whole_records=100, one_in=1_000)
    with serving(Larger()) as url:
        bounded = verdicts(conformance(url, NOW, bounds=few))
        whole = verdicts(conformance(url, NOW, bounds=Bounds(small_pages=2)))

    assert (bounded["changes-proof"], bounded["tombstone"]) == (Verdict.SKIPPED, Verdict.SKIPPED)
    assert (bounded["snapshot-digest"], bounded["digests-sum"]) == (Verdict.PASSED, Verdict.PASSED)
    assert (bounded["record-fit"], bounded["changes-paging"]) == (Verdict.PASSED, Verdict.PASSED)
    assert (whole["changes-proof"], whole["record-fit"]) == (Verdict.PASSED, Verdict.FAILED)


def test_a_node_that_answers_slower_than_the_least_pace_is_given_up() -> None:
    # No wait: over any time at all, nothing is fast enough for this pace.
    hasty = replace(Bounds(small_pages=1), slow_after_s=0.0, min_rate=1 << 60)

    with serving(ThirdNode()) as url:
        report = conformance(url, NOW, bounds=hasty)

    assert verdicts(report)["answer-pace"] is Verdict.FAILED


def test_nobody_listening_is_told_and_all_else_is_left_out() -> None:
    with serving(ThirdNode()) as url:
        pass

    report = conformance(url, NOW)

    found = verdicts(report)
    assert {code for code, verdict in found.items() if verdict is Verdict.FAILED} == {"answer-whole", "manifest-found"}
    assert found["snapshot-digest"] is Verdict.SKIPPED
    assert (report.network, report.software, report.seq) == (None, None, None)
    assert not report.conforms


def test_a_remote_address_without_tls_is_advised() -> None:
    """A name that no resolver knows: what its address begins with is all that is looked at."""
    found = conformance("http://node.invalid/feed", NOW)
    local = conformance("http://127.0.0.1:9/", NOW)

    assert verdicts(found)["answer-tls"] is Verdict.FAILED
    assert verdicts(local)["answer-tls"] is Verdict.SKIPPED


def test_what_is_told_is_bounded_and_printable() -> None:
    ledger = Ledger()
    for number in range(10):
        ledger.broken("line-json", f"line {number} \x1b[31m" + "x" * 1_000)

    finding = next(one for one in findings(ledger.entries) if one.check.code == "line-json")

    assert finding.times == 10
    assert len(finding.seen) == 3
    assert all(len(text) <= 200 and text.isprintable() for text in finding.seen)


def test_an_entry_that_no_check_has_is_a_fault_of_the_suite() -> None:
    ledger = Ledger()
    ledger.held("no-such-check")

    with pytest.raises(KeyError, match="no-such-check"):
        findings(ledger.entries)


def test_the_table_speaks_in_whole_sentences_and_knows_both_severities() -> None:
    texts = [text for check in checks().values() for text in (check.en, check.fr, check.do_en, check.do_fr)]

    assert [text for text in texts if not text.endswith(".")] == []
    assert {check.severity for check in checks().values()} == set(Severity)
