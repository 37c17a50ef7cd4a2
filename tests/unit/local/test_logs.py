"""A run's log in CloudWatch: in pieces, in order, to the last line."""

import os
import uuid

import pytest

from plugin.aws.engine import AwsEngine
from plugin.clients.aws.clients import Access, Clients
from plugin.core.ports import LogSource
from plugin.local.inner_aws import InnerError
from plugin.local.log_shipper import LogShipper
from tests.doubles.clock import FakeClock

HUGE = "import sys\nfor i in range(20000): print(i)\nsys.stdout.write('y' * 200000)"


def test_log__a_script_that_still_runs__can_be_read(bench):
    name = bench.job("import time\nprint('first', flush=True)\ntime.sleep(600)")
    run_id = bench.start(name)

    bench.await_log(bench.await_state(name, run_id, frozenset({"RUNNING"})), "first")

    assert bench.look(name, run_id)["JobRunState"] == "RUNNING"
    bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    bench.await_state(name, run_id)


def test_log__an_unfinished_line__can_be_read_while_the_script_waits(bench):
    name = bench.job("import time\nprint('50 %', end='', flush=True)\ntime.sleep(600)")
    run_id = bench.start(name)

    bench.await_log(bench.await_state(name, run_id, frozenset({"RUNNING"})), "50 %")

    bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    bench.await_state(name, run_id)


def test_log__very_long__is_whole_when_the_run_is_final(bench):
    run = bench.run(HUGE)

    pages: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = bench.logs.get_log_events(
            logGroupName="/aws-glue/python-jobs/output",
            logStreamName=run["Id"],
            startFromHead=True,
            **token,
        )
        if not answer["events"]:
            break
        pages += [event["message"] for event in answer["events"]]
        token = {"nextToken": answer["nextForwardToken"]}

    expected = "".join(f"{i}\n" for i in range(20_000)) + "y" * 200_000
    assert "".join(pages) == expected


def test_log__bytes_that_are_no_text__are_replaced(bench):
    run = bench.run("import os\nos.write(1, b'a\\xff\\x00b\\n')")

    assert bench.log(run) == "a\ufffd\x00b\n"


def test_log__custom_prefixes_of_a_spark_job__are_used(make_bench, tiny_bootstrap):
    bench = make_bench(bootstrap=tiny_bootstrap("print('x')"))
    group = f"/mine/{uuid.uuid4().hex}"
    arguments = {"--custom-logGroup-prefix": group, "--custom-logStream-prefix": "me"}
    command = {"Name": "glueetl", "ScriptLocation": bench.upload("pass")}

    run = bench.run(Command=command, GlueVersion="5.1", Arguments=arguments)
    old = bench.run(Command=command, GlueVersion="4.0", Arguments=arguments)

    assert run["LogGroupName"] == group
    assert bench.log({**run, "Id": f"me-{run['Id']}"}) == "x\n"
    assert old["LogGroupName"] == "/aws-glue/jobs"
    assert bench.log(old) == "x\n"


@pytest.mark.parametrize("configuration", ["", "sec"])
def test_log__custom_prefixes__are_found_by_our_own_reader(
    make_bench, tiny_bootstrap, configuration
):
    bench = make_bench(bootstrap=tiny_bootstrap("print('x')"))
    group = f"/mine/{uuid.uuid4().hex}"
    arguments = {"--custom-logGroup-prefix": group, "--custom-logStream-prefix": "me"}
    command = {"Name": "glueetl", "ScriptLocation": bench.upload("pass")}
    members = {"SecurityConfiguration": configuration} if configuration else {}
    run = bench.run(Command=command, GlueVersion="5.1", Arguments=arguments, **members)
    access = Access(
        region=bench.server.region,
        endpoint_url=bench.server.endpoint_url,
        access_key_id=bench.server.access_key_id,
        secret_access_key=bench.server.secret_access_key,
    )
    engine = AwsEngine(Clients(access), FakeClock())
    told = LogSource(
        job_name=run["JobName"],
        run_id=run["Id"],
        job_type="glueetl",
        glue_version="5.1",
        arguments=arguments,
        security_configuration=configuration,
        role="job-role",
    )

    chunks = engine.driver_log(told).read(is_last=True).chunks
    left = engine.delete_logs(told)

    assert [chunk.text for chunk in chunks] == ["x\n"]
    assert left == ()
    assert engine.driver_log(told).read(is_last=True).chunks == ()


def test_log__a_security_configuration__is_in_the_groups_name(bench):
    run = bench.run("print('x')", SecurityConfiguration="sec")

    assert run["LogGroupName"] == "/aws-glue/python-jobs-job-role-sec"
    assert bench.log(run) == "x\n"


def test_log__the_group_is_deleted_meanwhile__is_made_again(bench):
    script = (
        "import os, time\nprint('here', flush=True)\n"
        "while not os.path.exists('go'): time.sleep(0.01)\nprint('after')"
    )
    name = bench.job(script, SecurityConfiguration=uuid.uuid4().hex)
    run_id = bench.start(name)
    run = bench.await_state(name, run_id, frozenset({"RUNNING"}))
    bench.await_log(run, "here")

    bench.logs.delete_log_group(logGroupName=f"{run['LogGroupName']}/output")
    folder = next(bench.server._folder.path.glob(f"{run_id}/work"))
    (folder / "go").touch()

    bench.await_state(name, run_id)
    assert bench.log(run) == "after\n"


class RefusingLogs:
    """CloudWatch Logs that refuses everything."""

    def logs(self, operation, region, **members):
        raise InnerError("AccessDeniedException", "no")


def test_log_shipper__logs_refuse__reads_on_and_counts_what_is_lost():
    reader, writer = os.pipe()
    shipper = LogShipper(
        RefusingLogs(), region="us-east-1", stream="s", pipes={"g": os.fdopen(reader, "rb")}
    )

    shipper.start()
    for _ in range(10):
        os.write(writer, b"x" * 65_535 + b"\n")  # together more than a pipe holds
    os.close(writer)
    shipper.finish(30)

    assert shipper.lost_events >= 10


def test_log_shipper__a_pipe_that_nobody_closes__is_left_after_its_time():
    reader, writer = os.pipe()
    shipper = LogShipper(
        RefusingLogs(), region="us-east-1", stream="s", pipes={"g": os.fdopen(reader, "rb")}
    )

    shipper.start()
    shipper.finish(0.1)

    os.close(writer)
