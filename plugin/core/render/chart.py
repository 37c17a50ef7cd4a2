"""The charts of a page, in Mermaid: one check's time by phase, and the time of its last runs.

Sources: Mermaid's pages "Gantt diagrams" and "XY Chart".  Times are written as a date and a time of
day, because Mermaid reads and shows both in the reader's own zone: a Unix time would be shifted by
half an hour in some.  The width is set, because a folded chart has none to measure.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from plugin.core.escape import mermaid_text
from plugin.core.render.blocks import chart
from plugin.core.render.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.result import Phase

_MAX_PHASES = 12
_MAX_TICKS = 7
_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)
_MOST = 7 * 24 * 3600.0
_TICKS = (
    (1, "1second"), (2, "2second"), (5, "5second"), (10, "10second"), (15, "15second"),
    (30, "30second"), (60, "1minute"), (120, "2minute"), (300, "5minute"), (600, "10minute"),
    (900, "15minute"), (1_800, "30minute"), (3_600, "1hour"), (7_200, "2hour"), (21_600, "6hour"),
    (86_400, "1day"),
)  # fmt: skip
_HOUR = 3600
_GANTT = (
    '%%{init: {"gantt": {"useWidth": 520, "leftPadding": 84, "rightPadding": 56, "topPadding": 48,'
    ' "barHeight": 20, "fontSize": 13, "sectionFontSize": 13}}}%%'
)
_XY = (
    '%%{init: {"xyChart": {"width": 520, "height": 200, "xAxis": {"labelFontSize": 11},'
    ' "yAxis": {"labelFontSize": 11, "titleFontSize": 12}}, "themeVariables": {"xyChart":'
    ' {"backgroundColor": "transparent", "plotColorPalette": "#d9822b, #4c8bd9"}}}}%%'
)


def gantt(phases: tuple[Phase, ...]) -> str:
    """Return a Gantt chart of the phases, one row each; empty when there is nothing to draw."""
    shown = phases[:_MAX_PHASES]
    total = max((_bounded(phase.start + phase.seconds) for phase in shown), default=0.0)
    return chart(_gantt_lines(shown, total)) if total > 0 else ""


def _gantt_lines(phases: tuple[Phase, ...], total: float) -> Iterator[str]:
    yield _GANTT
    yield "gantt"
    yield "    dateFormat YYYY-MM-DD HH:mm:ss.SSS"
    yield f"    axisFormat {'%H:%M' if total > _HOUR else '%M:%S'}"
    yield f"    tickInterval {_tick(total)}"
    yield "    todayMarker off"
    for phase in phases:
        begin = _bounded(phase.start)
        end = max(begin, _bounded(phase.start + phase.seconds))
        yield f"    section {mermaid_text(phase.name)}"
        yield f"    {duration(phase.seconds)} :{_time(begin)}, {_time(end)}"


def _tick(total: float) -> str:
    return next((name for step, name in _TICKS if total / step <= _MAX_TICKS), _TICKS[-1][1])


def _bounded(seconds: float) -> float:
    return min(seconds, _MOST) if seconds > 0 else 0.0


def _time(seconds: float) -> str:
    moment = _MIDNIGHT + timedelta(seconds=seconds)
    return moment.isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")


def bars_of_runs(past: tuple[float, ...], now: float) -> str:
    """Return a bar chart of seconds, the oldest run at the left, ours at the right.

    The second series covers the first but for our run, so that ours has a colour of its own.
    """
    values = [_bounded(seconds) for seconds in (*past, now)]
    is_long = max(values) > 10 * 60
    scaled = [round(value / 60 if is_long else value, 1) for value in values]
    names = ", ".join((*(f'"{back}"' for back in range(len(past), 0, -1)), '"now"'))
    top = max(*scaled, 1) * 1.1
    return chart(
        (
            _XY,
            "xychart-beta",
            f"    x-axis [{names}]",
            f'    y-axis "{"minutes" if is_long else "seconds"}" 0 --> {top:.1f}',
            f"    bar [{_list(scaled)}]",
            f"    bar [{_list(scaled[:-1])}]",
        )
    )


def _list(values: list[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in values)
