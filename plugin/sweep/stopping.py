"""Ends the runs of jobs that are to go: asks for all of them first, then waits for all together.

A run that goes on costs money, and takes Glue up to a minute to stop: one after the other would be
too long for the last step of a CI job.  Knows the ports only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from plugin.core.errors import NotFound
from plugin.sweep.abreast import NONE, abreast, guarded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.ports import Clock, Engine, FoundJob
    from plugin.core.result import Leftover

YOUNG_SECONDS = 60.0
"""A job as young as that may have a run that Glue does not list yet: GetJobRuns may lag, and the
start of a check that was killed can still be on its way."""
UNSURE_TURN_SECONDS = 5.0
"""Between two looks for such a run, at least."""
TURN_SECONDS = 1.0
"""Between two looks at the runs that stop, at least."""
LOOKS_A_SECOND = 4
"""Requests for that, on the average: what else asks Glue needs the rest."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What came of the runs of one job.

    ``active`` are the ids of those that go on; ``refusals`` say why nobody knows, or could ask for
    the end; ``was_active`` says that a run was stopped; ``is_unsure`` that none is listed at all,
    of a job so young that one may still appear.
    """

    active: tuple[str, ...] = ()
    refusals: tuple[Leftover, ...] = ()
    was_active: bool = False
    is_unsure: bool = False


def end_runs(
    engine: Engine, clock: Clock, jobs: tuple[FoundJob, ...], *, begin_until: float
) -> Mapping[str, Ended]:
    """Ask all runs of these jobs to stop; what is not begun in time, or before a cancel, is absent.

    ``begin_until`` is the clock's time after which no job more is looked at.
    """

    def ask(job: FoundJob) -> Ended | None:
        if clock.is_cancelled() or clock.monotonic() >= begin_until:
            return None
        return _asked(engine, clock, job, watched=0.0)

    found = abreast([partial(ask, job) for job in jobs])
    return {job.name: ended for job, ended in zip(jobs, found, strict=True) if ended is not None}


def await_end(
    engine: Engine,
    clock: Clock,
    jobs: tuple[FoundJob, ...],
    asked: Mapping[str, Ended],
    *,
    until: float,
) -> Mapping[str, Ended]:
    """Wait for all runs together, to the clock's time ``until`` or a cancel; return how it is.

    A run that appears meanwhile is asked to stop, too.
    """
    ended, since = dict(asked), clock.monotonic()
    while open_ := [job for job in jobs if _is_open(ended.get(job.name, Ended()))]:
        left = until - clock.monotonic()
        turn = TURN_SECONDS if any(ended[job.name].active for job in open_) else UNSURE_TURN_SECONDS
        pause = max(turn, len(open_) / LOOKS_A_SECOND)
        if left <= 0 or clock.wait(min(pause, left)):
            break
        look = partial(_look, engine, clock, watched=clock.monotonic() - since)
        looks = abreast([partial(look, job, ended[job.name]) for job in open_])
        ended.update(zip([job.name for job in open_], looks, strict=True))
    return ended


def _is_open(ended: Ended) -> bool:
    return bool(ended.active) or ended.is_unsure


def _asked(engine: Engine, clock: Clock, job: FoundJob, *, watched: float) -> Ended:
    ask = partial(_ask, engine, clock, job, watched=watched)
    ended, refusals = guarded("run", job.name, ask, otherwise=Ended())
    return ended if not refusals else Ended(refusals=refusals)


def _ask(engine: Engine, clock: Clock, job: FoundJob, *, watched: float) -> Ended:
    """Ask what goes on to stop.  ``watched``: for so many seconds we know the job to be there.

    It is as old as that, whatever a clock says that goes behind AWS's.
    """
    age = (clock.now() - job.created_at).total_seconds()
    is_young = max(age, watched) < YOUNG_SECONDS
    listed, refusals = NONE, NONE
    if is_young:  # asked first: a run that appears between the two looks is seen by the second one
        listing = partial(engine.runs, job.name)
        listed, refusals = guarded("run", job.name, listing, otherwise=NONE)
    active = engine.active_runs(job.name)
    if not active:
        is_unsure = is_young and not listed and not refusals
        return Ended(is_unsure=is_unsure, refusals=refusals)
    try:
        engine.stop_runs(job.name, active)
    except NotFound:  # somebody else has removed the job meanwhile
        active = ()
    return Ended(active=active, was_active=bool(active))


def _look(engine: Engine, clock: Clock, job: FoundJob, before: Ended, *, watched: float) -> Ended:
    if before.is_unsure:
        return _asked(engine, clock, job, watched=watched)
    look = partial(engine.active_runs, job.name)
    active, refusals = guarded("run", job.name, look, otherwise=NONE)
    return Ended(active=active, refusals=refusals, was_active=True)
