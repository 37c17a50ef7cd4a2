"""``report.json`` and ``report.md`` in the report folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.render import markdown

if TYPE_CHECKING:
    from plugin.core.result import Report
    from plugin.reporters.folder import Folder


PAGE, DATA = "report.md", "report.json"


class ReportFiles:
    """Writes both files; the page first, because people look for it first."""

    name = "files"

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._path = ""

    def path(self) -> str:
        """Return the path of ``report.md``; empty until it is written."""
        return self._path

    def report(self, report: Report) -> None:
        """Write them.  Raises ``PluginError`` with what to change."""
        from plugin.core.forms.report_json import report_json  # pydantic, only now

        self._path = str(self._folder.write(PAGE, markdown(report)))
        self._folder.write(DATA, report_json(report))
        if not self._folder.holds_base:
            self._folder.add(".gitignore", "*\n")  # nobody wants to commit a report

    def forget(self) -> None:
        """Remove both files: they are an earlier build's, until this one has a report."""
        for name in (PAGE, DATA):
            self._folder.remove(name)
