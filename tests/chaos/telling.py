"""A play in words: the schedule, the requests with what happened to each, what was said.

Pure, and for people.  Refuses to know what is right: the laws say what was broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos import truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.played import Played, Request, Step
    from tests.chaos.schedule import Blow, CheckPlan, Point, Schedule, Strike

_MOST_OUTPUT = 6_000
"""Characters of each stream that are shown, its last ones."""


def schedule_lines(schedule: Schedule) -> Iterator[str]:
    """Yield the schedule, a sentence a line."""
    yield f"seed {schedule.seed}: {len(schedule.checks)} check(s), an answer takes about" + (
        f" {schedule.latency_seconds:g} s, sweep after {schedule.sweep_after_hours:g} h"
        + (", the bucket keeps versions" if schedule.is_versioned else "")
    )
    if schedule.settings:
        yield "  set: " + ", ".join(f"{_short(name)}={value}" for name, value in schedule.settings)
    yield from (f"  {_check(check)}" for check in schedule.checks)
    yield from (f"  strike: {_strike(strike)}" for strike in schedule.strikes)
    yield from (f"  signal: {_blow(blow)}" for blow in schedule.blows)


def _short(name: str) -> str:
    return name.removeprefix("GLUE_HEALTH_CHECK_").lower()


def _check(check: CheckPlan) -> str:
    run = check.run
    deleted = ", its job is deleted by somebody halfway" if run.is_deleted else ""
    return (
        f"{check.name} ({check.job_type}): starts for {run.starting_seconds:g} s, runs for"
        f" {run.running_seconds:g} s, {run.end}; stops within {run.stopping_seconds:g} s, its log is"
        f" {run.log_seconds:g} s late, {len(run.lines)} lines{deleted}"
    )


def _point(at: Point) -> str:
    of = f" of {at.check}" if at.check else ""
    return f"{at.command}'s {at.service} {at.operation} no. {at.nth}{of}"


def _strike(strike: Strike) -> str:
    lasting = " and all that follow" if strike.is_lasting else ""
    times = f" and {strike.times - 1} more" if strike.times > 1 else ""
    return f"{_point(strike.at)}{times}{lasting}: {strike.fate}"


def _blow(blow: Blow) -> str:
    when = f"{blow.seconds:g} s after {blow.command} began"
    if blow.at is not None:
        when = f"{'after' if blow.is_after else 'before'} {_point(blow.at)}"
    again = "".join(f", {one.signal.name} {one.seconds:g} s later" for one in blow.again)
    return f"{blow.signal.name} {when}{again}"


# --- what happened -------------------------------------------------------------------------------


def play_lines(played: Played, broken: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Yield a whole play: schedule, broken laws, each step with its requests and its words."""
    yield from schedule_lines(played.schedule)
    yield ""
    yield from (f"BROKEN {law}: {told}" for law, told in broken)
    if not broken:
        yield "all laws hold"
    for step in played.steps:
        yield ""
        yield from _step(played, step)
    yield ""
    yield "statuses: " + (
        ", ".join(f"{one.step}: {one.state} ({one.description})" for one in played.statuses)
        or "none"
    )
    yield f"cpu: {played.cpu_seconds:.2f} s"


def _step(played: Played, step: Step) -> Iterator[str]:
    sent = truth.signals(step)
    signals = f", signals {', '.join(sent)}" if sent else ""
    yield f"=== {step.name}: exit {step.code} after {step.seconds:.1f} s{signals} {step.is_hung}"
    for one in played.requests:
        if one.step == step.name:
            yield f"  {_request(one)}"
    yield from _stream("out", step.out)
    yield from _stream("err", step.err)
    if step.report is not None and step.name == "check":
        for result in step.report["results"]:
            yield f"  report: {result['name']}: {result['verdict']}: {result['reason']}"
            for item in result["leftovers"]:
                yield f"    left: {item['kind']} {item['name']}: {item['reason']}"
    world, before = step.world, played.before
    here = [f"job {name}" for name in world.jobs if name not in before.jobs]
    strange = {run.id for run in before.runs}
    here += [f"run {run.id} ({run.state})" for run in world.runs if run.id not in strange]
    here += [name for name in world.objects if name not in before.objects]
    here += [f"version {name}" for name in world.versions if name not in before.versions]
    here += [f"upload {name}" for name in world.uploads if name not in before.uploads]
    yield f"  there is: {', '.join(here) or 'nothing of ours'}"


def _request(one: Request) -> str:
    happened = [f"{one.fate}" if one.fate else "", one.blow, one.code]
    if one.fate and not one.took_effect:
        happened.append("no effect")
    words = ", ".join(word for word in happened if word)
    answer = str(one.status or "---")
    return f"{one.seconds:8.2f} {answer} {one.service} {one.operation} {one.subject}" + (
        f"  <- {words}" if words else ""
    )


def _stream(name: str, text: str) -> Iterator[str]:
    if text:
        yield f"  {name}:"
        yield from (f"  | {line}" for line in text[-_MOST_OUTPUT:].splitlines())
