"""The child process of a local run: reads run.json, executes the script, says how it ended.

Knows the order of things: streams, lifeline, syntax, modules, script, outcome, a quick end.
Refuses to know where scripts and logs live, and what becomes of an outcome.

Usage: ``python bootstrap.py <run_dir>/run.json``.  The exit code is 0 when the script succeeded,
else 1 and ``outcome.json`` says why; a child that a signal ended leaves no outcome.
"""

import atexit
import os
import signal
import sys

from glue_child import lifeline, provided, script, surplus
from glue_child.ending import Outcome, close_streams, leave, outcome_of, say, write_outcome
from glue_child.order import Order, read_order
from glue_child.streams import make_whole


def main(run_json: str) -> None:
    """Run the script that ``run_json`` (a path) names; does not return."""
    make_whole()
    order = read_order(run_json)
    lifeline.hold(order.lifeline_fd)
    script.arrange_paths(order)
    ending = Ending()
    # Registered first, so it runs last: after the script's own exit functions and threads.
    atexit.register(ending.leave)
    outcome = run(order)
    if not ending.is_ours:  # a fork of the script's: it does not speak for the run
        close_streams()
        os._exit(0 if outcome is None else 1)
    if outcome is None:
        ending.code = 0
        close_streams()
        return
    try:
        write_outcome(order.outcome, outcome)
    except BaseException as problem:  # noqa: BLE001 - a full disk, say: the exit code still tells
        say(f"the outcome could not be written: {type(problem).__name__}")
    if outcome.is_interrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.raise_signal(signal.SIGINT)
    # A failed script ends now, even if it left threads that would go on for ever.
    atexit.unregister(ending.leave)
    atexit._run_exitfuncs()  # noqa: SLF001 - the only way to run them without waiting for threads
    leave(1)


class Ending:
    """How the process ends by itself: badly, until the script is known to have succeeded."""

    def __init__(self) -> None:
        self.code = 1
        self._pid = os.getpid()

    @property
    def is_ours(self) -> bool:
        """Whether this is the process that was started, not a fork of it."""
        return os.getpid() == self._pid

    def leave(self) -> None:
        """End now.  A fork leaves the run's Spark alone."""
        if self.is_ours:
            leave(self.code)


def run(order: Order) -> Outcome | None:
    """Execute the script; None when it succeeded."""
    try:
        code = script.compiled(order.script)
        provided.check_requirements(order.python_modules)
        script.execute(code, order)
    except BaseException as problem:  # noqa: BLE001 - whatever ends a script is its outcome
        return _outcome_of(problem, order)
    outcome = outcome_of(None, order)
    for note in surplus.notes_of(order) if outcome is None else ():
        say(note)
    return outcome


def _outcome_of(problem: BaseException, order: Order) -> Outcome | None:
    """Return the outcome even where looking into it fails: without files, say, or memory."""
    try:
        return outcome_of(problem, order)
    except BaseException as broken:  # noqa: BLE001 - see above
        return Outcome(kind="failed", error_message=f"{type(problem).__name__} ({broken})")


if __name__ == "__main__":
    main(sys.argv[1])
