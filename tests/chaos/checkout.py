"""The folder that the commands of one play share, and what they are told of the build."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.chaos import strangers
from tests.chaos.github import COMMIT, NUMBER, REPOSITORY, TOKEN
from tests.doubles.github_step import step_environ

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.schedule import Schedule

SECRET_KEY = "madeupsecretkeyofthestage0123456789abcde"
SECRETS = (SECRET_KEY, TOKEN)
REPORTS = "glue-health-check-report"
_BIG, _BIG_BYTES = "big.bin", 9_000_000
_FILES = ("state", "output", "summary")


def lay_out(folder: Path, schedule: Schedule) -> tuple[str, ...]:
    """Write the checkout into an empty folder; return the paths of the scripts."""
    scripts = tuple(f"{check.name}.py" for check in schedule.checks)
    for script in scripts:
        (folder / script).write_text("print('it runs')\n")
    checks = "".join(
        f"  - name: {check.name}\n    script: {check.name}.py\n    job_type: {check.job_type}\n"
        for check in schedule.checks
    )
    big = f"extra_files: [{_BIG}]\n" if schedule.is_big else ""
    if big:
        (folder / _BIG).write_bytes(bytes(_BIG_BYTES))
    (folder / ".glue-health-check.yml").write_text(f"checks:\n{checks}{big}")
    here = {"full_name": REPOSITORY, "default_branch": "main"}
    pull = {
        "number": NUMBER,
        "head": {"sha": COMMIT, "ref": "fix", "repo": here},
        "base": {"ref": "main", "repo": here},
    }
    event = {"number": NUMBER, "repository": here, "pull_request": pull}
    (folder / "event.json").write_text(json.dumps(event))
    for name in _FILES:
        (folder / name).touch()
    return scripts


def environ_of(folder: Path, schedule: Schedule, *, aws: str, github: str) -> dict[str, str]:
    """Return the environment of the next command: what GitHub's runner and a workflow set."""
    state = dict(line.split("=", 1) for line in _read(folder / "state").splitlines() if "=" in line)
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": aws,
        "AWS_REGION": strangers.REGION,
        "AWS_ACCESS_KEY_ID": "AKIAMADEUPKEYOFSTAGE",
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "GLUE_ROLE_ARN": strangers.ROLE_ARN,
        "SCRIPTS_BUCKET": strangers.BUCKET,
        **step_environ(folder, api_url=github, repository=REPOSITORY, commit=COMMIT, token=TOKEN),
        "GITHUB_RUN_ID": "4711",
        **{f"STATE_{name}": value for name, value in state.items()},
        **dict(schedule.settings),
    }


def written(folder: Path) -> dict[str, str]:
    """Return what the commands wrote for the CI host, and their reports."""
    found = {name: _read(folder / name) for name in _FILES}
    reports = folder / REPORTS
    if reports.is_dir():
        found |= {f"{REPORTS}/{one.name}": _read(one) for one in reports.iterdir() if one.is_file()}
    return found


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""
