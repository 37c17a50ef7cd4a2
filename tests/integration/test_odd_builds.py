"""Builds of one pull request side by side: what each does to the others, and what stays."""

import re
import threading

import pytest

from tests.doubles.build_stage import opened, until

SLEEPS = "import time\nprint('it runs', flush=True)\ntime.sleep(300)\n"
LINGERS = "import time\nprint('it runs', flush=True)\ntime.sleep(8)\n"
EXITS = {"passed": 0, "cancelled": 3}
LAST_WORDS = {"passed": "success", "cancelled": "error"}
REMOVED = re.compile(r"supersede: (?:removed job|stopped the run \S+ of) (\S+-pr-7-(\d+)-\w+)")


@pytest.fixture
def stage(repository, tmp_path):
    with opened(repository, tmp_path) as stage:
        yield stage


def play(stage, builds, *, supersede):
    """Start the older half at once, and when all of it has started its runs the newer half."""
    older, newer = builds[: len(builds) // 2], builds[len(builds) // 2 :]
    environ = {"INPUT_SUPERSEDE": supersede}
    processes = [stage.start(build, environ=environ) for build in older]
    until(lambda: len(answered(stage)) == len(older))
    processes += [stage.start(build, environ=environ) for build in newer]
    return [stage.ended(process) for process in processes]


def answered(stage):
    """The runs that somebody watches: their starts were answered."""
    return {asked.json["RunId"] for asked in stage.relay.sent("GetJobRun")}


def hold_the_first(stage, operation):
    """Hold the first such request, until what is returned is let go; it says when it is held."""
    held, go = threading.Event(), threading.Event()

    def hold():
        held.set()
        go.wait(60)

    stage.relay.once(operation, hold)
    return held, go


def assert_true_and_clean(stage, builds, ended):
    """What holds however builds met: verdicts, exit codes, statuses, the comment, AWS."""
    assert (stage.jobs(), stage.keys()) == ([], [])
    for build, end in zip(builds, ended, strict=True):
        assert end.code == EXITS[end.verdict], end.text
        assert build.report["results"][0]["verdict"] == end.verdict
        assert stage.statuses(build)[-1] == LAST_WORDS[end.verdict]
        assert "warning:" not in end.text
        assert "error:" not in end.err
        for _, number in REMOVED.findall(end.out):
            assert int(number) < 9000 + build.number  # nobody's but an older one's
    runs = [asked.json["JobName"] for asked in stage.relay.sent("StartJobRun")]
    assert len(runs) == len(set(runs)) == len(builds)
    (comment,) = stage.comments()
    assert f"commit `{builds[-1].commit[:12]}`" in comment
    assert ended[-1].verdict == "passed"


@pytest.mark.slow
@pytest.mark.parametrize("number", [2, 10])
def test_builds__several_at_once__the_newer_ones_end_the_older_ones(stage, number):
    middle = number // 2
    builds = [
        stage.build(n, SLEEPS if n <= middle else "print('well')\n") for n in range(1, number + 1)
    ]

    ended = play(stage, builds, supersede="true")

    assert_true_and_clean(stage, builds, ended)
    assert [end.verdict for end in ended[:middle]] == ["cancelled"] * middle
    told = {name for end in ended for name, _ in REMOVED.findall(end.out)}
    gone = [end for end in ended if end.verdict == "cancelled"]
    assert {end.output("job_name") for end in gone} <= told


@pytest.mark.slow
@pytest.mark.parametrize("number", [2, 10])
def test_builds__several_at_once_and_nobody_supersedes__all_pass(stage, number):
    middle = number // 2
    builds = [
        stage.build(n, LINGERS if n <= middle else "print('well')\n") for n in range(1, number + 1)
    ]

    ended = play(stage, builds, supersede="false")

    assert_true_and_clean(stage, builds, ended)
    assert {end.verdict for end in ended} == {"passed"}
    assert not any(REMOVED.findall(end.out) for end in ended)


@pytest.mark.slow
def test_builds__the_older_ones_start_is_on_its_way__its_run_is_ended_too(stage):
    builds = [stage.build(1, SLEEPS), stage.build(2)]
    held, go = hold_the_first(stage, "StartJobRun")
    older = stage.start(builds[0])
    assert held.wait(60)

    newer = stage.start(builds[1])
    until(lambda: "GetJobRuns" in stage.relay.asked)
    go.set()
    ended = [stage.ended(older), stage.ended(newer)]

    assert_true_and_clean(stage, builds, ended)
    assert [end.verdict for end in ended] == ["cancelled", "passed"]
    assert "supersede: stopped the run" in ended[1].out


@pytest.mark.slow
def test_builds__the_older_one_has_no_job_yet__its_objects_stay_and_both_pass(stage):
    builds = [stage.build(1), stage.build(2)]
    held, go = hold_the_first(stage, "CreateJob")
    older = stage.start(builds[0])
    assert held.wait(60)

    newer = stage.start(builds[1])
    until(lambda: "StartJobRun" in stage.relay.asked)
    go.set()
    ended = [stage.ended(older), stage.ended(newer)]

    assert_true_and_clean(stage, builds, ended)
    assert [end.verdict for end in ended] == ["passed", "passed"]


@pytest.mark.slow
def test_builds__an_older_one_is_late__ends_no_younger_run(stage):
    builds = [stage.build(1), stage.build(2, LINGERS)]
    newer = stage.start(builds[1])
    until(lambda: answered(stage))

    late = stage.run(builds[0])
    ended = [late, stage.ended(newer)]

    assert_true_and_clean(stage, builds, ended)
    assert "supersede:" not in late.out
