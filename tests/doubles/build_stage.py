"""Builds of one pull request as processes, before an AWS and a GitHub of this machine.

Each has a checkout, a commit and a number of its own, as GitHub starts them; several may run at
once.  Used by the tests of odd circumstances: what a stage holds can be looked at after each.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from plugin.local.server import LocalGlue
from tests.doubles.github_server import GitHubServer
from tests.doubles.process_stage import (
    NUMBER,
    REPOSITORY,
    ROLE,
    TOKEN,
    ProcessStage,
    report_in,
    trail_in,
)
from tests.unit.aws.relay import Relay

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

HANGS_SECONDS = 240
"""After so long without an end a process hangs."""


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
        return report_in(self.folder)

    def trail(self) -> dict[str, str]:
        """What the check told the step that cleans up."""
        return trail_in(self.folder)


@dataclass(kw_only=True)
class BuildStage(ProcessStage):
    """A stage with one bucket, for several builds."""

    bucket: str = field(init=False)

    def __post_init__(self) -> None:
        self.bucket = self.new_bucket()

    def build(self, number: int, script: str = "print('well')\n") -> Build:
        """Make a build: a checkout with its event and the runner's files."""
        commit = f"{number:04x}" * 10
        self.github.repository(REPOSITORY).commits.add(commit)
        folder = self.folder / f"build-{number}"
        folder.mkdir()
        (folder / "a.py").write_text(script)
        self.lay_out(folder, commit=commit)
        return Build(number=number, folder=folder, commit=commit)

    def start(
        self, build: Build, *argv: str, environ: Mapping[str, str | None] | None = None
    ) -> subprocess.Popen[str]:
        """Start a command of a build; ``environ`` beats the usual, None takes a name away."""
        wanted = {**self.environ(build), **(environ or {})}
        given = {name: value for name, value in wanted.items() if value is not None}
        return self.start_in(build.folder, given, *argv)

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

    def keys(self) -> list[str]:
        """The objects in the bucket."""
        return self.keys_in(self.bucket)

    def statuses(self, build: Build) -> list[str]:
        """The states of the build's commit, as they were posted."""
        return self.statuses_of(build.commit)

    def comments(self) -> list[str]:
        """The comments of the pull request."""
        return [str(one["body"]) for one in self.github.repository(REPOSITORY).comments[NUMBER]]

    def environ(self, build: Build) -> dict[str, str | None]:
        """What a step of the build has in its environment."""
        return {
            **self.environ_of(build.folder, bucket=self.bucket, commit=build.commit),
            "INPUT_SCRIPT": "a.py",
            "INPUT_JOB_TYPE": "pythonshell",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/.github/workflows/check.yml@refs/pull/7/merge",
            "GITHUB_RUN_ID": str(9000 + build.number),
            "GITHUB_RUN_NUMBER": str(build.number),
            "GITHUB_RUN_ATTEMPT": "1",
        }


@contextmanager
def opened(repository: Path, folder: Path) -> Iterator[BuildStage]:
    """Yield a stage; end what was started on it."""
    with (
        LocalGlue.start(environ={"PATH": "/usr/bin:/bin"}, roles=[ROLE], work_dir=folder) as glue,
        Relay(glue.endpoint_url) as relay,
        GitHubServer(token=TOKEN) as github,
    ):
        pulls = github.repository(REPOSITORY)
        pulls.add_pull(NUMBER, sha="f" * 40, base=REPOSITORY, head=REPOSITORY)
        stage = BuildStage(
            repository=repository, folder=folder, glue=glue, relay=relay, github=github
        )
        try:
            yield stage
        finally:
            stage.end()
