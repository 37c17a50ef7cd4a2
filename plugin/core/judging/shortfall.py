"""Findings that are missing: what to say of it, and what to do.

The local engine's log is never late: what is not in it was not printed.  Refuses to know verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.judging.logbook import LogBook

_UNPRINTED = "Print the missing findings, or lower require_findings."
_UNCOUNTED = "Print every finding that the job counts, or mend its count."
_LATE = "If the job did print them, its log was late: run the check again."


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """What is missing, a sentence, and what to do; an empty hint: that of the class is right."""

    reason: str
    hint: str


def shortfall(check: Check, book: LogBook) -> Shortfall | None:
    """Return what is missing of the findings that the job counted, or else of the required ones.

    What kept the log from being read whole is told instead of a hint: nothing else is known then.
    """
    read, counted = book.finding_count, book.counted or 0
    required = check.settings.require_findings or 0
    if read < counted:
        reason = f"{read} of {counted} promised findings were read."
        hint = _UNCOUNTED if check.is_local else ""
    elif read < required:
        reason = f"{_findings(required)} required, {read} {_were(read)} read."
        hint = _UNPRINTED if check.is_local else f"{_UNPRINTED} {_LATE}"
    else:
        return None
    return Shortfall(reason=reason, hint=book.problem or hint)


def _findings(number: int) -> str:
    return f"{number} {'finding' if number == 1 else 'findings'} {_were(number)}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
