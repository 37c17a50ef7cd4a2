"""State, stop and log become one verdict, with a reason and a hint."""

from decimal import Decimal
from typing import Any

import pytest

from plugin.core.errors import Refused, Unreachable
from plugin.core.judging.analysis import Analysis
from plugin.core.judging.judged import Judgement
from plugin.core.judging.judgement import judge, not_begun, of_bug, of_error
from plugin.core.judging.logbook import LogBook
from plugin.core.ports import LogChunk, LogStream, Sighting
from plugin.core.result import Place
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.core.watching.ending import Past, Stop
from tests.doubles.checks import check_of

OK = 'GLUE_HEALTH_CHECK {"name": "rows", "ok": true}\n'
TRACE = (
    'Traceback (most recent call last):\n  File "/tmp/flights.py", line 12, in main\nOSError: x\n'
)
SUCCEEDED = Sighting(state=RunState.SUCCEEDED)
RUNNING = Sighting(state=RunState.RUNNING)
STOPPED = Sighting(state=RunState.STOPPED)


def book_of(text: str = "", *, patterns: tuple[str, ...] = (), problem: str = "") -> LogBook:
    book = LogBook(patterns=check_of(fail_on_log_pattern=patterns).patterns, problem=problem)
    book.add([LogChunk(stream=LogStream.ERROR, text=text)])
    return book


def failed(message: str, log: str = "", **check: Any) -> Judgement:
    seen = Sighting(state=RunState.FAILED, message=message)
    return judge(check_of(**check), seen, None, book_of(log))


# --- what does not blame the script ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (
            "Role arn:aws:iam::1:role/x should be given assume role permissions",
            "take the job's role",
        ),
        ("LAUNCH ERROR | role glue-x not found", "find the job's role"),
        ("Exceeded maximum concurrent capacity for your account: DPU limit", "quota"),
        ("ResourceNumberLimitExceededException: too many", "quota"),
        ("Resource unavailable. Please try again", "no capacity"),
        ("Internal service error : Invalid input", "Glue failed by itself"),
    ],
)
def test_judge__failed_for_a_reason_outside_the_script__is_errored(message, what):
    judgement = failed(message)

    assert judgement.verdict is Verdict.ERRORED
    assert what in judgement.reason
    assert message in judgement.reason
    assert judgement.hint


@pytest.mark.parametrize(
    "message",
    [
        "botocore.exceptions.ClientError: An error occurred (InternalServiceException)",
        "ValueError: no capacity left in the plane",
        "KeyError: the role pilot does not exist",
    ],
)
def test_judge__the_scripts_own_traceback__is_not_excused_by_its_words(message):
    judgement = failed(message, TRACE)

    assert judgement.verdict is Verdict.FAILED
    assert judgement.place == Place(file="jobs/flights.py", line=12)


def test_judge__a_hostile_message__is_searched_in_its_beginning_only():
    judgement = failed("max role " * 200_000)

    assert judgement.verdict is Verdict.FAILED
    assert len(judgement.reason) == 500


# --- what blames it -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("ModuleNotFoundError: No module named 'pandas'", "extra_py_files"),
        ("SyntaxError: invalid syntax (flights.py, line 3)", "Mend the syntax of the line"),
        ("SystemExit: 0", "let the script run to its end"),
        ("GlueArgumentError: the following arguments are required: --day", "arguments"),
        ("An error occurred (AccessDenied) when calling PutObject", "role this right"),
        ("Command failed with exit code 137: OutOfMemory", "larger worker_type"),
        ("AnalysisException: Path does not exist: s3://a/b", "Check the address against"),
        ("KeyError: 'iata'", "Mend the script"),
    ],
)
def test_judge__the_script_failed__says_so_and_what_to_do(message, hint):
    judgement = failed(message)

    assert judgement.verdict is Verdict.FAILED
    assert judgement.reason == message
    assert hint in judgement.hint


@pytest.mark.parametrize(
    ("log", "reason"), [(TRACE, "OSError: x"), ("", "The run failed without a message.")]
)
def test_judge__failed_without_a_message__takes_the_logs_last_error(log, reason):
    assert failed("", log).reason == reason


