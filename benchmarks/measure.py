"""How all benchmarks measure: commands in turn, medians, a small table.

Commands are run in turn (A B A B …), because a machine grows warm, and because others use it too.
Knows nothing of what is measured.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Command:
    """One process to run: its words, environment, folder and the exit codes that are expected."""

    words: tuple[str, ...]
    environ: Mapping[str, str]
    folder: Path
    expected: frozenset[int] = frozenset({0})


def seconds_of(command: Command) -> float:
    """Run a command to its end and return its seconds; an unexpected exit code ends all."""
    start = time.perf_counter()
    done = subprocess.run(
        command.words,
        env=dict(command.environ),
        cwd=command.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode not in command.expected:
        printed = (done.stdout + done.stderr).decode(errors="replace")[-4000:]
        sys.exit(f"{printed}\n{' '.join(command.words)}: exit {done.returncode}; not measured")
    return seconds


def in_turn(measures: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, float]:
    """Call every measure once unmeasured, then all in turn `rounds` times; return the medians."""
    for measure in measures.values():
        measure()
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            taken[name].append(measure())
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below a title, each column as wide as its longest cell, the first to the left."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    print(f"\n{title}\n")
    for line in lines:
        first, *others = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  " + "   ".join((first, *others)))
