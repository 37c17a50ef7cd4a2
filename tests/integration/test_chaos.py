"""Seeds of faults and signals, played through the real commands: all laws hold."""

import pytest

from tests.chaos.corners import CORNERS
from tests.chaos.laws import broken
from tests.chaos.many import rows
from tests.chaos.play import opened, play
from tests.chaos.schedule import Fate
from tests.chaos.seeds import of_seed
from tests.chaos.telling import play_lines

HANDFUL = {29: "SIGKILL", 49: "SIGTERM", 194: "lasting refusal", 359: "lost start"}
"""Seeds, and what they are chosen for.  A change of ``tests/chaos/seeds.py`` means new ones."""

QUICK = {"a look is silent when the signal comes"}
"""Corners without a seed in the handful that are held each time, too."""


@pytest.fixture(scope="module")
def stage():
    with opened() as stage:
        yield stage


def met(played):
    """What really happened in a play, of what these seeds are chosen for."""
    check = played.step("check")
    struck = [one for one in played.requests if one.fate]
    lost = {Fate.CUT_AFTER, Fate.LATE}
    steps = {one.step for one in struck if one.fate is Fate.REFUSED}
    return {
        *check.signals[:1],
        *(["lasting refusal"] if len(steps) > 1 else []),
        *(["lost start" for one in struck if one.operation == "StartJobRun" and one.fate in lost]),
    }


@pytest.mark.untraced
@pytest.mark.parametrize("seed", HANDFUL)
def test_chaos__a_seed_of_the_handful__holds_all_laws(stage, seed):
    played = play(of_seed(seed), stage)

    found = broken(played)
    assert not found, "\n".join(play_lines(played, found))
    assert HANDFUL[seed] in met(played)


def asked(played):
    """The requests without what each Glue draws anew: the ids of runs."""
    return [
        (one.step, one.seconds, one.service, one.operation, one.check, one.fate, one.status)
        for one in played.requests
    ]


@pytest.mark.untraced
def test_chaos__a_seed_twice__asks_the_same_at_the_same_time(stage):
    first, second = (play(of_seed(49), stage) for _ in range(2))

    assert asked(first) == asked(second)


@pytest.mark.untraced
@pytest.mark.parametrize(
    "corner",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CORNERS],
)
def test_chaos__a_corner__holds_all_laws(stage, corner):
    played = play(CORNERS[corner], stage)

    found = broken(played)
    assert not found, "\n".join(play_lines(played, found))


@pytest.mark.slow
@pytest.mark.untraced
def test_chaos__200_seeds__hold_all_laws():
    bad = {row.seed: row.broken for row in rows(range(1, 201), jobs=2) if row.broken}

    assert bad == {}
