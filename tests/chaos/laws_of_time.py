"""Laws about time: every process ends by itself, and soon after a signal.  Virtual seconds.

Each law takes a play and yields the promises that were broken, in words.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.chaos import truth
from tests.chaos.schedule import Command, Fate
from tests.chaos.seeds import QUEUE_MINUTES, TIMEOUT_MINUTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.chaos.played import Played, Step

SOON_SECONDS = 6.0
"""After a signal, with an AWS and a GitHub that answer, and that soon."""
SLOW_SECONDS = 0.3
"""An answer that takes longer comes not soon."""
KILLED_SECONDS = 7.5
"""After a signal, whatever answers or not: then GitHub's runner kills a step."""
_SILENT = frozenset({Fate.LATE, Fate.BELATED})
_MOST_SECONDS: Mapping[Command, float] = MappingProxyType(
    {
        Command.CHECK: 60.0 * (TIMEOUT_MINUTES + QUEUE_MINUTES) + 900.0,
        Command.CLEANUP: 900.0,
        Command.SWEEP: 900.0,
    }
)


def every_process_ends(played: Played) -> Iterator[str]:
    """No process waits for ever, nor longer than all its own waits together take."""
    for step in played.steps:
        if step.is_hung:
            yield f"{step.name} hung: {step.is_hung}"
        elif step.seconds > _most(played, step):
            yield f"{step.name} took {step.seconds:.0f} s"


def _most(played: Played, step: Step) -> float:
    """Return the bound of a step: checks may run one after the other."""
    is_serial = any(name.endswith("MAX_PARALLEL") for name, _ in played.schedule.settings)
    turns = len(played.schedule.checks) if is_serial and step.command is Command.CHECK else 1
    return _MOST_SECONDS[step.command] * turns


def a_check_ends_soon_after_a_signal(played: Played) -> Iterator[str]:
    """A check that hears a signal ends before its host kills it."""
    step = played.step(Command.CHECK)
    yield from _late_after_a_signal(played, step)


def a_clean_up_ends_soon_after_a_signal(played: Played) -> Iterator[str]:
    """A cleanup or sweep that hears a signal ends before its host kills it, whatever AWS says."""
    for step in played.steps:
        if step.command is not Command.CHECK:
            yield from _late_after_a_signal(played, step)


def _late_after_a_signal(played: Played, step: Step) -> Iterator[str]:
    took = step.seconds_after_signal
    if took is None or truth.was_killed(step):
        return
    is_silent = any(one.fate in _SILENT for one in played.requests if one.step == step.name)
    is_soon = not is_silent and played.schedule.latency_seconds < SLOW_SECONDS
    most = SOON_SECONDS if is_soon else KILLED_SECONDS
    if took > most:
        yield f"{step.name} ended {took:.1f} s after its signal: more than {most:.1f} s"
