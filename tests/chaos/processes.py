"""The harness's side of the zygote: starts commands, and says how they ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

    from tests.chaos.child import Errand

_ROOT = Path(__file__).parents[2]


class Zygote:
    """Use it in a ``with``.  For one command at a time."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.zygote"],
            cwd=_ROOT,
            env={
                "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
                "PYTHONHASHSEED": "0",
                "PYTHONPATH": str(_ROOT),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,  # a terminal's signals are for the harness alone
        )
        self.pid = 0
        """Of the command that runs; 0 when none does."""
        self.cpu_seconds = 0.0
        """Of all commands so far."""
        assert self._read()["is_ready"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill(signal.SIGKILL)
        self._process.communicate()

    def start(self, errand: Errand) -> None:
        """Start a command; returns when it has a process."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(errand)) + "\n")
        self.pid = self._read()["pid"]

    def wait(self) -> int:
        """Wait for the end of the command; return its exit code, or minus the signal's number."""
        ended = self._read()
        self.pid = 0
        self.cpu_seconds += ended["cpu_seconds"]
        return int(ended["code"])

    def kill(self, number: int) -> None:
        """Send the command a signal, if it is there."""
        if self.pid:
            os.kill(self.pid, number)

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())
