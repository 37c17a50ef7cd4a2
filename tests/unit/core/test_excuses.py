"""Whose fault a failed run is: the script's own exceptions do not excuse it, Glue's faults do."""

import json
from dataclasses import replace
from typing import Any

import pytest

from plugin.core.diagnosing.diagnosis import outside
from plugin.core.errors import Refused
from plugin.core.judging.analysis import Analysis, analysis_of
from plugin.core.judging.judged import Judgement
from plugin.core.judging.judgement import judge, of_error
from plugin.core.judging.logbook import LogBook
from plugin.core.ports import LogChunk, LogStream, Sighting
from plugin.core.result import Place
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.core.watching.ending import Past, Stop
from tests.doubles.checks import check_of

FAILED, SUCCEEDED = RunState.FAILED, RunState.SUCCEEDED
RAN, NEVER_RAN = Past(), Past(has_run=False)


def trace(line: int, error: str, file: str = "flights.py") -> str:
    return (
        f'Traceback (most recent call last):\n  File "/tmp/glue/{file}", line {line}, in main\n'
        f"    x\n{error}\n"
    )


def book_of(text: str = "", **fields: Any) -> LogBook:
    book = LogBook(**fields)
    book.add([LogChunk(stream=LogStream.ERROR, text=text)])
    return book


def failed(
    message: str,
    log: str = "",
    past: Past = RAN,
    *,
    stop: Stop | None = None,
    analysis: Analysis | None = None,
    **check: Any,
) -> Judgement:
    seen = Sighting(state=FAILED, message=message)
    return judge(check_of(**check), seen, stop, book_of(log, analysis=analysis), past)


# --- a handled traceback, and Glue's own fault ----------------------------------------------------


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("InternalServiceException: Glue had a problem", Trouble.AWS_FAULT),
        ("An internal service error occurred", Trouble.AWS_FAULT),
        ("Resource unavailable", Trouble.CAPACITY),
    ],
)
def test_judge__glues_own_fault_after_a_handled_traceback__is_not_the_scripts(message, trouble):
    judgement = failed(message, trace(12, "KeyError: 'handled'"))

    assert (judgement.verdict, judgement.trouble) == (Verdict.ERRORED, trouble)
    assert judgement.place is None


def test_judge__the_traceback_ends_in_what_glue_says__is_the_scripts_also_from_no_file_of_ours():
    error = "ResourceUnavailable: no capacity"

    judgement = failed(error, trace(12, error, file="theirs.py"))

    assert judgement.verdict is Verdict.FAILED


def test_judge__glues_analysis_of_the_job__makes_it_the_scripts():
    analysis = Analysis(failure="Resource unavailable", is_of_job=True)

    assert failed("Resource unavailable", analysis=analysis).verdict is Verdict.FAILED
    task = replace(analysis, is_of_job=False)
    assert failed("Resource unavailable", analysis=task).verdict is Verdict.ERRORED


# --- exceptions of the script, without a frame ----------------------------------------------------

CALLED = "An error occurred (ThrottlingException) when calling the PutItem operation: Rate exceeded"


@pytest.mark.parametrize(
    "message",
    [
        f"botocore.errorfactory.ThrottlingException: {CALLED}",
        CALLED,
        "AnalysisException: Column 'role' does not exist. Did you mean one of the following?",
        "org.apache.spark.sql.AnalysisException: cannot resolve 'role' in x: not found",
        "botocore.errorfactory.InternalServiceException: x",
        "QualityFailed: Resource unavailable",
        "NotReady: role admin not found in table users",
        "Warning: no capacity left in flight AB1",
        "__main__.NoFlights: max concurrent legs exceeded: 5 concurrent runs",
        "Error Category: THROTTLING_ERROR; ThrottlingException: Rate exceeded",
        "Error Category: UNCLASSIFIED_ERROR; ValueError: Resource unavailable",
    ],
)
@pytest.mark.parametrize("past", [RAN, NEVER_RAN])
def test_judge__an_exception_of_the_script_without_a_frame__is_not_excused(message, past):
    assert failed(message, past=past).verdict is Verdict.FAILED
    remote = check_of(script="s3://acme/flights.py")
    seen = Sighting(state=FAILED, message=message)
    assert judge(remote, seen, None, book_of(), past).verdict is Verdict.FAILED


