"""A job on a GitHub runner, as far as an action that is a container sees it.

Does what the runner does with such an action: its mounts, its environment and nothing else, its
signals on a cancel, its files of outputs, state and summary.  What a workflow file says is not
known here; `act` reads those.

Source: actions/runner, ContainerActionHandler.cs, DockerCommandManager.cs and ProcessInvoker.cs.
"""

from __future__ import annotations

import json
import signal
import subprocess
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.container.github_reading import Command, Malformed, commands_of, pairs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SUMMARY_LIMIT = 1024 * 1024
SIGINT_SECONDS, SIGTERM_SECONDS = 7.5, 2.5
LONGEST_SECONDS = 120
TOKEN = "ghs_made_up_token"
"""What `github.token` stands for."""

FILES = {
    "GITHUB_OUTPUT": "set_output_",
    "GITHUB_STATE": "save_state_",
    "GITHUB_ENV": "set_env_",
    "GITHUB_PATH": "add_path_",
    "GITHUB_STEP_SUMMARY": "step_summary_",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What came of a step."""

    exit_code: int
    log: str
    outputs: Mapping[str, str]
    summary: str
    problems: tuple[str, ...]

    @property
    def conclusion(self) -> str:
        """What the step is shown as, and what the job ends with."""
        return "failure" if self.exit_code or self.problems else "success"

    @property
    def commands(self) -> tuple[Command, ...]:
        return commands_of(self.log)

    def annotations(self, name: str = "error") -> list[Command]:
        return [command for command in self.commands if command.name == name]


@dataclass(kw_only=True)
class Running:
    """A step's container, while it runs; `name` is its name on the engine."""

    process: subprocess.Popen[str]
    name: str
    files: Mapping[str, Path]
    seen: str = ""

    def until(self, text: str) -> None:
        """Read the log until a line with `text`; the caller's fixture ends what never says it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.seen += line
            if text in line:
                return
        raise AssertionError(f"{text!r} never came:\n{self.seen}")


@dataclass(kw_only=True)
class GithubJob:
    """One job of a workflow run with one step, which uses our action.

    `machine` is the environment of the runner, which no step sees; `job_environ` is what the
    workflow and earlier steps put into the environment; `network` is that of the job's services;
    `api_url` stands for https://api.github.com, and takes TOKEN; `attempt` counts re-runs.
    """

    image: str
    action: Mapping[str, Any]
    workspace: Path
    temp: Path
    event_name: str
    event: Mapping[str, Any]
    machine: Mapping[str, str]
    api_url: str
    attempt: str = "1"
    job_environ: Mapping[str, str] = field(default_factory=dict)
    network: str = "host"
    state: dict[str, str] = field(default_factory=dict)
    started: list[Running] = field(default_factory=list)

    def __post_init__(self) -> None:
        for folder in ("_github_home", "_github_workflow", "_runner_file_commands"):
            (self.temp / folder).mkdir(parents=True)
        (self.temp / "_github_workflow/event.json").write_text(json.dumps(self.event))

    # --- steps ------------------------------------------------------------------------------------

    def run(self, stage: str = "main", **inputs: str) -> Step:
        """Run the main or post step to its end."""
        return self.finish(self.start(stage, **inputs))

    def start(self, stage: str = "main", **inputs: str) -> Running:
        """Start a step's container; names of inputs are given with underscores."""
        name = f"ghc-actions-{uuid.uuid4().hex}"
        files = self._files(name)
        raw = {**self._environ(inputs), **{key: str(path) for key, path in files.items()}}
        environ = {key: self._inside(value) for key, value in raw.items()}
        process = subprocess.Popen(
            self._words(name, stage, environ),
            env={**self.machine, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        running = Running(process=process, name=name, files=files)
        self.started.append(running)
        return running

    def finish(self, running: Running) -> Step:
        """Wait for a step's end and read its files."""
        out, _ = running.process.communicate(timeout=LONGEST_SECONDS)
        return self._read(running, running.seen + out)

    def cancel(self, running: Running) -> Step:
        """Cancel as the runner does: the signals go to the docker command, not to the container."""
        for number, seconds in ((signal.SIGINT, SIGINT_SECONDS), (signal.SIGTERM, SIGTERM_SECONDS)):
            running.process.send_signal(number)
            try:
                out, _ = running.process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                continue
            return self._read(running, running.seen + out)
        running.process.kill()
        return self.finish(running)

    def close(self) -> None:
        """End what still runs, by its name."""
        for running in self.started:
            subprocess.run(
                ["docker", "rm", "--force", running.name],
                env=dict(self.machine),
                capture_output=True,
                check=False,
                timeout=LONGEST_SECONDS,
            )
            if running.process.poll() is None:
                running.process.kill()
            running.process.communicate()

    def _read(self, running: Running, log: str) -> Step:
        """Read a step's files as the runner does after every step, cancelled or not."""
        problems = []
        read: dict[str, dict[str, str]] = {}
        for key in ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV"):
            try:
                read[key] = pairs_of(running.files[key].read_text(encoding="utf-8"))
            except Malformed as error:
                problems.append(f"Unable to process file command {key!r} successfully. {error}")
        self.state |= read.get("GITHUB_STATE", {})
        summary = running.files["GITHUB_STEP_SUMMARY"].read_bytes()
        return Step(
            exit_code=running.process.returncode,
            log=log,
            outputs=read.get("GITHUB_OUTPUT", {}),
            summary=summary.decode() if len(summary) <= SUMMARY_LIMIT else "",
            problems=tuple(problems),
        )

    # --- what a step gets -------------------------------------------------------------------------

    def _words(self, name: str, stage: str, environ: Mapping[str, str]) -> list[str]:
        runs = self.action["runs"]
        entry = runs["post-entrypoint"] if stage == "post" else runs.get("entrypoint")
        return [
            *("docker", "run", "--name", name, "--label", "ghc-actions"),
            *("--workdir", "/github/workspace", "--rm"),
            *(word for key in environ for word in ("-e", key)),
            *("-e", "GITHUB_ACTIONS=true"),
            *(() if "CI" in environ else ("-e", "CI=true")),
            *(("--entrypoint", entry) if entry else ()),
            *("--network", self.network),
            *(word for host, place in self._mounts() for word in ("-v", f"{host}:{place}")),
            self.image,
            *runs.get("args", ()),
        ]

    def _files(self, name: str) -> dict[str, Path]:
        """Make the step's own empty files; the variables that name them."""
        folder = self.temp / "_runner_file_commands"
        found = {key: folder / f"{prefix}{name}" for key, prefix in FILES.items()}
        for path in found.values():
            path.touch()
        return found

    def _mounts(self) -> list[tuple[Path, str]]:
        socket = Path("/var/run/docker.sock")
        return [
            *([(socket, str(socket))] if socket.exists() else []),
            (self.temp, "/github/runner_temp"),
            (self.temp / "_github_home", "/github/home"),
            (self.temp / "_github_workflow", "/github/workflow"),
            (self.temp / "_runner_file_commands", "/github/file_commands"),
            (self.workspace, "/github/workspace"),
        ]

    def _inside(self, value: str) -> str:
        """Translate a value that begins with a mounted folder; the last mount wins."""
        for host, place in reversed(self._mounts()):
            if value == str(host) or value.startswith(f"{host}/"):
                return place + value.removeprefix(str(host))
        return value

    def _environ(self, inputs: Mapping[str, str]) -> dict[str, str]:
        """The variables of a step: the order is the runner's, later ones win."""
        return {
            **self.job_environ,
            **{f"INPUT_{key.replace(' ', '_').upper()}": v for key, v in self._with(inputs)},
            **{f"STATE_{key}": value for key, value in self.state.items()},
            "HOME": str(self.temp / "_github_home"),
            **self._github(),
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
            "RUNNER_NAME": "GitHub Actions 7",
            "RUNNER_ENVIRONMENT": "github-hosted",
            "RUNNER_TEMP": str(self.temp),
            "RUNNER_TOOL_CACHE": "/opt/hostedtoolcache",
            "ACTIONS_RUNTIME_URL": "https://pipelines.actions.invalid/x/",
            "ACTIONS_RUNTIME_TOKEN": "made-up-runtime-token",
            "ACTIONS_RESULTS_URL": "https://results.actions.invalid/",
        }

    def _with(self, inputs: Mapping[str, str]) -> list[tuple[str, str]]:
        """Every declared input: as given, else its default, else empty; then the undeclared."""
        defaults = {
            key: str(row.get("default", "")).replace("${{ github.token }}", TOKEN)
            for key, row in self.action["inputs"].items()
        }
        return list({**defaults, **inputs}.items())

    def _github(self) -> dict[str, str]:
        """The github context; GITHUB_SHA of a pull request is the test merge, not its head."""
        repository = self.event["repository"]["full_name"]
        pull = self.event.get("pull_request", {})
        return {
            "GITHUB_ACTION": "check",
            "GITHUB_ACTION_REPOSITORY": "",
            "GITHUB_ACTION_REF": "",
            "GITHUB_ACTOR": self.event.get("sender", {}).get("login", "octocat"),
            "GITHUB_API_URL": self.api_url,
            "GITHUB_BASE_REF": pull.get("base", {}).get("ref", ""),
            "GITHUB_EVENT_NAME": self.event_name,
            "GITHUB_EVENT_PATH": str(self.temp / "_github_workflow/event.json"),
            "GITHUB_HEAD_REF": pull.get("head", {}).get("ref", ""),
            "GITHUB_JOB": "check",
            "GITHUB_REF": f"refs/pull/{pull['number']}/merge" if pull else "refs/heads/main",
            "GITHUB_REF_NAME": f"{pull['number']}/merge" if pull else "main",
            "GITHUB_REPOSITORY": repository,
            "GITHUB_REPOSITORY_OWNER": repository.split("/")[0],
            "GITHUB_RUN_ATTEMPT": self.attempt,
            "GITHUB_RUN_ID": "1658821493",
            "GITHUB_RUN_NUMBER": "3",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": "ffac537e6cbbf934b08745a378932722df287a53",
            "GITHUB_WORKFLOW": "Glue health check",
            "GITHUB_WORKSPACE": str(self.workspace),
        }
