"""Sessions and clients: credentials that are missing or assumed, and requests that are watched."""

import json
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from plugin.clients.aws.budget import RequestBudget
from plugin.clients.aws.clients import Access, Clients
from plugin.clients.aws.errors import translated
from plugin.clients.clock import SystemClock
from plugin.core.errors import (
    AccessDenied,
    AnswerLost,
    EngineError,
    NoCredentials,
    Refused,
    Unreachable,
)
from plugin.local.server import LocalGlue
from tests.doubles.clock import FakeClock
from tests.unit.aws.relay import LOST_REQUEST, Relay, refusal

KEY: dict[str, Any] = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "a-secret-of-ours"}
ROLE = "arn:aws:iam::123456789012:role/runner"
DEAD = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_metadata_service():
    """botocore would ask the machine's own cloud for credentials."""
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.fixture(scope="module")
def server():
    with LocalGlue.start(environ={"PATH": "/usr/bin:/bin"}) as server:
        yield server


@pytest.fixture
def relay(server):
    with Relay(server.endpoint_url) as relay:
        yield relay


def clients_of(relay, *, clock=None, **more):
    access = Access(region="us-east-1", endpoint_url=relay.endpoint_url, **{**KEY, **more})
    return Clients(access, clock=clock)


def test_clients__no_credentials__are_told_as_such():
    clients = Clients(Access(region="us-east-1", endpoint_url=DEAD))

    with pytest.raises(NoCredentials, match="Could not ask STS who we are"):
        clients.account_id()

    assert not clients.has_credentials()


def test_clients__secrets__are_those_in_use_and_none_without_credentials():
    nobody = Clients(Access(region="us-east-1", endpoint_url=DEAD))
    somebody = Clients(Access(region="us-east-1", session_token="a-token", **KEY))

    assert nobody.secrets() == ()
    assert somebody.secrets() == (KEY["secret_access_key"], "a-token")


def test_clients__no_credentials_to_assume_a_role_with__are_told_as_such():
    clients = Clients(Access(region="us-east-1", endpoint_url=DEAD, assume_role_arn=ROLE))

    with pytest.raises(NoCredentials, match="with which to assume arn:aws:iam"):
        clients.account_id()

    assert not clients.has_credentials()


@pytest.mark.parametrize("half", KEY)
def test_clients__half_a_key__is_told_as_such(half):
    clients = Clients(Access(region="us-east-1", endpoint_url=DEAD, **{half: KEY[half]}))

    with pytest.raises(Refused, match="Only one part of the AWS key"):
        clients.has_credentials()


def test_clients__profile_missing__is_told_as_such():
    os.environ["AWS_PROFILE"] = "nowhere"

    with pytest.raises(Refused, match="AWS_PROFILE"):
        Clients(Access()).has_credentials()


def test_clients__configuration_broken__is_told_as_such(tmp_path):
    path = tmp_path / "config"
    path.write_text("[broken\n")
    os.environ["AWS_CONFIG_FILE"] = str(path)

    with pytest.raises(EngineError, match="Could not read the AWS configuration"):
        Clients(Access()).has_credentials()


def test_clients__no_region__is_told_as_such():
    clients = Clients(Access(**KEY))

    with pytest.raises(Refused, match="Set region"):
        _ = clients.glue

    assert clients.region == ""
    assert clients.partition == "aws"


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("nowhere-land-1", "aws"),
    ],
)
def test_partition__by_region__is_the_regions_and_aws_when_nobody_knows(region, partition):
    assert Clients(Access(region=region)).partition == partition


def test_clients__nobody_listens__is_told_with_the_address():
    clients = Clients(Access(region="us-east-1", endpoint_url=DEAD, **KEY))

    with pytest.raises(EngineError, match=r"127\.0\.0\.1:9") as caught, translated("list jobs"):
        clients.glue_once.list_jobs()

    assert caught.type is not AnswerLost


# --- an environment that is wrong ---------------------------------------------------------------


@pytest.mark.untraced  # a long table of what few lines decide; the others trace those
@pytest.mark.parametrize("service", ["glue", "s3"])
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_{}"])
@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:41395.", "localhost:4566", "http://[::1", "http://127.0.0.1:a b"),
        "http://me:a-secret@127.0.0.1:x",
    ],
)
def test_clients__the_endpoints_address_is_none__names_the_setting(service, name, url):
    os.environ[name.format(service.upper())] = url

    error = failure_of(Clients(Access(region="us-east-1", **KEY)), service)

    assert type(error) is Unreachable
    assert "Set AWS_ENDPOINT_URL (or AWS_ENDPOINT_URL_<SERVICE>, " in error.hint
    assert "http(s)://host:port" in error.hint
    assert "a-secret" not in str(error)
    assert (url in str(error)) is ("a-secret" not in url)


