"""The session policy: JSON with a Statement, short enough for Glue."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.policy import LONGEST, policy_text
from tests.unit.core.checkouts import Files

POLICY = {"Version": "2012-10-17", "Statement": []}


def read(body, path="policy.json"):
    return policy_text(path, Files({"policy.json": body}))


@pytest.mark.parametrize("path", ["missing.json", "../policy.json", "/etc/passwd"])
def test_policy_text__no_such_file__is_a_problem_with_its_path(path):
    text, (problem,) = read("{}", path)

    assert text == ""
    assert problem.startswith("session_policy: ")
    assert path in problem


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"Statement": NaN}', b'{"Statement": "\\ud800"}', b'{"a":' * 100_000],
    ids=["empty", "cut", "latin", "nan", "half a pair", "deep"],
)
def test_policy_text__no_json__is_a_problem(body):
    assert read(body) == ("", ("session_policy: policy.json is not JSON.",))


@pytest.mark.parametrize("body", ["[]", "{}", '"Statement"', '["Statement"]', "null"])
def test_policy_text__no_policy__is_a_problem(body):
    assert read(body) == (
        "",
        ("session_policy: policy.json is not a policy: it has no Statement.",),
    )


def test_policy_text__longer_than_glue_takes__is_a_problem():
    short = json.dumps(POLICY | {"Id": ""}, separators=(",", ":"))
    room = LONGEST - len(short)

    assert len(read(json.dumps(POLICY | {"Id": "x" * room}, indent=9))[0]) == LONGEST
    assert read(json.dumps(POLICY | {"Id": "x" * (room + 1)})) == (
        "",
        (f"session_policy: policy.json has {LONGEST + 1} characters; Glue takes {LONGEST}.",),
    )


def test_policy_text__no_path__is_no_policy():
    assert read("{}", "") == ("", ())


@given(st.binary() | st.text().map(str.encode))
def test_policy_text__any_bytes__are_an_answer(body):
    text, problems = read(body)

    assert bool(text) is not bool(problems)


def test_policy_text__blanks__are_taken_out():
    assert read(json.dumps(POLICY, indent=4)) == (
        '{"Version":"2012-10-17","Statement":[]}',
        (),
    )
