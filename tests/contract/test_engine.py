"""What the Engine port promises, held against the double and against the real engine.

The real one talks to a local Glue; its jobs are Python shell jobs, which need no JVM.
"""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol, cast

import pytest

from plugin.aws.engine import AwsEngine
from plugin.clients.aws.clients import Access, Clients
from plugin.clients.clock import SystemClock
from plugin.core.check import Check
from plugin.core.errors import AlreadyThere, NotFound, OverLimit
from plugin.core.naming import Tag
from plugin.core.ports import Clock, Engine, LogStream, Sighting, Upload
from plugin.core.request import start_request
from plugin.core.states import RunState
from plugin.local.server import LocalGlue
from tests.doubles.checks import check_of
from tests.doubles.clock import FakeClock
from tests.doubles.engine import FakeEngine, err, out

SCRIPTS = {
    "prints": b"import sys\nprint('one')\nprint('two')\nprint('oh', file=sys.stderr)\n",
    "fails": b"raise ValueError('no rows')\n",
    "sleeps": b"import time\nprint('here', flush=True)\ntime.sleep(600)\n",
}
STARTING = (0.0, Sighting(state=RunState.STARTING))
RUNNING = (1.0, Sighting(state=RunState.RUNNING))
COURSES = {
    "prints": (STARTING, RUNNING, (2.0, Sighting(state=RunState.SUCCEEDED))),
    "fails": (
        *(STARTING, RUNNING),
        (2.0, Sighting(state=RunState.FAILED, message="ValueError: no rows")),
    ),
    "sleeps": (STARTING, RUNNING),
}


class Ground(Protocol):
    """An engine, and what a test must know of it."""

    @property
    def engine(self) -> Engine: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def pause(self) -> float: ...

    def check(self, script: str) -> Check:
        """Return a check of a build of its own whose script prints, fails or sleeps."""


class FakeGround:
    """The double."""

    pause = 0.5

    def __init__(self) -> None:
        self.clock = FakeClock()
        log = [out("one\n", at=1), err("oh\n", at=1), out("two\n", at=2)]
        self.engine = FakeEngine(self.clock, log=log)

    def check(self, script: str) -> Check:
        self.engine.course = COURSES[script]
        return new_check(script)


class HurriedClock(SystemClock):
    """Real time, but a wait of more than a moment is over at once."""

    skipped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.skipped

    def wait(self, seconds: float) -> bool:
        moment = min(seconds, LocalGround.pause)
        self.skipped += seconds - moment
        return super().wait(moment)


class LocalGround:
    """The real engine, on a Glue of this machine."""

    pause = 0.02

    def __init__(self, glue: LocalGlue) -> None:
        self.clock = HurriedClock()
        access = Access(
            region=glue.region,
            endpoint_url=glue.endpoint_url,
            access_key_id=glue.access_key_id,
            secret_access_key=glue.secret_access_key,
        )
        self.engine = AwsEngine(Clients(access), self.clock)

    def check(self, script: str) -> Check:
        return new_check(script)


def new_check(script: str) -> Check:
    return check_of(
        body=SCRIPTS[script], build_id=uuid.uuid4().hex[:12], job_type="pythonshell", is_local=True
    )


@pytest.fixture(scope="module")
def local_glue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGlue]:
    with LocalGlue.start(
        environ={"PATH": "/usr/bin:/bin"},
        buckets=("scripts", "temporary"),
        roles=("glue-health-check",),
        work_dir=tmp_path_factory.mktemp("runs"),
    ) as glue:
        yield glue


@pytest.fixture(params=["double", "real"])
def ground(request: pytest.FixtureRequest) -> Ground:
    if request.param == "double":
        return FakeGround()
    return LocalGround(request.getfixturevalue("local_glue"))


def created(ground: Ground, script: str = "prints") -> Check:
    """Return a check whose files are uploaded and whose job exists."""
    check = ground.check(script)
    ground.engine.upload(check.uploads)
    ground.engine.create_job(check.request)
    return check


def started(ground: Ground, script: str = "prints") -> tuple[Check, str]:
    """Return a check and its run."""
    check = created(ground, script)
    return check, ground.engine.start_run(start_of(check))


def start_of(check: Check, marker: str = "m") -> dict[str, object]:
    return dict(start_request(job_name=check.job_name, marker=marker, session_policy=""))


def tags_of(check: Check) -> dict[str, str]:
    return cast("dict[str, str]", check.request["Tags"])


def awaited(ground: Ground, check: Check, run_id: str, *states: RunState) -> Sighting:
    """Return the sighting of a run when it is in one of the states, or final."""
    until = ground.clock.monotonic() + 60
    while True:
        seen = ground.engine.look(check.job_name, run_id)
        if seen.state in states or seen.state.is_final:
            return seen
        assert ground.clock.monotonic() < until
        ground.clock.wait(ground.pause)


# --- objects --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prefix",
    ["", "/", "data/", "glue-health-check", "glue-health-check/", "glue-health-check/../data/"],
)
def test_delete_objects__a_prefix_that_is_not_ours__is_refused_by_us(ground, prefix):
    with pytest.raises(ValueError, match="ours"):
        ground.engine.delete_objects("scripts", prefix)


