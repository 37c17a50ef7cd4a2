"""What any build left that is old enough: jobs, some at a time, then prefixes without a job.

Thousands may be there, so that names are listed first, and more is asked in portions: after each,
what was found can go.  Knows the ports only; removes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from plugin.core import naming
from plugin.core.errors import EngineError
from plugin.core.naming import Location, Tag
from plugin.core.result import Leftover
from plugin.core.ticket import Ticket, read_ticket
from plugin.sweep.choice import Removal, is_free, is_kept, of_job, unread_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from plugin.core.ports import Engine, FoundJob

PORTION = 100
"""Jobs that are looked at, and then removed, before the next ones are."""
WITHOUT_TICKET = timedelta(hours=24)
"""For which objects stay of which no ticket tells anything."""


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


@dataclass(frozen=True, kw_only=True)
class Orphans:
    """Prefixes that may go, and those that stay.

    ``young`` are too young.  ``held`` stay for what their tickets say, each with the reason.
    ``unread`` are buckets that nobody could look into, and prefixes whose tickets nobody told.
    """

    removals: tuple[Removal, ...] = ()
    young: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
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


def orphans(
    engine: Engine,
    names: Iterable[str],
    *,
    buckets: Iterable[str],
    now: datetime,
    until: datetime,
) -> Orphans:
    """Return the prefixes of builds that no job is left of, untouched since ``until``.

    The end of a job's name tells enough of its build: what may be a living one's stays.  ``names``
    are of the jobs of one region, and a bucket may serve several: so what a ticket says to be
    of another one, in use or kept stays too.  Without a ticket it stays for a day at least: who has
    just begun has no job yet.
    """
    alive = frozenset(name[-naming.MARK :] for name in names)
    places = tuple(dict.fromkeys(buckets))
    removals: list[Removal] = []
    young: list[str] = []
    held: dict[str, str] = {}
    unread: list[Leftover] = []
    for bucket, build_id, youngest in _lonely(engine, places, alive, unread):
        removal = _of_prefix(bucket, build_id, youngest)
        if youngest > until:
            young.append(removal.name)
            continue
        try:
            tickets = _tickets(engine, places, build_id)
        except EngineError as error:
            unread.append(Leftover(kind="objects", name=removal.name, reason=str(error)))
            continue
        is_told = bool(tickets) and None not in tickets
        if why := _reason_to_stay(tickets, now=now, region=engine.region):
            held[removal.name] = why
        elif not is_told and youngest > now - WITHOUT_TICKET:
            held[removal.name] = "no ticket says whose it is, and it is younger than a day"
        else:
            removals.append(removal)
    return Orphans(removals=tuple(removals), young=tuple(young), held=held, unread=tuple(unread))


def _lonely(
    engine: Engine, buckets: tuple[str, ...], alive: frozenset[str], unread: list[Leftover]
) -> Iterator[tuple[str, str, datetime]]:
    """Yield bucket, build id and youngest time of each build without a job; note what is unread."""
    for bucket in buckets:
        try:
            found = tuple(engine.build_prefixes(bucket))
        except EngineError as error:
            unread.append(Leftover(kind="bucket", name=bucket, reason=str(error)))
            continue
        for build_id, youngest in found:
            if build_id[: naming.MARK] not in alive:
                yield bucket, build_id, youngest


def _tickets(engine: Engine, buckets: tuple[str, ...], build_id: str) -> tuple[Ticket | None, ...]:
    """Return a build's tickets, in whichever of its buckets; None is one that is not legible."""
    texts = (text for bucket in buckets for text in engine.tickets(bucket, build_id))
    return tuple(read_ticket(text) for text in texts)


def _reason_to_stay(tickets: tuple[Ticket | None, ...], *, now: datetime, region: str) -> str:
    """Return why a build's objects stay, by one of its tickets; empty when none says so."""
    for ticket in tickets:
        if ticket is None:
            continue
        if ticket.region and ticket.region != region:
            return f"of a job in {ticket.region}"
        if ticket.is_kept:
            return "kept on purpose"
        if ticket.expires_at > now:
            return f"may be in use until {ticket.expires_at:%Y-%m-%d %H:%M} UTC"
    return ""


def _unlike(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if not naming.is_like_ours(name))


def _is_odd(job: FoundJob) -> bool:
    return not naming.agrees(job.name, job.tags) and not is_kept(job.tags)


def _of_prefix(bucket: str, build_id: str, youngest: datetime) -> Removal:
    place = Location(bucket=bucket, prefix=f"{naming.ROOT}/{build_id}/")
    why = f"no job, untouched since {youngest:%Y-%m-%d %H:%M} UTC"
    return Removal(name=place.uri(), places=(place,), why=why)


def _open_until(job: FoundJob, now: datetime) -> datetime | None:
    """Return when a job of ours is past its own time-outs; None when it is."""
    expiry = naming.expiry(job.tags)
    return expiry if expiry and expiry > now else None
