"""Where a remark stands: a line of a file that the repository holds, or nowhere."""

from dataclasses import replace

import pytest

from plugin.core.forms.remark_place import (
    checkout_path,
    is_cause,
    place_of_cause,
    place_of_finding,
)
from plugin.core.result import CheckResult, Finding, Place
from plugin.core.verdict import Verdict

HERE, THERE, FIRST = (
    Place(file=file, line=line) for file, line in [("a.py", 7), ("b.py", 3), ("a.py", 1)]
)
RESULT = CheckResult(name="a", script="./a.py", verdict=Verdict.FAILED)
BAD = Finding(name="rows", ok=False)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({}, FIRST),
        ({"place": HERE}, HERE),
        ({"place": HERE, "verdict": Verdict.ERRORED}, HERE),
        ({"verdict": Verdict.ERRORED}, None),
        ({"verdict": Verdict.CANCELLED}, None),
        ({"script": "s3://b/a.py"}, None),
        ({"findings": (replace(BAD, place=THERE),)}, None),
        ({"findings": (replace(BAD, place=THERE),), "place": HERE}, HERE),
        ({"findings": (BAD,)}, FIRST),
        ({"findings": (replace(BAD, place=THERE, ok=True),)}, FIRST),
        ({"findings": (BAD, replace(BAD, place=THERE))}, None),
    ],
)
def test_place_of_cause__a_result__is_its_place_or_the_scripts_first_line(fields, place):
    assert place_of_cause(replace(RESULT, **fields)) == place


@pytest.mark.parametrize(
    ("finding", "script", "place"),
    [
        (BAD, "a.py", FIRST),
        (replace(BAD, place=THERE), "a.py", THERE),
        (replace(BAD, place=THERE), "s3://b/a.py", THERE),
        (BAD, "s3://b/a.py", None),
        (BAD, "", None),
    ],
)
def test_place_of_finding__no_place__is_the_scripts_first_line(finding, script, place):
    assert place_of_finding(finding, replace(RESULT, script=script)) == place


@pytest.mark.parametrize(
    ("place", "reason", "expected"),
    [
        (HERE, "Finding rows is not ok", True),
        (HERE, "Finding columns is not ok", False),
        (THERE, "Finding rows is not ok", False),
        (None, "Finding rows is not ok", False),
    ],
)
def test_is_cause__a_finding__is_told_already_by_name_and_place(place, reason, expected):
    result = replace(RESULT, place=HERE, reason=reason)

    assert is_cause(replace(BAD, place=place), result) is expected


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("a", "a"),
        ("a.py", "a.py"),
        ("./jobs/a.py", "jobs/a.py"),
        ("jobs/a b.py", "jobs/a b.py"),
        ("jobs/c:a.py", "jobs/c:a.py"),
        ("jobs/~/a.py", "jobs/~/a.py"),
        ("x" * 1_000, "x" * 1_000),
        ("x" * 1_001, ""),
        ("", ""),
        (".", ""),
        ("..", ""),
        ("/a.py", ""),
        ("jobs//a.py", ""),
        ("jobs/../a.py", ""),
        ("jobs/./a.py", ""),
        ("jobs/", ""),
        ("././a.py", ""),
        ("c:/a.py", ""),
        ("s3://b/a.py", ""),
        ("jobs\\a.py", ""),
        ("~/a.py", ""),
        ("a\n.py", ""),
        ("a\u202e.py", ""),
    ],
)
def test_checkout_path__a_file__is_its_path_or_none(file, path):
    assert checkout_path(file) == path
