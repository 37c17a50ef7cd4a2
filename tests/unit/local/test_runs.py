"""Runs: from STARTING to each final state, with real children."""

import json
import textwrap
import time
from pathlib import Path

import pytest

from tests.unit.local.bench import ROLE, SLEEPER, alive, client

RUNNING = frozenset({"RUNNING"})
DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPER


def sleeping(bench, script=SLEEPER, **members):
    """A run that is RUNNING and has written its first line."""
    name = bench.job(script, **members)
    run_id = bench.start(name)
    run = bench.await_state(name, run_id, RUNNING)
    bench.await_log(run, "here")
    return name, run_id


# --- how a script ends ---------------------------------------------------------------------------


def test_run__a_good_script__succeeds_with_both_logs(bench):
    run = bench.run("import sys\nprint('out')\nprint('err', file=sys.stderr)")

    assert run["JobRunState"] == "SUCCEEDED"
    assert "ErrorMessage" not in run
    assert bench.log(run) == "out\n"
    assert bench.log(run, "error") == "err\n"
    assert run["LogGroupName"] == "/aws-glue/python-jobs"
    assert run["CompletedOn"] >= run["StartedOn"]


def test_run__a_script_that_prints_nothing__has_an_empty_log(bench):
    run = bench.run("pass")

    assert bench.log(run) == bench.log(run, "error") == ""


def test_run__an_exception__is_failed_with_its_message(bench):
    run = bench.run("raise ValueError('no such thing')")

    assert run["JobRunState"] == "FAILED"
    assert "ValueError: no such thing" in run["ErrorMessage"]
    assert "no such thing" in bench.log(run, "error")


@pytest.mark.parametrize("end", ["os._exit(7)", "os.kill(os.getpid(), 9)"])
def test_run__a_child_without_a_word__is_failed_with_its_exit_code(bench, end):
    run = bench.run(f"import os\n{end}")

    code = 7 if "7" in end else 137
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == f"Command failed with exit code {code}"


def test_run__what_the_local_glue_cannot_do__is_error_not_failed(make_bench, tiny_bootstrap):
    bootstrap = tiny_bootstrap(
        "json.dump({'kind': 'unsupported', 'error_message': 'no Iceberg here'},"
        " open(order['outcome'], 'w'))\nsys.exit(1)"
    )
    bench = make_bench(bootstrap=bootstrap)

    run = bench.run("pass")

    assert run["JobRunState"] == "ERROR"
    assert run["ErrorMessage"] == "LocalGlueUnsupported: no Iceberg here"


@pytest.mark.parametrize(
    "outcome",
    ["'[]'", "'{'", "'{}'", "'null'", "'[' * 100000", '\'{"kind": "failed"}\''],
)
def test_run__an_outcome_that_is_none__falls_back_on_the_exit_code(
    make_bench, tiny_bootstrap, outcome
):
    bootstrap = tiny_bootstrap(f"open(order['outcome'], 'w').write({outcome})\nsys.exit(3)")
    bench = make_bench(bootstrap=bootstrap)

    assert bench.run("pass")["ErrorMessage"] == "Command failed with exit code 3"


@pytest.mark.parametrize(
    "trick",
    [
        "os.symlink('SECRET', order['outcome'])",
        "os.mkfifo(order['outcome'])",
        "os.mkdir(order['outcome'])",
    ],
)
def test_run__an_outcome_that_leads_elsewhere__is_not_followed(
    make_bench, tiny_bootstrap, tmp_path, trick
):
    secret = tmp_path / "secret.json"
    secret.write_text('{"kind": "failed", "error_message": "hunter2"}')
    bootstrap = tiny_bootstrap(f"{trick.replace('SECRET', str(secret))}\nsys.exit(3)")
    bench = make_bench(bootstrap=bootstrap)

    assert bench.run("pass")["ErrorMessage"] == "Command failed with exit code 3"


@pytest.mark.parametrize("location", ["s3://scripts-bucket/none.py", "s3://no-such-bucket/a.py"])
def test_run__no_script_there__is_failed_and_names_it(bench, location):
    run = bench.run(location)

    assert run["JobRunState"] == "FAILED"
    assert f"File does not exist: {location}" in run["ErrorMessage"]


