"""What is removed of builds that died, and what never is."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin import sweep
from plugin.core.errors import EngineError
from plugin.core.naming import BUILD_ID, TIME_FORMAT, Tag, slug
from plugin.sweep.overdue import PORTION
from tests.doubles.clock import BEGIN, FakeClock
from tests.doubles.engine import FakeEngine as Engine
from tests.doubles.engine import Refusal, refused
from tests.unit.lifecycle.stage import FOREVER

ID = "0a1b2c3d4e5f"
NAME = "glue-health-check-flights-pr-7-0a1b2c"
PREFIX = f"glue-health-check/{ID}/flights/"
OLD = BEGIN - timedelta(hours=25)
DAY = timedelta(hours=24)
PAST = "2026-02-28T10:15:00Z"
OWNER = sweep.Owner()
HOSTILE_IDS = ("", "../", "..", "0a1b2c3d4e5f/../", "0A1B2C3D4E5F", "0a1b2c", "0a1b2c3d4e5f\n", "*")


def tags_of(build_id: str = ID, *, check: str = "flights", **more: str) -> dict[str, str]:
    return {
        Tag.MANAGED: "true",
        Tag.BUILD: build_id,
        Tag.CHECK: check,
        Tag.EXPIRES_AT: PAST,
        Tag.SCRIPTS: "scripts",
        Tag.TEMP: "temporary",
        **more,
    }


def account(**options: object) -> tuple[Engine, FakeClock]:
    """Return an account in which a build of yesterday died, and its clock."""
    clock = FakeClock()
    engine = Engine(clock, **options)  # type: ignore[arg-type]  # a test knows the names
    engine.add_job(NAME, tags_of(), created_at=OLD)
    for bucket in ("scripts", "temporary"):
        engine.add_object(bucket, f"{PREFIX}script/flights.py", at=OLD)
    return engine, clock


def overdue(engine: Engine, clock: FakeClock) -> tuple[sweep.Portion, ...]:
    names = sweep.our_jobs(engine)
    return tuple(sweep.overdue_jobs(engine, names, now=clock.now(), until=clock.now() - DAY))


def orphans(engine: Engine, clock: FakeClock, *buckets: str) -> sweep.Orphans:
    names = sweep.our_jobs(engine)
    now = clock.now()
    (found,) = sweep.orphans(engine, names, buckets=buckets, now=now, until=now - DAY)
    return replace(found, looked_at=0)


def swept(engine: Engine, clock: FakeClock, *, buckets: tuple[str, ...] = ()) -> sweep.Swept:
    jobs = [removal for portion in overdue(engine, clock) for removal in portion.removals]
    objects = orphans(engine, clock, *buckets).removals
    return sweep.remove(engine, clock, (*jobs, *objects), bounds=sweep.SWEEP)


def strange(engine: Engine, clock: FakeClock) -> list[str]:
    return [name for portion in overdue(engine, clock) for name in portion.strange]


# --- what is never touched ------------------------------------------------------------------------


@pytest.mark.parametrize("build_id", HOSTILE_IDS)
def test_overdue__a_build_id_that_is_none__deletes_nothing(build_id):
    engine, clock = account()
    engine.jobs.clear()
    engine.add_job(f"any-{build_id[:6]}", tags_of(build_id), created_at=OLD)
    before = dict(engine.objects)

    result = swept(engine, clock)

    assert result == sweep.Swept()
    assert (len(engine.jobs), engine.objects) == (1, before)


@pytest.mark.parametrize("build_id", HOSTILE_IDS)
def test_of_build__an_id_that_is_none__asks_nothing(build_id):
    engine, _ = account()

    found = sweep.of_build(engine, build_id, owner=sweep.Owner(is_sure=True), buckets=("scripts",))

    assert found == sweep.Traces()
    assert engine.calls == []


@pytest.mark.parametrize("check", ["", "../", "..", "   "])
def test_overdue__a_check_without_a_name__is_left_alone(check):
    engine, clock = account()
    engine.add_job(NAME, tags_of(check=check), created_at=OLD)

    assert swept(engine, clock) == sweep.Swept()
    assert NAME in engine.jobs


@pytest.mark.parametrize("name", ["nightly-load", "glue-health-check-flights-pr-7-ffffff"])
def test_overdue__our_tags_but_another_name__is_left_alone(name):
    engine, clock = account()
    engine.jobs.clear()
    engine.add_job(name, tags_of(), created_at=OLD)

    assert swept(engine, clock) == sweep.Swept()
    assert name in engine.jobs
    assert strange(engine, clock) == [name]


@pytest.mark.parametrize("tags", [{}, {Tag.BUILD: ID}, {Tag.MANAGED: "false", Tag.BUILD: ID}])
def test_overdue__our_name_but_not_our_tags__is_left_alone(tags):
    engine, clock = account()
    engine.add_job(NAME, tags, created_at=OLD)

    assert swept(engine, clock) == sweep.Swept()
    assert NAME in engine.jobs


@pytest.mark.parametrize("tag", [Tag.KEEP, Tag.OWNER])
def test_sweep__kept_or_owned__is_left_alone_with_its_objects(tag):
    engine, clock = account()
    engine.add_job(NAME, tags_of(**{tag: "true"}), created_at=OLD)
    buckets = ("scripts", "temporary")

    result = swept(engine, clock, buckets=buckets)

    assert result == sweep.Swept()
    found = sweep.of_build(engine, ID, owner=OWNER, buckets=buckets)
    assert [one.name for one in found.kept] == [NAME]
    assert (found.removals, found.strange, found.is_blind) == ((), (), False)
    assert len(engine.objects) == 2


def test_remove__a_hostile_bucket_tag__reaches_our_prefix_only():
    engine, clock = account()
    engine.add_job(NAME, tags_of(**{Tag.SCRIPTS: "treasure"}), created_at=OLD)
    engine.add_object("treasure", "gold.parquet", at=OLD)

    swept(engine, clock)

    assert ("treasure", "gold.parquet") in engine.objects


# --- age ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "is_removed"), [(-1, False), (0, True), (1, True)])
def test_overdue__at_the_boundary__is_old_from_then_on(seconds, is_removed):
    engine, clock = account()
    engine.objects.clear()
    made = clock.now() - DAY - timedelta(seconds=seconds)
    engine.add_job(NAME, tags_of(), created_at=made)

    swept(engine, clock)

    assert (NAME not in engine.jobs) is is_removed


@pytest.mark.parametrize(
    ("expires", "is_removed"),
    [
        ("2026-03-01T09:30:01Z", False),
        ("2026-03-01T09:30:00Z", True),
        ("2026-02-28T00:00:00Z", True),
        ("2026-03-01T09:30:01", False),
        ("2026-02-28T00:00:00", False),
        ("2026-02-28 00:00:00Z", False),
        ("soon", False),
        ("", False),
    ],
)
def test_overdue__its_own_time_outs__must_be_over_and_be_known(expires, is_removed):
    engine, clock = account()
    engine.add_job(NAME, tags_of(**{Tag.EXPIRES_AT: expires}), created_at=OLD)

    swept(engine, clock)

    assert (NAME not in engine.jobs) is is_removed


def test_orphans__of_a_build_with_a_job__stay_whatever_becomes_of_the_job():
    """The end of the name is enough: the tags of a young job are not even asked for."""
    engine, clock = account()
    engine.jobs[NAME].created_at = clock.now()

    assert orphans(engine, clock, "scripts", "temporary") == sweep.Orphans()


@pytest.mark.parametrize(
    "key", ["glue-health-check/", "glue-health-check/0A1B2C3D4E5F/x", "glue-health-check/data/x"]
)
def test_orphans__no_build_id_below_our_root__is_never_ours(key):
    engine, clock = account()
    engine.jobs.clear()
    engine.objects.clear()
    engine.add_object("scripts", key, at=OLD)

    assert orphans(engine, clock, "scripts") == sweep.Orphans()


def test_overdue__thousands__are_asked_in_portions_and_what_is_young_not_for_its_tags():
    engine, clock = account()
    for number in range(2 * PORTION):
        name = f"glue-health-check-flights-{number:06x}"
        engine.add_job(name, tags_of(f"{number:06x}{'a' * 6}"), created_at=OLD)
    engine.add_job("nightly-load", {Tag.MANAGED: "true"}, created_at=OLD)

    found = overdue(engine, clock)

    asked = [call[1:] for call in engine.calls if call[0] == "described"]
    assert [portion.jobs for portion in found] == [PORTION, PORTION, 2]
    assert sum(len(portion.removals) for portion in found) == 2 * PORTION + 1
    assert "nightly-load" not in {name for names in asked for name in names}
    assert strange(engine, clock) == ["nightly-load"]


def test_overdue__only_jobs_with_names_unlike_ours__asks_for_none():
    engine, clock = account()
    engine.jobs.clear()
    engine.add_job("nightly-load", {Tag.MANAGED: "true"}, created_at=OLD)

    overdue(engine, clock)

    assert engine.steps == ("job_names",)


def test_overdue__a_prefix_without_a_job__goes_when_its_youngest_object_is_old():
    engine, clock = account()
    engine.add_object("scripts", "glue-health-check/111111111111/a/x", at=OLD)
    engine.add_object("scripts", "glue-health-check/222222222222/a/x", at=OLD)
    engine.add_object("scripts", "glue-health-check/222222222222/a/y", at=BEGIN)
    engine.add_object("scripts", "glue-health-check/report.json", at=OLD)

    result = swept(engine, clock, buckets=("scripts", "scripts"))

    assert [removal.name for removal in result.removed] == [
        NAME,
        "s3://scripts/glue-health-check/111111111111/",
    ]
    assert result.removed[1].why == "no job, untouched since 2026-02-28 08:30 UTC"
    assert len(engine.objects) == 3


# --- one build ------------------------------------------------------------------------------------


def test_of_build__its_jobs_and_prefixes__are_removed_and_others_stay():
    engine, clock = account()
    other = "glue-health-check-flights-pr-8-ffffff"
    engine.add_job(other, tags_of("ffffffffffff"), created_at=OLD)
    engine.add_object("scripts", f"glue-health-check/{ID}/orphan/x")

    found = sweep.of_build(engine, ID, owner=OWNER, buckets=("scripts", ""))
    result = sweep.remove(engine, clock, found.removals, bounds=sweep.CLEANUP)

    assert (found.kept, found.others, found.unclaimed) == ((), (), ())
    assert [removal.kind for removal in result.removed] == ["job", "objects", "objects"]
    assert result.removed[0].why == f"build {ID}"
    assert list(engine.jobs) == [other]
    assert engine.objects == {}


def test_of_build__a_bucket_that_only_a_jobs_tags_name__is_searched_for_the_whole_build():
    """A second check was uploaded and killed before its job: nothing else names its bucket."""
    engine, clock = account()
    orphan = f"glue-health-check/{ID}/hotels/script/hotels.py"
    engine.add_object("temporary", orphan)

    found = sweep.of_build(engine, ID, owner=OWNER)
    sweep.remove(engine, clock, found.removals, bounds=sweep.CLEANUP)

    assert engine.is_empty


@pytest.mark.parametrize("is_refused", [False, True])
def test_of_build__a_bucket_without_its_objects__is_named_only_when_nobody_tells(is_refused):
    refusals = refused("has_objects", times=1) if is_refused else {}
    engine, _ = account(refusals=refusals)

    found = sweep.of_build(engine, ID, owner=OWNER, buckets=("elsewhere",))

    uri = f"s3://elsewhere/glue-health-check/{ID}/"
    assert (uri in [removal.name for removal in found.removals]) is is_refused


def test_of_build__a_job_that_imitates_the_id__is_told_and_neither_touched_nor_believed():
    engine, clock = account()
    imitation = "nightly-load-0a1b2c"
    tags = tags_of(check="nightly", **{Tag.REPOSITORY: "octocat/other"})
    del tags[Tag.EXPIRES_AT]
    engine.add_job(imitation, tags, created_at=OLD)

    found = sweep.of_build(engine, ID, owner=OWNER, buckets=("scripts",))
    sweep.remove(engine, clock, found.removals, bounds=sweep.CLEANUP)

    assert (found.strange, found.others) == ((imitation,), ())
    assert list(engine.jobs) == [imitation]
    assert engine.objects == {}


def test_of_build__the_operator_named_it__is_removed_whosever_it_is():
    engine, _ = account()
    engine.jobs[NAME].tags.update({Tag.REPOSITORY: "octocat/flights", Tag.PULL_REQUEST: "7"})
    owner = sweep.Owner(is_sure=True, is_anybody=True)

    assert next(iter(sweep.of_build(engine, ID, owner=owner).removals)).name == NAME


# --- refusals and cancel --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("active_runs", [("run", NAME), ("job", NAME)]),
        (
            "delete_objects",
            [
                *(("object", f"s3://{bucket}/{PREFIX}") for bucket in ("scripts", "temporary")),
                ("job", NAME),
            ],
        ),
        ("delete_job", [("job", NAME)]),
    ],
)
def test_remove__a_step_refused__is_named_and_the_job_stays_and_the_rest_goes_on(step, left):
    engine, clock = account(refusals=refused(step, times=2 if step == "delete_objects" else 1))
    second = "glue-health-check-flights-pr-8-ffffff"
    engine.add_job(second, tags_of("ffffffffffff"), created_at=OLD)

    result = swept(engine, clock)

    assert [(item.kind, item.name) for item in result.leftovers] == left
    assert [removal.name for removal in result.removed] == [second]
    assert list(engine.jobs) == [NAME]


def test_remove__a_bug__is_named_and_the_rest_goes_on():
    engine, clock = account(refusals={"delete_objects": Refusal(error=RuntimeError("a bug"))})

    result = swept(engine, clock)

    assert [item.reason for item in result.leftovers] == [
        *["RuntimeError: a bug"] * 2,
        "not deleted, because by it the rest is found again",
    ]


def test_overdue__listing_refused__is_told():
    engine, clock = account(refusals=refused("job_names"))

    with pytest.raises(EngineError, match="job_names refused"):
        swept(engine, clock)


def test_overdue__one_bucket_refused__is_named_and_the_rest_is_found():
    engine, clock = account(refusals=refused("build_prefixes", times=1))
    engine.add_object("temporary", "glue-health-check/ffffffffffff/a/x", at=OLD)

    found = orphans(engine, clock, "scripts", "temporary")

    assert [removal.kind for removal in found.removals] == ["objects"]
    assert [(item.kind, item.name) for item in found.unread] == [("bucket", "scripts")]
    assert found.unread[0].reason == "build_prefixes refused. Mend it."


@pytest.mark.parametrize(
    "owner",
    [
        sweep.Owner(repository="octocat/other", pull_request=7),
        sweep.Owner(repository="octocat/flights", pull_request=8),
        sweep.Owner(pull_request=7),
        sweep.Owner(is_sure=True),
    ],
)
def test_of_build__its_jobs_are_somebody_elses__removes_nothing_not_even_objects(owner):
    engine, _ = account()
    engine.jobs.clear()
    tags = {**tags_of(), Tag.REPOSITORY: "octocat/flights", Tag.PULL_REQUEST: "7"}
    engine.add_job(NAME, tags, created_at=OLD)

    found = sweep.of_build(engine, ID, owner=owner, buckets=("scripts",))

    assert found == sweep.Traces(others=(NAME,))


@pytest.mark.parametrize(("tagged", "asks"), [("", None), ("7", None), ("7", 7)])
def test_of_build__one_side_knows_no_pull_request__the_repository_decides(tagged, asks):
    engine, _ = account()
    engine.jobs.clear()
    tags = {**tags_of(), Tag.REPOSITORY: "octocat/flights", Tag.PULL_REQUEST: tagged}
    engine.add_job(NAME, tags, created_at=OLD)
    owner = sweep.Owner(repository="octocat/flights", pull_request=asks)

    found = sweep.of_build(engine, ID, owner=owner)

    assert [removal.name for removal in found.removals if removal.job] == [NAME]


def test_of_build__sure_of_the_id__another_number_is_no_reason_to_leave_it():
    engine, _ = account()
    engine.jobs.clear()
    tags = {**tags_of(), Tag.REPOSITORY: "octocat/flights", Tag.PULL_REQUEST: "7"}
    engine.add_job(NAME, tags, created_at=OLD)
    owner = sweep.Owner(repository="octocat/flights", pull_request=8, is_sure=True)

    assert sweep.of_build(engine, ID, owner=owner).removals


@pytest.mark.parametrize("is_sure", [False, True])
def test_of_build__objects_without_a_job__go_only_when_the_id_is_sure(is_sure):
    engine, _ = account()
    engine.jobs.clear()
    uri = f"s3://scripts/glue-health-check/{ID}/"

    found = sweep.of_build(
        engine, ID, owner=sweep.Owner(is_sure=is_sure), buckets=("scripts", "elsewhere")
    )

    assert [removal.name for removal in found.removals] == ([uri] if is_sure else [])
    assert found.unclaimed == (() if is_sure else (uri,))


def test_remove__a_run_goes_on__is_stopped_before_the_job_is_deleted():
    engine, clock = account(course=FOREVER, stop_seconds=30.0)
    engine.add_run(NAME)

    result = swept(engine, clock)

    assert result.leftovers == ()
    assert engine.is_empty
    assert engine.steps.index("stop_runs") < engine.steps.index("delete_job")


def test_remove__a_run_that_does_not_stop__is_named_and_its_job_stays():
    engine, clock = account(course=FOREVER, stop_seconds=3600.0)
    engine.add_run(NAME)

    result = swept(engine, clock)

    assert [(item.kind, item.name) for item in result.leftovers] == [
        ("run", "jr_old"),
        ("job", NAME),
    ]
    assert NAME in engine.jobs
    assert engine.objects == {}
    assert clock.seconds == sweep.SWEEP.stop


def test_remove__cancelled_while_a_run_stops__names_what_is_left_and_deletes_no_more():
    engine, clock = account(course=FOREVER, stop_seconds=3600.0)
    engine.add_run(NAME)
    idle = "glue-health-check-flights-b-111111"
    engine.add_job(idle, tags_of("1" * 12), created_at=OLD)
    engine.add_object("scripts", f"glue-health-check/{'2' * 12}/a/x", at=OLD)
    clock.cancel_at = 5.0

    result = swept(engine, clock, buckets=("scripts",))

    assert len(result.removed) == 2  # what runs nowhere went while the run was to stop
    assert [(item.kind, item.name, item.reason) for item in result.leftovers] == [
        ("run", "jr_old", "asked to stop, not stopped yet"),
        ("job", NAME, "cancelled before it"),
    ]
    assert clock.seconds <= 6.0
    assert list(engine.jobs) == [NAME]
    assert len(engine.objects) == 2


def test_remove__cancelled_before__begins_nothing_and_names_all():
    engine, clock = account()
    engine.add_object("scripts", f"glue-health-check/{'2' * 12}/a/x", at=OLD)
    clock.cancel()

    result = swept(engine, clock, buckets=("scripts",))

    assert result.removed == ()
    assert [(item.kind, item.name) for item in result.leftovers] == [
        ("job", NAME),
        ("object", f"s3://scripts/glue-health-check/{'2' * 12}/"),
    ]
    assert len(engine.objects) == 3


# --- any account ----------------------------------------------------------------------------------

IDS = st.sampled_from([ID, "f" * 12, *HOSTILE_IDS]) | st.text(max_size=14)
NAMES = st.sampled_from([NAME, "x-ffffff", "nightly", "-", "-0a1b2c"]) | st.text(max_size=20)
TAGS = st.fixed_dictionaries(
    {},
    optional={
        Tag.MANAGED: st.sampled_from(["true", "false", ""]),
        Tag.BUILD: IDS,
        Tag.CHECK: st.sampled_from(["flights", "", "../..", "a b"]) | st.text(max_size=5),
        Tag.SCRIPTS: st.sampled_from(["scripts", "treasure", ""]),
        Tag.TEMP: st.sampled_from(["temporary", "treasure", ""]),
        Tag.KEEP: st.sampled_from(["true", ""]),
        Tag.OWNER: st.sampled_from(["lambda", ""]),
        Tag.EXPIRES_AT: st.sampled_from([PAST, "2030-01-01T00:00:00Z", "?", ""]),
    },
)
KEYS = st.builds(
    "{}{}/{}/{}".format,
    st.sampled_from(["glue-health-check/", "data/", "", "glue-health-check/../"]),
    IDS,
    st.sampled_from(["flights", "a-b", ""]),
    st.text(max_size=3),
)
TIMES = st.integers(-72, 24).map(lambda hours: BEGIN + timedelta(hours=hours))


def may_go(name: str, tags: dict[str, str]) -> bool:
    """Whether design rule 6 allows a job to be deleted; written anew, not as the code is."""
    build_id = tags.get(Tag.BUILD, "")
    return (
        tags.get(Tag.MANAGED) == "true"
        and BUILD_ID.fullmatch(build_id) is not None
        and name.endswith("-" + build_id[:6])
        and slug(tags.get(Tag.CHECK, "")) != ""
        and slug(tags[Tag.CHECK]) in name.removesuffix("-" + build_id[:6]).split("-")
        and all(tags.get(tag) for tag in (Tag.SCRIPTS, Tag.TEMP))
        and tags.get(Tag.EXPIRES_AT) in {PAST, "2030-01-01T00:00:00Z"}
        and not tags.get(Tag.KEEP)
        and not tags.get(Tag.OWNER)
    )


@given(
    jobs=st.dictionaries(NAMES, st.tuples(TAGS, TIMES), max_size=6),
    objects=st.dictionaries(st.tuples(st.sampled_from(["scripts", "treasure"]), KEYS), TIMES),
    build_id=IDS,
)
def test_sweep__any_account__deletes_only_what_bears_our_tags_and_name(jobs, objects, build_id):
    clock = FakeClock()
    engine = Engine(clock)
    for name, (tags, created_at) in jobs.items():
        engine.add_job(name, tags, created_at=created_at)
    engine.objects.update(objects)
    buckets = ("scripts", "treasure")

    owner = sweep.Owner(is_sure=True)
    found = sweep.of_build(engine, build_id, owner=owner, buckets=buckets)
    sweep.remove(engine, clock, found.removals, bounds=sweep.CLEANUP)
    swept(engine, clock, buckets=buckets)

    kept = {name for name, (tags, _) in jobs.items() if not may_go(name, tags)}
    safe = {key for key in objects if not (key[1].startswith("glue-health-check/"))}
    roots = {key for key in objects if not BUILD_ID.fullmatch(key[1].split("/")[1])}
    assert kept <= set(engine.jobs)
    assert safe | roots <= set(engine.objects)


# --- what is left alone, and said ----------------------------------------------------------------


def test_overdue__what_stays__is_told_by_its_reason():
    engine, clock = account()
    engine.jobs.clear()
    end = clock.now() + timedelta(hours=1)
    late = {Tag.EXPIRES_AT: f"{end:{TIME_FORMAT}}"}
    engine.add_job(NAME, tags_of(), created_at=clock.now())
    engine.add_job(f"x-{NAME}", tags_of(**{Tag.KEEP: "true"}), created_at=OLD)
    engine.add_job(f"y-{NAME}", {**tags_of(), **late}, created_at=OLD)

    (portion,) = overdue(engine, clock)

    assert (portion.young, portion.kept) == ((NAME,), (f"x-{NAME}",))
    assert dict(portion.unexpired) == {f"y-{NAME}": end.replace(microsecond=0)}
    assert portion.removals == ()


def test_orphans__too_young__are_named():
    engine, clock = account()
    engine.jobs.clear()

    until = datetime(2000, 1, 1, tzinfo=UTC)
    (found,) = sweep.orphans(engine, (), buckets=("scripts",), now=clock.now(), until=until)

    assert (found.removals, found.young) == ((), (f"s3://scripts/glue-health-check/{ID}/",))


def test_of_build__nobody_names_a_bucket__is_blind_and_empty():
    engine, _ = account()
    engine.jobs.clear()

    found = sweep.of_build(engine, ID, owner=sweep.Owner(is_sure=True))

    assert (found.is_blind, found.is_empty) == (True, True)
    assert engine.objects


# --- a file of the pull request, another region, what nobody may read ------------------------------


@pytest.mark.parametrize(
    "tags",
    [
        {Tag.PULL_REQUEST: ""},
        {Tag.PULL_REQUEST: "7", Tag.SERVER: "https://ghe.acme.example"},
        {Tag.PULL_REQUEST: "8", Tag.SERVER: "https://github.com"},
    ],
)
def test_of_build__a_file_names_mains_or_another_servers_build__is_left_alone(tags):
    engine, _ = account()
    engine.jobs[NAME].tags.update({Tag.REPOSITORY: "octocat/flights", **tags})
    owner = sweep.Owner(
        repository="octocat/flights", pull_request=7, server_url="https://github.com"
    )

    found = sweep.of_build(engine, ID, owner=owner, buckets=("scripts",))

    assert (found.removals, found.others) == ((), (NAME,))


def ticket(**values):
    told = {"region": "us-east-1", "expires_at": PAST, "keep": False, **values}
    return json.dumps(told)


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        (ticket(), True),
        (ticket(region=""), True),
        (ticket(region="eu-west-1"), False),
        (ticket(keep=True), False),
        (ticket(expires_at="2999-01-01T00:00:00Z"), False),
        ("", False),
        ("[]", False),
        ("[" * 100_000, False),
        (ticket(keep="no"), False),
    ],
)
def test_orphans__young_objects_with_a_ticket__go_only_when_it_lets_them(text, goes):
    clock = FakeClock()
    engine = Engine(clock)
    engine.add_object("scripts", f"{PREFIX}ticket.json", at=clock.now())
    engine.texts["scripts", f"{PREFIX}ticket.json"] = text
    now = clock.now()

    (found,) = sweep.orphans(engine, (), buckets=("scripts",), now=now, until=now)

    uri = f"s3://scripts/glue-health-check/{ID}/"
    assert [removal.name for removal in found.removals] == ([uri] if goes else [])
    assert list(found.held) == ([] if goes else [uri])


def test_orphans__the_temporary_bucket__is_held_by_the_ticket_in_the_other():
    engine, clock = account()
    engine.jobs.clear()
    engine.add_object("scripts", f"{PREFIX}ticket.json", at=OLD)
    engine.texts["scripts", f"{PREFIX}ticket.json"] = ticket(region="eu-west-1")

    found = orphans(engine, clock, "scripts", "temporary")

    assert (found.removals, len(found.held)) == ((), 2)


def test_orphans__nobody_tells_the_ticket__is_named_and_stays():
    engine, clock = account(refusals=refused("tickets"))
    engine.jobs.clear()

    found = orphans(engine, clock, "scripts")

    assert (found.removals, [item.kind for item in found.unread]) == ((), ["objects"])


def test_overdue__a_portion_is_refused__is_named_and_the_next_is_looked_at():
    engine, clock = account(refusals=refused("described", times=1))
    for number in range(PORTION):
        name = f"glue-health-check-flights-pr-9-{number:06x}"
        engine.add_job(name, tags_of(f"{number:06x}aaaaaa"), created_at=OLD)

    first, second = overdue(engine, clock)

    assert (len(first.unread), first.removals) == (PORTION, ())
    assert len(second.removals) == 1


class Unreadable(Engine):
    """One whose tags nobody tells."""

    @staticmethod
    def _found(job):
        found = Engine._found(job)
        return replace(found, tags={}, unread="no") if job.name == NAME else found


def test_sweep__tags_of_one_are_not_told__is_named_and_the_others_go():
    clock = FakeClock()
    engine = Unreadable(clock)
    second = "glue-health-check-flights-pr-8-ffffff"
    for name, build_id in ((NAME, ID), (second, "f" * 12)):
        engine.add_job(name, tags_of(build_id), created_at=OLD)

    (portion,) = overdue(engine, clock)
    traces = sweep.of_build(engine, ID, owner=sweep.Owner(is_sure=True), buckets=("scripts",))

    assert [removal.name for removal in portion.removals] == [second]
    assert [item.name for item in portion.unread] == [item.name for item in traces.unread] == [NAME]
    assert (portion.strange, traces.removals) == ((), ())
