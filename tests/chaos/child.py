"""One command in a process of its own, in virtual time: what comes between a fork and ``main``.

Knows where the product and its libraries meet time, chance, signals and the network.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plugin.clients.clock import SystemClock
from tests.chaos.shared import Shared
from tests.chaos.turns import TURNS, keep_python_alive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS_HEADER, LATE_HEADER = "x-chaos-seconds", "x-chaos-late"
"""Headers of an answer: it took so long, or longer than the client waits."""
_real_getresponse = http.client.HTTPConnection.getresponse
_real_signal = signal.signal


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What a process is to do.  ``seed`` makes its random numbers; ``epoch`` is second 0."""

    argv: tuple[str, ...]
    environ: Mapping[str, str]
    folder: str
    shared: str
    seed: int
    epoch: float


class _Flag:
    """What the clock keeps of a cancel.  A signal handler may set it: it takes no lock."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        self._is_set = True

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, seconds: float | None = None) -> bool:
        return TURNS.block(self.is_set, seconds)


def run(errand: Errand) -> None:
    """Do it, and end the process with its exit code.  The caller has just been forked."""
    folder = Path(errand.folder)
    os.setsid()
    os.chdir(folder)
    for number, name in ((1, "stdout"), (2, "stderr")):
        there = os.open(folder / f".{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(there, number)
        os.close(there)
    os.environ.clear()
    os.environ.update(errand.environ)
    tempfile.tempdir = None
    _seed(errand.seed)
    keep_python_alive()
    shared = Shared(Path(errand.shared))
    TURNS.begin(shared, epoch=errand.epoch)
    _meet_time(shared, errand.epoch)
    sys.argv = ["glue-health-check", *errand.argv]
    from plugin.app import main

    code = 99
    try:
        code = main()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - as Python would tell it
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        code = 1
    finally:
        os._exit(code)


def _seed(seed: int) -> None:
    """Let chance be the same again: pauses between attempts, and names."""
    random.seed(seed)
    chance = random.Random(seed + 1)
    for module in (os, random):
        name = "urandom" if module is os else "_urandom"
        setattr(module, name, chance.randbytes)


def _without_patience(sock: Any) -> float | None:
    """Return how long a socket waits; it waits for ever now: who is slow in real time is not late."""
    if sock is None:
        return None
    patience: float | None = sock.gettimeout()
    sock.settimeout(None)
    return patience


def _meet_time(shared: Shared, epoch: float) -> None:
    def begin(self: Any) -> None:
        self._cancelled, self._pressed = _Flag(), _Flag()

    def now(_: Any) -> datetime:
        return datetime.fromtimestamp(epoch + shared.seconds, UTC)

    def getresponse(self: Any, *args: Any, **names: Any) -> Any:
        patience = _without_patience(self.sock)
        try:
            answer = _real_getresponse(self, *args, **names)
        except Exception:
            TURNS.sleep(shared.get("latency"))
            raise
        if answer.headers.get(LATE_HEADER):
            TURNS.sleep(patience or 3600.0)
            self.close()
            raise TimeoutError("timed out")
        TURNS.sleep(float(answer.headers.get(SECONDS_HEADER) or 0))
        return answer

    def handled(number: int, handler: Any) -> Any:
        return _real_signal(number, _counting(handler, shared) if callable(handler) else handler)

    for owner, name, instead in (
        (SystemClock, "__init__", begin),
        (SystemClock, "now", now),
        (http.client.HTTPConnection, "getresponse", getresponse),
        (signal, "signal", handled),
    ):
        setattr(owner, name, instead)


class _counting:  # noqa: N801 - it stands for a function
    """A signal handler that is followed by a count, which the sender of the signal waits for."""

    def __init__(self, handler: Callable[..., object], shared: Shared) -> None:
        inner = handler.handler if isinstance(handler, _counting) else handler
        self.handler: Callable[..., object] = inner
        self._shared = shared

    def __call__(self, number: int, frame: Any) -> None:
        self.handler(number, frame)
        self._shared.put("heard", self._shared.get("heard") + 1)
