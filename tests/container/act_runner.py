"""Workflow files, executed by `act`: conditions, expressions, the matrix, steps and their outputs.

Knows how act is started without a network and how its log is read.  Where act is not like GitHub:
it hands no state to the post step of a container, so that step finds nothing to do; it has no
OIDC and no artifacts, so the actions for these are stubs; it keeps the checkout in the job's
container.  `github_runner` does what act leaves out.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LONGEST_SECONDS = 480
TOKEN = "made-up-token"
"""What `github.token` stands for."""

CONTAINER, MACHINE = "python:3.13-slim-bookworm", "-self-hosted"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What act did."""

    exit_code: int
    lines: tuple[Mapping[str, Any], ...]
    errors: str

    @property
    def text(self) -> str:
        """What all steps printed, and what act complained of."""
        return "".join(line["msg"] for line in self.lines if line.get("raw_output")) + self.errors

    def of(
        self, leg: str = "", step: str = "", stage: str = "Main"
    ) -> tuple[Mapping[str, Any], ...]:
        """The lines of one leg of the matrix (by its name), one step and stage."""
        return tuple(
            line
            for line in self.lines
            if (not leg or line.get("matrix", {}).get("name") == leg)
            and (not step or (line.get("step") == step and line.get("stage") == stage))
        )

    def said(self, leg: str, step: str, stage: str = "Main") -> str:
        """What a step printed."""
        return "".join(line["msg"] for line in self.of(leg, step, stage) if line.get("raw_output"))

    def result(self, leg: str, step: str, stage: str = "Main") -> str:
        """How a step ended; empty when it was not run."""
        found = [line["stepResult"] for line in self.of(leg, step, stage) if "stepResult" in line]
        return found[-1] if found else ""

    def summary(self, leg: str = "") -> str:
        """The step summaries."""
        return "".join(line["content"] for line in self.of(leg) if line.get("command") == "summary")

    def outputs(self, leg: str, step: str) -> dict[str, str]:
        """The outputs of a step."""
        lines = self.of(leg, step)
        return {one["name"]: one["arg"] for one in lines if one.get("command") == "set-output"}


@dataclass(frozen=True, kw_only=True)
class Act:
    """Runs workflow files of a checkout.

    `replaced` maps an action (`owner/name@ref`) to the folder that stands for it; `environ` is in
    the environment of every step; `variables` are those of the repository; `platform` is the image
    of a job's container, or MACHINE: then steps run on this machine, find its docker command, and actions that
    are containers get no files for outputs; `options` are those of the job's container.
    """

    command: Path
    checkout: Path
    home: Path
    machine: Mapping[str, str]
    environ: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[str, Path] = field(default_factory=dict)
    platform: str = CONTAINER
    options: str = ""

    def run(self, workflow: str, event_name: str, event: Path | None = None, *more: str) -> Ran:
        """Run a workflow file of the checkout to its end."""
        self._commit()
        words = [
            *(str(self.command), event_name, "--workflows", workflow, "--json", "--rm"),
            *("--platform", f"ubuntu-latest={self.platform}", "--pull=false", "--no-cache-server"),
            *("--secret", f"GITHUB_TOKEN={TOKEN}"),
            *(("--eventpath", str(event)) if event else ()),
            *(f"--env={key}={value}" for key, value in self.environ.items()),
            *(f"--var={key}={value}" for key, value in self.variables.items()),
            *(f"--local-repository={key}={value}" for key, value in self.replaced.items()),
            *(("--container-options", self.options) if self.options else ()),
            *more,
        ]
        process = subprocess.Popen(
            words,
            cwd=self.checkout,
            env={**self.machine, "HOME": str(self.home), "XDG_CACHE_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        out, errors = _ended(process)
        lines = tuple(json.loads(line) for line in out.splitlines() if line.startswith("{"))
        return Ran(exit_code=process.returncode, lines=lines, errors=errors)

    def _commit(self) -> None:
        """Make the folder a git repository, which act wants to see; once."""
        if (self.checkout / ".git").exists():
            return
        for words in (
            ("init", "--quiet", "--initial-branch", "main"),
            ("remote", "add", "origin", "https://github.com/octocat/flight-etl.git"),
            ("add", "--all"),
            ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message", "a"),
        ):
            environ = {"PATH": os.environ["PATH"], "HOME": str(self.home)}
            subprocess.run(["git", *words], cwd=self.checkout, env=environ, check=True)


def _ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What act printed; where it takes too long it is asked to end, and removes its containers."""
    try:
        return process.communicate(timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    try:
        out, errors = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        out, errors = process.communicate()
    return out, f"{errors}\nIt took longer than {LONGEST_SECONDS} s.\n"


def released_action(repository: Path, folder: Path, image: str) -> Path:
    """Write action.yml as a release has it, which names an image instead of the Dockerfile."""
    folder.mkdir()
    text = (repository / "action.yml").read_text()
    assert text.count("image: Dockerfile\n") == 1
    (folder / "action.yml").write_text(
        text.replace("image: Dockerfile", f"image: docker://{image}")
    )
    return folder


def copied(source: Path, target: Path, replace: Mapping[str, str]) -> Path:
    """Copy a text file with some texts replaced; each must be there."""
    text = source.read_text()
    for old, new in replace.items():
        assert old in text
        text = text.replace(old, new)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    shutil.copymode(source, target)
    return target
