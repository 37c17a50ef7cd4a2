"""The stage: what becomes of requests and runs, without a process on it."""

import json
import signal
import sys
import types

import pytest
from moto.core import utils
from moto.s3 import models

from plugin.core.states import RunState
from plugin.local.glue_api import GlueApi
from plugin.local.inner_aws import InnerAws
from plugin.local.job_store import JobStore
from plugin.local.server import moto_app
from tests.chaos import faults, halves
from tests.chaos.asking import asked
from tests.chaos.child import LATE_HEADER, SECONDS_HEADER
from tests.chaos.cloud import Cloud
from tests.chaos.judge import Behind, Judge
from tests.chaos.runs import ScriptedRunner
from tests.chaos.schedule import (
    BELATED_SECONDS,
    Blow,
    CheckPlan,
    Command,
    End,
    Fate,
    Point,
    RunPlan,
    Schedule,
    Strike,
)
from tests.chaos.strangers import BUCKET
from tests.doubles.loopback import Response

CHECKS = (CheckPlan(name="job-0"), CheckPlan(name="job-1"))
REGION = "us-east-1"


def of_glue(operation, **words):
    headers = {"x-amz-target": f"AWSGlue.{operation}"}
    return asked("POST", "/", headers, json.dumps(words).encode())


def point(operation, **members):
    return Point(**{"command": Command.CHECK, "service": "glue", "operation": operation, **members})


class Behindhand:
    """What is behind the judge: what was asked, what is to come, and who was hit."""

    def __init__(self):
        self.asked, self.later, self.hits, self.seconds = [], [], [], 0.0

    def answer(self, request):
        self.asked.append(request.operation)
        body = json.dumps({"Number": len(self.asked)}).encode()
        return Response(status=200, headers=(), body=body)

    def judge(self, *strikes, blows=()):
        behind = Behind(
            ask=self.answer,
            later=lambda seconds, deed: self.later.append((seconds, deed)),
            check_of=lambda text: next((one.name for one in CHECKS if one.name in text), ""),
            hit=lambda blow: self.hits.append((blow.signal, len(self.asked))),
            seconds=lambda: self.seconds,
        )
        judge = Judge(Schedule(seed=1, checks=CHECKS, strikes=strikes, blows=blows), behind)
        judge.begin("check", Command.CHECK, is_calm=False)
        return judge


@pytest.fixture
def behind():
    return Behindhand()


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "url", "body", "named"),
    [
        ("PUT", "/bucket/a/b.py", b"", ("s3", "PutObject", "bucket/a/b.py")),
        ("PUT", "/bucket/a?partNumber=2&uploadId=x", b"", ("s3", "UploadPart", "bucket/a")),
        ("POST", "/bucket/a?uploads", b"", ("s3", "CreateMultipartUpload", "bucket/a")),
        ("POST", "/bucket?delete", b"<Delete/>", ("s3", "DeleteObjects", "bucket")),
        ("GET", "/bucket?versions&prefix=a", b"", ("s3", "ListObjectVersions", "bucket")),
        ("GET", "/bucket/a%20b", b"", ("s3", "GetObject", "bucket/a b")),
        ("POST", "/", b"Action=GetCallerIdentity&Version=1", ("sts", "GetCallerIdentity", "")),
        (
            "POST",
            f"/api/v3/repos/octo-org/etl/statuses/{'c' * 40}",
            b"{}",
            ("github", "POST statuses", f"/api/v3/repos/octo-org/etl/statuses/{'c' * 40}"),
        ),
    ],
)
def test_asked__a_request_on_the_wire__has_its_names(method, url, body, named):
    request = asked(method, url, {}, body)

    assert (request.service, request.operation, request.subject) == named


def test_asked__a_request_to_glue__names_the_run_before_the_job():
    request = of_glue("GetJobRun", JobName="job", RunId="jr_1")

    assert (request.service, request.operation, request.subject) == ("glue", "GetJobRun", "jr_1")


