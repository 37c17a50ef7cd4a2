"""A run is started once, whatever becomes of the answer; a stranger's job is left alone."""

import json
import os
import threading

import pytest

from plugin.aws.engine import AwsEngine
from plugin.aws.glue.jobs import GlueJobs
from plugin.clients.aws.clients import Access
from plugin.clients.aws.pace import Pace
from plugin.core.errors import (
    AccessDenied,
    AlreadyThere,
    AnswerLost,
    ConcurrentRuns,
    Contended,
    EngineError,
    OverLimit,
    OwnerUnknown,
    Refused,
)
from plugin.core.naming import MARKER_ARGUMENT, Tag
from plugin.core.request import start_request
from plugin.core.trouble import Trouble as Class
from tests.doubles.quick_clients import QuickClients
from tests.unit.aws.relay import LOST_ANSWER, LOST_REQUEST, Trouble, refusal

CONCURRENT = refusal(400, "ConcurrentRunsExceededException", "Concurrent runs exceeded for x")
LIMIT = refusal(400, "ResourceNumberLimitExceededException", "Max concurrent job runs")
# Not of those that botocore asks again: its retries come out of a purse that these tests share.
NO_ANSWER = refusal(400, "OperationTimeoutException")
DENIED = refusal(400, "AccessDeniedException", "no")
WRONG = refusal(400, "InvalidInputException", "no")


def wanted(name, marker="marker-1"):
    return start_request(job_name=name, marker=marker, session_policy="")


def run_ids(bench, name):
    return [run["Id"] for run in bench.truth("glue").get_job_runs(JobName=name)["JobRuns"]]


def runs(*told):
    """An answer of GetJobRuns; a text is a run's marker, None a run without arguments."""
    listed = [
        {"Id": f"jr_{number}", "JobRunState": "RUNNING"}
        | ({"Arguments": {MARKER_ARGUMENT: marker}} if marker else {})
        for number, marker in enumerate(told)
    ]
    return Trouble(status=200, body=json.dumps({"JobRuns": listed}).encode())


# --- never twice ---------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["environment", "file"])
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_glue_once__retries_wanted_by_environment_or_file__is_sent_once(
    bench, tmp_path, where, mode
):
    """airflow#59075, #62353: a retry of StartJobRun starts a second run."""
    troubles = [LOST_ANSWER, *(refusal(status, "") for status in (500, 502, 503, 504, 429))]
    path = tmp_path / "config"
    path.write_text(f"[default]\nretry_mode = {mode}\nmax_attempts = 9\n")
    file = {"AWS_CONFIG_FILE": str(path)}
    plain = {"AWS_RETRY_MODE": mode, "AWS_MAX_ATTEMPTS": "9"}
    os.environ |= plain if where == "environment" else file
    access = Access(
        region=bench.server.region,
        endpoint_url=bench.relay.endpoint_url,
        access_key_id=bench.server.access_key_id,
        secret_access_key=bench.server.secret_access_key,
    )
    bench.relay.let("StartJobRun", *troubles)
    client = QuickClients(access).glue_once  # one for all troubles: making it is what takes time

    for number in range(1, len(troubles) + 1):
        with pytest.raises(Exception, match=r"StartJobRun|closed"):
            client.start_job_run(JobName="x")
        assert bench.relay.asked == ["StartJobRun"] * number


@pytest.mark.parametrize(
    "trouble",
    [
        *(refusal(status, code) for status, code in ((500, ""), (502, ""), (503, ""), (504, ""))),
        refusal(400, "OperationTimeoutException"),
        refusal(500, "ThrottledSomehow", "Rate exceeded"),
        Trouble(status=200, body=b"{}"),
        Trouble(status=200, body=b'{"JobRunId": null}'),
        Trouble(status=200, body=b'{"JobRunId": '),
        Trouble(status=200, body=b"\xff\x00 not JSON"),
        LOST_REQUEST,
    ],
    ids=lambda trouble: f"{trouble.status} {trouble.code} {trouble.body}",
)
def test_start_run__no_answer_that_can_be_used__looks_and_starts_no_second(bench, trouble):
    """airflow#59075, #62353: duplicate runs."""
    name = bench.job()
    bench.relay.let("StartJobRun", trouble)
    bench.relay.let("GetJobRuns", runs(), runs("of-another", "marker-1"))

    assert bench.engine.start_run(wanted(name)) == "jr_1"
    assert bench.relay.asked.count("StartJobRun") == 1


