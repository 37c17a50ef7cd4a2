"""The log's requests on the wire, by the real client: how often, with what, against what answers."""

import dataclasses
import json

import pytest

from plugin.core.errors import AccessDenied, Throttled
from plugin.core.ports import LogSource
from tests.unit.aws.relay import Trouble, refusal

NO_STREAM = refusal(400, "ResourceNotFoundException")
THROTTLED = refusal(400, "ThrottlingException")
SOURCE = LogSource(
    job_name="some-job", run_id="jr_1", job_type="glueetl", glue_version="5.1", group="/acme"
)


def page(token, *messages):
    events = [{"message": text, "timestamp": 1, "ingestionTime": 1} for text in messages]
    body = {"events": events, "nextForwardToken": token, "nextBackwardToken": "b"}
    return Trouble(status=200, body=json.dumps(body).encode())


def texts(news):
    return [(chunk.stream, chunk.text) for chunk in news.chunks]


def test_read__denied__is_a_problem_and_asks_glue_for_nothing(bench):
    bench.relay.let("GetLogEvents", refusal(400, "AccessDeniedException"), NO_STREAM)

    news = bench.engine.driver_log(SOURCE).read()

    (problem,) = news.problems
    assert isinstance(problem, AccessDenied)
    assert "Could not read the log /acme/output" in problem.message
    assert set(bench.relay.asked) == {"GetLogEvents"}


def test_read__throttled_while_the_run_goes_on__is_left_to_the_next_look(bench):
    # The look must not wait: an account has 25 of these requests a second, for everybody.
    reader = bench.engine.driver_log(SOURCE)
    bench.relay.let("GetLogEvents", THROTTLED, THROTTLED)

    news = reader.read()

    assert [type(problem) for problem in news.problems] == [Throttled, Throttled]
    assert len(bench.relay.sent("GetLogEvents")) == 2


@pytest.mark.parametrize("trouble", [refusal(503, "ServiceUnavailableException"), Trouble()])
def test_read__answer_lost_in_the_middle__goes_on_where_it_was(bench, trouble):
    # amazon-dynamodb-tools#278: a broken connection ended the reading for good.
    reader = bench.engine.driver_log(SOURCE)
    bench.relay.let("GetLogEvents", page("f/1", "a\n"), trouble, page("e/1", "x\n"), page("e/1"))
    bench.relay.let("GetLogEvents", page("f/2", "b\n"), page("f/2"), page("e/1"))

    first, second = reader.read(), reader.read()

    assert texts(first) == [("output", "a\n"), ("error", "x\n")]
    assert texts(second) == [("output", "b\n")]
    asked = bench.relay.sent("GetLogEvents")
    tokens = [one.json.get("nextToken") for one in asked]
    assert tokens == [None, "f/1", None, "e/1", "f/1", "f/2", "e/1"]
    assert all(one.json["startFromHead"] for one in asked)


def test_read__in_the_end__asks_for_the_streams_of_the_run(bench):
    bench.relay.let("GetLogEvents", NO_STREAM, NO_STREAM)

    bench.engine.driver_log(SOURCE).read(is_last=True)

    described = bench.relay.sent("DescribeLogStreams")
    assert {one.json["logStreamNamePrefix"] for one in described} == {"jr_1"}
    assert [one.json["logGroupName"] for one in described] == [
        *("/acme/output", "/aws-glue/jobs/output", "/acme/error", "/aws-glue/jobs/error")
    ]


def test_delete_logs__more_streams_than_a_page_has__deletes_ours_alone(bench):
    logs = bench.truth("logs")
    group = f"/acme-{bench.build_id}"
    logs.create_log_group(logGroupName=f"{group}/output")
    names = [f"jr_1_g-{number}" for number in range(60)] + ["jr_1", "jr_10", "nightly-jr_1"]
    for name in names:
        logs.create_log_stream(logGroupName=f"{group}/output", logStreamName=name)

    left = bench.engine.delete_logs(dataclasses.replace(SOURCE, group=group))

    streams = logs.describe_log_streams(logGroupName=f"{group}/output")["logStreams"]
    assert left == ()
    assert [stream["logStreamName"] for stream in streams] == ["jr_10", "nightly-jr_1"]
