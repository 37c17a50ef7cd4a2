"""A play made by hand, in which all is well; tests change one thing of it.  No process runs."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

from plugin.core.forms.report_json import report_json
from plugin.core.result import CheckResult
from plugin.core.verdict import Verdict
from tests.chaos.ours import Thing
from tests.chaos.played import Played, Request, Run, Step, Told, World
from tests.chaos.schedule import CheckPlan, Command, Fate, RunPlan, Schedule
from tests.unit.reporters.samples import report_of

BUILD = "abcdef012345"
JOB = "glue-health-check-job-0-pr-7-abcdef"
KEY = f"bucket/glue-health-check/{BUILD}/job-0/script.py"
STRANGER, STRANGERS_KEY = "nightly", "bucket/data/flights.csv"
SECRET = "a-secret-of-the-team"
NAMES = ("check", "cleanup", "sweep", "last cleanup", "last sweep")

FILES = ("report.md", "junit.xml")
_LAST_LINES = "told\nverdict={verdict}\npassed=1\n"

_FOREIGN = Run(id="jr_strange", job=STRANGER, check="", mark="", state="RUNNING", is_active=True)
BEFORE = World(
    seconds=0.0,
    jobs={STRANGER: {"Tags": {}}},
    runs=(_FOREIGN,),
    objects={STRANGERS_KEY: "digest"},
    versions=(),
    uploads=(),
    foreign={f"job {STRANGER}": "digest"},
)
RUN = Run(id="jr_ours", job=JOB, check="job-0", mark="m", state="SUCCEEDED", is_active=False)
AFTER = replace(BEFORE, runs=(_FOREIGN, RUN))
"""Our run has ended; all else of ours is gone."""
LEFT = {
    "job": replace(AFTER, jobs={**AFTER.jobs, JOB: {"Tags": {}}}),
    "object": replace(AFTER, objects={**AFTER.objects, KEY: "digest"}),
    "version": replace(AFTER, versions=(KEY,)),
    "upload": replace(AFTER, uploads=(KEY,)),
    "run": replace(AFTER, runs=(_FOREIGN, replace(RUN, state="RUNNING", is_active=True))),
}
THINGS = {
    "job": Thing(kind="job", name=JOB),
    "run": Thing(kind="run", name=RUN.id, job=JOB),
    **{kind: Thing(kind=kind, name=KEY) for kind in ("object", "version", "upload")},
}


@cache
def _report_text(verdict: str) -> str:
    result = CheckResult(name="job-0", script="job.py", verdict=Verdict(verdict))
    return report_json(report_of(result))


def report(verdict: str = "passed", *leftovers: dict[str, str]) -> Any:
    """A report of one check."""
    told = json.loads(_report_text(verdict))
    if verdict != "passed":
        told["results"][0] |= {"reason": "why", "hint": "what to do", "trouble": "quota"}
    told["results"][0]["leftovers"] = [*leftovers]
    return told


def leftover(kind: str, name: str, command: str = "aws rm") -> dict[str, str]:
    """What a report says of a thing that stays."""
    return {"kind": kind, "name": name, "reason": "no", "command": command}


def step(name: str, **changes: Any) -> Step:
    """A command that ended well."""
    told = report() if name == "check" else None
    one = Step(
        name=name,
        command=Command(name.removeprefix("last ")),
        code=0,
        out=_LAST_LINES.format(verdict="passed") if told else "",
        err="",
        seconds=60.0,
        seconds_after_signal=None,
        signals=(),
        report=told,
        report_text=json.dumps(told) if told else "",
        files=dict.fromkeys(FILES, "") if told else {},
        is_hung="",
        world=AFTER,
    )
    return replace(one, **changes)


def request(operation: str, *, fate: Fate | None = None, **changes: Any) -> Request:
    """A request of ``check`` about our job that was answered; struck, it met ``fate``."""
    one = Request(
        step="check",
        command=Command.CHECK,
        seconds=1.0,
        service="glue",
        operation=operation,
        check="job-0",
        subject=JOB,
        fate=fate,
        status=200,
    )
    return replace(one, **changes)


def play(**changes: Any) -> Played:
    """A play of one check that passed, and left nothing."""
    played = Played(
        schedule=Schedule(seed=1, checks=(CheckPlan(name="job-0"),)),
        before=BEFORE,
        steps=tuple(step(name) for name in NAMES),
        requests=(request("CreateJob"), request("StartJobRun")),
        statuses=(
            Told(step="check", context="glue-health-check", state="pending", description=""),
            Told(step="check", context="glue-health-check", state="success", description=""),
        ),
        comments=("ours",),
        secrets=(SECRET,),
        cpu_seconds=0.1,
    )
    return replace(played, **changes)


def with_step(name: str, played: Played | None = None, **changes: Any) -> Played:
    """A play one step of which ended in another way."""
    played = played or play()
    if "signals" in changes:
        changes = {"seconds_after_signal": 1.0, **changes}
    steps = (replace(one, **changes) if one.name == name else one for one in played.steps)
    return replace(played, steps=tuple(steps))


def with_requests(*requests: Request, played: Played | None = None) -> Played:
    """A play in which these were sent, too."""
    played = played or play()
    return replace(played, requests=(*played.requests, *requests))


def with_run(played: Played | None = None, **changes: Any) -> Played:
    """A play whose run was planned in another way."""
    played = played or play()
    checks = (CheckPlan(name="job-0", run=RunPlan(**changes)),)
    return replace(played, schedule=replace(played.schedule, checks=checks))


def with_settings(*names: str, played: Played | None = None) -> Played:
    """A play with settings that are on."""
    played = played or play()
    settings = tuple((f"GLUE_HEALTH_CHECK_{name}", "true") for name in names)
    return replace(played, schedule=replace(played.schedule, settings=settings))
