"""One check from begin to end: begin · watch · finish.

Three functions, because the event-driven mode calls them from three processes; ``run_check`` is
their sum with a ``finally``.  Knows the ports only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from plugin.core.course import Course, cost_so_far, result_of
from plugin.core.errors import AccessDenied, EngineError, NotFound, PluginError
from plugin.core.judgement import Judgement, Stop, judge
from plugin.core.logbook import LogBook
from plugin.core.pace import Pace
from plugin.core.request import start_request
from plugin.core.result import CheckResult, Leftover
from plugin.core.ticket import ticket_upload
from plugin.core.verdict import Verdict

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


@dataclass(frozen=True, kw_only=True)
class World:
    """What a check needs of the outside.  ``new_marker`` draws the text that marks a run."""

    engine: Engine
    clock: Clock
    observer: Observer
    new_marker: Callable[[], str]


def run_check(check: Check, build: Build, build_id: str, world: World) -> CheckResult:
    """Run one check to its end.  Whatever happens, removal is asked for exactly once.

    Raises nothing that a user or AWS can cause: every such thing is in the result.
    """
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
            return Judgement(verdict=Verdict.CANCELLED, reason="Cancelled before it began.")
        begin(check, build, build_id, world, course)
        watch(check, world, course)
    except PluginError as error:
        return Judgement(verdict=Verdict.ERRORED, reason=error.message, hint=error.hint)
    return judge(check, course.seen, course.stop, course.book)


def begin(check: Check, build: Build, build_id: str, world: World, course: Course) -> None:
    """Upload the files and the ticket, create the job, start the run.

    Sets ``course.run_id``.  Raises ``EngineError``; what was made by then is found by ``finish``.
    """
    clock, engine = world.clock, world.engine
    since = clock.monotonic()
    world.observer.state_changed(check.name, "UPLOADING", f"{len(check.uploads)} files")
    engine.upload((*check.uploads, ticket_upload(build, build_id, check)))
    engine.create_job(check.request)
    marker = world.new_marker()
    course.run_id = engine.start_run(
        start_request(job_name=check.job_name, marker=marker, session_policy=check.session_policy)
    )
    course.phase("upload", since, clock.monotonic())


def watch(check: Check, world: World, course: Course) -> None:
    """Look until the run is final, reading its log as it grows; stop it when a limit is reached.

    Raises ``EngineError`` when too many looks in a row fail.
    """
    reader = world.engine.driver_log(check, course.run_id)
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
        course.stop = _reason_to_stop(check, world.clock, course, since)
        if course.stop is not None:
            break
        elapsed = world.clock.monotonic() - since
        if world.clock.wait(pace.seconds(elapsed)):
            course.stop = Stop.CANCELLED
            break
    if course.stop is not None:
        world.observer.state_changed(check.name, "STOPPING", f"reason: {course.stop}")
        _stop(check, world, course)
    _drain(check, world, course, reader)
    if course.seen.state.is_final:  # after the log: the reader sees the end last
        world.observer.state_changed(check.name, course.seen.state, "")
    course.note_run(since, world.clock.monotonic())


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


def _reason_to_stop(check: Check, clock: Clock, course: Course, since: float) -> Stop | None:
    """Return the limit that is reached: cancel, queue, time, cost, or a stream that is healthy."""
    settings = check.settings
    if clock.is_cancelled():
        return Stop.CANCELLED
    if course.running_since is None:
        waited = clock.monotonic() - since
        return Stop.QUEUE if waited >= settings.queue_timeout_minutes * 60 else None
    if check.capacity.job_type == "gluestreaming" and (
        course.running_seconds >= settings.stream_minutes * 60
    ):
        return Stop.STREAM_HEALTHY
    if course.running_seconds >= settings.timeout_minutes * 60:
        return Stop.TIME
    if settings.max_cost_usd is not None and (
        cost_so_far(check, course).usd > settings.max_cost_usd
    ):
        return Stop.COST
    return None


def _read_log(check: Check, world: World, course: Course, reader: LogReader) -> None:
    """Take what is new; a log that cannot be read is a note, never the end of the watch."""
    if course.book.problem:
        return
    try:
        lines = course.book.add(reader.read())
    except NotFound:
        return
    except AccessDenied as error:
        course.book.problem = f"The job's log could not be read. {error}"
        return
    except EngineError:
        return
    if lines:
        world.observer.log_lines(check.name, lines)


def _drain(check: Check, world: World, course: Course, reader: LogReader) -> None:
    """Read the log once more after the end, and again while late events keep coming."""
    before = -1
    attempts = 1 if check.is_local or world.clock.is_cancelled() else 3
    for attempt in range(attempts):
        _read_log(check, world, course, reader)
        if course.book.lines == before or course.book.problem or attempt == attempts - 1:
            break
        before = course.book.lines
        world.clock.wait(2.0)
    if lines := course.book.close():
        world.observer.log_lines(check.name, lines)


def _stop(check: Check, world: World, course: Course) -> None:
    """Ask Glue to stop the run and wait, within a bound, until it has."""
    bound = STOP_SECONDS_WHEN_CANCELLED if world.clock.is_cancelled() else STOP_SECONDS
    try:
        world.engine.stop_runs(check.job_name, (course.run_id,))
        until = world.clock.monotonic() + bound
        while world.clock.monotonic() < until:
            course.seen = world.engine.look(check.job_name, course.run_id)
            if course.seen.state.is_final:
                return
            world.clock.pause(0.1 if check.is_local else 1.0)
    except EngineError:
        return  # finish asks once more, and names what stays


def finish(check: Check, world: World, course: Course) -> tuple[Leftover, ...]:
    """Stop what still runs, delete the objects, then the job; return what stayed.

    The job goes last: it is the anchor by which everything else is found.  Never raises an
    ``EngineError``.  With ``keep_resources`` nothing is removed.
    """
    if check.keep:
        world.observer.state_changed(check.name, "KEPT", f"keep_resources: job {check.job_name}")
        return ()
    since = world.clock.monotonic()
    world.observer.state_changed(check.name, "CLEANING", "")
    leftovers = [*_guarded("run", check.job_name, lambda: _end_runs(check, world, course))]
    for place in check.places:
        delete = partial(world.engine.delete_objects, place.bucket, place.prefix)
        leftovers += _guarded("object", place.uri(), delete)
    if check.delete_logs and course.run_id:
        leftovers += _guarded(
            "log stream", course.run_id, lambda: world.engine.delete_logs(check, course.run_id)
        )
    if any(item.kind == "run" for item in leftovers):
        reason = "its run has not ended yet"
        leftovers.append(Leftover(kind="job", name=check.job_name, reason=reason))
    else:
        leftovers += _guarded("job", check.job_name, lambda: _delete_job(check, world))
    course.phase("clean-up", since, world.clock.monotonic())
    return tuple(leftovers)


def _end_runs(check: Check, world: World, course: Course) -> tuple[Leftover, ...]:
    """Stop every run of the job that is not final.  One that stays is a leftover."""
    if course.run_id and course.seen.state.is_final:
        return ()
    engine, clock = world.engine, world.clock
    active = engine.active_runs(check.job_name)
    if not active:
        return ()
    engine.stop_runs(check.job_name, active)
    bound = STOP_SECONDS_WHEN_CANCELLED if clock.is_cancelled() else STOP_SECONDS
    until = clock.monotonic() + bound
    while active and clock.monotonic() < until:
        clock.pause(0.1 if check.is_local else 1.0)
        active = engine.active_runs(check.job_name)
    return tuple(
        Leftover(kind="run", name=run_id, reason="asked to stop, not stopped yet")
        for run_id in active
    )


def _delete_job(check: Check, world: World) -> tuple[Leftover, ...]:
    world.engine.delete_job(check.job_name)
    return ()


def _guarded(
    kind: str, name: str, remove: Callable[[], tuple[Leftover, ...]]
) -> tuple[Leftover, ...]:
    """Ask for one removal; a refusal is a leftover with its reason."""
    try:
        return remove()
    except PluginError as error:
        return (Leftover(kind=kind, name=name, reason=str(error)),)
