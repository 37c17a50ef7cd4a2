"""What a judgement is, and the words that all of them share.

Refuses to know when which one is right: ``judgement`` and ``success`` do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.diagnosing.hints import hint_for, hint_of
from plugin.core.judging.root_cause import first_line
from plugin.core.judging.tracebacks import with_our_paths
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.judging.root_cause import Cause
    from plugin.core.result import Place

_PYSPARK = re.compile(r"\bpyspark\.(?:\w+\.)+(?=[A-Z]\w*(?:Error|Exception)\b)")
"""The module of Spark's exceptions: it tells nothing, and stands before all that does."""
_BEFORE_THE_PLAN = ";"
"""How Spark ends the line below which it writes its plan."""
LONGEST_MAPPED = 2000
"""Characters of a reason in which files are looked for."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Verdict, one line why, what to do next, and the place in the checkout if known.

    ``trouble`` is None for what passed or was skipped, and never for anything else.
    """

    verdict: Verdict
    reason: str = ""
    hint: str = ""
    trouble: Trouble | None = None
    place: Place | None = None
    notes: tuple[str, ...] = ()


def errored(trouble: Trouble, reason: str, hint: str = "") -> Judgement:
    """Return the judgement of a check that nobody can judge."""
    return Judgement(
        verdict=Verdict.ERRORED,
        reason=one_line(reason),
        hint=hint or hint_of(trouble),
        trouble=trouble,
    )


def unhealthy(trouble: Trouble, reason: str, *, notes: tuple[str, ...] = ()) -> Judgement:
    """Return the judgement of a run that is not healthy."""
    return Judgement(
        verdict=Verdict.FAILED, reason=reason, hint=hint_of(trouble), trouble=trouble, notes=notes
    )


def cancelled(reason: str, hint: str = "") -> Judgement:
    """Return the judgement of a run that was stopped from outside."""
    trouble = Trouble.STOPPED
    return Judgement(
        verdict=Verdict.CANCELLED, reason=reason, hint=hint or hint_of(trouble), trouble=trouble
    )


def of_script(
    check: Check,
    cause: Cause,
    trouble: Trouble,
    reason: str,
    *,
    notes: tuple[str, ...],
    has_log: bool,
) -> Judgement:
    """Return the judgement of a script that failed, its files named as the checkout has them."""
    line = _PYSPARK.sub("", one_line(reason, LONGEST_MAPPED)).removesuffix(_BEFORE_THE_PLAN)
    return Judgement(
        verdict=Verdict.FAILED,
        reason=one_line(with_our_paths(line, check.shipped)),
        hint=hint_for(trouble, check, cause.error, has_log=has_log),
        trouble=trouble,
        place=cause.place,
        notes=notes,
    )


def one_line(text: str, longest: int = 500) -> str:
    """Return the first line that says something, cut where it gets too long."""
    line = first_line(text)
    return line if len(line) <= longest else line[: longest - 1] + "…"
