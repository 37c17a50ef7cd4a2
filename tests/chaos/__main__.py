"""Play seeds and print a table: ``python -m tests.chaos --seeds 200 --first 1 --jobs 2``.

``--seed N`` plays one and tells it whole.  Ends with 1 when a law was broken.  SIGINT and SIGTERM
end it after the plays that run, with the table of what was played, and with 130 or 143.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from typing import TYPE_CHECKING, TextIO

from tests.chaos.halting import Halt
from tests.chaos.laws import broken
from tests.chaos.many import LostError, rows
from tests.chaos.play import opened, play
from tests.chaos.seeds import of_seed
from tests.chaos.tally import so_far, table
from tests.chaos.telling import play_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.chaos.tally import Row

_EVERY = 50
"""Plays between two words of how far we are."""


def main(argv: Sequence[str] | None = None) -> int:
    """Play what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds to play")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--jobs", type=int, default=2, help="plays at once")
    parser.add_argument("--seed", type=int, help="play this one alone, and tell it whole")
    asked = parser.parse_args(argv)
    with Halt() as halt:
        if asked.seed is not None:
            code = _tell_one(asked.seed)
        else:
            seeds = range(asked.first, asked.first + asked.seeds)
            code = _play_many(seeds, jobs=asked.jobs, halt=halt)
    return 128 + halt.number if halt else code


def _tell_one(seed: int) -> int:
    with opened() as stage:
        played = play(of_seed(seed), stage)
    found = broken(played)
    _say(*play_lines(played, found))
    return 1 if found else 0


def _play_many(seeds: range, *, jobs: int, halt: Halt) -> int:
    """Play them; say at once what is broken, and now and then how far we are."""
    since = time.monotonic()
    found: list[Row] = []
    try:
        for row in rows(seeds, jobs=jobs, is_over=lambda: bool(halt)):
            found.append(row)
            if row.broken:
                _say(f"seed {row.seed}:", *(f"  BROKEN {law}: {told}" for law, told in row.broken))
            if len(found) % _EVERY == 0:
                seconds = time.monotonic() - since
                _say(so_far(found, of=len(seeds), seconds=seconds), to=sys.stderr)
    except LostError as error:
        _say(str(error), to=sys.stderr)
        _tell_many(found, took=time.monotonic() - since)
        return 1
    if halt:
        _say(f"no more: {signal.Signals(halt.number).name}", to=sys.stderr)
    return _tell_many(found, took=time.monotonic() - since)


def _tell_many(found: list[Row], *, took: float) -> int:
    """Print the table of these; return the exit code."""
    if not found:
        return 1
    bad = sorted(row.seed for row in found if row.broken)
    _say("", *table(found), f"{len(found)} plays in {took:.0f} s, {took / len(found):.2f} s each")
    if bad:
        _say(f"broken: {len(bad)} seeds: {' '.join(map(str, bad))}")
        _say(f"one of them, whole: python -m tests.chaos --seed {bad[0]}")
    return 1 if bad else 0


def _say(*lines: str, to: TextIO | None = None) -> None:
    print("\n".join(lines), file=to, flush=True)


if __name__ == "__main__":
    sys.exit(main())
