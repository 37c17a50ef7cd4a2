"""Laws about our things on AWS: they go, what stays is named, and a run is started once.

Each law takes a play and yields the promises that were broken, in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos import truth
from tests.chaos.ours import deleted_by_others, in_words, runs, things
from tests.chaos.schedule import Command, Fate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.ours import Thing
    from tests.chaos.played import Played, Request, Step


def nothing_is_left_in_the_end(played: Played) -> Iterator[str]:
    """After the last sweep nothing of ours exists: no job, run, object, version or upload."""
    if truth.is_kept(played.schedule):
        return
    if left := things(played, played.steps[-1].world):
        yield f"after the last sweep there is still: {in_words(left)}"


def a_clean_up_that_is_content_has_removed_all(played: Played) -> Iterator[str]:
    """A cleanup or sweep that ends with 0 left nothing of ours.  Cleanup needs a trail for that.

    Excused is what nobody could see: a stale listing, what came to be later.
    """
    if truth.is_kept(played.schedule):
        return
    for step in played.steps:
        if step.command is Command.CHECK or step.code != 0 or _had_no_trail(step):
            continue
        earlier = [one.name for one in played.steps[: played.steps.index(step) + 1]]
        left = _findable(played, step)
        if left and not truth.may_be_unseen(played, *earlier):
            yield f"{step.name} ended with 0 and left: {in_words(left)}"


def _findable(played: Played, step: Step) -> tuple[Thing, ...]:
    """Return what is there, but for runs whose job somebody else has deleted: nobody finds them."""
    gone = deleted_by_others(played)
    left = things(played, step.world)
    return tuple(thing for thing in left if thing.kind != "run" or thing.job not in gone)


def _had_no_trail(step: Step) -> bool:
    return "no build id was left here" in step.out


def a_clean_up_that_nothing_keeps_from_it_is_content(played: Played) -> Iterator[str]:
    """A cleanup or sweep that met no signal and no strike that lasts ends with 0."""
    for step in played.steps:
        is_of_removal = step.command is not Command.CHECK
        if is_of_removal and not truth.may_stay(played, step) and step.code != 0:
            yield f"{step.name} ended with {step.code}, and nothing kept it from its work"


def cleanup_knows_of_what_check_made(played: Played) -> Iterator[str]:
    """Before check makes anything it writes its build's id down, and cleanup finds it."""
    made = [
        one
        for one in played.requests
        if one.step == Command.CHECK and one.operation in {"PutObject", "CreateJob"}
    ]
    for step in played.steps:
        if step.command is Command.CLEANUP and made and _had_no_trail(step):
            yield f"check had sent {made[0].operation}, and {step.name} found no build id"


def what_a_clean_up_leaves_is_named(played: Played) -> Iterator[str]:
    """A cleanup or sweep that met no signal names each job that stays, and objects without one.

    Excused is what nobody told it of: a listing that was struck, what came to be later.
    """
    if truth.is_kept(played.schedule):
        return
    for step in played.steps:
        earlier = [one.name for one in played.steps[: played.steps.index(step) + 1]]
        is_blind = truth.was_blinded(played, step) or truth.may_be_unseen(played, *earlier)
        if step.command is Command.CHECK or is_blind or truth.signals(step) or _had_no_trail(step):
            continue
        told = f"{step.out}\n{step.err}"
        left = _findable(played, step)
        has_job = any(thing.kind == "job" for thing in left)
        for thing in left:
            is_told = thing.name in told or thing.job in told if thing.job else thing.name in told
            is_object = thing.kind not in {"job", "run"}
            is_below = is_object and (has_job or _build_of(thing) in told)
            if not is_told and not is_below:
                yield f"{step.name} left what it does not name: {thing}"


def _build_of(thing: Thing) -> str:
    """Return the address of all objects of a build, as far as the build's own folder."""
    return "s3://" + "/".join(thing.name.split("/")[:3]) + "/"


def check_removes_what_it_made(played: Played) -> Iterator[str]:
    """A check that met no signal, and no strike that keeps it from it, leaves nothing."""
    step = played.step(Command.CHECK)
    if truth.is_kept(played.schedule) or truth.may_stay(played, step):
        return
    belated = truth.may_be_unseen(played, step.name)
    if (left := things(played, step.world)) and not belated:
        yield f"check left, and nothing kept it from its work: {in_words(left)}"