@pytest.mark.parametrize("bucket", ["scripts", "there-is-no-such-bucket"])
def test_delete_objects__nothing_there__is_no_error(ground, bucket):
    assert ground.engine.delete_objects(bucket, "glue-health-check/0a1b2c3d4e5f/x/") == ()


@pytest.mark.parametrize("bucket", ["scripts", "there-is-no-such-bucket"])
def test_has_objects__nothing_there__is_false(ground, bucket):
    assert not ground.engine.has_objects(bucket, "glue-health-check/0a1b2c3d4e5f/x/")


def test_has_objects__something_below_the_prefix__is_true_until_it_is_deleted(ground):
    check = ground.check("prints")
    ground.engine.upload(check.uploads)

    before = ground.engine.has_objects("scripts", check.scripts.prefix)
    ground.engine.delete_objects("scripts", check.scripts.prefix)

    assert (before, ground.engine.has_objects("scripts", check.scripts.prefix)) == (True, False)


def test_delete_objects__below_our_prefix__takes_all_and_nothing_else(ground):
    check, other = ground.check("prints"), ground.check("prints")
    more = tuple(
        Upload(bucket="scripts", key=f"{check.scripts.prefix}py/{n}.zip", body=b"x")
        for n in range(3)
    )
    ground.engine.upload((*check.uploads, *more, *other.uploads))

    first = ground.engine.delete_objects("scripts", check.scripts.prefix)
    second = ground.engine.delete_objects("scripts", check.scripts.prefix)

    left = {build_id for build_id, _ in ground.engine.build_prefixes("scripts")}
    assert first == second == ()
    assert tags_of(check)[Tag.BUILD] not in left
    assert tags_of(other)[Tag.BUILD] in left


def test_build_prefixes__objects_of_ours__are_told_by_build_with_their_time(ground):
    check = ground.check("prints")
    stray = Upload(bucket="scripts", key="glue-health-check/report/x.json", body=b"{}")
    ground.engine.upload((*check.uploads, stray))

    found = dict(ground.engine.build_prefixes("scripts"))

    assert abs(found[tags_of(check)[Tag.BUILD]] - ground.clock.now()) < timedelta(minutes=5)
    assert "report" not in found


# --- jobs -----------------------------------------------------------------------------------------


def test_create_job__there_already_and_ours__is_adopted(ground):
    check = created(ground)

    ground.engine.create_job(check.request)

    assert ground.engine.active_runs(check.job_name) == ()


def test_create_job__the_name_is_a_strangers__is_refused_and_the_job_untouched(ground):
    check = created(ground)
    tags = tags_of(check)
    foreign = {**check.request, "Tags": {**tags, Tag.BUILD: "ffffffffffff"}}

    with pytest.raises(AlreadyThere):
        ground.engine.create_job(foreign)

    assert [job.name for job in ground.engine.find_jobs(tags)] == [check.job_name]


def test_delete_job__twice_or_never_there__is_no_error(ground):
    check = created(ground)

    ground.engine.delete_job(check.job_name)
    ground.engine.delete_job(check.job_name)
    ground.engine.delete_job("glue-health-check-never-there-0a1b2c")

    assert list(ground.engine.find_jobs({Tag.BUILD: tags_of(check)[Tag.BUILD]})) == []


def test_find_jobs__by_tags__finds_those_that_carry_all_of_them(ground):
    check, other = created(ground), created(ground)
    build_id = tags_of(check)[Tag.BUILD]

    (found,) = ground.engine.find_jobs({Tag.MANAGED: "true", Tag.BUILD: build_id})
    everyone = {job.name for job in ground.engine.find_jobs({Tag.MANAGED: "true"})}
    nobody = list(ground.engine.find_jobs({Tag.MANAGED: "false", Tag.BUILD: build_id}))

    assert found.name == check.job_name
    assert dict(found.tags) == tags_of(check)
    assert abs(found.created_at - ground.clock.now()) < timedelta(minutes=5)
    assert {check.job_name, other.job_name} <= everyone
    assert nobody == []


def test_job_names__by_tags__names_those_that_carry_all_of_them(ground):
    check, other = created(ground), created(ground)
    build_id = tags_of(check)[Tag.BUILD]

    ours = list(ground.engine.job_names({Tag.MANAGED: "true", Tag.BUILD: build_id}))
    everyone = set(ground.engine.job_names({Tag.MANAGED: "true"}))

    assert ours == [check.job_name]
    assert {check.job_name, other.job_name} <= everyone


def test_described__some_are_gone_or_too_young__tells_the_others_with_their_tags(ground):
    check, other = created(ground), created(ground)
    ground.engine.delete_job(other.job_name)
    names = (check.job_name, other.job_name, "glue-health-check-never-there-0a1b2c")
    soon = ground.clock.now() + timedelta(minutes=5)

    (found,) = ground.engine.described(names, until=soon)
    young = ground.engine.described(names, until=soon - timedelta(hours=1))

    assert (found.name, dict(found.tags)) == (check.job_name, tags_of(check))
    assert found.job_type in {"glueetl", "pythonshell"}
    assert young == ()


