"""Those who tell a report: each in its own way, each guarded on its own.

The words come from ``plugin.core.render``; reporters only send.  A reporter that fails changes
neither the verdict nor what the others do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError
from plugin.core.escape import log_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.core.ports import Reporter
    from plugin.core.result import Report

_REASON_LIMIT = 1_000


@dataclass(frozen=True, kw_only=True)
class ReporterFailure:
    """A reporter that did not get through, and why in one harmless line."""

    name: str
    reason: str


def tell(reporters: Iterable[Reporter], report: Report) -> tuple[ReporterFailure, ...]:
    """Let every reporter tell the report, in order; return those that failed."""
    failures = (_failure_of(reporter, report) for reporter in reporters)
    return tuple(failure for failure in failures if failure)


def _failure_of(reporter: Reporter, report: Report) -> ReporterFailure | None:
    try:
        reporter.report(report)
    except Exception as error:  # noqa: BLE001 - whatever a reporter does, the verdict stands
        is_told = isinstance(error, PluginError)  # what happened, and what to change
        reason = str(error) if is_told else f"{type(error).__name__}: {error}"
        return ReporterFailure(
            name=log_text(reporter.name), reason=log_text(reason, limit=_REASON_LIMIT)
        )
    return None


def grouped(
    failures: Iterable[ReporterFailure],
) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return the reasons, each once, with the names of those who failed for it."""
    found: dict[str, list[str]] = {}
    for failure in failures:
        found.setdefault(failure.reason, []).append(failure.name)
    return tuple((tuple(names), reason) for reason, names in found.items())
