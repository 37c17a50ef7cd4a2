"""A disk that is full: the verdict and the exit code stand, AWS is left clean, the log says why."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.doubles.build_stage import opened

FULL = "No space left on device"
WELL = "print('well')\n"
NO_AWS = {"AWS_ENDPOINT_URL": None, "GLUE_ROLE_ARN": None, "SCRIPTS_BUCKET": None}


@pytest.fixture
def stage(repository, tmp_path):
    with opened(repository, tmp_path) as stage:
        yield stage


@pytest.fixture
def tiny(tmp_path):
    """A file system of 64 KiB, where root may make one; skipped elsewhere."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    options = ("-t", "tmpfs", "-o", "size=64k,mode=0777", "tmpfs", str(folder))
    try:
        subprocess.run(("mount", *options), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(("umount", "--lazy", str(folder)), check=True)


def fill(folder):
    """Take all room of a file system."""
    with (folder / "much").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 512)


def on(tiny):
    """The report and the runner's files lie on the file system."""
    for name in ("state", "output", "summary"):
        (tiny / name).touch()
    return {
        "INPUT_REPORT_DIR": str(tiny / "report"),
        "GITHUB_STATE": str(tiny / "state"),
        "GITHUB_OUTPUT": str(tiny / "output"),
        "GITHUB_STEP_SUMMARY": str(tiny / "summary"),
    }


def warnings(ended):
    return [line for line in ended.out.splitlines() if line.startswith("warning: ")]


def test_check__the_disk_fills_while_the_script_runs__the_verdict_stands(stage, tiny):
    build, environ = stage.build(1, "raise ValueError('no such flight')\n"), on(tiny)
    stage.relay.once("DeleteJob", lambda: fill(tiny))

    ended = stage.run(build, environ=environ)

    assert (ended.code, ended.verdict) == (1, "failed")
    assert (stage.jobs(), stage.keys()) == ([], [])
    assert stage.statuses(build) == ["pending", "failure"]
    assert len(stage.comments()) == 1
    files, junit, runners = warnings(ended)
    assert f"reporter files: {tiny}/report/report.md was not written: {FULL}." in files
    assert f"reporter junit: {tiny}/report/junit.xml was not written: {FULL}." in junit
    assert f"The outputs file was not written: {FULL}." in runners
    assert f"The step summary file was not written: {FULL}." in runners
    assert [path.name for path in (tiny / "report").iterdir()] == []
    assert (tiny / "output").read_text() == (tiny / "summary").read_text() == ""
    assert "Traceback (" not in ended.err


@pytest.mark.slow
def test_check__the_disk_is_full_before__is_errored_and_makes_nothing(stage, tiny):
    build, environ = stage.build(1, WELL), on(tiny)
    fill(tiny)

    ended = stage.run(build, environ=environ)

    assert (ended.code, ended.verdict) == (3, "errored")
    assert f"The build id was not written down: {tiny}/state: {FULL}." in ended.out
    assert not {"CreateJob", "StartJobRun"} & set(stage.relay.asked)
    assert stage.keys() == []
    assert stage.statuses(build)[-1] == "error"


@pytest.mark.slow
@pytest.mark.parametrize("room", [1, 20])
def test_check__the_disk_takes_a_part_of_the_trail__leaves_no_half_line(stage, tiny, room):
    build, environ = stage.build(1, WELL), on(tiny)
    before = f"a={'x' * (os.sysconf('SC_PAGE_SIZE') - room - 3)}\n"  # the page has so much room
    (tiny / "state").write_text(before)
    fill(tiny)

    ended = stage.run(build, environ=environ)

    assert (ended.code, ended.verdict) == (3, "errored")
    assert (tiny / "state").read_text() == before


@pytest.mark.slow
def test_check__the_runners_disk_is_full_and_outputs_must_be_told__is_4(stage, tiny):
    build = stage.build(1, WELL)
    environ = {"GITHUB_OUTPUT": on(tiny)["GITHUB_OUTPUT"]}
    fill(tiny)

    ended = stage.run(build, environ={**environ, "INPUT_REQUIRED_REPORTERS": "github_files"})

    assert (ended.code, ended.verdict) == (4, "passed")
    assert f"error: reporter github_files: The outputs file was not written: {FULL}." in ended.out
    assert (stage.jobs(), stage.keys()) == ([], [])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_check__the_disk_of_its_log_is_full__everybody_else_is_told(stage, repository):
    build = stage.build(1, "raise ValueError('no such flight')\n")
    environ = {name: text for name, text in stage.environ(build).items() if text}

    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            (sys.executable, str(repository / "entrypoint.py")),
            cwd=build.folder,
            env=environ,
            stdout=full,
            stderr=full,
            check=False,
        )

    assert done.returncode == 1
    assert (stage.jobs(), stage.keys()) == ([], [])
    assert stage.statuses(build) == ["pending", "failure"]
    assert build.report["results"][0]["verdict"] == "failed"
    assert "verdict<<" in (build.folder / "output").read_text()


@pytest.mark.slow
def test_check__no_room_for_the_run_on_this_machine__is_errored_and_says_where(stage, tiny):
    build = stage.build(1, f"{WELL}#{'x' * 200_000}\n")

    ended = stage.run(build, environ={**NO_AWS, "INPUT_ENGINE": "local", "TMPDIR": str(tiny)})

    assert (ended.code, ended.verdict) == (3, "errored")
    assert f"The local Glue could not write the run's files to {tiny}/local-glue-" in ended.out
    assert FULL in ended.out
    assert "#local-engine" in ended.out
    assert list(tiny.iterdir()) == []


@pytest.mark.slow
def test_check__the_script_fills_the_disk__is_failed_and_says_so(stage, tiny):
    build = stage.build(1, "with open('big', 'wb') as file:\n    file.write(b'x' * 200_000)\n")

    ended = stage.run(build, environ={**NO_AWS, "INPUT_ENGINE": "local", "TMPDIR": str(tiny)})

    assert (ended.code, ended.verdict) == (1, "failed")
    assert f"OSError: [Errno 28] {FULL}" in ended.out
    assert "#disk-full" in ended.out
    assert list(tiny.iterdir()) == []
