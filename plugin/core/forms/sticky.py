"""The one comment of a pull request: sections, what replaces what, and when to write at all.

A comment belongs to a repository, a pull request and a ``status_context``.  Each leg of a matrix
and each workflow has its section.  Pure: how a section looks on GitHub is ``sticky_page``'s
matter, how it gets there the reporter's.

``join`` makes the outcome the same in whatever order the legs finish.  It is safe to repeat.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.core.result import Report

_LONGEST_WORKFLOW = 200
_BAD = frozenset({Verdict.FAILED, Verdict.ERRORED, Verdict.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Section:
    """What one leg says.

    ``number`` and ``attempt`` are digits or empty; ``started_at`` is UTC, ISO 8601.  ``verdict``
    is the plan's, ``outcome`` a hash of the verdict of each check.  ``text`` is Markdown.
    """

    workflow: str = ""
    leg: str = ""
    number: str = ""
    attempt: str = ""
    started_at: str = ""
    verdict: str = ""
    outcome: str = ""
    text: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Workflow and leg: a comment has one section for both."""
        return self.workflow, self.leg

    @property
    def mark(self) -> tuple[str, ...]:
        """Everything but the text, which GitHub may have changed a little."""
        return (
            *(self.workflow, self.leg, self.number, self.attempt),
            *(self.started_at, self.verdict, self.outcome),
        )


def section_of(report: Report, text: str) -> Section:
    """Return the section of a report whose Markdown is ``text``.

    The host stands before the workflow: two of them number their builds independently.  So do the
    legs of a build that its host numbers one by one (``is_leg``): their numbers order nothing.
    """
    build = report.build
    return Section(
        workflow=f"{build.host}/{build.workflow[:_LONGEST_WORKFLOW]}",
        leg=report.leg,
        number="" if build.is_leg else build.number,
        attempt="" if build.is_leg else build.attempt,
        started_at=report.started_at,
        verdict=report.verdict,
        outcome=_outcome(report),
        text=text,
    )


def merge(sections: Iterable[Section], ours: Section) -> tuple[Section, ...] | None:
    """Return the sections with ours among them; None when we are late: then nothing is written.

    We are late when our workflow has a section of a newer build, or our leg one of a newer attempt.
    What our workflow has of an older build goes: its legs write again, or are no more.  An older
    attempt of our build stays, because "re-run failed jobs" runs only some legs.
    """
    others = tuple(sections)
    if any(_is_newer(one, ours) for one in others):
        return None
    kept = (one for one in others if one.key != ours.key and not _is_of_newer_build(ours, one))
    return _in_order((*kept, ours))


def join(sections: Iterable[Section], more: Iterable[Section]) -> tuple[Section, ...]:
    """Return what both hold, by the rules of ``merge``; sections that are late are left out."""
    joined = _in_order(sections)
    for one in more:
        joined = merge(joined, one) or joined
    return joined


def is_told(sections: Iterable[Section], ours: Section) -> bool:
    """Whether ours is among the sections, or a newer one in its place."""
    return any(one.mark == ours.mark or _is_newer(one, ours) for one in sections)


def is_wanted(when: str, sections: tuple[Section, ...] | None, ours: Section) -> bool:
    """Whether to write, by the setting ``comment``; ``sections`` is None without a comment of ours.

    A plan that ran nothing, and with ``failure`` one that passed, begins no comment, but corrects
    one that is there.
    """
    is_bad = ours.verdict in _BAD
    if when == "never":
        return False
    if sections is None:
        return is_bad or (when != "failure" and ours.verdict != Verdict.SKIPPED)
    said = next((one.outcome for one in sections if one.key == ours.key), "")
    return when != "changes" or said != ours.outcome


def _is_newer(one: Section, ours: Section) -> bool:
    """Whether a section forbids us to write."""
    return _is_of_newer_build(one, ours) or (one.key == ours.key and _order(one, ours))


def _is_of_newer_build(one: Section, other: Section) -> bool:
    """Whether two builds of one workflow have numbers, and the first one's is the higher."""
    is_numbered = one.number != "" and other.number != ""
    return one.workflow == other.workflow and is_numbered and int(one.number) > int(other.number)


def _order(one: Section, other: Section) -> bool:
    """Whether the first is the newer one of two with the same key: by number, attempt, time."""
    if one.number and other.number:
        return _rank(one) > _rank(other)
    return one.started_at > other.started_at


def _rank(one: Section) -> tuple[int, int, str]:
    return int(one.number), int(one.attempt or "0"), one.started_at


def _in_order(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Sort by severity, the worst first, then by key, so that no place depends on the finish."""
    severity = {str(verdict): -rank for rank, verdict in enumerate(Verdict)}
    return tuple(sorted(sections, key=lambda one: (severity.get(one.verdict, 1), one.key)))


def _outcome(report: Report) -> str:
    verdicts = sorted((result.name, str(result.verdict)) for result in report.results)
    text = json.dumps([*verdicts, str(report.verdict)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