def test_judge__a_column_that_is_called_role__is_no_missing_role():
    assert outside("Column 'role' does not exist.") is None
    for message in (
        "The role with name glue-x cannot be found.",
        "Role arn:aws:iam::1:role/x was not found",
        "LAUNCH ERROR | role glue-x does not exist",
        "Error Category: PERMISSION_ERROR; LAUNCH ERROR | role glue-x does not exist",
    ):
        assert failed(message).trouble is Trouble.MISSING_ROLE, message


def test_judge__a_script_on_s3__is_blamed_without_a_place_in_the_checkout():
    check = replace(check_of(script="s3://acme/jobs/flights.py"), shipped={})
    book = book_of(trace(12, "OSError: x"))
    seen = Sighting(state=FAILED, message="Error: see the log")

    judgement = judge(check, seen, None, book, RAN)

    assert (judgement.verdict, judgement.place) == (Verdict.FAILED, None)
    analysis = Analysis(failure="x", frames=(("/tmp/flights.py", 3),))
    book = book_of(analysis=analysis)
    seen = Sighting(state=FAILED, message="Resource unavailable")
    assert judge(check, seen, None, book, RAN).verdict is Verdict.FAILED


# --- the right line -------------------------------------------------------------------------------


def test_judge__an_exception_that_quotes_a_syntax_errors_words__has_the_line_of_its_traceback():
    error = "ValueError: cannot parse rule (flights.py, line 3)"

    assert failed(error, trace(12, error)).place == Place(file="jobs/flights.py", line=12)
    head = f"Error Category: X; Failed Line Number: 7; {error}"
    assert failed(head).place == Place(file="jobs/flights.py", line=7)
    for told in ("SyntaxError: bad", "Error Category: SYNTAX_ERROR; bad"):
        assert failed(f"{told} (flights.py, line 3)").place == Place(file="jobs/flights.py", line=3)


def test_judge__two_tracebacks_agree__takes_the_one_that_says_the_same():
    log = trace(12, "KeyError: 'iata'") + trace(99, "KeyError")

    assert failed("KeyError: 'iata'", log).place == Place(file="jobs/flights.py", line=12)


# --- what is set up before a script ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("No Private DNS for Network Interface Found", Trouble.CONNECTION),
        ("VPC endpoint validation failed for SubnetId: subnet-1", Trouble.CONNECTION),
        ("The subnet ID 'subnet-1' does not exist", Trouble.CONNECTION),
        ("InvalidSubnetID.NotFound", Trouble.CONNECTION),
        (
            "InvalidGroup.NotFound: The security group 'sg-1' does not exist",
            Trouble.CONNECTION,
        ),
        ("UnauthorizedOperation: You are not authorized to perform this", Trouble.JOB_PERMISSION),
        ("NetworkInterfaceLimitExceeded: The maximum number has been reached.", Trouble.QUOTA),
        ("You have exceeded the limit of network interfaces", Trouble.QUOTA),
        ("Connection acme-db not found.", Trouble.MISSING_CONNECTION),
        ("Failed to find a Glue connection", Trouble.MISSING_CONNECTION),
    ],
)
def test_judge__glue_could_not_set_the_job_up__is_errored(message, trouble):
    judgement = failed(message, past=NEVER_RAN)

    assert (judgement.verdict, judgement.trouble) == (Verdict.ERRORED, trouble)


