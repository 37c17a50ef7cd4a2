"""An observer that can be silenced: who was given up may go on, and shall say nothing any more."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.core.ports import Observer
    from plugin.core.result import CheckResult


class Hush:
    """Hands on to an observer what it hears, until it is told to be silent."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._is_silent = threading.Event()

    def be_silent(self) -> None:
        """Hand on nothing from now on."""
        self._is_silent.set()

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        """Hand it on."""
        if not self._is_silent.is_set():
            self._observer.state_changed(check_name, state, detail)

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        """Hand them on."""
        if not self._is_silent.is_set():
            self._observer.log_lines(check_name, lines)

    def finished(self, result: CheckResult) -> None:
        """Hand it on."""
        if not self._is_silent.is_set():
            self._observer.finished(result)
