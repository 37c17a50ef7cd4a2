"""What it costs to report: requests to GitHub by kind, and time, with the default reporters.

For plans of 1, 50 and 200 checks, on a pull request with 90 comments of others: the first report of
a pull request, and the next one, which finds its comment.  The GitHub is the small one of the
tests, on loopback, so the time is ours alone, without a network's.  Also how long the reporters
take to be imported.  Run it with `python -m benchmarks.reporting`.
"""

import argparse
import io
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import print_table
from plugin.clients.clock import SystemClock
from plugin.clients.github import GitHub
from plugin.core.build import Build, Fork, Host
from plugin.core.ports import Reporter
from plugin.core.result import CheckResult, Finding, Phase, Place, Report
from plugin.core.verdict import Verdict
from plugin.reporters import tell
from plugin.reporters.comment import Comment
from plugin.reporters.commit_status import CommitStatus
from plugin.reporters.console import Console
from plugin.reporters.files import ReportFiles
from plugin.reporters.folder import Folder
from plugin.reporters.github_files import GithubFiles
from plugin.reporters.junit import JUnitFile
from plugin.reporters.pending import Pending
from tests.doubles.github_server import Asked, GitHubServer

TOKEN = "ghs_madeup"  # noqa: S105 - a word for the small GitHub
REPOSITORY, NUMBER, COMMIT = "octo-org/etl", 7, "c" * 40
COMMENTS = 90
SIZES = (1, 50, 200)
IMPORTED = (
    "plugin.reporters.files, plugin.reporters.junit, plugin.reporters.github_files,"
    " plugin.reporters.commit_status, plugin.reporters.comment, plugin.reporters.live"
)
KINDS = (
    ("viewer", "POST", r"/graphql"),
    ("list comments", "GET", r"/issues/\d+/comments"),
    ("read comment", "GET", r"/issues/comments/\d+"),
    ("write comment", "POST|PATCH", r"/issues/(\d+/comments|comments/\d+)"),
    ("status", "POST", r"/statuses/\w+"),
)
"""What a request is called, its method, and the end of its path."""


def build_for(api_url: str) -> Build:
    """A pull request's build on GitHub Actions."""
    return Build(
        host=Host.GITHUB,
        repository=REPOSITORY,
        commit=COMMIT,
        pull_request=NUMBER,
        branch="fix-flights",
        target_branch="main",
        event="pull_request",
        link=f"https://github.com/{REPOSITORY}/actions/runs/42",
        number="42",
        attempt="1",
        fork=Fork.NO,
        server_url="https://github.com",
        api_url=api_url,
    )


def report_of(checks: int, build: Build) -> Report:
    """A plan's report; every tenth check failed."""
    passed = CheckResult(
        name="",
        script="jobs/flights.py",
        verdict=Verdict.PASSED,
        findings=tuple(Finding(name=f"column {n}", ok=True, value=str(n)) for n in range(5)),
        state="SUCCEEDED",
        phases=(Phase(name="queue", start=0, seconds=9), Phase(name="run", start=9, seconds=61)),
        seconds=72.0,
        log_tail=tuple(f"line {number} of the log" for number in range(50)),
    )
    failed = replace(
        passed,
        verdict=Verdict.FAILED,
        reason="ValueError: no such column: fare",
        place=Place(file="jobs/flights.py", line=12),
    )
    results = tuple(
        replace(failed if number % 10 == 0 else passed, name=f"check-{number}")
        for number in range(checks)
    )
    return Report(
        build=build,
        build_id="0a1b2c3d4e5f",
        engine="glue",
        started_at="2026-03-01T09:30:00Z",
        seconds=75.0,
        results=results,
    )


