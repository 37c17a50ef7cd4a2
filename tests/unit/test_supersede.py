"""A newer build of a pull request stops and removes what older ones left or still run."""

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin import sweep
from plugin.core.build import Build, Host
from plugin.core.errors import AccessDenied
from plugin.core.naming import BUILD_ID, Tag, slug
from plugin.core.result import CheckResult, exit_code
from plugin.core.states import RunState
from plugin.core.superseding import Newcomer
from plugin.core.verdict import Verdict
from plugin.lifecycle import World, run_check
from plugin.sweep.abreast import SIDE_BY_SIDE
from tests.doubles.checks import check_of
from tests.doubles.clock import BEGIN, FakeClock
from tests.doubles.engine import FakeEngine, Refusal, refused
from tests.doubles.recording import RecordingObserver
from tests.doubles.shared_clock import SharedClock
from tests.unit.lifecycle.stage import FOREVER, ending

OLD, NEW = "0a1b2c3d4e5f", "f" * 12
NAME = "glue-health-check-flights-pr-7-0a1b2c"
PREFIX = f"glue-health-check/{OLD}/flights/"


def build(number: str = "42", **values: object) -> Build:
    given = {"host": Host.DRONE, "repository": "acme/etl", "pull_request": 7, "number": number}
    return Build(**{**given, **values})  # type: ignore[arg-type]  # a test knows the names


def newcomer(who: Build | None = None, *, checks: tuple[str, ...] = ("flights",)) -> Newcomer:
    return Newcomer(
        build=who or build(),
        build_id=NEW,
        context="ci",
        checks=frozenset(checks),
        began=BEGIN,
    )


def tags_of(build_id: str = OLD, **more: str) -> dict[str, str]:
    return {
        Tag.MANAGED: "true",
        Tag.BUILD: build_id,
        Tag.CHECK: "flights",
        Tag.REPOSITORY: "acme/etl",
        Tag.PULL_REQUEST: "7",
        Tag.CONTEXT: "ci",
        Tag.NUMBER: "drone-41.0",
        Tag.EXPIRES_AT: "2026-03-01T11:00:00Z",
        Tag.SCRIPTS: "scripts",
        Tag.TEMP: "temporary",
        **{getattr(Tag, key): value for key, value in more.items()},
    }


def account(**options: object) -> tuple[FakeEngine, FakeClock]:
    """Return an account in which build 41 was killed, and its clock."""
    clock = FakeClock()
    engine = FakeEngine(clock, **options)  # type: ignore[arg-type]  # as above
    engine.add_job(NAME, tags_of(), created_at=BEGIN - timedelta(minutes=5))
    for bucket in ("scripts", "temporary"):
        engine.add_object(bucket, f"{PREFIX}script/flights.py")
    return engine, clock


def superseded(engine: FakeEngine, clock: FakeClock, who: Newcomer | None = None) -> sweep.Swept:
    older = sweep.of_older(engine, who or newcomer())
    return sweep.remove(engine, clock, older, bounds=sweep.SUPERSEDE)


# --- what is never touched ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tags",
    [
        {"KEEP": "true"},
        {"OWNER": "lambda"},
        {"REPOSITORY": "acme/other"},
        {"PULL_REQUEST": "8"},
        {"CHECK": "hotels"},
        {"CONTEXT": "nightly"},
        {"NUMBER": "drone-42.0"},
        {"NUMBER": "drone-43.0"},
        {"BUILD": "../" * 4},
        {"MANAGED": "false"},
    ],
)
def test_of_older__not_an_older_builds__is_left_alone(tags):
    engine, clock = account()
    engine.add_job(NAME, tags_of(**tags), created_at=BEGIN - timedelta(minutes=5))
    before = dict(engine.objects)

    assert superseded(engine, clock) == sweep.Swept()
    assert list(engine.jobs) == [NAME]
    assert engine.objects == before


@pytest.mark.parametrize("name", ["nightly-load", "glue-health-check-flights-pr-7-ffffff"])
def test_of_older__our_tags_but_another_name__is_left_alone(name):
    engine, clock = account()
    engine.jobs.clear()
    engine.add_job(name, tags_of(), created_at=BEGIN - timedelta(minutes=5))

    assert superseded(engine, clock) == sweep.Swept()


@pytest.mark.parametrize("values", [{"pull_request": None}, {"repository": ""}])
def test_of_older__no_pull_request__asks_nothing(values):
    engine, _ = account()

    assert sweep.of_older(engine, newcomer(build(**values))) == ()
    assert engine.calls == []


def test_of_older__listing_refused__is_told():
    engine, _ = account(refusals={"find_jobs": Refusal(error=AccessDenied("no glue:ListJobs"))})

    with pytest.raises(AccessDenied):
        sweep.of_older(engine, newcomer())


