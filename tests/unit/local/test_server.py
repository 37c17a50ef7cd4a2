"""The server's own life: start, stop, and an end that nobody planned."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from plugin.local.inner_aws import InnerError
from plugin.local.server import LocalGlue, serve_forever
from tests.doubles.ports import quiet_port
from tests.unit.local.bench import SLEEPER, alive, bench_of

MAIN = """
import sys, time
from plugin.local.server import LocalGlue
glue = LocalGlue.start(environ={}, buckets=["scripts-bucket"], roles=["job-role"], work_dir=WORK)
print(glue.endpoint_url, flush=True)
time.sleep(600)
"""


def test_import__the_package__loads_no_moto():
    code = (
        "import sys, plugin.local.server\n"
        "print([m for m in ('moto', 'werkzeug', 'boto3', 'botocore', 'pyspark') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_start__an_address_in_use__raises_and_makes_no_folder(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        LocalGlue.start(environ={}, port=taken.getsockname()[1], work_dir=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_start__no_such_folder__raises_and_frees_the_port(tmp_path):
    port = quiet_port()

    with pytest.raises(FileNotFoundError):
        LocalGlue.start(environ={}, port=port, work_dir=tmp_path / "none")

    socket.create_server(("127.0.0.1", port)).close()


def test_start__a_bucket_name_that_s3_refuses__raises():
    with pytest.raises(InnerError, match="InvalidBucketName"):
        LocalGlue.start(environ={}, buckets=["B"])


def test_start__another_region__has_its_bucket_there():
    options: dict[str, Any] = {"environ": {}, "region": "eu-west-1", "buckets": ["eu-bucket"]}
    LocalGlue.start(**options).stop()  # what is there already is no error

    with LocalGlue.start(**options) as server:
        place = bench_of(server).s3.get_bucket_location(Bucket="eu-bucket")

    assert server.region == "eu-west-1"
    assert place["LocationConstraint"] == "eu-west-1"


def test_start__all_addresses__tells_one_that_can_be_reached():
    with LocalGlue.start(environ={}, host="0.0.0.0") as server:
        assert server.endpoint_url.startswith("http://127.0.0.1:")
        assert bench_of(server).glue.list_jobs(Tags={"no": "body"})["JobNames"] == []


def test_start__serving__says_nothing(capfd):
    with LocalGlue.start(environ={}) as server:
        bench_of(server).glue.list_jobs()
        with socket.create_connection(
            ("127.0.0.1", int(server.endpoint_url.rpartition(":")[2]))
        ) as rude:
            rude.sendall(b"nonsense\r\n\r\n")
            rude.recv(100)

    assert capfd.readouterr() == ("", "")


def test_stop__runs_go_on__kills_them_and_leaves_nothing(make_bench, tmp_path):
    bench = make_bench(work_dir=tmp_path)
    name = bench.job(SLEEPER)
    run_id = bench.start(name)
    bench.await_log(bench.await_state(name, run_id, frozenset({"RUNNING"})), "here")

    bench.server.stop()
    bench.server.stop()

    assert alive(run_id) == []
    assert list(tmp_path.iterdir()) == []
    assert bench.server.wait(0)


def test_stop__while_somebody_waits__wakes_them(make_bench):
    server = make_bench().server
    assert not server.wait(0)

    threading.Timer(0.05, server.stop).start()

    assert server.wait(30)


def test_serve_forever__told_that_it_is_over__stops(make_bench):
    server = make_bench().server
    over = threading.Event()
    threading.Timer(0.05, over.set).start()

    serve_forever(server, over.is_set)

    assert server.wait(0)


def test_server__killed__takes_its_scripts_along(tmp_path):
    code = MAIN.replace("WORK", repr(str(tmp_path)))
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().decode().strip()
        bench = bench_of(_Elsewhere(url))
        name = bench.job(SLEEPER)
        run_id = bench.start(name)
        bench.await_log(bench.await_state(name, run_id, frozenset({"RUNNING"})), "here")
        assert alive(run_id)

        os.kill(process.pid, signal.SIGKILL)
        process.wait()

        give_up = time.monotonic() + 10
        while (left := alive(run_id)) and time.monotonic() < give_up:
            time.sleep(0.01)
        for pid in left:
            os.kill(pid, signal.SIGKILL)  # this test at least leaves nothing
        assert left == []
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class _Elsewhere:
    """A server in another process."""

    access_key_id = secret_access_key = "dummy"

    def __init__(self, url):
        self.endpoint_url = url


def test_start__made_up_credentials__are_as_good_as_ours(bench):
    sts = boto3.client(
        "sts",
        endpoint_url=bench.server.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="anything",
        aws_secret_access_key="anything",
    )

    assert sts.get_caller_identity()["Account"] == "123456789012"
