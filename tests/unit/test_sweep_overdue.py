"""What a sweep finds in jobs and buckets: each for itself, whatever becomes of the one before."""

import json
from datetime import timedelta

import pytest

from plugin import sweep
from plugin.core.naming import TIME_FORMAT, Tag
from plugin.core.result import Leftover
from plugin.sweep.overdue import PORTION
from tests.doubles.clock import BEGIN, FakeClock
from tests.doubles.engine import FakeEngine, refused
from tests.unit.test_sweep import DAY, ID, NAME, OLD, orphans, overdue, tags_of

FIRST, SECOND, THIRD = (digit * 12 for digit in "123")
REFUSED = "described refused. Mend it."


def uri_of(build_id: str, bucket: str = "scripts") -> str:
    return f"s3://{bucket}/glue-health-check/{build_id}/"


def ticket(*, region: str = "us-east-1", hours: float = -2, keep: bool = False) -> str:
    """Return a ticket that ends so many hours from now."""
    end = BEGIN + timedelta(hours=hours)
    return json.dumps({"region": region, "expires_at": f"{end:{TIME_FORMAT}}", "keep": keep})


def buckets_with(
    *build_ids: str, text: str = "", at=OLD, **options
) -> tuple[FakeEngine, FakeClock]:
    """Return an account of objects alone: one ticket for each build."""
    clock = FakeClock()
    engine = FakeEngine(clock, **options)
    for build_id in build_ids:
        leave(engine, build_id, text=text, at=at)
    return engine, clock


def leave(engine: FakeEngine, build_id: str, *, text: str = "", at=OLD, check: str = "a") -> None:
    key = f"glue-health-check/{build_id}/{check}/ticket.json"
    engine.add_object("scripts", key, at=at)
    engine.texts["scripts", key] = text


# --- jobs -----------------------------------------------------------------------------------------


def test_overdue__a_portion_is_refused__names_each_that_may_be_ours_and_why():
    clock = FakeClock()
    engine = FakeEngine(clock, refusals=refused("described"))
    for name in (NAME, "nightly-load"):
        engine.add_job(name, tags_of(), created_at=OLD)

    (portion,) = overdue(engine, clock)

    assert portion == sweep.Portion(
        jobs=2,
        strange=("nightly-load",),
        unread=(Leftover(kind="job", name=NAME, reason=REFUSED),),
    )


def test_overdue__a_job_that_goes__says_when_it_was_made_and_names_its_places():
    clock = FakeClock()
    engine = FakeEngine(clock)
    engine.add_job(NAME, tags_of(), created_at=OLD)

    (portion,) = overdue(engine, clock)

    (removal,) = portion.removals
    assert removal.why == "made 2026-02-28 08:30 UTC"
    assert [place.uri() for place in removal.places] == [
        f"s3://{bucket}/glue-health-check/{ID}/flights/" for bucket in ("scripts", "temporary")
    ]
    assert removal.job is not None


def test_overdue__scripts_and_temporary_data_in_one_bucket__is_one_place():
    clock = FakeClock()
    engine = FakeEngine(clock)
    engine.add_job(NAME, tags_of(**{Tag.TEMP: "scripts"}), created_at=OLD)

    (portion,) = overdue(engine, clock)

    assert len(portion.removals[0].places) == 1


def test_our_jobs__jobs_of_others__are_not_listed():
    engine = FakeEngine(FakeClock())
    engine.add_job(NAME, tags_of(), created_at=OLD)
    engine.add_job("nightly-load", {Tag.MANAGED: "false"}, created_at=OLD)
    engine.add_job("weekly-load", {}, created_at=OLD)

    assert sweep.our_jobs(engine) == (NAME,)
    assert engine.calls == [("job_names", {Tag.MANAGED: "true"})]


# --- objects without a job ------------------------------------------------------------------------


def test_orphans__one_is_young__the_next_goes_all_the_same():
    engine, clock = buckets_with(FIRST, text=ticket(), at=BEGIN)
    leave(engine, SECOND, text=ticket())

    found = orphans(engine, clock, "scripts")

    assert found.young == (uri_of(FIRST),)
    assert [removal.name for removal in found.removals] == [uri_of(SECOND)]


@pytest.mark.parametrize(("seconds", "goes"), [(-1, False), (0, True), (1, True)])
def test_orphans__at_the_boundary__are_old_from_then_on(seconds, goes):
    engine, clock = buckets_with(FIRST, text=ticket(), at=BEGIN - DAY - timedelta(seconds=seconds))

    found = orphans(engine, clock, "scripts")

    assert (bool(found.removals), bool(found.young)) == (goes, not goes)


def test_orphans__nobody_tells_one_ticket__it_is_named_and_the_next_goes():
    engine, clock = buckets_with(FIRST, SECOND, text=ticket(), refusals=refused("tickets", times=1))

    found = orphans(engine, clock, "scripts")

    (unread,), (removal,) = found.unread, found.removals  # asked side by side: either is refused
    assert unread.reason == "tickets refused. Mend it."
    assert {unread.name, removal.name} == {uri_of(FIRST), uri_of(SECOND)}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ticket(region="eu-west-1"), "of a job in eu-west-1"),
        (ticket(keep=True), "kept on purpose"),
        (ticket(hours=2), "may be in use until 2026-03-01 11:30 UTC"),
    ],
)
def test_orphans__a_ticket_holds_them__are_told_why_and_the_next_goes(text, why):
    engine, clock = buckets_with(FIRST, text=text)
    leave(engine, SECOND, text=ticket())

    found = orphans(engine, clock, "scripts")

    assert dict(found.held) == {uri_of(FIRST): why}
    assert [removal.name for removal in found.removals] == [uri_of(SECOND)]


