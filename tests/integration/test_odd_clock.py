"""A wall clock that jumps in the middle of a check, or is wrong by a day when a sweep begins."""

import io
import os
import re
from datetime import UTC, datetime, timedelta

import pytest

from plugin.app.check import check
from plugin.app.invocation import Invocation
from plugin.app.sweeping import sweep
from plugin.clients.clock import SystemClock
from plugin.core import command_line
from plugin.core.naming import TIME_FORMAT, Tag
from tests.doubles.build_stage import Ended, opened
from tests.unit.aws.relay import refusal

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SLEEPS = "import time\nprint('it runs', flush=True)\ntime.sleep(300)\n"
SECONDS_OF_A_TEST = 300.0
LONGEST_USE = timedelta(hours=2)
"""Longer than the time-outs of a check by default, and shorter than a jump of a day."""
COMMANDS = {"check": check, "sweep": sweep}


class JumpingClock(SystemClock):
    """The machine's clock, whose hands somebody turns."""

    off = timedelta(0)

    def now(self):
        return super().now() + self.off

    def jump(self, by):
        self.off += by


@pytest.fixture
def stage(repository, tmp_path):
    with opened(repository, tmp_path) as stage:
        yield stage


def run(stage, build, clock, command):
    """Run a command in this process, by that clock."""
    environ = {name: value for name, value in stage.environ(build).items() if value}
    os.environ.update(environ)  # the SDK reads it by itself
    out, err = io.StringIO(), io.StringIO()
    line = command_line.parse((command,))
    invocation = Invocation(
        line=line, environ=environ, cwd=build.folder, out=out, err=err, clock=clock
    )
    code = COMMANDS[command](invocation)
    return Ended(code=code, out=out.getvalue(), err=err.getvalue())


def numbers(value):
    """Every number in a report."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for one in value for number in numbers(one)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def ends_told(stage):
    """The ends that the job's tag and the ticket tell, UTC."""
    (job,) = stage.relay.sent("CreateJob")
    texts = [asked.body for asked in stage.relay.sent(f"PUT {stage.bucket}")]
    (ticket,) = (text for text in texts if b'"expires_at"' in text)
    (told,) = re.findall(r'"expires_at": "([^"]+)"', ticket.decode())
    return [
        datetime.strptime(text, TIME_FORMAT).replace(tzinfo=UTC)
        for text in (job.json["Tags"][Tag.EXPIRES_AT], told)
    ]


@pytest.mark.parametrize(
    ("moment", "by"),
    [
        pytest.param("PUT", DAY, marks=pytest.mark.slow),
        pytest.param("PUT", -HOUR, marks=pytest.mark.slow),
        pytest.param("CreateJob", DAY, marks=pytest.mark.slow),
        pytest.param("CreateJob", -HOUR, marks=pytest.mark.slow),
        pytest.param("GetJobRun", -HOUR, marks=pytest.mark.slow),
        ("GetJobRun", DAY),
    ],
)
def test_check__its_clock_jumps__is_as_if_it_had_not(stage, moment, by):
    clock, build = JumpingClock(), stage.build(1)
    began = clock.now()
    operation = f"PUT {stage.bucket}" if moment == "PUT" else moment
    stage.relay.once(operation, lambda: clock.jump(by))

    ended = run(stage, build, clock, "check")

    assert (ended.code, ended.verdict) == (0, "passed"), ended.text
    assert clock.off == by
    assert ended.output("cost_usd") == "0.000500"
    assert 0.0 < float(ended.output("duration_seconds")) < SECONDS_OF_A_TEST
    assert all(number >= 0 for number in numbers(build.report))
    assert (stage.jobs(), stage.keys()) == ([], [])
    assert stage.statuses(build) == ["pending", "success"]
    for end in ends_told(stage):
        assert any(began < end - off < began + LONGEST_USE for off in (timedelta(0), by))


def leave(stage):
    """Let a build be killed while its run goes on; return it."""
    build = stage.build(1, SLEEPS)
    stage.kill(build)
    stage.relay.forget()
    return build


@pytest.mark.slow
def test_sweep__its_clock_is_a_day_ahead__aws_refuses_and_nothing_is_touched(stage):
    # AWS refuses what was signed more than five minutes off: "Signature Version 4", elements.
    build = leave(stage)
    there = stage.jobs(), stage.keys()
    words = "Signature not yet current: 20260302T093000Z is still later than 20260301T093500Z"
    stage.relay.always("ListJobs", "", refusal(400, "InvalidSignatureException", words))

    ended = stage.run(build, "sweep")

    assert ended.code == 3
    assert "Signature not yet current" in ended.err
    assert "clock" in ended.err
    assert set(stage.relay.asked) == {"ListJobs"}
    assert (stage.jobs(), stage.keys()) == there


@pytest.mark.slow
@pytest.mark.parametrize("off", [-DAY, HOUR], ids=["day-behind", "hour-ahead"])
def test_sweep__its_clock_is_wrong__a_living_run_stays(stage, off):
    build, clock = leave(stage), JumpingClock()
    there = stage.jobs(), stage.keys()
    clock.jump(off)

    ended = run(stage, build, clock, "sweep")

    assert ended.code == 0, ended.text
    assert "sweep: 0 removed, 0 stay." in ended.out
    assert not {"BatchStopJobRun", "DeleteJob"} & set(stage.relay.asked)
    assert (stage.jobs(), stage.keys()) == there