def test_judge__a_message_of_several_lines__is_told_by_its_first():
    message = "\n  An error\toccurred  while calling o95\n== Physical Plan ==\n"

    assert failed(message).reason == "An error occurred while calling o95"
    assert failed("\n").reason == ""


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (
            "pyspark.errors.exceptions.captured.AnalysisException: no `a`.;\n'Project [a#1]",
            "AnalysisException: no `a`.",
        ),
        ("pyspark.sql.utils.ParseException: x", "ParseException: x"),
        ("ValueError: pyspark.sql.functions.col; see there", None),
        ("java.io.IOException: gone", None),
    ],
)
def test_judge__an_exception_of_spark__is_told_without_its_module(message, reason):
    assert failed(message).reason == (reason or message)


def test_judge__the_message_names_the_script_where_glue_put_it__is_told_as_in_the_checkout():
    assert failed("SystemExit: see /tmp/flights.py").reason == ("SystemExit: see jobs/flights.py")
    hidden = f"SystemExit: {'x' * 450} /tmp/local-glue-a/jr_{'1' * 64}/work/flights.py"
    assert failed(hidden).reason == f"SystemExit: {'x' * 450} jobs/flights.py"


@pytest.mark.parametrize(
    ("seen", "stop"),
    [
        (Sighting(state=RunState.TIMEOUT), None),
        (STOPPED, Stop.TIME),
        (STOPPED, Stop.COST),
        (Sighting(state=RunState.FAILED, message="KeyError: 'x'"), None),
    ],
)
@pytest.mark.parametrize(
    ("lines", "note"),
    [
        ("", ()),
        (
            "FORBIDDEN a\nFORBIDDEN b\n",
            ("Another reason: Forbidden in the log: FORBIDDEN a (and 1 more)",),
        ),
    ],
)
def test_judge__failed_and_a_forbidden_line_too__tells_both(seen, stop, lines, note):
    check = check_of(max_cost_usd=Decimal(1))

    judgement = judge(check, seen, stop, book_of(lines, patterns=("FORBIDDEN",)))

    assert judgement.verdict is Verdict.FAILED
    assert not judgement.reason.startswith("Forbidden")
    assert judgement.notes == note


def test_judge__out_of_time__names_the_limit_and_what_sets_it():
    own, cloned, cost = (
        judge(check_of(**settings), STOPPED, stop, book_of()).reason
        for settings, stop in (
            ({"timeout_minutes": 2}, Stop.TIME),
            ({"timeout_minutes": 2, "job": "nightly"}, Stop.TIME),
            ({"max_cost_usd": Decimal("0.5")}, Stop.COST),
        )
    )

    assert own == "Time-out: it still ran after 2 min (timeout_minutes)."
    assert cloned == (
        "Time-out: it still ran after 2 min (timeout_minutes, or the cloned job's own limit)."
    )
    assert cost == "Stopped: it would have cost more than 0.5 USD (max_cost_usd)."


def test_judge__glues_own_time_out__is_failed():
    judgement = judge(check_of(), Sighting(state=RunState.TIMEOUT), None, book_of())

    assert (judgement.verdict, judgement.reason) == (
        Verdict.FAILED,
        "Time-out: it still ran after 30 min (timeout_minutes).",
    )
    assert judgement.trouble is Trouble.TIME_OUT


def test_judge__glues_time_out_before_it_ran__is_errored():
    past = Past(has_run=False)

    judgement = judge(check_of(), Sighting(state=RunState.TIMEOUT), None, book_of(), past)

    assert (judgement.verdict, judgement.trouble) == (Verdict.ERRORED, Trouble.QUEUE)
    assert judgement.reason == "Time-out: Glue itself gave the run up before it began."


def test_judge__glues_time_out_of_flex_before_it_ran__the_hint_names_what_flex_may_wait():
    seen, past = Sighting(state=RunState.TIMEOUT), Past(has_run=False)

    flex, usual = (
        judge(check_of(execution_class=kind), seen, None, book_of(), past).hint
        for kind in ("FLEX", "STANDARD")
    )

    assert "20 min" in flex
    assert "20 min" not in usual