@pytest.mark.parametrize("location", ["s3://scripts-bucket/a/..", "s3://scripts-bucket/a/"])
def test_run__a_script_without_a_file_name__is_failed(bench, location):
    run = bench.run(location)

    assert run["JobRunState"] == "FAILED"
    assert "LAUNCH ERROR" in run["ErrorMessage"]


def test_run__no_such_interpreter__is_error_and_says_so(make_bench):
    bench = make_bench(python="/nowhere/python")

    run = bench.run("pass")

    assert run["JobRunState"] == "ERROR"
    assert "LocalGlueError: FileNotFoundError" in run["ErrorMessage"]


def test_run__over__leaves_no_folder(make_bench, tmp_path):
    bench = make_bench(work_dir=tmp_path)

    bench.run("open('left', 'w').write('x')")
    bench.server.stop()

    assert list(tmp_path.iterdir()) == []


# --- what a script gets --------------------------------------------------------------------------


def test_run__arguments__non_overridable_beat_the_runs_beat_defaults(bench):
    run = bench.run(
        "import sys\nprint(sys.argv[1:])",
        Arguments={"--a": "run", "--b": "run", "--new": ""},
        DefaultArguments={"--a": "default", "--b": "default", "--c": "default"},
        NonOverridableArguments={"--b": "fixed"},
    )

    told = ["--a", "run", "--b", "fixed", "--c", "default", "--new", ""]
    assert bench.log(run) == f"{told}\n"
    assert run["Arguments"] == {"--a": "run", "--b": "run", "--new": ""}


def test_run__a_spark_job__is_told_who_it_is(make_bench, tiny_bootstrap):
    bench = make_bench(bootstrap=tiny_bootstrap("print(order['argv'])"))
    command = {"Name": "glueetl", "ScriptLocation": bench.upload("pass")}

    run = bench.run(Command=command, GlueVersion="5.1")

    assert f"'--JOB_RUN_ID', '{run['Id']}', '--JOB_NAME', '{run['JobName']}'" in bench.log(run)
    assert run["LogGroupName"] == "/aws-glue/jobs"


def test_run__extra_files__are_there(bench):
    module = bench.upload("WORD = 'from a module'", name="helper.py")
    data = bench.upload(b"\x00data", name="data.bin")
    script = "import helper\nprint(helper.WORD, open('data.bin', 'rb').read())"

    run = bench.run(script, Arguments={"--extra-py-files": module, "--extra-files": f"{data}, "})

    assert bench.log(run) == "from a module b'\\x00data'\n"


def test_run__an_extra_file_that_is_not_there__is_failed(bench):
    run = bench.run("pass", Arguments={"--extra-py-files": "s3://scripts-bucket/none.zip"})

    assert run["JobRunState"] == "FAILED"
    assert "s3://scripts-bucket/none.zip" in run["ErrorMessage"]


def test_run__order__names_archives_modules_and_packages(make_bench, tiny_bootstrap):
    bench = make_bench(bootstrap=tiny_bootstrap("print(json.dumps(order))"))
    archive = bench.upload("zip", name="lib.zip")
    module = bench.upload("py", name="m.py")

    run = bench.run(
        Arguments={
            "--extra-py-files": f"{archive},{module}",
            "--additional-python-modules": "pandas==2.2.3, pyarrow",
        }
    )

    order = json.loads(bench.log(run))
    assert [Path(path).name for path in order["python_path"]] == ["lib.zip", "py"]
    assert order["python_modules"] == ["pandas==2.2.3", "pyarrow"]
    assert (order["job_type"], order["glue_version"]) == ("pythonshell", "3.0")
    assert order["run_id"] == run["Id"]


def test_run__spark_settings__hold_what_the_job_asks(make_bench, tiny_bootstrap):
    body = "print(open(os.environ['SPARK_CONF_DIR'] + '/spark-defaults.conf').read())"
    bench = make_bench(bootstrap=tiny_bootstrap(body), environ={"PATH": "/usr/bin:/bin"})
    jar = bench.upload("jar", name="x.jar")
    command = {"Name": "glueetl", "ScriptLocation": bench.upload("pass")}

    run = bench.run(
        Command=command,
        GlueVersion="5.1",
        Arguments={"--extra-jars": jar, "--conf": "spark.a=1 --conf spark.b='two words'"},
    )

    text = bench.log(run)
    assert "spark.a 1\n" in text
    assert "spark.b two words\n" in text
    assert "/jars/x.jar" in text