def what_check_leaves_is_named_with_its_command(played: Played) -> Iterator[str]:
    """What is there after a check that was not killed stands in its report, with a command."""
    step = played.step(Command.CHECK)
    if truth.was_killed(step) or truth.is_kept(played.schedule):
        return
    left = [thing for thing in things(played, step.world) if not _is_unknown(played, thing)]
    if not left:
        return
    if step.report is None:
        yield f"check wrote no report, and left: {in_words(tuple(left))}"
        return
    named = [item for result in step.report["results"] for item in result["leftovers"]]
    for thing in left:
        mine = [item for item in named if _names(item, thing)]
        if not mine:
            yield f"check left what its report does not name: {thing}"
        elif not any(item["command"] for item in mine):
            yield f"check names no command for: {thing}"


def _names(item: dict[str, str], thing: Thing) -> bool:
    kind, name = item["kind"], item["name"]
    match thing.kind:
        case "job":
            return kind == "job" and name == thing.name
        case "run":
            return kind == "run" and name in {thing.name, thing.job}
        case _:
            return kind == "object" and f"s3://{thing.name}".startswith(name)


def _is_unknown(played: Played, thing: Thing) -> bool:
    """Whether nobody could know of it: made after we had given its request up, or not shown."""
    makers = {"job": "CreateJob", "run": "StartJobRun"}
    maker = makers.get(thing.kind, "PutObject")
    mine = [one for one in played.requests if one.step == Command.CHECK]
    if any(
        one.fate is Fate.BELATED and one.operation == maker and _is_about(one, thing)
        for one in mine
    ):
        return True
    was_lost = any(one.fate and one.operation == "CreateJob" for one in mine)
    is_hidden = any(one.fate is Fate.STALE and one.operation == "GetTags" for one in mine)
    return thing.kind == "job" and was_lost and is_hidden


def _is_about(request: Request, thing: Thing) -> bool:
    return request.subject in {thing.name, thing.job}


def no_run_goes_on_without_its_job(played: Played) -> Iterator[str]:
    """A run whose job we deleted has ended: else it goes on unseen, and is paid for."""
    deleted = {check.name for check in played.schedule.checks if check.run.is_deleted}
    for step in played.steps:
        for run in runs(played, step.world):
            is_lost = run.is_active and run.job not in step.world.jobs
            if is_lost and run.check not in deleted:
                yield f"after {step.name} the run {run.id} goes on without its job {run.job}"


def no_run_is_started_twice(played: Played) -> Iterator[str]:
    """Each check has one run at most; after an answer that tells nothing no second start is sent."""
    world = played.steps[-1].world
    for check in played.schedule.checks:
        found = [run for run in runs(played, world) if run.check == check.name]
        if len(found) > 1:
            ids = ", ".join(run.id for run in found)
            yield f"{check.name} was started {len(found)} times: {ids}"
        starts = [
            one
            for one in played.requests
            if one.operation == "StartJobRun" and one.check == check.name
        ]
        for number, one in enumerate(starts[:-1]):
            if not _started_nothing(one):
                told = one.fate or one.status or "nothing"
                yield f"{check.name}: start {number + 1} met {told}, and another was sent"


def _started_nothing(start: Request) -> bool:
    """Whether its answer said for certain that nothing was started."""
    is_told = start.fate in {None, Fate.THROTTLED, Fate.REFUSED}
    return is_told and 400 <= start.status < 500


def a_run_is_asked_to_stop_after_a_signal(played: Played) -> Iterator[str]:
    """A run that goes on after its check was cancelled was asked to stop, whatever was silent.

    A run whose start was lost is known where nothing kept check from listing the runs.
    """
    step = played.step(Command.CHECK)
    if truth.was_killed(step) or not truth.was_cancelled(step) or truth.is_kept(played.schedule):
        return
    sent = [one for one in played.requests if one.step == step.name]
    stopped = {one.check for one in sent if one.operation == "BatchStopJobRun"}
    known = {one.check for one in sent if _is_known_start(one, sent)}
    for run in runs(played, step.world):
        if run.is_active and run.check in known - stopped:
            yield f"{run.check} was cancelled, and its run {run.id} was never asked to stop"


def _is_known_start(request: Request, sent: list[Request]) -> bool:
    if request.operation != "StartJobRun":
        return False
    if request.fate is None:
        return request.status == 200
    struck = {one.check for one in sent if one.operation == "GetJobRuns" and one.fate}
    is_lost = request.fate in {Fate.LATE, Fate.CUT_AFTER} and request.took_effect
    return is_lost and request.check not in struck
