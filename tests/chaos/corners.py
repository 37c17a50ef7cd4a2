"""Schedules made by hand: corners that chance seldom draws, each with what it is about.

Pure.  Refuses to know what is right.
"""

from __future__ import annotations

import signal
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.chaos.schedule import (
    Blow,
    CheckPlan,
    Command,
    End,
    Fate,
    Point,
    RunPlan,
    Schedule,
    Strike,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETTINGS = (
    ("GLUE_HEALTH_CHECK_TIMEOUT_MINUTES", "2"),
    ("GLUE_HEALTH_CHECK_QUEUE_TIMEOUT_MINUTES", "2"),
)
_KEEP = ("GLUE_HEALTH_CHECK_KEEP_RESOURCES", "true")
_SLOW = RunPlan(end=End.NEVER, stopping_seconds=90.0)
_ENDLESS = RunPlan(end=End.NEVER)
_LOUD = RunPlan(lines=tuple(f"line {number}" for number in range(40)), running_seconds=30.0)


def _at(name: str, nth: int, command: Command) -> Point:
    service, _, operation = name.partition(" ")
    return Point(command=command, service=service, operation=operation, nth=nth)


def _strike(
    name: str,
    fate: Fate,
    nth: int = 1,
    *,
    times: int = 1,
    is_lasting: bool = False,
    command: Command = Command.CHECK,
) -> Strike:
    return Strike(at=_at(name, nth, command), fate=fate, times=times, is_lasting=is_lasting)


def _blow(
    name: str,
    nth: int = 1,
    *,
    sent: signal.Signals = signal.SIGTERM,
    is_after: bool = False,
    command: Command = Command.CHECK,
) -> Blow:
    return Blow(command=command, signal=sent, at=_at(name, nth, command), is_after=is_after)


_KILLED = _blow("glue GetJobRun", 2, sent=signal.SIGKILL)


def _schedule(*events: Strike | Blow, run: RunPlan = _ENDLESS, is_kept: bool = False) -> Schedule:
    return Schedule(
        seed=0,
        checks=(CheckPlan(name="job-0", run=run),),
        strikes=tuple(event for event in events if isinstance(event, Strike)),
        blows=tuple(event for event in events if isinstance(event, Blow)),
        settings=(*_SETTINGS, *((_KEEP,) if is_kept else ())),
    )


CORNERS: Mapping[str, Schedule] = MappingProxyType(
    {
        "the run that is cancelled is not listed yet": _schedule(
            _strike("glue GetJobRuns", Fate.STALE), _blow("glue GetJobRun", 3), run=_SLOW
        ),
        "cancelled right after the start, and the run is nowhere yet": _schedule(
            _strike("glue GetJobRuns", Fate.STALE),
            _strike("glue GetJobRun", Fate.STALE, times=9),
            _blow("glue StartJobRun", is_after=True),
        ),
        "no look is allowed, and the run is not listed yet": _schedule(
            _strike("glue GetJobRun", Fate.REFUSED, 2, is_lasting=True),
            _strike("glue GetJobRuns", Fate.STALE),
        ),
        "neither a look nor a listing is allowed": _schedule(
            _strike("glue GetJobRun", Fate.REFUSED, 2, is_lasting=True),
            _strike("glue GetJobRuns", Fate.REFUSED, is_lasting=True),
        ),
        "kept, and the job cannot be created": _schedule(
            _strike("glue CreateJob", Fate.REFUSED), is_kept=True
        ),
        "kept, killed, and cleanup does not see its jobs": _schedule(
            _strike("glue ListJobs", Fate.STALE, times=7, command=Command.CLEANUP),
            _KILLED,
            is_kept=True,
        ),
        "the log is an old one for a while": _schedule(
            _strike("logs GetLogEvents", Fate.STALE, 4, times=7), run=_LOUD
        ),
        "a look is silent when the signal comes": _schedule(
            _strike("glue GetJobRun", Fate.LATE, 3), _blow("glue GetJobRun", 3)
        ),
        "every look is silent when the signal comes, and all listings": _schedule(
            _strike("glue GetJobRun", Fate.LATE, 3, times=90),
            _strike("glue GetJobRuns", Fate.LATE, times=90),
            _blow("glue GetJobRun", 3),
        ),
        "a look is silent when the signal comes, another when the run was asked to stop": _schedule(
            _strike("glue GetJobRun", Fate.LATE, 3),
            _blow("glue GetJobRun", 3),
            _blow("glue BatchStopJobRun", sent=signal.SIGINT),
        ),
        "the start is silent when the signal comes": _schedule(
            _strike("glue StartJobRun", Fate.LATE), _blow("glue StartJobRun", is_after=True)
        ),
        "a silent log when the signal comes": _schedule(
            _strike("logs GetLogEvents", Fate.LATE, 3, times=5), _blow("logs GetLogEvents", 3)
        ),
        "the start is lost, and the run is not listed for long": _schedule(
            _strike("glue StartJobRun", Fate.CUT_AFTER),
            _strike("glue GetJobRuns", Fate.STALE, times=20),
        ),
        "the start takes effect when all is over": _schedule(
            _strike("glue StartJobRun", Fate.BELATED)
        ),
        "the start takes effect later, and a signal comes": _schedule(
            _strike("glue StartJobRun", Fate.BELATED), _blow("glue GetJobRuns", 2)
        ),
        "no creation is answered": _schedule(_strike("glue CreateJob", Fate.LATE, times=7)),
        "every creation takes effect later": _schedule(
            _strike("glue CreateJob", Fate.BELATED, times=7)
        ),
        "every object is written later": _schedule(_strike("s3 PutObject", Fate.BELATED, times=7)),
        "every removal takes effect later": _schedule(
            _strike("s3 DeleteObjects", Fate.BELATED, times=7),
            _strike("glue DeleteJob", Fate.BELATED, times=7),
            run=RunPlan(),
        ),
        "nobody may stop a run": _schedule(
            _strike("glue BatchStopJobRun", Fate.REFUSED, is_lasting=True)
        ),
        "a signal, and GitHub is silent": _schedule(
            _strike("github *", Fate.LATE, times=30), _blow("glue GetJobRun", 3)
        ),
        "a signal, and everybody is silent": _schedule(
            _strike("glue *", Fate.LATE, 9, times=90),
            _strike("s3 *", Fate.LATE, 3, times=90),
            _strike("github *", Fate.LATE, times=30),
            _blow("glue GetJobRun", 3),
        ),
        "GitHub is down from the start to the end": _schedule(
            _strike("github *", Fate.BROKEN, times=99), run=RunPlan()
        ),
        "cleanup is told to stop while it waits for a run": _schedule(
            _KILLED, _blow("glue GetJobRuns", 4, command=Command.CLEANUP), run=_SLOW
        ),
        "cleanup may not list objects, and a removal is lost": _schedule(
            _KILLED,
            _strike("glue DeleteJob", Fate.LATE, command=Command.CLEANUP),
            _strike(
                "s3 ListObjectVersions", Fate.REFUSED, is_lasting=True, command=Command.CLEANUP
            ),
        ),
    }
)
"""What each is about, and the schedule."""
