"""In the place of a check that is cancelled and does not go on: its run is stopped, all removed.

Its own thread may wait for an answer to a question of before the signal, as long as clients are
patient then.  Knows no threads: whoever calls this has one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.core.abandoned import SILENT, abandoned
from plugin.core.judging.judged import cancelled
from plugin.core.judging.logbook import LogBook
from plugin.core.watching.course import Course, result_of
from plugin.core.watching.ending import Stop
from plugin.lifecycle.finish import finish
from plugin.lifecycle.late_run import UNSURE
from plugin.lifecycle.stopping import stop

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.result import CheckResult
    from plugin.lifecycle.world import World


def stand_in(check: Check, world: World, since: float) -> CheckResult | None:
    """End a check whose run nobody has asked to stop yet; return its result, None for any other.

    ``since`` is when the cancel was heard (monotonic seconds).  The check itself may wake up and
    ask for the same once more: that does no harm.  Where nobody lists a run that may be starting,
    only the check itself may still hear of it, so the result is its own.
    """
    known = world.under_way.of(check)
    if known is None or not _may_go_on_unasked(known):
        return None
    if check.keep and not known.run_id:
        return None  # then nothing is looked for
    course = _taken_over(known, since)
    world.under_way.put(check, course)
    if course.run_id:
        stop(check, world, course)
    leftovers = finish(check, world, course)
    if any(item.reason == UNSURE for item in leftovers):
        world.under_way.put(check, known)
        return None
    now = world.clock.monotonic()
    return result_of(check, course, cancelled(SILENT), leftovers, now=now, region=world.region)


def give_up(check: Check, world: World) -> CheckResult | None:
    """Return what is said of a check that has no end in time; None when it has not begun."""
    course = world.under_way.of(check)
    if course is None:
        return None
    seconds = round(world.clock.monotonic() - course.started, 3)
    return abandoned(check, seconds=seconds, region=world.region, course=course)


def _may_go_on_unasked(course: Course) -> bool:
    return "run" in course.made and not course.asked and not course.seen.state.is_final


def _taken_over(known: Course, since: float) -> Course:
    """Return a course of our own: what is known of a check now, while its thread may go on.

    A start without an answer yet is one that may have been lost.
    """
    course = Course(
        started=known.started,
        run_id=known.run_id,
        seen=known.seen,
        stop=Stop.CANCELLED,
        was_seen=known.was_seen,
        stints=replace(known.stints, parts=list(known.stints.parts)),
        running_seconds=known.running_seconds,
        hurried_since=since,
        made=set(known.made),
        phases=list(known.phases),
        book=_told_so_far(known.book),
        unanswered=set(known.unanswered),
    )
    if not course.run_id:
        course.unanswered.add("run")
    return course


def _told_so_far(book: LogBook) -> LogBook:
    """Return what the log has told by now; what else it says nobody knows."""
    copy = LogBook(findings=list(book.findings), lines=book.lines, is_whole=False)
    copy.tail.extend(tuple(book.tail))
    return copy
