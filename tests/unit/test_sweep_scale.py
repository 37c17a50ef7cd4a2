"""Thousands of leftovers: how many requests they cost, and that all of them go."""

from datetime import datetime, timedelta

import pytest

from plugin import sweep
from plugin.core.naming import TIME_FORMAT, Tag
from tests.doubles.clock import BEGIN, FakeClock
from tests.doubles.tiny_glue import TinyEngine, TinyGlue

pytestmark = pytest.mark.untraced  # many times the same few lines, which others trace

OLD, YOUNG = BEGIN - timedelta(hours=25), BEGIN - timedelta(hours=1)
THOUSANDS = 2000


def tags_of(build_id: str, *, expires: datetime = OLD) -> dict[str, str]:
    return {
        Tag.MANAGED: "true",
        Tag.BUILD: build_id,
        Tag.CHECK: "flights",
        Tag.SCRIPTS: "scripts",
        Tag.TEMP: "scripts",
        Tag.EXPIRES_AT: expires.strftime(TIME_FORMAT),
    }


def leave(glue: TinyGlue, count: int, *, at: datetime = OLD, first: int = 0) -> None:
    for number in range(first, first + count):
        tags = tags_of(f"{number:06x}aaaaaa")
        glue.jobs[f"glue-health-check-flights-pr-7-{number:06x}"] = (tags, at)


def swept(engine: TinyEngine) -> sweep.Swept:
    """Sweep as the command does: a portion is removed before the next one is looked at."""
    now, until = BEGIN, BEGIN - timedelta(hours=24)
    names = sweep.our_jobs(engine)
    removed: list[sweep.Removal] = []
    for portion in sweep.overdue_jobs(engine, names, now=now, until=until):
        result = sweep.remove(engine, engine.clock, portion.removals, bounds=sweep.SWEEP)
        assert result.leftovers == ()
        removed += result.removed
    for found in sweep.orphans(engine, names, buckets=("scripts",), now=now, until=until):
        result = sweep.remove(engine, engine.clock, found.removals, bounds=sweep.SWEEP)
        assert result.leftovers == ()
        removed += result.removed
    return sweep.Swept(removed=tuple(removed))


def test_sweep__thousands_of_leftovers__go_with_three_requests_each_and_a_few():
    # aws-terminator#137: nobody reaped what CI had left
    glue = TinyGlue()
    leave(glue, THOUSANDS)
    engine = TinyEngine(glue, FakeClock())

    result = swept(engine)

    assert len(result.removed) == THOUSANDS
    assert glue.jobs == {}
    assert glue.asked == {
        "ListJobs": THOUSANDS / 1000,
        "BatchGetJobs": THOUSANDS / 25,
        "GetTags": THOUSANDS,
        "GetJobRuns": THOUSANDS,
        "DeleteJob": THOUSANDS,
    }


def test_sweep__nine_hundred_of_a_thousand_jobs_are_foreign__are_never_asked_about():
    glue = TinyGlue(page=100)
    for number in range(900):
        glue.jobs[f"nightly-load-{number:06x}"] = ({"team": "data"}, OLD)
    leave(glue, 100)

    swept(TinyEngine(glue, FakeClock()))

    assert len(glue.jobs) == 900
    assert glue.asked == {
        "ListJobs": 1,  # Glue filters by tag
        "BatchGetJobs": 4,
        "GetTags": 100,
        "GetJobRuns": 100,
        "DeleteJob": 100,
    }


def test_sweep__nine_hundred_bear_our_first_tag_alone__are_left_and_not_asked_for_their_tags():
    glue = TinyGlue()
    for number in range(900):
        glue.jobs[f"nightly-load-{number}"] = ({Tag.MANAGED: "true"}, OLD)
    leave(glue, 100)

    swept(TinyEngine(glue, FakeClock()))

    assert len(glue.jobs) == 900
    assert glue.asked["BatchGetJobs"] == 4
    assert glue.asked["GetTags"] == 100


def test_sweep__a_thousand_are_young__are_not_asked_for_their_tags():
    glue = TinyGlue()
    leave(glue, 1000, at=YOUNG)
    leave(glue, 10, first=5000)

    swept(TinyEngine(glue, FakeClock()))

    assert len(glue.jobs) == 1000
    assert glue.asked["GetTags"] == 10


def test_sweep__thousands_of_prefixes_without_a_job__go_and_glue_is_asked_once():
    glue = TinyGlue()
    leave(glue, 1, at=YOUNG)
    engine = TinyEngine(glue, FakeClock())
    for number in range(2000):
        engine.prefixes["scripts", f"glue-health-check/{number:06x}bbbbbb/"] = OLD

    result = swept(engine)

    assert len(result.removed) == 1999  # one may be the young job's
    assert glue.asked == {"ListJobs": 1, "BatchGetJobs": 1}
