"""The command, with a clock that is quicker than the machine's: ``python -m … FACTOR WORDS…``.

Waits of the product's own are shorter by the factor: between two looks at a run, for its turn in
the budget of requests, for late lines of a log.  What the machine needs counts by it more.  All
else is the command as it is installed.
"""

from __future__ import annotations

import sys
from functools import partial

from plugin.clients import clock
from tests.doubles.quick_clock import QuickClock


def main() -> int:
    """Take the factor off the command line, put the clock in, run the command."""
    factor = float(sys.argv.pop(1))
    clock.SystemClock = partial(QuickClock, factor)  # type: ignore[assignment,misc]  # see above
    from plugin.app import main as command  # its parts take the clock when they are imported

    return command()


if __name__ == "__main__":
    sys.exit(main())