@pytest.mark.parametrize(
    ("message", "said"),
    [("Unable to fetch secret", "Unable to fetch secret"), ("", "Glue says nothing of why.")],
)
def test_judge__glue_gave_it_up_before_it_began__says_what_glue_said_and_where_to_look(
    message, said
):
    seen = Sighting(state=RunState.FAILED, message=message)

    judgement = judge(check_of(), seen, None, book_of(), Past(has_run=False))

    assert judgement.reason == f"The run failed before it began. {said}"
    assert (judgement.verdict, judgement.trouble) == (Verdict.ERRORED, Trouble.REFUSED)
    assert judgement.hint.startswith("Look at the job's role, connection, worker type and script")


# --- errored --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [RunState.ERROR, RunState.EXPIRED])
@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("", "un "),
        ("LocalGlueUnsupported: pandas is missing", "Use engine glue"),
        ("Resource unavailable", "another worker type"),
        ("acme.Full: Resource unavailable", "another worker type"),
    ],
)
def test_judge__glue_gave_up__is_errored(state, message, hint):
    judgement = judge(check_of(), Sighting(state=state, message=message), None, book_of())

    assert judgement.verdict is Verdict.ERRORED
    assert judgement.reason == (message or f"The run ended as {state}.")
    assert hint in judgement.hint


def test_judge__glue_calls_it_an_error__the_job_was_removed_but_never_here():
    # ERROR is Glue's state for a job that was deleted: AWS's page of the states.  airflow#71570.
    seen = Sighting(state=RunState.ERROR)

    on_aws, here = (judge(check_of(is_local=it), seen, None, book_of()) for it in (False, True))

    assert (on_aws.verdict, on_aws.trouble) == (Verdict.ERRORED, Trouble.MISSING_JOB)
    assert (here.verdict, here.trouble) == (Verdict.ERRORED, Trouble.LOCAL_ENGINE)


def test_judge__a_run_that_was_not_seen_to_end__is_errored():
    judgement = judge(check_of(), RUNNING, None, book_of())

    assert (judgement.verdict, judgement.reason) == (
        Verdict.ERRORED,
        "The run was last seen as RUNNING.",
    )
    assert judgement.hint == "Look at the run in the console."


@pytest.mark.parametrize(
    ("state", "stop"),
    [(RunState.UNKNOWN_END, None), (RunState.STOPPED, Stop.UNKNOWN_STATE)],
    ids=["Glue ended it", "we stopped it at a limit"],
)
def test_judge__a_state_that_nobody_knows__is_errored_and_named(state, stop):
    seen = Sighting(state=state, unknown="DREAMING", message="of sheep")

    judgement = judge(check_of(), seen, stop, book_of())

    assert (judgement.verdict, judgement.hint) == (Verdict.ERRORED, "Update glue-health-check.")
    assert judgement.reason == (
        "Glue reported a state that this version does not know: DREAMING. of sheep"
    )


# --- stopped --------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [Stop.TIME, Stop.COST, Stop.STREAM_HEALTHY])
def test_judge__fails_while_it_stops_because_of_us__has_the_verdict_of_the_stop(stop):
    # After a stop, FAILED is an end as good as STOPPED: kestra-io/plugin-aws#652.
    check, seen = check_of(max_cost_usd=Decimal(1)), Sighting(state=RunState.FAILED, message="no")
    expected = judge(check, STOPPED, stop, book_of())

    obeyed = judge(check, seen, stop, book_of(), Past(was_obeyed=True))
    itself = judge(check, seen, stop, book_of())

    assert obeyed == expected
    assert (itself.verdict, itself.reason) == (Verdict.FAILED, "no")


@pytest.mark.parametrize("seen", [STOPPED, Sighting(state=RunState.STOPPING)])
@pytest.mark.parametrize("stop", [None, Stop.TIME, Stop.QUEUE, Stop.STREAM_HEALTHY])
def test_judge__somebody_else_stopped_it_before_our_limit__says_so(stop, seen):
    # Who stopped it and why: amazon-dynamodb-tools#345.
    past = Past(was_stopped_by_another=True)

    judgement = judge(check_of(), seen, stop, book_of(), past)

    assert (judgement.verdict, judgement.reason) == (
        Verdict.CANCELLED,
        "Somebody else stopped the run.",
    )
    assert "newer build" in judgement.hint
    assert judge(check_of(), seen, Stop.CANCELLED, book_of(), past).reason.startswith("Cancelled")


