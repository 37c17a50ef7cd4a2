"""A local Glue that is killed in the middle: who uses it, and who runs on it."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.doubles.build_stage import opened, until
from tests.doubles.ports import quiet_port
from tests.unit.aws.relay import Relay

SLEEPS = "import time\nprint('it runs', flush=True)\ntime.sleep(300)\n"
ROLE = "arn:aws:iam::123456789012:role/glue-health-check-local"
BUCKET = "glue-health-check-local"

pytestmark = pytest.mark.slow  # without a Glue a check asks for half a minute, as it should


@pytest.fixture
def stage(repository, tmp_path):
    with opened(repository, tmp_path) as stage:
        yield stage


@contextmanager
def local_glue(repository, folder, *argv):
    """Yield a process of the command ``local``, and its address."""
    process = subprocess.Popen(
        (sys.executable, str(repository / "entrypoint.py"), "local", *(argv or ("--port", "0"))),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        (address,) = re.findall(r"http://[\d.]+:\d+", process.stdout.readline())
        yield process, address
    finally:
        process.kill()
        process.communicate()


def on(address):
    return {"AWS_ENDPOINT_URL": address, "SCRIPTS_BUCKET": BUCKET, "GLUE_ROLE_ARN": ROLE}


def scripts_of(folder):
    """The processes whose command line names a file below a folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            line = place.read_bytes()
            if os.fsencode(folder) in line and b"bootstrap.py" in line:
                found.append(int(place.parent.name))
    return found


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("CreateJob", "Could not create the job"),
        ("StartJobRun", "Could not start the job"),
        ("GetJobRun", "Could not look at the run"),
    ],
)
def test_check__its_local_glue_is_killed__is_errored_and_names_what_it_cannot_remove(
    stage, repository, tmp_path, moment, words
):
    build = stage.build(1, SLEEPS)
    with local_glue(repository, tmp_path) as (glue, address), Relay(address) as relay:
        relay.once(moment, glue.kill)

        ended = stage.run(build, environ=on(relay.endpoint_url))

        assert (ended.code, ended.verdict) == (3, "errored")
        (result,) = build.report["results"]
        assert words in result["reason"]
        assert {"job", "object"} <= {left["kind"] for left in result["leftovers"]}
        assert stage.statuses(build)[-1] == "error"
        assert "To remove all of it: glue-health-check cleanup --build-id " in ended.out
        assert "Traceback (" not in ended.text

        cleaned = stage.cleanup(build, environ=on(address))

        assert cleaned.code == 3
        assert "Could not connect to the endpoint URL" in cleaned.err
        assert "Traceback (" not in cleaned.text


def test_local__killed_while_a_script_runs__the_script_dies_and_the_next_one_tidies_up(
    stage, repository, tmp_path
):
    build, folder = stage.build(1, SLEEPS), tmp_path / "place"
    folder.mkdir()
    port = str(quiet_port())
    with local_glue(repository, folder, "--port", port) as (glue, address):
        check = stage.start(build, environ=on(address))
        until(lambda: scripts_of(folder))

        glue.kill()
        glue.wait()

        until(lambda: not scripts_of(folder))
        check.send_signal(signal.SIGTERM)
        assert stage.ended(check).code == 143
    dead = list(folder.glob("local-glue-*"))

    with local_glue(repository, folder, "--port", port) as (_, again):
        left = list(folder.glob("local-glue-*"))

        assert again == address
        assert len(dead) == len(left) == 1
        assert left != dead


def test_check__engine_local_is_killed__its_script_dies_with_it(stage, tmp_path):
    build, folder = stage.build(1, SLEEPS), tmp_path / "place"
    folder.mkdir()
    aws = {"AWS_ENDPOINT_URL": None, "SCRIPTS_BUCKET": None, "GLUE_ROLE_ARN": None}
    check = stage.start(build, environ={**aws, "INPUT_ENGINE": "local", "TMPDIR": str(folder)})
    until(lambda: scripts_of(folder) and stage.statuses(build) == ["pending"])

    check.kill()

    until(lambda: not scripts_of(folder))
    check.communicate()
    cleaned = stage.cleanup(build, environ={**aws, "INPUT_ENGINE": "local"})
    assert cleaned.code == 0
    assert stage.statuses(build) == ["pending", "error"]
