"""Harness CI: from a pipeline in YAML to containers.

Follows harness-core (SerializerUtils.convertJsonNodeToString: values are Jackson's text, lists of
scalars are joined by commas, all else is Jackson's pretty-printed JSON; VmPluginStepSerializer: the
step's envVariables win over its settings) and lite-engine (engine/docker: an abort is SIGKILL;
pipeline/runtime: a step's outputs are read when it has ended, also when it failed).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from tests.unit.reporters.harness_reader import (
    newer_reader,
    older_reader,
    outputs_as_harness_reads,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.container.runners.step import Ended, Machine, Step

WORKSPACE = "/harness"
ENGINE = "/tmp/engine"
"""Where a step finds the engine's own files, its outputs among them."""

_OUTPUT = re.compile(r"<\+steps\.(\w+)\.output\.outputVariables\.(\w+)>")
_SECRET = re.compile(r'<\+secrets\.getValue\("([a-z_.]+)"\)>')


def text_of(value: Any) -> str:
    """A value as Jackson's ``asText``: a float keeps its point, null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def pretty(value: Any, depth: int = 0) -> str:
    """JSON as Jackson's default pretty printer writes it: ``" : "``, maps over several lines."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict) and value:
        lines = (
            f"{inner}{json.dumps(str(key))} : {pretty(item, depth + 1)}"
            for key, item in value.items()
        )
        return "{\n" + ",\n".join(lines) + f"\n{outer}}}"
    if isinstance(value, list) and value:
        return "[ " + ", ".join(pretty(item, depth) for item in value) + " ]"
    if isinstance(value, dict | list):
        return "{ }" if isinstance(value, dict) else "[ ]"
    return json.dumps(value, ensure_ascii=False)


def encode(value: Any) -> str:
    """A setting's value as text."""
    if isinstance(value, dict):
        return pretty(value)
    if isinstance(value, list):
        if any(isinstance(item, dict | list) for item in value):
            return pretty(value)
        return ",".join(map(text_of, value))
    return text_of(value)


@dataclass(frozen=True, kw_only=True)
class Codebase:
    """The build as Harness tells it to every step: Drone's names, and its own."""

    pull_request: int = 7
    commit: str = "c" * 40
    number: int = 42
    service_token: str = ""

    def environ(self) -> dict[str, str]:
        """Drone's names are there too, DRONE included; a link points to Harness."""
        link = "https://github.com/octo-org/etl"
        return {
            "CI": "true",
            "DRONE": "true",
            "HARNESS_BUILD_ID": str(self.number),
            "HARNESS_ACCOUNT_ID": "acme",
            "HARNESS_ORG_ID": "default",
            "HARNESS_PROJECT_ID": "etl",
            "HARNESS_PIPELINE_ID": "glue_health_check",
            "HARNESS_EXECUTION_ID": "e" * 22,
            "HARNESS_STAGE_ID": "check",
            "HARNESS_WORKSPACE": WORKSPACE,
            "DRONE_WORKSPACE": WORKSPACE,
            "DRONE_BUILD_EVENT": "pull_request",
            "DRONE_BUILD_NUMBER": str(self.number),
            "DRONE_BUILD_LINK": "https://app.harness.io/ng/account/acme/cd/orgs/default/pipeline/x",
            "DRONE_COMMIT": self.commit,
            "DRONE_COMMIT_SHA": self.commit,
            "DRONE_COMMIT_REF": f"refs/pull/{self.pull_request}/head",
            "DRONE_COMMIT_BRANCH": "main",
            "DRONE_COMMIT_MESSAGE": "Mend the fares\n\n::error::not a command",
            "DRONE_COMMIT_AUTHOR": "octocat",
            "DRONE_PULL_REQUEST": str(self.pull_request),
            "DRONE_REPO": "octo-org/etl",
            "DRONE_REPO_NAME": "etl",
            "DRONE_REPO_OWNER": "octo-org",
            "DRONE_REPO_LINK": link,
            "DRONE_REPO_SCM": "Github",
            "DRONE_REMOTE_URL": f"{link}.git",
            "DRONE_SOURCE_BRANCH": "fix-flights",
            "DRONE_TARGET_BRANCH": "main",
            "DRONE_BRANCH": "main",
            "DRONE_STAGE_STATUS": "success",
            "DRONE_SYSTEM_HOST": "localhost",
            "HARNESS_LE_SERVICE_TOKEN": self.service_token,
            "DELEGATE_SERVICE_TOKEN": self.service_token,
            "DRONE_NETRC_PASSWORD": self.service_token,
        }


