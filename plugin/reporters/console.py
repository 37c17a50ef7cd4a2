"""The log of a CI step: one line for each change of state, the job's log, the ending.

Everything printed is harmless to the CI host: text of others goes through ``log_text`` and stands
behind a prefix, on GitHub also between ``stop-commands``.  Never raises: a console that is gone
does not end a check, which has to clean up.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.core.escape import log_text, workflow_data
from plugin.core.render import duration, outputs, summary_lines
from plugin.reporters.annotations import Annotations, Note, notes_of
from plugin.reporters.stream import SafeStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TextIO

    from plugin.core.build import Host
    from plugin.core.ports import Clock
    from plugin.core.result import CheckResult, Report
    from plugin.reporters.annotations import Level

PREFIX = "  | "
"""Stands before every line of a job's log."""

BUFFERED_LINES = 5_000
"""Lines of one check that are kept until it ends, when several run at once."""

_TITLE = "Glue health check"
_OUTPUT_LIMIT = 500_000


def _unmasked(text: str) -> str:
    return text


def _left_out(count: int) -> Iterator[str]:
    """Yield a line that says how many lines are not shown, if any are not."""
    if count > 0:
        words = "1 earlier line is" if count == 1 else f"{count} earlier lines are"
        yield f"{PREFIX}({words} not shown)"


@dataclass
class _Progress:
    """What is known of a check that runs."""

    since: float
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=BUFFERED_LINES))
    count: int = 0


class Console:
    """Prints as an observer while checks run, and the ending as the reporter ``console``.

    ``is_live``: log lines are printed as they come (for one check); else each check's log is
    printed when it ends.  ``token`` draws a random word; ``mask`` takes secrets out of a text;
    ``report_path`` is asked at the end.  ``is_person`` says that somebody reads it at a terminal:
    the outputs are for programs, so the report's path stands in their place.
    """

    name = "console"

    def __init__(  # noqa: PLR0913 - the parts of a console, all by keyword
        self,
        stream: TextIO,
        *,
        host: Host,
        is_live: bool,
        clock: Clock,
        token: Callable[[], str],
        mask: Callable[[str], str] = _unmasked,
        report_path: Callable[[], str] = str,
        is_person: bool = False,
    ) -> None:
        self._stream = SafeStream(stream)
        self._has_commands = host.has_runner_files
        self._is_live = is_live
        self._clock = clock
        self._token = token
        self._mask = mask
        self._report_path = report_path
        self._is_person = is_person
        self._lock = threading.Lock()
        self._checks: dict[str, _Progress] = {}
        self._open: str | None = None  # the check whose log stands in a group
        self._stop_token = ""
        self._is_over = False
        self._annotations = Annotations(mask)

    def say(self, text: str) -> None:
        """Print one line of ours, e.g. a warning; never inside a group."""
        with self._lock:
            self._print([*self._group_end(), self._safe(text)])

    def warn(self, text: str, *, is_error: bool = False) -> None:
        """Print a warning, or an error, of ours; where the host shows annotations, as one too.

        ``text`` may have several lines; each is made harmless.
        """
        with self._lock:
            self._print([*self._group_end(), *self._warning(text, is_error=is_error)])

    def print_whole(self, line: str) -> None:
        """Print a line as it is, which must be harmless and end with its line feed.

        Nothing of ours stands before it on its line, and nothing is mixed into it.
        """
        with self._lock:
            self._print(self._group_end())
            self._write(line)

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        """Print the change with the seconds since the check's first one."""
        with self._lock:
            after = f"after {duration(self._clock.monotonic() - self._check(check_name).since)}"
            words = (check_name, state, after, detail)
            line = self._safe("  ".join(word for word in words if word))
            self._print([*self._group_end(), line])

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        """Print the job's lines now, or keep them until the check ends."""
        if not lines:
            return
        with self._lock:
            check = self._check(check_name)
            if self._is_live:
                self._print([*self._group_begin(check_name), *map(self._log_line, lines)])
            else:
                check.lines.extend(lines)
                check.count += len(lines)

    def log_end(self, check_name: str, lines: tuple[str, ...], *, total: int) -> None:
        """Print the last lines of a log of ``total``, and how many stand before them."""
        if not lines:
            return
        with self._lock:
            self._print([*self._group_begin(check_name), *_left_out(total - len(lines))])
            self._print(map(self._log_line, lines))

    def finished(self, result: CheckResult) -> None:
        """Print the log that was kept, as one group, and how the check ended."""
        with self._lock:
            check = self._check(result.name)
            del self._checks[result.name]
            words = (result.name, result.verdict, f"after {duration(result.seconds)}")
            self._print([*self._kept_log(result.name, check), *self._group_end()])
            self._print([self._safe("  ".join(words))])

    def report(self, report: Report) -> None:
        """Print the ending: a summary, on GitHub annotations, in a log the outputs as last lines.

        Called after everybody else.  Nothing is printed from then on: a check that was given up may
        still go on, and nothing shall stand below the outputs.
        """
        with self._lock:
            lines = [*self._group_end(), "", *map(self._safe, summary_lines(report)), ""]
            if self._has_commands:
                lines += self._annotations.lines(notes_of(report))
            self._print([*lines, *self._last_lines(report)])
            self._is_over = True

    def close(self) -> None:
        """Close a group that is still open."""
        with self._lock:
            self._print(self._group_end())

    def _last_lines(self, report: Report) -> Iterator[str]:
        """Yield the outputs, for programs that read the log; for a person, where the report is."""
        path = self._report_path()
        if not self._is_person:
            for key, value in outputs(report, path):
                yield self._safe(f"{key}={value}", limit=_OUTPUT_LIMIT)
        elif path:
            yield self._safe(f"Report: {path}")

    def _warning(self, text: str, *, is_error: bool) -> Iterator[str]:
        kind: Level = "error" if is_error else "warning"
        first, *others = self._mask(text).splitlines() or [""]
        yield self._safe(f"{kind}: {first}")
        yield from (self._safe(f"    {line}") for line in others if line.strip())
        if self._has_commands:
            note = Note(level=kind, title=_TITLE, message=text)
            yield from self._annotations.lines([note])

    def _check(self, name: str) -> _Progress:
        return self._checks.setdefault(name, _Progress(since=self._clock.monotonic()))

    def _kept_log(self, name: str, check: _Progress) -> Iterator[str]:
        if not check.lines:
            return
        yield from self._group_begin(name)
        yield from _left_out(check.count - len(check.lines))
        yield from map(self._log_line, check.lines)

    def _group_begin(self, name: str) -> Iterator[str]:
        """Open the group of a check's log, unless it is open already."""
        if self._open == name:
            return
        yield from self._group_end()
        self._open = name
        title = self._safe(f"Log of {name}")
        if not self._has_commands:
            yield title
            return
        self._stop_token = self._token()
        yield f"::group::{workflow_data(title)}"
        yield f"::stop-commands::{self._stop_token}"

    def _group_end(self) -> Iterator[str]:
        """Close the group that is open, if any."""
        if self._open is not None and self._has_commands:
            yield f"::{self._stop_token}::"
            yield "::endgroup::"
        self._open = None

    def _log_line(self, text: str) -> str:
        return f"{PREFIX}{log_text(self._mask(text))}"

    def _safe(self, text: str, *, limit: int = 4_000) -> str:
        return log_text(self._mask(text), limit=limit)

    def _print(self, lines: Iterable[str]) -> None:
        """Write lines in one go."""
        self._write("".join(f"{line}\n" for line in lines))

    def _write(self, text: str) -> None:
        if not self._is_over:
            self._stream.write(text)
            self._stream.flush()
