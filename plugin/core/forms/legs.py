"""Legs of a matrix under one commit status: whose it is, and whether one of them did not pass.

GitHub shows the newest status of a context.  A leg is told by the fragment of its link, and a
build by the rest of it, whatever the attempt.  Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugin.core.github import PostedStatus

LONGEST_LINK = 2_000
FINAL = frozenset({"success", "failure", "error"})
_PASSED = "success"
_FRAGMENT = "#leg-"
_LEG = re.compile(r"[0-9a-f]{12}")
_PLACE = re.compile(
    r"(?P<build>.*?)(?:/attempts/(?P<attempt>[0-9]{1,9}))?(?:#leg-(?P<leg>[0-9a-f]{12}))?"
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a status was posted from.

    ``attempt`` is 0 where the link does not tell it.  ``leg`` is empty where it names none: so it
    is of who was refused before its leg was known.
    """

    build: str
    attempt: int = 0
    leg: str = ""


def with_leg(link: str, leg: str) -> str:
    """Return the link with the leg as its fragment, where it has none and that makes none of it."""
    longer = f"{link}{_FRAGMENT}{leg}"
    is_possible = link and "#" not in link and len(longer) <= LONGEST_LINK and _LEG.fullmatch(leg)
    return longer if is_possible else link


def place_of(link: str) -> Place:
    """Return where a link leads; any text is a link here."""
    found = _PLACE.fullmatch(link) if len(link) <= LONGEST_LINK else None
    if found is None:
        return Place(build=link)
    return Place(build=found["build"], attempt=int(found["attempt"] or 0), leg=found["leg"] or "")


def failure_beside(link: str, posted: Iterable[PostedStatus]) -> PostedStatus | None:
    """Return the final status of another leg of the same build that did not pass, None without.

    ``posted`` are the statuses of the context, the newest first: a leg's newest final one counts.
    What an earlier attempt said counts too: not every leg is run again.
    """
    ours = place_of(link)
    last = _last_words(ours, posted)
    bad = {at: one for at, one in last.items() if one.state != _PASSED and _counts(at, ours)}
    first = _first_attempts(ours, posted)
    gone = tuple(at for at in bad if at.attempt < ours.attempt)
    standing = (one for at, one in bad.items() if not _is_replaced(at, gone, first))
    return next(standing, None)


def _last_words(ours: Place, posted: Iterable[PostedStatus]) -> Mapping[Place, PostedStatus]:
    """Return the newest final status of each other leg, by where it was posted from."""
    found: dict[str, tuple[Place, PostedStatus]] = {}
    for at, one in _of_build(ours, posted):
        if at.leg != ours.leg:
            found.setdefault(at.leg, (at, one))
    return dict(found.values())


def _first_attempts(ours: Place, posted: Iterable[PostedStatus]) -> Mapping[str, int]:
    """Return in which attempt each leg, ours too, ended first."""
    first = {ours.leg: ours.attempt}
    for at, _ in _of_build(ours, posted):
        first[at.leg] = min(at.attempt, first.get(at.leg, at.attempt))
    return first


def _of_build(ours: Place, posted: Iterable[PostedStatus]) -> Iterable[tuple[Place, PostedStatus]]:
    if not ours.build:
        return ()  # without a link nobody knows whose a status is
    places = ((place_of(one.target_url), one) for one in posted if one.state in FINAL)
    return (pair for pair in places if pair[0].build == ours.build)


def _counts(at: Place, ours: Place) -> bool:
    """Whether it is a leg's; or a refusal in this very attempt, which nobody can have mended."""
    return bool(at.leg) or 0 < at.attempt == ours.attempt


def _is_replaced(at: Place, gone: tuple[Place, ...], first: Mapping[str, int]) -> bool:
    """Whether a leg of an earlier attempt is there no more: it has another key by now.

    A leg's key is made of its settings.  Who mends one, and runs the build again, would be held
    by the old key for ever.  So as many old legs are taken to be gone as new ones have come.
    """
    if at not in gone:
        return False
    newcomers = sum(attempt > at.attempt for attempt in first.values())
    return newcomers >= sum(one.attempt >= at.attempt for one in gone)
