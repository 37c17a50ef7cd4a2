"""The driver's log: nothing twice, nothing lost, and a stream that is not there yet is empty."""

import json
import uuid

import pytest

from plugin.core.errors import AccessDenied
from plugin.core.ports import LogSource
from tests.unit.aws.relay import Trouble, refusal

NO_STREAM = refusal(400, "ResourceNotFoundException")

SOURCE = LogSource(job_name="some-job", run_id="jr_1", job_type="glueetl", glue_version="5.1")


def answer(body):
    return Trouble(status=200, body=json.dumps(body).encode())


def run_in(group, version="5.1"):
    run = {"Id": "jr_1", "JobRunState": "RUNNING", "LogGroupName": group, "GlueVersion": version}
    return answer({"JobRun": run})


def page(token, *messages):
    events = [{"message": text, "timestamp": 1, "ingestionTime": 1} for text in messages]
    return answer({"events": events, "nextForwardToken": token, "nextBackwardToken": "b"})


@pytest.fixture
def group(bench):
    name = f"/aws-glue/{uuid.uuid4().hex}"
    bench.relay.let("GetJobRun", *[run_in(name)] * 2)
    return name


def test_read__stream_not_there_yet__is_empty_and_read_later(bench, group):
    reader = bench.engine.driver_log(SOURCE)
    bench.relay.let("GetLogEvents", NO_STREAM, NO_STREAM)
    bench.relay.let("GetLogEvents", page("f/1", "late"), page("f/1"), page("e/1", "too"), NO_STREAM)

    first = reader.read()
    second = [(chunk.stream, chunk.text) for chunk in reader.read()]

    assert first == ()
    assert second == [("output", "late\n"), ("error", "too\n")]


def test_read__denied__is_an_error(bench, group):
    bench.relay.let("GetLogEvents", refusal(400, "AccessDeniedException"))

    with pytest.raises(AccessDenied, match=f"Could not read the log {group}/output"):
        bench.engine.driver_log(SOURCE).read()


def test_read__again__goes_on_after_the_last_token(bench, group):
    reader = bench.engine.driver_log(SOURCE)
    bench.relay.let("GetLogEvents", page("f/1", "a", "b"), page("f/1"), NO_STREAM)
    bench.relay.let("GetLogEvents", page("f/2", "c"), page("f/2"), NO_STREAM)

    first = [chunk.text for chunk in reader.read()]
    second = [chunk.text for chunk in reader.read()]

    assert (first, second) == (["a\n", "b\n"], ["c\n"])
    tokens = [asked.json.get("nextToken") for asked in bench.relay.sent("GetLogEvents")]
    assert tokens == [None, "f/1", None, "f/1", "f/2", None]
    assert all(asked.json["startFromHead"] for asked in bench.relay.sent("GetLogEvents"))


def test_read__stream_that_keeps_line_breaks__joins_the_pieces_of_a_line(bench, group):
    reader = bench.engine.driver_log(SOURCE)
    bench.relay.let("GetLogEvents", page("f/1", "a\n", "b", "c\n"), page("f/1"))
    bench.relay.let("GetLogEvents", page("e/1", "x", "y"), page("e/1"))

    texts = [chunk.text for chunk in reader.read()]

    assert texts == ["a\n", "b", "c\n", "x\n", "y\n"]


def test_read__log_that_never_ends__leaves_after_a_bounded_number_of_pages(bench, group):
    endless = [page(f"f/{number}", "x") for number in range(300)]
    bench.relay.let("GetLogEvents", *endless)

    bench.engine.driver_log(SOURCE).read()

    assert len(bench.relay.sent("GetLogEvents")) <= 101


def test_read__run_without_a_group__uses_glues_own(bench):
    bench.relay.let("GetJobRun", run_in(""))
    bench.relay.let("GetLogEvents", NO_STREAM, NO_STREAM)

    bench.engine.driver_log(SOURCE).read()

    groups = [asked.json["logGroupName"] for asked in bench.relay.sent("GetLogEvents")]
    assert groups == ["/aws-glue/jobs/output", "/aws-glue/jobs/error"]


# --- Glue's own analysis --------------------------------------------------------------------------