@pytest.mark.parametrize("first", ["", ticket()])
def test_orphans__one_check_of_a_build_is_held__all_of_the_build_stays(first):
    engine, clock = buckets_with()
    leave(engine, FIRST, text=first, check="a")
    leave(engine, FIRST, text=ticket(keep=True), check="b")

    found = orphans(engine, clock, "scripts")

    assert dict(found.held) == {uri_of(FIRST): "kept on purpose"}
    assert found.removals == ()


@pytest.mark.parametrize(("seconds", "goes"), [(-1, True), (0, True), (1, False)])
def test_orphans__a_tickets_end__holds_them_until_then(seconds, goes):
    engine, clock = buckets_with(FIRST, text=ticket(hours=seconds / 3600))

    found = orphans(engine, clock, "scripts")

    assert bool(found.removals) is goes


@pytest.mark.parametrize(("seconds", "goes"), [(-1, False), (0, True)])
def test_orphans__no_legible_ticket__stay_for_a_day_whatever_the_age_asked_for(seconds, goes):
    engine, clock = buckets_with(FIRST, at=BEGIN - DAY - timedelta(seconds=seconds))

    (found,) = sweep.orphans(engine, (), buckets=("scripts",), now=clock.now(), until=clock.now())

    why = "no ticket says whose it is, and it is younger than a day"
    assert dict(found.held) == ({} if goes else {uri_of(FIRST): why})
    assert [removal.name for removal in found.removals] == ([uri_of(FIRST)] if goes else [])


def test_orphans__one_of_two_tickets_is_not_legible__stay_for_a_day():
    engine, clock = buckets_with()
    leave(engine, FIRST, text=ticket(), at=BEGIN, check="a")
    leave(engine, FIRST, text="no ticket", at=BEGIN, check="b")

    (found,) = sweep.orphans(engine, (), buckets=("scripts",), now=clock.now(), until=clock.now())

    assert list(found.held) == [uri_of(FIRST)]


def test_orphans__beside_a_living_build__go_by_the_end_of_its_jobs_name():
    engine, clock = buckets_with(FIRST, SECOND, THIRD, text=ticket())
    names = (f"glue-health-check-flights-{SECOND[:6]}", "glue-health-check-flights-ffffff")
    now = clock.now()

    (found,) = sweep.orphans(engine, names, buckets=("scripts",), now=now, until=now)

    assert [removal.name for removal in found.removals] == [uri_of(FIRST), uri_of(THIRD)]
    assert ("tickets", "scripts", SECOND) not in engine.calls


def test_orphans__hundreds__are_told_in_portions_and_the_next_is_not_asked_about_before():
    ids = [f"{number:012x}" for number in range(2 * PORTION + 1)]
    engine, clock = buckets_with(*ids, text=ticket())
    portions = sweep.orphans(
        engine, (), buckets=("scripts",), now=clock.now(), until=clock.now() - DAY
    )

    first = next(portions)
    asked = [call for call in engine.calls if call[0] == "tickets"]
    _, last = portions

    assert len(asked) == PORTION
    assert [removal.name for removal in first.removals] == [uri_of(one) for one in ids[:PORTION]]
    assert (first.looked_at, first.rest) == (PORTION, PORTION + 1)
    assert [removal.name for removal in last.removals] == [uri_of(ids[-1])]
    assert (last.looked_at, last.rest) == (2 * PORTION + 1, 0)


def test_orphans__a_build_in_two_buckets__its_tickets_are_asked_for_once_and_both_go():
    engine, clock = buckets_with(FIRST, text=ticket())
    engine.add_object("temporary", f"glue-health-check/{FIRST}/a/temp/x", at=OLD)

    found = orphans(engine, clock, "scripts", "temporary")

    assert [removal.name for removal in found.removals] == [
        *(uri_of(FIRST, bucket) for bucket in ("scripts", "temporary"))
    ]
    assert [call for call in engine.calls if call[0] == "tickets"] == [
        ("tickets", "scripts", FIRST),
        ("tickets", "temporary", FIRST),
    ]


def test_orphans__a_bucket_cannot_be_read__is_told_once_of_many_portions():
    ids = [f"{number:012x}" for number in range(PORTION + 1)]
    engine, clock = buckets_with(*ids, text=ticket(), refusals=refused("build_prefixes", times=1))

    first, second = sweep.orphans(
        engine, (), buckets=("other", "scripts"), now=clock.now(), until=clock.now() - DAY
    )

    assert [(item.kind, item.name) for item in first.unread] == [("bucket", "other")]
    assert second.unread == ()


def test_orphans__a_build_is_old_in_one_of_two_buckets__goes_from_there_alone():
    engine, clock = buckets_with(FIRST, text=ticket())
    engine.add_object("temporary", f"glue-health-check/{FIRST}/a/temp/x", at=BEGIN)

    found = orphans(engine, clock, "scripts", "temporary")

    assert [removal.name for removal in found.removals] == [uri_of(FIRST)]
    assert found.young == (uri_of(FIRST, "temporary"),)
