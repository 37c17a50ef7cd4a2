"""A seed makes a schedule, and the same seed makes the same.

Pure.  Knows how often what is drawn.  Refuses to know what is right, and how a stage lets it
happen.  A number drawn here is drawn for good: a change of this file gives all seeds new meanings.
"""

from __future__ import annotations

import random
import signal
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from tests.chaos.pools import BELATABLE, HALVABLE, POOLS, STALE_ABLE, STRUCK_MORE_THAN_ONCE
from tests.chaos.schedule import (
    Again,
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

T = TypeVar("T")

TIMEOUT_MINUTES, QUEUE_MINUTES = 2, 2
"""Of every play: short, so that a script without an end is not looked at a hundred times."""
SOFT = (signal.SIGTERM, signal.SIGINT)

_FOCUS = MappingProxyType({Command.CHECK: 62, Command.CLEANUP: 24, Command.SWEEP: 14})
"""Which command a schedule is about: those before it leave something for it to do."""
_COMMANDS = MappingProxyType(
    {
        Command.CHECK: {Command.CHECK: 84, Command.CLEANUP: 12, Command.SWEEP: 4},
        Command.CLEANUP: {Command.CHECK: 35, Command.CLEANUP: 60, Command.SWEEP: 5},
        Command.SWEEP: {Command.CHECK: 30, Command.CLEANUP: 20, Command.SWEEP: 50},
    }
)
"""Which commands are struck, by the focus."""
_FATES = MappingProxyType(
    {
        Fate.THROTTLED: 18,
        Fate.REFUSED: 20,
        Fate.BROKEN: 14,
        Fate.CUT_BEFORE: 10,
        Fate.CUT_AFTER: 14,
        Fate.LATE: 12,
        Fate.BELATED: 6,
        Fate.STALE: 12,
        Fate.HALF: 18,
    }
)
_ENDS = MappingProxyType(
    {End.PASSES: 50, End.FAILS: 20, End.NEVER: 12, End.STOPPED: 8, End.ERROR: 10}
)
_STRIKES = MappingProxyType({0: 16, 1: 28, 2: 28, 3: 16, 4: 12})
_CHECKS = MappingProxyType({1: 55, 2: 30, 3: 15})
_TIMES = MappingProxyType({1: 72, 2: 10, 4: 8, 7: 10})
_BLOWS = MappingProxyType({"none": 1, "soft": 1, "kill": 1})


def of_seed(seed: int) -> Schedule:
    """Return the schedule of a seed, any whole number."""
    draw = random.Random(seed)
    has_findings = draw.random() < 0.3
    checks = tuple(
        _check(draw, number, has_findings=has_findings) for number in range(_one(draw, _CHECKS))
    )
    focus = _one(draw, _FOCUS)
    struck = [_one(draw, _COMMANDS[focus]) for _ in range(_one(draw, _STRIKES))]
    return Schedule(
        seed=seed,
        checks=checks,
        strikes=tuple(_strike(draw, command, checks) for command in struck),
        blows=_blows(draw, focus, checks),
        settings=_settings(draw, has_findings=has_findings),
        sweep_after_hours=draw.choice((25.0, 30.0, 40.0)),
        latency_seconds=draw.choice((0.02, 0.05, 0.05, 0.2, 0.6)),
        is_versioned=draw.random() < 0.25,
    )


def _one(draw: random.Random, weights: Mapping[T, int]) -> T:
    return draw.choices(tuple(weights), tuple(weights.values()))[0]


# --- checks --------------------------------------------------------------------------------------


def _check(draw: random.Random, number: int, *, has_findings: bool) -> CheckPlan:
    run = RunPlan(
        end=_one(draw, _ENDS),
        starting_seconds=_starting(draw),
        running_seconds=round(draw.uniform(0.5, 80.0 if draw.random() < 0.2 else 25.0), 1),
        stopping_seconds=draw.choice((0.3, 1.0, 3.0, 12.0, 40.0, 90.0)),
        log_seconds=draw.choice((0.2, 1.0, 2.0, 5.0, 9.0, 40.0)),
        lines=_lines(draw, has_findings=has_findings),
        is_deleted=draw.random() < 0.06,
    )
    kind = "pythonshell" if draw.random() < 0.7 else "glueetl"
    return CheckPlan(name=f"job-{number}", job_type=kind, run=run)


def _starting(draw: random.Random) -> float:
    """Return seconds before RUNNING: at times more than we wait for."""
    most = 400.0 if draw.random() < 0.07 else 15.0
    return round(draw.uniform(0.2, most), 1)


def _lines(draw: random.Random, *, has_findings: bool) -> tuple[str, ...]:
    """Return two lines at least; of two findings, where there are any, the second may be bad."""
    if not has_findings:
        return tuple(f"line {number}" for number in range(draw.choice((2, 2, 3, 40))))
    is_good = draw.random() < 0.65
    return (
        'GLUE_HEALTH_CHECK {"name": "rows", "ok": true, "value": 7}',
        "at work",
        f'GLUE_HEALTH_CHECK {{"name": "columns", "ok": {str(is_good).lower()}}}',
    )


def _settings(draw: random.Random, *, has_findings: bool) -> tuple[tuple[str, str], ...]:
    """Return the settings, whole: which log must be read is told, so that a bad one cannot pass."""
    found = {
        "TIMEOUT_MINUTES": str(TIMEOUT_MINUTES),
        "QUEUE_TIMEOUT_MINUTES": str(QUEUE_MINUTES),
        **({"REQUIRE_FINDINGS": "2"} if has_findings else {}),
        **({"KEEP_RESOURCES": "true"} if draw.random() < 0.05 else {}),
        **({"DELETE_LOGS": "true"} if draw.random() < 0.08 else {}),
        **({"MAX_PARALLEL": "1"} if draw.random() < 0.2 else {}),
        **({"SUPERSEDE": "false"} if draw.random() < 0.1 else {}),
        **({"COMMENT": draw.choice(("never", "failure"))} if draw.random() < 0.15 else {}),
    }
    return tuple((f"GLUE_HEALTH_CHECK_{name}", value) for name, value in found.items())


# --- strikes -------------------------------------------------------------------------------------


def _strike(draw: random.Random, command: Command, checks: tuple[CheckPlan, ...]) -> Strike:
    at = _point(draw, command, checks)
    name = f"{at.service} {at.operation}"
    possible = {fate: n for fate, n in _FATES.items() if _is_possible(fate, name, command)}
    fate = _one(draw, possible)
    is_lasting = fate is Fate.REFUSED and draw.random() < 0.4
    times = 1 if is_lasting else _one(draw, _TIMES if name in STRUCK_MORE_THAN_ONCE else {1: 1})
    return Strike(at=at, fate=fate, times=times, is_lasting=is_lasting)


def _is_possible(fate: Fate, name: str, command: Command) -> bool:
    """Whether a request can meet a fate.  What sweep looks at is a day old: that lags no more."""
    if fate is Fate.STALE:
        return name in STALE_ABLE and command is not Command.SWEEP
    if fate is Fate.HALF:
        return name in HALVABLE
    return fate is not Fate.BELATED or name in BELATABLE


def _point(draw: random.Random, command: Command, checks: tuple[CheckPlan, ...]) -> Point:
    pool = POOLS[command]
    name = _one(draw, {name: weight for name, (weight, _) in pool.items()})
    service, _, operation = name.partition(" ")
    is_of_one = len(checks) > 1 and command is Command.CHECK and draw.random() < 0.4
    is_named = is_of_one and service == "glue" and operation not in {"ListJobs", "BatchGetJobs"}
    return Point(
        command=command,
        service=service,
        operation=operation,
        nth=1 if draw.random() < 0.6 else draw.randint(1, pool[name][1]),
        check=draw.choice(checks).name if is_named else "",
    )


# --- signals -------------------------------------------------------------------------------------


def _blows(draw: random.Random, focus: Command, checks: tuple[CheckPlan, ...]) -> tuple[Blow, ...]:
    """Return none, or one in the focus; what comes before that is killed mostly, to leave things.

    What was killed, or told to stop, may be so once more in its cleanup.
    """
    kind = _one(draw, _BLOWS)
    if kind == "none":
        return ()
    before = list(Command)[: list(Command).index(focus)]
    blows = [_blow(draw, one, checks, is_kill=True) for one in before if draw.random() < 0.8]
    blows.append(_blow(draw, focus, checks, is_kill=kind == "kill"))
    if focus is Command.CHECK and draw.random() < 0.15:
        blows.append(_blow(draw, Command.CLEANUP, checks, is_kill=draw.random() < 0.5))
    return tuple(blows)


def _blow(
    draw: random.Random, command: Command, checks: tuple[CheckPlan, ...], *, is_kill: bool
) -> Blow:
    sent = signal.SIGKILL if is_kill else draw.choice(SOFT)
    at = _point(draw, command, checks) if draw.random() < 0.7 else None
    return Blow(
        command=command,
        signal=sent,
        at=at,
        is_after=at is not None and draw.random() < 0.5,
        seconds=round(draw.uniform(0.0, _within(draw, command, checks)), 2),
        again=() if is_kill else _again(draw),
    )


def _within(draw: random.Random, command: Command, checks: tuple[CheckPlan, ...]) -> float:
    """Return the seconds in which a command is probably there."""
    if command is not Command.CHECK:
        return 40.0 if draw.random() < 0.2 else 3.0
    longest = max(check.run.starting_seconds + check.run.running_seconds for check in checks)
    return min(longest, 60.0) + 6.0


def _again(draw: random.Random) -> tuple[Again, ...]:
    """Return a second signal at times: of a person who is impatient, or of a CI host's end."""
    drawn = draw.random()
    if drawn < 0.3:
        return (Again(seconds=round(draw.uniform(0.0, 3.0), 2), signal=draw.choice(SOFT)),)
    if drawn < 0.4:
        return (Again(seconds=draw.choice((0.5, 2.0, 7.5, 10.0)), signal=signal.SIGKILL),)
    return ()