# --- what is removed ------------------------------------------------------------------------------


def test_supersede__an_older_build_was_killed__job_and_objects_go():
    engine, clock = account()

    result = superseded(engine, clock)

    assert [(item.name, item.why) for item in result.removed] == [(NAME, f"an older build, {OLD}")]
    assert result.leftovers == ()
    assert engine.is_empty
    assert clock.seconds == 0


def test_supersede__several_checks__are_listed_once():
    engine, clock = account()
    other = "glue-health-check-hotels-pr-7-0a1b2c"
    engine.add_job(other, tags_of(CHECK="hotels"), created_at=BEGIN - timedelta(minutes=5))

    result = superseded(engine, clock, newcomer(checks=("flights", "hotels", "trains")))

    assert {item.name for item in result.removed} == {NAME, other}
    assert engine.steps.count("find_jobs") == 1


def test_supersede__a_run_goes_on__is_stopped_and_its_build_gets_a_last_look():
    engine, clock = account(course=FOREVER, stop_seconds=10.0)
    engine.add_run(NAME)

    result = superseded(engine, clock)

    assert result.leftovers == ()
    assert engine.is_empty
    assert engine.steps.index("stop_runs") < engine.steps.index("delete_job")
    assert clock.seconds == 10.0 + sweep.SUPERSEDE.last_look


# --- what cannot be removed -----------------------------------------------------------------------


@pytest.mark.parametrize("step", ["active_runs", "delete_objects", "delete_job"])
def test_supersede__a_step_refused__is_named_and_the_others_go(step):
    engine, clock = account(refusals=refused(step, times=1))
    others = [f"glue-health-check-flights-pr-7-{n}aaaaa" for n in range(3)]
    for number, name in enumerate(others):
        engine.add_job(
            name, tags_of(f"{number}{'a' * 11}"), created_at=BEGIN - timedelta(minutes=5)
        )

    result = superseded(engine, clock)

    (first, *others_of_it) = result.leftovers
    assert f"{step} refused" in first.reason
    assert [item.kind for item in others_of_it] == ([] if step == "delete_job" else ["job"])
    assert len(result.removed) == 3
    assert len(engine.jobs) == 1


def test_supersede__runs_that_do_not_stop__share_one_bound_and_their_jobs_stay():
    clock = FakeClock()
    engine = FakeEngine(clock, course=FOREVER, stop_seconds=3600.0)
    names = [f"glue-health-check-flights-pr-7-{n}aaaaa" for n in range(SIDE_BY_SIDE)]
    for number, name in enumerate(names):
        engine.add_job(name, tags_of(f"{number}{'a' * 11}"), created_at=BEGIN - timedelta(hours=1))
        engine.add_run(name)

    result = superseded(engine, clock)

    assert result.removed == ()
    assert [item.kind for item in result.leftovers] == ["run", "job"] * SIDE_BY_SIDE
    assert set(engine.jobs) == set(names)
    assert clock.seconds == sweep.SUPERSEDE.begin


def test_supersede__no_time_is_left__begins_nothing_more_and_names_the_rest():
    engine, clock = account(call_seconds=sweep.SUPERSEDE.begin / 20)
    late = [f"glue-health-check-flights-pr-7-{n:x}aaaaa" for n in range(2 * SIDE_BY_SIDE)]
    for number, name in enumerate(late):
        engine.add_job(
            name, tags_of(f"{number:x}{'a' * 11}"), created_at=BEGIN - timedelta(minutes=5)
        )

    result = superseded(engine, clock)

    assert result.removed
    assert {(item.kind, item.reason) for item in result.leftovers} == {
        ("job", "no time was left for it")
    }
    assert len(result.removed) + len(result.leftovers) == len(late) + 1
    assert {item.name for item in result.leftovers} == set(engine.jobs)


def test_supersede__cancelled__begins_nothing_and_names_all():
    engine, clock = account()
    clock.cancel()

    result = superseded(engine, clock)

    assert [(item.name, item.reason) for item in result.leftovers] == [
        (NAME, "cancelled before it")
    ]
    assert len(engine.objects) == 2


# --- two builds -----------------------------------------------------------------------------------


