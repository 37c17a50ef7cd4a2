"""Prefixes of builds that no job is left of: which of them are old enough, some builds at a time.

All are listed first, and more is asked in portions: after each, what was found can go, and a cancel
is heard.  Knows the ports only; removes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from plugin.core import naming
from plugin.core.errors import EngineError
from plugin.core.naming import Location
from plugin.core.result import Leftover
from plugin.core.ticket import Ticket, read_ticket
from plugin.sweep.abreast import NONE, abreast, guarded
from plugin.sweep.choice import Removal
from plugin.sweep.overdue import PORTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from plugin.core.ports import Engine

    Lonely = Mapping[str, Sequence[tuple[str, datetime]]]
    """By build id: bucket, and youngest time in it."""
    Told = tuple[tuple[Ticket | None, ...], tuple[Leftover, ...]]
    """A build's tickets, None for one that is not legible; or why nobody told them."""

WITHOUT_TICKET = timedelta(hours=24)
"""For which objects stay of which no ticket tells anything."""


@dataclass(frozen=True, kw_only=True)
class Orphans:
    """Prefixes of some builds that may go, and those that stay.

    ``young`` are too young.  ``held`` stay for what their tickets say, each with the reason.
    ``unread`` are buckets that nobody could look into, and prefixes whose tickets nobody told.
    ``looked_at`` and ``rest`` are how many builds were looked at so far, and will be yet.
    """

    removals: tuple[Removal, ...] = ()
    young: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[Leftover, ...] = ()
    looked_at: int = 0
    rest: int = 0


def orphans(
    engine: Engine,
    names: Iterable[str],
    *,
    buckets: Iterable[str],
    now: datetime,
    until: datetime,
) -> Iterator[Orphans]:
    """Yield the prefixes of builds that no job is left of, untouched since ``until``.

    The end of a job's name tells enough of its build: what may be a living one's stays.  ``names``
    are of the jobs of one region, and a bucket may serve several: so what a ticket says to be
    of another one, in use or kept stays too.  Without a ticket it stays for a day at least: who
    has just begun has no job yet.  Buckets that are unread are told first, with or without builds.
    """
    alive = frozenset(name[-naming.MARK :] for name in names)
    places = tuple(dict.fromkeys(buckets))
    lonely, unread = _lonely(engine, places, alive)
    ids = tuple(lonely)
    for first in range(0, max(len(ids), 1), PORTION):
        some = {build_id: lonely[build_id] for build_id in ids[first : first + PORTION]}
        old = [build_id for build_id, found in some.items() if any(at <= until for _, at in found)]
        told = abreast([partial(_told, engine, places, build_id) for build_id in old])
        portion = _Portion(now=now, until=until, region=engine.region, unread=[*unread])
        portion.sort(some, dict(zip(old, told, strict=True)))
        looked_at = first + len(some)
        yield portion.orphans(looked_at=looked_at, rest=len(ids) - looked_at)
        unread = ()


@dataclass
class _Portion:
    """Some builds, while they are sorted."""

    now: datetime
    until: datetime
    region: str
    unread: list[Leftover]
    removals: list[Removal] = field(default_factory=list)
    young: list[str] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)

    def sort(self, some: Lonely, told: Mapping[str, Told]) -> None:
        """Take builds, and what was told of those that are old enough in one bucket at least."""
        for build_id, found in some.items():
            for bucket, youngest in found:
                removal = _of_prefix(bucket, build_id, youngest)
                if youngest > self.until:
                    self.young.append(removal.name)
                else:
                    self._sort_old(removal, youngest, told[build_id])

    def _sort_old(self, removal: Removal, youngest: datetime, told: Told) -> None:
        tickets, refusals = told
        is_told = bool(tickets) and None not in tickets
        if refusals:
            reason = refusals[0].reason
            self.unread.append(Leftover(kind="objects", name=removal.name, reason=reason))
        elif why := _reason_to_stay(tickets, now=self.now, region=self.region):
            self.held[removal.name] = why
        elif not is_told and youngest > self.now - WITHOUT_TICKET:
            self.held[removal.name] = "no ticket says whose it is, and it is younger than a day"
        else:
            self.removals.append(removal)

    def orphans(self, *, looked_at: int, rest: int) -> Orphans:
        """Return them, sorted."""
        return Orphans(
            removals=tuple(self.removals),
            young=tuple(self.young),
            held=self.held,
            unread=tuple(self.unread),
            looked_at=looked_at,
            rest=rest,
        )


def _lonely(
    engine: Engine, buckets: tuple[str, ...], alive: frozenset[str]
) -> tuple[Lonely, tuple[Leftover, ...]]:
    """Return the builds without a job, bucket by bucket, and the buckets that are unread."""
    lonely: dict[str, list[tuple[str, datetime]]] = {}
    unread: list[Leftover] = []
    for bucket in buckets:
        try:
            found = tuple(engine.build_prefixes(bucket))
        except EngineError as error:
            unread.append(Leftover(kind="bucket", name=bucket, reason=str(error)))
            continue
        for build_id, youngest in found:
            if build_id[: naming.MARK] not in alive:
                lonely.setdefault(build_id, []).append((bucket, youngest))
    return lonely, tuple(unread)


def _told(engine: Engine, buckets: tuple[str, ...], build_id: str) -> Told:
    read = partial(_tickets, engine, buckets, build_id)
    return guarded("objects", build_id, read, otherwise=NONE)


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


def _of_prefix(bucket: str, build_id: str, youngest: datetime) -> Removal:
    place = Location(bucket=bucket, prefix=f"{naming.ROOT}/{build_id}/")
    why = f"no job, untouched since {youngest:%Y-%m-%d %H:%M} UTC"
    return Removal(name=place.uri(), places=(place,), why=why)
