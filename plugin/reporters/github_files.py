"""GitHub's own files of a step: the step summary and the outputs.

The runner makes both and names them in the environment.  A malformed outputs file would fail the
step whatever our exit code says, a summary above 1 MiB is thrown away whole.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError
from plugin.core.escape import clip, output_entry
from plugin.core.forms.shorter import shorter_results
from plugin.core.render import cut, markdown, outputs
from plugin.reporters.appending import append, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.core.result import Report

SUMMARY_LIMIT = 1_048_576
"""Bytes of a step's summary (GitHub's documentation, workflow commands: job summaries)."""

OUTPUTS_LIMIT = 1_000_000
"""Bytes of a job's outputs, counted as UTF-16 (GitHub's documentation, output limitations)."""

_VALUE_LIMIT = 4_000
_HINT = "It is the runner's own file: see whether its disk is full, or the step's user may write."
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
        """Write outputs and summary; the one is written when the other fails.

        Raises ``PluginError`` with what to change, for both when neither could be written.
        """
        problems: list[PluginError] = []
        try:
            if self._output:
                with _noted(problems):
                    self._write_outputs(Path(self._output), report)
        finally:
            if self._summary:
                with _noted(problems):
                    _write_summary(Path(self._summary), report)
        if problems:
            raise PluginError(" ".join(one.message for one in problems), hint=_HINT)

    def _write_outputs(self, path: Path, report: Report) -> None:
        entries = dict(outputs(report, self._report_path()))
        with _explained("outputs"):
            room = OUTPUTS_LIMIT - 2 * size_of(path)
            append(path, "".join(self._entry(*pair) for pair in _fitting(entries, room)))

    def _entry(self, name: str, value: str) -> str:
        """Write one entry; a delimiter that the value contains is drawn again."""
        for _ in range(_DRAWS - 1):
            try:
                return output_entry(name, value, f"ghc_{self._token()}")
            except ValueError:
                continue
        return output_entry(name, value, f"ghc_{self._token()}")


def _fitting(entries: dict[str, str], room: int) -> Iterator[tuple[str, str]]:
    """Yield the entries, ``results`` shortened to what is left of ``room`` bytes of UTF-16."""
    short = {name: clip(value, _VALUE_LIMIT) for name, value in entries.items()}
    others = sum(_utf16(name + value) for name, value in short.items() if name != "results")
    left = (room - others - _utf16("results")) // 2
    short["results"] = shorter_results(entries["results"], max(2, left))
    yield from short.items()


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass"))


def _write_summary(path: Path, report: Report) -> None:
    with _explained("step summary"):
        append(path, cut(markdown(report), SUMMARY_LIMIT - size_of(path) - 1))


@contextmanager
def _noted(problems: list[PluginError]) -> Iterator[None]:
    """Note a problem instead of raising it: the other file may be written all the same."""
    try:
        yield
    except PluginError as error:
        problems.append(error)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turn an error of the system into one that says what to change."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise PluginError(f"The {what} file was not written: {reason}.", hint=_HINT) from error
