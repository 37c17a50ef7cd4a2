"""The check run: conclusion, page and remarks beside the lines that they are about.

Pure.  Knows GitHub's limits for a check run; does not know how it gets there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from plugin.core.escape import log_text
from plugin.core.forms.remark_place import (
    checkout_path,
    is_cause,
    place_of_cause,
    place_of_finding,
)
from plugin.core.forms.status import target_url
from plugin.core.github import (
    MOST_ANNOTATIONS,
    MOST_CHECK_RUN_TEXT,
    Annotation,
    CheckRunConclusion,
    CheckRunPost,
)
from plugin.core.render import cut, section, title
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.result import CheckResult, Finding, Place, Report

MOST_REMARKS = 200
"""Annotations of a check run: four requests.  The page has all findings."""

_LONGEST_TITLE = 255
_LONGEST_MESSAGE = 4_000
_LARGEST_LINE = 2**31 - 1
_BAD = frozenset({Verdict.FAILED, Verdict.ERRORED})


def conclusion_of(verdict: Verdict) -> CheckRunConclusion:
    """Return GitHub's conclusion.

    ``errored`` is ``action_required``: ``failure`` would blame the script, ``neutral`` would let a
    required check pass that nobody has made; this one holds the pull request and asks for a person.
    ``skipped`` counts as passed where a check is required.
    Source: GitHub's page "About status checks".
    """
    match verdict:
        case Verdict.PASSED:
            return "success"
        case Verdict.FAILED:
            return "failure"
        case Verdict.ERRORED:
            return "action_required"
        case Verdict.CANCELLED:
            return "cancelled"
        case Verdict.SKIPPED:
            return "skipped"
        case _:
            assert_never(verdict)


def check_runs_of(report: Report) -> tuple[CheckRunPost, ...]:
    """Return the check run, one post for each batch of annotations: the first makes it.

    None at all for a plan that was skipped whole: it says nothing.
    """
    if not report.results:
        return ()
    remarks = annotations_of(report)
    post = CheckRunPost(
        name=report.context,
        head_sha=report.build.commit,
        external_id=report.build_id,
        details_url=target_url(report.build),
        conclusion=conclusion_of(report.verdict),
        title=_one_line(title(report)),
        summary=_summary(report, len(remarks)),
        text=cut(section(report), MOST_CHECK_RUN_TEXT),
    )
    starts = range(0, max(len(remarks), 1), MOST_ANNOTATIONS)
    return tuple(
        replace(post, annotations=remarks[start : start + MOST_ANNOTATIONS]) for start in starts
    )


def annotations_of(report: Report) -> tuple[Annotation, ...]:
    """Return the remarks on lines: of each check that is bad, its cause and what was not in order.

    Two on the same line with the same words are one; at most ``MOST_REMARKS``.
    """
    found = (one for result in report.results for one in _of_result(result))
    return tuple(dict.fromkeys(found))[:MOST_REMARKS]


def _of_result(result: CheckResult) -> Iterator[Annotation]:
    bad = [one for one in result.findings if not one.ok]
    is_told = any(_is_there(one, result) for one in bad)
    place = place_of_cause(result)
    if result.verdict in _BAD and place and not is_told:
        words = result.reason or f"The check {result.verdict}."
        yield from _remark(place, f"{result.name} {result.verdict}", words)
    for finding in bad:
        if there := place_of_finding(finding, result):
            yield from _remark(there, f"{result.name}: {finding.name}", _words(finding))


def _is_there(finding: Finding, result: CheckResult) -> bool:
    """Whether a finding's remark stands where the cause's would, or says the same."""
    is_placed = finding.place is not None and finding.place == result.place
    return is_placed or is_cause(finding, result)


def _words(finding: Finding) -> str:
    facts = (
        finding.message,
        f"found: {finding.value}" if finding.value else "",
        f"expected: {finding.expected}" if finding.expected else "",
    )
    return "\n".join(fact for fact in facts if fact) or "This is not in order."


def _remark(place: Place, title: str, message: str) -> Iterator[Annotation]:
    """Yield a remark; none where the place is no file of the repository.

    GitHub takes all of a batch or nothing, so that one bad path would lose the others.
    """
    path = checkout_path(place.file)
    if not path:
        return
    line = min(max(place.line, 1), _LARGEST_LINE)
    yield Annotation(
        path=path,
        start_line=line,
        end_line=line,
        level="failure",
        title=_one_line(title),
        message="\n".join(
            log_text(one, limit=_LONGEST_MESSAGE // 4) for one in message.split("\n")[:20]
        )[:_LONGEST_MESSAGE],
    )


def _summary(report: Report, remarks: int) -> str:
    more = f" The first {remarks} are beside their lines." if remarks == MOST_REMARKS else ""
    return f"{_sentence(report.verdict)}{more}"


def _sentence(verdict: Verdict) -> str:
    match verdict:
        case Verdict.PASSED:
            return "The scripts ran on Glue, and nothing is wrong with them."
        case Verdict.FAILED:
            return "A script is at fault. The details below say where and why."
        case Verdict.ERRORED:
            return "A check could not be made: nobody knows how the script is. See below."
        case Verdict.CANCELLED:
            return "The checks were stopped before they ended."
        case Verdict.SKIPPED:
            return "Nothing was run: the pull request touches nothing of what is checked."
        case _:
            assert_never(verdict)


def _one_line(text: str) -> str:
    return log_text(text, limit=_LONGEST_TITLE)
