"""What is said of a check in the end."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """How a check ended, from best to worst (the order decides a plan's verdict)."""

    SKIPPED = "skipped"
    """It was not run, for a reason that is told."""
    PASSED = "passed"
    CANCELLED = "cancelled"
    """Stopped by a signal or by somebody else."""
    FAILED = "failed"
    """The script is at fault."""
    ERRORED = "errored"
    """We, AWS or the set-up are at fault: nobody knows how the script is."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a plan: errored > failed > cancelled > passed > skipped.

    No verdict at all is ``skipped``: there was nothing to do.
    """
    order = tuple(Verdict)
    return max(verdicts, key=order.index, default=Verdict.SKIPPED)