# --- strikes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("fate", [Fate.THROTTLED, Fate.REFUSED, Fate.BROKEN])
def test_judge__a_refusal__is_answered_and_has_no_effect(behind, fate):
    judge = behind.judge(Strike(at=point("GetJob"), fate=fate))

    answer = judge.answer(of_glue("GetJob", JobName="x"))

    assert answer.status >= 400
    assert not behind.asked
    assert not judge.requests[0].took_effect
    assert judge.requests[0].code


def test_judge__cut_before__takes_no_effect(behind):
    judge = behind.judge(Strike(at=point("CreateJob"), fate=Fate.CUT_BEFORE))

    assert judge.answer(of_glue("CreateJob", Name="x")) is None
    assert not behind.asked


def test_judge__cut_after__took_effect(behind):
    judge = behind.judge(Strike(at=point("CreateJob"), fate=Fate.CUT_AFTER))

    assert judge.answer(of_glue("CreateJob", Name="x")) is None
    assert behind.asked == ["CreateJob"]


def test_judge__late__took_effect_and_says_so(behind):
    judge = behind.judge(Strike(at=point("CreateJob"), fate=Fate.LATE))

    answer = judge.answer(of_glue("CreateJob", Name="x"))

    assert (LATE_HEADER, "1") in answer.headers
    assert behind.asked == ["CreateJob"]


def test_judge__belated__takes_effect_later(behind):
    judge = behind.judge(Strike(at=point("CreateJob"), fate=Fate.BELATED))

    answer = judge.answer(of_glue("CreateJob", Name="x"))
    ((seconds, deed),) = behind.later
    before = judge.requests[0].took_effect
    deed()

    assert (LATE_HEADER, "1") in answer.headers
    assert (seconds, before) == (BELATED_SECONDS, False)
    assert (behind.asked, judge.requests[0].took_effect) == (["CreateJob"], True)


def test_judge__a_stale_answer__is_the_one_before(behind):
    judge = behind.judge(Strike(at=point("GetJob", nth=2), fate=Fate.STALE))

    bodies = [judge.answer(of_glue("GetJob", JobName="x")).body for _ in range(3)]

    assert bodies == [b'{"Number": 1}', b'{"Number": 1}', b'{"Number": 2}']


def test_judge__a_stale_answer_without_one_before__knows_of_nothing(behind):
    judge = behind.judge(Strike(at=point("GetJob"), fate=Fate.STALE))

    answer = judge.answer(of_glue("GetJob", JobName="x"))

    assert json.loads(answer.body)["__type"] == "EntityNotFoundException"


def test_judge__a_stale_write__is_none(behind):
    judge = behind.judge(Strike(at=point("CreateJob"), fate=Fate.STALE))

    answer = judge.answer(of_glue("CreateJob", Name="x"))

    assert (answer.status, judge.requests[0].fate) == (200, None)


def test_judge__the_nth_of_a_check__is_not_the_nth_of_another(behind):
    judge = behind.judge(Strike(at=point("GetJob", nth=2, check="job-1"), fate=Fate.BROKEN))

    told = [
        judge.answer(of_glue("GetJob", JobName=name)).status
        for name in ("job-1", "job-0", "job-0", "job-1", "job-1")
    ]

    assert told == [200, 200, 200, 500, 200]


def test_judge__any_operation__is_counted_over_all(behind):
    judge = behind.judge(Strike(at=point("*", nth=2), fate=Fate.BROKEN, times=2))

    told = [
        judge.answer(of_glue(name, JobName="x")).status
        for name in ("GetJob", "GetTags", "GetJob", "GetJob")
    ]

    assert told == [200, 500, 500, 200]


def test_judge__a_lasting_strike__goes_on_in_later_commands_but_not_in_calm(behind):
    strike = Strike(at=point("GetJob", nth=2), fate=Fate.REFUSED, is_lasting=True)
    judge = behind.judge(strike)
    told = [judge.answer(of_glue("GetJob", JobName="x")).status for _ in range(3)]
    judge.begin("cleanup", Command.CLEANUP, is_calm=False)
    told.append(judge.answer(of_glue("GetJob", JobName="x")).status)
    judge.begin("last cleanup", Command.CLEANUP, is_calm=True)
    told.append(judge.answer(of_glue("GetJob", JobName="x")).status)

    assert told == [200, 400, 400, 400, 200]


