"""CreateJob and UpdateJob: what Glue refuses, what it completes."""

import json
import uuid
from typing import Any

import botocore.exceptions
import pytest

SCRIPT = "s3://bucket/script.py"
SPARK = {"Name": "glueetl", "ScriptLocation": SCRIPT}
SHELL = {"Name": "pythonshell", "ScriptLocation": SCRIPT}
STREAM = {"Name": "gluestreaming", "ScriptLocation": SCRIPT}
INVALID = "InvalidInputException"
TOO_LONG = {"--text": "x" * (260 * 1024)}


def create(bench, **members: Any) -> dict[str, Any]:
    """Create a job, a Spark job unless told otherwise, and return it as GetJob tells it."""
    request = {
        "Name": f"job-{uuid.uuid4().hex}", "Role": "job-role", "Command": SPARK, **members,
    }  # fmt: skip
    name = bench.glue.create_job(**request)["Name"]
    job: dict[str, Any] = bench.glue.get_job(JobName=name)["Job"]
    return job


REFUSALS = [
    ("no role of that name", {"Role": "nobody"}, INVALID, "Role nobody should be given assume"),
    ("a role elsewhere", {"Role": "arn:aws:iam::999999999999:role/job-role"}, INVALID, "assume"),
    ("an empty role", {"Role": ""}, INVALID, "Role must not be empty"),
    ("no command name", {"Command": {"ScriptLocation": SCRIPT}}, INVALID, "Command name ''"),
    ("a command that is none", {"Command": {**SPARK, "Name": "etl"}}, INVALID, "Command name 'etl'"),
    ("Ray", {"Command": {**SPARK, "Name": "glueray"}}, "LocalGlueUnsupported", "glueray"),
    ("no script", {"Command": {"Name": "glueetl"}}, INVALID, "ScriptLocation must be"),
    ("a local script", {"Command": {**SPARK, "ScriptLocation": "a.py"}}, INVALID, "not 'a.py'"),
    ("a bucket only", {"Command": {**SPARK, "ScriptLocation": "s3://b/"}}, INVALID, "s3://b/"),
    ("Python 3.9 in Spark", {"Command": {**SPARK, "PythonVersion": "3.9"}}, INVALID, "3.9"),
    ("Python 2", {"Command": {**SHELL, "PythonVersion": "2"}}, INVALID, "end of life"),
    ("a name of 256", {"Name": "n" * 256}, "ValidationException", "less than or equal to 255"),
    ("a control character", {"Name": "a\x01b"}, "ValidationException", "'name' failed to satisfy"),
    ("Glue 0.9", {"GlueVersion": "0.9"}, INVALID, "end of life"),
    ("Glue 1.0", {"GlueVersion": "1.0"}, INVALID, "end of life"),
    ("Glue 2.0", {"GlueVersion": "2.0"}, INVALID, "end of life"),
    ("Glue 9.9", {"GlueVersion": "9.9"}, INVALID, "9.9 is not supported for glueetl. Use 3.0, 4.0, 5.0, 5.1 or 6.0."),
    ("no version at all", {"GlueVersion": "five"}, "ValidationException", "'glueVersion'"),
    ("a shell of the automatic version", {"GlueVersion": "auto", "Command": SHELL}, INVALID, "auto"),
    ("capacity and workers", {"MaxCapacity": 2.0, "WorkerType": "G.1X", "NumberOfWorkers": 2}, INVALID, "Please do not set Max Capacity if using Worker Type"),
    ("old capacity and workers", {"AllocatedCapacity": 2, "NumberOfWorkers": 2}, INVALID, "Please do not set Allocated Capacity"),
    ("both capacities", {"AllocatedCapacity": 2, "MaxCapacity": 2.0}, INVALID, "only one of"),
    ("capacity in Spark", {"MaxCapacity": 10.0}, INVALID, "MaxCapacity is not supported for Spark"),
    ("old capacity in Spark", {"AllocatedCapacity": 10}, INVALID, "AllocatedCapacity is not"),
    ("a worker type without a number", {"WorkerType": "G.1X"}, INVALID, "Please set both"),
    ("a number without a worker type", {"NumberOfWorkers": 2}, INVALID, "Please set both"),
    ("one worker", {"WorkerType": "G.1X", "NumberOfWorkers": 1}, INVALID, "To use Worker Type G.1X, minimum allowed value of Number of Workers is 2."),
    ("a worker type that is none", {"WorkerType": "G.3X", "NumberOfWorkers": 2}, "ValidationException", "enum value set"),
    ("a worker type of Ray", {"WorkerType": "Z.2X", "NumberOfWorkers": 2}, INVALID, "Z.2X"),
    ("a worker type of old times", {"WorkerType": "Standard", "NumberOfWorkers": 2}, INVALID, "Standard"),
    ("a worker type of 4.0 in 3.0", {"WorkerType": "R.1X", "NumberOfWorkers": 2, "GlueVersion": "3.0"}, INVALID, "R.1X is not supported in Glue 3.0"),
    ("a streaming worker type", {"WorkerType": "G.025X", "NumberOfWorkers": 2}, INVALID, "G.025X"),
    ("flexible and large", {"WorkerType": "G.4X", "NumberOfWorkers": 2, "ExecutionClass": "FLEX"}, INVALID, "FLEX"),
    ("a flexible stream", {"Command": STREAM, "ExecutionClass": "FLEX"}, INVALID, "FLEX"),
    ("a flexible shell", {"Command": SHELL, "ExecutionClass": "FLEX"}, INVALID, "FLEX"),
    ("a shell with workers", {"Command": SHELL, "WorkerType": "G.1X", "NumberOfWorkers": 2}, INVALID, "not supported for pythonshell"),
    ("a shell of 2 DPU", {"Command": SHELL, "MaxCapacity": 2.0}, INVALID, "must be 0.0625 or 1"),
    ("a time-out of a week", {"Timeout": 10080}, INVALID, "less than 7 days"),
    ("a time-out of nothing", {"Timeout": 0}, "ValidationException", "greater than or equal to 1"),
    ("too long arguments", {"DefaultArguments": TOO_LONG}, INVALID, "Job arguments have"),
    ("too many retries", {"MaxRetries": 11}, INVALID, "MaxRetries"),
    ("no slot at all", {"ExecutionProperty": {"MaxConcurrentRuns": 0}}, INVALID, "MaxConcurrentRuns"),
    ("AWS's own tags", {"Tags": {"aws:x": "y"}}, INVALID, "aws:"),
    ("51 tags", {"Tags": {f"k{i}": "v" for i in range(51)}}, "ValidationException", "'tags'"),
    ("a tag's long value", {"Tags": {"k": "v" * 257}}, "ValidationException", "tags.k.member"),
    ("too long a description", {"Description": "d" * 2049}, "ValidationException", "2048"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "code", "text"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_create_job__a_broken_rule__refuses_with_glues_code(bench, members, code, text):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        create(bench, **members)

    assert caught.value.response["Error"]["Code"] == code
    assert text in caught.value.response["Error"]["Message"]


def test_create_job__refused__leaves_no_job(bench):
    with pytest.raises(botocore.exceptions.ClientError):
        create(bench, Name="never-made", Timeout=10080)

    assert bench.glue.batch_get_jobs(JobNames=["never-made"])["JobsNotFound"] == ["never-made"]


@pytest.mark.parametrize(
    ("kind", "members", "code"),
    [
        ("the same request again", {}, "AlreadyExistsException"),
        ("another request", {"MaxRetries": 1}, "IdempotentParameterMismatchException"),
        ("other tags", {"Tags": {"a": "b"}}, "IdempotentParameterMismatchException"),
    ],
)
def test_create_job__a_taken_name__refuses(bench, kind, members, code):
    request = {"Name": f"twice-{uuid.uuid4().hex}", "Role": "job-role", "Command": SPARK}
    bench.glue.create_job(**request)

    with pytest.raises(botocore.exceptions.ClientError) as caught:
        bench.glue.create_job(**request, **members)

    assert caught.value.response["Error"]["Code"] == code


ACCEPTED = [
    ("nothing asked", {}, {"GlueVersion": "6.0", "WorkerType": "G.1X", "NumberOfWorkers": 10, "MaxCapacity": 10.0, "AllocatedCapacity": 10, "Timeout": 480, "MaxRetries": 0, "ExecutionClass": "STANDARD", "ExecutionProperty": {"MaxConcurrentRuns": 1}}),
    ("a role's ARN", {"Role": "arn:aws:iam::123456789012:role/job-role"}, {"Role": "arn:aws:iam::123456789012:role/job-role"}),
    ("Glue 4.0", {"GlueVersion": "4.0"}, {"GlueVersion": "4.0", "Timeout": 2880}),
    ("Glue 5.0", {"GlueVersion": "5.0"}, {"GlueVersion": "5.0", "Timeout": 480}),
    ("the automatic version", {"GlueVersion": "auto"}, {"GlueVersion": "auto", "Timeout": 480}),
    ("an own time-out", {"Timeout": 10079}, {"Timeout": 10079}),
    ("large workers", {"WorkerType": "G.8X", "NumberOfWorkers": 3, "GlueVersion": "3.0"}, {"MaxCapacity": 24.0, "AllocatedCapacity": 24}),
    ("memory workers", {"WorkerType": "R.2X", "NumberOfWorkers": 2, "GlueVersion": "4.0"}, {"MaxCapacity": 4.0}),
    ("flexible", {"ExecutionClass": "FLEX"}, {"ExecutionClass": "FLEX"}),
    ("a small stream", {"Command": STREAM, "WorkerType": "G.025X", "NumberOfWorkers": 2}, {"MaxCapacity": 0.5, "AllocatedCapacity": 0}),
    ("a shell", {"Command": SHELL}, {"MaxCapacity": 0.0625, "GlueVersion": "3.0", "Timeout": 2880, "Command": {**SHELL, "PythonVersion": "3.9"}}),
    ("an old shell", {"Command": {**SHELL, "PythonVersion": "3"}}, {"GlueVersion": "1.0"}),
    ("a whole shell", {"Command": SHELL, "MaxCapacity": 1.0}, {"MaxCapacity": 1.0, "AllocatedCapacity": 1}),
    ("a shell's old capacity", {"Command": SHELL, "AllocatedCapacity": 1}, {"MaxCapacity": 1.0}),
    ("letters beyond the first plane", {"Description": "😀\r\n\tü"}, {"Description": "😀\r\n\tü"}),
    ("arguments", {"DefaultArguments": {"--a": "1"}}, {"DefaultArguments": {"--a": "1"}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "expected"), [case[1:] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED]
)
def test_create_job__legal__is_told_completed(bench, members, expected):
    job = create(bench, **members)

    assert {name: job.get(name) for name in expected} == expected


def test_create_job__a_stream__has_no_time_out_by_itself(bench):
    job = create(bench, Command=STREAM)

    assert "Timeout" not in job


def test_create_job__a_name_of_255__is_legal(bench):
    name = uuid.uuid4().hex.ljust(255, "x")

    assert create(bench, Name=name)["Name"] == name


def test_get_job__tagged__does_not_tell_tags(bench):
    job = create(bench, Tags={"team": "data"})

    assert "team" not in json.dumps(job, default=str)


def test_get_job__fresh__tells_when_it_was_made(bench):
    job = create(bench)

    assert job["CreatedOn"] == job["LastModifiedOn"]


def test_update_job__another_definition__replaces_all_of_it(bench):
    job = create(bench, Description="old", MaxRetries=2)

    update = {"Role": "job-role", "Command": SPARK, "GlueVersion": "4.0"}
    bench.glue.update_job(JobName=job["Name"], JobUpdate=update)

    after = bench.glue.get_job(JobName=job["Name"])["Job"]
    assert "Description" not in after
    assert (after["MaxRetries"], after["GlueVersion"], after["Timeout"]) == (0, "4.0", 2880)
    assert after["CreatedOn"] == job["CreatedOn"]
    assert after["LastModifiedOn"] > job["LastModifiedOn"]


def test_update_job__tagged__keeps_the_tags(bench):
    job = create(bench, Tags={"a": "b"})

    bench.glue.update_job(JobName=job["Name"], JobUpdate={"Role": "job-role", "Command": SPARK})

    arn = f"arn:aws:glue:us-east-1:123456789012:job/{job['Name']}"
    assert bench.glue.get_tags(ResourceArn=arn)["Tags"] == {"a": "b"}


@pytest.mark.parametrize(
    ("update", "code", "text"),
    [
        ({"Command": SPARK}, INVALID, "Role must not be empty"),
        ({"Role": "job-role"}, INVALID, "Command must not be empty"),
        ({"Role": "nobody", "Command": SPARK}, INVALID, "assume role"),
        ({"Role": "job-role", "Command": SPARK, "Timeout": 99999}, INVALID, "7 days"),
    ],
)
def test_update_job__a_broken_rule__refuses_and_changes_nothing(bench, update, code, text):
    job = create(bench, Description="old")

    with pytest.raises(botocore.exceptions.ClientError) as caught:
        bench.glue.update_job(JobName=job["Name"], JobUpdate=update)

    assert caught.value.response["Error"]["Code"] == code
    assert text in caught.value.response["Error"]["Message"]
    assert bench.glue.get_job(JobName=job["Name"])["Job"] == job


def test_update_job__unknown__is_not_found(bench):
    with pytest.raises(bench.glue.exceptions.EntityNotFoundException):
        bench.glue.update_job(JobName="nobody", JobUpdate={"Role": "job-role", "Command": SPARK})
