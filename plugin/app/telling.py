"""Who tells what happens: the console while checks run, and every reporter at the end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.reporters.files import ReportFiles
from plugin.reporters.folder import Folder
from plugin.reporters.github_files import GithubFiles
from plugin.reporters.live import console_for

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.ports import Reporter
    from plugin.core.sources import Settings
    from plugin.reporters.console import Console
    from plugin.reporters.live import LiveTable


@dataclass(frozen=True, kw_only=True)
class Telling:
    """The console, which observes the checks and reports too, and the writer of the files."""

    console: Console | LiveTable
    files: ReportFiles

    def close(self) -> None:
        """Close what the console has open."""
        self.console.close()


def forget_reports(invocation: Invocation) -> None:
    """Remove what an earlier build reported; what cannot be removed is overwritten later."""
    path = Path(invocation.peek("report_dir"))
    ReportFiles(Folder(path, base=invocation.cwd)).forget()


def observer_of(
    invocation: Invocation, settings: Settings, build: Build, *, checks: int
) -> Telling:
    """Return the console; a log is printed live when there is one check."""
    files = ReportFiles(Folder(Path(settings.plan.report_dir), base=invocation.cwd))
    console = console_for(
        invocation.out,
        host=build.host,
        is_live=checks == 1,
        clock=invocation.clock,
        token=lambda: invocation.draw(32),
        mask=invocation.mask,
        report_path=files.path,
    )
    return Telling(console=console, files=files)


def reporters_of(invocation: Invocation, build: Build, telling: Telling) -> tuple[Reporter, ...]:
    """Return the reporters in order: files first, because the others name their path."""
    github = GithubFiles(
        summary=invocation.environ.get("GITHUB_STEP_SUMMARY", ""),
        output=invocation.environ.get("GITHUB_OUTPUT", ""),
        token=lambda: invocation.draw(32),
        report_path=telling.files.path,
    )
    on_github = (github,) if build.host.has_runner_files else ()
    return (telling.files, *on_github, telling.console)
