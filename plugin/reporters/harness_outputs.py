"""The outputs of a Harness step: lines appended to the file that ``DRONE_OUTPUT`` names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError
from plugin.core.escape import harness_output, harness_room
from plugin.core.forms.shorter import shorter_bytes, shorter_results
from plugin.core.render import outputs
from plugin.reporters.appending import append

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.core.result import Report

_HINT = "DRONE_OUTPUT must name a file that can be written."


class HarnessOutputs:
    """Appends to the file ``path``; ``report_path`` is asked at the end."""

    name = "harness_outputs"

    def __init__(self, *, path: str, report_path: Callable[[], str] = str) -> None:
        self._path = Path(path)
        self._report_path = report_path

    def report(self, report: Report) -> None:
        """Append the outputs in one write.  Raises ``PluginError`` with what to change."""
        lines = (_line(name, value) for name, value in outputs(report, self._report_path()))
        try:
            append(self._path, "".join(lines))
        except OSError as error:
            reason = error.strerror or str(error)
            raise PluginError(f"The outputs were not written: {reason}.", hint=_HINT) from error


def _line(name: str, value: str) -> str:
    room = harness_room(name)
    short = shorter_results(value, room) if name == "results" else shorter_bytes(value, room)
    return harness_output(name, short)