def test_judge__sent_back_to_the_queue__is_told_from_one_that_never_began():
    never, back = (
        judge(check_of(), STOPPED, Stop.QUEUE, book_of(), Past(has_run=has_run)).reason
        for has_run in (False, True)
    )

    assert never == "The run did not begin within 15 min (queue_timeout_minutes)."
    assert back == (
        "Glue sent the run back to the queue: it waited 15 min in all (queue_timeout_minutes)."
    )


def test_judge__flex_waited_too_long__the_hint_names_what_flex_may_wait():
    flex = check_of(execution_class="FLEX")

    judgement = judge(flex, STOPPED, Stop.QUEUE, book_of(), Past(has_run=False))

    assert "20 min" in judgement.hint
    assert "20 min" not in judge(check_of(), STOPPED, Stop.QUEUE, book_of()).hint


@pytest.mark.parametrize("seen", [RUNNING, STOPPED, Sighting(state=RunState.STOPPING)])
@pytest.mark.parametrize(
    ("stop", "verdict"),
    [
        (Stop.CANCELLED, Verdict.CANCELLED),
        (Stop.QUEUE, Verdict.ERRORED),
        (Stop.TIME, Verdict.FAILED),
        (Stop.COST, Verdict.FAILED),
        (Stop.STREAM_HEALTHY, Verdict.PASSED),
    ],
)
def test_judge__stopped_by_us__has_the_verdict_of_the_reason(stop, verdict, seen):
    check = check_of(max_cost_usd=Decimal(1))

    assert judge(check, seen, stop, book_of()).verdict is verdict


@pytest.mark.parametrize(
    ("stop", "trouble"),
    [
        (Stop.CANCELLED, Trouble.STOPPED),
        (Stop.QUEUE, Trouble.QUEUE),
        (Stop.TIME, Trouble.TIME_OUT),
        (Stop.COST, Trouble.COST_LIMIT),
        (Stop.STREAM_HEALTHY, None),
    ],
)
def test_judge__stopped_by_us__has_the_class_of_the_limit(stop, trouble):
    judgement = judge(check_of(max_cost_usd=Decimal(1)), RUNNING, stop, book_of())

    assert judgement.trouble is trouble
    assert bool(judgement.hint) is (trouble is not None)


def test_judge__stopped_by_somebody_else__is_cancelled_and_says_where_to_look():
    judgement = judge(check_of(), STOPPED, None, book_of())

    assert judgement.verdict is Verdict.CANCELLED
    assert "CloudTrail" in judgement.hint


@pytest.mark.parametrize("stop", Stop)
def test_judge__ended_before_our_stop_took_hold__has_its_own_verdict(stop):
    assert judge(check_of(), SUCCEEDED, stop, book_of()).verdict is Verdict.PASSED


def test_judge__a_healthy_stream_with_a_bad_finding__is_failed():
    log = OK.replace("true", "false")

    judgement = judge(check_of(), STOPPED, Stop.STREAM_HEALTHY, book_of(log))

    assert judgement.verdict is Verdict.FAILED


# --- succeeded, and what the log says ------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('"ok": false', "Finding rows is not ok"),
        ('"ok": false, "value": 0', "Finding rows is 0"),
        ('"ok": false, "value": 0, "expected": "> 0"', "Finding rows is 0, expected > 0"),
        ('"ok": false, "message": "empty"', "Finding rows is not ok: empty"),
    ],
)
def test_judge__a_bad_finding__fails_and_is_told(said, reason):
    log = f'{OK}GLUE_HEALTH_CHECK {{"name": "rows", {said}}}\n'

    judgement = judge(check_of(), SUCCEEDED, None, book_of(log))

    assert (judgement.verdict, judgement.reason) == (Verdict.FAILED, reason)


