"""The charts, held against models of Mermaid's grammars."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.core.render.chart import bars_of_runs, gantt
from plugin.core.result import Phase
from tests.unit.reporters.readers import HOSTILE_TEXT, bars_of, gantt_rows_of, mermaid_of
from tests.unit.reporters.samples import PHASES

PARTS = st.builds(Phase, name=HOSTILE_TEXT, start=st.floats(), seconds=st.floats())


def ticks_of(chart: str) -> str:
    return next(line.split()[1] for line in chart.splitlines() if "tickInterval" in line)


@settings(max_examples=40)
@given(st.lists(PARTS, max_size=3).map(tuple))
def test_gantt__any_phases__are_a_chart_with_a_row_each_or_nothing(phases):
    chart = gantt(phases)

    if chart:
        rows = gantt_rows_of(*mermaid_of(chart))
        assert len(rows) == len(phases)
        assert all(begin <= end for _, _, begin, end in rows)


@given(st.lists(st.floats(), max_size=20).map(tuple), st.floats())
def test_bars_of_runs__any_times__are_a_chart_with_a_bar_each(past, now):
    names, series = bars_of(*mermaid_of(bars_of_runs((*past, 1.0), now)))

    assert len(names) == len(series[0]) == len(past) + 2
    assert len(series[1]) == len(past) + 1
    assert names[-1] == "now"


def test_gantt__more_phases_than_there_are__has_an_end():
    many = tuple(Phase(name="a", start=float(at), seconds=1.0) for at in range(500))

    assert len(gantt_rows_of(*mermaid_of(gantt(many)))) == 12


def test_gantt__the_phases_of_a_check__begin_and_end_where_they_did():
    rows = gantt_rows_of(*mermaid_of(gantt(PHASES)))

    first = rows[0][2]
    assert [(name, label) for name, label, _, _ in rows] == [
        ("upload", "0.4 s"), ("queue", "9 s"), ("start-up", "31 s"), ("run", "30 s"),
        ("clean-up", "1.6 s"),
    ]  # fmt: skip
    assert [(begin - first).total_seconds() for _, _, begin, _ in rows] == [
        0.0, 0.42, 9.42, 40.42, 70.42,
    ]  # fmt: skip
    assert (rows[-1][3] - first).total_seconds() == 72.02


@pytest.mark.parametrize(
    ("seconds", "tick", "axis"),
    [
        (0.5, "1second", "%M:%S"),
        (7, "1second", "%M:%S"),
        (72, "15second", "%M:%S"),
        (600, "2minute", "%M:%S"),
        (3_601, "10minute", "%H:%M"),
        (40_000, "2hour", "%H:%M"),
        (10_000_000, "1day", "%H:%M"),
    ],
)
def test_gantt__short_and_long_runs__have_few_ticks(seconds, tick, axis):
    chart = gantt((Phase(name="run", start=0.0, seconds=float(seconds)),))

    assert ticks_of(chart) == tick
    assert f"axisFormat {axis}" in chart


@pytest.mark.parametrize("phases", [(), (Phase(name="run", start=0.0, seconds=0.0),)])
def test_gantt__no_time__is_no_chart(phases):
    assert gantt(phases) == ""


def test_bars_of_runs__long_runs__are_counted_in_minutes():
    chart = bars_of_runs((1_200.0, 1_800.0), 600.0)

    assert '"minutes"' in chart
    assert bars_of(*mermaid_of(chart))[1] == [[20.0, 30.0, 10.0], [20.0, 30.0]]


@pytest.mark.parametrize(
    ("longest", "unit", "bars"),
    [(600.0, "seconds", [61.4, 600.0]), (606.0, "minutes", [1.0, 10.1])],
)
def test_bars_of_runs__the_longest_above_ten_minutes__counts_all_in_minutes(longest, unit, bars):
    chart = bars_of_runs((61.4,), longest)

    assert f'"{unit}"' in chart
    assert bars_of(*mermaid_of(chart))[1] == [bars, bars[:1]]


def test_bars_of_runs__no_time_at_all__has_an_axis_that_is_not_empty():
    assert bars_of(*mermaid_of(bars_of_runs((0.0,), 0.0)))[1] == [[0.0, 0.0], [0.0]]
