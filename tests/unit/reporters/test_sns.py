"""What a topic is told, and what its subscribers get: against moto's SNS and SQS."""

import json
import re
import uuid
from dataclasses import replace
from functools import cache
from urllib.parse import parse_qs

import boto3
import pytest

from plugin.clients.aws.clients import Access, Clients
from plugin.core.errors import PluginError
from plugin.local.server import LocalGlue
from plugin.reporters.sns import Sns
from tests.unit.aws.relay import LOST_REQUEST, Relay, refusal
from tests.unit.reporters.samples import (
    BUILD,
    FAILED,
    HOSTILE_REPORT,
    HOSTILE_RESULT,
    PASSED,
    SAMPLES,
    report_of,
)

ACCOUNT = "123456789012"
GONE = f"arn:aws:sns:us-east-1:{ACCOUNT}:gone"


@pytest.fixture(scope="module")
def server():
    with LocalGlue.start(environ={"PATH": "/usr/bin:/bin"}) as server:
        yield server


@pytest.fixture(scope="module")
def bench(server):
    """A relay and clients for all tests: botocore takes long to make one."""
    with Relay(server.endpoint_url) as relay:
        access = Access(
            region="eu-west-1",
            endpoint_url=relay.endpoint_url,
            access_key_id="AKIDEXAMPLE",
            secret_access_key="a-secret-of-ours",
        )
        yield relay, Clients(access)


@pytest.fixture
def relay(bench):
    relay, relay.clients = bench
    relay.forget()
    return relay


@cache
def truth(service, region, url):
    """A client that does not go through the relay."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )


class Topic:
    """A topic of moto's, and a queue that subscribes to it."""

    def __init__(self, server, *, region="us-east-1", fifo=False, **policy):
        name = f"t{uuid.uuid4().hex[:8]}" + (".fifo" if fifo else "")
        kind = {"Attributes": {"FifoTopic": "true"}} if fifo else {}
        sns = truth("sns", region, server.endpoint_url)
        self.sqs = truth("sqs", region, server.endpoint_url)
        self.arn = sns.create_topic(Name=name, **kind)["TopicArn"]
        kind = {"Attributes": {"FifoQueue": "true"}} if fifo else {}
        self.queue = self.sqs.create_queue(QueueName=name, **kind)["QueueUrl"]
        arn = self.arn.replace(":sns:", ":sqs:")
        sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=arn, Attributes=policy)

    def told(self):
        """The messages in the queue, each as SNS writes it."""
        found = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [json.loads(one["Body"]) for one in found.get("Messages", [])]


def sns_of(relay, arn, *, cancelled=False):
    return Sns(clients=relay.clients, topic_arn=arn, is_cancelled=lambda: cancelled)


def failure_of(sns):
    with pytest.raises(PluginError) as caught:
        sns.report(report_of(PASSED))
    return caught.value


@pytest.mark.parametrize("code", ["AuthorizationError", "AccessDenied"])
def test_report__not_allowed__names_the_action_and_the_topic(relay, code):
    relay.let("Publish", refusal(403, code, "is not authorized to perform: SNS:Publish"))

    error = failure_of(sns_of(relay, GONE))

    assert f"Could not publish to {GONE}: {code}: is not authorized" in error.message
    assert f"Allow sns:Publish on {GONE}" in error.hint


def test_report__no_such_topic__says_what_to_check(relay):
    error = failure_of(sns_of(relay, GONE))

    assert "NotFound" in error.message
    assert error.hint == "Check sns_topic_arn: region, account and name."


@pytest.mark.parametrize("code", ["KMSAccessDenied", "KMSDisabled", "KMSNotFound"])
def test_report__the_key_refuses__names_the_actions_on_the_key(relay, code):
    relay.let("Publish", refusal(400, code))

    assert "kms:GenerateDataKey" in failure_of(sns_of(relay, GONE)).hint


@pytest.mark.parametrize(
    "arn",
    [
        *("", "arn:aws:sqs:us-east-1:123456789012:x", f"{GONE}:0a1b", "arn:aws:sns:us-east-1::x"),
        f"{GONE}\n",
    ],
)
def test_report__the_arn_is_none_of_a_topic__asks_nobody(relay, arn):
    error = failure_of(sns_of(relay, arn))

    assert "is not the ARN of a topic" in error.message
    assert relay.asked == []


def test_report__5xx_for_ever_after_a_cancel__is_asked_once(relay):
    relay.let("Publish", *[refusal(500, "InternalError")] * 9)

    failure_of(sns_of(relay, GONE, cancelled=True))

    assert relay.asked == ["Publish"]


def test_report__a_connection_breaks__is_sent_again(server, relay):
    topic = Topic(server)
    relay.let("Publish", LOST_REQUEST)

    sns_of(relay, topic.arn).report(report_of(PASSED))

    assert relay.asked == ["Publish", "Publish"]
    assert len(topic.told()) == 1