class Pair:
    """Two builds of one pull request: the second begins while the first one's script runs."""

    def __init__(self, *, stop_seconds: float, begins: float) -> None:
        self.clock = SharedClock(threads=1)
        self.engine = FakeEngine(self.clock, course=FOREVER, stop_seconds=stop_seconds)
        self.begins = begins
        self.second: threading.Thread | None = None
        self.results: dict[str, CheckResult] = {}

    def run(self) -> None:
        """Run both to their end."""
        self._check(OLD, "41")
        self.clock.leave()
        assert self.second is not None
        self.second.join(30)

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        """The first build's script runs: the second build comes, after a while."""
        if state == "RUNNING" and self.second is None:
            self.clock.join()
            self.second = threading.Thread(target=self._second)
            self.second.start()

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None: ...

    def finished(self, result: object) -> None: ...

    def _second(self) -> None:
        self.clock.wait(self.begins)
        who = Newcomer(
            build=build("42"),
            build_id=NEW,
            context="ci",
            checks=frozenset({"flights"}),
            began=self.clock.now(),
        )
        older = sweep.of_older(self.engine, who)
        self.swept = sweep.remove(self.engine, self.clock, older, bounds=sweep.SUPERSEDE)
        self.engine.course = ending(RunState.SUCCEEDED)
        self._check(NEW, "42")
        self.clock.leave()

    def _check(self, build_id: str, number: str) -> None:
        check = check_of(build_id=build_id)
        check.request["Tags"].update(tags_of(build_id, NUMBER=f"drone-{number}.0"))  # type: ignore[attr-defined]  # a dict
        observer = self if build_id == OLD else RecordingObserver()
        world = World(
            engine=self.engine, clock=self.clock, observer=observer, new_marker=lambda: "m"
        )
        self.results[number] = run_check(check, build(number), build_id, world)


@pytest.mark.parametrize("stop_seconds", [0.5, 7.0, 30.0])
@pytest.mark.parametrize("begins", [0.3, 11.7, 61.1, 300.0])
def test_supersede__the_older_build_watches__is_cancelled_with_3_and_the_newer_passes(
    stop_seconds, begins
):
    pair = Pair(stop_seconds=stop_seconds, begins=begins)

    pair.run()

    older, newer = pair.results["41"], pair.results["42"]
    assert older.verdict is Verdict.CANCELLED
    assert exit_code(older.verdict) == 3
    assert older.leftovers == ()
    assert newer.verdict is Verdict.PASSED
    assert newer.leftovers == ()
    assert pair.swept.leftovers == ()
    assert pair.engine.is_empty


# --- any account ----------------------------------------------------------------------------------

TAGS = st.fixed_dictionaries(
    {},
    optional={
        Tag.MANAGED: st.sampled_from(["true", "false"]),
        Tag.BUILD: st.sampled_from([OLD, NEW, "../", ""]),
        Tag.CHECK: st.sampled_from(["flights", "hotels", "../..", ""]),
        Tag.REPOSITORY: st.sampled_from(["acme/etl", "acme/other", ""]),
        Tag.PULL_REQUEST: st.sampled_from(["7", "8", ""]),
        Tag.CONTEXT: st.sampled_from(["ci", "nightly"]),
        Tag.NUMBER: st.sampled_from(["drone-41.0", "drone-42.0", "drone-43.0", "github-1.1", "?"]),
        Tag.KEEP: st.sampled_from(["true", ""]),
        Tag.OWNER: st.sampled_from(["lambda", ""]),
        Tag.SCRIPTS: st.sampled_from(["scripts", "treasure"]),
    },
)
NAMES = st.sampled_from([NAME, "x-ffffff", "nightly", "a-0a1b2c"])
MINUTES = st.integers(-60, 60)


@given(
    st.dictionaries(NAMES, st.tuples(TAGS, MINUTES), max_size=4),
    st.sampled_from([("scripts", f"{PREFIX}x"), ("treasure", "gold"), ("treasure", PREFIX + "y")]),
)
def test_supersede__any_account__removes_only_older_jobs_of_ours(jobs, key):
    clock = FakeClock()
    engine = FakeEngine(clock)
    for name, (tags, minutes) in jobs.items():
        engine.add_job(name, tags, created_at=BEGIN + timedelta(minutes=minutes))
    engine.add_object(*key)

    superseded(engine, clock)

    for name in set(jobs) - set(engine.jobs):
        tags, minutes = jobs[name]
        assert BUILD_ID.fullmatch(tags[Tag.BUILD])
        assert tags[Tag.BUILD] != NEW
        assert slug(tags[Tag.CHECK]) == "flights"
        assert (tags[Tag.REPOSITORY], tags[Tag.PULL_REQUEST]) == ("acme/etl", "7")
        assert not tags.get(Tag.KEEP)
        assert not tags.get(Tag.OWNER)
        assert tags.get(Tag.NUMBER) == "drone-41.0" or minutes < 0
        assert tags.get(Tag.NUMBER) not in {"drone-42.0", "drone-43.0"}
    if key == ("treasure", "gold"):
        assert key in engine.objects