# --- runs -----------------------------------------------------------------------------------------


def test_start_run__no_such_job__is_not_found(ground):
    with pytest.raises(NotFound):
        ground.engine.start_run(start_of(ground.check("prints")))


@pytest.fixture
def sleeper(ground):
    """A check and its run, which goes on until the test is over."""
    check, run_id = started(ground, "sleeps")
    yield check, run_id
    ground.engine.stop_runs(check.job_name, (run_id,))
    awaited(ground, check, run_id)


def test_start_run__one_of_another_start_goes_on__is_over_the_limit(ground, sleeper):
    check, run_id = sleeper

    with pytest.raises(OverLimit):
        ground.engine.start_run(start_of(check, "another marker"))

    assert ground.engine.active_runs(check.job_name) == (run_id,)


def test_start_run__the_same_start_twice__is_one_run(ground, sleeper):
    check, run_id = sleeper

    assert ground.engine.start_run(start_of(check)) == run_id
    assert ground.engine.runs(check.job_name) == (run_id,)


@pytest.mark.parametrize(
    ("script", "state", "message"),
    [("prints", RunState.SUCCEEDED, ""), ("fails", RunState.FAILED, "ValueError: no rows")],
)
def test_look__until_the_end__has_state_and_message(ground, script, state, message):
    check, run_id = started(ground, script)

    seen = awaited(ground, check, run_id)

    assert seen.state is state
    assert message in seen.message
    assert ground.engine.active_runs(check.job_name) == ()


@pytest.mark.parametrize("run_id", ["jr_none", "jr_" + "0" * 64])
def test_look__no_such_run__is_not_found(ground, run_id):
    check = created(ground)

    with pytest.raises(NotFound):
        ground.engine.look(check.job_name, run_id)
    with pytest.raises(NotFound):
        ground.engine.look("glue-health-check-none-0a1b2c", run_id)


def test_active_runs__no_such_job__is_empty(ground):
    assert ground.engine.active_runs("glue-health-check-none-0a1b2c") == ()


def test_stop_runs__a_run_that_goes_on__ends_it_as_stopped_and_twice_is_no_error(ground):
    check, run_id = started(ground, "sleeps")
    awaited(ground, check, run_id, RunState.RUNNING)

    ground.engine.stop_runs(check.job_name, (run_id,))
    ground.engine.stop_runs(check.job_name, (run_id,))

    assert awaited(ground, check, run_id).state is RunState.STOPPED
    ground.engine.stop_runs(check.job_name, (run_id,))


def test_stop_runs__nothing_to_stop__is_no_error(ground):
    check = created(ground)

    ground.engine.stop_runs(check.job_name, ())
    ground.engine.stop_runs(check.job_name, ("jr_none",))
    ground.engine.stop_runs("glue-health-check-none-0a1b2c", ("jr_none",))


# --- the log --------------------------------------------------------------------------------------


def test_driver_log__read_again_and_again__tells_everything_once(ground):
    check, run_id = started(ground)
    reader = ground.engine.driver_log(check.log_source(run_id))
    told = list(reader.read().chunks)
    awaited(ground, check, run_id)

    told += [chunk for _ in range(3) for chunk in reader.read(is_last=True).chunks]
    told += reader.late().chunks

    texts = {
        stream: "".join(chunk.text for chunk in told if chunk.stream is stream)
        for stream in LogStream
    }
    assert texts[LogStream.OUTPUT] == "one\ntwo\n"
    assert texts[LogStream.ERROR] == "oh\n"


def test_driver_log__two_readers__do_not_take_from_each_other(ground):
    check, run_id = started(ground)
    awaited(ground, check, run_id)

    first = ground.engine.driver_log(check.log_source(run_id)).read()
    second = ground.engine.driver_log(check.log_source(run_id)).read()

    assert first.chunks == second.chunks != ()


def test_driver_log__of_no_run__is_empty_and_says_so_in_the_end(ground):
    check = created(ground)
    reader = ground.engine.driver_log(check.log_source("jr_none"))

    live, last = reader.read(), reader.read(is_last=True)

    assert live.chunks == last.chunks == live.problems == ()
    assert [type(problem) for problem in last.problems] == [NotFound]


def test_analysis__of_a_run_that_has_none__is_empty(ground):
    check, run_id = started(ground, "fails")
    awaited(ground, check, run_id)

    assert ground.engine.driver_log(check.log_source(run_id)).analysis() == ()


def test_analysis__of_no_run__is_empty(ground):
    check = created(ground)

    assert ground.engine.driver_log(check.log_source("jr_none")).analysis() == ()


def test_delete_logs__of_a_run_that_ended__removes_them_and_twice_is_no_error(ground):
    check, run_id = started(ground)
    awaited(ground, check, run_id)

    first = ground.engine.delete_logs(check.log_source(run_id))
    second = ground.engine.delete_logs(check.log_source(run_id))

    assert first == second == ()
    assert ground.engine.driver_log(check.log_source(run_id)).read().chunks == ()