def test_report__several_checks__are_one_message_with_subject_text_and_json(server, relay):
    topic = Topic(server)

    sns_of(relay, topic.arn).report(report_of(PASSED, FAILED))

    (told,) = topic.told()
    assert told["Subject"].startswith("glue-health-check: failed: acme/etl#7: failed after ")
    assert json.loads(told["Message"])["report"]["verdict"] == "failed"
    assert {key: one["Value"] for key, one in told["MessageAttributes"].items()} == {
        "verdict": "failed",
        "repository": "acme/etl",
        "context": "glue-health-check",
        "branch": "feature/flights",
        "pull_request": "7",
    }
    forms = forms_of(relay)
    assert forms["email"].splitlines()[1] == "acme/etl#7 · feature/flights · 8f14e45fceea"
    assert forms["sms"] == told["Subject"]
    assert set(forms) == {"default", "email", "sms"}


def forms_of(relay):
    """The message as it was sent."""
    (sent,) = relay.sent("Publish")
    (message,) = parse_qs(sent.body.decode())["Message"]
    return json.loads(message)


def test_report__topic_of_another_region__is_told_there(server, relay):
    topic = Topic(server, region="us-west-2")

    sns_of(relay, topic.arn).report(report_of(PASSED))

    assert len(topic.told()) == 1
    assert "/us-west-2/sns/" in relay.requests[0].headers["authorization"]


@pytest.mark.parametrize(("verdicts", "count"), [(["failed", "errored"], 0), (["passed"], 1)])
def test_report__a_subscription_filters_by_verdict__gets_what_it_wants(
    server, relay, verdicts, count
):
    topic = Topic(server, FilterPolicy=json.dumps({"verdict": verdicts}))

    sns_of(relay, topic.arn).report(report_of(PASSED))

    assert len(topic.told()) == count


def test_report__fifo_topic__gets_group_and_deduplication_once(server, relay):
    topic = Topic(server, fifo=True)
    report = report_of(PASSED)

    sns_of(relay, topic.arn).report(report)
    sns_of(relay, topic.arn).report(replace(report, leg="5.0"))

    one, other = (parse_qs(sent.body.decode()) for sent in relay.sent("Publish"))
    assert one["MessageGroupId"] == other["MessageGroupId"] == ["acme-etl-glue-health-check"]
    assert one["MessageDeduplicationId"] != other["MessageDeduplicationId"]
    assert len(one["MessageDeduplicationId"][0]) == 64


def test_report__nothing_known_of_the_build__leaves_its_attributes_out(server, relay):
    topic = Topic(server, fifo=True)
    build = replace(BUILD, repository="", branch="", pull_request=None)

    sns_of(relay, topic.arn).report(replace(report_of(PASSED, build=build), context=""))

    (sent,) = relay.sent("Publish")
    words = parse_qs(sent.body.decode())
    assert [value for key, (value,) in words.items() if key.endswith(".Name")] == ["verdict"]
    assert words["MessageGroupId"] == ["local"]


@pytest.mark.parametrize("name", SAMPLES)
def test_report__any_report__is_taken(server, relay, name):
    topic = Topic(server, fifo=True)

    sns_of(relay, topic.arn).report(SAMPLES[name])

    assert relay.asked == ["Publish"]


@pytest.mark.parametrize("count", [11, 40, 200])
def test_report__large_and_all_escaped__stays_below_256_kib(relay, count):
    """The first is just below the limit of the event; a quote is four characters in the end."""
    quotes = '"' * 2_000
    checks = (replace(HOSTILE_RESULT, name=f"{n}", hint=quotes) for n in range(count))
    relay.let("Publish", refusal(400, "InvalidParameter"))

    with pytest.raises(PluginError):
        sns_of(relay, GONE).report(replace(HOSTILE_REPORT, results=tuple(checks)))

    (sent,) = relay.sent("Publish")
    values = [value for (value,) in parse_qs(sent.body.decode()).values()]
    assert sum(len(value.encode()) for value in values) < 256 * 1024


def test_attributes__hostile_text__are_what_sqs_and_sns_take(relay):
    relay.let("Publish", refusal(400, "InvalidParameter"))
    build = replace(HOSTILE_REPORT.build, branch="\ufffe\x00\ud800" + "é" * 300)
    with pytest.raises(PluginError):
        sns_of(relay, GONE).report(replace(HOSTILE_REPORT, build=build, context="\n"))

    (sent,) = relay.sent("Publish")
    words = parse_qs(sent.body.decode())
    values = [value for key, (value,) in words.items() if key.endswith("StringValue")]
    assert values
    assert all(0 < len(value) <= 256 for value in values)
    assert not re.search("[^\t -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "".join(values))
