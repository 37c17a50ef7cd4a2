"""Which credentials may be asked for together, and how AWS's own trail calls us."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Build, Host
from plugin.core.credentials import LONGEST_NAME, problems_of, session_name
from plugin.core.settings import PlanSettings

ROLE = "arn:aws:iam::123456789012:role/ci"
OIDC = PlanSettings(github_oidc=True, assume_role_arn=ROLE)


def problems(plan, host=Host.GITHUB, *, has_token_request=True):
    return problems_of(plan, host, has_token_request=has_token_request)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"assume_role_arn": ""}, "it needs assume_role_arn"),
        ({"aws_access_key_id": "AKIDEXAMPLE"}, "an AWS key is given, too"),
        ({"external_id": "an-id"}, "takes no external_id with an OIDC token"),
    ],
)
def test_problems__oidc_with_what_does_not_go_with_it__are_told(change, words):
    (problem,) = problems(replace(OIDC, **change))

    assert problem.startswith("github_oidc: ")
    assert words in problem


@pytest.mark.parametrize("host", [host for host in Host if not host.has_runner_files])
def test_problems__oidc_on_another_host__says_what_does_it_there(host):
    (problem,) = problems(OIDC, host, has_token_request=False)

    if host is Host.PLAIN:  # a laptop has no token of its own
        assert problem == (
            "github_oidc: this machine gives no token; GitHub Actions does. Leave github_oidc out."
        )
    else:
        assert f"github_oidc: {host} gives no token" in problem
        assert "AWS_WEB_IDENTITY_TOKEN_FILE" in problem


@pytest.mark.parametrize("host", [Host.PLAIN, Host.JENKINS])
def test_problems__no_token_and_a_key_is_given__is_one_problem(host):
    plan = PlanSettings(github_oidc=True, aws_access_key_id="AKIDEXAMPLE")

    (problem,) = problems(plan, host, has_token_request=False)

    assert "gives no token" in problem


def test_problems__no_token_and_a_wrong_external_id__are_both_told():
    plan = replace(OIDC, external_id="x")

    external_id, token = problems(plan, Host.JENKINS, has_token_request=False)

    assert external_id.startswith("external_id: AWS takes")
    assert "gives no token" in token


@pytest.mark.parametrize("host", [Host.GITHUB, Host.GITEA])
def test_problems__runner_that_may_lack_a_permission__is_none_of_the_settings(host):
    """A fork has no token either, and a fork is skipped."""
    assert problems(OIDC, host, has_token_request=False) == ()


def test_problems__another_host_that_offers_tokens_the_same_way__are_none():
    assert problems(OIDC, Host.PLAIN) == ()


def test_problems__external_id_without_a_role__is_told():
    (problem,) = problems(PlanSettings(external_id="an-id"))

    assert problem == "external_id: it needs assume_role_arn, the role that asks for it."


@pytest.mark.parametrize("text", ["x", "a b", "a\nb", "é" * 5, "x" * 1225])
def test_problems__external_id_that_aws_refuses__is_told_without_it(text):
    (problem,) = problems(PlanSettings(external_id=text, assume_role_arn=ROLE))

    assert problem == "external_id: AWS takes 2 to 1224 letters, digits and _+=,.@:/-."


@pytest.mark.parametrize(
    "plan",
    [
        PlanSettings(),
        OIDC,
        PlanSettings(assume_role_arn=ROLE, external_id="acme/etl:1"),
        PlanSettings(engine="local", github_oidc=True, external_id="x", aws_access_key_id="y"),
    ],
)
def test_problems__settings_that_go_together_or_are_not_used__are_none(plan):
    assert problems(plan) == ()


def test_problems__several__are_told_at_once():
    plan = PlanSettings(github_oidc=True, aws_access_key_id="AKIDEXAMPLE", external_id="x")

    assert len(problems(plan)) == 5


# --- the session's name ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (
            Build(host=Host.GITHUB, repository="acme/etl", number="7654321", attempt="2"),
            "glue-health-check-github-acme-etl-7654321-2",
        ),
        (Build(host=Host.PLAIN), "glue-health-check-plain"),
        (Build(host=Host.GITLAB, repository="acme/été/x y"), "glue-health-check-gitlab-acme-t-x-y"),
        (
            Build(host=Host.BITBUCKET, repository="acme/" + "x" * 80 + "-end", number="9"),
            "glue-health-check-bitbucket-" + "x" * 30 + "-end-9",
        ),
        (
            Build(host=Host.BITBUCKET, repository="acme/etl-" + "x" * 33, number="9"),
            "glue-health-check-bitbucket-" + "x" * 33 + "-9",
        ),
        (Build(host=Host.JENKINS, number="#12"), "glue-health-check-jenkins-12"),
    ],
)
def test_session_name__of_a_build__says_host_repository_and_number(build, expected):
    assert session_name(build) == expected


@pytest.mark.untraced
@given(repository=st.text(max_size=90), number=st.text(max_size=90), attempt=st.text(max_size=9))
def test_session_name__whatever_the_host_says__is_one_that_sts_takes(repository, number, attempt):
    build = Build(host=Host.CODEBUILD, repository=repository, number=number, attempt=attempt)

    name = session_name(build)

    assert re.fullmatch(rf"[\w+=,.@-]{{2,{LONGEST_NAME}}}", name, re.ASCII)
    assert name.startswith("glue-health-check-codebuild")
