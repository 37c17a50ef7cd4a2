"""How long a command takes from a signal to its end, by the moment at which the signal comes.

AWS is a Glue on this machine whose answers are late by 100 ms, GitHub the small one of the tests.
The promise is 6 s.  Run it with `python -m benchmarks.signals`.
"""

import argparse
import signal
import statistics
import tempfile
from pathlib import Path

from benchmarks.measure import print_table
from tests.doubles.signal_stage import (
    ENDS,
    GITHUB,
    OF_THE_END,
    OPERATIONS,
    RUNNING,
    SLEEPS,
    TIMES,
    opened,
)

REPOSITORY = Path(__file__).resolve().parent.parent


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay", type=float, default=0.1, help="seconds, of each answer of AWS")
    given = parser.parse_args()
    moments = (*TIMES, *OPERATIONS, *GITHUB, RUNNING)
    cases = [(one, 1, ENDS if one in OF_THE_END else SLEEPS) for one in moments]
    cases += [(RUNNING, 10, SLEEPS), ("StartJobRun", 10, SLEEPS)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "runs").mkdir()
        with opened(REPOSITORY, Path(folder), delay=given.delay) as stage:
            for moment, checks, script in cases:
                played = [
                    stage.play(moment, signal.SIGTERM, checks=checks, script=script)
                    for _ in range(given.rounds)
                ]
                seconds = [one.seconds for one in played]
                left = max(len(one.jobs) + len(one.keys) for one in played)
                name = f"{moment}, checks: {checks}"
                median, worst = statistics.median(seconds), max(seconds)
                rows.append((name, f"{median:.2f}", f"{worst:.2f}", str(left)))
    head = ("moment of the signal", "median s", "worst s", "left")
    print_table(f"From a signal to the end, AWS answering in {given.delay:g} s", head, rows)


if __name__ == "__main__":
    main()