def test_judge__several_bad_things__counts_the_others():
    bad = OK.replace("true", "false") * 3

    findings = judge(check_of(), SUCCEEDED, None, book_of(bad))
    lines = judge(check_of(), SUCCEEDED, None, book_of("lost\nlost\n", patterns=("lost",)))

    assert findings.reason == "Finding rows is not ok (and 2 more)"
    assert lines.reason == "Forbidden in the log: lost (and 1 more)"


@pytest.mark.parametrize(
    ("log", "required", "reason"),
    [
        (OK + 'GLUE_HEALTH_CHECK {"findings": 3}\n', None, "1 of 3 promised findings were read."),
        (OK + 'GLUE_HEALTH_CHECK {"findings": 3}\n', 2, "1 of 3 promised findings were read."),
        (OK + 'GLUE_HEALTH_CHECK {"findings": 3}\n', 5, "1 of 3 promised findings were read."),
    ],
)
def test_judge__fewer_findings_than_promised__is_errored(log, required, reason):
    judgement = judge(check_of(require_findings=required), SUCCEEDED, None, book_of(log))

    assert (judgement.verdict, judgement.reason) == (Verdict.ERRORED, reason)
    assert judgement.hint == "Run the check again: a log that was not read whole is not a pass."


@pytest.mark.parametrize(
    ("log", "required", "reason"),
    [
        ("", 1, "1 finding was required, 0 were read."),
        ("", 2, "2 findings were required, 0 were read."),
        (OK, 2, "2 findings were required, 1 was read."),
        (
            OK + 'GLUE_HEALTH_CHECK {"findings": 1}\n',
            2,
            "2 findings were required, 1 was read.",
        ),
    ],
)
def test_judge__fewer_findings_than_required__promises_nothing_and_names_both_ways(
    log, required, reason
):
    judgement = judge(check_of(require_findings=required), SUCCEEDED, None, book_of(log))

    assert (judgement.verdict, judgement.reason) == (Verdict.ERRORED, reason)
    assert judgement.hint == (
        "Print the missing findings, or lower require_findings. If the job did print them, its log"
        " was late: run the check again."
    )


def test_judge__passed_with_a_log_that_was_cut__has_a_note():
    judgement = judge(check_of(), SUCCEEDED, None, book_of(OK, problem="Cut off."))

    assert judgement == Judgement(verdict=Verdict.PASSED, notes=("Cut off.",))


def test_judge__a_finding_that_cannot_be_read__is_not_a_pass():
    log = 'GLUE_HEALTH_CHECK {"name": "rows", "Ok": false}\n' * 2 + OK

    judgement = judge(check_of(), SUCCEEDED, None, book_of(log))

    assert judgement.verdict is Verdict.ERRORED
    assert judgement.reason == (
        'A finding lacks "name" (text) or "ok" (true or false):'
        ' GLUE_HEALTH_CHECK {"name": "rows", "Ok": false} (and 1 more)'
    )
    assert judgement.hint.startswith('Print {"name": text')


def test_judge__forbidden_pattern_without_an_end__is_given_up_and_told():
    book = book_of("a" * 60 + "!\nlost\n", patterns=("^(a|a)*$", "lost"))

    judgement = judge(check_of(), SUCCEEDED, None, book)

    assert judgement.verdict is Verdict.ERRORED
    assert judgement.reason == "fail_on_log_pattern took too long on a line: ^(a|a)*$"
    assert judgement.hint == "Write it without nested repetition."
    assert judgement.trouble is Trouble.LOG_PATTERN


@pytest.mark.parametrize("code", [137, 139, 143])
def test_judge__killed_after_a_traceback_that_was_handled__blames_no_line(code):
    log = 'Traceback (most recent call last):\n  File "flights.py", line 3, in <module>\nKeyError: 1\n'

    judgement = failed(f"Command failed with exit code {code}", log)

    assert judgement.verdict is Verdict.FAILED
    assert judgement.place is None