@dataclass(kw_only=True)
class Harness:
    """A runner of a pipeline's first stage.

    A secret that is missing stops the pipeline before its step, as an expression that cannot be
    resolved does.  ``change`` edits a step, as a user edits the example.
    """

    machine: Machine
    secrets: Mapping[str, str]
    codebase: Codebase = field(default_factory=Codebase)
    change: Callable[[dict[str, Any]], None] = lambda _: None
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of each step that has run."""

    def run(self, file: Path) -> dict[str, Ended]:
        """Run the steps; return how each that ran ended, by its identifier."""
        done: dict[str, Ended] = {}
        for step in self._steps(file):
            failing = any(ended.code for ended in done.values())
            wanted = step.get("when", {}).get("stageStatus", "Success")
            if wanted in ("All", "Failure" if failing else "Success"):
                done[step["identifier"]] = self._start(step).ended()
                self._take_outputs(step["identifier"])
        return done

    def start(self, file: Path, identifier: str) -> Step:
        """Start one step, as if all before it had passed."""
        (step,) = (one for one in self._steps(file) if one["identifier"] == identifier)
        return self._start(step)

    def abort(self, step: Step) -> None:
        """Abort the pipeline: SIGKILL at once, the container is removed, no step runs any more."""
        step.container.kill("SIGKILL")
        step.removed()

    def _steps(self, file: Path) -> Iterator[dict[str, Any]]:
        pipeline = yaml.safe_load(file.read_text())["pipeline"]
        stage = pipeline["stages"][0]["stage"]["spec"]
        assert stage["cloneCodebase"], "without the codebase there is no script"
        for item in stage["execution"]["steps"]:
            self.change(item["step"])
            yield item["step"]

    def _start(self, step: dict[str, Any]) -> Step:
        spec = step["spec"]
        settings = {
            f"PLUGIN_{key.upper()}": value for key, value in spec.get("settings", {}).items()
        }
        own = {**settings, **spec.get("envVariables", {})}
        environ = {
            **self.codebase.environ(),
            **{key: self._resolved(value) for key, value in own.items()},
        }
        file = self._output_file(step["identifier"])
        file.parent.mkdir(exist_ok=True)
        file.touch()
        environ["DRONE_OUTPUT"] = environ["HARNESS_OUTPUT_FILE"] = f"{ENGINE}/{file.name}"
        command: tuple[str, ...] = ()
        if step["type"] == "Plugin":
            entrypoint = None
        else:
            assert spec["shell"] == "Sh"
            entrypoint, command = ("sh", "-c"), (f"set -e; {spec['command']}",)
        return self.machine.start(
            spec["image"],
            *command,
            environ=environ,
            mount=WORKSPACE,
            folder=WORKSPACE,
            entrypoint=entrypoint,
            user=str(spec.get("runAsUser", "")),
            also_mounted={file.parent: ENGINE},
        )

    def _output_file(self, identifier: str) -> Path:
        return self.machine.checkout.parent / "engine" / f"{identifier}-output.env"

    def _take_outputs(self, identifier: str) -> None:
        content = self._output_file(identifier).read_bytes()
        self.outputs[identifier] = outputs_as_harness_reads(content, newer_reader)
        assert outputs_as_harness_reads(content, older_reader) == self.outputs[identifier]

    def _resolved(self, value: Any) -> str:
        text = _SECRET.sub(lambda match: self.secrets[match[1]], encode(value))
        return _OUTPUT.sub(lambda match: self.outputs[match[1]].get(match[2], "null"), text)
