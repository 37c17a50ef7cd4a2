"""Jobs and runs, when AWS answers late, wrongly, or not at all."""

import json
import time

import pytest

from plugin.core.errors import (
    AccessDenied,
    AlreadyThere,
    AnswerLost,
    EngineError,
    NotFound,
    Refused,
    Throttled,
)
from plugin.core.naming import MARKER_ARGUMENT, Tag
from plugin.core.request import start_request
from plugin.core.states import RunState
from tests.unit.aws.relay import LOST_ANSWER, LOST_REQUEST, Trouble, refusal

SLEEPS = "import time\ntime.sleep(60)"
LASTING = (LOST_REQUEST,) * 5


def wanted(name, marker="marker-1"):
    return start_request(job_name=name, marker=marker, session_policy="")


def run_ids(bench, name):
    return [run["Id"] for run in bench.truth("glue").get_job_runs(JobName=name)["JobRuns"]]


def end(bench, name):
    """Stop the job's runs, so that the next test finds an idle machine."""
    bench.truth("glue").batch_stop_job_run(JobName=name, JobRunIds=run_ids(bench, name))


def until(question):
    give_up = time.monotonic() + 30
    while not question():
        assert time.monotonic() < give_up
        time.sleep(0.02)


# --- StartJobRun ---------------------------------------------------------------------------------


