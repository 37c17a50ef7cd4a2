"""The stage: AWS, GitHub, and a process on it that can be hit.

Knows how all of it is opened and closed, and how a signal reaches the process.  Refuses to know the
order of a play.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import TYPE_CHECKING, Self

from tests.chaos.cloud import Cloud
from tests.chaos.github import GitHub
from tests.chaos.judge import Behind, Judge
from tests.chaos.processes import Zygote
from tests.chaos.relay import Listener
from tests.chaos.shared import Shared

if TYPE_CHECKING:
    from types import TracebackType

    from tests.chaos.asking import Asked
    from tests.chaos.child import Errand
    from tests.chaos.schedule import Blow, Schedule
    from tests.doubles.loopback import Response

EPOCH = 1_772_452_800.0
"""Second 0 of a play: 2 March 2026, noon, UTC."""
REAL_SECONDS = 60.0
"""After so much real time a process hangs, and is killed."""
_HEARD_SECONDS = 30.0
"""A process that lives hears a signal; a busy machine may let it wait."""


class Stage:
    """Use it in a ``with``; plays one schedule after the other.

    ``shared`` holds the virtual time.  In the process that opens it moto has the stage's time.
    """

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder = Path(tempfile.mkdtemp(prefix="chaos-"))
            stack.callback(shutil.rmtree, self.folder)
            self.shared = Shared(self.folder / "shared")
            stack.callback(self.shared.close)
            self.zygote = stack.enter_context(Zygote())
            self.cloud = Cloud(seconds=lambda: self.shared.seconds, epoch=EPOCH)
            stack.callback(self.cloud.close)
            self.listener = stack.enter_context(Listener(self._answer))
            self.github = GitHub(self.listener.endpoint_url)
            self.judge: Judge | None = None
            self.signals: list[str] = []
            self._first: float | None = None
            self._open = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def furnish(self, schedule: Schedule, scripts: tuple[str, ...]) -> Judge:
        """Begin anew at second 0: only strangers' things are there."""
        self.shared.seconds = 0.0
        self.shared.put("latency", schedule.latency_seconds)
        self.github.furnish(scripts)
        self.cloud.furnish(schedule.checks, is_versioned=schedule.is_versioned)
        runner, cloud = self.cloud.runner, self.cloud
        self.judge = Judge(
            schedule,
            Behind(
                ask=self._ask,
                later=lambda seconds, deed: runner.at(cloud.now() + seconds, lambda _: deed()),
                check_of=cloud.check_of,
                hit=self._hit,
                seconds=lambda: self.shared.seconds,
            ),
        )
        return self.judge

    # --- one process -----------------------------------------------------------------------------

    def forget(self) -> None:
        """Begin a new process: no signal was sent."""
        self.shared.forget()
        self.signals, self._first = [], None

    def set_off(self, blow: Blow) -> None:
        """Have the process hit so many seconds after its start, which is now."""
        self._alarm(blow, self.shared.seconds + blow.seconds)

    def run(self, errand: Errand) -> tuple[int, str]:
        """Run a process to its end; return its exit code, and why it hung, or nothing."""
        late = threading.Event()

        def kill() -> None:
            late.set()
            self.zygote.kill(signal.SIGKILL)

        watch = threading.Timer(REAL_SECONDS, kill)
        watch.daemon = True
        self.zygote.start(errand)
        watch.start()
        try:
            code = self.zygote.wait()
        finally:
            watch.cancel()
        if late.is_set():
            return code, "its real time was over"
        return code, "all of its threads waited for ever" if self.shared.get("hung") else ""

    def seconds_after_signal(self) -> float | None:
        """Return how long the first signal is over; None when none was sent."""
        first = self._first or self.shared.get("rung_at")
        return round(self.shared.seconds - first, 3) if first else None

    def cpu_seconds(self) -> float:
        """Return what this process and all commands have used."""
        own = getrusage(RUSAGE_SELF)
        return own.ru_utime + own.ru_stime + self.zygote.cpu_seconds

    def _hit(self, blow: Blow) -> None:
        """Send the process a signal, and return when it was heard, or the process is dead."""
        before = self.shared.get("heard")
        if self._first is None:
            self._first = self.shared.seconds
        self.signals.append(blow.signal.name)
        self._alarm(blow, None)
        self.zygote.kill(blow.signal)
        give_up = time.monotonic() + _HEARD_SECONDS
        while self.shared.get("heard") == before and time.monotonic() < give_up:
            if _is_gone(self.zygote.pid):
                return
            time.sleep(0.0002)

    def _alarm(self, blow: Blow, at: float | None) -> None:
        """Let the process send itself the signals that come later; ``at`` is the first one's."""
        if at is not None:
            self.shared.set_alarm(at, blow.signal)
            self.signals.append(blow.signal.name)
        for again in blow.again:
            self.shared.set_alarm((at or self.shared.seconds) + again.seconds, again.signal)
            self.signals.append(again.signal.name)

    # --- one request -----------------------------------------------------------------------------

    def _answer(self, asked: Asked) -> Response | None:
        assert self.judge is not None
        return self.judge.answer(asked)

    def _ask(self, asked: Asked) -> Response:
        """Hand a request on to whom it is for."""
        if asked.service == "github":
            return self.github.ask(asked)
        if asked.service == "logs":
            self.cloud.runner.catch_up()
            return self.cloud.logs.ask(asked.operation, asked.json)
        return self.cloud.ask(asked.method, asked.path, asked.headers, asked.body)


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return not pid
