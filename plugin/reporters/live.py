"""Progress for a person at a terminal: a table that changes in place.

Needs ``rich`` (extra ``tty``); without it, in a CI host or into a file, it is the plain console.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from plugin.core.build import Host
from plugin.core.escape import log_text
from plugin.core.render import duration
from plugin.core.verdict import Verdict
from plugin.reporters.console import Console
from plugin.reporters.stream import SafeStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import IO, TextIO

    from rich.console import RenderableType
    from rich.table import Table

    from plugin.core.ports import Clock
    from plugin.core.result import CheckResult, Report

_CELL_LIMIT = 200
_NAME_WIDTH = (8, 40)
"""Of the column of names, at least and at most; a longer name is cut."""
_STATE_WIDTH = len("UNKNOWN_END")
_TIME_WIDTH = len("59 min 59 s")
_TAIL_LINES = 20
_MARGIN = 8
"""Columns that stay free: the ``^C`` of a terminal must not take another line, or the table would
be drawn one line too low ever after."""


@dataclass
class _Row:
    """What the table shows of a check; ``seconds`` is set when it is over."""

    since: float
    state: str = ""
    last: str = ""
    seconds: float | None = None


class LiveTable:
    """The table of checks; the ending is the plain console's.  Never raises."""

    name = "console"

    def __init__(
        self,
        plain: Console,
        *,
        stream: TextIO,
        clock: Clock,
        mask: Callable[[str], str],
        names: Iterable[str] = (),
    ) -> None:
        """Take the plain console for the ending; ``names`` are all checks' that may come."""
        from rich.console import Console as Terminal  # an extra, only here
        from rich.live import Live  # as above

        self._plain = plain
        self._clock = clock
        self._mask = mask
        self._names = frozenset(names)
        self._lock = threading.Lock()
        self._gate = threading.Lock()
        self._is_over = False
        self._rows: dict[str, _Row] = {}
        # rich ends the process when its stream is gone (a broken pipe), and we have to clean up.
        safe = cast("IO[str]", SafeStream(stream))
        self._terminal = Terminal(file=safe, highlight=False, markup=False, emoji=False)
        self._live = Live(
            get_renderable=self._table,
            console=self._terminal,
            refresh_per_second=4,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    @property
    def is_usable(self) -> bool:
        """Whether the terminal can move its cursor."""
        return self._terminal.is_terminal and not self._terminal.is_dumb_terminal

    def say(self, text: str) -> None:
        """Print one line of ours above the table."""
        with self._gate:
            if self._is_over:
                return
            self._terminal.print(log_text(self._mask(text)), highlight=False, markup=False)

    def warn(self, text: str, *, is_error: bool = False) -> None:
        """Print a warning, or an error, of ours above the table."""
        first, *others = text.splitlines() or [""]
        self.say(f"{'error' if is_error else 'warning'}: {first}")
        for line in others:
            self.say(f"    {line}")

    def print_whole(self, line: str) -> None:
        """Print a line as it is, below the table, which ends here."""
        self.close()
        self._plain.print_whole(line)

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        """Show the state in the check's row."""
        with self._lock:
            row = self._row(check_name)
            row.state, row.last = state, detail  # another state's detail would be stale
        with self._gate:
            if not self._is_over:
                self._live.start()

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        """Show the last line that is not blank."""
        with self._lock:
            row = self._row(check_name)
            row.last = next((line for line in reversed(lines) if line.strip()), row.last)

    def finished(self, result: CheckResult) -> None:
        """Show the verdict in the check's row; the clock of the row stands."""
        with self._lock:
            row = self._row(result.name)
            row.state, row.last, row.seconds = result.verdict, result.reason, result.seconds

    def report(self, report: Report) -> None:
        """Stop the table, print the log's end of checks that did not pass, and the ending.

        Nothing is shown from then on, as on the plain console.
        """
        with self._gate:
            self._is_over = True
            self._live.stop()
        for result in report.results:
            if result.verdict not in {Verdict.PASSED, Verdict.SKIPPED}:
                tail = result.log_tail[-_TAIL_LINES:]
                total = max(len(result.log_tail), result.log_lines)
                self._plain.log_end(result.name, tail, total=total)
        self._plain.report(report)

    def close(self) -> None:
        """Leave the table as it is and give the terminal its cursor back."""
        self._live.stop()

    def _row(self, name: str) -> _Row:
        return self._rows.setdefault(name, _Row(since=self._clock.monotonic()))

    def _table(self) -> RenderableType:
        from rich.text import Text  # as above

        with self._lock:
            table = self._empty_table()
            for name, row in self._rows.items():
                seconds = (
                    self._clock.monotonic() - row.since if row.seconds is None else row.seconds
                )
                words = (name, row.state, duration(seconds), row.last)
                cells = (Text(log_text(self._mask(word), limit=_CELL_LIMIT)) for word in words)
                table.add_row(*cells)
        return table

    def _empty_table(self) -> Table:
        """Return the columns, of the same width whatever stands in them; no row takes two lines.

        What is drawn four times a second must stand still.
        """
        from rich.table import Table  # as above

        least, most = _NAME_WIDTH
        longest = max((least, *map(len, self._names.union(self._rows))))
        widths = {"check": min(longest, most), "state": _STATE_WIDTH, "time": _TIME_WIDTH}
        table = Table(box=None, pad_edge=False, width=max(1, self._terminal.width - _MARGIN))
        for head, width in widths.items():
            table.add_column(head, width=width, no_wrap=True, overflow="ellipsis")
        table.add_column("last", ratio=1, no_wrap=True, overflow="ellipsis")
        return table


def console_for(  # noqa: PLR0913 - what a console is made of, all by keyword
    stream: TextIO,
    *,
    host: Host,
    is_live: bool,
    clock: Clock,
    token: Callable[[], str],
    mask: Callable[[str], str],
    report_path: Callable[[], str],
    is_ci: bool = False,
    names: Iterable[str] = (),
) -> Console | LiveTable:
    """Return the table for a person at a terminal, else the plain console.

    ``is_ci`` says that nobody sits there, whatever the stream is; ``names`` are the checks'.
    """
    is_person = host is Host.PLAIN and not is_ci and SafeStream(stream).isatty()
    is_table = is_person and find_spec("rich") is not None
    plain = Console(
        stream,
        host=host,
        is_live=is_live or is_table,
        clock=clock,
        token=token,
        mask=mask,
        report_path=report_path,
        is_person=is_person,
    )
    if not is_table:
        return plain
    table = LiveTable(plain, stream=stream, clock=clock, mask=mask, names=names)
    return table if table.is_usable else plain