def test_run__environment__is_ours_in_nothing_but_paths(bench):
    run = bench.run("import os\nprint(sorted(os.environ.items()))")

    text = bench.log(run)
    assert "hunter2" not in text
    assert "SECRET_OF_OURS" not in text
    assert bench.server.endpoint_url in text


def test_run__boto3_in_the_script__sees_the_local_s3(bench):
    script = textwrap.dedent("""
        import boto3
        s3 = boto3.client("s3")
        s3.put_object(Bucket="scripts-bucket", Key="written-by-script", Body=b"yes")
    """)

    run = bench.run(script)

    assert run["JobRunState"] == "SUCCEEDED"
    body = bench.s3.get_object(Bucket="scripts-bucket", Key="written-by-script")["Body"].read()
    assert body == b"yes"


def test_run__another_region__has_its_script_and_log_there(bench):
    glue, logs = (client(bench.server, name, "eu-west-1") for name in ("glue", "logs"))
    command = {
        "Name": "pythonshell",
        "ScriptLocation": bench.upload("import os\nprint(os.environ['AWS_REGION'])"),
    }
    glue.create_job(Name="far-away", Role=ROLE, Command=command)
    run_id = glue.start_job_run(JobName="far-away")["JobRunId"]
    far = type(bench)(bench.server, glue, bench.s3, logs)

    run = far.await_state("far-away", run_id)

    assert far.log(run) == "eu-west-1\n"


# --- stops and time-outs -------------------------------------------------------------------------


@pytest.mark.parametrize("script", [SLEEPER, DEAF], ids=["polite", "deaf"])
def test_stop__a_running_script__is_stopped_and_gone(bench, script):
    name, run_id = sleeping(bench, script)

    answer = bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])

    assert answer["SuccessfulSubmissions"] == [{"JobName": name, "JobRunId": run_id}]
    assert answer["Errors"] == []
    assert bench.look(name, run_id)["JobRunState"] in {"STOPPING", "STOPPED"}
    assert bench.await_state(name, run_id)["JobRunState"] == "STOPPED"
    assert alive(run_id) == []


def test_stop__at_once__never_runs_to_its_end(bench):
    name = bench.job(SLEEPER)
    run_id = bench.start(name)

    bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])

    assert bench.await_state(name, run_id)["JobRunState"] == "STOPPED"
    assert alive(run_id) == []


def test_stop__children_in_sessions_of_their_own__are_gone_too(bench):
    script = textwrap.dedent("""
        import subprocess, sys, time
        sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
        subprocess.Popen(sleep, process_group=0)
        subprocess.Popen(sleep, start_new_session=True)
        print("here", flush=True)
        time.sleep(600)
    """)
    name, run_id = sleeping(bench, script)
    assert len(alive(run_id)) >= 3

    bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])

    assert bench.await_state(name, run_id)["JobRunState"] == "STOPPED"
    assert alive(run_id) == []


def test_run__ends_before_its_children__takes_them_along(bench):
    script = textwrap.dedent("""
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print("over")
    """)

    run = bench.run(script)

    assert run["JobRunState"] == "SUCCEEDED"
    assert bench.log(run) == "over\n"
    assert alive(run["Id"]) == []


def test_stop__several__tells_each_for_itself(bench):
    name, run_id = sleeping(bench)
    over = bench.run("pass")

    answer = bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id, "jr_none", over["Id"]])

    assert [one["JobRunId"] for one in answer["SuccessfulSubmissions"]] == [run_id]
    assert [(e["JobRunId"], e["ErrorDetail"]["ErrorCode"]) for e in answer["Errors"]] == [
        ("jr_none", "EntityNotFoundException"),
        (over["Id"], "EntityNotFoundException"),
    ]
    bench.await_state(name, run_id)