def test_start_run__silence_until_the_time_out__finds_its_run(bench):
    class Hasty(QuickClients):
        glue_once = property(lambda self: self._client("glue", Pace(attempts=1, read=0.2)))

    asked, is_over = threading.Event(), threading.Event()

    def hold():
        asked.set()
        is_over.wait(60)

    name = bench.job()
    bench.relay.once("StartJobRun", hold)
    bench.relay.let("StartJobRun", LOST_REQUEST)
    bench.relay.let("GetJobRuns", runs(), runs("marker-1"))

    try:
        run_id = AwsEngine(Hasty(bench.clients._access), bench.clock).start_run(wanted(name))
    finally:
        is_over.set()

    assert run_id == "jr_0"
    assert asked.wait(60)  # perhaps only after we gave it up
    assert bench.relay.asked.count("StartJobRun") == 1


# --- the look ------------------------------------------------------------------------------------


def test_start_run__lost_and_glue_tells_no_arguments__takes_the_only_run(bench):
    """boto3#3506: GetJobRuns lacks Arguments for Python shell jobs."""
    name = bench.job()
    bench.relay.let("StartJobRun", LOST_REQUEST)
    bench.relay.let("GetJobRuns", runs(None))

    assert bench.engine.start_run(wanted(name)) == "jr_0"


