"""What a build left, or older builds of a pull request: jobs with our tags and name, and objects.

Leaves what is kept on purpose or owned by somebody else.  Knows the ports only; removes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugin.core import naming
from plugin.core.errors import EngineError
from plugin.core.naming import Location, Tag
from plugin.core.result import Leftover
from plugin.core.ticket import Ticket, read_ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugin.core.ports import Engine, FoundJob
    from plugin.core.superseding import Newcomer
    from plugin.sweep.owner import Owner


@dataclass(frozen=True, kw_only=True)
class Removal:
    """One thing that is ours: a job with its objects, or a prefix that no job names any more.

    ``job`` is None for a prefix.
    """

    name: str
    places: tuple[Location, ...]
    why: str
    job: FoundJob | None = None

    @property
    def kind(self) -> str:
        """What it is, in a word: job or objects."""
        return "job" if self.job else "objects"


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What one build left.

    ``kept`` are jobs that stay on purpose, with what they hold, or objects alone; ``others`` are
    jobs of another pull request, repository or server, ``unread`` are jobs whose tags, or objects
    whose tickets, nobody may read, ``strange`` are jobs that bear the build's id without being
    ours, ``unclaimed`` are addresses of objects of which no job says whose they are.  ``is_blind``
    says that nobody named a bucket, so that objects were not looked for, ``is_unlisted`` that Glue
    did not list the jobs, so that nobody knows what may go.
    """

    removals: tuple[Removal, ...] = ()
    kept: tuple[Removal, ...] = ()
    others: tuple[str, ...] = ()
    unread: tuple[Leftover, ...] = ()
    strange: tuple[str, ...] = ()
    unclaimed: tuple[str, ...] = ()
    is_blind: bool = False
    is_unlisted: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all bears the build's id, where it was looked for."""
        return self == Traces(is_blind=self.is_blind)


def of_build(engine: Engine, build_id: str, *, owner: Owner, buckets: Iterable[str] = ()) -> Traces:
    """Return what one build made and did not remove.

    The build id may come from a file that a pull request wrote: then it can be anybody's.  A job
    that is not the ``owner``'s makes the whole build somebody else's, and without a job the objects
    are nobody's, unless the owner is sure of the id.
    ``buckets`` are searched for the build's prefix too, and so are those that its jobs name: a
    process that was killed before a job was created left objects alone.  What is no build id made
    nothing.  Raises ``EngineError`` when jobs are not listed.
    """
    if not naming.BUILD_ID.fullmatch(build_id):
        return Traces()
    listed = tuple(engine.find_jobs({Tag.MANAGED: "true", Tag.BUILD: build_id}))
    found = tuple(job for job in listed if not job.unread)
    unread = unread_of(listed)
    jobs = tuple(job for job in found if naming.agrees(job.name, job.tags))
    strange = tuple(job.name for job in found if job not in jobs)
    if others := tuple(job.name for job in jobs if not owner.owns(job.tags)):
        return Traces(others=others, strange=strange, unread=unread)
    told = (bucket for job in jobs for bucket in buckets_of(job.tags))
    everywhere = build_places(build_id, (*buckets, *told))
    may_be_kept = unread or any(is_kept(job.tags) for job in jobs)
    wanted = () if may_be_kept else everywhere
    places = tuple(place for place in wanted if _may_hold(engine, place))
    if not jobs and not owner.is_sure:
        unclaimed = tuple(place.uri() for place in places)
        return Traces(unclaimed=unclaimed, strange=strange, unread=unread, is_blind=not everywhere)
    why = f"build {build_id}"
    orphans = tuple(Removal(name=place.uri(), places=(place,), why=why) for place in places)
    of_jobs = tuple(of_job(job, why) for job in jobs)
    traces = _with_jobs(of_jobs, orphans) if jobs else _without_jobs(engine, build_id, orphans)
    unread = (*unread, *traces.unread)
    return replace(traces, strange=strange, unread=unread, is_blind=not everywhere)