def test_stop__a_run_that_is_over__is_an_error_and_changes_nothing(bench):
    run = bench.run("pass")

    answer = bench.glue.batch_stop_job_run(JobName=run["JobName"], JobRunIds=[run["Id"]])

    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "InvalidInputException"
    assert bench.look(run["JobName"], run["Id"]) == run


@pytest.mark.parametrize("count", [0, 26])
def test_stop__too_few_or_too_many__is_refused(bench, count):
    with pytest.raises(bench.glue.exceptions.ClientError, match="ValidationException"):
        bench.glue.batch_stop_job_run(JobName="any", JobRunIds=["jr"] * count)


def test_timeout__reached__is_timeout_with_a_message_and_gone(make_bench):
    bench = make_bench(seconds_per_minute=1.0)

    run = bench.run(SLEEPER, Timeout=1)

    assert run["JobRunState"] == "TIMEOUT"
    assert "timeout of 1 minutes" in run["ErrorMessage"]
    assert run["ExecutionTime"] >= 1
    assert bench.log(run) in {"here\n", ""}  # a slow machine may not have come so far
    assert alive(run["Id"]) == []


def test_timeout__of_the_run__beats_the_jobs(make_bench):
    bench = make_bench(seconds_per_minute=1.0)
    name = bench.job(SLEEPER, Timeout=600)

    run = bench.await_state(name, bench.start(name, Timeout=1))

    assert (run["JobRunState"], run["Timeout"]) == ("TIMEOUT", 1)


# --- starting ------------------------------------------------------------------------------------


def test_start__an_unknown_job__is_not_found(bench):
    with pytest.raises(bench.glue.exceptions.EntityNotFoundException):
        bench.start("nobody")


def test_start__no_slot__is_refused_until_one_is_free(bench):
    name, run_id = sleeping(bench)

    with pytest.raises(bench.glue.exceptions.ConcurrentRunsExceededException):
        bench.start(name)
    with pytest.raises(bench.glue.exceptions.ClientError, match="JobRunQueuingEnabled"):
        bench.start(name, JobRunQueuingEnabled=True)

    bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    bench.await_state(name, run_id)
    again = bench.start(name)
    bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[again])
    bench.await_state(name, again)


def test_start__two_slots__run_side_by_side(bench):
    name, first = sleeping(bench, ExecutionProperty={"MaxConcurrentRuns": 2})

    second = bench.start(name)

    bench.await_state(name, second, RUNNING)
    bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[first, second])
    assert bench.await_state(name, first)["JobRunState"] == "STOPPED"
    assert bench.await_state(name, second)["JobRunState"] == "STOPPED"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Timeout": 10080}, "InvalidInputException"),
        ({"Arguments": {"--a": "x" * 300_000}}, "InvalidInputException"),
        ({"WorkerType": "G.1X", "NumberOfWorkers": 2}, "InvalidInputException"),
        ({"MaxCapacity": 3.0}, "InvalidInputException"),
        ({"ExecutionRoleSessionPolicy": "x"}, "ValidationException"),
        ({"ExecutionRoleSessionPolicy": "x" * 2049}, "ValidationException"),
        ({"JobRunId": "jr_nobody"}, "EntityNotFoundException"),
    ],
)
def test_start__a_broken_rule__is_refused_and_starts_nothing(bench, members, code):
    name = bench.job("pass")

    with pytest.raises(bench.glue.exceptions.ClientError, match=code):
        bench.start(name, **members)

    assert bench.glue.get_job_runs(JobName=name)["JobRuns"] == []


