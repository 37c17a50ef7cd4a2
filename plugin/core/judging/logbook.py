"""The log of one run as it grows: chunks → lines, findings, forbidden lines, the tail.

Knows nothing of where the log comes from.  An event of CloudWatch Logs is not a line: it may hold
many, or end in the middle of one.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.core.judging import findings, root_cause
from plugin.core.ports import LogChunk, LogStream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.core.judging.analysis import Analysis
    from plugin.core.judging.pattern import Pattern
    from plugin.core.result import Finding

TAIL = 100
"""Lines that a report quotes."""
TRACEBACK_LINES = 1000
"""Lines of each stream that are searched for a traceback in the end."""
LONGEST_LINE = 100_000
"""Characters; a longer line is cut here, so that memory stays bounded."""
LONGEST_TRACED = 5_000
"""Characters of a line that are kept for the search: a frame's file name has at most 4,096."""
MOST_FINDINGS = 1000


@dataclass
class LogBook:
    """Everything that was learnt from the log so far."""

    patterns: tuple[Pattern, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    counted: int | None = None
    unreadable: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL))
    lines: int = 0
    slow_pattern: str = ""
    """A forbidden pattern that took too long on a line: nobody knows whether it occurs."""
    problem: str = ""
    """Why the log could not be read whole; empty when it could."""
    analysis: Analysis | None = None
    """What Glue itself says of a failure; None when it says nothing."""
    is_whole: bool = True
    """False when a cancel kept us from reading all of it: nobody knows what else it says."""
    _unfinished: dict[LogStream, str] = field(default_factory=dict)
    _recent: dict[LogStream, deque[str]] = field(default_factory=dict)
    _finding_count: int = 0
    _bad_count: int = 0
    _unreadable_count: int = 0

    def add(self, chunks: Iterable[LogChunk]) -> tuple[str, ...]:
        """Take new chunks and return the whole lines that a reader wants to see."""
        shown: list[str] = []
        for chunk in chunks:
            text = self._unfinished.pop(chunk.stream, "") + chunk.text
            *whole, rest = re.split(r"\r?\n", text)
            while len(rest) > LONGEST_LINE + 1:  # one more may be the first half of a line's end
                whole, rest = [*whole, rest[:LONGEST_LINE]], rest[LONGEST_LINE:]
            if rest:
                self._unfinished[chunk.stream] = rest
            shown += self._take(chunk.stream, whole)
        return tuple(shown)

    def close(self) -> tuple[str, ...]:
        """Take the ends that no line break followed; return them as lines."""
        ends, self._unfinished = self._unfinished, {}
        lines = ((stream, text.removesuffix("\r")) for stream, text in ends.items())
        return tuple(line for stream, text in lines for line in self._take(stream, [text]))

    def recent(self) -> tuple[str, ...]:
        """Return the last lines of each stream, the error stream last: tracebacks stand there."""
        return tuple(line for stream in LogStream for line in self._recent.get(stream, ()))

    def promised(self, required: int | None) -> int:
        """Return how many findings must be read: what the job counted, or what is required."""
        return max(self.counted or 0, required or 0)

    @property
    def finding_count(self) -> int:
        """How many findings were read, also beyond those that are kept."""
        return self._finding_count

    @property
    def bad_count(self) -> int:
        """How many findings were not ok, also beyond those that are kept."""
        return self._bad_count

    @property
    def unreadable_count(self) -> int:
        """How many lines are no findings though they begin so, also beyond those kept."""
        return self._unreadable_count

    @property
    def is_forbidden_full(self) -> bool:
        """Whether no more forbidden lines are looked for: there may be others."""
        return len(self.forbidden) >= TAIL

    def _take(self, stream: LogStream, lines: list[str]) -> list[str]:
        shown = []
        recent = self._recent.setdefault(stream, deque(maxlen=TRACEBACK_LINES))
        for line in (part for whole in lines for part in _cut(whole)):
            if stream is LogStream.ERROR and root_cause.is_noise(line):
                continue
            recent.append(line[:LONGEST_TRACED])
            self.lines += 1
            self.tail.append(line)
            shown.append(line)
            self._understand(line)
        return shown

    def _understand(self, line: str) -> None:
        match findings.parse(line):
            case None:
                pass
            case findings.Count(findings=count):
                self.counted = (self.counted or 0) + count
            case findings.Unreadable(reason=reason):
                self._unreadable_count += 1
                self.unreadable.append(f"A finding {reason}: {line[:200]}")
                del self.unreadable[TAIL:]
            case finding:
                self._finding_count += 1
                self._bad_count += not finding.ok
                if len(self.findings) < MOST_FINDINGS or not finding.ok:
                    self.findings.append(finding)
                    self._drop_a_good_one()
        if not self.is_forbidden_full and not self.slow_pattern:
            self._compare(line)

    def _compare(self, line: str) -> None:
        """Hold a line against the patterns; one that takes too long is not tried again."""
        for pattern in self.patterns:
            try:
                if pattern.finds(line):
                    self.forbidden.append(line)
                    return
            except TimeoutError:
                self.slow_pattern = pattern.text
                return

    def _drop_a_good_one(self) -> None:
        """Keep memory bounded; what fails the check is worth more than what does not."""
        if len(self.findings) > MOST_FINDINGS:
            good = next(
                (i for i, item in enumerate(self.findings) if item.ok), len(self.findings) - 1
            )
            del self.findings[good]


def _cut(line: str) -> tuple[str, ...]:
    """Return a line in pieces that are not too long; an empty line is one piece."""
    starts = range(0, max(len(line), 1), LONGEST_LINE)
    return tuple(line[start : start + LONGEST_LINE] for start in starts)
