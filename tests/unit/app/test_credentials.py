"""Whose credentials a command uses: taken with GitHub's token, or named when there are none."""

import json

import pytest

from tests.doubles.identity import ASK, BEARER, BY_TOKEN, TOKEN_PATH, given, jwt, taken
from tests.unit.aws.relay import Relay

ROLE = "arn:aws:iam::123456789012:role/ci"
BUILD = "0123456789ab"
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "octo-org/etl",
    "GITHUB_RUN_ID": "7654321",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_SHA": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
    "INPUT_COMMIT_STATUS": "false",
    "INPUT_COMMENT": "never",
}
NO_KEY = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
OIDC = {"INPUT_GITHUB_OIDC": "true", "INPUT_ASSUME_ROLE_ARN": ROLE, **GITHUB, **NO_KEY}


@pytest.fixture
def runner():
    with Relay() as relay:
        yield relay


def offered(runner):
    """What a job with the permission finds in its environment."""
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": runner.endpoint_url + TOKEN_PATH,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
    }


def check(checkout, **environ):
    checkout.write("a.py", "print('hi')\n")
    return checkout.on_glue("check", "--script", "a.py", **environ)


def pull_request(checkout, head):
    """The event of a pull request from a repository."""
    event = {
        "pull_request": {
            "number": 7,
            "head": {"sha": "a" * 40, "ref": "b", "repo": {"full_name": head, "fork": True}},
            "base": {"ref": "main", "repo": {"full_name": "octo-org/etl"}},
            "user": {"login": "octocat"},
        }
    }
    path = checkout.root.parent / "event.json"
    path.write_text(json.dumps(event))
    return {
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_REF": "refs/pull/7/merge",
    }


# --- what is wrong with the settings --------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "sweep"])
@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"INPUT_ASSUME_ROLE_ARN": ""}, "github_oidc: it needs assume_role_arn"),
        ({"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"}, "github_oidc: an AWS key is given, too"),
        ({"INPUT_EXTERNAL_ID": "an-id"}, "github_oidc: AWS takes no external_id"),
        ({"GITHUB_ACTIONS": "", "PLUGIN_GITHUB_OIDC": "true"}, "github_oidc: this machine gives"),
    ],
)
def test_oidc__settings_that_do_not_go_together__are_refused_by_every_command(
    checkout, command, environ, words
):
    checkout.write("a.py", "print('hi')\n")

    outcome = checkout.on_glue(command, "--script", "a.py", **{**OIDC, **environ})

    assert outcome.code == 2
    assert f"error: {words}" in outcome.err
    assert checkout.relay.asked == []


# --- no token -------------------------------------------------------------------------------------


def test_oidc__permission_is_missing__is_an_error_that_names_the_lines_to_add(checkout):
    outcome = check(checkout, **OIDC)

    assert outcome.code == 3
    assert "permissions: id-token: write" in outcome.out + outcome.err
    assert checkout.relay.asked == []


def test_oidc__fork__is_skipped_as_it_is_without_credentials(checkout):
    """configure-aws-credentials#564: a fork's build gets no token."""
    fork = pull_request(checkout, "stranger/etl")

    outcome = check(checkout, **{**OIDC, **fork, "INPUT_ALLOW_FORKS": "true"})

    assert outcome.code == 0
    assert "A build of a fork without AWS credentials" in outcome.out
    assert checkout.relay.asked == []


# --- a token --------------------------------------------------------------------------------------


def test_oidc__session_ends_while_the_run_goes_on__is_renewed_and_no_secret_is_shown(
    checkout, runner
):
    """The log shows what only the second session's secret is."""
    runner.let(ASK, *(given(jwt(number)) for number in range(1, 4)))
    checkout.relay.let(BY_TOKEN, taken(1, seconds=30), taken(2), taken(3))
    checkout.factor = 5
    shown = [jwt(1), BEARER, "secret-of-session-1", "secret-of-session-2", "it ran"]
    checkout.write("a.py", "".join(f"print({text[:9]!r} + {text[9:]!r})\n" for text in shown))

    outcome = checkout.on_glue("check", "--script", "a.py", "--debug", **OIDC, **offered(runner))

    assert outcome.code == 0, outcome.out + outcome.err
    everything = outcome.out + outcome.err + json.dumps(outcome.report)
    assert [text for text in shown if text in everything] == ["it ran"]
    first, second = checkout.relay.sent(BY_TOKEN)
    name = "RoleSessionName=glue-health-check-github-octo-org-etl-7654321-1"
    assert name in first.body.decode()
    assert jwt(2) in second.body.decode()
    others = [one for one in checkout.relay.requests if one.operation != BY_TOKEN]
    assert {one.headers["x-amz-security-token"] for one in others} <= {
        *("token-of-session-1", "token-of-session-2"),
    }


def test_oidc__cleanup_as_the_post_step__takes_the_role_by_itself(checkout, runner):
    runner.let(ASK, given(jwt(1)))

    outcome = checkout.on_glue("cleanup", STATE_build_id=BUILD, **OIDC, **offered(runner))

    assert outcome.code == 0, outcome.out + outcome.err
    assert checkout.relay.asked[0] == BY_TOKEN
    (listed, *_) = checkout.relay.sent("ListJobs")
    assert listed.headers["x-amz-security-token"]


def test_oidc__sweep__takes_the_role_by_itself(checkout, runner):
    runner.let(ASK, given(jwt(1)))

    outcome = checkout.on_glue("sweep", **OIDC, **offered(runner))

    assert outcome.code == 0, outcome.out + outcome.err
    assert checkout.relay.asked[0] == BY_TOKEN
