"""A report as test cases: one suite for the plan, one case for each check and each finding.

Says what each case is; how that is written as XML is the writer's matter.  A cancelled check is an
error, not a skip: CI hosts show skipped tests as harmless, and nobody knows how the script is.
All texts are ready for XML: no character that it forbids, nothing unbounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from plugin.core.escape import xml_block, xml_text
from plugin.core.forms.finding_text import finding_text
from plugin.core.render.words import place_text
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.result import CheckResult, Finding, Place, Report

LOG_LINES = 100
"""Lines of a log's end in one case."""

MOST_FINDINGS = 500
"""Cases for findings of one check; readers keep all cases of all builds in memory."""

_NAME_LIMIT = 200


class Outcome(StrEnum):
    """What a test report says of a case.  The value is the name of its XML element."""

    PASSED = "passed"
    FAILED = "failure"
    ERRORED = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One test case.

    ``message`` is one line, ``detail`` and ``output`` may be many.  ``kind`` classifies what went
    wrong.  ``line`` is 0 when nobody knows the place.
    """

    classname: str
    name: str
    outcome: Outcome
    seconds: float = 0.0
    kind: str = ""
    message: str = ""
    detail: str = ""
    output: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One plan.  ``timestamp`` is UTC without a zone, as the format wants it."""

    name: str
    timestamp: str
    seconds: float
    cases: tuple[Case, ...]
    properties: tuple[tuple[str, str], ...] = ()


def suite_of(report: Report) -> Suite:
    """Return the suite of a plan; never without a case, because readers refuse an empty one.

    Its name is the same in every build: a host's history of a test hangs on it.
    """
    name = f"{report.context} ({report.build.job})" if report.build.job else report.context
    cases = tuple(case for result in report.results for case in _cases(result, name))
    return Suite(
        name=xml_text(name, limit=_NAME_LIMIT),
        timestamp=xml_text(report.started_at.removesuffix("Z"), limit=40),
        seconds=report.seconds,
        cases=cases or (_nothing_run(report, name),),
        properties=_properties(
            ("build_id", report.build_id),
            ("verdict", report.verdict),
            ("engine", report.engine),
            ("cost_usd", f"{report.cost_usd:.6f}"),
            ("repository", report.build.repository),
            ("commit", report.build.commit),
            ("pull_request", str(report.build.pull_request or "")),
            ("build_url", report.build.link),
            ("console_url", report.spotlight.console_url if report.spotlight else ""),
        ),
    )


def _nothing_run(report: Report, name: str) -> Case:
    reason = report.reason or "There was nothing to do."
    return Case(
        classname=_classname(name, "plan"),
        name="plan",
        outcome=Outcome.SKIPPED,
        message=xml_text(reason),
    )


def _classname(suite: str, check: str) -> str:
    """Return ``suite.check``.  Jenkins makes a package of what stands before the last dot."""
    parts = (part.replace(".", "_").replace("/", "_") for part in (suite, check))
    return xml_text(".".join(parts), limit=2 * _NAME_LIMIT)


def _cases(result: CheckResult, suite: str) -> Iterator[Case]:
    classname = _classname(suite, result.name)
    is_bad = result.verdict not in {Verdict.PASSED, Verdict.SKIPPED}
    log = result.log_tail[-LOG_LINES:]
    yield Case(
        classname=classname,
        name=xml_text(result.name, limit=_NAME_LIMIT) or "check",
        outcome=_outcome(result.verdict),
        seconds=result.seconds,
        kind=str(result.trouble or result.verdict),
        message=xml_text(result.reason or result.verdict),
        detail=xml_block((*_explanation(result), *log)) if is_bad else "",
        output=xml_block((*_facts(result), *(() if is_bad else (*_notes(result), *log)))),
        file=_file(result.place),
        line=_line(result.place),
    )
    for finding in result.findings[:MOST_FINDINGS]:
        yield _finding(finding, classname)


def _outcome(verdict: Verdict) -> Outcome:
    match verdict:
        case Verdict.PASSED:
            return Outcome.PASSED
        case Verdict.FAILED:
            return Outcome.FAILED
        case Verdict.ERRORED | Verdict.CANCELLED:
            return Outcome.ERRORED
        case Verdict.SKIPPED:
            return Outcome.SKIPPED
        case _:
            assert_never(verdict)


def _finding(finding: Finding, classname: str) -> Case:
    text = finding_text(finding) or ("" if finding.ok else "not ok")
    return Case(
        classname=classname,
        name=xml_text(f"finding: {finding.name}", limit=_NAME_LIMIT),
        outcome=Outcome.PASSED if finding.ok else Outcome.FAILED,
        kind="finding",
        message=xml_text(text),
        detail="" if finding.ok else xml_block((text, place_text(finding.place))),
        output=xml_text(text) if finding.ok else "",
        file=_file(finding.place),
        line=_line(finding.place),
    )


def _file(place: Place | None) -> str:
    return xml_text(place.file) if place else ""


def _line(place: Place | None) -> int:
    return max(1, place.line) if place else 0


def _explanation(result: CheckResult) -> Iterator[str]:
    yield result.reason or result.verdict
    if result.place:
        yield f"Where: {place_text(result.place)}"
    if result.hint:
        yield f"What to do: {result.hint}"
    yield from _notes(result)
    if result.log_tail:
        yield ""
        yield f"The log's last lines ({min(LOG_LINES, len(result.log_tail))}):"


def _facts(result: CheckResult) -> Iterator[str]:
    """Yield what readers of properties would be told: most readers show none of a case."""
    facts = (
        ("Script", result.script),
        ("Job", result.job_name),
        ("Run", result.run_id),
        ("Console", result.console_url),
        ("Cost", f"{result.cost.usd:.6f} USD, {result.cost.formula}" if result.cost else ""),
    )
    yield from (f"{name}: {text}" for name, text in facts if text)
    for item in result.leftovers:
        yield f"LEFT BEHIND: {item.kind} {item.name} ({item.reason})"
        if item.command:
            yield f"    {item.command}"


def _notes(result: CheckResult) -> Iterator[str]:
    """Yield what stands beside the reason where there is one: another reason may be among them."""
    yield from (f"Note: {note}" for note in result.notes)


def _properties(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the properties that have a value."""
    return tuple((name, xml_text(value)) for name, value in pairs if value)
