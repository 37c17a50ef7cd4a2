"""How a clean-up ends after a signal: soon, whatever AWS says, and with the signal's exit code.

A request that was begun before the signal has patience: it is tried on for up to a hundred seconds.
So the work is done in a thread, which is left behind when its time is over.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plugin.app.bounded import Budget, Limit
from plugin.app.signals import cancelling
from plugin.core.errors import Exit, Overdue, PluginError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plugin.app.invocation import Invocation

_LIMIT = Limit(who="AWS", hint="", seconds=math.inf, hurried_seconds=3.5)
"""After a signal; without one its own bounds hold.  A commit status may have to be told, too."""


def hearing(invocation: Invocation, work: Callable[[], int]) -> int:
    """Return the exit code of ``work``; after a signal the signal's, whatever AWS and GitHub say.

    Raises what ``work`` raises when there was no signal, and ``SettingsError`` in any case.
    """
    with cancelling(invocation.clock) as heard:
        try:
            code = work()
        except SettingsError:
            raise
        except PluginError as error:
            if heard.exit is None:
                raise
            invocation.complain((str(error),))
            return heard.exit
    return heard.exit or code


def in_time(invocation: Invocation, work: Callable[[], int], *, again: Iterable[str]) -> int:
    """Return what ``work`` returns, and after a signal return soon.

    ``again`` are lines that say how to do what was not done.
    """
    try:
        return Budget(invocation.clock).run(work, _LIMIT)
    except PluginError as error:
        if not invocation.clock.is_cancelled():
            raise
        why = "AWS did not answer in time." if isinstance(error, Overdue) else str(error)
        told = f"{invocation.line.command}: cancelled: {why} What was not removed by now may stay."
        invocation.complain((told,))
        invocation.say(*again)
        return Exit.ERRORED
