"""What earlier builds of a branch said of each check: one small document in a bucket.

Knows where the document lies, how a report is added to it, and what a result is compared with.
Refuses to know S3, and how the document is spelled: that is ``history_json``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING

from plugin.core.naming import ROOT, slug
from plugin.core.result import Comparison, PastRun
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.build import Build
    from plugin.core.result import CheckResult, Finding, Report

PREFIX = f"{ROOT}-reports"
"""First folder of what is kept.  Not ``naming.ROOT``: below that, everything is swept away."""
MOST_RUNS = 20
MOST_VARIANTS = 5
MOST_CHECKS = 200
MOST_FINDINGS = 50
NAME_LIMIT, TEXT_LIMIT = 255, 300
"""Characters of a check's name, and of every other text."""
LONGEST_SECONDS = 10**7
"""Of a run that anybody could mean: four months."""

FINISHED = frozenset({Verdict.PASSED, Verdict.FAILED})
"""A run that ended by itself: only its time, cost and findings say something of the script."""


class Unreadable(ValueError):
    """The document is none of ours, or damaged: a new one may take its place."""


class OtherVersion(Unreadable):
    """Another version of this program wrote it, and may go on: it must stay."""


@dataclass(frozen=True, kw_only=True)
class History:
    """The runs of each check, the newest last; those of its variants among each other."""

    checks: Mapping[str, tuple[PastRun, ...]] = field(default_factory=dict)


# --- where it lies -------------------------------------------------------------------------------


def history_key(build: Build, branch: str, *, context: str) -> str:
    """Return the key of the document of a branch, which all legs of a matrix share.

    A pull request that changes what tells its leg from others is to be compared all the same.
    """
    return f"{_folder(build, context)}/{_safe(branch)}/history.json"


def report_key(report: Report) -> str:
    """Return the key of one build's whole report, below its branch's or pull request's folder."""
    build = report.build
    folder = _folder(build, report.context)
    number = build.pull_request
    place = f"pr-{number}" if number else _safe(build.branch) if build.branch else "local"
    name = slug(f"{report.started_at}-{report.build_id}".replace(":", ""))[:100]
    return f"{folder}/{place}/reports/{name}.json"


def base_branch(build: Build) -> str:
    """Return the branch that a build is compared with; empty when nobody knows.

    A pull request is compared with its target, any other build with its own branch, a tag with
    nothing.
    """
    return build.target_branch if _is_proposal(build) else _branch_of(build)


def own_branch(build: Build) -> str:
    """Return the branch whose history a build writes; empty when it writes none.

    Proposals write none, nor does code that may be a stranger's: they would be compared with
    themselves.  Nor does a tag, which may be called like a branch.
    """
    return "" if _is_proposal(build) or build.is_foreign else _branch_of(build)


def _branch_of(build: Build) -> str:
    return "" if build.is_tag else build.branch


def _is_proposal(build: Build) -> bool:
    """Whether it is of a pull request, or of a queue of such."""
    return bool(build.pull_request) or build.target_branch not in {"", build.branch}


def _folder(build: Build, context: str) -> str:
    repository = "/".join(_plain(part) for part in build.repository.split("/")) or "local"
    return f"{PREFIX}/{repository}/{_safe(context)}"


def _plain(part: str) -> str:
    """Return a part of a repository's name, as it is where it can be part of a key."""
    is_safe = part == slug(part) and 0 < len(part) <= 100  # noqa: PLR2004 - GitHub's longest name
    return part if is_safe else _safe(part)


def _safe(text: str) -> str:
    """Return text as one folder, which no other text has."""
    told = hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()
    return f"{slug(text)[:60]}-{told[:12]}".lstrip("-.")


# --- adding and comparing ------------------------------------------------------------------------


def merged(history: History, report: Report) -> History:
    """Add the report's results, at most once each; skipped checks were not run and are left out."""
    checks = dict(history.checks)
    for result in report.results:
        if result.verdict is not Verdict.SKIPPED:
            name = _cut(result.name, NAME_LIMIT)
            run = _past_run(result, report)
            others = (one for one in checks.get(name, ()) if not _is_same(one, run))
            checks[name] = (*others, run)
    return History(checks=bounded(checks))


def compared(result: CheckResult, history: History, branch: str) -> CheckResult:
    """Return the result with the runs that it is compared with, if there are any.

    They are of the same variant, or else of the one that finished last.  Runs that errored or were
    cancelled are kept in the history, and compared with nothing: they measured nothing.
    """
    runs = history.checks.get(_cut(result.name, NAME_LIMIT), ())
    finished = tuple(run for run in runs if run.verdict in FINISHED)
    if not finished or result.verdict is Verdict.SKIPPED:
        return result
    variant = (_cut(result.glue_version), _cut(result.capacity))
    if not any(_variant(run) == variant for run in finished):
        variant = _variant(finished[-1])
    alike = tuple(run for run in finished if _variant(run) == variant)
    return replace(result, comparison=Comparison(branch=branch, runs=alike))


def expected_seconds(
    history: History, name: str, *, glue_version: str, capacity: str
) -> float | None:
    """Return the seconds that a check's run probably takes; None when nobody knows.

    The median of the runs that passed on the same version and capacity (in words): others end
    sooner, or take another time.
    """
    runs = history.checks.get(_cut(name, NAME_LIMIT), ())
    variant = (_cut(glue_version), _cut(capacity))
    took = [
        run.run_seconds
        for run in runs
        if run.verdict is Verdict.PASSED and run.run_seconds and _variant(run) == variant
    ]
    return median(took) if took else None


def _variant(run: PastRun) -> tuple[str, str]:
    """Return what the legs of a matrix mostly differ in, and what changes a run's time and cost."""
    return run.glue_version, run.capacity


def _past_run(result: CheckResult, report: Report) -> PastRun:
    return PastRun(
        verdict=result.verdict,
        started_at=_cut(report.started_at),
        commit=_cut(report.build.commit),
        build_id=_cut(report.build_id),
        seconds=_bounded_seconds(result.seconds),
        run_seconds=_bounded_seconds(result.execution_seconds),
        cost_usd=result.cost.usd if result.cost else None,
        findings=tuple(map(_small, result.findings[:MOST_FINDINGS])),
        glue_version=_cut(result.glue_version),
        capacity=_cut(result.capacity),
    )


def _bounded_seconds(seconds: float) -> float:
    return min(max(seconds, 0.0), float(LONGEST_SECONDS))


def _small(finding: Finding) -> Finding:
    place = finding.place
    return replace(
        finding,
        name=_cut(finding.name),
        value=_cut(finding.value),
        expected=_cut(finding.expected),
        message=_cut(finding.message),
        place=replace(place, file=_cut(place.file)) if place else None,
    )


def _is_same(one: PastRun, other: PastRun) -> bool:
    """Whether it is the run of the same build: what is sent again must not count twice.

    Legs of a matrix may begin in the same second, with the same commit on the same machines.
    """
    return _identity(one) == _identity(other)


def _identity(run: PastRun) -> tuple[str, ...]:
    return run.build_id, run.started_at, run.commit, *_variant(run)


def bounded(checks: Mapping[str, tuple[PastRun, ...]]) -> Mapping[str, tuple[PastRun, ...]]:
    """Return the 200 checks that ran last, each with the last twenty runs of five variants.

    Findings stay with the newest run of a variant that finished.
    """
    ran = {name: _of_variants(runs) for name, runs in checks.items() if runs}
    newest = sorted(ran, key=lambda name: ran[name][-1].started_at)[-MOST_CHECKS:]
    return {name: ran[name] for name in sorted(newest)}


def _of_variants(runs: tuple[PastRun, ...]) -> tuple[PastRun, ...]:
    """Return the runs of the variants that finished last: only those are ever compared with."""
    variants: dict[tuple[str, str], list[PastRun]] = {}
    for run in sorted(runs, key=_when):
        variants.setdefault(_variant(run), []).append(run)
    newest = sorted(variants.values(), key=_usefulness)[-MOST_VARIANTS:]
    return tuple(sorted((run for some in newest for run in _last(tuple(some))), key=_when))


def _when(run: PastRun) -> tuple[str, tuple[str, str], str]:
    return run.started_at, _variant(run), run.build_id


def _usefulness(runs: list[PastRun]) -> tuple[str, str]:
    """Return when a variant finished last, and when it ran last."""
    finished = [run.started_at for run in runs if run.verdict in FINISHED]
    return max(finished, default=""), runs[-1].started_at


def _last(runs: tuple[PastRun, ...]) -> tuple[PastRun, ...]:
    """Return the last twenty; the newest that finished is never lost to those that did not."""
    finished = [run for run in runs if run.verdict in FINISHED]
    kept = runs[-MOST_RUNS:]
    if finished and not any(run.verdict in FINISHED for run in kept):
        kept = (finished[-1], *kept[1:])
    return tuple(run if finished and run is finished[-1] else _bare(run) for run in kept)


def _bare(run: PastRun) -> PastRun:
    return replace(run, findings=()) if run.findings else run


def _cut(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return text that a UTF-8 file can hold, at most ``limit`` characters."""
    return text.encode("utf-8", "backslashreplace").decode()[:limit]