def _with_jobs(of_jobs: tuple[Removal, ...], orphans: tuple[Removal, ...]) -> Traces:
    """Return the traces of a build with jobs, of which some may stay; ``orphans`` go with them."""
    kept = tuple(one for one in of_jobs if one.job and is_kept(one.job.tags))
    return Traces(removals=(*(one for one in of_jobs if one not in kept), *orphans), kept=kept)


def _without_jobs(engine: Engine, build_id: str, found: tuple[Removal, ...]) -> Traces:
    """Return the traces of a build of which objects alone are there: its tickets say if they stay.

    Its jobs were never created, or are not listed yet.
    """
    unread: list[Leftover] = []
    tickets: list[Ticket | None] = []
    for removal in found:
        for place in removal.places:
            try:
                texts = engine.tickets(place.bucket, build_id)
            except EngineError as error:
                unread.append(Leftover(kind="objects", name=removal.name, reason=str(error)))
                continue
            told = tuple(read_ticket(text) for text in texts)
            tickets += told
            if why := _doubt(texts, told, engine.region):
                unread.append(Leftover(kind="objects", name=removal.name, reason=why))
    if any(ticket and ticket.is_kept for ticket in tickets):
        return Traces(kept=found)
    return Traces(unread=tuple(unread)) if unread else Traces(removals=found)


def _doubt(texts: tuple[str, ...], told: tuple[Ticket | None, ...], region: str) -> str:
    """Return why objects may be somebody's still: by tickets closed to us, or of another region."""
    if "" in texts:
        return "a ticket may not be read (s3:GetObject): they may be kept on purpose"
    away = {one.region for one in told if one and one.region} - {region}
    return f"of a job in {min(away)}: run cleanup with that region" if away else ""


def of_older(engine: Engine, newcomer: Newcomer) -> tuple[Removal, ...]:
    """Return the jobs that older builds of the same pull request, check and context left or run.

    One listing for all checks; none without a pull request.  Raises ``EngineError`` when jobs are
    not listed.
    """
    tags = newcomer.tags()
    jobs = tuple(engine.find_jobs(tags)) if tags else ()
    return tuple(
        of_job(job, f"an older build, {job.tags[Tag.BUILD]}")
        for job in jobs
        if is_free(job) and newcomer.supersedes(job)
    )


def of_job(job: FoundJob, why: str) -> Removal:
    """Return the removal of a job that is ours, with its objects."""
    build_id, check = job.tags[Tag.BUILD], job.tags[Tag.CHECK]
    places = tuple(
        naming.location(bucket=bucket, build_id=build_id, check=check)
        for bucket in buckets_of(job.tags)
    )
    return Removal(name=job.name, places=places, why=why, job=job)


def unread_of(jobs: Iterable[FoundJob]) -> tuple[Leftover, ...]:
    """Return the jobs that nobody may read, each with the reason: they are nobody's to remove."""
    return tuple(
        Leftover(kind="job", name=job.name, reason=job.unread) for job in jobs if job.unread
    )


def is_free(job: FoundJob) -> bool:
    """Whether a job is ours by tags *and* name, and not kept: only then it is deleted."""
    return naming.agrees(job.name, job.tags) and not is_kept(job.tags)


def is_kept(tags: Mapping[str, str]) -> bool:
    """Whether a job is kept on purpose, or was handed to somebody who removes it."""
    return bool(tags.get(Tag.KEEP) or tags.get(Tag.OWNER))


def buckets_of(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Return the buckets that hold a job's objects, each once."""
    named = (tags.get(tag, "") for tag in (Tag.SCRIPTS, Tag.TEMP))
    return tuple(dict.fromkeys(bucket for bucket in named if bucket))


def _may_hold(engine: Engine, place: Location) -> bool:
    """Whether there is something to remove; what nobody tells is tried, and then named."""
    try:
        return engine.has_objects(place.bucket, place.prefix)
    except EngineError:
        return True


def build_places(build_id: str, buckets: Iterable[str]) -> tuple[Location, ...]:
    """Return a build's prefix in each bucket that has a name, each once."""
    return tuple(
        Location(bucket=bucket, prefix=f"{naming.ROOT}/{build_id}/")
        for bucket in dict.fromkeys(buckets)
        if bucket
    )