def test_judge__a_strike_that_does_not_last__is_over_with_its_command(behind):
    judge = behind.judge(Strike(at=point("GetJob"), fate=Fate.REFUSED, times=9))
    judge.begin("cleanup", Command.CLEANUP, is_calm=False)

    assert judge.answer(of_glue("GetJob", JobName="x")).status == 200


# --- signals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_after", "asked_by_then"), [(False, 0), (True, 1)])
def test_judge__a_blow__falls_before_or_after_the_effect(behind, is_after, asked_by_then):
    blow = Blow(command=Command.CHECK, signal=signal.SIGTERM, at=point("GetJob"), is_after=is_after)
    judge = behind.judge(blows=(blow,))

    answer = judge.answer(of_glue("GetJob", JobName="x"))

    assert behind.hits == [(signal.SIGTERM, asked_by_then)]
    assert answer.status == 200
    assert judge.requests[0].blow == f"SIGTERM {'after' if is_after else 'before'}"


@pytest.mark.parametrize("is_after", [False, True])
def test_judge__a_kill__is_not_answered(behind, is_after):
    blow = Blow(command=Command.CHECK, signal=signal.SIGKILL, at=point("GetJob"), is_after=is_after)
    judge = behind.judge(blows=(blow,))

    assert judge.answer(of_glue("GetJob", JobName="x")) is None
    assert bool(behind.asked) is is_after
    assert judge.requests[0].took_effect is is_after


def test_judge__the_same_request_of_the_same_seed__takes_the_same_time(behind):
    def seconds():
        answer = behind.judge().answer(of_glue("GetJob", JobName="x"))
        return dict(answer.headers)[SECONDS_HEADER]

    assert seconds() == seconds()


# --- halves --------------------------------------------------------------------------------------


def test_half__objects_that_are_deleted__are_the_first_and_the_rest_is_an_error():
    named = b"".join(b"<Object><Key>%d</Key></Object>" % n for n in range(3))
    request = asked("POST", "/bucket?delete", {}, b"<Delete>" + named + b"</Delete>")
    sent = []

    def ask(one):
        sent.append(one.body)
        body = b"<DeleteResult><Deleted><Key>0</Key></Deleted></DeleteResult>"
        return Response(status=200, headers=(), body=body)

    answer = halves.half(request, ask)

    assert sent == [b"<Delete><Object><Key>0</Key></Object></Delete>"]
    assert answer.body.count(b"<Deleted>") == 1
    assert answer.body.count(b"<Error>") == 2


def test_half__runs_that_are_stopped__are_none_of_them():
    request = of_glue("BatchStopJobRun", JobName="x", JobRunIds=["a"])

    answer = halves.half(request, lambda _: pytest.fail("it was handed on"))

    assert [one["JobRunId"] for one in json.loads(answer.body)["Errors"]] == ["a"]


def test_refusal__each_service_and_kind__has_words():
    for service, request in {
        "glue": of_glue("GetJob"),
        "s3": asked("GET", "/bucket/key", {}, b""),
        "sts": asked("POST", "/", {}, b"Action=GetCallerIdentity"),
        "github": asked("GET", "/api/v3/user", {}, b""),
        "logs": asked("POST", "/", {"x-amz-target": "Logs_20140328.GetLogEvents"}, b"{}"),
    }.items():
        for fate in (Fate.THROTTLED, Fate.REFUSED, Fate.BROKEN):
            answer, code = faults.refusal(request, fate)

            assert request.service == service
            assert answer.status >= 400
            assert code.encode() in answer.body


# --- runs ----------------------------------------------------------------------------------------


