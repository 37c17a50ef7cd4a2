"""Why a run failed, of all that its message, its log and Glue's analysis say together."""

from dataclasses import replace

import pytest

from plugin.core.judging.analysis import Analysis
from plugin.core.judging.blame import cause_in, classed, is_scripts, ran, swallowed
from plugin.core.judging.logbook import LogBook
from plugin.core.judging.root_cause import Cause
from plugin.core.ports import LogChunk, LogStream
from plugin.core.result import Place
from plugin.core.trouble import Trouble
from tests.doubles.checks import check_of

SILENT = Cause(error="")
HERE = "/tmp/flights.py"
JOB = Analysis(failure="KeyError: 'iata'", frames=((HERE, 32),), is_of_job=True)


def book_of(text: str = "", analysis: Analysis | None = None) -> LogBook:
    book = LogBook(analysis=analysis)
    book.add([LogChunk(stream=LogStream.ERROR, text=text)])
    return book


# --- what Glue calls a success --------------------------------------------------------------------


@pytest.mark.parametrize("analysis", [None, replace(JOB, is_of_job=False)])
def test_swallowed__no_failure_of_the_job__is_none(analysis):
    assert swallowed(check_of(), book_of(analysis=analysis)) is None


def test_swallowed__the_job_failed__is_its_cause_at_its_place():
    check = check_of()
    script = check.settings.script
    analysis = replace(JOB, frames=((f"/tmp/{script.rpartition('/')[2]}", 32),))

    cause, trouble = swallowed(check, book_of(analysis=analysis)) or (SILENT, None)

    assert (cause.error, cause.place) == ("KeyError: 'iata'", Place(file=script, line=32))
    assert trouble is Trouble.SCRIPT_ERROR


def test_swallowed__a_traceback_was_handled__is_not_taken_for_the_cause():
    log = f'Traceback (most recent call last):\n  File "{HERE}", line 9, in main\nOSError: x\n'

    cause, _ = swallowed(check_of(), book_of(log, JOB)) or (SILENT, None)

    assert cause.error == "KeyError: 'iata'"


def test_swallowed__a_class_that_the_shape_tells__is_kept():
    failure = "java.lang.OutOfMemoryError: Java heap space"

    _, trouble = swallowed(check_of(), book_of(analysis=replace(JOB, failure=failure))) or (
        SILENT,
        None,
    )

    assert trouble is Trouble.OUT_OF_MEMORY


# --- whether the script had begun -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (Cause(error="x", is_of_script=True), ""),
        (Cause(error="x", place=Place(file="a.py", line=1)), ""),
        (SILENT, "ValueError: x"),
        (SILENT, "Error Category: UNCLASSIFIED_ERROR; x"),
        (SILENT, "Command failed with exit code 1"),
    ],
)
def test_ran__one_thing_tells_it__is_enough(cause, message):
    assert ran(check_of(), cause, message)


def test_ran__nothing_tells_it__is_known_on_this_machine_alone():
    check = check_of()

    assert not ran(check, SILENT, "Resource unavailable")
    assert ran(replace(check, is_local=True), SILENT, "Resource unavailable")


@pytest.mark.parametrize(
    ("cause", "message", "expected"),
    [
        (Cause(error="x", is_of_script=True), "x", True),
        (SILENT, "ValueError: x", True),
        (SILENT, "Resource unavailable", False),
        (Cause(error="x", is_of_script=True), "", False),
    ],
)
def test_is_scripts__without_a_message__is_not_certain(cause, message, expected):
    assert is_scripts(cause, message) is expected


# --- a bucket that is not there -------------------------------------------------------------------

NO_BUCKET = "IllegalArgumentException: java.net.UnknownHostException: flights"


@pytest.mark.parametrize(
    ("error", "log"),
    [
        (NO_BUCKET, ""),
        (f"An error occurred. java.lang.{NO_BUCKET}", ""),
        ("x: flights", NO_BUCKET),
        ("x: flights", f": java.lang.{NO_BUCKET} "),
    ],
)
def test_classed__hadoop_takes_a_bucket_for_a_host__is_data_that_is_missing(error, log):
    check = replace(check_of(), is_local=True)

    cause, trouble = classed(check, Cause(error=error), "", book_of(f"{log}\n"))

    assert trouble is Trouble.DATA_NOT_FOUND
    assert cause.error.endswith(NO_BUCKET)


@pytest.mark.parametrize(
    ("error", "log"),
    [
        ("java.net.UnknownHostException: db.example", "nothing"),
        ("OSError: x", NO_BUCKET),
        (NO_BUCKET.removesuffix("flights"), "nothing"),
    ],
)
def test_classed__another_host_or_another_error__is_not_a_bucket(error, log):
    check = replace(check_of(), is_local=True)

    cause, trouble = classed(check, Cause(error=error), "", book_of(f"{log}\n"))

    assert cause.error == error
    assert trouble is not Trouble.DATA_NOT_FOUND


def test_classed__the_error_itself_says_that_a_bucket_is_not_there__is_told_whole():
    check, error = replace(check_of(), is_local=True), f"An error occurred. java.lang.{NO_BUCKET}"

    cause, _ = classed(check, Cause(error=error), "", book_of())

    assert cause.error == error


def test_classed__on_glue__has_no_such_words():
    _, trouble = classed(check_of(), Cause(error=NO_BUCKET), "", book_of())

    assert trouble is not Trouble.DATA_NOT_FOUND


def test_classed__a_known_class__is_not_guessed_again():
    known = Cause(error="KeyError: 'x'", trouble=Trouble.OUT_OF_MEMORY)

    assert classed(check_of(), known, "", book_of()) == (known, Trouble.OUT_OF_MEMORY)


# --- what stands around the cause ------------------------------------------------------------------

HEAP = "java.lang.OutOfMemoryError: Java heap space"


def test_classed__the_cause_says_no_class__what_glue_tells_further_down_does():
    cause = Cause(error="An error occurred while calling o95.save.")
    text = f"{cause.error}\n: org.apache.spark.SparkException: Job aborted\nCaused by: {HEAP}"

    told, analysed = (
        classed(check_of(), cause, message, book_of(analysis=analysis))[1]
        for message, analysis in ((text, None), ("", replace(JOB, failure=text)))
    )

    assert (told, analysed) == (Trouble.OUT_OF_MEMORY, Trouble.OUT_OF_MEMORY)


@pytest.mark.parametrize("before", ["\t", " ", "    "])
def test_classed__a_frame_that_quotes_words_of_a_class__says_none(before):
    cause = Cause(error="ValueError: no rows")

    _, trouble = classed(check_of(), cause, f"{cause.error}\n{before}at {HEAP}", book_of())

    assert trouble is Trouble.SCRIPT_ERROR


# --- a script that lies on S3 ---------------------------------------------------------------------


def test_cause_in__a_script_on_s3__has_no_place_in_the_checkout():
    check = check_of(script="s3://shared/jobs/flights.py")
    log = f'Traceback (most recent call last):\n  File "{HERE}", line 9, in main\nOSError: x\n'

    cause = cause_in(replace(check, shipped={}), "", book_of(log))

    assert (cause.error, cause.place, cause.is_of_script) == ("OSError: x", None, True)


def test_cause_in__a_module_beside_a_script_on_s3__keeps_its_place():
    check = replace(check_of(script="s3://shared/flights.py"), shipped={"util.py": "lib/util.py"})
    log = 'Traceback (most recent call last):\n  File "/tmp/util.py", line 3, in f\nOSError: x\n'

    assert cause_in(check, "", book_of(log)).place == Place(file="lib/util.py", line=3)