def reporters_for(
    folder: Path, pending: Pending, open_github: Callable[[], AbstractContextManager[GitHub]]
) -> tuple[Reporter, ...]:
    """Those who are told by default, in their order."""
    clock = SystemClock()
    files = ReportFiles(Folder(folder / "report", base=folder))
    return (
        files,
        JUnitFile(Folder(folder / "report", base=folder)),
        GithubFiles(
            summary=str(folder / "summary"),
            output=str(folder / "output"),
            token=lambda: "0" * 32,
            report_path=files.path,
        ),
        CommitStatus(open_github=open_github, pending=pending),
        Comment(open_github=open_github, clock=clock, jitter=lambda: 0.0),
        Console(
            io.StringIO(),
            host=Host.GITHUB,
            is_live=False,
            clock=clock,
            token=lambda: "0" * 32,
            report_path=files.path,
        ),
    )


def told(server: GitHubServer, report: Report) -> float:
    """Tell a report as a run does, pending status included; return the seconds."""
    build = report.build

    def new_github() -> GitHub:
        return GitHub(TOKEN, server.api_url, clock=SystemClock())

    with tempfile.TemporaryDirectory() as folder, new_github() as shared:

        @contextmanager
        def open_github() -> Iterator[GitHub]:
            yield shared

        pending = Pending(
            open_github=new_github,
            build=build,
            context=report.context,
            build_id=report.build_id,
        )
        reporters = reporters_for(Path(folder), pending, open_github)
        start = time.perf_counter()
        pending.state_changed("check-0", "RUNNING", "")
        failures = tell(reporters, report)
        seconds = time.perf_counter() - start
    if failures:
        sys.exit(f"not measured: {failures}")
    return seconds


def kind_of(asked: Asked) -> str:
    """Return what a request is called; its own words when nobody thought of it."""
    found = (
        name
        for name, method, end in KINDS
        if re.fullmatch(method, asked.method) and re.search(f"{end}$", asked.path)
    )
    return next(found, f"{asked.method} {asked.path}")


def one_round(checks: int) -> list[tuple[float, Counter[str]]]:
    """Seconds and requests of the first report on a pull request, and of the next one."""
    with GitHubServer(token=TOKEN) as server:
        repository = server.repository(REPOSITORY)
        repository.add_pull(NUMBER, sha=COMMIT, base=REPOSITORY, head=REPOSITORY)
        for number in range(COMMENTS):
            repository.add_comment(NUMBER, f"A comment of somebody else: {number}")
        taken = []
        for build_number in ("42", "43"):
            build = replace(build_for(server.api_url), number=build_number)
            server.asked.clear()
            seconds = told(server, report_of(checks, build))
            taken.append((seconds, Counter(map(kind_of, server.asked))))
    return taken


def import_seconds() -> tuple[float, float]:
    """Seconds in a new process until the reporters are there, and until GitHub's client is too."""
    script = (
        "import time; a = time.perf_counter()\n"
        f"import {IMPORTED}\n"
        "b = time.perf_counter()\nimport plugin.clients.github\nc = time.perf_counter()\n"
        "print(b - a, c - b)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    reporters, client = map(float, done.stdout.split())
    return reporters, client


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    rows = []
    for checks in SIZES:
        one_round(checks)  # unmeasured
        measured = [one_round(checks) for _ in range(rounds)]
        for which, name in enumerate(("first", "next")):
            seconds = statistics.median(taken[which][0] for taken in measured)
            asked = measured[-1][which][1]
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(asked.items()))
            rows.append(
                (f"checks: {checks}, {name} report", f"{seconds:.3f}", str(asked.total()), kinds)
            )
    head = ("", "seconds", "requests", "by kind")
    print_table(f"On a pull request with {COMMENTS} comments, medians of {rounds}", head, rows)
    reporters, client = (
        statistics.median(each)
        for each in zip(*(import_seconds() for _ in range(rounds)), strict=True)
    )
    print_table(
        f"Imports, medians of {rounds}",
        ("", "seconds"),
        [("reporters", f"{reporters:.3f}"), ("GitHub's client", f"{client:.3f}")],
    )


if __name__ == "__main__":
    main()