# --- classes of trouble ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("Resource unavailable", Trouble.CAPACITY),
        ("LAUNCH ERROR | Invalid input to --conf", Trouble.REFUSED),
        ("KeyError: 'iata'", Trouble.SCRIPT_ERROR),
        ("Error Category: IMPORT_ERROR; Failed Line Number: 2; x", Trouble.MODULE_NOT_FOUND),
        (
            (
                "An error occurred while calling o9.x.\n: Job aborted\n"
                "Caused by: java.io.IOException: No space left on device"
            ),
            Trouble.DISK_FULL,
        ),
        ("", Trouble.SCRIPT_ERROR),
    ],
)
def test_judge__failed__has_a_class(message, trouble):
    judgement = failed(message)

    assert judgement.trouble is trouble
    assert judgement.hint


@pytest.mark.parametrize(("log", "has_log"), [("", False), ("reading orders\n", True)])
def test_judge__failed__points_to_the_log_only_where_there_is_one(log, has_log):
    judgement = failed("It ended with 7.", log)

    assert judgement.trouble is Trouble.SCRIPT_ERROR
    assert ("log" in judgement.hint) is has_log


def test_judge__glue_names_a_line_of_the_script__is_not_excused():
    judgement = failed("Error Category: X; Failed Line Number: 12; Resource unavailable")

    assert (judgement.verdict, judgement.reason) == (Verdict.FAILED, "Resource unavailable")
    assert judgement.place == Place(file="jobs/flights.py", line=12)


def test_judge__glues_analysis__tells_reason_class_and_place():
    book = book_of()
    book.analysis = Analysis(failure=TRACE.replace("OSError: x", "MemoryError"))
    seen = Sighting(state=RunState.FAILED, message="Resource unavailable")

    judgement = judge(check_of(), seen, None, book)

    assert (judgement.verdict, judgement.reason, judgement.trouble) == (
        *(Verdict.FAILED, "MemoryError"),
        Trouble.OUT_OF_MEMORY,
    )
    assert judgement.place == Place(file="jobs/flights.py", line=12)


def test_judge__a_traceback_that_quotes_words_of_another_class__has_its_own():
    book = book_of()
    book.analysis = Analysis(
        failure=TRACE.replace("OSError: x", "    no_module(ImportError)\nKeyError")
    )

    judgement = judge(check_of(), Sighting(state=RunState.FAILED), None, book)

    assert (judgement.reason, judgement.trouble) == ("KeyError", Trouble.SCRIPT_ERROR)


@pytest.mark.parametrize(
    ("state", "message", "trouble"),
    [
        (RunState.ERROR, "", Trouble.MISSING_JOB),
        (RunState.UNKNOWN_END, "", Trouble.AWS_FAULT),
        (RunState.EXPIRED, "", Trouble.QUEUE),
        (RunState.ERROR, "LocalGlueUnsupported: x", Trouble.LOCAL_ENGINE),
        (RunState.EXPIRED, "Resource unavailable", Trouble.CAPACITY),
        (RunState.TIMEOUT, "", Trouble.TIME_OUT),
        (RunState.STOPPED, "", Trouble.STOPPED),
        (RunState.RUNNING, "", Trouble.AWS_FAULT),
        (RunState.SUCCEEDED, "", None),
    ],
)
def test_judge__each_state__has_a_class_or_passed(state, message, trouble):
    judgement = judge(check_of(), Sighting(state=state, message=message), None, book_of())

    assert judgement.trouble is trouble
    assert (judgement.verdict is Verdict.PASSED) is (trouble is None)


@pytest.mark.parametrize(
    ("log", "settings", "trouble"),
    [
        (OK.replace("true", "false"), {}, Trouble.FINDING),
        ("lost\n", {"patterns": ("lost",)}, Trouble.LOG_PATTERN),
        ('GLUE_HEALTH_CHECK {"name": 1}\n', {}, Trouble.LOG_UNREADABLE),
        ('GLUE_HEALTH_CHECK {"findings": 3}\n', {}, Trouble.LOG_UNREADABLE),
    ],
)
def test_judge__succeeded_but_not_healthy__has_a_class(log, settings, trouble):
    judgement = judge(check_of(), SUCCEEDED, None, book_of(log, **settings))

    assert judgement.trouble is trouble


