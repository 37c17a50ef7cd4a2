"""What the local engine bounds, by the number of this machine's cores."""

import pytest

from plugin.app.local_limits import checks_at_once, notes_of
from plugin.core.settings.plan_settings import PlanSettings


def plan(engine="local", **settings):
    return PlanSettings(engine=engine, **settings)


@pytest.mark.parametrize(
    ("engine", "asked", "cores", "at_once"),
    [
        ("local", 10, 1, 1),
        ("local", 10, 2, 1),
        ("local", 10, 8, 4),
        ("local", 3, 8, 3),
        ("glue", 10, 2, 10),
    ],
)
def test_checks_at_once__engine_and_cores__two_cores_for_each_on_this_machine(
    engine, asked, cores, at_once
):
    assert checks_at_once(plan(engine, max_parallel=asked), cores=cores) == at_once


def test_notes_of__fewer_at_once_than_checks__says_so_in_numbers():
    (note,) = notes_of(plan(), checks=3, cores=2)

    assert "1 of 3 checks at once" in note
    assert "max_parallel" in note
    assert note.endswith("one for each 2 cores of this machine, which has 2.")


@pytest.mark.parametrize(
    ("settings", "checks", "cores"),
    [
        ({}, 1, 2),  # a single check waits for nobody
        ({}, 4, 8),
        ({"max_parallel": 1}, 3, 2),  # that is what was asked for
        ({"engine": "glue", "keep_resources": True}, 3, 2),  # there the settings hold
    ],
)
def test_notes_of__all_is_as_asked__says_nothing(settings, checks, cores):
    assert list(notes_of(plan(**settings), checks=checks, cores=cores)) == []


def test_notes_of__keep_resources__says_that_nothing_is_kept():
    (note,) = notes_of(plan(keep_resources=True), checks=1, cores=2)

    assert "the local Glue keeps nothing" in note
