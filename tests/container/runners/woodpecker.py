"""Woodpecker's agent with the docker backend: from a workflow in YAML to containers.

Follows woodpecker 3 (pipeline/frontend/yaml/compiler, settings/params.go, metadata/environment.go
and drone_compatibility.go, pipeline/runtime/step.go, pipeline/backend/docker).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from tests.container.runners import go_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.container.runners.step import Ended, Machine, Step

FOLDER = "/woodpecker/src/github.com/octo-org/etl"
"""Below the base that plugins cannot change: host, owner and name of the repository."""

STOP_SECONDS = 20
"""WOODPECKER_BACKEND_DOCKER_STOP_TIMEOUT, by default."""

NATIVE_TO_DRONE = {
    "CI_COMMIT_BRANCH": ("DRONE_BRANCH", "DRONE_COMMIT_BRANCH"),
    "CI_COMMIT_PULL_REQUEST": ("DRONE_PULL_REQUEST", "PULLREQUEST_DRONE_PULL_REQUEST"),
    "CI_COMMIT_SOURCE_BRANCH": ("DRONE_SOURCE_BRANCH",),
    "CI_COMMIT_TARGET_BRANCH": ("DRONE_TARGET_BRANCH",),
    "CI_PIPELINE_NUMBER": ("DRONE_BUILD_NUMBER",),
    "CI_PIPELINE_EVENT": ("DRONE_BUILD_EVENT",),
    "CI_PIPELINE_URL": ("DRONE_BUILD_LINK",),
    "CI_COMMIT_SHA": ("DRONE_COMMIT", "DRONE_COMMIT_SHA"),
    "CI_PREV_COMMIT_SHA": ("DRONE_COMMIT_BEFORE",),
    "CI_COMMIT_REF": ("DRONE_COMMIT_REF",),
    "CI_PIPELINE_FORGE_URL": ("DRONE_COMMIT_LINK",),
    "CI_COMMIT_MESSAGE": ("DRONE_COMMIT_MESSAGE",),
    "CI_COMMIT_AUTHOR": ("DRONE_COMMIT_AUTHOR", "DRONE_COMMIT_AUTHOR_NAME"),
    "CI_REPO": ("DRONE_REPO",),
    "CI_REPO_OWNER": ("DRONE_REPO_OWNER",),
    "CI_REPO_NAME": ("DRONE_REPO_NAME",),
    "CI_REPO_URL": ("DRONE_REPO_LINK",),
    "CI_REPO_DEFAULT_BRANCH": ("DRONE_REPO_BRANCH",),
    "CI_REPO_PRIVATE": ("DRONE_REPO_PRIVATE",),
    "CI_REPO_CLONE_URL": ("DRONE_REMOTE_URL", "DRONE_GIT_HTTP_URL"),
    "CI_SYSTEM_HOST": ("DRONE_SYSTEM_HOST",),
}
"""The compatibility layer: what a plugin gets under Drone's names too."""


