"""The working directory vanishes: before the command starts, or while its run goes on."""

import shutil
import subprocess
import sys

import pytest

from tests.doubles.build_stage import opened

SLEEPS = "import time\nprint('it runs', flush=True)\ntime.sleep(300)\n"
FAILS = "raise ValueError('no such flight')\n"
RUNNERS = {"GITHUB_STATE": "state", "GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"}


@pytest.fixture
def stage(repository, tmp_path):
    with opened(repository, tmp_path) as stage:
        yield stage


def elsewhere(folder):
    """The runner's files, where no checkout is."""
    folder.mkdir()
    for name in RUNNERS.values():
        (folder / name).touch()
    return {key: str(folder / name) for key, name in RUNNERS.items()}


@pytest.mark.parametrize("command", ["check", "cleanup"])
def test_command__started_where_no_folder_is_any_more__is_3_and_says_so(
    repository, tmp_path, command
):
    gone = tmp_path / "gone"
    gone.mkdir()
    start = 'rmdir "$PWD" && exec "$@"'
    line = (sys.executable, str(repository / "entrypoint.py"), command)

    done = subprocess.run(
        ("sh", "-c", start, "sh", *line),
        cwd=gone,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "STATE_build_id": "0123456789ab"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert done.stdout == "error: The working directory is gone. Start in one that is there.\n"
    assert done.stderr == ""


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("CreateJob", marks=pytest.mark.slow),
        "GetJobRun",
        pytest.param("DeleteJob", marks=pytest.mark.slow),
    ],
)
def test_check__its_folder_vanishes__the_verdict_stands_and_all_is_removed(stage, tmp_path, moment):
    build = stage.build(1, FAILS)
    environ = elsewhere(tmp_path / "runner")
    stage.relay.once(moment, lambda: shutil.rmtree(build.folder))

    ended = stage.run(build, environ=environ)

    assert (ended.code, ended.verdict) == (1, "failed")
    assert (stage.jobs(), stage.keys()) == ([], [])
    assert stage.statuses(build) == ["pending", "failure"]
    assert len(stage.comments()) == 1
    assert "verdict<<" in (tmp_path / "runner" / "output").read_text()
    for name in ("report.md", "junit.xml"):
        assert f"{name} was not written: No such file or directory." in ended.out
    assert not build.folder.exists()
    assert "Traceback (" not in ended.err


@pytest.mark.slow
def test_check__the_runners_files_vanish_too__the_verdict_stands_and_each_is_named(stage):
    build = stage.build(1, FAILS)
    stage.relay.once("GetJobRun", lambda: shutil.rmtree(build.folder))

    ended = stage.run(build)

    assert (ended.code, ended.verdict) == (1, "failed")
    assert (stage.jobs(), stage.keys()) == ([], [])
    assert stage.statuses(build) == ["pending", "failure"]
    for name in ("outputs", "step summary"):
        assert f"The {name} file was not written: No such file or directory." in ended.out


@pytest.mark.slow
def test_cleanup__its_folder_vanishes__removes_all_the_same(stage, tmp_path):
    build = stage.build(1, SLEEPS)
    stage.kill(build)
    trail, environ = build.trail(), elsewhere(tmp_path / "runner")
    stage.relay.once("ListJobs", lambda: shutil.rmtree(build.folder))

    ended = stage.run(build, "cleanup", environ={**environ, **trail})

    assert ended.code == 0, ended.text
    assert (stage.jobs(), stage.keys()) == ([], [])
    assert stage.statuses(build) == ["pending", "error"]