def test_start__the_role_is_gone__is_refused(make_bench):
    bench = make_bench(roles=["short-lived"])
    name = bench.job("pass", Role="short-lived")
    client(bench.server, "iam").delete_role(RoleName="short-lived")

    with pytest.raises(bench.glue.exceptions.InvalidInputException, match="assume role"):
        bench.start(name)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ("G.2X", 3, 6.0)),
        ({"NumberOfWorkers": 2}, ("G.2X", 2, 4.0)),
        ({"WorkerType": "G.1X"}, ("G.1X", 3, 3.0)),
        ({"WorkerType": "G.1X", "NumberOfWorkers": 5}, ("G.1X", 5, 5.0)),
    ],
)
def test_start__spark_workers__are_the_runs_over_the_jobs(
    make_bench, tiny_bootstrap, asked, expected
):
    bench = make_bench(bootstrap=tiny_bootstrap("pass"))
    command = {"Name": "glueetl", "ScriptLocation": bench.upload("pass")}
    name = bench.job(Command=command, GlueVersion="5.1", WorkerType="G.2X", NumberOfWorkers=3)

    run = bench.await_state(name, bench.start(name, **asked))

    assert (run["WorkerType"], run["NumberOfWorkers"], run["MaxCapacity"]) == expected
    assert "DPUSeconds" not in run


@pytest.mark.parametrize(
    "members",
    [{"ExecutionClass": "FLEX"}, {"DefaultArguments": {"--enable-auto-scaling": "true"}}],
)
def test_run__metered__tells_dpu_seconds(make_bench, tiny_bootstrap, members):
    bench = make_bench(bootstrap=tiny_bootstrap("import time\ntime.sleep(1.1)"))
    command = {"Name": "glueetl", "ScriptLocation": bench.upload("pass")}

    run = bench.run(Command=command, GlueVersion="5.1", **members)

    assert run["DPUSeconds"] == 10.0 * run["ExecutionTime"] > 0


def test_start__the_session_policy__is_told_back(bench):
    name = bench.job("pass")

    run = bench.await_state(name, bench.start(name, ExecutionRoleSessionPolicy='{"a": 1}'))

    assert run["ExecutionRoleSessionPolicy"] == '{"a": 1}'


def test_start__the_run_of_before__keeps_its_arguments(bench):
    name = bench.job("import sys\nprint(sys.argv[1:])")
    first = bench.await_state(name, bench.start(name, Arguments={"--a": "1"}))

    second = bench.await_state(name, bench.start(name, JobRunId=first["Id"]))

    assert second["PreviousRunId"] == first["Id"]
    assert bench.log(second) == "['--a', '1']\n"


def test_retries__a_job_that_fails__are_runs_of_their_own(bench):
    name = bench.job("raise SystemExit(3)", MaxRetries=1)

    first = bench.await_state(name, bench.start(name))

    again = f"{first['Id']}_attempt_1"
    give_up = time.monotonic() + 30
    while len(runs := bench.glue.get_job_runs(JobName=name)["JobRuns"]) < 2:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    assert [run["Id"] for run in runs] == [again, first["Id"]]
    last = bench.await_state(name, again)
    assert (last["Attempt"], last["PreviousRunId"]) == (1, first["Id"])
    assert last["JobRunState"] == "FAILED"


# --- finding -------------------------------------------------------------------------------------


def test_get_job_run__of_another_job__is_not_found(bench):
    run, other = bench.run("pass"), bench.job("pass")

    with pytest.raises(bench.glue.exceptions.EntityNotFoundException):
        bench.look(other, run["Id"])


def test_get_job_runs__small_pages__tell_each_run_once_the_newest_first(bench):
    name = bench.job("pass", ExecutionProperty={"MaxConcurrentRuns": 5})
    ids = [bench.start(name) for _ in range(3)]

    pages = bench.glue.get_paginator("get_job_runs").paginate(
        JobName=name, PaginationConfig={"PageSize": 2}
    )

    told = [[run["Id"] for run in page["JobRuns"]] for page in pages]
    assert told == [[ids[2], ids[1]], [ids[0]]]
    for run_id in ids:
        bench.await_state(name, run_id)


def test_get_job_runs__a_token_of_nobodys__is_refused(bench):
    name = bench.job("pass")

    with pytest.raises(bench.glue.exceptions.InvalidInputException, match="NextToken"):
        bench.glue.get_job_runs(JobName=name, NextToken="anJfeA==")


def test_delete_job__a_run_goes_on__it_can_still_be_seen_and_stopped(bench):
    name, run_id = sleeping(bench)

    bench.glue.delete_job(JobName=name)

    assert bench.look(name, run_id)["JobRunState"] == "RUNNING"
    bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    assert bench.await_state(name, run_id)["JobRunState"] == "STOPPED"
