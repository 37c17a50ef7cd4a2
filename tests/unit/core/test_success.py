"""A run that Glue calls a success: each thing that speaks against it, with all that is known."""

import pytest

from plugin.core.judging.analysis import Analysis
from plugin.core.judging.logbook import LogBook
from plugin.core.judging.success import succeeded
from plugin.core.ports import LogChunk, LogStream
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from tests.doubles.checks import check_of

PROBLEM = "The log could not be read to its end."
BAD = 'GLUE_HEALTH_CHECK {"name": "rows", "ok": false}\n'
JOB = Analysis(failure="KeyError: 'x'", is_of_job=True)
CHECK = check_of(fail_on_log_pattern=("FORBIDDEN",))


def book_of(text: str = "", **fields) -> LogBook:
    book = LogBook(patterns=CHECK.patterns, problem=PROBLEM, **fields)
    book.add([LogChunk(stream=LogStream.ERROR, text=text)])
    return book


@pytest.mark.parametrize(
    ("book", "verdict", "trouble"),
    [
        (book_of(), Verdict.PASSED, None),
        (book_of(BAD), Verdict.FAILED, Trouble.FINDING),
        (book_of("FORBIDDEN\n"), Verdict.FAILED, Trouble.LOG_PATTERN),
        (book_of(analysis=JOB), Verdict.FAILED, Trouble.SCRIPT_ERROR),
        (book_of(is_whole=False), Verdict.CANCELLED, Trouble.STOPPED),
        (book_of(slow_pattern="(a+)+b"), Verdict.ERRORED, Trouble.LOG_PATTERN),
        (book_of(counted=2), Verdict.ERRORED, Trouble.LOG_UNREADABLE),
    ],
    ids=["well", "finding", "pattern", "swallowed", "cut short", "slow pattern", "too few"],
)
def test_succeeded__each_thing_against_it__has_its_class_and_what_else_is_known(
    book, verdict, trouble
):
    judgement = succeeded(CHECK, book)

    assert (judgement.verdict, judgement.trouble) == (verdict, trouble)
    assert judgement.notes == (PROBLEM,)


def test_succeeded__cancelled_while_its_log_was_read__says_why_it_is_no_pass():
    reason = "Cancelled: the run succeeded, but its log was not read to the end."

    assert succeeded(CHECK, book_of(is_whole=False)).reason == reason


def test_succeeded__a_pattern_that_took_too_long__says_how_to_write_it():
    judgement = succeeded(CHECK, book_of(slow_pattern="(a+)+b"))

    assert judgement.hint == "Write it without nested repetition."


def test_succeeded__nothing_to_say__has_no_notes():
    judgement = succeeded(CHECK, LogBook())

    assert (judgement.verdict, judgement.notes) == (Verdict.PASSED, ())


def test_succeeded__several_things_against_it__the_first_is_the_reason_and_all_are_told():
    text = f"{BAD}FORBIDDEN\nGLUE_HEALTH_CHECK x\n"
    book = book_of(text, analysis=JOB, counted=3)
    book.slow_pattern = "(a+)+b"  # after the lines: none is looked at from then on

    judgement = succeeded(CHECK, book)

    assert (judgement.verdict, judgement.reason) == (Verdict.FAILED, "Finding rows is not ok")
    assert judgement.notes == (
        "Another reason: Forbidden in the log: FORBIDDEN",
        "Another reason: Glue calls it SUCCEEDED, but it failed: KeyError: 'x'",
        "Another reason: fail_on_log_pattern took too long on a line: (a+)+b",
        "Another reason: A finding is not JSON: GLUE_HEALTH_CHECK x",
        "Another reason: 1 of 3 promised findings were read.",
        PROBLEM,
    )


def test_succeeded__several_doubts__the_first_is_the_reason_and_all_are_told():
    judgement = succeeded(CHECK, book_of("GLUE_HEALTH_CHECK x\n", counted=3))

    assert judgement.verdict is Verdict.ERRORED
    assert judgement.reason == "A finding is not JSON: GLUE_HEALTH_CHECK x"
    assert judgement.notes == ("Another reason: 0 of 3 promised findings were read.", PROBLEM)


def test_succeeded__a_fault_in_a_log_that_was_cut_short__doubts_are_not_told():
    book = book_of(f"{BAD}GLUE_HEALTH_CHECK x\n", is_whole=False, counted=3)

    judgement = succeeded(CHECK, book)

    assert judgement.trouble is Trouble.FINDING
    assert judgement.notes == (PROBLEM, "A finding is not JSON: GLUE_HEALTH_CHECK x")


def test_succeeded__a_finding_that_cannot_be_read__is_told_once_and_what_else_is_known_too():
    judgement = succeeded(CHECK, book_of('GLUE_HEALTH_CHECK {"name"\nGLUE_HEALTH_CHECK [2]\n'))

    assert judgement.trouble is Trouble.LOG_UNREADABLE
    assert judgement.notes[0] == PROBLEM
    assert len(judgement.notes) == 2  # the first line is the reason
    assert judgement.notes[1] not in judgement.reason


def test_succeeded__all_at_once__the_scripts_own_word_comes_first():
    fields = {"analysis": JOB, "is_whole": False, "counted": 5}

    trouble = [
        succeeded(CHECK, book_of(text, **fields)).trouble
        for text in (f"{BAD}FORBIDDEN\n", "FORBIDDEN\n", "")
    ]

    assert trouble == [Trouble.FINDING, Trouble.LOG_PATTERN, Trouble.SCRIPT_ERROR]


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        ('{"name": "rows", "ok": false}', "Finding rows is not ok"),
        ('{"name": "rows", "ok": false, "value": 3}', "Finding rows is 3"),
        (
            '{"name": "rows", "ok": false, "value": 3, "expected": 5, "message": "too few"}',
            "Finding rows is 3, expected 5: too few",
        ),
        (
            '{"name": "rows", "ok": false, "expected": 5, "message": "too few"}',
            "Finding rows is not ok: too few",
        ),
    ],
)
def test_succeeded__a_bad_finding__is_told_with_what_it_says(finding, reason):
    assert succeeded(CHECK, book_of(f"GLUE_HEALTH_CHECK {finding}\n")).reason == reason


@pytest.mark.parametrize(("number", "more"), [(1, ""), (2, " (and 1 more)"), (3, " (and 2 more)")])
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (BAD, "Finding rows is not ok"),
        ("FORBIDDEN\n", "Forbidden in the log: FORBIDDEN"),
        ("GLUE_HEALTH_CHECK x\n", None),
    ],
)
def test_succeeded__several_of_one_kind__counts_the_others(line, reason, number, more):
    told = succeeded(CHECK, book_of(line * number)).reason

    assert told.endswith(more)
    assert ("more)" in told) is bool(more)
    assert reason is None or told == reason + more


def test_succeeded__as_many_forbidden_lines_as_are_kept__there_may_be_others():
    book = book_of("FORBIDDEN\n" * 10_000)

    kept = len(book.forbidden)
    assert succeeded(CHECK, book).reason.endswith(f" (and at least {kept - 1} more)")
