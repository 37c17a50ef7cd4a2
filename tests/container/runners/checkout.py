"""What the examples find in a checkout, and what must hold after any of them.

The examples name jobs/flights.py; a test says which of the workspace's jobs that is.  The jobs are
Python shell jobs, which a configuration file of the repository says, as a team's would.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.doubles.github_server import GitHubServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

REPOSITORY = "octo-org/etl"
PULL_REQUEST = 7
COMMIT = "c" * 40
ACCESS_KEY = "AKIAMADEUPMADEUPMADE"
SECRET_KEY = "made/up/Secret+Key/0123456789/abcdefghij"
TOKEN = "ghp_MadeUpMadeUpMadeUpMadeUpMadeUp012345"
SECRETS = {
    "aws_access_key_id": ACCESS_KEY,
    "aws_secret_access_key": SECRET_KEY,
    "github_token": TOKEN,
}
"""The secrets that the examples name."""

BUCKET = "acme-scripts"
REPORT = "glue-health-check-report"


def check_out(workspace: Path, job: str, config: str = "job_type: pythonshell\n") -> Path:
    """Make a workspace's job the one that the examples name; return the workspace."""
    text = (workspace / f"jobs/{job}.py").read_text()
    (workspace / "jobs/flights.py").write_text(text)
    (workspace / "jobs/findings.py").write_text('"""Shipped with the job."""\n')
    (workspace / "jobs/shared.py").write_text("RATES = {'EUR': 1.0}\n")
    (workspace / ".glue-health-check.yml").write_text(config)
    return workspace


@contextmanager
def github_with_pull(*, head: str | None = REPOSITORY) -> Iterator[GitHubServer]:
    """A GitHub that knows the examples' pull request; ``head`` is where it comes from."""
    with GitHubServer(token=TOKEN) as server:
        server.repository(REPOSITORY).add_pull(PULL_REQUEST, sha=COMMIT, base=REPOSITORY, head=head)
        yield server


def purge(aws: Any) -> None:
    """Remove every job and object, so that a test that failed does not fail the next one."""
    for name in aws.jobs():
        runs = aws.glue.get_job_runs(JobName=name)["JobRuns"]
        if ids := [run["Id"] for run in runs]:
            aws.glue.batch_stop_job_run(JobName=name, JobRunIds=ids)
        aws.glue.delete_job(JobName=name)
    keys = aws.keys()
    for key in keys:
        aws.s3.delete_object(Bucket=BUCKET, Key=key)


def expire(aws: Any, job: str) -> None:
    """Let a job's time be over, as it is the next night."""
    arn = f"arn:aws:glue:{aws.server.region}:123456789012:job/{job}"
    aws.glue.tag_resource(
        ResourceArn=arn, TagsToAdd={"glue-health-check:expires-at": "2020-01-01T00:00:00Z"}
    )


def report_of(workspace: Path) -> Any:
    """report.json."""
    return json.loads((workspace / REPORT / "report.json").read_text())


def assert_github_was_told(github: GitHubServer, *states: str) -> None:
    """Fail unless the commit has these states, and the pull request has one comment."""
    there = github.repository(REPOSITORY)
    assert [one["state"] for one in there.statuses[COMMIT]] == [*states]
    assert len(there.comments[PULL_REQUEST]) == 1


def assert_report_is_the_owners(workspace: Path) -> None:
    """Fail unless all of the report belongs to whom the checkout belongs to."""
    owner = workspace.stat()
    files = [workspace / REPORT, *(workspace / REPORT).rglob("*")]
    assert {path.name for path in files} >= {"report.json", "report.md", "junit.xml"}
    assert {(path.stat().st_uid, path.stat().st_gid) for path in files} == {
        (owner.st_uid, owner.st_gid)
    }


def assert_nothing_told(secrets: Iterable[str], log: str, workspace: Path | None = None) -> None:
    """Fail when a secret stands in the log or in a file of the report."""
    files = (workspace / REPORT).rglob("*") if workspace else ()
    texts = [log, *(path.read_text() for path in files if path.is_file())]
    assert [secret for secret in secrets for text in texts if secret in text] == []
