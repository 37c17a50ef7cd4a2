"""Findings that are missing, in words and with what to do."""

from dataclasses import replace

import pytest

from plugin.core.judging.logbook import LogBook
from plugin.core.judging.shortfall import shortfall
from plugin.core.ports import LogChunk, LogStream
from tests.doubles.checks import check_of


def book_of(read: int, counted: int | None = None, problem: str = "") -> LogBook:
    book = LogBook(counted=counted, problem=problem)
    line = 'GLUE_HEALTH_CHECK {"name": "rows", "ok": true}\n'
    book.add([LogChunk(stream=LogStream.OUTPUT, text=line * read)])
    return book


@pytest.mark.parametrize(
    ("read", "counted", "required", "reason"),
    [
        (0, None, None, ""),
        (2, 2, 2, ""),
        (3, 2, 2, ""),
        (1, 2, None, "1 of 2 promised findings were read."),
        (1, 2, 9, "1 of 2 promised findings were read."),
        (0, None, 1, "1 finding was required, 0 were read."),
        (1, None, 2, "2 findings were required, 1 was read."),
        (2, 2, 3, "3 findings were required, 2 were read."),
    ],
)
def test_shortfall__fewer_than_counted_or_required__says_how_many(read, counted, required, reason):
    found = shortfall(check_of(require_findings=required), book_of(read, counted))

    assert (found.reason if found else "") == reason


@pytest.mark.parametrize(
    ("is_local", "counted", "hint"),
    [
        (False, 2, ""),
        (True, 2, "Print every finding that the job counts, or mend its count."),
        (True, None, "Print the missing findings, or lower require_findings."),
        (
            False,
            None,
            (
                "Print the missing findings, or lower require_findings."
                " If the job did print them, its log was late: run the check again."
            ),
        ),
    ],
)
def test_shortfall__what_to_do__is_told_by_who_may_be_late(is_local, counted, hint):
    check = replace(check_of(require_findings=2), is_local=is_local)

    found = shortfall(check, book_of(1, counted))
    told_why = shortfall(check, book_of(1, counted, problem="The log was cut."))

    assert found is not None
    assert found.hint == hint
    assert told_why is not None
    assert told_why.hint == "The log was cut."
