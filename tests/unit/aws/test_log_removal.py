"""The removal of log streams has an end, however slow CloudWatch Logs is, and names what stays."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from plugin.aws.logs.removal import MOST_SECONDS, MOST_SECONDS_WHEN_CANCELLED, delete_streams
from plugin.core.ports import LogSource
from tests.doubles.clock import FakeClock
from tests.doubles.cloud_watch import CloudWatch

OUTPUT, ERROR = "/aws-glue/jobs/output", "/aws-glue/jobs/error"
SOURCE = LogSource(job_name="job", run_id="jr_1", job_type="glueetl", glue_version="5.1")


@dataclass
class Slow(CloudWatch):
    """Takes its time for every request, and lists a few streams a page."""

    takes: float = 0.0
    per_page: int = 1000
    slow: set[str] = field(default_factory=lambda: {"DescribeLogStreams", "DeleteLogStream"})

    def _ask(self, operation, group, name):
        if operation in self.slow:
            self.clock.pause(self.takes)
        super()._ask(operation, group, name)

    def paginate(self, **members):
        names = self.describe_log_streams(**members)["logStreams"]
        yield {"logStreams": names[: self.per_page]} | (
            {"nextToken": "more"} if names[self.per_page :] else {}
        )
        for at in range(self.per_page, len(names), self.per_page):
            self._ask("DescribeLogStreams", members["logGroupName"], "")
            more = {"nextToken": "more"} if names[at + self.per_page :] else {}
            yield {"logStreams": names[at : at + self.per_page]} | more


def removed(streams, clock, **options):
    """Return what is told to stay, the streams that do, and the seconds that it took."""
    cloud: Any = Slow(clock, {key: [] for key in streams}, **options)
    begun = clock.monotonic()
    left = delete_streams(cloud, SOURCE, clock)
    return left, set(cloud.streams), clock.monotonic() - begun


STREAMS = [(group, f"jr_1-{n:02}") for group in (OUTPUT, ERROR) for n in range(5)]


@pytest.mark.parametrize("takes", [4.0, 11.0, MOST_SECONDS, 1e6])
def test_delete_streams__slow_answers__ends_and_names_all_that_stay(takes):
    left, stayed, seconds = removed(STREAMS, FakeClock(), takes=takes)

    named = {one.name for one in left}
    assert all(
        f"{group}:{name}" in named or any(f"{group}:jr_1" == one for one in named)
        for group, name in stayed
    )
    assert bool(left) == bool(stayed)
    assert seconds < MOST_SECONDS + takes + 1
    assert all("no time was left" in one.reason for one in left)


def test_delete_streams__no_time_left_for_some__names_these_and_the_groups_not_looked_into():
    left, stayed, _ = removed(STREAMS, FakeClock(), takes=16.0)

    reasons = {one.name: one.reason for one in left}
    assert reasons == {
        f"{OUTPUT}:jr_1-03": "no time was left for it",
        f"{OUTPUT}:jr_1-04": "no time was left for it",
        f"{ERROR}:jr_1": "no time was left to look for the streams whose names begin so",
    }
    assert [bool(one.command) for one in left] == [True, True, False]  # none has that very name
    assert len(stayed) == 7


def test_delete_streams__no_time_left_while_a_group_is_listed__names_what_was_found_and_the_group():
    streams = [(OUTPUT, f"jr_1-{n}") for n in range(9)]

    left, stayed, _ = removed(streams, FakeClock(), takes=25.0, per_page=2)

    named = [one.name for one in left]
    assert f"{OUTPUT}:jr_1" in named
    assert f"{OUTPUT}:jr_1-0" in named
    assert f"{OUTPUT}:jr_1-8" not in named  # of a page that nobody has seen
    assert len(stayed) == 9


@pytest.mark.parametrize("takes", [MOST_SECONDS + 1, 0.0])
def test_delete_streams__time_up_with_the_last_page__does_not_say_that_there_are_more(takes):
    slow = {"DescribeLogStreams"}

    left, _, _ = removed([(ERROR, "jr_1")], FakeClock(), takes=takes / 2, slow=slow)

    assert [one.name for one in left] == ([f"{ERROR}:jr_1"] if takes else [])
    assert all(one.reason == "no time was left for it" for one in left)


@pytest.mark.parametrize("cancel_at", [0.0, 2.5])
def test_delete_streams__cancelled__goes_on_for_a_moment_and_names_the_rest(cancel_at):
    clock = FakeClock(cancel_at=cancel_at)

    left, stayed, seconds = removed(STREAMS, clock, takes=0.4)

    assert 0 < len(stayed) < len(STREAMS)
    assert left != ()
    assert seconds <= cancel_at + MOST_SECONDS_WHEN_CANCELLED + 2 * 0.4


def test_delete_streams__quick_answers__all_go_page_by_page():
    left, stayed, _ = removed(STREAMS, FakeClock(), takes=0.1, per_page=2)

    assert (left, stayed) == ((), set())
