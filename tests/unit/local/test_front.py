"""The protocol: raw requests that no SDK would send, and answers that every SDK understands."""

import http.client
import io
import json
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest

from plugin.local.front import Front
from plugin.local.glue_api import GlueApi
from plugin.local.job_store import JobStore

VALIDATION = "ValidationException"
SERIALIZATION = "SerializationException"
CREATE = {"Name": "x", "Role": "job-role", "Command": {"Name": "glueetl"}}


def send(bench, operation: str, body: bytes, **headers: str) -> tuple[int, Any, Any]:
    """Send one request as it is; return status, headers and what was answered."""
    connection = http.client.HTTPConnection(urlsplit(bench.server.endpoint_url).netloc, timeout=30)
    try:
        target = {"X-Amz-Target": f"AWSGlue.{operation}"}
        connection.request("POST", "/", body, {**target, **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("operation", "body", "code", "text"),
    [
        ("GetJob", b"{", SERIALIZATION, "no JSON"),
        ("GetJob", b"\xff", SERIALIZATION, "no JSON"),
        ("GetJob", b"[" * 100_000, SERIALIZATION, "no JSON"),
        ("GetJob", b"[]", SERIALIZATION, "no JSON object"),
        ("GetJob", b"", VALIDATION, "Value null at 'jobName' failed to satisfy constraint"),
        ("GetJob", b'{"JobName": null}', VALIDATION, "Member must not be null"),
        ("GetJob", b'{"JobName": 7}', SERIALIZATION, "int can not be converted to string at jobName"),
        ("GetJob", b'{"JobName": ""}', VALIDATION, "length greater than or equal to 1"),
        ("GetJob", b'{"JobName": "a", "Nam": 1}', VALIDATION, "'nam' failed to satisfy constraint: Member is unknown"),
        ("GetJobs", b'{"MaxResults": true}', SERIALIZATION, "bool can not be converted to integer"),
        ("GetJobs", b'{"MaxResults": 1.5}', SERIALIZATION, "float can not be converted to integer"),
        ("ListJobs", b'{"Tags": []}', SERIALIZATION, "list can not be converted to map at tags"),
        ("ListJobs", b'{"Tags": {"k": 1}}', SERIALIZATION, "int can not be converted to string at tags.k.member"),
        ("ListJobs", b'{"Tags": {"": null}}', VALIDATION, "greater than or equal to 1"),
        ("BatchGetJobs", b'{"JobNames": [1]}', SERIALIZATION, "jobNames.1.member"),
        ("BatchGetJobs", b'{"JobNames": [null]}', SERIALIZATION, "null can not be converted to string"),
        ("CreateJob", json.dumps({**CREATE, "Command": {"Nme": "x"}}).encode(), VALIDATION, "'command.nme'"),
        ("CreateJob", json.dumps({**CREATE, "Name": "n" * 1000}).encode(), VALIDATION, "nnn..."),
        ("CreateJob", json.dumps({**CREATE, "MaxCapacity": "2"}).encode(), SERIALIZATION, "str can not be converted to double"),
        ("CreateJob", b'{"Name": "x", "Timeout": 0}', VALIDATION, "3 validation errors detected"),
        ("CreateJob", json.dumps({**CREATE, "Command": {"PythonVersion": "4"}}).encode(), VALIDATION, "regular expression pattern"),
    ],
)  # fmt: skip
def test_request__of_a_wrong_shape__is_refused_in_awss_words(bench, operation, body, code, text):
    status, headers, answer = send(bench, operation, body)

    assert (status, answer["__type"]) == (400, code)
    assert headers["x-amzn-ErrorType"] == code
    assert text in answer["Message"]


def test_request__a_null_where_nothing_is_required__counts_as_absent(bench):
    status, _, answer = send(bench, "ListJobs", b'{"Tags": null, "MaxResults": null}')

    assert status == 200
    assert "JobNames" in answer


def test_request__unsigned__is_in_the_servers_region(bench):
    name = bench.job()

    status, _, answer = send(bench, "GetJob", json.dumps({"JobName": name}).encode())

    assert (status, answer["Job"]["Name"]) == (200, name)


def test_answer__any__has_its_own_request_id(bench):
    ids = {send(bench, "ListJobs", b"{}")[1]["x-amzn-RequestId"] for _ in range(2)}

    assert len(ids) == 2


def test_webhdfs__a_path__is_the_gateways(bench):
    host = urlsplit(bench.server.endpoint_url).netloc
    for _ in range(2):
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            connection.request("GET", "/webhdfs/v1/scripts-bucket?op=NONSENSE")
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()

        assert "RemoteException" in answer


class Idle:
    """A runner that runs nothing."""

    def start(self, run):
        pass

    def stop(self, run_id):
        pass


def test_answer__our_own_fault__is_an_internal_error_not_a_traceback():
    def broken_roles(_role):
        raise ZeroDivisionError("oops")

    def nobody(_environ, _start_response):
        raise AssertionError("asked somebody else")

    front = Front(
        glue=GlueApi(JobStore(), Idle(), broken_roles),
        aws=nobody,
        make_gateway=lambda: nobody,
        region="us-east-1",
    )
    body = json.dumps(
        {**CREATE, "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/k"}}
    ).encode()
    environ = {
        "HTTP_X_AMZ_TARGET": "AWSGlue.CreateJob",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    statuses: list[str] = []

    def start_response(status, _headers, _exc=None):
        statuses.append(status)
        return statuses.append

    answer = b"".join(front(environ, start_response))

    assert statuses == ["500 Internal Server Error"]
    assert json.loads(answer) == {
        "__type": "InternalServiceException",
        "Message": "ZeroDivisionError: oops",
    }


# --- what is answered is what the model knows ------------------------------------------------------


def strangers(shape: Any, value: Any, path: str = "") -> list[str]:
    """Members of an answer that botocore's model does not know, or of another type."""
    if shape.type_name == "structure":
        unknown = [f"{path}.{name}" for name in value if name not in shape.members]
        return unknown + [
            found
            for name, member in shape.members.items()
            if name in value
            for found in strangers(member, value[name], f"{path}.{name}")
        ]
    if shape.type_name == "list":
        return [found for one in value for found in strangers(shape.member, one, path)]
    if shape.type_name == "map":
        return [found for one in value.values() for found in strangers(shape.value, one, path)]
    types = {
        "string": str, "boolean": bool, "integer": int, "double": float, "timestamp": float,
    }  # fmt: skip
    if type(value) is not types[shape.type_name]:
        return [f"{path}: {type(value)}"]
    enum = shape.metadata.get("enum")
    return [f"{path}: {value}"] if enum and value not in enum else []


def test_answers__of_every_operation__have_only_members_that_the_model_knows(bench):
    arn = "arn:aws:glue:us-east-1:123456789012:job/"
    run = bench.run(
        "raise ValueError('x')",
        Tags={"a": "b"},
        Description="d",
        Connections={"Connections": ["c"]},
        NotificationProperty={"NotifyDelayAfter": 3},
        DefaultArguments={"--x": "y"},
    )
    name, run_id = run["JobName"], run["Id"]
    requests: dict[str, dict[str, Any]] = {
        "GetJob": {"JobName": name},
        "GetJobs": {"MaxResults": 1},
        "BatchGetJobs": {"JobNames": [name, "nobody"]},
        "ListJobs": {"MaxResults": 1},
        "GetJobRun": {"JobName": name, "RunId": run_id},
        "GetJobRuns": {"JobName": name},
        "BatchStopJobRun": {"JobName": name, "JobRunIds": [run_id]},
        "GetTags": {"ResourceArn": arn + name},
        "TagResource": {"ResourceArn": arn + name, "TagsToAdd": {"c": "d"}},
        "UntagResource": {"ResourceArn": arn + name, "TagsToRemove": ["c"]},
        "DeleteJob": {"JobName": name},
    }
    model = botocore.session.get_session().get_service_model("glue")

    for operation, request in requests.items():
        status, _, answer = send(bench, operation, json.dumps(request).encode())
        shape = model.operation_model(operation).output_shape
        assert status == 200, (operation, answer)
        assert strangers(shape, answer) == [], operation


def fetch(bench, path: str, **headers: str) -> int:
    """Ask for a path as it is; return the status."""
    connection = http.client.HTTPConnection(urlsplit(bench.server.endpoint_url).netloc, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path", ["/moto-api/recorder/download-recording", "//moto-api/reset", "/x/%6Doto-api/data.json"]
)
def test_front__motos_own_interface__is_closed_to_scripts(bench, path):
    assert fetch(bench, path) == 404


def test_front__hostile_credential_scope__prints_nothing(bench, capfd):
    scope = "AWS4-HMAC-SHA256 Credential=x/2/us/##[error]PWNED/aws4_request, x"

    fetch(bench, "/x", Authorization=scope)

    assert "pwned" not in "".join(capfd.readouterr()).lower()
