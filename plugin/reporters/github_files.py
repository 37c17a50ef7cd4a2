"""GitHub's own files of a step: the step summary and the outputs.

The runner makes both and names them in the environment.  A malformed outputs file would fail the
step whatever our exit code says, a summary above 1 MiB is thrown away whole.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.escape import output_entry
from plugin.core.render import cut, markdown, outputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.core.result import Report

SUMMARY_LIMIT = 1_048_576
"""Bytes of a step's summary (GitHub's documentation, workflow commands: job summaries)."""

_DRAWS = 3


class GithubFiles:
    """Appends to both files; a path that is empty is left out.

    ``token`` draws a random text of letters and digits; ``report_path`` is asked at the end.
    """

    name = "github_files"

    def __init__(
        self,
        *,
        summary: str,
        output: str,
        token: Callable[[], str],
        report_path: Callable[[], str] = str,
    ) -> None:
        self._summary = summary
        self._output = output
        self._token = token
        self._report_path = report_path

    def report(self, report: Report) -> None:
        """Write outputs and summary; the one is written when the other fails.  Raises OSError."""
        try:
            if self._output:
                _append(Path(self._output), self._entries(report))
        finally:
            if self._summary:
                path = Path(self._summary)
                _append(path, cut(markdown(report), SUMMARY_LIMIT - _size(path) - 1))

    def _entries(self, report: Report) -> str:
        entries = outputs(report, self._report_path())
        return "".join(self._entry(name, value) for name, value in entries)

    def _entry(self, name: str, value: str) -> str:
        """Write one entry; a delimiter that the value contains is drawn again."""
        for _ in range(_DRAWS - 1):
            try:
                return output_entry(name, value, f"ghc_{self._token()}")
            except ValueError:
                continue
        return output_entry(name, value, f"ghc_{self._token()}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _append(path: Path, text: str) -> None:
    """Append ``text``, on a line of its own, in one write."""
    with path.open("ab+") as file:
        is_inside_a_line = file.tell() > 0 and _last_byte(path) != b"\n"
        file.write((b"\n" if is_inside_a_line and text else b"") + text.encode("utf-8"))


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)
