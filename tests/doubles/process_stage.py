"""Processes of the command, before an AWS and a GitHub of this machine.

Knows how a step of a pull request's build is laid out and started, and what is there afterwards.
Refuses to know which steps there are, and what is sent or done to them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

from tests.doubles.github_step import step_environ

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plugin.local.server import LocalGlue
    from tests.doubles.github_server import GitHubServer
    from tests.unit.aws.relay import Relay

TOKEN = "ghs_madeup"
ROLE = "job-role"
REPOSITORY, NUMBER = "octo-org/etl", 7
REPORT = "glue-health-check-report"


@dataclass(kw_only=True)
class ProcessStage:
    """AWS behind a relay, a GitHub, and the processes that were started on them.

    ``repository`` is the product's own folder, ``folder`` the one in which all checkouts are.
    """

    repository: Path
    folder: Path
    glue: LocalGlue
    relay: Relay
    github: GitHubServer
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def lay_out(self, folder: Path, *, commit: str) -> None:
        """Give a checkout that is there the event of its commit, and the runner's empty files."""
        for name in ("state", "output", "summary"):
            (folder / name).touch()
        repository = {"full_name": REPOSITORY, "default_branch": "main"}
        event = {
            "number": NUMBER,
            "repository": repository,
            "pull_request": {
                "number": NUMBER,
                "head": {"sha": commit, "ref": "fix", "repo": repository},
                "base": {"ref": "main", "repo": repository},
            },
        }
        (folder / "event.json").write_text(json.dumps(event))

    def environ_of(self, folder: Path, *, bucket: str, commit: str) -> dict[str, str]:
        """Return what any step in a checkout has in its environment."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.relay.endpoint_url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "y",
            "GLUE_ROLE_ARN": f"arn:aws:iam::123456789012:role/{ROLE}",
            "SCRIPTS_BUCKET": bucket,
            **step_environ(
                folder,
                api_url=self.github.api_url,
                repository=REPOSITORY,
                commit=commit,
                token=TOKEN,
            ),
        }

    def start_in(
        self, folder: Path, environ: Mapping[str, str], *argv: str
    ) -> subprocess.Popen[str]:
        """Start a command in a checkout."""
        process = subprocess.Popen(
            [sys.executable, str(self.repository / "entrypoint.py"), *argv],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what was started and is still there, with all that it started itself."""
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def new_bucket(self) -> str:
        """Make a bucket; return its name."""
        bucket = f"bucket-{uuid.uuid4().hex[:20]}"
        self.client("s3").create_bucket(Bucket=bucket)
        return bucket

    def jobs(self) -> list[str]:
        """The jobs that are there."""
        return list(self.client("glue").list_jobs()["JobNames"])

    def keys_in(self, bucket: str) -> list[str]:
        """The objects in a bucket."""
        found = self.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
        return [item["Key"] for item in found]

    def statuses_of(self, commit: str) -> list[str]:
        """The states of a commit, as they were posted."""
        posted = self.github.repository(REPOSITORY).statuses
        return [one["state"] for one in posted.get(commit, [])]

    def client(self, service: str) -> Any:
        """A client that does not go through the relay."""
        make: Any = boto3.client  # its stubs want a literal
        return make(
            service,
            endpoint_url=self.glue.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )


def report_in(folder: Path) -> Any:
    """Return the report.json of a checkout; None when there is none."""
    path = folder / REPORT / "report.json"
    return json.loads(path.read_text()) if path.exists() else None


def trail_in(folder: Path) -> dict[str, str]:
    """Return what the check of a checkout told the step that cleans up."""
    lines = (folder / "state").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line)
    return {f"STATE_{key}": value for key, _, value in pairs}
