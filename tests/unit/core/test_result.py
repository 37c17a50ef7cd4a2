"""What a report sums up, and the exit code it becomes."""

from decimal import Decimal

import pytest

from plugin.core.build import Build, Host
from plugin.core.errors import Exit
from plugin.core.result import CheckResult, Cost, Leftover, Report, exit_code
from plugin.core.verdict import Verdict


def result_of(verdict: Verdict, *, name: str = "a", usd: str = "", left: str = "") -> CheckResult:
    cost = Cost(
        usd=Decimal(usd or 0),
        dpu_seconds=Decimal(1),
        usd_per_dpu_hour=Decimal(1),
        is_measured=True,
        formula="",
    )
    leftover = Leftover(kind="job", name=left, reason="no")
    return CheckResult(
        name=name,
        script="a.py",
        verdict=verdict,
        cost=cost if usd else None,
        leftovers=(leftover,) if left else (),
    )


def report_of(*results: CheckResult) -> Report:
    return Report(
        build=Build(host=Host.PLAIN),
        build_id="0a1b2c3d4e5f",
        engine="glue",
        started_at="2026-03-01T09:30:00Z",
        seconds=1.0,
        results=results,
    )


def test_report__no_checks__is_skipped_and_has_no_spotlight():
    report = report_of()

    assert report.verdict is Verdict.SKIPPED
    assert report.spotlight is None
    assert report.cost_usd == 0
    assert report.leftovers == ()


def test_report__several_checks__sums_up_and_shows_the_first_bad_one():
    results = (
        result_of(Verdict.PASSED, name="good", usd="0.01"),
        result_of(Verdict.SKIPPED, name="none"),
        result_of(Verdict.CANCELLED, name="stopped", left="job-1"),
        result_of(Verdict.FAILED, name="bad", usd="0.02", left="job-2"),
    )

    report = report_of(*results)

    assert report.verdict is Verdict.FAILED
    assert report.spotlight is results[2]
    assert report.cost_usd == Decimal("0.03")
    assert [item.name for item in report.leftovers] == ["job-1", "job-2"]
    assert [report.count(verdict) for verdict in Verdict] == [1, 1, 1, 1, 0]


def test_report__all_good__shows_the_first():
    results = (result_of(Verdict.SKIPPED, name="none"), result_of(Verdict.PASSED))

    assert report_of(*results).spotlight is results[0]


@pytest.mark.parametrize(
    ("verdict", "signal", "reporter_failed", "expected"),
    [
        (Verdict.ERRORED, None, False, 3),
        (Verdict.ERRORED, Exit.SIGTERM, True, 3),
        (Verdict.FAILED, None, True, 1),
        (Verdict.FAILED, Exit.SIGINT, False, 1),
        (Verdict.CANCELLED, Exit.SIGINT, False, 130),
        (Verdict.CANCELLED, Exit.SIGTERM, True, 143),
        (Verdict.CANCELLED, None, False, 3),
        (Verdict.PASSED, None, False, 0),
        (Verdict.PASSED, None, True, 4),
        (Verdict.SKIPPED, None, False, 0),
        (Verdict.SKIPPED, None, True, 4),
    ],
)
def test_exit_code__each_end__is_as_promised(verdict, signal, reporter_failed, expected):
    assert exit_code(verdict, signal=signal, reporter_failed=reporter_failed) == expected
