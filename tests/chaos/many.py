"""Many seeds, in several processes, each with a stage of its own: what is kept of each play.

Refuses to know who asks, and how it is told.
"""

from __future__ import annotations

import multiprocessing
import traceback
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from tests.chaos.laws import broken
from tests.chaos.play import opened, play
from tests.chaos.seeds import of_seed
from tests.chaos.tally import Row, row_of
from tests.chaos.telling import schedule_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection

_TRACED = 12
"""Lines of a traceback that are told."""


def rows(seeds: Iterable[int], *, jobs: int) -> Iterator[Row]:
    """Yield what came of each seed, in the order of their ends.

    Raises ``RuntimeError`` when a process is lost: then its seeds are.
    """
    some = tuple(seeds)
    shares = [share for number in range(jobs) if (share := some[number::jobs])]
    if len(shares) == 1:
        yield from _served(some)
        return
    context = multiprocessing.get_context("spawn")
    open_: list[Connection] = []
    workers = []
    for share in shares:
        here, there = context.Pipe(duplex=False)
        worker = context.Process(target=_work, args=(share, there), daemon=True)
        worker.start()
        there.close()
        open_.append(here)
        workers.append(worker)
    while open_:
        for one in wait(open_):
            assert one in open_
            try:
                yield one.recv()
            except EOFError:
                open_.remove(one)
    for worker in workers:
        worker.join()
    if lost := [worker.exitcode for worker in workers if worker.exitcode]:
        raise RuntimeError(f"{len(lost)} processes were lost, and their seeds with them: {lost}")


def _work(seeds: tuple[int, ...], there: Connection) -> None:
    for row in _served(seeds):
        there.send(row)


def _served(seeds: tuple[int, ...]) -> Iterator[Row]:
    with opened() as stage:
        for seed in seeds:
            try:
                played = play(of_seed(seed), stage)
                yield row_of(played, broken(played))
            except Exception:  # noqa: BLE001 - a stage that breaks must not hide the other seeds
                yield _of_trouble(seed, traceback.format_exc())


def _of_trouble(seed: int, told: str) -> Row:
    """Return the row of a seed that could not be played: that is a defect of the harness."""
    words = "\n    ".join((*schedule_lines(of_seed(seed)), *told.splitlines()[-_TRACED:]))
    return Row(
        seed=seed,
        kind="none",
        requests=0,
        fates=(),
        killed=0,
        verdicts=(),
        broken=(("the play could not be played", words),),
        cpu_seconds=0.0,
    )
