"""Tracebacks of a log, cut or whole: what ends each, and where it was raised."""

import pytest

from plugin.core.judging.tracebacks import (
    Traceback,
    line_of,
    place_of,
    tracebacks_in,
    with_our_paths,
)
from plugin.core.result import Place

HEAD = "Traceback (most recent call last):"
OURS = {"flights.py": "jobs/flights.py"}
AT_32 = Place(file="jobs/flights.py", line=32)


def frame(file: str, line: int) -> tuple[str, str]:
    return f'  File "{file}", line {line}, in main', "    x"


def found(*lines: str) -> list[Traceback]:
    return list(tracebacks_in(lines, OURS))


def test_tracebacks_in__whole__has_its_end_our_place_and_the_innermost_file():
    lines = (HEAD, *frame("/tmp/flights.py", 32), *frame("/lib/py4j/java.py", 9), "OSError: x")

    assert found(*lines) == [
        Traceback(error="OSError: x", place=AT_32, raised_in="/lib/py4j/java.py")
    ]


def test_tracebacks_in__the_end_is_missing__keeps_the_place_and_the_file():
    cut = (HEAD, *frame("/tmp/flights.py", 32))
    expected = Traceback(error="", place=AT_32, raised_in="/tmp/flights.py")

    assert found(*cut) == [expected]
    assert found(*cut, *cut) == [expected, expected]


def test_tracebacks_in__the_head_is_missing__keeps_the_place():
    assert found(*frame("/tmp/flights.py", 32)) == [
        Traceback(error="", place=AT_32, raised_in="/tmp/flights.py")
    ]


def test_tracebacks_in__no_frame_of_ours__has_no_place():
    lines = (HEAD, *frame("/lib/other.py", 3), "OSError: x")

    assert found(*lines) == [Traceback(error="OSError: x", place=None, raised_in="/lib/other.py")]
    assert found(*lines[:-1]) == []


def test_tracebacks_in__two__know_nothing_of_each_other():
    first = (HEAD, *frame("/tmp/flights.py", 32), "OSError: x")

    assert found(*first, HEAD, "SystemExit: 1", "after it") == [
        Traceback(error="OSError: x", place=AT_32, raised_in="/tmp/flights.py"),
        Traceback(error="SystemExit: 1", place=None, raised_in=""),
    ]


def test_tracebacks_in__blanks_behind_its_head__begins_all_the_same():
    (one,) = found(f"{HEAD} ", *frame("/tmp/flights.py", 32), "OSError: x")

    assert one.error == "OSError: x"


def test_line_of__the_first_line__is_a_place_and_none_is_not():
    assert line_of("flights.py", 1, OURS) == Place(file="jobs/flights.py", line=1)
    assert line_of("flights.py", 0, OURS) is None


def test_place_of__files_of_one_name__the_longest_ending_wins_whatever_its_letters():
    shipped = {"utils.py": "lib/utils.py", "a/utils.py": "lib/a/utils.py"}

    assert place_of("/tmp/a/utils.py", 3, shipped) == Place(file="lib/a/utils.py", line=3)
    assert place_of("/tmp/b/utils.py", 3, shipped) == Place(file="lib/utils.py", line=3)


LOCAL = "/var/tmp/local-glue-ja45r54o/jr_5954"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SystemExit: no input in /tmp/flights.py", "SystemExit: no input in jobs/flights.py"),
        (f"x: '{LOCAL}/work/flights.py'.", "x: 'jobs/flights.py'."),
        (f"({LOCAL}/work/flights.py, {LOCAL}/py/flights.py)", "(jobs/flights.py, jobs/flights.py)"),
        # not shipped: its name without our folder, and what is not ours as it was
        (f"x: '{LOCAL}/work/in/a.csv'", "x: 'in/a.csv'"),
        ("x: '/tmp/local-glue-a/jr_1/work/a.csv'", "x: 'a.csv'"),
        ("x: '/tmp/in/a.csv'", "x: '/tmp/in/a.csv'"),
        ("x: '/data/flights.py'", "x: '/data/flights.py'"),
        ("s3://b/tmp/flights.py", "s3://b/tmp/flights.py"),
        ("a/tmp/flights.py ./tmp/flights.py", "a/tmp/flights.py ./tmp/flights.py"),
        (f"{LOCAL}/work/", f"{LOCAL}/work/"),
    ],
)
def test_with_our_paths__files_of_a_run__are_named_as_in_the_checkout(text, told):
    assert with_our_paths(text, OURS) == told