def test_clients__the_profiles_endpoint_is_none__names_the_setting(tmp_path):
    path = tmp_path / "config"
    path.write_text("[default]\nendpoint_url = localhost:4566\n")
    os.environ["AWS_CONFIG_FILE"] = str(path)

    error = failure_of(Clients(Access(region="us-east-1", **KEY)))

    assert type(error) is Unreachable
    assert "the profile's endpoint_url" in error.hint


@pytest.mark.parametrize("is_folder", [False, True])
def test_clients__no_token_file__is_told_with_its_path_and_setting(tmp_path, is_folder):
    path = tmp_path / "token"
    if is_folder:
        path.mkdir()
    os.environ |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(path), "AWS_ROLE_ARN": ROLE}

    error = failure_of(Clients(Access(region="us-east-1")))

    assert type(error) is NoCredentials
    assert f"the file {path} cannot be read: " in error.message
    assert "AWS_WEB_IDENTITY_TOKEN_FILE" in error.hint


@pytest.mark.parametrize("token", [b"", b"abc"])
def test_clients__token_too_short__is_told_as_such(tmp_path, token):
    path = tmp_path / "token"
    path.write_bytes(token)
    os.environ |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(path), "AWS_ROLE_ARN": ROLE}

    error = failure_of(Clients(Access(region="us-east-1")))

    assert type(error) is NoCredentials
    assert error.message.endswith("the web identity token is empty or too short.")
    assert "id_tokens" in error.hint


def test_clients__token_no_text__is_told_as_such(tmp_path):
    path = tmp_path / "token"
    path.write_bytes(b"\xff\xfea-secret-of-ours")
    os.environ |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(path), "AWS_ROLE_ARN": ROLE}

    error = failure_of(Clients(Access(region="us-east-1")))

    assert type(error) is NoCredentials
    assert "AWS_WEB_IDENTITY_TOKEN_FILE" in error.hint
    assert "a-secret" not in str(error)


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidIdentityToken"])
def test_clients__sts_refuses_the_token__no_request_was_sent(relay, tmp_path, code):
    path = tmp_path / "token"
    path.write_text("a-token-of-ours")
    os.environ |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(path), "AWS_ROLE_ARN": ROLE}
    relay.let("AssumeRoleWithWebIdentity", refusal(403, code, "no"))
    os.environ["AWS_ENDPOINT_URL"] = relay.endpoint_url

    error = failure_of(Clients(Access(region="us-east-1")))

    assert error.had_no_effect
    assert "a-token" not in str(error)


def test_clients__lost_and_then_nobody_there__may_have_had_an_effect():
    with socket.create_server(("127.0.0.1", 0)) as server:
        clients = Clients(
            Access(
                region="us-east-1",
                endpoint_url=f"http://127.0.0.1:{server.getsockname()[1]}",
                **KEY,
            )
        )
        answering = threading.Thread(target=hang_up, args=(server,))
        answering.start()
        error = failure_of(clients)
        answering.join()

    assert type(error) is Unreachable
    assert not error.had_no_effect


def hang_up(server):
    """Take one request, and from then on nobody listens."""
    connection, _ = server.accept()
    server.close()
    connection.recv(65536)
    connection.close()


def failure_of(clients, service="glue"):
    with pytest.raises(EngineError) as caught, translated("do it"):
        ask(clients, service)
    return caught.value


def ask(clients, service):
    if service == "s3":
        clients.s3.put_object(Bucket="a-bucket", Key="a-key", Body=b"")
    else:
        clients.glue.list_jobs()


def test_access__shown__holds_no_secret():
    access = Access(**KEY, session_token="a-token", external_id="an-id")

    shown = repr(access)

    assert not any(word in shown for word in ("AKIDEXAMPLE", "a-secret", "a-token", "an-id"))


def test_glue_once__connection_breaks__is_asked_once(relay):
    clients = clients_of(relay)
    relay.let("ListJobs", LOST_REQUEST)

    with pytest.raises(Exception, match="closed"):
        clients.glue_once.list_jobs()

    assert relay.asked == ["ListJobs"]


def test_glue__a_budget__is_asked_before_every_attempt_and_before_it_is_signed(relay):
    heard = []

    class Heard(RequestBudget):
        def wait(self, operation_name: str, **more: Any) -> None:
            heard.append((operation_name, "Authorization" in more["request"].headers))

        def send(self, **more: Any) -> None:
            heard.append(("send", "Authorization" in more["request"].headers))

    access = Access(region="us-east-1", endpoint_url=relay.endpoint_url, **KEY)
    clients = Clients(access, budget=Heard(FakeClock()))
    relay.let("ListJobs", LOST_REQUEST, refusal(400, "ThrottlingException"))

    clients.glue.list_jobs()
    clients.glue_once.list_jobs()
    clients.account_id()

    assert relay.asked == [*["ListJobs"] * 4, "GetCallerIdentity"]
    assert heard == [("ListJobs", False), ("send", True)] * 4


