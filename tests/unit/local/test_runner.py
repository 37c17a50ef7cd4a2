"""The runner alone: what becomes of a run when its parts break or it ends at an awkward moment."""

import sys
import threading
import time

import pytest

from plugin.core.errors import EngineError
from plugin.core.states import RunState
from plugin.local.inner_aws import InnerAws
from plugin.local.job_store import JobStore
from plugin.local.launcher import Launcher, LaunchSettings
from plugin.local.process import spawn
from plugin.local.records import Job, JobRun
from plugin.local.runner import LocalRunner
from plugin.local.workspace import LaunchError, Workspace

STATES = (RunState.SUCCEEDED, RunState.FAILED, RunState.STOPPED, RunState.TIMEOUT, RunState.ERROR)


class NoLogs:
    """CloudWatch Logs that keep nothing."""

    def logs(self, operation, region, **members):
        pass


class BrokenLauncher:
    """Launches nothing: it raises, after it was let go."""

    def __init__(self, work_dir, problem):
        self.work_dir = work_dir
        self.problem = problem
        self.go = threading.Event()

    def launch(self, run, space, *, lifeline):
        self.go.wait(30)
        raise self.problem


def a_run(run_id="jr_1", slots=1, **members):
    """A run of a Python shell job."""
    definition = {
        "Command": {"Name": "pythonshell"},
        "ExecutionProperty": {"MaxConcurrentRuns": slots},
        "MaxRetries": 1,
    }
    job = Job(
        name="job", region="us-east-1", definition=definition, tags={}, asked={},
        created_on=1.0, modified_on=1.0,
    )  # fmt: skip
    return JobRun(
        id=run_id, job=job, arguments={}, settings={}, log_group="g", log_stream="s",
        started_on=1.0, modified_on=1.0, **members,
    )  # fmt: skip


def await_final(store, run_id="jr_1"):
    give_up = time.monotonic() + 30
    while (run := store.run("us-east-1", "job", run_id)).is_active:
        assert time.monotonic() < give_up
        time.sleep(0.005)
    return run


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (EngineError("No Java.", hint="Get one."), "No Java."),
        (ZeroDivisionError("oops"), "LocalGlueError: ZeroDivisionError: oops"),
    ],
)
def test_start__a_part_breaks__the_run_is_error(tmp_path, problem, message):
    store, launcher = JobStore(), BrokenLauncher(tmp_path, problem)
    runner = LocalRunner(store, NoLogs(), launcher, seconds_per_minute=1.0)
    launcher.go.set()
    store.add_run(a_run())

    runner.start(a_run())

    run = await_final(store)
    assert run.state is RunState.ERROR
    assert message in run.error_message
    runner.close()


def test_launch__its_files_cannot_be_written__says_where_and_why(tmp_path):
    launcher = Launcher(
        LaunchSettings(
            python=sys.executable,
            bootstrap=tmp_path,
            environ={},
            endpoint_url="",
            work_dir=tmp_path,
            notify=lambda _text: None,
        ),
        InnerAws(lambda _environ, _start: ()),
    )
    space = Workspace(tmp_path / "gone" / "jr_1")

    with pytest.raises(EngineError, match="No such file or directory") as caught:
        launcher.launch(a_run(), space, lifeline=0)

    assert f"the run's files to {space.root}: " in caught.value.message


def test_start__after_close__is_stopped_at_once(tmp_path):
    store, launcher = JobStore(), BrokenLauncher(tmp_path, ZeroDivisionError())
    runner = LocalRunner(store, NoLogs(), launcher, seconds_per_minute=1.0)
    store.add_run(a_run())

    runner.close()
    runner.start(a_run())

    assert store.run("us-east-1", "job", "jr_1").state is RunState.STOPPED


def test_stop__an_unknown_run__is_no_error(tmp_path):
    launcher = BrokenLauncher(tmp_path, ZeroDivisionError())
    runner = LocalRunner(JobStore(), NoLogs(), launcher, seconds_per_minute=1.0)

    runner.stop("jr_nobody")


class SleepingLauncher(BrokenLauncher):
    """Starts a real child that sleeps."""

    def __init__(self, work_dir):
        super().__init__(work_dir, None)

    def launch(self, run, space, *, lifeline):
        return spawn(
            (sys.executable, "-c", "import time; time.sleep(600)"),
            folder=self.work_dir,
            environ={"MARK": "mark-of-test-runner"},
            user=None,
            inherited=lifeline,
            mark="mark-of-test-runner",
        )


def test_start__stopped_before_it_was_heard_of__is_stopped(tmp_path):
    store = JobStore()
    runner = LocalRunner(store, NoLogs(), SleepingLauncher(tmp_path), seconds_per_minute=1.0)
    store.add_run(a_run())
    store.advance("jr_1", RunState.STOPPING, now=2.0)

    runner.start(a_run())

    assert await_final(store).state is RunState.STOPPED
    runner.close()


def test_start__a_clock_of_its_own__times_the_run_by_it_from_start_to_end(tmp_path):
    """The machine's may jump while a run goes on."""
    store = JobStore()
    runner = LocalRunner(
        store, NoLogs(), SleepingLauncher(tmp_path), seconds_per_minute=1.0, now=lambda: 77.0
    )
    store.add_run(a_run())
    store.advance("jr_1", RunState.STOPPING, now=2.0)

    runner.start(a_run())

    assert await_final(store).completed_on == 77.0
    runner.close()


class FailingLauncher(BrokenLauncher):
    """Fails a run, and takes its job's only slot before the next attempt can."""

    def __init__(self, work_dir, store):
        super().__init__(work_dir, None)
        self.store = store

    def launch(self, run, space, *, lifeline):
        self.store.add_run(a_run("jr_2", slots=2))
        raise LaunchError("gone")


def test_retry__no_slot_is_left__is_given_up(tmp_path):
    store = JobStore()
    runner = LocalRunner(store, NoLogs(), FailingLauncher(tmp_path, store), seconds_per_minute=1.0)
    store.add_run(a_run())

    runner.start(a_run())

    assert await_final(store).state is RunState.FAILED
    for thread in threading.enumerate():
        if thread.name == "run jr_1":
            thread.join(30)
    assert [run.id for run in store.runs("us-east-1", "job")] == ["jr_2", "jr_1"]


# --- the store: which changes are legal ----------------------------------------------------------


@pytest.mark.parametrize("later", [RunState.RUNNING, RunState.STOPPING, RunState.ERROR])
@pytest.mark.parametrize("final", STATES)
def test_advance__a_final_state__is_never_left(final, later):
    store = JobStore()
    store.add_run(a_run())
    store.advance("jr_1", final, now=2.0, message="why")

    after = store.advance("jr_1", later, now=3.0)

    assert (after.state, after.completed_on, after.error_message) == (final, 2.0, "why")


def test_advance__stopping__does_not_run_again():
    store = JobStore()
    store.add_run(a_run())
    store.advance("jr_1", RunState.STOPPING, now=2.0)

    assert store.advance("jr_1", RunState.RUNNING, now=3.0).state is RunState.STOPPING


def test_seconds__count_from_running_on():
    run = a_run(running_on=10.0)

    assert a_run().seconds(99.0) == 0
    assert run.seconds(12.9) == 2
    assert a_run(running_on=10.0, completed_on=11.5).seconds(99.0) == 1
