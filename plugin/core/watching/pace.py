"""How long to wait between two looks at a run.

Pure: the clock, the crowd and the random number are the caller's.  The figures hold together with
the request budget, 7.5 a second for all checks (ADR 17).
"""

from __future__ import annotations

LOCAL_SECONDS = 0.1
QUICK_SECONDS, SLOW_SECONDS = 2.0, 4.0
QUICK_FOR = 60.0
"""Seconds after the start, and after the run began: most broken scripts fail then."""
AROUND, LEAST_AROUND = 0.15, 10.0
"""Part of the expected run time, and seconds, before and after the expected end."""
JITTER = 0.03
"""Looks come by this part earlier or later: those that met once do not meet again."""
CROWD_RATE, FULL_RATE = 5.0, 7.5
"""Looks a second of all checks: what leaves room for starts and deletes, and the most."""
LONGEST_SECONDS = 24.0
"""With 200 runs an end is heard within 30 s, so that looks then take nearly the whole budget."""
LEAST_SECONDS = 0.1


def seconds_to_next_look(
    *, waited: float, ran: float, expected: float | None = None, watchers: int, draw: float
) -> float:
    """Return the seconds from one look to the next, before limits of ours are thought of.

    ``waited`` are the seconds since the start, ``ran`` those of the run itself, ``expected`` how
    long it probably runs, ``watchers`` how many runs this process watches now, ``draw`` a random
    number from 0 to 1.
    """
    is_quick = waited < QUICK_FOR or 0 < ran < QUICK_FOR or _is_near(ran, expected)
    alone = QUICK_SECONDS if is_quick else SLOW_SECONDS
    return max(alone, crowd_seconds(watchers)) * (1 + JITTER * (2 * draw - 1))


def crowd_seconds(watchers: int) -> float:
    """Return the least seconds between two looks at a run, so that all looks fit the budget."""
    return max(min(watchers / CROWD_RATE, LONGEST_SECONDS), watchers / FULL_RATE)


def seconds_after_failure(*, failures: int, is_throttled: bool, draw: float) -> float:
    """Return the seconds to the next look after some that failed in a row: longer each time.

    Glue that throttles us is left alone longer than one that cannot be reached.
    """
    first, most = (SLOW_SECONDS, 30.0) if is_throttled else (QUICK_SECONDS, 8.0)
    return min(first * 2.0 ** (min(failures, 10) - 1), most) * (1 + JITTER * (2 * draw - 1))


def _is_near(ran: float, expected: float | None) -> bool:
    return expected is not None and abs(ran - expected) <= max(LEAST_AROUND, AROUND * expected)