def test_analysis__no_such_stream__is_empty_after_one_request(bench, group):
    bench.relay.let("GetLogEvents", NO_STREAM)

    assert bench.engine.driver_log(SOURCE).analysis() == ()
    assert len(bench.relay.sent("GetLogEvents")) == 1


def test_analysis__denied__is_an_error(bench, group):
    bench.relay.let("GetLogEvents", refusal(400, "AccessDeniedException"))

    with pytest.raises(AccessDenied, match=f"Could not read the analysis in {group}/error"):
        bench.engine.driver_log(SOURCE).analysis()


@pytest.mark.parametrize(
    ("version", "end"),
    [("2.0", "logs-v2"), ("4.0", "logs-v2"), ("5.0", "error"), ("6.0", "error"), ("", "error")],
)
def test_analysis__each_glue_version__is_looked_for_in_its_group(bench, version, end):
    bench.relay.let("GetJobRun", run_in("/acme", version))
    bench.relay.let("GetLogEvents", page("f/1", "one", "two"))

    assert bench.engine.driver_log(SOURCE).analysis() == ("one", "two")

    (asked,) = bench.relay.sent("GetLogEvents")
    assert asked.json["logGroupName"] == f"/acme/{end}"
    assert asked.json["logStreamName"] == "jr_1-job-insights-rca-driver"


def test_analysis__first_page_empty__asks_once_more_and_no_further(bench, group):
    bench.relay.let("GetLogEvents", page("f/1"), page("f/2", "late"))
    late = bench.engine.driver_log(SOURCE).analysis()
    bench.relay.let("GetLogEvents", page("f/1"), page("f/2"), page("f/3", "too late"))

    never = bench.engine.driver_log(SOURCE).analysis()

    assert (late, never) == (("late",), ())
    tokens = [asked.json.get("nextToken") for asked in bench.relay.sent("GetLogEvents")]
    assert tokens == [None, "f/1"] * 2


def test_analysis__an_empty_page_without_a_token__is_the_end(bench, group):
    bench.relay.let("GetLogEvents", answer({"events": []}))

    assert bench.engine.driver_log(SOURCE).analysis() == ()


# --- removal --------------------------------------------------------------------------------------


def test_delete_logs__before_glue_5__goes_in_the_third_group_too(bench):
    group = f"/aws-glue/{uuid.uuid4().hex}"
    bench.relay.let("GetJobRun", run_in(group, "4.0"))
    logs = bench.truth("logs")
    logs.create_log_group(logGroupName=f"{group}/logs-v2")
    name = "jr_1-job-insights-rca-driver"
    logs.create_log_stream(logGroupName=f"{group}/logs-v2", logStreamName=name)

    assert bench.engine.delete_logs(SOURCE) == ()
    assert not logs.describe_log_streams(logGroupName=f"{group}/logs-v2")["logStreams"]


def test_delete_logs__groups_missing__is_no_error(bench, group):
    assert bench.engine.delete_logs(SOURCE) == ()


def test_delete_logs__streams_of_the_run__go_and_others_stay(bench, group):
    logs = bench.truth("logs")
    logs.create_log_group(logGroupName=f"{group}/output")
    for name in ("jr_1", "jr_1-executor", "jr_2"):
        logs.create_log_stream(logGroupName=f"{group}/output", logStreamName=name)

    left = bench.engine.delete_logs(SOURCE)

    streams = logs.describe_log_streams(logGroupName=f"{group}/output")["logStreams"]
    assert left == ()
    assert [stream["logStreamName"] for stream in streams] == ["jr_2"]


def test_delete_logs__one_denied__is_named_and_the_rest_goes(bench, group):
    logs = bench.truth("logs")
    logs.create_log_group(logGroupName=f"{group}/error")
    for name in ("jr_1", "jr_1-x"):
        logs.create_log_stream(logGroupName=f"{group}/error", logStreamName=name)
    bench.relay.let("DeleteLogStream", refusal(400, "AccessDeniedException"))

    (left,) = bench.engine.delete_logs(SOURCE)

    assert (left.kind, left.name) == ("log stream", f"{group}/error:jr_1")
    assert "AccessDenied" in left.reason
    streams = logs.describe_log_streams(logGroupName=f"{group}/error")["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["jr_1"]