def test_start_run__answer_lost__finds_the_run_by_its_marker_and_starts_none_twice(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", LOST_ANSWER)

    run_id = bench.engine.start_run(wanted(name))

    assert run_ids(bench, name) == [run_id]
    assert bench.relay.asked.count("StartJobRun") == 1


def test_start_run__answer_lost_and_the_run_shows_late__looks_again(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", LOST_ANSWER)
    bench.relay.let("GetJobRuns", *[Trouble(status=200, body=b'{"JobRuns": []}')] * 2)

    run_id = bench.engine.start_run(wanted(name))

    assert run_ids(bench, name) == [run_id]
    assert 1 <= bench.clock.waits[0] < bench.clock.waits[1] <= 8  # airflow#71489: spread, bounded


def test_start_run__request_lost__is_an_error_and_no_second_start(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", LOST_REQUEST)

    with pytest.raises(AnswerLost, match=f"Could not start the job {name}"):
        bench.engine.start_run(wanted(name))

    assert run_ids(bench, name) == []
    assert bench.relay.asked.count("StartJobRun") == 1
    assert 4 <= bench.relay.asked.count("GetJobRuns") <= 8
    assert 15 < bench.clock.monotonic() <= 30


def test_start_run__answer_lost_and_then_no_credentials__may_have_been_started(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", LOST_ANSWER)
    bench.relay.let("GetJobRuns", refusal(400, "ExpiredTokenException"))

    with pytest.raises(AnswerLost, match=f"Could not start the job {name}") as caught:
        bench.engine.start_run(wanted(name))

    assert not caught.value.had_no_effect
    assert len(run_ids(bench, name)) == 1


def test_start_run__request_lost_and_cancelled__looks_once_and_does_not_wait_on(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", LOST_REQUEST)
    bench.clock.cancelled = True

    with pytest.raises(AnswerLost):
        bench.engine.start_run(wanted(name))

    assert bench.relay.asked.count("GetJobRuns") == 1


def test_start_run__answer_lost_and_somebody_elses_run_is_there__does_not_take_it(bench):
    name = bench.job(ExecutionProperty={"MaxConcurrentRuns": 3})
    other = bench.truth("glue").start_job_run(
        JobName=name, Arguments={MARKER_ARGUMENT: "of-somebody-else"}
    )["JobRunId"]
    bench.relay.let("StartJobRun", LOST_REQUEST)

    with pytest.raises(AnswerLost):
        bench.engine.start_run(wanted(name))

    assert run_ids(bench, name) == [other]


@pytest.mark.parametrize("status", [500, 503])
def test_start_run__server_error__is_never_retried(bench, status):
    name = bench.job()
    bench.relay.let("StartJobRun", refusal(status, "InternalServiceException"))

    with pytest.raises(AnswerLost):
        bench.engine.start_run(wanted(name))

    assert bench.relay.asked.count("StartJobRun") == 1


def test_start_run__throttled__is_sent_again_and_starts_one_run(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", refusal(400, "ThrottlingException"))

    run_id = bench.engine.start_run(wanted(name))

    assert run_ids(bench, name) == [run_id]
    assert bench.relay.asked.count("StartJobRun") == 2


def test_start_run__throttled_for_ever__gives_up_with_its_remedy(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", *[refusal(400, "ThrottlingException")] * 40)

    with pytest.raises(Throttled, match="lower max_parallel"):
        bench.engine.start_run(wanted(name))

    assert bench.relay.asked.count("StartJobRun") < 15
    assert 60 < bench.clock.monotonic() <= 120


def test_start_run__throttled_and_cancelled__is_not_sent_again(bench):
    name = bench.job()
    bench.relay.let("StartJobRun", *[refusal(400, "ThrottlingException")] * 9)
    bench.clock.cancelled = True

    with pytest.raises(Throttled):
        bench.engine.start_run(wanted(name))

    assert bench.relay.asked.count("StartJobRun") == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", AccessDenied),
        ("InvalidInputException", Refused),
    ],
)
def test_start_run__refused__is_an_error_and_no_run_is_looked_for(bench, code, kind):
    name = bench.job()
    bench.relay.let("StartJobRun", refusal(400, code))

    with pytest.raises(kind):
        bench.engine.start_run(wanted(name))

    assert "GetJobRuns" not in bench.relay.asked


def test_start_run__session_policy__is_passed_on(bench):
    name = bench.job()
    policy = '{"Version":"2012-10-17","Statement":[]}'

    bench.engine.start_run(start_request(job_name=name, marker="m", session_policy=policy))

    (sent,) = bench.relay.sent("StartJobRun")
    assert sent.json["ExecutionRoleSessionPolicy"] == policy


# --- CreateJob -----------------------------------------------------------------------------------


def test_create_job__answer_lost__adopts_the_job_of_our_build(bench):
    request = bench.request()
    bench.relay.let("CreateJob", LOST_ANSWER)

    bench.engine.create_job(request)

    assert bench.truth("glue").get_job(JobName=request["Name"])


def test_create_job__name_taken_by_another_build__is_refused_and_left_alone(bench):
    request = bench.request()
    theirs = {**request, "Tags": {Tag.BUILD: "0" * 12}, "Description": "theirs"}
    bench.truth("glue").create_job(**theirs)

    with pytest.raises(AlreadyThere):
        bench.engine.create_job(request)

    assert bench.truth("glue").get_job(JobName=request["Name"])["Job"]["Description"] == "theirs"
    assert not {"DeleteJob", "UpdateJob"} & set(bench.relay.asked)


def test_create_job__name_taken_by_a_job_without_tags__is_refused(bench):
    request = bench.request()
    bench.truth("glue").create_job(**{**request, "Tags": {}})

    with pytest.raises(AlreadyThere):
        bench.engine.create_job(request)


def test_create_job__never_arrives__tells_the_lost_answer_not_the_search(bench):
    bench.relay.let("CreateJob", *LASTING)
    request = bench.request()

    with pytest.raises(AnswerLost, match=f"Could not create the job {request['Name']}"):
        bench.engine.create_job(request)


def test_create_job__name_taken_and_tags_denied__tells_that_it_is_taken(bench):
    request = bench.request()
    bench.truth("glue").create_job(**request)
    bench.relay.let("GetTags", refusal(400, "AccessDeniedException"))

    with pytest.raises(AlreadyThere, match="Could not create the job"):
        bench.engine.create_job(request)


def test_create_job__role_unknown__is_refused_with_what_aws_says(bench):
    request = bench.request(Role="no-such-role")

    with pytest.raises(Refused, match="no-such-role"):
        bench.engine.create_job(request)


# --- a look --------------------------------------------------------------------------------------


def test_look__no_such_run__is_not_found(bench):
    with pytest.raises(NotFound):
        bench.engine.look(bench.job(), "jr_0")


@pytest.mark.parametrize(
    ("more", "state"),
    [(b"", RunState.UNKNOWN), (b', "CompletedOn": 1772357400', RunState.UNKNOWN_END)],
    ids=["goes on", "ended"],
)
def test_look__unknown_state__is_named_and_final_when_the_run_is_completed(bench, more, state):
    body = b'{"JobRun": {"Id": "jr_1", "JobRunState": "DREAMING"' + more + b"}}"
    bench.relay.let("GetJobRun", Trouble(status=200, body=body))

    seen = bench.engine.look("job", "jr_1")

    assert (seen.state, seen.unknown) == (state, "DREAMING")


@pytest.mark.parametrize(
    "run",
    [
        '"JobRunState": "RUNNING", "ExecutionTime": 1e999',
        '"JobRunState": "RUNNING", "ExecutionTime": "x"',
        '"JobRunState": "RUNNING", "ExecutionTime": NaN',
        '"JobRunState": ["RUNNING"]',
        '"JobRunState": 5',
        '"Id": "jr_2", "JobRunState": "SUCCEEDED"',
    ],
)
def test_look__an_answer_that_says_nothing_of_the_run__is_a_lost_one(bench, run):
    bench.relay.let("GetJobRun", Trouble(status=200, body=f'{{"JobRun": {{{run}}}}}'.encode()))

    with pytest.raises(AnswerLost, match="Could not look at the run jr_1"):
        bench.engine.look("job", "jr_1")


@pytest.mark.parametrize("run", ["[1]", '"SUCCEEDED"', "7"])
def test_look__an_answer_without_a_run__is_a_lost_one(bench, run):
    bench.relay.let("GetJobRun", Trouble(status=200, body=f'{{"JobRun": {run}}}'.encode()))

    with pytest.raises(AnswerLost):
        bench.engine.look("job", "jr_1")


@pytest.mark.parametrize("measure", ["1e999", "NaN", '"x"', "true", "9" * 400])
def test_look__dpu_seconds_that_are_no_number__are_none(bench, measure):
    body = f'{{"JobRun": {{"JobRunState": "SUCCEEDED", "DPUSeconds": {measure}}}}}'
    bench.relay.let("GetJobRun", Trouble(status=200, body=body.encode()))

    assert bench.engine.look("job", "jr_1").dpu_seconds is None


def test_look__connection_breaks_once__is_retried(bench):
    name = bench.job()
    run_id = bench.engine.start_run(wanted(name))
    bench.relay.let("GetJobRun", LOST_REQUEST)

    sighting = bench.engine.look(name, run_id)

    assert sighting.state in set(RunState)


def test_look__run_failed__tells_message_and_seconds(bench):
    name = bench.job("raise ValueError('boom')")
    run_id = bench.engine.start_run(wanted(name))
    until(lambda: bench.engine.look(name, run_id).state.is_final)

    sighting = bench.engine.look(name, run_id)

    assert sighting.state is RunState.FAILED
    assert "boom" in sighting.message


# --- stop and delete -----------------------------------------------------------------------------


def test_stop_runs__run_has_ended__is_no_error(bench):
    name = bench.job()
    run_id = bench.engine.start_run(wanted(name))
    until(lambda: bench.engine.look(name, run_id).state.is_final)

    bench.engine.stop_runs(name, (run_id,))


def test_stop_runs__unknown_run__is_no_error(bench):
    bench.engine.stop_runs(bench.job(), ("jr_" + "0" * 64,))


def test_stop_runs__glue_tells_an_error_for_a_run_that_goes_on__is_told(bench):
    name = bench.job(SLEEPS)
    run_id = bench.engine.start_run(wanted(name))
    detail = {"ErrorCode": "Odd", "ErrorMessage": "not today"}
    body = json.dumps({"Errors": [{"JobName": name, "JobRunId": run_id, "ErrorDetail": detail}]})
    bench.relay.let("BatchStopJobRun", Trouble(status=200, body=body.encode()))

    with pytest.raises(EngineError, match="Odd: not today"):
        bench.engine.stop_runs(name, (run_id,))

    end(bench, name)


def test_stop_runs__thirty_runs__are_asked_in_batches_of_twenty_five(bench):
    name = bench.job()
    answers = Trouble(status=200, body=b"{}")
    bench.relay.let("BatchStopJobRun", answers, answers)

    bench.engine.stop_runs(name, tuple(f"jr_{number}" for number in range(30)))

    sizes = [len(asked.json["JobRunIds"]) for asked in bench.relay.sent("BatchStopJobRun")]
    assert sizes == [25, 5]


def test_active_runs__no_such_job__is_none(bench):
    assert bench.engine.active_runs("nowhere") == ()


def test_active_runs__one_runs__is_named_until_it_is_stopped(bench):
    name = bench.job(SLEEPS)
    run_id = bench.engine.start_run(wanted(name))

    before = bench.engine.active_runs(name)
    bench.engine.stop_runs(name, before)
    until(lambda: bench.engine.look(name, run_id).state.is_final)

    assert before == (run_id,)
    assert bench.engine.active_runs(name) == ()
    assert bench.engine.look(name, run_id).state is RunState.STOPPED


def test_active_runs__state_that_nobody_knows__counts_as_active(bench):
    body = b'{"JobRuns": [{"Id": "jr_1", "JobRunState": "DREAMING"}]}'
    bench.relay.let("GetJobRuns", Trouble(status=200, body=body))

    assert bench.engine.active_runs("job") == ("jr_1",)


def test_delete_job__not_there__is_no_error(bench):
    bench.relay.let("DeleteJob", refusal(400, "EntityNotFoundException"))

    bench.engine.delete_job("nowhere")


def test_delete_job__denied__is_an_error(bench):
    name = bench.job()
    bench.relay.let("DeleteJob", refusal(400, "AccessDeniedException"))

    with pytest.raises(AccessDenied, match="Could not delete the job") as caught:
        bench.engine.delete_job(name)

    assert caught.value.hint.startswith("Allow glue:DeleteJob to the credentials in use")


def test_delete_job__there__is_gone(bench):
    name = bench.job()

    bench.engine.delete_job(name)

    assert list(bench.engine.find_jobs({Tag.BUILD: bench.build_id})) == []


# --- find ----------------------------------------------------------------------------------------


def test_find_jobs__jobs_of_others__are_not_told(bench):
    ours = bench.job()
    bench.job(Tags={Tag.MANAGED: "true", Tag.BUILD: "0" * 12})
    bench.job(Tags={})

    found = list(bench.engine.find_jobs({Tag.MANAGED: "true", Tag.BUILD: bench.build_id}))

    assert [job.name for job in found] == [ours]
    assert found[0].tags[Tag.BUILD] == bench.build_id
    assert found[0].created_at.tzinfo is not None


def test_find_jobs__removed_by_somebody_meanwhile__is_left_out(bench):
    gone, there = sorted([bench.job(), bench.job()])
    bench.relay.let("GetTags", refusal(400, "EntityNotFoundException"))

    found = [job.name for job in bench.engine.find_jobs({Tag.BUILD: bench.build_id})]

    assert len(found) == 1
    assert set(found) < {gone, there}


def test_find_jobs__many_pages__are_all_read(bench):
    first, second = bench.job(), bench.job()
    for name, token in ((first, ', "NextToken": "more"'), (second, "")):
        body = f'{{"JobNames": ["{name}"]{token}}}'
        bench.relay.let("ListJobs", Trouble(status=200, body=body.encode()))

    found = [job.name for job in bench.engine.find_jobs({Tag.BUILD: bench.build_id})]

    assert found == [first, second]
    assert bench.relay.sent("ListJobs")[1].json["NextToken"] == "more"


def test_find_jobs__not_allowed_to_list__is_an_error(bench):
    bench.relay.let("ListJobs", refusal(400, "AccessDeniedException"))

    with pytest.raises(AccessDenied):
        list(bench.engine.find_jobs({}))


# --- answers that are none ----------------------------------------------------------------------

PAGE = Trouble(status=200, body=b"<html>Please log in to the network.</html>")


def test_start_run__proxys_page_instead_of_an_answer__looks_for_the_run(bench):
    bench.relay.let("StartJobRun", PAGE)

    with pytest.raises(AnswerLost, match="no 'JobRunId'"):
        bench.engine.start_run(wanted(bench.job()))

    assert bench.relay.asked.count("GetJobRuns") > 3


def test_look__proxys_page_instead_of_an_answer__is_an_error(bench):
    bench.relay.let("GetJobRun", PAGE)

    with pytest.raises(AnswerLost, match="no 'JobRun'"):
        bench.engine.look("job", "jr_1")


def test_delete_objects__proxys_page_instead_of_an_answer__is_an_error(bench):
    page = Trouble(status=200, body=b"<not xml")  # S3's clients ask again after such an answer
    bench.relay.let(f"GET {bench.bucket}", *[page] * 5)

    with pytest.raises(AnswerLost):
        bench.engine.delete_objects(bench.bucket, f"glue-health-check/{bench.build_id}/")
