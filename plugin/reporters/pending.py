"""The status that says that a check has begun, told while it runs.

In a thread of its own: no check waits for GitHub.  What goes wrong is kept for the final status,
which is told instead of it.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from plugin.core.forms.status import pending_of
from plugin.core.states import RunState

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from plugin.clients.github import GitHub
    from plugin.core.build import Build
    from plugin.core.result import CheckResult

_STATES = frozenset(RunState)


class Pending:
    """Posts ``pending`` once, when the first run is known to Glue.  An observer; never raises.

    ``open_github`` is called in the thread: it must not hand out a connection of others, nor one
    that tries again, because the final status must be the last.
    """

    def __init__(
        self,
        *,
        open_github: Callable[[], AbstractContextManager[GitHub]],
        build: Build,
        context: str,
        build_id: str,
        leg: str = "",
    ) -> None:
        self.build_id = build_id
        self._open_github = open_github
        self._build = build
        self._post = pending_of(build, context=context, build_id=build_id, leg=leg)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._is_posted = False

    @property
    def has_begun(self) -> bool:
        """Whether it was, or is being, asked for."""
        return self._thread is not None

    @property
    def may_come_late(self) -> bool:
        """Whether nobody knows if, and when, it gets there: no answer came, or not a good one."""
        return self.has_begun and not self._is_posted

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        """Begin at the first state of Glue's; what we do before is not worth a request."""
        _ = check_name, detail
        if state not in _STATES:
            return
        with self._lock:
            if self._thread is None and not self._is_closed:
                thread = threading.Thread(target=self._tell, name="pending-status", daemon=True)
                with suppress(RuntimeError):  # no more threads: the checks need theirs
                    thread.start()
                    self._thread = thread

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        """Nothing to do."""

    def finished(self, result: CheckResult) -> None:
        """Nothing to do."""

    def is_over(self, seconds: float) -> bool:
        """Wait up to ``seconds`` for the request to end, and let none begin; say whether it has."""
        with self._lock:
            self._is_closed = True
            thread = self._thread
        if thread is None:
            return True
        thread.join(seconds)
        return not thread.is_alive()

    def _tell(self) -> None:
        try:
            with self._open_github() as github:
                github.create_status(self._build.repository, self._build.commit, self._post)
                self._is_posted = True
        except Exception:  # noqa: BLE001, S110 - the final status meets the same, and tells it
            pass
