"""What was left and may be removed: jobs with our tags and name, objects below our prefixes.

Leaves what is kept on purpose or owned by somebody else.  Knows the ports only; removes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from plugin.core import naming
from plugin.core.errors import EngineError
from plugin.core.naming import Location, Tag
from plugin.core.result import Leftover

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from plugin.core.ports import Engine, FoundJob
    from plugin.core.superseding import Newcomer
    from plugin.sweep.owner import Owner


@dataclass(frozen=True, kw_only=True)
class Removal:
    """One thing that is ours: a job with its objects, or a prefix that no job names any more."""

    kind: str
    name: str
    places: tuple[Location, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class Overdue:
    """What is old enough to go, and the buckets that nobody could look into."""

    removals: tuple[Removal, ...] = ()
    unread: tuple[Leftover, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What one build left.

    ``kept`` are jobs that stay on purpose, ``others`` are jobs of another pull request or
    repository, ``unclaimed`` are addresses of objects of which no job says whose they are.
    """

    removals: tuple[Removal, ...] = ()
    kept: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    unclaimed: tuple[str, ...] = ()


def of_build(engine: Engine, build_id: str, *, owner: Owner, buckets: Iterable[str] = ()) -> Traces:
    """Return what one build made and did not remove.

    The build id may come from a file that a pull request wrote: then it can be anybody's.  A job
    that is not the ``owner``'s makes the whole build somebody else's, and without a job the objects
    are nobody's, unless the owner is sure of the id.
    ``buckets`` are searched for the build's prefix too: a process that was killed before the job
    was created left objects alone.  What is no build id made nothing.
    """
    if not naming.BUILD_ID.fullmatch(build_id):
        return Traces()
    jobs = tuple(engine.find_jobs({Tag.MANAGED: "true", Tag.BUILD: build_id}))
    if others := tuple(job.name for job in jobs if not owner.owns(job.tags)):
        return Traces(others=others)
    kept = tuple(job.name for job in jobs if _keeps(job.tags))
    wanted = () if kept else _build_places(build_id, buckets)
    places = tuple(place for place in wanted if _may_hold(engine, place))
    if not jobs and not owner.is_sure:
        return Traces(unclaimed=tuple(place.uri() for place in places))
    why = f"build {build_id}"
    removals = (_of_job(job, why) for job in jobs if _is_ours(job))
    orphans = (
        Removal(kind="objects", name=place.uri(), places=(place,), why=why) for place in places
    )
    return Traces(removals=(*removals, *orphans), kept=kept)


def of_age(
    engine: Engine, now: datetime, age: timedelta, *, buckets: Iterable[str] = ()
) -> Overdue:
    """Return what builds left that began longer ago than ``age``: jobs, and prefixes without one.

    A job is old when its tag ``expires-at`` lies in the past and it was made before ``now - age``;
    a prefix is old when its youngest object is.  Raises ``EngineError`` when jobs are not listed.
    """
    jobs = tuple(engine.find_jobs({Tag.MANAGED: "true"}))
    removals = [
        _of_job(job, f"made {job.created_at:%Y-%m-%d %H:%M} UTC")
        for job in jobs
        if _is_ours(job) and job.created_at <= now - age and _has_expired(job.tags, now)
    ]
    alive = frozenset(job.tags.get(Tag.BUILD, "") for job in jobs)
    unread: list[Leftover] = []
    for bucket in dict.fromkeys(buckets):
        try:
            removals += _orphans(engine, bucket, alive, now - age)
        except EngineError as error:
            unread.append(Leftover(kind="bucket", name=bucket, reason=str(error)))
    return Overdue(removals=tuple(removals), unread=tuple(unread))


def of_older(engine: Engine, newcomer: Newcomer) -> tuple[Removal, ...]:
    """Return the jobs that older builds of the same pull request, check and context left or run.

    One listing for all checks; none without a pull request.  Raises ``EngineError`` when jobs are
    not listed.
    """
    tags = newcomer.tags()
    jobs = tuple(engine.find_jobs(tags)) if tags else ()
    return tuple(
        _of_job(job, f"an older build, {job.tags[Tag.BUILD]}")
        for job in jobs
        if _is_ours(job) and newcomer.supersedes(job)
    )


def _orphans(engine: Engine, bucket: str, alive: frozenset[str], before: datetime) -> list[Removal]:
    """Return the prefixes of a bucket that no job names and nobody has touched since ``before``."""
    places = (
        (Location(bucket=bucket, prefix=f"{naming.ROOT}/{build_id}/"), youngest)
        for build_id, youngest in engine.build_prefixes(bucket)
        if build_id not in alive and youngest <= before
    )
    return [
        Removal(
            kind="objects",
            name=place.uri(),
            places=(place,),
            why=f"no job, untouched since {youngest:%Y-%m-%d %H:%M} UTC",
        )
        for place, youngest in places
    ]


def _of_job(job: FoundJob, why: str) -> Removal:
    build_id = job.tags[Tag.BUILD]
    check = job.tags[Tag.CHECK]
    buckets = dict.fromkeys(
        bucket for tag in (Tag.SCRIPTS, Tag.TEMP) if (bucket := job.tags.get(tag))
    )
    places = tuple(
        naming.location(bucket=bucket, build_id=build_id, check=check) for bucket in buckets
    )
    return Removal(kind="job", name=job.name, places=places, why=why)


def _may_hold(engine: Engine, place: Location) -> bool:
    """Whether there is something to remove; what nobody tells is tried, and then named."""
    try:
        return engine.has_objects(place.bucket, place.prefix)
    except EngineError:
        return True


def _is_ours(job: FoundJob) -> bool:
    """Whether a job carries our tags *and* our name, and is not kept: only then it is deleted."""
    build_id = job.tags.get(Tag.BUILD, "")
    return (
        job.tags.get(Tag.MANAGED) == "true"
        and naming.BUILD_ID.fullmatch(build_id) is not None
        and bool(naming.slug(job.tags.get(Tag.CHECK, "")))
        and job.name.endswith(f"-{build_id[:6]}")
        and not _keeps(job.tags)
    )


def _keeps(tags: Mapping[str, str]) -> bool:
    return bool(tags.get(Tag.KEEP) or tags.get(Tag.OWNER))


def _has_expired(tags: Mapping[str, str], now: datetime) -> bool:
    """Whether ``expires-at`` has passed; an unreadable or missing one has."""
    try:
        return datetime.fromisoformat(tags.get(Tag.EXPIRES_AT, "")) <= now
    except (ValueError, TypeError):
        return True


def _build_places(build_id: str, buckets: Iterable[str]) -> tuple[Location, ...]:
    return tuple(
        Location(bucket=bucket, prefix=f"{naming.ROOT}/{build_id}/")
        for bucket in dict.fromkeys(buckets)
        if bucket
    )
