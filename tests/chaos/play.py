"""One schedule on the stage: check, cleanup, sweep, and both once more in calm.

Knows the order of things.  Refuses to know what is right: it returns all that was seen.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.chaos import checkout
from tests.chaos.child import Errand
from tests.chaos.played import Played, Step, Told
from tests.chaos.schedule import Command
from tests.chaos.stage import EPOCH, Stage

if TYPE_CHECKING:
    from tests.chaos.schedule import Schedule

_BEFORE_SECONDS = 3600.0
"""So long before the play the strangers' run has begun."""
_STEPS = (
    ("check", Command.CHECK),
    ("cleanup", Command.CLEANUP),
    ("sweep", Command.SWEEP),
    ("last cleanup", Command.CLEANUP),
    ("last sweep", Command.SWEEP),
)


def opened() -> Stage:
    """Return a stage to be used in a ``with``."""
    return Stage()


def play(schedule: Schedule, stage: Stage) -> Played:
    """Play a schedule; return what came of it."""
    cpu_seconds = stage.cpu_seconds()
    folder = Path(tempfile.mkdtemp(dir=stage.folder))
    judge = stage.furnish(schedule, checkout.lay_out(folder, schedule))
    stage.shared.seconds = _BEFORE_SECONDS
    before = stage.cloud.world()
    steps: list[Step] = []
    statuses: list[Told] = []
    for number, (name, command) in enumerate(_STEPS):
        if command is Command.SWEEP:
            stage.shared.seconds += 3600.0 * schedule.sweep_after_hours
        is_calm = name.startswith("last")
        judge.begin(name, command, is_calm=is_calm)
        stage.forget()
        for blow in schedule.blows:
            if blow.at is None and blow.command is command and not is_calm:
                stage.set_off(blow)
        steps.append(_step(stage, schedule, folder, number))
        told = stage.github.statuses[len(statuses) :]
        statuses += (Told(step=name, context=a, state=b, description=c) for a, b, c in told)
    shutil.rmtree(folder)
    return Played(
        schedule=schedule,
        before=before,
        steps=tuple(steps),
        requests=tuple(judge.requests),
        statuses=tuple(statuses),
        comments=stage.github.comments,
        secrets=checkout.SECRETS,
        cpu_seconds=round(stage.cpu_seconds() - cpu_seconds, 3),
    )


def _step(stage: Stage, schedule: Schedule, folder: Path, number: int) -> Step:
    """Run one process from its start to its end."""
    name, command = _STEPS[number]
    begin = stage.shared.seconds
    environ = checkout.environ_of(
        folder, schedule, aws=stage.listener.endpoint_url, github=stage.github.api_url
    )
    code, hung = stage.run(
        Errand(
            argv=(command.value,),
            environ=environ,
            folder=str(folder),
            shared=str(stage.folder / "shared"),
            seed=10 * schedule.seed + number,
            epoch=EPOCH,
        )
    )
    files = checkout.written(folder)
    report = files.get(f"{checkout.REPORTS}/report.json", "")
    return Step(
        name=name,
        command=command,
        code=code,
        out=(folder / ".stdout").read_text(errors="replace"),
        err=(folder / ".stderr").read_text(errors="replace"),
        seconds=round(stage.shared.seconds - begin, 3),
        seconds_after_signal=stage.seconds_after_signal(),
        signals=tuple(stage.signals),
        report=_json(report),
        report_text=report,
        files=files,
        is_hung=hung,
        world=stage.cloud.world(),
    )


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