def test_start_run__lost_and_several_runs_without_arguments__takes_none(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", LOST_REQUEST)
    bench.relay.let("GetJobRuns", *[runs(None, None)] * 20)

    with pytest.raises(AnswerLost):
        bench.engine.start_run(wanted(name))


def test_start_run__lost_and_the_look_is_lost_too__looks_again(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", LOST_ANSWER)
    bench.relay.let("GetJobRuns", NO_ANSWER, Trouble(status=200, body=b"<html>"))

    assert [bench.engine.start_run(wanted(name))] == run_ids(bench, name)


def test_start_run__lost_and_looking_denied__names_both_and_the_missing_right(bench):
    """LBHackney#2274: GetJobRuns was denied."""
    name = bench.job()
    bench.relay.let("StartJobRun", LOST_ANSWER)
    bench.relay.let("GetJobRuns", DENIED)

    with pytest.raises(AnswerLost, match="Whether it runs could not be seen") as caught:
        bench.engine.start_run(wanted(name))

    assert "glue:GetJobRuns" in caught.value.hint
    assert bench.relay.asked.count("StartJobRun") == 1


def test_runs__glue_goes_on_listing_for_ever__ends_with_an_error(bench):
    """airflow#71489: an unbounded scan."""
    page = Trouble(status=200, body=b'{"JobRuns": [], "NextToken": "more"}')
    bench.relay.let("GetJobRuns", *[page] * 50)

    with pytest.raises(EngineError, match="more than 2000 runs"):
        bench.engine.runs("some-job")

    assert bench.relay.asked.count("GetJobRuns") == 10
    assert bench.relay.sent("GetJobRuns")[1].json["MaxResults"] == 200


# --- limits --------------------------------------------------------------------------------------


def test_start_run__concurrent_runs_because_ours_is_on__takes_it(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", CONCURRENT)
    bench.relay.let("GetJobRuns", runs("marker-1"))

    assert bench.engine.start_run(wanted(name)) == "jr_0"
    assert bench.relay.asked.count("StartJobRun") == 1


def test_start_run__concurrent_runs_and_only_anothers_is_on__does_not_take_it(bench):
    """Its marker is another's, or Glue tells none (boto3#3506): our request started nothing."""
    name = bench.job()
    bench.relay.let("StartJobRun", *[CONCURRENT] * 2)
    bench.relay.let("GetJobRuns", runs("of-another"), runs(None))

    assert [bench.engine.start_run(wanted(name))] == run_ids(bench, name)
    assert bench.relay.asked.count("StartJobRun") == 3


@pytest.mark.parametrize("answer", [DENIED, Trouble(status=200, body=b"{")], ids=["no", "page"])
def test_start_run__concurrent_runs_and_looking_fails__is_still_over_the_limit_that_passes(
    bench, answer
):
    """LBHackney#2274: GetJobRuns was denied."""
    name = bench.job()
    bench.relay.let("StartJobRun", CONCURRENT)
    bench.relay.let("GetJobRuns", answer)

    assert [bench.engine.start_run(wanted(name))] == run_ids(bench, name)


def test_start_run__concurrent_runs_for_ever_and_looking_denied__names_the_limit(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", *[CONCURRENT] * 50)
    bench.relay.let("GetJobRuns", *[DENIED] * 50)

    with pytest.raises(ConcurrentRuns):
        bench.engine.start_run(wanted(name))


@pytest.mark.parametrize("trouble", [CONCURRENT, LIMIT], ids=["concurrent", "quota"])
def test_start_run__slot_comes_free__is_started_once(bench, trouble):
    """amazon-marketing-cloud-uploader#51; Glue needs 5 to 10 s to free a slot."""
    name = bench.job()
    bench.relay.let("StartJobRun", *[trouble] * 4)

    assert [bench.engine.start_run(wanted(name))] == run_ids(bench, name)
    assert 10 < bench.clock.monotonic() < 60


@pytest.mark.parametrize(
    ("trouble", "kind", "quota"),
    [(CONCURRENT, ConcurrentRuns, "L-F574AED9"), (LIMIT, OverLimit, "L-A457CBAB")],
)
def test_start_run__limit_for_ever__gives_up_within_two_minutes_and_names_the_quota(
    bench, trouble, kind, quota
):
    name = bench.job()
    bench.relay.let("StartJobRun", *[trouble] * 50)

    with pytest.raises(kind, match=quota):
        bench.engine.start_run(wanted(name))

    assert 60 < bench.clock.monotonic() <= 120
    assert run_ids(bench, name) == []


def test_start_run__cancelled_in_the_wait__is_not_sent_again(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", LIMIT)
    clock = bench.clock
    clock.wait = lambda seconds: True  # the cancel comes while somebody waits

    with pytest.raises(OverLimit):
        bench.engine.start_run(wanted(name))

    assert bench.relay.asked.count("StartJobRun") == 1


# --- whose job -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {Tag.MANAGED: "true"},
        {Tag.MANAGED: "true", Tag.BUILD: "0" * 12, Tag.CHECK: "flights"},
        {Tag.BUILD: "ours", Tag.CHECK: "flights"},
        {Tag.MANAGED: "true", Tag.BUILD: "ours", Tag.CHECK: "another"},
    ],
    ids=["none", "managed", "other build", "not managed", "other check"],
)
def test_create_job__a_strangers_is_there__is_neither_used_stopped_nor_deleted(bench, tags):
    request = bench.request("import time\ntime.sleep(60)")
    ours = {key: value.replace("ours", bench.build_id) for key, value in tags.items()}
    bench.truth("glue").create_job(**{**request, "Tags": ours})

    with pytest.raises(AlreadyThere) as caught:
        bench.engine.create_job(request)
    active = bench.engine.active_runs(request["Name"])
    bench.engine.stop_runs(request["Name"], ("jr_1",))
    bench.engine.delete_job(request["Name"])

    assert caught.value.had_no_effect
    assert caught.value.trouble is Class.NAME_TAKEN
    assert active == ()
    assert bench.truth("glue").get_job(JobName=request["Name"])
    assert not {"DeleteJob", "BatchStopJobRun", "GetJobRuns"} & set(bench.relay.asked)


def test_create_job__no_answer_and_a_strangers_is_there__is_left_alone(bench):
    request = bench.request()
    bench.truth("glue").create_job(**{**request, "Tags": {}})
    bench.relay.let("CreateJob", NO_ANSWER)

    with pytest.raises(AlreadyThere):
        bench.engine.create_job(request)
    bench.engine.delete_job(request["Name"])

    assert "DeleteJob" not in bench.relay.asked


@pytest.mark.parametrize("trouble", [DENIED, Trouble(status=200, body=b"{")], ids=["no", "page"])
def test_create_job__taken_and_its_tags_cannot_be_read__is_not_deleted_and_named(bench, trouble):
    request = bench.request()
    bench.truth("glue").create_job(**{**request, "Tags": {}})
    bench.relay.let("GetTags", trouble, trouble)

    with pytest.raises(OwnerUnknown, match="Whether it is ours") as caught:
        bench.engine.create_job(request)
    with pytest.raises(EngineError, match="read the tags"):
        bench.engine.delete_job(request["Name"])

    assert not caught.value.had_no_effect
    assert "DeleteJob" not in bench.relay.asked


def test_create_job__lost_with_its_tags_unread__is_deleted_once_they_tell_that_it_is_ours(bench):
    request = bench.request()
    bench.truth("glue").create_job(**request)
    bench.relay.let("GetTags", DENIED)

    with pytest.raises(AlreadyThere):
        bench.engine.create_job(request)
    bench.engine.delete_job(request["Name"])

    assert bench.relay.asked[-2:] == ["GetTags", "DeleteJob"]


def test_delete_job__never_created_and_a_strangers_is_there__is_left_alone(bench):
    name = bench.job(Tags={})

    bench.engine.delete_job(name)

    assert "DeleteJob" not in bench.relay.asked


def test_create_job__changed_by_somebody_at_the_same_time__is_asked_again(bench):
    request = bench.request()
    bench.relay.let("CreateJob", *[refusal(400, "ConcurrentModificationException")] * 2)

    bench.engine.create_job(request)

    assert bench.relay.asked == ["CreateJob"] * 3


def test_create_job__changed_for_ever__is_an_error(bench):
    bench.relay.let("CreateJob", *[refusal(400, "ConcurrentModificationException")] * 50)

    with pytest.raises(Contended):
        bench.engine.create_job(bench.request())

    assert bench.clock.monotonic() <= 60


@pytest.mark.parametrize("code", ["ConcurrentModificationException", "SlowedSomehow"])
def test_create_job__asked_again_and_then_refused__may_have_had_an_effect(bench, code):
    """An attempt before the one that was throttled may have been executed, its answer lost."""
    bench.relay.let("CreateJob", refusal(400, code, "Rate exceeded"))
    clock = bench.clock
    clock.wait = lambda seconds: bench.relay.let("CreateJob", WRONG)

    with pytest.raises(Refused) as caught:
        bench.engine.create_job(bench.request())

    assert not caught.value.had_no_effect


def test_create_job__refused_at_once__made_nothing(bench):
    bench.relay.let("CreateJob", WRONG)

    with pytest.raises(Refused) as caught:
        bench.engine.create_job(bench.request())

    assert caught.value.had_no_effect


# --- stop ----------------------------------------------------------------------------------------


def test_stop_runs__one_batch_refused__the_other_is_asked_all_the_same(bench):
    ids = tuple(f"jr_{number}" for number in range(30))
    bench.relay.let("BatchStopJobRun", DENIED, Trouble(status=200, body=b"{}"))

    with pytest.raises(AccessDenied, match="Could not stop runs"):
        bench.engine.stop_runs("some-job", ids)

    assert bench.relay.asked == ["BatchStopJobRun"] * 2


def test_stop_runs__some_refused__tells_all_that_go_on_and_none_that_stops(bench):
    states = ("STARTING", "STOPPING", "RUNNING", "STOPPED")
    detail = {"ErrorCode": "InvalidInputException", "ErrorMessage": "not now"}
    errors = [{"JobRunId": f"jr_{state}", "ErrorDetail": detail} for state in states]
    body = json.dumps({"Errors": errors}).encode()
    bench.relay.let("BatchStopJobRun", Trouble(status=200, body=body))
    for state in states:
        run = {"JobRun": {"Id": f"jr_{state}", "JobRunState": state}}
        bench.relay.let("GetJobRun", Trouble(status=200, body=json.dumps(run).encode()))

    with pytest.raises(EngineError) as caught:
        bench.engine.stop_runs("some-job", tuple(f"jr_{state}" for state in states))

    told = [state for state in states if f"jr_{state} " in caught.value.message]
    assert told == ["STARTING", "RUNNING"]


# --- what else is told ---------------------------------------------------------------------------


def test_create_job__throttled__is_asked_again(bench):
    request = bench.request()
    bench.relay.let("CreateJob", refusal(400, "SlowedSomehow", "Rate exceeded"))

    bench.engine.create_job(request)

    assert bench.relay.asked == ["CreateJob"] * 2


def test_look__a_run_that_tells_its_log_group__passes_it_on(bench):
    run = {"Id": "jr_1", "JobRunState": "RUNNING", "LogGroupName": "/aws-glue/jobs/own"}
    bench.relay.let("GetJobRun", Trouble(status=200, body=json.dumps({"JobRun": run}).encode()))

    assert bench.engine.look("some-job", "jr_1").log_group == "/aws-glue/jobs/own"


def test_create_job__a_strangers_is_there__is_not_asked_about_again(bench):
    """Also when it had been taken for ours before."""
    request = bench.request()
    bench.truth("glue").create_job(**{**request, "Tags": {}})
    jobs = GlueJobs(bench.clients, bench.clock)
    jobs.trust([request["Name"]])

    with pytest.raises(AlreadyThere):
        jobs.create(request)
    jobs.delete(request["Name"])

    assert bench.relay.asked == ["CreateJob", "GetTags"]


def test_create_job__no_answer_and_its_tags_cannot_be_read__is_a_lost_answer(bench):
    bench.relay.let("CreateJob", NO_ANSWER)
    bench.relay.let("GetTags", DENIED)

    with pytest.raises(AnswerLost, match="create the job"):
        bench.engine.create_job(bench.request())


def test_delete_job__trusted_and_then_its_creation_fails__is_asked_whose_it_is(bench):
    request = bench.request()
    bench.truth("glue").create_job(**{**request, "Tags": {}})
    bench.relay.let("GetTags", DENIED)
    jobs = GlueJobs(bench.clients, bench.clock)
    jobs.trust([request["Name"]])

    with pytest.raises(OwnerUnknown):
        jobs.create(request)
    jobs.delete(request["Name"])

    assert "DeleteJob" not in bench.relay.asked


def test_delete_job__trusted__is_not_asked_whose_it_is(bench):
    name = bench.job(Tags={})
    jobs = GlueJobs(bench.clients, bench.clock)

    jobs.trust([name])
    jobs.delete(name)

    assert bench.relay.asked == ["DeleteJob"]
