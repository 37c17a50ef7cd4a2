"""Builds of one pull request as processes, before an AWS and a GitHub of this machine.

Each has a checkout, a commit and a number of its own, as GitHub starts them; several may run at
once.  Used by the tests of odd circumstances: what a stage holds can be looked at after each.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

from plugin.local.server import LocalGlue
from tests.doubles.github_server import GitHubServer
from tests.unit.aws.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

TOKEN = "ghs_madeup"
REPOSITORY, NUMBER = "octo-org/etl", 7
HANGS_SECONDS = 240
"""After so long without an end a process hangs."""
REPORT = "glue-health-check-report"


def until(is_so: Callable[[], object]) -> None:
    """Return when it is so.  Raises ``TimeoutError`` when it never is."""
    turn = threading.Event()
    for _ in range(HANGS_SECONDS * 20):
        if is_so():
            return
        turn.wait(0.05)
    raise TimeoutError


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What came of one process."""

    code: int
    out: str
    err: str

    def output(self, name: str) -> str:
        """What the last lines of the log have under a name; empty when there is none."""
        pairs = (line.partition("=") for line in self.out.splitlines())
        return next((value for key, _, value in pairs if key == name), "")

    @property
    def verdict(self) -> str:
        """The verdict, as the last lines of the log have it."""
        return self.output("verdict")

    @property
    def text(self) -> str:
        """All that was printed."""
        return self.out + self.err


@dataclass(frozen=True, kw_only=True)
class Build:
    """One build: its checkout, commit and number."""

    number: int
    folder: Path
    commit: str

    @property
    def report(self) -> Any:
        """report.json; None when there is none."""
        path = self.folder / REPORT / "report.json"
        return json.loads(path.read_text()) if path.exists() else None

    def trail(self) -> dict[str, str]:
        """What the check told the step that cleans up."""
        lines = (self.folder / "state").read_text().splitlines()
        pairs = (line.partition("=") for line in lines if line)
        return {f"STATE_{key}": value for key, _, value in pairs}


@dataclass
class BuildStage:
    """AWS, a GitHub, a bucket, and the processes that were started on them."""

    repository: Path
    folder: Path
    glue: LocalGlue
    relay: Relay
    github: GitHubServer
    bucket: str
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def build(self, number: int, script: str = "print('well')\n") -> Build:
        """Make a build: a checkout with its event and the runner's files."""
        commit = f"{number:04x}" * 10
        self.github.repository(REPOSITORY).commits.add(commit)
        folder = self.folder / f"build-{number}"
        folder.mkdir()
        (folder / "a.py").write_text(script)
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
        return Build(number=number, folder=folder, commit=commit)

    def start(
        self, build: Build, *argv: str, environ: Mapping[str, str | None] | None = None
    ) -> subprocess.Popen[str]:
        """Start a command of a build; ``environ`` beats the usual, None takes a name away."""
        wanted = {**self.environ(build), **(environ or {})}
        process = subprocess.Popen(
            [sys.executable, str(self.repository / "entrypoint.py"), *argv],
            cwd=build.folder,
            env={name: value for name, value in wanted.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def ended(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for the end of a process; return what came of it."""
        out, err = process.communicate(timeout=HANGS_SECONDS)
        return Ended(code=process.returncode, out=out, err=err)

    def run(
        self, build: Build, *argv: str, environ: Mapping[str, str | None] | None = None
    ) -> Ended:
        """Run a command of a build to its end."""
        return self.ended(self.start(build, *argv, environ=environ))

    def kill(self, build: Build) -> None:
        """Start a check, and kill it as soon as GitHub says that it is pending."""
        process = self.start(build)
        until(lambda: self.statuses(build) == ["pending"])
        process.kill()
        process.communicate()

    def cleanup(self, build: Build, *, environ: Mapping[str, str | None] | None = None) -> Ended:
        """Run ``cleanup`` as the next step of the same build."""
        return self.run(build, "cleanup", environ={**build.trail(), **(environ or {})})

    def jobs(self) -> list[str]:
        """The jobs that are there."""
        return list(self._client("glue").list_jobs()["JobNames"])

    def keys(self) -> list[str]:
        """The objects in the bucket."""
        found = self._client("s3").list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [item["Key"] for item in found]

    def statuses(self, build: Build) -> list[str]:
        """The states of the build's commit, as they were posted."""
        posted = self.github.repository(REPOSITORY).statuses
        return [one["state"] for one in posted.get(build.commit, [])]

    def comments(self) -> list[str]:
        """The comments of the pull request."""
        return [str(one["body"]) for one in self.github.repository(REPOSITORY).comments[NUMBER]]

    def environ(self, build: Build) -> dict[str, str | None]:
        """What a step of the build has in its environment."""
        folder = build.folder
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.relay.endpoint_url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "y",
            "GLUE_ROLE_ARN": "arn:aws:iam::123456789012:role/job-role",
            "SCRIPTS_BUCKET": self.bucket,
            "INPUT_SCRIPT": "a.py",
            "INPUT_JOB_TYPE": "pythonshell",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_STATE": str(folder / "state"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_SHA": build.commit,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/.github/workflows/check.yml@refs/pull/7/merge",
            "GITHUB_RUN_ID": str(9000 + build.number),
            "GITHUB_RUN_NUMBER": str(build.number),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_TOKEN": TOKEN,
        }

    def _client(self, service: str) -> Any:
        make: Any = boto3.client  # its stubs want a literal
        return make(
            service,
            endpoint_url=self.glue.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )


@contextmanager
def opened(repository: Path, folder: Path) -> Iterator[BuildStage]:
    """Yield a stage; end what was started on it."""
    with (
        LocalGlue.start(
            environ={"PATH": "/usr/bin:/bin"}, roles=["job-role"], work_dir=folder
        ) as glue,
        Relay(glue.endpoint_url) as relay,
        GitHubServer(token=TOKEN) as github,
    ):
        bucket = f"bucket-{uuid.uuid4().hex[:20]}"
        pulls = github.repository(REPOSITORY)
        pulls.add_pull(NUMBER, sha="f" * 40, base=REPOSITORY, head=REPOSITORY)
        stage = BuildStage(repository, folder, glue, relay, github, bucket)
        stage._client("s3").create_bucket(Bucket=bucket)
        try:
            yield stage
        finally:
            for process in stage.started:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
