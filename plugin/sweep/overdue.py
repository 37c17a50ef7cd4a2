"""The jobs that any build left and that are old enough, some at a time.

Thousands may be there, so that names are listed first, and more is asked in portions: after each,
what was found can go.  Knows the ports only; removes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.core import naming
from plugin.core.errors import EngineError
from plugin.core.naming import Tag
from plugin.core.result import Leftover
from plugin.sweep.choice import Removal, is_free, is_kept, of_job, unread_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from plugin.core.ports import Engine, FoundJob

PORTION = 100
"""Jobs (or builds without one) that are looked at, and then removed, before the next ones are."""


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Some jobs: which of them may go, and which only look like ours.  ``jobs`` is their number.

    What else stays: ``young`` are too young, or gone meanwhile; ``kept`` are kept on purpose;
    ``unread`` cannot be read, each with the reason;
    ``unexpired`` may still run by their own time-outs, each with their end (UTC).
    """

    jobs: int
    removals: tuple[Removal, ...] = ()
    young: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unexpired: Mapping[str, datetime] = field(default_factory=dict)
    strange: tuple[str, ...] = ()
    unread: tuple[Leftover, ...] = ()


def our_jobs(engine: Engine) -> tuple[str, ...]:
    """Return the names of all jobs that bear our first tag.  Raises ``EngineError``."""
    return tuple(engine.job_names({Tag.MANAGED: "true"}))


def overdue_jobs(
    engine: Engine, names: tuple[str, ...], *, now: datetime, until: datetime
) -> Iterator[Portion]:
    """Yield what of these jobs may go: made at ``until`` or before, and past their own time-outs.

    A job whose name cannot be ours is not asked for its tags.  What cannot be read is named in its
    portion, and the next one is looked at all the same.
    """
    for first in range(0, len(names), PORTION):
        some = names[first : first + PORTION]
        likely = tuple(name for name in some if naming.is_like_ours(name))
        try:
            jobs = engine.described(likely, until=until) if likely else ()
        except EngineError as error:
            reason = str(error)
            unread = (Leftover(kind="job", name=name, reason=reason) for name in likely)
            yield Portion(jobs=len(some), strange=_unlike(some), unread=tuple(unread))
            continue
        yield Portion(
            jobs=len(some),
            removals=tuple(
                of_job(job, f"made {job.created_at:%Y-%m-%d %H:%M} UTC")
                for job in jobs
                if is_free(job) and not _open_until(job, now)
            ),
            young=tuple(name for name in likely if name not in {job.name for job in jobs}),
            kept=tuple(job.name for job in jobs if is_kept(job.tags)),
            unexpired={
                job.name: end for job in jobs if is_free(job) and (end := _open_until(job, now))
            },
            strange=(
                *_unlike(some),
                *(job.name for job in jobs if not job.unread and _is_odd(job)),
            ),
            unread=unread_of(jobs),
        )


def _unlike(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if not naming.is_like_ours(name))


def _is_odd(job: FoundJob) -> bool:
    return not naming.agrees(job.name, job.tags) and not is_kept(job.tags)


def _open_until(job: FoundJob, now: datetime) -> datetime | None:
    """Return when a job of ours is past its own time-outs; None when it is."""
    expiry = naming.expiry(job.tags)
    return expiry if expiry and expiry > now else None
