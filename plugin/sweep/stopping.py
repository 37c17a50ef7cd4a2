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

    from plugin.core.ports import Clock, Engine
    from plugin.core.result import Leftover

TURN_SECONDS = 1.0
"""Between two looks at the runs that stop, at least."""
LOOKS_A_SECOND = 4
"""Requests for that, on the average: what else asks Glue needs the rest."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What came of the runs of one job.

    ``active`` are the ids of those that go on; ``refusals`` say why nobody knows, or could ask for
    the end; ``was_active`` says that a run was stopped.
    """

    active: tuple[str, ...] = ()
    refusals: tuple[Leftover, ...] = ()
    was_active: bool = False


def end_runs(
    engine: Engine, clock: Clock, names: tuple[str, ...], *, begin_until: float
) -> Mapping[str, Ended]:
    """Ask all runs of these jobs to stop; what is not begun in time, or before a cancel, is absent.

    ``begin_until`` is the clock's time after which no job more is looked at.
    """

    def ask(name: str) -> Ended | None:
        if clock.is_cancelled() or clock.monotonic() >= begin_until:
            return None
        asked = partial(_ask, engine, name)
        ended, refusals = guarded("run", name, asked, otherwise=Ended())
        return ended if not refusals else Ended(refusals=refusals)

    found = abreast([partial(ask, name) for name in names])
    return {name: ended for name, ended in zip(names, found, strict=True) if ended is not None}


def await_end(
    engine: Engine, clock: Clock, asked: Mapping[str, Ended], *, until: float
) -> Mapping[str, Ended]:
    """Wait for all runs together, to the clock's time ``until`` or a cancel; return how it is."""
    ended = dict(asked)
    while active := [name for name, one in ended.items() if one.active]:
        left = until - clock.monotonic()
        pause = max(TURN_SECONDS, len(active) / LOOKS_A_SECOND)
        if left <= 0 or clock.wait(min(pause, left)):
            break
        looks = abreast([partial(_look, engine, name) for name in active])
        ended.update(zip(active, looks, strict=True))
    return ended


def _ask(engine: Engine, name: str) -> Ended:
    active = engine.active_runs(name)
    if active:
        try:
            engine.stop_runs(name, active)
        except NotFound:  # somebody else has removed the job meanwhile
            active = ()
    return Ended(active=active, was_active=bool(active))


def _look(engine: Engine, name: str) -> Ended:
    look = partial(engine.active_runs, name)
    active, refusals = guarded("run", name, look, otherwise=NONE)
    return Ended(active=active, refusals=refusals, was_active=True)
