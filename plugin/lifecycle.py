"""One check from begin to end: begin · watch · finish.

Three functions, because the event-driven mode calls them from three processes; ``run_check`` is
their sum with a ``finally``.  Knows the ports only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from plugin.core.analysis import analysis_of
from plugin.core.course import Course, result_of
from plugin.core.errors import AccessDenied, EngineError, NotFound, PluginError
from plugin.core.judgement import Judgement, Stop, judge, not_begun, of_bug, of_error
from plugin.core.limits import reason_to_stop
from plugin.core.logbook import LogBook
from plugin.core.pace import Pace
from plugin.core.request import start_request
from plugin.core.result import CheckResult, Leftover
from plugin.core.states import RunState
from plugin.core.ticket import ticket_upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.core.build import Build
    from plugin.core.check import Check
    from plugin.core.ports import Clock, Engine, LogReader, Observer

MOST_MISSES = 5
"""Looks in a row that may fail before we say that we do not know."""
STOP_SECONDS = 60.0
"""How long ``finish`` waits for a run to stop."""
STOP_SECONDS_WHEN_CANCELLED = 4.0
"""The same after a signal: GitHub kills after 7.5 s, and the deletes need their time too."""
LATE_EVENTS_SECONDS = 2.0
"""How long we wait, between two reads, for log events that come after the run's end."""
LATE_READS, MOST_LATE_READS = 2, 10
"""Reads after the first, and the same while findings that were promised are missing."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What a check needs of the outside.  ``new_marker`` draws the text that marks a run."""

    engine: Engine
    clock: Clock
    observer: Observer
    new_marker: Callable[[], str]


def run_check(check: Check, build: Build, build_id: str, world: World) -> CheckResult:
    """Run one check to its end.  Whatever happens, removal is asked for, and told in the result."""
    course = Course(started=world.clock.monotonic(), book=LogBook(patterns=check.patterns))
    leftovers: tuple[Leftover, ...] = ()
    try:
        judgement = _run(check, build, build_id, world, course)
    finally:
        leftovers = finish(check, world, course)
    result = result_of(check, course, judgement, leftovers, now=world.clock.monotonic())
    world.observer.finished(result)
    return result


def _run(check: Check, build: Build, build_id: str, world: World, course: Course) -> Judgement:
    try:
        if world.clock.is_cancelled():
            return not_begun()
        with course.timed("upload", world.clock):
            begin(check, build, build_id, world, course)
        if course.run_id:
            with course.watched(world.clock):
                watch(check, world, course)
    except PluginError as error:
        return of_error(error, is_local=check.is_local)
    except Exception as error:  # noqa: BLE001 - a bug of ours must not cost the other checks theirs
        return of_bug(error)
    return judge(check, course.seen, course.stop, course.book)


def begin(check: Check, build: Build, build_id: str, world: World, course: Course) -> None:
    """Upload the files and the ticket, create the job, start the run.

    Sets ``course.run_id``; a cancel that is heard before the start sets ``course.stop`` instead.
    Raises ``EngineError``; what was made by then is found by ``finish``.
    """
    clock, engine = world.clock, world.engine
    world.observer.state_changed(check.name, "UPLOADING", f"{len(check.uploads)} file(s)")
    for upload in (*check.uploads, ticket_upload(build, build_id, check)):
        with course.making("object"):  # one by one, to know whether the first was written
            engine.upload((upload,))
    with course.making("job"):
        engine.create_job(check.request)
    if clock.is_cancelled():
        course.stop = Stop.CANCELLED
        return
    marker = world.new_marker()
    request = start_request(
        job_name=check.job_name, marker=marker, session_policy=check.session_policy
    )
    with course.making("run"):
        course.run_id = engine.start_run(request)


def watch(check: Check, world: World, course: Course) -> None:
    """Look until the run is final, reading its log as it grows; stop it when a limit is reached.

    Raises ``EngineError`` when too many looks in a row fail.
    """
    reader = world.engine.driver_log(check.job_name, course.run_id)
    pace = Pace(is_local=check.is_local)
    since = world.clock.monotonic()
    last = ""
    while True:
        _look(check, world, course)
        if course.seen.state.is_final:
            break
        if course.seen.state != last:
            last = course.seen.state
            world.observer.state_changed(check.name, last, course.seen.detail)
        _read_log(check, world, course, reader)
        waited = world.clock.monotonic() - since
        is_cancelled = world.clock.is_cancelled()
        course.stop = reason_to_stop(check, course, waited=waited, is_cancelled=is_cancelled)
        if course.stop is not None:
            break
        if world.clock.wait(pace.seconds(waited)):
            course.stop = Stop.CANCELLED
            break
    if course.stop is not None:
        world.observer.state_changed(check.name, "STOPPING", f"reason: {course.stop}")
        _stop(check, world, course)
    _drain(check, world, course, reader)
    _read_analysis(check, world, course, reader)
    if course.seen.state.is_final:  # after the log: the reader sees the end last
        world.observer.state_changed(check.name, course.seen.state, "")


def _look(check: Check, world: World, course: Course) -> None:
    try:
        seen = world.engine.look(check.job_name, course.run_id)
    except NotFound:
        raise
    except EngineError:
        course.misses += 1
        if course.misses >= MOST_MISSES:
            raise
        return
    course.misses = 0
    course.saw(seen, world.clock.monotonic())