NO_BUCKET = "IllegalArgumentException: java.net.UnknownHostException: acme-raw"


@pytest.mark.parametrize(
    ("message", "log"),
    [
        (NO_BUCKET, ""),
        (
            "An error occurred while calling o3.partitions. acme-raw",
            f"x\n: java.lang.{NO_BUCKET}\n",
        ),
    ],
)
def test_judge__a_bucket_that_the_local_engine_has_not__is_missing_data(message, log):
    judgement = failed(message, log, is_local=True)

    assert judgement.reason == NO_BUCKET
    assert judgement.trouble is Trouble.DATA_NOT_FOUND
    assert "put a sample there with fixtures" in judgement.hint
    assert "acme-raw" not in judgement.hint


@pytest.mark.parametrize(
    ("message", "log", "is_local"),
    [
        (NO_BUCKET, "", False),
        ("java.net.UnknownHostException: db.acme.internal", "", True),
        ("java.net.UnknownHostException: db", f"{NO_BUCKET}\n", True),
        (f"{NO_BUCKET.removesuffix('acme-raw')}", "", True),
    ],
    ids=["on AWS", "a database", "a database after a bucket", "no name"],
)
def test_judge__a_host_that_is_not_known__is_a_connection(message, log, is_local):
    assert failed(message, log, is_local=is_local).trouble is Trouble.CONNECTION


@pytest.mark.parametrize(
    ("log", "trouble", "hint"),
    [
        ("java.lang.OutOfMemoryError: Java heap space\n", Trouble.OUT_OF_MEMORY, "worker_type"),
        ("", Trouble.WORKER_LOST, "Run the check again"),
        ("Resource unavailable. LAUNCH ERROR\n", Trouble.WORKER_LOST, "Run the check again"),
    ],
)
def test_judge__sparks_java_is_gone__stays_the_scripts_failure(log, trouble, hint):
    judgement = failed("Py4JError: An error occurred while calling None.None", log)

    assert (judgement.verdict, judgement.trouble) == (Verdict.FAILED, trouble)
    assert hint in judgement.hint


@pytest.mark.parametrize(
    ("log", "problem", "is_local", "hint"),
    [
        ("", "", True, "Print the missing findings, or lower require_findings."),
        ("", "Cut off.", True, "Cut off."),
        (
            'GLUE_HEALTH_CHECK {"findings": 3}\n',
            "",
            True,
            "Print every finding that the job counts, or mend its count.",
        ),
    ],
)
def test_judge__findings_missing_on_the_local_engine__never_asks_for_another_run(
    log, problem, is_local, hint
):
    check = check_of(require_findings=1, is_local=is_local)

    judgement = judge(check, SUCCEEDED, None, book_of(log, problem=problem))

    assert (judgement.verdict, judgement.hint) == (Verdict.ERRORED, hint)


def test_of_bug__is_errored_and_asks_for_a_report():
    judgement = of_bug(RuntimeError("two\nlines"))

    assert judgement.reason == "A bug in glue-health-check: RuntimeError: two"
    assert (judgement.verdict, judgement.trouble) == (Verdict.ERRORED, Trouble.BUG)


@pytest.mark.parametrize(
    ("error", "is_local", "hint", "trouble"),
    [
        (Refused("Odd.", hint="Mend it."), False, "Mend it.", Trouble.REFUSED),
        (Unreachable("Nobody."), False, "Check the network", Trouble.NETWORK),
        (Unreachable("Nobody."), True, "Use engine glue", Trouble.LOCAL_ENGINE),
    ],
)
def test_of_error__each__is_errored_with_a_hint_and_a_class(error, is_local, hint, trouble):
    judgement = of_error(error, is_local=is_local)

    assert judgement.verdict is Verdict.ERRORED
    assert judgement.hint.startswith(hint)
    assert judgement.trouble is trouble


def test_of_error__nobody_says_where__is_taken_for_one_of_aws():
    assert of_error(Unreachable("Nobody.")).trouble is Trouble.NETWORK


def test_not_begun__is_cancelled():
    assert (not_begun().verdict, not_begun().trouble) == (Verdict.CANCELLED, Trouble.STOPPED)
