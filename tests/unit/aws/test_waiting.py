"""Asking again: within its bounds, at a growing pace, never after a cancel."""

from typing import Any

import pytest

from plugin.aws.glue.starting import LOOK, REACH, START, Starter
from plugin.aws.glue.waiting import Bounds, patiently
from plugin.core.errors import (
    AccessDenied,
    AnswerLost,
    Contended,
    NotFound,
    OverLimit,
    Throttled,
    Unreachable,
)
from plugin.core.naming import MARKER_ARGUMENT
from plugin.core.trouble import Trouble
from tests.unit.aws.conftest import Clock

REQUEST = {"JobName": "x", "Arguments": {MARKER_ARGUMENT: "m"}}
OURS = {"Id": "jr_ours", "Arguments": {MARKER_ARGUMENT: "m"}}
FEW = Bounds(seconds=60.0, longest=8.0)
BRIEF = Bounds(seconds=2.0, longest=1.0)


class Acts:
    """Something that is called: raises or returns these one after the other, the last for ever."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.calls = 0

    def __call__(self, *_args, **_named):
        outcome = self.outcomes[min(self.calls, len(self.outcomes) - 1)]
        self.calls += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class Glue:
    """Clients of which only StartJobRun is asked."""

    def __init__(self, start):
        self.start_job_run = start
        self.glue_once = self


def start(acts, runs, clock=None):
    clients: Any = Glue(acts)
    return Starter(clients, clock or Clock(), runs).start(REQUEST)


# --- patiently ------------------------------------------------------------------------------------


def test_patiently__an_error_without_bounds__is_raised_at_once():
    clock, act = Clock(), Acts(NotFound("no"))

    with pytest.raises(NotFound):
        patiently(clock, {Contended: FEW}, act)

    assert (act.calls, clock.waits) == (1, [])


def test_patiently__for_ever__waits_longer_each_time_up_to_the_longest_and_ends_in_its_bounds():
    clock, act = Clock(), Acts(Contended("no"))

    with pytest.raises(Contended):
        patiently(clock, {Contended: FEW}, act)

    assert act.calls == len(clock.waits) + 1
    assert 1.0 <= clock.waits[0] <= 2.0
    assert 2.0 <= clock.waits[1] <= 3.0
    assert max(clock.waits) == 8.0
    assert 60.0 - 8.0 < clock.monotonic() <= 60.0


def test_patiently__each_error__has_the_bounds_of_its_own_class():
    clock, act = Clock(), Acts(*[Throttled("no")] * 3, Unreachable("no"))
    bounds: dict[type[Exception], Bounds] = {OverLimit: START, Unreachable: BRIEF}

    with pytest.raises(Unreachable):
        patiently(clock, bounds, act)

    assert act.calls == 4


def test_patiently__cancelled_while_it_acts__does_not_wait():
    clock = Clock(cancelled=True)

    with pytest.raises(Contended):
        patiently(clock, {Contended: FEW}, Acts(Contended("no")))

    assert clock.waits == []


def test_patiently__cancelled_while_it_waits__does_not_act_again():
    class Cancelled(Clock):
        def wait(self, seconds: float) -> bool:
            return True

    clock, act = Cancelled(), Acts(Contended("no"), "done")

    with pytest.raises(Contended):
        patiently(clock, {Contended: FEW}, act)

    assert act.calls == 1


# --- the start ------------------------------------------------------------------------------------


def test_start__nobody_there_for_a_moment__is_sent_when_there_is():
    acts = Acts(*[Unreachable("no")] * 2, {"JobRunId": "jr_1"})

    assert start(acts, Acts(())) == "jr_1"


@pytest.mark.parametrize(
    ("error", "bounds"),
    [(Unreachable("no"), REACH), (OverLimit("no"), START), (Throttled("no"), START)],
)
def test_start__never_executed__ends_within_its_bounds(error, bounds):
    clock = Clock()

    with pytest.raises(type(error)):
        start(Acts(error), Acts(()), clock)

    assert bounds.seconds - bounds.longest < clock.monotonic() <= bounds.seconds


def test_bounds__of_starting__are_what_the_guide_says():
    assert (LOOK.seconds, START.seconds, REACH.seconds) == (30.0, 120.0, 20.0)


@pytest.mark.parametrize("kind", [NotFound, AnswerLost, Throttled, Unreachable])
def test_start__lost_and_the_look_says_nothing_yet__looks_again(kind):
    acts, runs = Acts(AnswerLost("lost")), Acts(kind("odd"), (), [OURS])

    assert start(acts, runs) == "jr_ours"
    assert (acts.calls, runs.calls) == (1, 3)


@pytest.mark.parametrize("kind", [NotFound, AnswerLost, Throttled, Unreachable])
def test_start__lost_and_no_look_ever_tells__tells_the_lost_answer(kind):
    acts, clock = Acts(AnswerLost("lost")), Clock()

    with pytest.raises(AnswerLost, match=r"^lost$"):
        start(acts, Acts(kind("odd")), clock)

    assert acts.calls == 1
    assert LOOK.seconds - LOOK.longest < clock.monotonic() <= LOOK.seconds


def test_start__lost_and_the_look_refused__has_the_trouble_and_remedy_of_the_refusal():
    refusal = AccessDenied("no", hint="Mend it.", trouble=Trouble.DENIED_BY_POLICY)

    with pytest.raises(AnswerLost, match="lost Whether it runs could not be seen: no") as caught:
        start(Acts(AnswerLost("lost")), Acts(refusal))

    assert (caught.value.hint, caught.value.trouble) == ("Mend it.", Trouble.DENIED_BY_POLICY)
