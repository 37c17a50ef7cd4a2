"""GitLab Runner with the docker executor: from a job in YAML to containers.

Follows gitlab-runner 19 (shells/bash.go: a shell of the image reads the script from its stdin and
stops at the first failure; executors/docker: how a job ends) and GitLab's page on predefined
variables.
"""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.container.runners.step import Ended, Machine, Step

FOLDER = "/builds/acme/etl"
_FIND_A_SHELL = (
    "for shell in /usr/local/bin/bash /usr/bin/bash /bin/bash /bin/sh; do"
    ' if [ -x "$shell" ]; then exec "$shell"; fi; done; echo shell not found; exit 1'
)
_TERM_TO_ALL = """\
for process in $(cd /proc && ls -rvd [0-9]*); do
  if [ "$process" -ne 1 ] && [ "$process" -ne $$ ] && kill -TERM "$process" 2>/dev/null; then
    tries=6
    while [ -e "/proc/$process" ] && [ $tries -gt 0 ]; do sleep 1; tries=$((tries - 1)); done
  fi
done
"""
_STOP_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The merge request's pipeline as GitLab tells it to every job.

    ``project`` is where it runs: a fork's merge request runs in the fork.  ``source_commit`` is
    told for merged results only, where ``commit`` is a merge that GitLab made for the pipeline.
    """

    merge_request: int = 7
    commit: str = "c" * 40
    number: int = 1042
    source_commit: str = ""
    project: str = "acme/etl"
    project_id: int = 11
    job_token: str = "glcbt-64_made-up-job-token"

    def environ(self) -> dict[str, str]:
        """The predefined variables, those with a token in them included."""
        url = "https://gitlab.com/acme/etl"
        with_token = f"https://gitlab-ci-token:{self.job_token}@gitlab.com/acme/etl.git"
        return {
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_API_V4_URL": "https://gitlab.com/api/v4",
            "CI_SERVER_URL": "https://gitlab.com",
            "CI_SERVER_HOST": "gitlab.com",
            "CI_PROJECT_PATH": self.project,
            "CI_PROJECT_ID": str(self.project_id),
            "CI_PROJECT_NAME": "etl",
            "CI_PROJECT_URL": url,
            "CI_PROJECT_DIR": FOLDER,
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_PIPELINE_ID": str(self.number),
            "CI_PIPELINE_IID": "42",
            "CI_PIPELINE_URL": f"{url}/-/pipelines/{self.number}",
            "CI_JOB_ID": "4242",
            "CI_JOB_NAME": "glue-health-check",
            "CI_JOB_URL": f"{url}/-/jobs/4242",
            "CI_JOB_TOKEN": self.job_token,
            "CI_REPOSITORY_URL": with_token,
            "CI_BUILD_TOKEN": self.job_token,
            "CI_COMMIT_SHA": self.commit,
            "CI_COMMIT_SHORT_SHA": self.commit[:8],
            "CI_COMMIT_REF_NAME": "fix-flights",
            "CI_COMMIT_MESSAGE": "Mend the fares\n\n::error::not a command",
            "CI_COMMIT_AUTHOR": "octocat <octocat@acme.example>",
            "CI_MERGE_REQUEST_ID": "990007",
            "CI_MERGE_REQUEST_IID": str(self.merge_request),
            "CI_MERGE_REQUEST_PROJECT_ID": "11",
            "CI_MERGE_REQUEST_PROJECT_PATH": "acme/etl",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": str(self.project_id),
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": self.project,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix-flights",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": self.source_commit,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result" if self.source_commit else "detached",
            "GITLAB_USER_LOGIN": "octocat",
        }


@dataclass(kw_only=True)
class GitLab:
    """A runner of one job.

    ``tokens`` are what GitLab signs for ``id_tokens``, by name.  ``change`` edits the job's
    variables, as a user edits the example.
    """

    machine: Machine
    tokens: Mapping[str, str]
    pipeline: Pipeline = field(default_factory=Pipeline)
    change: Callable[[dict[str, Any]], None] = lambda _: None

    def run(self, file: Path, name: str) -> tuple[Ended, Ended]:
        """Run a job: how its script ended, which is the job's end, and its after_script."""
        step = self.start(file, name)
        return step.ended(), self.after(file, name, step)

    def start(self, file: Path, name: str) -> Step:
        """Start the job's script."""
        job = self._job(file, name)
        return self._shell(job, job["script"])

    def after(self, file: Path, name: str, step: Step) -> Ended:
        """Run after_script in the container of the script, which is started once more."""
        before = len(step.log())
        step.container.start()
        _feed(step.container, _script(self._job(file, name)["after_script"]))
        ended = step.ended()
        return type(ended)(code=ended.code, log=ended.log[before:])

    def cancel(self, file: Path, name: str, step: Step) -> tuple[Ended, Ended]:
        """Cancel the job while its script runs; return the ends of script and after_script.

        SIGTERM to every process but the first, highest number first; then the container is
        stopped and removed, and after_script gets another one.
        """
        _execute(step.container, _TERM_TO_ALL)
        ended = step.stopped(_STOP_SECONDS)
        step.removed()
        job = self._job(file, name)
        return ended, self._shell(job, job["after_script"]).ended()

    def _job(self, file: Path, name: str) -> dict[str, Any]:
        job: dict[str, Any] = yaml.safe_load(file.read_text())[name]
        self.change(job)
        return job

    def _shell(self, job: dict[str, Any], commands: list[str]) -> Step:
        assert set(job.get("id_tokens", {})) == set(self.tokens)
        environ = {**self.pipeline.environ(), **job["variables"], **self.tokens}
        step = self.machine.start(
            job["image"]["name"],
            "sh",
            "-c",
            _FIND_A_SHELL,
            environ={key: str(value) for key, value in environ.items()},
            mount=FOLDER,
            folder="/",
            entrypoint=job["image"]["entrypoint"],
            stdin_open=True,
        )
        _feed(step.container, _script(commands))
        return step


def _script(commands: list[str]) -> str:
    """What the shell reads: a subshell without stdin that shows and runs each command."""
    lines = [f"cd {FOLDER}"]
    for command in commands:
        lines += [f"echo {shlex.quote('$ ' + command)}", command]
    body = shlex.quote("\n".join(lines))
    return f"set -eo pipefail\n(trap 'exit 1' TERM; eval {body}) < /dev/null\nexit 0\n"


def _execute(container: Any, script: str) -> None:
    """Run a script in a container that runs; wait for it no longer than GitLab does."""
    engine = container.client.api
    number = engine.exec_create(container.id, ["sh", "-c", script])["Id"]
    engine.exec_start(number, detach=True)
    give_up = time.monotonic() + _STOP_SECONDS
    while engine.exec_inspect(number)["Running"] and time.monotonic() < give_up:
        time.sleep(0.1)


def _feed(container: Any, script: str) -> None:
    """Write a script to the shell's stdin."""
    socket = container.attach_socket(params={"stdin": 1, "stream": 1})
    try:
        socket._sock.sendall(script.encode())
    finally:
        socket._sock.close()
        socket.close()
