"""A step that runs in a container, the way CI hosts start one.

Knows the engine and what can be seen of a container from outside: its log, its end.  Every wait has
an end.  What a host sets, mounts and sends is the business of that host's runner.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import docker
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PUBLISHED = "ghcr.io/glue-health-check/glue-health-check:1"
"""What the examples name; a test runs the image of the checkout instead."""

SECONDS = 120
"""How long a test waits at most for a step to end or to print something."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a step ended, as its host shows it."""

    code: int
    log: str

    @property
    def outputs(self) -> dict[str, str]:
        """The last lines of the log, ``name=value``."""
        pairs = (line.partition("=") for line in self.log.splitlines()[-12:])
        return {name: value for name, equals, value in pairs if equals}


@dataclass(frozen=True)
class Step:
    """A container that runs, or ran."""

    container: Any

    def log(self) -> str:
        """Both streams, in one, as every host of these tests shows them."""
        log: bytes = self.container.logs()
        return log.decode(errors="replace")

    def until(self, words: str) -> Step:
        """Wait until the log has these words."""
        give_up = time.monotonic() + SECONDS
        while words not in (log := self.log()):
            self.container.reload()
            if self.container.status == "exited" or time.monotonic() > give_up:
                pytest.fail(f"{words!r} was never printed:\n{log[-4000:]}")
            time.sleep(0.1)
        return self

    def ended(self) -> Ended:
        """Wait for the end."""
        try:
            code = self.container.wait(timeout=SECONDS)["StatusCode"]
        except docker.errors.DockerException as error:
            pytest.fail(f"the step did not end: {error}\n{self.log()[-4000:]}")
        assert code != 78, "Drone would take this code for a pass, and skip what follows"
        return Ended(code=code, log=self.log())

    def killed(self) -> Ended:
        """End it with SIGKILL, as a host without patience does, or the kernel for want of memory."""
        self.container.kill("SIGKILL")
        return self.ended()

    def killed_and_gone(self) -> None:
        """End it with SIGKILL where somebody else waits for it, and may remove it before we look."""
        self.container.kill("SIGKILL")

    def stopped(self, seconds: int) -> Ended:
        """End it as ``docker stop`` does: the image's stop signal, SIGKILL after ``seconds``."""
        self.container.stop(timeout=seconds)
        return self.ended()

    def removed(self) -> None:
        """Remove it, running or not."""
        self.container.remove(force=True, v=True)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The machine on which a host's steps run.

    ``environ`` stands for this machine's way to AWS, which on a real one is the internet: the step
    gets it on top of what the host sets.  ``checkout`` is the folder that the host has cloned.
    """

    run_container: Callable[..., Any]
    image: str
    checkout: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def start(
        self,
        image: str,
        *command: str,
        environ: Mapping[str, str],
        mount: str,
        folder: str,
        entrypoint: Sequence[str] | None = None,
        user: str = "",
        also_mounted: Mapping[Path, str] | None = None,
        **options: Any,
    ) -> Step:
        """Start a step in an image, with the checkout mounted at ``mount``, in ``folder``."""
        assert image == PUBLISHED, f"the example names another image: {image}"
        if entrypoint is not None:
            options["entrypoint"] = list(entrypoint)
        if user:
            options["user"] = user
        started = self.run_container(
            self.image,
            *command,
            environment={**environ, **self.environ},
            volumes={
                str(path): {"bind": place, "mode": "rw"}
                for path, place in {self.checkout: mount, **(also_mounted or {})}.items()
            },
            working_dir=folder,
            **options,
        )
        return Step(started)
