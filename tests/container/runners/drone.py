"""Drone's docker runner: from a pipeline in YAML to containers.

Follows drone-runner-docker (engine/compiler/step.go and compiler.go, internal/encoder, engine.go)
and runner-go (environ, pipeline/runtime/execer.go, manifest/param.go).  Steps run one after the
other; a step's failure policy other than the default is not known here.
"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from tests.container.runners import go_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.container.runners.step import Ended, Machine, Step

WORKSPACE = "/drone/src"
SKIPS_THE_REST = 78
"""Exit code that Drone takes for "passed, and skip what follows"."""


def encode(value: Any) -> str:
    """A setting's value as text: lists of scalars by commas, other lists and maps as JSON."""
    if isinstance(value, list):
        if all(item is None or go_text.is_scalar(item) for item in value):
            return ",".join("" if item is None else go_text.scalar(item) for item in value)
        return go_text.compact_json(value)
    return go_text.scalar(value) if go_text.is_scalar(value) else go_text.compact_json(value)


def cards_in(log: str) -> list[Any]:
    """The cards that the runner takes out of a step's log.

    Each stands alone on its line; nothing else of the log speaks to a terminal.
    Source: drone/runner-go, livelog/extractor.
    """
    cards = []
    for line in log.splitlines():
        if line.startswith("\x1b]1338;"):
            framed = line.removeprefix("\x1b]1338;")
            assert framed.endswith("\x1b]0m"), "the card is divided"
            cards.append(json.loads(b64decode(framed.removesuffix("\x1b]0m"), validate=True)))
        else:
            assert "\x1b" not in line
    return cards


def secret_of(value: Any) -> str:
    """The name in ``from_secret`` directly below a setting; empty when there is none."""
    name = value.get("from_secret") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


@dataclass(frozen=True, kw_only=True)
class Build:
    """What Drone knows of a build and tells every step.

    ``parameters`` are those of ``drone build create --param``: plain variables, the weakest of all.
    """

    event: str = "pull_request"
    pull_request: int = 7
    commit: str = "c" * 40
    number: int = 42
    link: str = "https://github.com/octo-org/etl"
    parameters: Mapping[str, str] = field(default_factory=dict)
    netrc_password: str = ""

    def environ(self) -> dict[str, str]:
        """The variables of system, repository, build, stage and workspace."""
        repository = {
            "DRONE_REPO": "octo-org/etl",
            "DRONE_REPO_SCM": "git",
            "DRONE_REPO_OWNER": "octo-org",
            "DRONE_REPO_NAMESPACE": "octo-org",
            "DRONE_REPO_NAME": "etl",
            "DRONE_REPO_LINK": self.link,
            "DRONE_REPO_BRANCH": "main",
            "DRONE_REMOTE_URL": f"{self.link}.git",
            "DRONE_GIT_HTTP_URL": f"{self.link}.git",
            "DRONE_GIT_SSH_URL": "git@github.com:octo-org/etl.git",
            "DRONE_REPO_VISIBILITY": "private",
            "DRONE_REPO_PRIVATE": "true",
        }
        system = {
            "CI": "true",
            "DRONE": "true",
            "DRONE_SYSTEM_PROTO": "https",
            "DRONE_SYSTEM_HOST": "drone.acme.example",
            "DRONE_SYSTEM_HOSTNAME": "drone.acme.example",
            "DRONE_SYSTEM_VERSION": "2.24.0",
            "DRONE_BUILD_LINK": f"https://drone.acme.example/octo-org/etl/{self.number}",
            "DRONE_WORKSPACE": WORKSPACE,
            "DRONE_WORKSPACE_BASE": WORKSPACE,
            "DRONE_WORKSPACE_PATH": "",
            "DRONE_CARD_PATH": "/dev/stdout",
            "CI_REPO": "octo-org/etl",
            "CI_REPO_NAME": "octo-org/etl",  # Drone's old names; elsewhere they mean other things
            "CI_COMMIT_SHA": self.commit,
            "CI_BUILD_EVENT": self.event,
        }
        return {**system, **repository, **self._netrc()}

    def runtime(self, *, failing: bool) -> dict[str, str]:
        """The variables of the build that are set anew when a step starts, and win."""
        is_pull = self.event == "pull_request"
        state = "failure" if failing else "success"
        shared = {
            "DRONE_BRANCH": "main",
            "DRONE_SOURCE_BRANCH": "fix-flights" if is_pull else "main",
            "DRONE_TARGET_BRANCH": "main",
            "DRONE_COMMIT": self.commit,
            "DRONE_COMMIT_SHA": self.commit,
            "DRONE_COMMIT_BEFORE": "b" * 40,
            "DRONE_COMMIT_AFTER": self.commit,
            "DRONE_COMMIT_REF": f"refs/pull/{self.pull_request}/head"
            if is_pull
            else "refs/heads/main",
            "DRONE_COMMIT_BRANCH": "main",
            "DRONE_COMMIT_LINK": f"{self.link}/pull/{self.pull_request}",
            "DRONE_COMMIT_MESSAGE": "Mend the fares\n\n::error::not a command",
            "DRONE_COMMIT_AUTHOR": "octocat",
            "DRONE_BUILD_NUMBER": str(self.number),
            "DRONE_BUILD_PARENT": "0",
            "DRONE_BUILD_EVENT": self.event,
            "DRONE_BUILD_ACTION": "sync" if is_pull else "",
            "DRONE_BUILD_STATUS": state,
            "DRONE_STAGE_STATUS": state,
            "DRONE_DEPLOY_TO": "",
        }
        pull = {"DRONE_PULL_REQUEST": str(self.pull_request)} if is_pull else {}
        return {**shared, **pull}

    def _netrc(self) -> dict[str, str]:
        """The forge's credentials, which steps of a private repository may get too."""
        if not self.netrc_password:
            return {}
        return {
            "DRONE_NETRC_MACHINE": "github.com",
            "DRONE_NETRC_USERNAME": "octocat",
            "DRONE_NETRC_PASSWORD": self.netrc_password,
            "DRONE_NETRC_FILE": f"machine github.com login octocat password {self.netrc_password}",
        }


