"""Who is told while the checks run: the console, and GitHub that they have begun."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.audience import Offer, audience
from plugin.core.leg import leg_of
from plugin.reporters.files import ReportFiles
from plugin.reporters.folder import Folder
from plugin.reporters.junit import JUnitFile
from plugin.reporters.live import console_for

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from plugin.app.invocation import Invocation
    from plugin.app.prepare import Request
    from plugin.clients.github import GitHub
    from plugin.core.ports import Observer
    from plugin.core.result import CheckResult
    from plugin.reporters.console import Console
    from plugin.reporters.live import LiveTable
    from plugin.reporters.pending import Pending

_NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, kw_only=True)
class Telling:
    """The console, which observes and reports too, the files' writers, and who says ``pending``."""

    console: Console | LiveTable
    files: ReportFiles
    junit: JUnitFile
    pending: Pending | None = None

    @property
    def observer(self) -> Observer:
        """Everyone who hears what happens while checks run."""
        return self.console if self.pending is None else _Both(self.console, self.pending)

    def close(self) -> None:
        """Close what the console has open."""
        self.console.close()


@dataclass(frozen=True)
class _Both:
    """Two observers as one."""

    first: Observer
    second: Observer

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        self.first.state_changed(check_name, state, detail)
        self.second.state_changed(check_name, state, detail)

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        self.first.log_lines(check_name, lines)
        self.second.log_lines(check_name, lines)

    def finished(self, result: CheckResult) -> None:
        self.first.finished(result)
        self.second.finished(result)


def forget_reports(invocation: Invocation) -> None:
    """Remove what an earlier build reported; what cannot be removed is overwritten later."""
    folder = Folder(Path(invocation.peek("report_dir")), base=invocation.cwd)
    for files in (ReportFiles(folder), JUnitFile(folder)):
        files.forget()


def telling_of(request: Request) -> Telling:
    """Return who is told while checks run; a log is printed live when there is one check."""
    invocation = request.invocation
    folder = Folder(Path(request.settings.plan.report_dir), base=invocation.cwd)
    files = ReportFiles(folder)
    console = console_for(
        invocation.out,
        host=request.build.host,
        is_live=len(request.plan.checks) == 1,
        clock=invocation.clock,
        token=lambda: invocation.draw(32),
        mask=invocation.mask,
        report_path=files.path,
        is_ci=offer_of(invocation).is_ci,
        names=[check.name for check in request.plan.checks],
    )
    return Telling(
        console=console, files=files, junit=JUnitFile(folder), pending=_pending_of(request)
    )


def offer_of(invocation: Invocation) -> Offer:
    """Return what the place that we run in offers."""
    environ = invocation.environ
    return Offer(
        is_ci=environ.get("CI", "").strip().lower() not in _NO,
        card_path=environ.get("DRONE_CARD_PATH", ""),
        output_path=environ.get("DRONE_OUTPUT", "") or environ.get("HARNESS_OUTPUT_FILE", ""),
    )


def _pending_of(request: Request) -> Pending | None:
    """Return who says ``pending``: nobody where a killed step could not take it back."""
    build, plan = request.build, request.settings.plan
    names = audience(build, plan, offer_of(request.invocation), was_skipped=not request.plan.checks)
    is_asked = "commit_status" in names and plan.github_token
    if not is_asked or build.host.kills_without_signal:
        return None
    from plugin.reporters.pending import Pending

    def own_github() -> AbstractContextManager[GitHub]:
        from plugin.app.door import github

        return github(request.invocation, request.settings, build, is_brief=True)

    return Pending(
        open_github=own_github,
        build=build,
        context=plan.status_context,
        build_id=request.build_id,
        leg=leg_of(request.settings, build, only=request.invocation.line.only),
    )
