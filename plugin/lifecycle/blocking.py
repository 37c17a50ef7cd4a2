"""The blocking mode: begin, watch and finish of one check in one process, with a ``finally``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.abandoned import SILENT
from plugin.core.errors import PluginError
from plugin.core.judging.judged import cancelled
from plugin.core.judging.judgement import judge, not_begun, of_bug, of_error
from plugin.core.judging.logbook import LogBook
from plugin.core.watching.course import Course, result_of
from plugin.lifecycle.begin import begin
from plugin.lifecycle.finish import finish
from plugin.lifecycle.watch import watch

if TYPE_CHECKING:
    from plugin.core.build import Build
    from plugin.core.check import Check
    from plugin.core.judging.judged import Judgement
    from plugin.core.result import CheckResult, Leftover
    from plugin.lifecycle.world import World


def run_check(check: Check, build: Build, build_id: str, world: World) -> CheckResult:
    """Run one check to its end.  Whatever happens, removal is asked for, and told in the result.

    Nothing is asked of AWS for a check that was cancelled before it began: nothing of it is there.
    """
    course = Course(started=world.clock.monotonic(), book=LogBook(patterns=check.patterns))
    leftovers: tuple[Leftover, ...] = ()
    if world.clock.is_cancelled():
        judgement = not_begun()
    else:
        world.under_way.put(check, course)
        try:
            judgement = _run(check, build, build_id, world, course)
        finally:
            leftovers = finish(check, world, course)
        if world.under_way.of(check) is not course:
            judgement = cancelled(SILENT)  # somebody stood in: what we saw of its end was our doing
    result = _result(check, world, course, judgement, leftovers)
    world.observer.finished(result)
    return result


def _run(check: Check, build: Build, build_id: str, world: World, course: Course) -> Judgement:
    try:
        with course.timed("upload", world.clock):
            begin(check, build, build_id, world, course)
        if course.run_id:
            with course.watched(world.clock):
                watch(check, world, course)
        return judge(check, course.seen, course.stop, course.book, course.past)
    except PluginError as error:
        return of_error(error, is_local=check.is_local)
    except Exception as error:  # noqa: BLE001 - a bug of ours must not cost the other checks theirs
        return of_bug(error)


def _result(
    check: Check,
    world: World,
    course: Course,
    judgement: Judgement,
    leftovers: tuple[Leftover, ...],
) -> CheckResult:
    """Return the result; when a bug keeps us from it, one that holds no more than what is left."""
    now = world.clock.monotonic()
    try:
        return result_of(check, course, judgement, leftovers, now=now, region=world.region)
    except Exception as error:  # noqa: BLE001 - a bug of ours must not cost the other checks theirs
        bare = Course(started=course.started, run_id=course.run_id, made=course.made)
        return result_of(check, bare, of_bug(error), leftovers, now=now, region=world.region)
