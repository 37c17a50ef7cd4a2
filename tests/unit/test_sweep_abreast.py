"""Acts side by side: how many at once, in which order they are told, and what a refusal leaves."""

import threading
from functools import partial

import pytest

from plugin.core.errors import EngineError
from plugin.core.result import Leftover
from plugin.sweep.abreast import SIDE_BY_SIDE, abreast, guarded

REFUSED = EngineError("No.", hint="Mend it.")


def test_abreast__as_many_as_may_go_at_once__do():
    together = threading.Barrier(SIDE_BY_SIDE)

    told = abreast([partial(together.wait, 10) for _ in range(SIDE_BY_SIDE)])

    assert sorted(told) == list(range(SIDE_BY_SIDE))


def test_abreast__many_more__never_exceed_the_bound():
    lock, now, most = threading.Lock(), 0, 0
    full = threading.Barrier(SIDE_BY_SIDE)

    def act() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        full.wait(60)  # only together, so that one more would be seen
        with lock:
            now -= 1

    abreast([act] * (4 * SIDE_BY_SIDE))

    assert most == SIDE_BY_SIDE


def test_abreast__the_first_ends_last__is_told_first():
    second = threading.Event()

    def first() -> str:
        second.wait(60)
        return "first"

    def last() -> str:
        second.set()
        return "second"

    assert abreast([first, last]) == ["first", "second"]


def test_abreast__nothing_to_do__starts_no_thread():
    before = threading.active_count()

    assert abreast([]) == []
    assert threading.active_count() == before


def refuse() -> None:
    raise REFUSED


def break_off() -> None:
    raise RuntimeError("a bug")


@pytest.mark.parametrize(
    ("kind", "act", "reason", "job_name"),
    [
        ("run", refuse, "No. Mend it.", "thing"),
        ("run", break_off, "RuntimeError: a bug", "thing"),
        ("object", refuse, "No. Mend it.", ""),
        ("job", refuse, "No. Mend it.", ""),
        ("log stream", break_off, "RuntimeError: a bug", ""),
    ],
)
def test_guarded__it_is_refused__names_the_thing_and_of_a_run_its_job(kind, act, reason, job_name):
    told = guarded(kind, "thing", act, otherwise=None)

    left = Leftover(kind=kind, name="thing", reason=reason, job_name=job_name)
    assert told == (None, (left,))


def test_guarded__it_goes_well__leaves_nothing():
    assert guarded("run", "thing", lambda: "jr_1", otherwise="") == ("jr_1", ())
