"""AWS CodeBuild: from a buildspec to shell commands on a build machine.

Follows AWS's pages "Build specification reference", "Shells and commands in build environments"
and "Environment variables in build environments": a phase's commands stop at the first that fails,
its ``finally`` runs in any case, POST_BUILD runs also after a failed BUILD.  What runs after a
stopped build the pages do not say; here nothing does.

The build machine is this one, with a ``docker`` before the real one on the PATH (docker_shim.py).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.container.runners.step import PUBLISHED, SECONDS, Ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SHIM = Path(__file__).with_name("docker_shim.py")
RELATIVE_URI = "/v2/credentials/made-up"
_PHASES = ("install", "pre_build", "build", "post_build")


@contextmanager
def credentials_server(keys: Mapping[str, str]) -> Iterator[str]:
    """The address from which a build gets its role's keys; on AWS it is a link-local one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == RELATIVE_URI
            body = json.dumps(
                {**keys, "Expiration": "2099-01-01T00:00:00Z"} if found else {}
            ).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """The build of a pull request as CodeBuild tells it to the commands."""

    pull_request: int = 7
    commit: str = "c" * 40
    number: int = 42

    def environ(self, folder: Path) -> dict[str, str]:
        """The variables of the build environment."""
        return {
            "CI": "true",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": RELATIVE_URI,
            "CODEBUILD_BUILD_ARN": "arn:aws:codebuild:us-east-1:123456789012:build/etl:5a1d",
            "CODEBUILD_BUILD_ID": "etl:5a1d",
            "CODEBUILD_BUILD_NUMBER": str(self.number),
            "CODEBUILD_BUILD_SUCCEEDING": "1",
            "CODEBUILD_INITIATOR": "GitHub-Hookshot/0123456",
            "CODEBUILD_RESOLVED_SOURCE_VERSION": self.commit,
            "CODEBUILD_SOURCE_REPO_URL": "https://github.com/octo-org/etl.git",
            "CODEBUILD_SOURCE_VERSION": f"pr/{self.pull_request}",
            "CODEBUILD_SRC_DIR": str(folder),
            "CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID": "583231",
            "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main",
            "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED",
            "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/fix-flights",
            "CODEBUILD_WEBHOOK_TRIGGER": f"pr/{self.pull_request}",
        }


@dataclass(kw_only=True)
class CodeBuild:
    """A build environment.

    ``home`` is a folder for the shim and for what the commands write outside the checkout.
    ``path`` finds the real ``docker``; ``machine`` is the environ of this machine's docker.
    ``secrets`` are those of Secrets Manager, by ``id:key``.  ``change`` edits the buildspec.
    """

    image: str
    folder: Path
    home: Path
    label: str
    credentials: str
    docker_environ: Mapping[str, str]
    aws_environ: Mapping[str, str]
    secrets: Mapping[str, str]
    webhook: Webhook = field(default_factory=Webhook)
    change: Callable[[dict[str, Any]], None] = lambda _: None
    _running: list[subprocess.Popen[str]] = field(default_factory=list)
    _is_stopped: bool = False

    def run(self, file: Path) -> dict[str, Ended]:
        """Run the phases; return how each list of commands ended, by ``phase`` or ``phase.finally``."""
        done: dict[str, Ended] = {}
        spec = self._spec(file)
        for name in _PHASES:
            phase = spec["phases"].get(name, {})
            reached = all(ended.code == 0 for ended in done.values())
            if not phase or not (reached or (name == "post_build" and "build" in done)):
                continue
            done[name] = self._shell(spec, phase["commands"])
            if self._is_stopped:
                break
            if commands := phase.get("finally"):
                done[f"{name}.finally"] = self._shell(spec, commands)
        return done

    def stop(self) -> None:
        """Stop the build: the machine and all that runs on it are gone at once."""
        self._is_stopped = True
        for process in self._running:
            os.killpg(process.pid, signal.SIGKILL)

    def _spec(self, file: Path) -> dict[str, Any]:
        spec: dict[str, Any] = yaml.safe_load(file.read_text())
        assert spec["env"]["variables"]["IMAGE"] == PUBLISHED
        spec["env"]["variables"]["IMAGE"] = self.image
        self.change(spec)
        return spec

    def _shell(self, spec: dict[str, Any], commands: list[str]) -> Ended:
        """Run commands in one shell, which ends with the first that fails."""
        script = "".join(
            f"{command}\ncode=$?; [ $code = 0 ] || exit $code\n" for command in commands
        )
        process = subprocess.Popen(
            ["sh", "-c", script],
            cwd=self.folder,
            env=self._environ(spec),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._running.append(process)
        try:
            log, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            log, _ = process.communicate()
            pytest.fail(f"the commands did not end:\n{log[-4000:]}")
        finally:
            self._running.remove(process)
        return Ended(code=process.returncode, log=log)

    def _environ(self, spec: dict[str, Any]) -> dict[str, str]:
        variables = {key: str(value) for key, value in spec["env"]["variables"].items()}
        kept = spec["env"].get("secrets-manager", {})
        secrets = {name: self.secrets[where] for name, where in kept.items()}
        return {
            **self.docker_environ,
            **variables,
            **secrets,
            **self.webhook.environ(self.folder),
            **self.aws_environ,
            "HOME": str(self.home),
            "PATH": f"{self._shim()}:{self.docker_environ['PATH']}",
            "SHIM_LABEL": self.label,
            "SHIM_PATH": self.docker_environ["PATH"],
            "SHIM_CREDENTIALS": self.credentials,
            "SHIM_PASS": ",".join(self.aws_environ),
        }

    def _shim(self) -> Path:
        folder = self.home / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "docker").write_text(f'#!/bin/sh\nexec {sys.executable} -I {SHIM} "$@"\n')
        (folder / "docker").chmod(0o755)
        return folder