@dataclass(kw_only=True)
class Drone:
    """A runner of one pipeline.

    ``secrets`` are those that this build may see: Drone leaves a setting empty whose secret is
    missing or kept from pull requests.  ``change`` edits the steps, as a user edits the example.
    """

    machine: Machine
    secrets: Mapping[str, str]
    build: Build = field(default_factory=Build)
    change: Callable[[dict[str, Any]], None] = lambda _: None

    def run(self, file: Path) -> dict[str, Ended]:
        """Run a pipeline's steps as Drone does; return how each that ran ended, by name."""
        done: dict[str, Ended] = {}
        for name, start in self.steps(file, done):
            done[name] = start().ended()
        return done

    def start(self, file: Path, name: str) -> Step:
        """Start one step, as if all before it had passed."""
        return dict(self.steps(file, {}, every=True))[name]()

    def steps(
        self, file: Path, done: dict[str, Ended], *, every: bool = False
    ) -> Iterator[tuple[str, Callable[[], Step]]]:
        """The steps whose turn it is, given how those before them ended."""
        pipeline = yaml.safe_load(file.read_text())
        triggers = pipeline.get("trigger", {}).get("event", [self.build.event])
        assert self.build.event in triggers, "this pipeline is not for this event"
        for step in pipeline["steps"]:
            self.change(step)
            codes = [ended.code for ended in done.values()]
            failing = any(code not in (0, SKIPS_THE_REST) for code in codes)
            wanted = step.get("when", {}).get("status", ["success"])
            state = "failure" if failing else "success"
            its_turn = state in wanted and SKIPS_THE_REST not in codes
            if its_turn or every:
                yield step["name"], partial(self._start, step, failing=failing)

    def cancel(self, step: Step) -> None:
        """Cancel the build: SIGKILL at once, the container is removed, no step runs any more."""
        step.container.kill("SIGKILL")
        step.removed()

    def _start(self, step: dict[str, Any], *, failing: bool) -> Step:
        settings = {
            f"PLUGIN_{key.upper()}": value
            for key, value in step.get("settings", {}).items()
            if value is not None
        }
        wanted = {**settings, **step.get("environment", {})}
        static = {key: encode(value) for key, value in wanted.items() if not secret_of(value)}
        secrets = {
            key: self.secrets.get(secret_of(value), "")
            for key, value in wanted.items()
            if secret_of(value)
        }
        environ = {**self.build.parameters, **self.build.environ(), **static}
        environ |= self.build.runtime(failing=failing)
        environ |= {"DRONE_STEP_NAME": step["name"], "DRONE_STEP_NUMBER": "2"}
        entrypoint: tuple[str, ...] | None = None
        command: tuple[str, ...] = ()
        if commands := step.get("commands"):
            entrypoint = ("/bin/sh", "-c")
            command = ('echo "$DRONE_SCRIPT" | /bin/sh',)
            environ["DRONE_SCRIPT"] = _script(commands)
        return self.machine.start(
            step["image"],
            *command,
            environ={**environ, **secrets},
            mount=WORKSPACE,
            folder=WORKSPACE,
            entrypoint=entrypoint,
        )


def _script(commands: list[str]) -> str:
    """What Drone feeds to the shell: it stops at the first failure and shows each command."""
    lines = ["set -e"]
    for command in commands:
        shown = command.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
        lines += [f'echo + "{shown}"', command]
    return "\n".join(lines) + "\n"