def _read_log(check: Check, world: World, course: Course, reader: LogReader) -> EngineError | None:
    """Take what is new, or return why not: that is a note, never the end of the watch."""
    if course.book.problem:
        return None
    try:
        lines = course.book.add(reader.read())
    except AccessDenied as error:
        course.book.problem = f"The job's log could not be read. {error}"
        return error
    except EngineError as error:
        return error
    if lines:
        world.observer.log_lines(check.name, lines)
    return None


def _drain(check: Check, world: World, course: Course, reader: LogReader) -> None:
    """Read the log once more after the end, and again while late events keep coming.

    A run that succeeded and has not told all its promised findings is given more time.
    """
    before = -1
    failure = _read_log(check, world, course, reader)
    for number in range(0 if check.is_local else MOST_LATE_READS):
        is_quiet = failure is None and course.book.lines == before
        is_over = (is_quiet or number >= LATE_READS) and not _lacks_findings(check, course)
        if is_over or course.book.problem or world.clock.is_cancelled():
            break
        before = course.book.lines
        world.clock.wait(LATE_EVENTS_SECONDS)
        failure = _read_log(check, world, course, reader)
    if failure is not None and not course.book.problem:
        course.book.problem = f"The job's log could not be read whole. {failure}"
    if lines := course.book.close():
        world.observer.log_lines(check.name, lines)


def _read_analysis(check: Check, world: World, course: Course, reader: LogReader) -> None:
    """Take what Glue says of a failed Spark run; where it says nothing, the log tells enough."""
    is_analysed = course.seen.state is RunState.FAILED and check.capacity.job_type != "pythonshell"
    if not is_analysed or check.is_local or world.clock.is_cancelled():
        return
    try:
        course.book.analysis = analysis_of(reader.analysis())
    except EngineError:
        return


def _lacks_findings(check: Check, course: Course) -> bool:
    promised = course.book.promised(check.settings.require_findings)
    return course.seen.state is RunState.SUCCEEDED and course.book.finding_count < promised


def _stop(check: Check, world: World, course: Course) -> None:
    """Ask Glue to stop the run and wait, within a bound, until it has."""
    since = world.clock.monotonic()
    try:
        world.engine.stop_runs(check.job_name, (course.run_id,))
        while True:
            seen = world.engine.look(check.job_name, course.run_id)
            course.saw(seen, world.clock.monotonic())
            if seen.state.is_final or not _paused(check, world, course, since):
                return
    except EngineError:
        return  # finish asks once more, and names what stays


def _paused(check: Check, world: World, course: Course, since: float) -> bool:
    """Wait a moment for runs to stop; False when there is no more time for that.

    After a cancel ``watch`` and ``finish`` have a few seconds together, else a minute each, from
    ``since`` on.
    """
    clock = world.clock
    now = clock.monotonic()
    if clock.is_cancelled() and course.hurried_since is None:
        course.hurried_since = now
    if course.hurried_since is None:
        until = since + STOP_SECONDS
    else:
        until = course.hurried_since + STOP_SECONDS_WHEN_CANCELLED
    if now >= until:
        return False
    pause = min(0.1 if check.is_local else 1.0, until - now)
    if course.hurried_since is None:
        clock.wait(pause)  # a cancel that is heard now shortens the rest
    else:
        clock.pause(pause)
    return True


def finish(check: Check, world: World, course: Course) -> tuple[Leftover, ...]:
    """Stop what still runs, delete the objects, then the job; return what stayed.

    The job goes last: it is the anchor by which everything else is found.  A refusal is returned,
    never raised, and only for what may have been made.  With ``keep_resources`` nothing is removed.
    """
    if check.keep:
        world.observer.state_changed(check.name, "KEPT", check.job_name)
        return ()
    with course.timed("clean-up", world.clock):
        try:
            world.observer.state_changed(check.name, "CLEANING", "")
        finally:  # whatever breaks elsewhere, removal is asked for
            leftovers = _remove(check, world, course)
    return leftovers


def _remove(check: Check, world: World, course: Course) -> tuple[Leftover, ...]:
    end_runs = partial(_end_runs, check, world, course)
    leftovers = [*course.leftovers("run", course.run_id or check.job_name, end_runs)]
    for place in check.places:
        delete = partial(world.engine.delete_objects, place.bucket, place.prefix)
        leftovers += course.leftovers("object", place.uri(), delete)
    if check.delete_logs and course.run_id:
        delete_logs = partial(world.engine.delete_logs, check.job_name, course.run_id)
        leftovers += course.leftovers("log stream", course.run_id, delete_logs)
    if any(item.kind == "run" for item in leftovers):
        reason = "not deleted, because its run may still go on"
        leftovers.append(Leftover(kind="job", name=check.job_name, reason=reason))
    else:
        delete_job = partial(world.engine.delete_job, check.job_name)
        leftovers += course.leftovers("job", check.job_name, delete_job)
    return tuple(leftovers)


def _end_runs(check: Check, world: World, course: Course) -> tuple[Leftover, ...]:
    """Stop every run of the job that is not final.  One that stays is a leftover."""
    if course.run_id and course.seen.state.is_final:
        return ()
    engine, since = world.engine, world.clock.monotonic()
    try:
        active = engine.active_runs(check.job_name)
    except EngineError:
        if course.run_id:  # whether it still runs nobody tells us: ask for its stop all the same
            engine.stop_runs(check.job_name, (course.run_id,))
        raise
    if active:
        engine.stop_runs(check.job_name, active)
    while active and _paused(check, world, course, since):
        active = engine.active_runs(check.job_name)
    return tuple(
        Leftover(kind="run", name=run_id, reason="asked to stop, not stopped yet")
        for run_id in active
    )
