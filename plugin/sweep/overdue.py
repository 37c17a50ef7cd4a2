"""What any build left that is old enough: jobs, some at a time, then prefixes without a job.

Thousands may be there, so that names are listed first, and more is asked in portions: after each,
what was found can go.  Knows the ports only; removes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core import naming
from plugin.core.errors import EngineError
from plugin.core.naming import Location, Tag
from plugin.core.result import Leftover
from plugin.sweep.choice import Removal, is_free, is_kept, of_job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from plugin.core.ports import Engine, FoundJob

PORTION = 100
"""Jobs that are looked at, and then removed, before the next ones are."""


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Some jobs: which of them may go, and which only look like ours.  ``jobs`` is their number."""

    jobs: int
    removals: tuple[Removal, ...] = ()
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Orphans:
    """Prefixes that may go, and the buckets that nobody could look into."""

    removals: tuple[Removal, ...] = ()
    unread: tuple[Leftover, ...] = ()


def our_jobs(engine: Engine) -> tuple[str, ...]:
    """Return the names of all jobs that bear our first tag.  Raises ``EngineError``."""
    return tuple(engine.job_names({Tag.MANAGED: "true"}))


def overdue_jobs(
    engine: Engine, names: tuple[str, ...], *, now: datetime, until: datetime
) -> Iterator[Portion]:
    """Yield what of these jobs may go: made at ``until`` or before, and past their own time-outs.

    A job whose name cannot be ours is not asked for its tags.  Raises ``EngineError`` when a
    portion cannot be read.
    """
    for first in range(0, len(names), PORTION):
        some = names[first : first + PORTION]
        likely = tuple(name for name in some if naming.is_like_ours(name))
        jobs = engine.described(likely, until=until) if likely else ()
        yield Portion(
            jobs=len(some),
            removals=tuple(
                of_job(job, f"made {job.created_at:%Y-%m-%d %H:%M} UTC")
                for job in jobs
                if is_free(job) and _has_expired(job, now)
            ),
            strange=(
                *(name for name in some if not naming.is_like_ours(name)),
                *(
                    job.name
                    for job in jobs
                    if not naming.agrees(job.name, job.tags) and not is_kept(job.tags)
                ),
            ),
        )


def orphans(
    engine: Engine, names: Iterable[str], *, buckets: Iterable[str], until: datetime
) -> Orphans:
    """Return the prefixes of builds that no job is left of, untouched since ``until``.

    The end of a job's name tells enough of its build: what may be a living one's stays.
    """
    alive = frozenset(name[-naming.MARK :] for name in names)
    removals: list[Removal] = []
    unread: list[Leftover] = []
    for bucket in dict.fromkeys(buckets):
        try:
            removals += [
                _of_prefix(bucket, build_id, youngest)
                for build_id, youngest in engine.build_prefixes(bucket)
                if build_id[: naming.MARK] not in alive and youngest <= until
            ]
        except EngineError as error:
            unread.append(Leftover(kind="bucket", name=bucket, reason=str(error)))
    return Orphans(removals=tuple(removals), unread=tuple(unread))


def _of_prefix(bucket: str, build_id: str, youngest: datetime) -> Removal:
    place = Location(bucket=bucket, prefix=f"{naming.ROOT}/{build_id}/")
    why = f"no job, untouched since {youngest:%Y-%m-%d %H:%M} UTC"
    return Removal(name=place.uri(), places=(place,), why=why)


def _has_expired(job: FoundJob, now: datetime) -> bool:
    expiry = naming.expiry(job.tags)
    return expiry is not None and expiry <= now