@pytest.mark.parametrize("message", ["Unable to fetch secret", ""])
def test_judge__failed_before_it_ran_and_nothing_tells_of_the_script__is_errored(message):
    judgement = failed(message, past=NEVER_RAN)

    assert judgement.verdict is Verdict.ERRORED
    assert judgement.reason.startswith("The run failed before it began.")
    assert failed(message).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("message", "log"),
    [
        ("KeyError: 'iata'", ""),
        ("SystemExit: 2", ""),
        ("Command failed with exit code 1", ""),
        ("Error Category: UNCLASSIFIED_ERROR; it broke", ""),
        ("It broke", trace(12, "OSError: x")),
    ],
)
def test_judge__a_script_that_fails_within_its_first_second__has_failed(message, log):
    assert failed(message, log, NEVER_RAN).verdict is Verdict.FAILED


# --- stops ----------------------------------------------------------------------------------------


def test_judge__stopped_by_another_and_failed__is_cancelled_unless_the_script_failed():
    past = Past(was_stopped_by_another=True)

    assert failed("", trace(12, "KeyError: 'handled'"), past).verdict is Verdict.CANCELLED
    assert failed("Job was stopped", past=past).verdict is Verdict.CANCELLED
    assert failed("KeyError: 'iata'", past=past).verdict is Verdict.FAILED


def test_judge__failed_at_once_after_our_stop__is_our_end_only_if_it_went_on_and_is_silent():
    past = Past(was_confirmed=True)

    assert failed("", past=past, stop=Stop.TIME).trouble is Trouble.TIME_OUT
    assert failed("", past=RAN, stop=Stop.TIME).trouble is Trouble.SCRIPT_ERROR
    assert failed("KeyError: 'x'", past=past, stop=Stop.TIME).trouble is Trouble.SCRIPT_ERROR


# --- what ended well ------------------------------------------------------------------------------


def test_judge__succeeded_but_its_log_was_not_read_to_the_end__is_cancelled_unless_it_failed():
    seen = Sighting(state=SUCCEEDED)

    unread = judge(check_of(), seen, None, book_of(is_whole=False))
    assert (unread.verdict, unread.trouble) == (Verdict.CANCELLED, Trouble.STOPPED)
    bad = book_of('GLUE_HEALTH_CHECK {"name": "rows", "ok": false}\n', is_whole=False)
    assert judge(check_of(), seen, None, bad).verdict is Verdict.FAILED


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("line", "more"),
    [
        ('GLUE_HEALTH_CHECK {"name": "x", "ok": false}', "(and 4999 more)"),
        ("GLUE_HEALTH_CHECK x", "(and 4999 more)"),
        ("boom", "(and at least 99 more)"),
    ],
)
def test_judge__thousands_of_bad_lines__counts_them_truly(line, more):
    check = check_of(fail_on_log_pattern=("boom",))
    book = book_of(f"{line}\n" * 5000, patterns=check.patterns)

    assert judge(check, Sighting(state=SUCCEEDED), None, book).reason.endswith(more)


def test_of_error__a_message_of_megabytes__is_one_short_line():
    judgement = of_error(Refused("no: " + "A" * 5_000_000 + "\nmore"))

    assert len(judgement.reason) == 500
    assert judgement.reason.endswith("…")


# --- the analysis ---------------------------------------------------------------------------------


def event(kind: str, reason: str) -> str:
    return json.dumps({"Event": kind, "Failure Reason": reason, "Stack Trace": []})


@pytest.mark.parametrize(
    "tasks",
    [
        [event("GlueExceptionAnalysisTaskFailed", "boom")] * 400,
        [event("GlueExceptionAnalysisTaskFailed", "boom " * 14_000)] * 4,
    ],
)
@pytest.mark.parametrize("is_split", [False, True])
def test_analysis_of__many_tasks_failed_before_the_job__tells_of_the_job(tasks, is_split):
    job = event("GlueETLJobExceptionEvent", "KeyError: 'x'")
    half = job.index('"Failure')
    last = [job[:half], job[half:]] if is_split else [job]

    for messages in ([*tasks, *last], [*tasks, *last, *tasks]):
        found = analysis_of(messages)
        assert found is not None
        assert found.is_of_job
        assert found.failure == "KeyError: 'x'"