def test_glue__connection_breaks__is_asked_again(relay):
    clients = clients_of(relay)
    relay.let("ListJobs", LOST_REQUEST)

    clients.glue.list_jobs()

    assert relay.asked == ["ListJobs", "ListJobs"]


def test_clients__asked_for_twice__are_the_same(relay):
    clients = clients_of(relay)

    assert clients.s3 is clients.s3
    assert clients.logs is clients.logs
    assert clients.glue is not clients.glue_once


def test_clients__for_a_topic__are_of_its_region_and_made_once(relay):
    clients = clients_of(relay)

    assert clients.sns("eu-west-1").meta.region_name == "eu-west-1"
    assert clients.sns("eu-west-1") is clients.sns("eu-west-1")
    assert clients.sns("us-east-1") is not clients.sns("eu-west-1")
    assert clients.region == "us-east-1"


def test_clients__hurried__try_once_and_not_for_long(relay):
    clients = clients_of(relay)

    for client in (clients.s3_hurried, clients.sns("us-east-1", is_hurried=True)):
        config = client.meta.config
        assert config.retries["total_max_attempts"] == 1
        assert config.connect_timeout + config.read_timeout == 5
    assert clients.s3.meta.config.retries["total_max_attempts"] == 5


def test_clients__watched__tell_service_operation_and_status(relay):
    heard = []
    access = Access(region="us-east-1", endpoint_url=relay.endpoint_url, **KEY)
    clients = Clients(access, heard=lambda *words: heard.append(words))
    relay.let("GetCallerIdentity", refusal(403, "AccessDenied"))

    with pytest.raises(AccessDenied):
        clients.account_id()
    clients.glue.list_jobs()

    assert heard == [("sts", "GetCallerIdentity", 403), ("glue", "ListJobs", 200)]


def test_account_id__of_the_key__is_told(relay):
    assert clients_of(relay).account_id() == "123456789012"


def test_account_id__many_threads_at_once__is_asked_for_once(relay):
    clients = clients_of(relay)
    together = threading.Barrier(8)

    def ask(_):
        together.wait(60)
        return clients.account_id()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, range(8)))

    assert told == ["123456789012"] * 8
    assert relay.asked == ["GetCallerIdentity"]


def test_account_id__was_refused__is_asked_for_anew(relay):
    clients = clients_of(relay)
    relay.let("GetCallerIdentity", refusal(403, "AccessDenied"))

    with pytest.raises(AccessDenied):
        clients.account_id()

    assert clients.account_id() == "123456789012"


def test_account_id__after_a_cancel__does_not_wait_for_who_asked_with_patience(relay):
    clock = SystemClock()
    clients = clients_of(relay, clock=clock)
    may_answer, asked = threading.Event(), threading.Event()

    def hold():
        asked.set()
        may_answer.wait(30)

    relay.once("GetCallerIdentity", hold)
    with ThreadPoolExecutor(1) as pool:
        patient = pool.submit(clients.account_id)
        assert asked.wait(30)
        clock.cancel()
        told = clients.account_id()
        was_waiting = not patient.done()
        may_answer.set()

    assert (told, patient.result()) == ("123456789012", "123456789012")
    assert was_waiting


# --- a role to take first ------------------------------------------------------------------------


def test_assume_role__refused__says_so_at_the_first_request(relay):
    relay.let("AssumeRole", refusal(403, "AccessDenied", "is not authorized to perform"))
    clients = clients_of(relay, assume_role_arn=ROLE)

    with pytest.raises(AccessDenied, match="is not authorized"):
        clients.account_id()


def test_assume_role__granted__later_requests_are_signed_with_its_credentials(relay):
    clients = clients_of(relay, assume_role_arn=ROLE, external_id="an-id", session_name="s" * 80)

    clients.glue.list_jobs()

    (assumed,), (listed,) = relay.sent("AssumeRole"), relay.sent("ListJobs")
    body = assumed.body.decode()
    assert "ExternalId=an-id" in body
    assert f"RoleSessionName={'s' * 64}&" in body + "&"
    assert "AKIDEXAMPLE" in assumed.headers["authorization"]
    assert "AKIDEXAMPLE" not in listed.headers["authorization"]
    assert listed.headers["x-amz-security-token"]
    assert clients.has_credentials()
    assert clients.region == "us-east-1"
    assert listed.headers["x-amz-security-token"] in clients.secrets()


def test_assume_role__many_requests__is_taken_once(relay):
    clients = clients_of(relay, assume_role_arn=ROLE)

    clients.glue.list_jobs()
    clients.s3.list_buckets()

    assert relay.asked.count("AssumeRole") == 1


# --- weight --------------------------------------------------------------------------------------


def test_module__imported__does_not_load_the_sdk():
    script = (
        "import plugin.clients.aws.clients, plugin.clients.aws.errors, sys, json\n"
        "print(json.dumps([m for m in ('boto3', 'botocore') if m in sys.modules]))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == []
