"""What came of it: the result of each check, the report of a plan, the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, assert_never

from plugin.core.errors import Exit
from plugin.core.leftovers import removal_command
from plugin.core.verdict import Verdict, worst

if TYPE_CHECKING:
    from plugin.core.build import Build
    from plugin.core.trouble import Trouble


@dataclass(frozen=True, kw_only=True)
class Place:
    """A line of a file in the checkout.  ``file`` is relative, with forward slashes."""

    file: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that the job, or our reading of its log, says about its health."""

    name: str
    ok: bool
    value: str = ""
    expected: str = ""
    message: str = ""
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """Something we made and could not remove: ``kind`` is job, object, run or log stream.

    ``job_name`` is whose run it is; ``version`` and ``upload_id`` say which of an object's versions
    or unfinished uploads; a ``name`` that ends with a slash is all below it.
    """

    kind: str
    name: str
    reason: str
    job_name: str = ""
    region: str = ""
    version: str = ""
    upload_id: str = ""

    @property
    def command(self) -> str:
        """What removes it, to be pasted into a shell; empty when there is no single command."""
        return removal_command(
            kind=self.kind,
            name=self.name,
            job_name=self.job_name,
            region=self.region,
            version=self.version,
            upload_id=self.upload_id,
        )


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a run cost, in USD: ``dpu_seconds`` / 3600 x ``usd_per_dpu_hour``.

    ``is_measured`` says whether Glue counted the DPU seconds itself.  ``formula`` names the inputs.
    """

    usd: Decimal
    dpu_seconds: Decimal
    usd_per_dpu_hour: Decimal
    is_measured: bool
    formula: str


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One part of a check's time: upload, queue, start-up, run, clean-up.

    ``start`` is in seconds from the check's begin.
    """

    name: str
    start: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class PastRun:
    """What an earlier build of the target branch said of the same check.

    ``started_at`` is UTC, ISO 8601; ``seconds`` wall time of the check, ``run_seconds`` what its
    run took by Glue's count, 0 where nobody knows; ``cost_usd`` None when it never ran.
    ``findings`` are kept for the newest one alone.  ``glue_version`` and ``capacity`` (in words)
    are what it ran on.  ``build_id`` is empty in what old versions wrote.
    """

    verdict: Verdict
    started_at: str
    commit: str = ""
    build_id: str = ""
    seconds: float = 0.0
    run_seconds: float = 0.0
    cost_usd: Decimal | None = None
    findings: tuple[Finding, ...] = ()
    glue_version: str = ""
    capacity: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The same check on the target branch: at least one and at most 20 runs, the newest last.

    All ran on the same Glue version and capacity: that of the check where there are such runs.
    """

    branch: str
    runs: tuple[PastRun, ...]


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """All that is known of one check in the end.

    ``reason`` is one line: the root cause, or why it was skipped; empty when passed without a note.
    ``hint`` says what to do next, ``trouble`` which class of failure it is (None when there is
    none).  ``console_url`` is the run's output log, ``error_log_url`` the other half of it,
    ``run_url`` the run's page, as long as its job is there.  ``log_tail`` are the last lines of
    the driver's log, unescaped.
    Every text here may be hostile: reporters escape for their own form.
    """

    name: str
    script: str
    verdict: Verdict
    reason: str = ""
    hint: str = ""
    trouble: Trouble | None = None
    place: Place | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    state: str = ""
    job_name: str = ""
    run_id: str = ""
    console_url: str = ""
    error_log_url: str = ""
    run_url: str = ""
    glue_version: str = ""
    capacity: str = ""
    phases: tuple[Phase, ...] = ()
    seconds: float = 0.0
    execution_seconds: int = 0
    cost: Cost | None = None
    log_tail: tuple[str, ...] = ()
    log_lines: int = 0
    comparison: Comparison | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """All results of a plan.  ``started_at`` is UTC, ISO 8601; ``seconds`` is wall time.

    ``context`` is the setting ``status_context``; ``leg`` tells plans of one build apart that
    report under the same context (a matrix), and is the same for the same plan of a later build.
    """

    build: Build
    build_id: str
    engine: str
    started_at: str
    seconds: float
    results: tuple[CheckResult, ...]
    context: str = "glue-health-check"
    leg: str = ""
    reason: str = ""
    """Why the whole plan was skipped; empty when it was not."""

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all checks."""
        return worst(result.verdict for result in self.results)

    @property
    def cost_usd(self) -> Decimal:
        """The sum of what the checks cost, in USD."""
        return sum((r.cost.usd for r in self.results if r.cost), start=Decimal(0))

    @property
    def leftovers(self) -> tuple[Leftover, ...]:
        """Everything that could not be removed."""
        return tuple(item for result in self.results for item in result.leftovers)

    @property
    def spotlight(self) -> CheckResult | None:
        """The first check that did not pass, else the first; None when there is none."""
        bad = (r for r in self.results if r.verdict not in {Verdict.PASSED, Verdict.SKIPPED})
        return next(bad, self.results[0] if self.results else None)

    def count(self, verdict: Verdict) -> int:
        """Return how many checks ended with ``verdict``."""
        return sum(result.verdict is verdict for result in self.results)


def exit_code(
    verdict: Verdict, *, signal: Exit | None = None, reporter_failed: bool = False
) -> Exit:
    """Return the exit code of a plan (design, section 7).

    ``signal`` is the code of the signal that cancelled us, None when none came.
    A run that somebody else stopped is exit 3: we could not find out.
    """
    match verdict:
        case Verdict.ERRORED:
            return Exit.ERRORED
        case Verdict.FAILED:
            return Exit.FAILED
        case Verdict.CANCELLED:
            return signal or Exit.ERRORED
        case Verdict.PASSED | Verdict.SKIPPED:
            return Exit.REPORTER_FAILED if reporter_failed else Exit.PASSED
        case _:
            assert_never(verdict)
