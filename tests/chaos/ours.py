"""What of a world is ours: all that was not there before.  Names it in words.

Pure.  Refuses to know who should have removed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.played import Played, Run, World


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One thing of ours.  ``kind`` is job, run, object, version or upload; ``job`` a run's."""

    kind: str
    name: str
    job: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" of {self.job}" if self.job else "")


def things(played: Played, world: World) -> tuple[Thing, ...]:
    """Return all that is there and was not before: jobs, runs that go on, objects and their like."""
    return tuple(_things(played, world))


def _things(played: Played, world: World) -> Iterator[Thing]:
    before = played.before
    yield from (Thing(kind="job", name=name) for name in world.jobs if name not in before.jobs)
    for run in runs(played, world):
        if run.is_active:
            yield Thing(kind="run", name=run.id, job=run.job)
    for kind, now, then in (
        ("object", world.objects, before.objects),
        ("version", world.versions, before.versions),
        ("upload", world.uploads, before.uploads),
    ):
        yield from (Thing(kind=kind, name=name) for name in now if name not in then)


def runs(played: Played, world: World) -> tuple[Run, ...]:
    """Return all runs of ours, also those that have ended."""
    strange = {run.id for run in played.before.runs}
    return tuple(run for run in world.runs if run.id not in strange and run.check)


def deleted_by_others(played: Played) -> frozenset[str]:
    """Return the names of the jobs that somebody else may have deleted."""
    names = {check.name for check in played.schedule.checks if check.run.is_deleted}
    return frozenset(
        run.job for step in played.steps for run in step.world.runs if run.check in names
    )


def in_words(some: tuple[Thing, ...]) -> str:
    """Return them in a line."""
    return ", ".join(str(thing) for thing in some)
