"""The session policy: JSON with a Statement, short enough for Glue."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.policy import LONGEST, allows_everything, policy_text
from tests.unit.core.checkouts import Files

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}


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


def without(*names, **more):
    kept = {key: value for key, value in STATEMENT.items() if key not in names}
    return {"Statement": [{**kept, **more}]}


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ({**POLICY, "Statements": []}, "'Statements' is no element of a policy."),
        ({**POLICY, "Version": "2012-10-18"}, "Version is 2012-10-17 (in quotes)."),
        ({**POLICY, "Version": 2012}, "Version is 2012-10-17 (in quotes)."),
        # otterize/intents-operator#481
        (
            {"Statement": []},
            "it has no statement, which AWS refuses. To allow nothing, deny * on *.",
        ),
        ({"Statement": "x"}, "statement 1: it is not an object."),
        ({"Statement": [STATEMENT, None]}, "statement 2: it is not an object."),
        (without("Effect"), "statement 1: Effect is Allow or Deny."),
        (without(Effect="allow"), "statement 1: Effect is Allow or Deny."),
        (without(Effect=[]), "statement 1: Effect is Allow or Deny."),
        (
            without("Action"),
            "statement 1: it needs Action or NotAction, and only one of them.",
        ),
        (
            without(NotResource="*"),
            "statement 1: it needs Resource or NotResource, and only one of them.",
        ),
        (without(Action=[]), "statement 1: Action is a text or a list of texts."),
        (without(Action=["s3:*", 1]), "statement 1: Action is a text or a list of texts."),
        (without(Action=1), "statement 1: Action is a text or a list of texts."),
        (without(Action={"s3:*": 1}), "statement 1: Action is a text or a list of texts."),
        (without(Resource=""), "statement 1: Resource is a text or a list of texts."),
        (without(Condition="x"), "statement 1: Condition is not an object."),
        (without(Principal="*"), "statement 1: a session policy names no principal."),
        (without(Actions="*"), "statement 1: 'Actions' is no element of a statement."),
    ],
)
def test_policy_text__what_the_grammar_does_not_allow__is_told_before_anything_starts(
    policy, problem
):
    assert read(json.dumps(policy)) == ("", (f"session_policy: policy.json: {problem}",))


@pytest.mark.parametrize(
    "policy",
    [
        {"Statement": STATEMENT},
        {"Version": "2008-10-17", "Id": "x", "Statement": [STATEMENT, STATEMENT]},
        without("Action", "Resource", NotAction=["s3:*"], NotResource=["a", "b"], Sid="s"),
        without(Condition={"StringEquals": {"aws:x": "y"}}),
    ],
)
def test_policy_text__what_it_allows__is_sent(policy):
    assert json.loads(read(json.dumps(policy))[0]) == policy


def test_policy_text__several_mistakes__are_told_at_once():
    body = json.dumps({"Version": "1", "Statement": [{}, without("Effect")["Statement"][0]]})

    assert len(read(body)[1]) == 5


def test_policy_text__letters_beyond_ascii__are_escaped_and_counted_so():
    text, problems = read(json.dumps(without(Sid="ä"), ensure_ascii=False))

    assert (text.isascii(), problems) == (True, ())
    assert read(json.dumps(without(Sid="ä" * 400), ensure_ascii=False))[1]


def test_policy_text__no_path__is_no_policy():
    assert read("{}", "") == ("", ())


@given(st.binary() | st.text().map(str.encode))
def test_policy_text__any_bytes__are_an_answer(body):
    text, problems = read(body)

    assert bool(text) is not bool(problems)


def test_policy_text__blanks__are_taken_out():
    short = json.dumps(POLICY, separators=(",", ":"))

    assert read(json.dumps(POLICY, indent=4)) == (short, ())


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, True),
        (
            [STATEMENT, {"Effect": "Allow", "Action": ["s3:*", "*:*"], "Resource": ["a", "**"]}],
            True,
        ),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}}, True),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {}}}, False),
        ({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::test/*"}, False),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::acme-prod/*"}, False),
        (
            [
                {"Effect": "Allow", "Action": "*", "Resource": "*"},
                {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"},
            ],
            False,
        ),
    ],
)
def test_allows_everything__policy__is_told_from_one_that_narrows(statements, expected):
    text, problems = read(json.dumps({"Statement": statements}))

    assert problems == ()
    assert allows_everything(text) is expected


def test_allows_everything__no_policy__is_not_one():
    assert not allows_everything("")
