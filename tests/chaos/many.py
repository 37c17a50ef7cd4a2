"""Many seeds, in several processes, each with a stage of its own: what is kept of each play.

Refuses to know who asks, and how it is told.
"""

from __future__ import annotations

import multiprocessing
import traceback
from contextlib import closing, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from tests.chaos.halting import Halt, let_through, withheld
from tests.chaos.laws import broken
from tests.chaos.play import opened, play
from tests.chaos.seeds import of_seed
from tests.chaos.tally import Row, row_of
from tests.chaos.telling import schedule_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from multiprocessing.process import BaseProcess

_TRACED = 12
"""Lines of a traceback that are told."""
_ASKED_SECONDS = 0.2
"""So often it is asked whether it is over."""


class LostError(Exception):
    """Processes ended before their seeds were played."""


def rows(
    seeds: Iterable[int], *, jobs: int, is_over: Callable[[], bool] = lambda: False
) -> Iterator[Row]:
    """Yield what came of each seed, in the order of their ends.

    When ``is_over`` says so, each process ends the play that runs, and plays no more; so it does
    when nobody listens any longer.  Raises ``LostError`` when a process is lost: then its seeds are.
    """
    some = tuple(seeds)
    workers = [_worker(share) for number in range(jobs) if (share := some[number::jobs])]
    try:
        yield from _received([here for _, here in workers], is_over)
    finally:
        for worker, here in workers:
            here.close()
            worker.join()
    if lost := [worker.exitcode for worker, _ in workers if worker.exitcode]:
        raise LostError(f"{len(lost)} processes were lost, and their seeds with them: {lost}")


def _worker(share: tuple[int, ...]) -> tuple[BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    resource_tracker.ensure_running()  # once for all; while it starts, it lets signals through
    here, there = context.Pipe()
    worker = context.Process(target=_work, args=(share, there), daemon=True)
    with withheld():
        worker.start()
    there.close()
    return worker, here


def _received(workers: list[Connection], is_over: Callable[[], bool]) -> Iterator[Row]:
    """Yield what the workers send until all have ended; tell them once when it is over."""
    open_, is_told = list(workers), False
    while open_:
        for one in wait(open_, timeout=_ASKED_SECONDS):
            assert isinstance(one, Connection)
            try:
                yield one.recv()
            except (EOFError, ConnectionError):
                open_.remove(one)
        if not is_told and is_over():
            is_told = True
            for one in open_:
                with suppress(ConnectionError):
                    one.send("no more")


def _work(seeds: tuple[int, ...], there: Connection) -> None:
    """Play seeds until somebody says that it is over, or does not listen any longer."""
    with Halt(), suppress(ConnectionError):  # whoever started us hears signals, and says it
        let_through()
        with closing(_served(seeds)) as rows:
            for row in rows:
                there.send(row)
                if there.poll():
                    break


def _served(seeds: tuple[int, ...]) -> Generator[Row]:
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
