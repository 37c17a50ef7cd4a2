"""What is said of the runs before."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.render.comparing import arrow, comparison
from plugin.core.result import Comparison, Finding, PastRun
from plugin.core.verdict import Verdict
from tests.unit.reporters.samples import COMMIT, COMPARED, COST, PASSED

BEFORE = PastRun(
    verdict=Verdict.PASSED,
    started_at="2026-02-20T06:00:00Z",
    commit=COMMIT,
    seconds=PASSED.seconds,
    cost_usd=COST.usd,
    findings=PASSED.findings,
)


def rows_of(before: PastRun = BEFORE, **now: Any) -> dict[str, tuple[str, ...]]:
    """The rows of the table by their first cell: change, before, now."""
    result = replace(PASSED, comparison=Comparison(branch="main", runs=(before,)), **now)
    lines = next(comparison(result)).splitlines()[2:]
    cells = [line.replace("\N{NO-BREAK SPACE}", " ").strip("| ").split(" | ") for line in lines]
    return {row[0]: tuple(row[1:]) for row in cells}


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("100", "100", "→"),
        ("100", "104.9", "→"),
        ("100", "95.1", "→"),
        ("100", "105", "↑ 5 (+5 %)"),
        ("100", "50", "↓ 50 (−50 %)"),
        ("0", "3", "↑ 3"),
        ("1", "10.99", "↑ 9.99 (+999 %)"),
        ("1", "10.995", "↑ 9.995 (over 999 %)"),
        ("1E-9", "1", "↑ 0.999999999 (over 999 %)"),
        ("1E-999999", "1", "↑ 1.000000000000000000000000000"),
        ("0", "0", "→"),
        ("-10", "10", "↑ 20 (+200 %)"),
        ("-10", "-20", "↓ 10 (−100 %)"),
        ("100", "1", "↓ 99 (−99 %)"),
    ],
)
def test_arrow__a_change__is_said_in_both_ways_and_noise_is_not(before, now, expected):
    said = arrow(Decimal(before), Decimal(now), str)

    assert said.replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize("past", [None, Comparison(branch="main", runs=())])
def test_comparison__no_past__says_nothing(past):
    assert list(comparison(replace(PASSED, comparison=past))) == []


def test_comparison__the_same_again__has_time_and_cost_without_arrows():
    assert rows_of() == {
        "Time": ("→", "1 min 12 s", "1 min 12 s"),
        "Cost": ("→", "`$0.0147`", "`$0.0147`"),
    }


def test_comparison__it_cost_nothing_before__is_still_a_cost():
    assert rows_of(replace(BEFORE, cost_usd=Decimal(0)))["Cost"][0].startswith("↑")
    assert "Cost" not in rows_of(replace(BEFORE, cost_usd=Decimal(-1)))
    assert "Cost" not in rows_of(replace(BEFORE, cost_usd=None))


def test_comparison__slower_dearer_and_failed__shows_each_with_its_arrow():
    cost = replace(COST, usd=Decimal("0.0294"))

    rows = rows_of(verdict=Verdict.FAILED, seconds=144.04, cost=cost)

    assert rows["Verdict"] == ("changed", "✅ passed", "❌ failed")
    assert rows["Time"] == ("↑ 1 min 12 s (+100 %)", "1 min 12 s", "2 min 24 s")
    assert rows["Cost"] == ("↑ `$0.0147` (+100 %)", "`$0.0147`", "`$0.0294`")


def test_comparison__on_another_machine__says_so_before_all_that_follows_from_it():
    before = replace(BEFORE, glue_version="4.0", capacity="G.1X × 2")

    rows = rows_of(before, glue_version="5.0", capacity="G.2X × 10")

    assert rows["Runs on"] == ("changed", "Glue 4.0, G.1X × 2", "Glue 5.0, G.2X × 10")
    assert list(rows)[:2] == ["Runs on", "Time"]


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (("5.0", "G.1X × 2"), ("5.0", "G.1X × 2")),
        (("", ""), ("5.0", "G.1X × 2")),
        (("5.0", "G.1X × 2"), ("", "")),
    ],
)
def test_comparison__on_the_same_or_an_unknown_machine__says_nothing_of_it(then, now):
    before = replace(BEFORE, glue_version=then[0], capacity=then[1])

    assert "Runs on" not in rows_of(before, glue_version=now[0], capacity=now[1])


@pytest.mark.parametrize("cost", [None, Decimal("NaN"), Decimal(-1), Decimal("1E+40")])
def test_comparison__a_cost_that_nobody_knows__is_left_out(cost):
    assert "Cost" not in rows_of(replace(BEFORE, cost_usd=cost))


def test_comparison__it_never_ran_now__compares_no_cost():
    assert "Cost" not in rows_of(cost=None)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0])
def test_comparison__a_time_that_cannot_be__counts_as_none(seconds):
    assert rows_of(replace(BEFORE, seconds=seconds))["Time"] == (
        "↑ 1 min 12 s", "0 s", "1 min 12 s",
    )  # fmt: skip


def test_comparison__less_than_a_second__is_a_time():
    rows = rows_of(replace(BEFORE, seconds=0.4), seconds=0.8)

    assert rows["Time"] == ("↑ 0.4 s (+100 %)", "0.4 s", "0.8 s")


def test_comparison__findings__tells_new_gone_broken_and_mended_the_bad_ones_first():
    before = (
        Finding(name="broke", ok=True, value="a"),
        Finding(name="mended", ok=False, value="b"),
        Finding(name="same", ok=True, value="c"),
        Finding(name="left", ok=True),
    )
    now = (
        Finding(name="same", ok=True, value="d"),
        Finding(name="mended", ok=True, value="e"),
        Finding(name="broke", ok=False, value="f"),
        Finding(name="came", ok=True, value="g"),
    )

    rows = rows_of(replace(BEFORE, findings=before), findings=now)

    assert list(rows.items())[2:] == [
        ("broke", ("no longer ok", "✅ a", "❌ f")),
        ("mended", ("ok again", "❌ b", "✅ e")),
        ("came", ("new", "–", "✅ g")),
        ("left", ("gone", "✅", "–")),
    ]


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        ("5120", "3376", "↓ 1744 (−34 %)"),
        ("10 %", "20 %", "↑ 10 % (+100 %)"),
        ("1.5 GB", "3 GB", "↑ 1.5 GB (+100 %)"),
        ("100", "101", None),
        ("1 GB", "900 MB", None),
        ("2026-01-01", "2026-01-02", None),
        ("9" * 400, "1", None),
        ("٣", "٩", None),
    ],
)
def test_comparison__the_number_of_a_finding__has_an_arrow_where_it_moved(before, now, change):
    rows = rows_of(
        replace(BEFORE, findings=(Finding(name="rows", ok=True, value=before),)),
        findings=(Finding(name="rows", ok=True, value=now),),
    )

    assert rows.get("rows", (None,))[0] == change


def test_comparison__more_changes_than_shown__says_how_many():
    many = tuple(Finding(name=f"f{number}", ok=True) for number in range(40))

    rows = rows_of(findings=many)

    assert rows["and 12 more findings"] == ("see report.json", "–", "–")


def test_comparison__as_many_changes_as_are_shown__says_nothing_of_more():
    rows = rows_of(
        replace(BEFORE, findings=()),
        findings=tuple(Finding(name=f"f{number}", ok=True) for number in range(30)),
    )

    assert not [name for name in rows if "more" in name]


def test_comparison__long_texts__are_cut_so_that_the_table_is_read():
    long = "x" * 299
    finding = Finding(name=long, ok=True, value=long)
    past = replace(BEFORE, started_at=long, glue_version="4.0", capacity=long, findings=(finding,))
    branch = Comparison(branch=long, runs=(past,))

    said = "".join(comparison(replace(PASSED, glue_version="5.0", comparison=branch)))

    assert "x" * 81 not in said


def test_comparison__one_run__has_no_chart_and_twenty_have():
    assert (
        list(comparison(replace(PASSED, comparison=Comparison(branch="m", runs=(BEFORE,)))))[-1]
        == ""
    )
    chart = list(comparison(COMPARED))[-1]
    assert "The last 20 runs took 58 s to 1 min 2 s, half of them under 1 min 0 s" in chart


def test_comparison__two_runs__have_a_chart():
    past = Comparison(branch="m", runs=(BEFORE, BEFORE))

    assert "The last 2 runs took" in list(comparison(replace(PASSED, comparison=past)))[-1]


def test_comparison__a_branch_and_time_that_nobody_knows__still_make_a_table():
    past = replace(BEFORE, started_at="", commit="")

    parts = list(comparison(replace(PASSED, comparison=Comparison(branch="", runs=(past,)))))

    assert parts[0].startswith("| Compared with before |")
    assert parts[1] == ""


@given(st.lists(st.floats(), min_size=1, max_size=20), st.floats())
def test_comparison__any_times__never_raises(times, now):
    runs = tuple(replace(BEFORE, seconds=seconds) for seconds in times)

    assert list(
        comparison(replace(PASSED, seconds=now, comparison=Comparison(branch="m", runs=runs)))
    )
