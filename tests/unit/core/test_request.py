"""The requests of a check: legal for botocore's own Glue model, and explicit where it matters."""

from decimal import Decimal

import botocore.session
import pytest
from botocore.validate import ParamValidator

from plugin.core.capacity import capacity_of
from plugin.core.cloning.arguments import INTERNAL
from plugin.core.ports import JobDefinition
from plugin.core.request import (
    OURS,
    argument_problems,
    create_request,
    job_arguments,
    start_request,
)
from plugin.core.shipping.package import Package
from tests.unit.core.checkouts import TEMP, asked


@pytest.fixture(scope="module")
def glue():
    return botocore.session.get_session().get_service_model("glue")


def created(*, arguments=None, **values):
    settings = asked(**values)
    package = Package(script_uri="s3://b/a.py", arguments=arguments or {})
    return create_request(
        settings, capacity_of(settings), package, job_name="j", temp=TEMP, tags={"k": "v"}
    )


def report(glue, operation, request):
    shape = glue.operation_model(operation).input_shape
    return ParamValidator().validate(request, shape).generate_report()


@pytest.mark.parametrize("key", sorted(OURS))
@pytest.mark.parametrize("is_bare", [True, False])
def test_argument_problems__argument_of_ours__is_refused_with_the_setting(key, is_bare):
    given = key.removeprefix("--") if is_bare else key

    assert argument_problems(asked(arguments={given: "x"})) == (
        f"arguments: {key} is ours: {OURS[key]}.",
    )


@pytest.mark.parametrize("key", sorted(INTERNAL))
def test_argument_problems__argument_of_glue__is_refused(key):
    (problem,) = argument_problems(asked(arguments={key: "x"}))

    assert problem.startswith(f"arguments: {key} is set by Glue itself: ")
    assert "needs another name" in problem


@pytest.mark.parametrize("key", ["custom-logStream-prefix", "--continuous-log-logStreamPrefix"])
def test_argument_problems__streams_that_runs_share__are_refused(key):
    # AWS's page "Logging for AWS Glue jobs": jobrunid-driver becomes PREFIX-driver
    (problem,) = argument_problems(asked(arguments={key: "nightly"}))

    assert problem.startswith(f"arguments: --{key.removeprefix('--')} lets runs share")


@pytest.mark.parametrize("key", ["--custom-logGroup-prefix", "--continuous-log-logGroup"])
def test_argument_problems__log_group_of_the_users__is_taken(key):
    assert argument_problems(asked(arguments={key: "/acme/checks"})) == ()


def test_argument_problems__key_with_and_without_dashes__is_twice():
    assert argument_problems(asked(arguments={"a": "1", "--a": "2"})) == (
        "arguments: --a stands there twice.",
    )


@pytest.mark.parametrize("key", ["", "--"])
def test_argument_problems__empty_key__is_refused(key):
    assert argument_problems(asked(arguments={key: "x"})) == ("arguments: a key is empty.",)


def test_argument_problems__more_than_glue_takes__is_refused():
    most = 260 * 1024

    assert argument_problems(asked(arguments={"a": "x" * (most - 3)})) == ()
    assert argument_problems(asked(arguments={"a": "ä" * (most // 2)})) == (
        "arguments: together over 260 KB.",
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"max_capacity": Decimal(5), "execution_class": "FLEX"},
        {"job_type": "pythonshell"},
        {"job_type": "pythonshell", "max_capacity": Decimal(1), "glue_version": "1.0"},
        {"job_type": "gluestreaming"},
        {"connections": ("c1", "c2"), "security_configuration": "s"},
    ],
)
def test_create_request__each_kind_of_job__is_legal_and_explicit(glue, values):
    # Retries are runs of their own: airflow#19254.  Glue's own time limit is 48 h: etl_manager#109.
    request = created(**values)

    assert report(glue, "CreateJob", request) == ""
    assert (request["MaxRetries"], request["Timeout"]) == (0, 30)
    assert request["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert request["Tags"] == {"k": "v"}
    assert request["GlueVersion"]
    assert request["DefaultArguments"]["--job-bookmark-option"] == "job-bookmark-disable"


@pytest.mark.parametrize(
    ("values", "version"),
    [
        ({}, "3"),
        ({"job_type": "pythonshell"}, "3.9"),
        ({"job_type": "pythonshell", "python_version": "3"}, "3"),
        ({"job_type": "pythonshell", "glue_version": "1.0"}, "3"),
    ],
)
def test_create_request__python__is_the_one_of_job_and_version(values, version):
    assert created(**values)["Command"]["PythonVersion"] == version


def test_create_request__size__is_workers_or_capacity():
    spark, shell = created(), created(job_type="pythonshell")
    stream = created(job_type="gluestreaming", number_of_workers=3)

    assert (spark["WorkerType"], spark["NumberOfWorkers"]) == ("G.1X", 2)
    assert spark["ExecutionClass"] == "STANDARD"
    assert "MaxCapacity" not in spark
    assert shell["MaxCapacity"] == 0.0625
    assert not {"WorkerType", "NumberOfWorkers", "ExecutionClass"} & set(shell)
    assert stream["NumberOfWorkers"] == 3
    assert "ExecutionClass" not in stream


def test_create_request__arguments__are_ours_the_packages_and_the_users():
    request = created(
        arguments={"--extra-files": "s3://b/x"},
        is_health_check=False,
    )

    assert request["DefaultArguments"] == {
        "--job-language": "python",
        "--TempDir": "s3://temp/p/temp/",
        "--job-bookmark-option": "job-bookmark-disable",
        "--enable-continuous-cloudwatch-log": "true",
        "--enable-job-insights": "true",
        "--extra-files": "s3://b/x",
    }


def test_create_request__health_check__is_told_and_the_users_arguments_win():
    settings = asked(arguments={"in": "{temp}/x", "--enable-job-insights": "false"})

    request = create_request(
        settings, capacity_of(settings), Package(), job_name="j", temp=TEMP, tags={}
    )

    assert request["DefaultArguments"] == {
        "--job-language": "python",
        "--TempDir": "s3://temp/p/temp/",
        "--job-bookmark-option": "job-bookmark-disable",
        "--enable-continuous-cloudwatch-log": "true",
        "--enable-job-insights": "false",
        "--is_health_check": "true",
        "--in": "s3://temp/p/temp/x",
    }


def test_create_request__nothing_asked__has_neither_connections_nor_security():
    assert not {"Connections", "SecurityConfiguration"} & set(created())
    full = created(connections=("c",), security_configuration="s")
    assert full["Connections"] == {"Connections": ["c"]}
    assert full["SecurityConfiguration"] == "s"


@pytest.mark.parametrize("policy", ["", '{"Statement":[]}'])
def test_start_request__marker_and_policy__are_in_a_legal_request(glue, policy):
    request = start_request(job_name="j", marker="m", session_policy=policy)

    assert report(glue, "StartJobRun", request) == ""
    assert request["Arguments"] == {"--glue_health_check_run": "m"}
    assert request.get("ExecutionRoleSessionPolicy", "") == policy


def test_job_arguments__production_writes_event_logs__they_go_below_our_own_prefix():
    settings = asked()
    package = Package(script_uri="s3://b/a.py", arguments={})
    production = JobDefinition(
        name="nightly",
        members={"DefaultArguments": {"--spark-event-logs-path": "s3://production/"}},
    )

    found = job_arguments(settings, capacity_of(settings), package, TEMP, production)

    assert found.default["--spark-event-logs-path"] == "s3://temp/p/temp/spark-event-logs/"
    assert found.default["--TempDir"] == "s3://temp/p/temp/"
