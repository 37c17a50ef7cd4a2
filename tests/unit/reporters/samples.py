"""Reports to render: what really happens, and what a hostile job may say."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from plugin.core.build import Build, Fork, Host
from plugin.core.result import (
    CheckResult,
    Comparison,
    Cost,
    Finding,
    Leftover,
    PastRun,
    Phase,
    Place,
    Report,
)
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict

COMMIT = "8f14e45fceea167a5a36dedd4bea2543e1d2c3b4"
JOB = "glue-health-check-flights-pr-7-42-0a1b2c"
RUN = "jr_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
CONSOLE = (
    "https://eu-west-1.console.aws.amazon.com/gluestudio/home?region=eu-west-1"
    f"#/job/{JOB}/run/{RUN}"
)

BUILD = Build(
    host=Host.GITHUB,
    repository="acme/etl",
    commit=COMMIT,
    pull_request=7,
    branch="feature/flights",
    target_branch="main",
    event="pull_request",
    actor="ada",
    link="https://github.com/acme/etl/actions/runs/42",
    number="42",
    attempt="1",
    fork=Fork.NO,
    server_url="https://github.com",
    api_url="https://api.github.com",
)
COST = Cost(
    usd=Decimal("0.0147"),
    dpu_seconds=Decimal(120),
    usd_per_dpu_hour=Decimal("0.44"),
    is_measured=False,
    formula="2 DPU × 60 s × $0.44 per DPU hour",
)
PASSED = CheckResult(
    name="flights",
    script="examples/jobs/flights.py",
    verdict=Verdict.PASSED,
    findings=(
        Finding(name="rows read", ok=True, value="3376", expected="> 0"),
        Finding(name="airports known", ok=True, value="100 %", message="all found in the list"),
    ),
    state="SUCCEEDED",
    job_name=JOB,
    run_id=RUN,
    console_url=CONSOLE,
    glue_version="5.1",
    capacity="G.1X × 2",
    phases=(
        Phase(name="upload", start=0.0, seconds=0.42),
        Phase(name="queue", start=0.42, seconds=9.0),
        Phase(name="run", start=9.42, seconds=61.0),
        Phase(name="clean-up", start=70.42, seconds=1.6),
    ),
    seconds=72.02,
    execution_seconds=60,
    cost=COST,
    log_tail=("reading s3://acme/flights", "3376 rows", "done"),
    log_lines=3,
)
FAILED = replace(
    PASSED,
    name="airports",
    script="examples/jobs/airports.py",
    verdict=Verdict.FAILED,
    reason="AnalysisException: Column 'iata_code' does not exist. Did you mean 'iata'?",
    hint="Look at the line; the columns at hand are iata, name and city.",
    place=Place(file="examples/jobs/airports.py", line=12),
    findings=(
        Finding(name="rows read", ok=True, value="3376", expected="> 0"),
        Finding(
            name="columns",
            ok=False,
            value="iata|name|city",
            expected="iata_code",
            message="a column is missing",
            place=Place(file="examples/jobs/airports.py", line=12),
        ),
    ),
    state="FAILED",
    cost=replace(COST, is_measured=True, formula="120 DPU seconds as counted by Glue"),
    log_tail=(
        "Traceback (most recent call last):",
        '  File "/tmp/airports.py", line 12, in <module>',
        "AnalysisException: Column 'iata_code' does not exist.",
    ),
    log_lines=208,
)
ERRORED = replace(
    PASSED,
    name="routes",
    script="examples/jobs/routes.py",
    verdict=Verdict.ERRORED,
    reason="AccessDenied: glue:GetJobRun is not allowed for arn:aws:iam::123456789012:role/ci.",
    hint="Let the role call glue:GetJobRun.",
    findings=(),
    notes=("The log could not be read.",),
    leftovers=(
        Leftover(kind="job", name=JOB, reason="AccessDenied: glue:DeleteJob"),
        Leftover(
            kind="object", name="s3://acme-scripts/glue-health-check/0a1b2c/", reason="timed out"
        ),
    ),
    state="RUNNING",
    phases=(),
    cost=None,
    log_tail=(),
    log_lines=0,
)
SKIPPED = CheckResult(
    name="weather",
    script="examples/jobs/weather.py",
    verdict=Verdict.SKIPPED,
    reason="The pull request touches none of its paths.",
)
CANCELLED = replace(
    PASSED, name="carriers", verdict=Verdict.CANCELLED, reason="Stopped by SIGTERM."
)

HOSTILE_TOKENS = (
    "::error::x", " ::set-output name=a::b", "::stop-commands::x", "##[error]x", "##[", "#", "[",
    "##vso[task.complete result=Failed;]", "##teamcity[buildStop]", "\x1b]1338;", "\x1b]0m",
    "\x1b[31m", "\x1b[2J", "\x1b", "\x9b31m", "\x9d1338;", "\r", "\n", "\r\n", "\t", "\x00", "\x07",
    "\u202e", "\u2066", "\u200b", "\u2028", "\u2029", "\u0085", "\ufeff", "\ud800", "\udfff",
    "\U000e0041", "<script>alert(1)</script>", "<img src=x>", "<!--", "-->", "</details>",
    "<details>", "![i](http://evil.test/i.png)", "[l](http://evil.test)", "](", ")", "[", "]",
    "http://evil.test/", "https://a|b", "www.evil.test", "ftp://evil.test", "a@evil.test",
    "<http://evil.test>", "@ada", "@acme/team", "acme/etl#1", "#1", "GH-1", "CVE-2021-44228",
    "8f14e45", COMMIT, "acme/etl@8f14e45", "`", "``", "```", "````", "~~~", "~~x~~", "*x*", "**",
    "_x_", "__", "$x$", "$`x`$", "$", "|", "\\|", "\\", "\\`", "&lt;", "&amp;", "&#64;ada", "> q",
    "- x", "+ x", "1. x", "1) x", "# h", "===", "---", ":---", "    code", "[^1]", "[x]: http://e",
    "%0A", "%", ",", ":", "GITHUB", "é", "漢", "👩‍💻", " ", "  ", "a", "b1", "2", "-", "=", "_",
)  # fmt: skip
HOSTILE = " ".join(HOSTILE_TOKENS)
HOSTILE_RESULT = CheckResult(
    name=f"check {HOSTILE}",
    script=f"jobs/{HOSTILE}.py",
    verdict=Verdict.FAILED,
    reason=f"reason {HOSTILE}",
    hint=f"# hint {HOSTILE}",
    place=Place(file=f"jobs/{HOSTILE}.py", line=12),
    findings=(
        Finding(
            name=HOSTILE,
            ok=False,
            value=HOSTILE,
            expected=HOSTILE,
            message=HOSTILE,
            place=Place(file=HOSTILE, line=-1),
        ),
    ),
    notes=(HOSTILE,),
    leftovers=(Leftover(kind=HOSTILE, name=HOSTILE, reason=HOSTILE),),
    state=HOSTILE,
    job_name=HOSTILE,
    run_id=HOSTILE,
    console_url=f"https://console.test/{HOSTILE}",
    glue_version=HOSTILE,
    capacity=HOSTILE,
    phases=(Phase(name=HOSTILE, start=0.0, seconds=1.0),),
    seconds=12.0,
    cost=replace(COST, formula=HOSTILE),
    log_tail=HOSTILE_TOKENS,
    log_lines=len(HOSTILE_TOKENS),
)


def report_of(*results: CheckResult, build: Build = BUILD, reason: str = "") -> Report:
    return Report(
        build=build,
        build_id="0a1b2c3d4e5f",
        engine="glue",
        started_at="2026-03-01T09:30:00Z",
        seconds=max((result.seconds for result in results), default=0.0) + 0.5,
        results=results,
        reason=reason,
    )


HOSTILE_REPORT = replace(
    report_of(
        HOSTILE_RESULT,
        replace(HOSTILE_RESULT, name="second", verdict=Verdict.ERRORED),
        build=replace(BUILD, commit=HOSTILE, repository=HOSTILE, link=f"javascript:{HOSTILE}"),
    ),
    build_id=HOSTILE,
    engine=HOSTILE,
    started_at=HOSTILE,
)
SAMPLES = {
    "passed": report_of(PASSED),
    "failed": report_of(FAILED),
    "errored": report_of(ERRORED),
    "cancelled": report_of(CANCELLED),
    "skipped": report_of(reason="The pull request comes from a fork."),
    "several": report_of(PASSED, FAILED, ERRORED, SKIPPED),
    "hostile": HOSTILE_REPORT,
}

"""What every reporter is shown."""

RUN_URL = (
    "https://eu-west-1.console.aws.amazon.com/gluestudio/home?region=eu-west-1"
    f"#/job/{JOB}/run/{RUN}"
)
LOG_URL = (
    "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
    "#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252F{half}/log-events/" + RUN
)
PHASES = (
    Phase(name="upload", start=0.0, seconds=0.42),
    Phase(name="queue", start=0.42, seconds=9.0),
    Phase(name="start-up", start=9.42, seconds=31.0),
    Phase(name="run", start=40.42, seconds=30.0),
    Phase(name="clean-up", start=70.42, seconds=1.6),
)
FULL_PASSED = replace(
    PASSED,
    run_url=RUN_URL,
    console_url=LOG_URL.format(half="output"),
    error_log_url=LOG_URL.format(half="error"),
    phases=PHASES,
)
FULL_FAILED = replace(
    FAILED,
    trouble=Trouble.DATA_NOT_FOUND,
    run_url="",
    console_url=FULL_PASSED.console_url,
    error_log_url=FULL_PASSED.error_log_url,
    phases=PHASES,
)
FULL_ERRORED = replace(
    ERRORED, trouble=Trouble.PERMISSION, run_url=RUN_URL, console_url="", phases=PHASES[:2]
)
COMPARISON = Comparison(
    branch="main",
    runs=tuple(
        PastRun(
            verdict=Verdict.PASSED,
            started_at=f"2026-02-{day:02}T06:00:00Z",
            commit=COMMIT,
            seconds=58.0 + (day * 7 % 5),
            cost_usd=Decimal("0.0122"),
            findings=(
                Finding(name="rows read", ok=True, value="5120", expected="> 0"),
                Finding(name="columns", ok=True, value="iata_code, name, city"),
                Finding(name="duplicates", ok=True, value="0"),
            )
            if day == 20
            else (),
        )
        for day in range(1, 21)
    ),
)
COMPARED = replace(FULL_FAILED, comparison=COMPARISON)
FORTY_EIGHT = tuple(
    replace(
        FULL_PASSED,
        name=f"table_{number:02}",
        seconds=60.0 + number,
        log_tail=tuple(f"read part {part} of table_{number:02}" for part in range(20)),
        log_lines=400,
    )
    for number in range(1, 49)
)
LONG = "x" * 2_000_000
FOREIGN = replace(
    FULL_FAILED,
    name="مطارات ✈️ 空港",
    script="jobs/שדות תעופה.py",
    reason="خطأ: العمود «iata_code» غير موجود 🚫 — 列がありません",
    hint="ראו את השורה 👩‍💻",
    place=Place(file="jobs/שדות תעופה.py", line=7),
    findings=(Finding(name="صفوف", ok=False, value="٣", expected="👍", message="少ない 😢"),),
    log_tail=("خطأ ✈️", "\u202egnp.exe", "終わり"),
)
PAGES = {
    "passed": report_of(FULL_PASSED),
    "failed": report_of(FULL_FAILED),
    "errored": report_of(FULL_ERRORED),
    "cancelled": report_of(CANCELLED),
    "skipped": report_of(reason="Nothing that a check watches was changed."),
    "fork": report_of(
        reason="The pull request comes from a fork, which gets no credentials.",
        build=replace(BUILD, fork=Fork.YES),
    ),
    "no_pull_request": report_of(
        FULL_PASSED,
        build=replace(BUILD, pull_request=None, branch="main", target_branch="", event="push"),
    ),
    "several": report_of(FULL_PASSED, FULL_FAILED, FULL_ERRORED, SKIPPED, CANCELLED),
    "fifty": report_of(*FORTY_EIGHT, FULL_FAILED, replace(COMPARED, name="carriers")),
    "compared": report_of(COMPARED),
    "leftovers": report_of(replace(FULL_PASSED, leftovers=ERRORED.leftovers)),
    "two_megabytes": report_of(
        replace(
            FULL_FAILED, name=LONG, reason=LONG, hint=LONG, notes=(LONG,) * 3, log_tail=(LONG,) * 3
        )
    ),
    "foreign": report_of(FOREIGN),
    "laptop": replace(
        report_of(
            replace(
                replace(FAILED, console_url="", phases=PHASES[:1], log_tail=("no",), log_lines=1),
                cost=None,
                seconds=0.3,
            ),
            build=Build(
                host=Host.PLAIN,
                repository="acme/etl",
                commit=COMMIT,
                branch="main",
                server_url="https://github.com",
            ),
        ),
        engine="local",
    ),
    "matrix": report_of(
        *(replace(one, glue_version="5.0") for one in (FULL_PASSED, FULL_FAILED)),
        build=replace(BUILD, workflow=".github/workflows/nightly.yml", job="glue"),
    ),
    "hostile": HOSTILE_REPORT,
}
"""What the whole page is made of; more than the reporters need, which send it as it is."""


class StillClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        self.seconds += seconds
        return False

    def pause(self, seconds: float) -> None:
        self.seconds += seconds

    def is_cancelled(self) -> bool:
        return False

    def is_pressed(self) -> bool:
        return False
