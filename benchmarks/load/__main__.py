"""Much load on the real commands ``check``, ``cleanup`` and ``sweep``: memory, requests, seconds.

Each is a process, on an AWS of this machine over HTTP.  Its Glue is the product's local one, but
its runs are no processes: they end when their time has come, so that 200 of them, and jobs by the
thousand, cost this machine nothing.  The S3 is in memory.  Where minutes would be hours, the
command's clock is quicker, and its seconds are told.  What this machine is late by counts by as
much more: the most requests in a second are then a bound, in brackets, and so are the seconds;
``--quicker 1`` tells both truly for 200 checks at once.  Run it with
``python -m benchmarks.load [--only checks|jobs|lines|leftovers|zip]``.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.load.checks import WIDE_FACTOR, many_checks
from benchmarks.load.figures import tell
from benchmarks.load.large import large_zip, many_lines
from benchmarks.load.leftovers import LEFTOVERS, foreign_jobs, many_leftovers, many_prefixes

if TYPE_CHECKING:
    from benchmarks.load.figures import Figures, File

QUICKER = "how much quicker the clock of 200 checks at once is"
CASES = ("checks", "jobs", "lines", "leftovers", "zip")


def main() -> None:
    """Read the arguments, play the cases, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=CASES, help="one case alone")
    parser.add_argument("--leftovers", type=int, default=LEFTOVERS, help="how many to sweep")
    parser.add_argument("--quicker", type=float, default=WIDE_FACTOR, help=QUICKER)
    parser.add_argument("--keep", type=Path, help="an empty folder for all that is written")
    given = parser.parse_args()
    rows: list[Figures] = []
    files: list[File] = []
    with tempfile.TemporaryDirectory() as name:
        folder = (given.keep or Path(name)).resolve()
        for case in (given.only,) if given.only else CASES:
            match case:
                case "checks":
                    more, files = many_checks(folder, quicker=given.quicker)
                    rows += more
                case "jobs":
                    rows += foreign_jobs(folder)
                case "lines":
                    rows += many_lines(folder)
                case "leftovers":
                    rows += many_prefixes(folder)
                    rows += many_leftovers(folder, count=given.leftovers)
                case _:
                    rows += large_zip(folder)
    tell(rows, files)


if __name__ == "__main__":
    main()
