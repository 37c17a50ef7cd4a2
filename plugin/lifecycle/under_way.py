"""Which checks are under way, and what is known of each: for those who end one in its place."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.watching.course import Course


class UnderWay:
    """The courses of all checks that have begun, by the names of their jobs.  Safe in threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._courses: dict[str, Course] = {}
        self._lock = threading.Lock()

    def put(self, check: Check, course: Course) -> None:
        """Take the course of a check; from now on it is the one that is told."""
        with self._lock:
            self._courses[check.job_name] = course

    def of(self, check: Check) -> Course | None:
        """Return the course of a check, which may still grow; None when it has not begun."""
        with self._lock:
            return self._courses.get(check.job_name)