class CompileError(Exception):
    """The pipeline does not start."""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What Woodpecker knows of a pipeline and tells every step."""

    event: str = "pull_request"
    pull_request: int = 7
    commit: str = "c" * 40
    number: int = 42

    def environ(self) -> dict[str, str]:
        """The native variables; empty ones are not set at all."""
        is_pull = self.event.startswith("pull_request")
        link = "https://github.com/octo-org/etl"
        ref = f"refs/pull/{self.pull_request}/head" if is_pull else "refs/heads/main"
        found = {
            "CI": "woodpecker",
            "CI_SYSTEM_NAME": "woodpecker",
            "CI_SYSTEM_URL": "https://woodpecker.acme.example",
            "CI_SYSTEM_HOST": "woodpecker.acme.example",
            "CI_FORGE_TYPE": "github",
            "CI_FORGE_URL": "https://github.com",
            "CI_REPO": "octo-org/etl",
            "CI_REPO_NAME": "etl",
            "CI_REPO_OWNER": "octo-org",
            "CI_REPO_URL": link,
            "CI_REPO_CLONE_URL": f"{link}.git",
            "CI_REPO_CLONE_SSH_URL": "git@github.com:octo-org/etl.git",
            "CI_REPO_DEFAULT_BRANCH": "main",
            "CI_REPO_PRIVATE": "true",
            "CI_PIPELINE_NUMBER": str(self.number),
            "CI_PIPELINE_EVENT": self.event,
            "CI_PIPELINE_URL": f"https://woodpecker.acme.example/repos/1/pipeline/{self.number}",
            "CI_PIPELINE_FORGE_URL": f"{link}/pull/{self.pull_request}",
            "CI_PIPELINE_AUTHOR": "octocat",
            "CI_PIPELINE_FILES": '["jobs/flights.py"]',
            "CI_COMMIT_SHA": self.commit,
            "CI_COMMIT_REF": ref,
            "CI_COMMIT_REFSPEC": "fix-flights:main" if is_pull else "",
            "CI_COMMIT_MESSAGE": "Mend the fares\n\n::error::not a command",
            "CI_COMMIT_BRANCH": "main",
            "CI_COMMIT_AUTHOR": "octocat",
            "CI_PREV_COMMIT_SHA": "b" * 40,
            "CI_WORKSPACE": FOLDER,
        }
        if is_pull:
            found |= {
                "CI_COMMIT_SOURCE_BRANCH": "fix-flights",
                "CI_COMMIT_TARGET_BRANCH": "main",
                "CI_COMMIT_PULL_REQUEST": str(self.pull_request),
                "CI_COMMIT_PULL_REQUEST_DRAFT": "false",
            }
        return {name: value for name, value in found.items() if value}


@dataclass(kw_only=True)
class Woodpecker:
    """A runner of one workflow.

    ``secrets`` are those that the event may use.  ``change`` edits the steps, as a user edits the
    example.
    """

    machine: Machine
    secrets: Mapping[str, str]
    pipeline: Pipeline = field(default_factory=Pipeline)
    change: Callable[[dict[str, Any]], None] = lambda _: None

    def run(self, file: Path) -> Ended:
        """Run the workflow's only step to its end."""
        return self.start(file).ended()

    def start(self, file: Path) -> Step:
        """Start the workflow's only step.  Raises ``CompileError`` when the pipeline cannot."""
        workflow = yaml.safe_load(file.read_text())
        events = [item.get("event", self.pipeline.event) for item in workflow.get("when", [{}])]
        assert self.pipeline.event in events, "this workflow is not for this event"
        (step,) = workflow["steps"]
        self.change(step)
        return self.machine.start(
            step["image"], environ=self.environ_of(step), mount=FOLDER, folder=FOLDER
        )

    def cancel(self, step: Step) -> Ended:
        """Cancel the pipeline: stop the container, wait, kill it, remove it."""
        ended = step.stopped(STOP_SECONDS)
        step.removed()
        return ended

    def environ_of(self, step: dict[str, Any]) -> dict[str, str]:
        """The variables of a plugin step: the native ones, Drone's, and the settings."""
        is_plugin = not {"commands", "entrypoint", "environment"} & set(step)
        assert is_plugin, "with commands, entrypoint or environment a step is no plugin"
        environ = self.pipeline.environ()
        for key, value in step.get("settings", {}).items():
            if value is not None:
                name = key.replace(".", "_").replace("-", "_").upper()
                environ[f"PLUGIN_{name}"] = self._encode(value)
        for native, names in NATIVE_TO_DRONE.items():
            if native in environ:
                environ |= dict.fromkeys(names, environ[native])
        return {
            **environ,
            "DRONE_BUILD_STATUS": "success",
            "DRONE_REPO_SCM": "git",
            "CI_PIPELINE_STATUS": "success",
            "CI_STEP_TYPE": "plugin",
            "CI_STEP_NAME": step["name"],
        }

    def _encode(self, value: Any) -> str:
        value = self._resolved(value)
        if go_text.is_scalar(value):
            return go_text.scalar(value)
        if isinstance(value, list) and all(
            item is None or go_text.is_scalar(item) for item in value
        ):
            return ",".join("" if item is None else go_text.scalar(item) for item in value)
        return go_text.compact_json(value)

    def _resolved(self, value: Any) -> Any:
        """A value with its secrets, at every depth."""
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "from_secret" in value:
            name = value["from_secret"].lower()
            if name not in self.secrets:
                raise CompileError(f"secret {name!r} not found")
            return self.secrets[name]
        return {key: self._resolved(item) for key, item in value.items()}
