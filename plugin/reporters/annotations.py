"""What GitHub shows beside the code of a step: which things, and how many of a kind.

GitHub takes ten errors, ten warnings and ten notices of one step and drops the rest, so the best
come first: root causes, then findings.  Only on hosts that read workflow commands.
Sources: GitHub's runner, ``ExecutionContext.cs`` (ten of a kind, 4,096 characters each).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from plugin.core.escape import clip, log_text, workflow_data, workflow_property
from plugin.core.forms.finding_text import finding_text
from plugin.core.forms.remark_place import (
    checkout_path,
    is_cause,
    place_of_cause,
    place_of_finding,
)
from plugin.core.render.words import how_to_remove
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from plugin.core.result import CheckResult, Place, Report

MOST_OF_A_KIND = 10
MESSAGE_LIMIT = 4_000

Level = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Note:
    """One annotation, its texts as they are: unescaped, of any length."""

    level: Level
    title: str
    message: str
    place: Place | None = None


class Annotations:
    """Writes annotations as workflow commands, at most ten of a kind.

    ``mask`` takes secrets out of a text.
    """

    def __init__(self, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._told: Counter[Level] = Counter()

    def lines(self, notes: Iterable[Note]) -> Iterator[str]:
        """Yield the commands of those that GitHub would still show."""
        for note in notes:
            if self._told[note.level] < MOST_OF_A_KIND:
                self._told[note.level] += 1
                yield self._command(note)

    def _command(self, note: Note) -> str:
        title = self._property(note.title, limit=200)
        lines = self._mask(note.message)[: 4 * MESSAGE_LIMIT].splitlines()
        message = clip("\n".join(map(log_text, lines)), MESSAGE_LIMIT)
        return f"::{note.level} {self._where(note.place)}title={title}::{workflow_data(message)}"

    def _where(self, place: Place | None) -> str:
        """Return file and line; nothing where nobody knows the place, or it is not in the checkout.

        What is no file of the checkout, GitHub could not show.
        """
        path = checkout_path(place.file) if place else ""
        if place is None or not path:
            return ""
        return f"file={self._property(path, limit=1_000)},line={max(1, place.line)},"

    def _property(self, text: str, *, limit: int) -> str:
        return workflow_property(log_text(self._mask(text), limit=limit))


def notes_of(report: Report) -> Iterator[Note]:
    """Yield what is to be annotated: root causes, then findings with a place, then leftovers."""
    bad = [r for r in report.results if r.verdict in {Verdict.FAILED, Verdict.ERRORED}]
    for result in bad:
        yield Note(
            level="error",
            title=f"{result.name} {result.verdict}",
            message=result.reason or result.verdict,
            place=place_of_cause(result),
        )
    for result in report.results:
        yield from _notes_of_findings(result)
    if report.leftovers:
        names = ", ".join(f"{item.kind} {item.name}" for item in report.leftovers)
        message = f"Left behind: {names}\n{how_to_remove(report).replace('`', '')}"
        yield Note(level="warning", title="Left behind", message=message)


def _notes_of_findings(result: CheckResult) -> Iterator[Note]:
    """Yield the findings that are not ok, have a place and are not told as the root cause."""
    for finding in result.findings:
        place = place_of_finding(finding, result)
        if not finding.ok and place is not None and not is_cause(finding, result):
            yield Note(
                level="error",
                title=f"Finding: {finding.name}",
                message=finding_text(finding) or "not ok",
                place=place,
            )
