"""The case of many checks in one plan: all side by side, and as many as are by default.

A pull request on GitHub touches 200 scripts; every tenth run fails, as a script does.  What is
written for people is measured, too: GitHub takes no more than so much of it.
"""

from __future__ import annotations

import json
import random
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.load.account import Account, Course
from benchmarks.load.figures import File, figures_of
from benchmarks.load.player import play
from plugin.core.github import MOST_COMMENT_BODY
from plugin.reporters.github_files import OUTPUTS_LIMIT, SUMMARY_LIMIT
from tests.doubles.github_server import GitHubServer
from tests.doubles.github_step import step_environ

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.load.figures import Figures

CHECKS = 200
REPOSITORY, NUMBER, COMMIT, TOKEN = "octo-org/etl", 7, "c" * 40, "ghs_madeup"
FAILURE = "KeyError: 'delay' (part.py, line 3)"
WIDE_FACTOR, NARROW_FACTOR = 4.0, 12.0
"""How much quicker the clock is: 200 checks at once keep this machine busy by themselves."""
_REPORTS = "glue-health-check-report"


def many_checks(folder: Path, *, quicker: float = WIDE_FACTOR) -> tuple[list[Figures], list[File]]:
    """Play both; return their rows, and what was written by the last one."""
    rows: list[Figures] = []
    files: list[File] = []
    for width, factor in ((CHECKS, quicker), (10, NARROW_FACTOR)):
        place = folder / f"checks-{width}"
        row, files = _played(place, width, factor)
        rows.append(row)
    return rows, files


def _played(folder: Path, width: int, factor: float) -> tuple[Figures, list[File]]:
    draw = random.Random(width)  # noqa: S311 - how long runs take
    course = Course(
        waits=partial(draw.uniform, 10, 30),
        runs=partial(draw.uniform, 30, 120),
        failure_of=lambda name: FAILURE if "0-pr-7-" in name else "",
    )
    _lay_out(folder, width)
    with Account(course=course, factor=factor) as account, GitHubServer(token=TOKEN) as github:
        pulls = github.repository(REPOSITORY)
        pulls.add_pull(NUMBER, sha=COMMIT, base=REPOSITORY, head=REPOSITORY)
        environ = step_environ(
            folder, api_url=github.api_url, repository=REPOSITORY, commit=COMMIT, token=TOKEN
        )
        played = play(account, folder, "check", GITHUB_RUN_ID="4711", **environ)
        comments = pulls.comments.get(NUMBER, [])
        asked = len(github.asked)
    played.held_to(1)
    row = figures_of(
        f"{CHECKS} checks, max_parallel {width}",
        account,
        played,
        note=f"{asked} requests to GitHub",
    )
    return row, _written(folder, comments)


def _lay_out(folder: Path, width: int) -> None:
    folder.mkdir()
    words = [f"max_parallel: {width}", "job_type: pythonshell", "checks:"]
    for number in range(CHECKS):
        name = f"load-{number:03}"
        (folder / f"{name}.py").write_text("print('fine')\n")
        words.append(f"- {{name: {name}, script: {name}.py}}")
    (folder / ".glue-health-check.yml").write_text("\n".join(words))
    event = {
        "number": NUMBER,
        "repository": {"full_name": REPOSITORY, "default_branch": "main"},
        "pull_request": {
            "number": NUMBER,
            "head": {"sha": COMMIT, "ref": "fix", "repo": {"full_name": REPOSITORY}},
            "base": {"ref": "main", "repo": {"full_name": REPOSITORY}},
        },
    }
    (folder / "event.json").write_text(json.dumps(event))
    for name in ("state", "output", "summary"):
        (folder / name).touch()


def _written(folder: Path, comments: list[dict[str, str]]) -> list[File]:
    body = comments[-1]["body"] if comments else ""
    (folder / "comment.md").write_text(body)
    reports = sorted((folder / _REPORTS).iterdir())
    outputs = (folder / "output").read_text()
    return [
        File(name="comment", size=len(body), unit="characters", most=MOST_COMMENT_BODY),
        File(
            name="step summary",
            size=(folder / "summary").stat().st_size,
            unit="bytes",
            most=SUMMARY_LIMIT,
        ),
        File(
            name="outputs",
            size=len(outputs.encode("utf-16-le")),
            unit="bytes",
            most=OUTPUTS_LIMIT,
        ),
        *(File(name=path.name, size=path.stat().st_size, unit="bytes") for path in reports),
    ]
