"""Our charts, read by Mermaid itself (a package of requirements/node)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plugin.core.render import markdown
from plugin.core.render.chart import bars_of_runs, gantt
from plugin.core.result import Phase
from tests.unit.reporters.readers import gantt_rows_of, mermaid_of
from tests.unit.reporters.samples import HOSTILE, HOSTILE_TOKENS, PAGES

NODE = Path(sys.prefix) / "bin" / "node"
MODULES = Path(sys.prefix) / "node"

TRICKS = (
    *HOSTILE_TOKENS, HOSTILE, "a;b", "a#b", "a:b", "#35;x", "%% x", "%%{init: {}}%%", "section x",
    "title x", "click a call alert(1)", 'a" b', "x-axis [a]", "done, crit", "end", "gantt", "---\n",
    "after a", "accTitle: x", "excludes weekends", "todayMarker on", "<b>x</b>", "x\n    1 s :0, 1",
)  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (MODULES / "node_modules" / "mermaid").is_dir(), reason="no node: make .venv/.tools"
    ),
]


def read(*charts: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        (str(NODE), str(Path(__file__).with_name("read_mermaid.cjs"))),
        input=json.dumps({"modules": str(MODULES), "charts": charts}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_mermaid__the_charts_of_every_page__are_understood_as_they_are_meant():
    charts = [chart for report in PAGES.values() for chart in mermaid_of(markdown(report))]

    for chart, seen in zip(charts, read(*charts), strict=True):
        is_gantt = "\ngantt\n" in chart
        rows = gantt_rows_of(chart) if is_gantt else []
        assert seen == {
            "type": "gantt" if is_gantt else "xychart",
            "rows": [
                [name, label, round((end - begin).total_seconds() * 1_000)]
                for name, label, begin, end in rows
            ],
        }


def test_mermaid__hostile_names_of_phases__are_two_rows_and_no_more():
    charts = [
        gantt((Phase(name=trick, start=0.0, seconds=2.0), Phase(name="b", start=2.0, seconds=1.0)))
        for trick in TRICKS
    ]

    seen = read(*(chart for text in charts for chart in mermaid_of(text)))

    assert len(seen) == len(TRICKS)
    assert [len(answer.get("rows", ())) for answer in seen] == [2] * len(TRICKS)
    assert {answer["rows"][1][0] for answer in seen} == {"b"}


def test_mermaid__odd_times__are_charts():
    times = (0.0, 1e-9, 0.5, 1e5, 1e12, float("nan"), float("inf"), -1.0)
    charts = [bars_of_runs((time, 1.0), time) for time in times]
    charts += [gantt((Phase(name="a", start=1.0, seconds=time),)) for time in times]

    seen = read(*(chart for text in charts for chart in mermaid_of(text)))

    assert [answer for answer in seen if "error" in answer] == []


def test_mermaid__a_chart_with_a_raw_name__is_what_the_escape_is_for():
    chart = "gantt\n dateFormat X\n section {}\n 1 s :0, 1\n"

    broken, forged = read(chart.format("a\n x"), chart.format("a\n 9 s :0, 9\n section b"))

    assert "error" in broken
    assert forged["rows"] == [["a", "9 s", 9_000], ["b", "1 s", 1_000]]