class Glue:
    """A Glue with one job, whose clock is ours."""

    def __init__(self, plan):
        self.seconds, self.lines = 0.0, []
        self.store = JobStore()
        self.runner = ScriptedRunner(
            self.store, self, plan_of=lambda _: plan, now=lambda: self.seconds
        )
        self.api = GlueApi(self.store, self.runner, lambda _: True, now=lambda: self.seconds)
        command = {"Name": "glueetl", "ScriptLocation": "s3://bucket/script.py"}
        self.ask("CreateJob", Name="job", Role="role", Command=command, Timeout=2)
        self.run_id = self.ask("StartJobRun", JobName="job")["JobRunId"]

    def put(self, _stream, text, *, printed, read):
        self.lines.append((text, printed, read))

    def ask(self, operation, **words):
        return self.api.answer(operation, words, REGION)

    def at(self, seconds):
        self.seconds = seconds
        self.runner.catch_up()
        return self.store.run(REGION, "job", self.run_id)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (End.PASSES, RunState.SUCCEEDED),
        (End.FAILS, RunState.FAILED),
        (End.STOPPED, RunState.STOPPED),
        (End.NEVER, RunState.TIMEOUT),
        (End.ERROR, RunState.ERROR),
    ],
)
def test_runner__a_run__ends_as_planned(end, state):
    glue = Glue(RunPlan(end=end, starting_seconds=5, running_seconds=10))

    states = [glue.at(seconds).state for seconds in (4.9, 1000.0)]

    assert states == [RunState.STARTING, state]


def test_runner__a_run_that_passes__is_told_when_it_ran():
    glue = Glue(RunPlan(starting_seconds=5, running_seconds=10))

    running, ended = glue.at(5.0), glue.at(500.0)

    assert (running.state, running.running_on) == (RunState.RUNNING, 5.0)
    assert (ended.state, ended.completed_on) == (RunState.SUCCEEDED, 15.0)


def test_runner__a_run_that_is_stopped__stops_in_its_time():
    plan = RunPlan(
        starting_seconds=5, running_seconds=10, stopping_seconds=20, lines=("first", "last")
    )
    glue = Glue(plan)
    glue.at(6.0)
    glue.ask("BatchStopJobRun", JobName="job", JobRunIds=[glue.run_id])

    stopping, stopped = glue.at(16.0), glue.at(26.0)

    assert (stopping.state, stopped.state) == (RunState.STOPPING, RunState.STOPPED)
    assert stopped.completed_on == 26.0


def test_runner__lines__are_printed_from_begin_to_end_and_read_later():
    plan = RunPlan(starting_seconds=5, running_seconds=10, log_seconds=3, lines=("a", "b", "c"))
    glue = Glue(plan)

    glue.at(100.0)

    assert glue.lines == [("a", 5.0, 8.0), ("b", 10.0, 13.0), ("c", 15.0, 18.0)]


def test_runner__a_job_that_is_deleted_under_us__is_gone_and_its_run_goes_on():
    glue = Glue(RunPlan(starting_seconds=5, running_seconds=10, is_deleted=True))

    run = glue.at(10.0)

    assert run.state is RunState.RUNNING
    assert not glue.store.jobs(REGION)


# --- time ----------------------------------------------------------------------------------------


def test_cloud__closed__gives_moto_its_own_time_back_in_every_module():
    real = utils.utcnow
    cloud = Cloud(seconds=lambda: 5.0, epoch=1_000_000_000.0)
    during = [vars(one)["utcnow"]().isoformat() for one in (utils, models)]
    late = types.ModuleType("moto.that_comes_late")
    vars(late)["utcnow"] = utils.utcnow
    sys.modules[late.__name__] = late
    cloud.close()
    del sys.modules[late.__name__]

    assert during == ["2001-09-09T01:46:45"] * 2
    assert [vars(one)["utcnow"] for one in (utils, models, late)] == [real] * 3


def test_cloud__furnished__leaves_the_buckets_of_others_in_this_process_alone():
    cloud = Cloud(seconds=lambda: 5.0, epoch=1_000_000_000.0)
    others = InnerAws(moto_app())
    others.create_bucket("bucket-of-another-server", REGION)

    cloud.furnish(CHECKS, is_versioned=False)
    during = set(others.bucket_names(REGION))
    cloud.close()

    assert {"bucket-of-another-server", BUCKET} <= during
    assert BUCKET not in others.bucket_names(REGION)
    assert "bucket-of-another-server" in others.bucket_names(REGION)
