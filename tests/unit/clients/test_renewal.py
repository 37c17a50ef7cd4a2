"""Credentials of botocore's chain: renewed by botocore, masked before use, and named when dead."""

import os

import pytest

from plugin.clients.aws.clients import Access
from plugin.clients.aws.errors import translated
from plugin.clients.aws.renewal import HOLD_SECONDS, Renewal
from plugin.clients.clock import SystemClock
from plugin.core.errors import NoCredentials
from plugin.core.trouble import Trouble as Class
from tests.doubles.clock import FakeClock
from tests.doubles.identity import BY_TOKEN, taken
from tests.doubles.quick_clients import QuickClients
from tests.unit.aws.relay import LOST_REQUEST, Relay, Trouble, refusal

LISTED = Trouble(status=200, body=b'{"JobNames": []}')
FRESH = {"access_key": "A", "secret_key": "s", "token": "t", "expiry_time": "2030-01-01T00:00:00Z"}


@pytest.fixture
def aws():
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    with Relay() as relay:
        os.environ["AWS_ENDPOINT_URL"] = relay.endpoint_url
        yield relay


def in_environment(**more):
    os.environ |= {"AWS_ACCESS_KEY_ID": "ASIAX", "AWS_SECRET_ACCESS_KEY": "a-secret", **more}


def failure(clients):
    with pytest.raises(NoCredentials) as caught, translated("list jobs"):
        clients.glue_once.list_jobs()
    assert caught.value.had_no_effect
    assert "github_oidc" in caught.value.hint
    assert "AWS_WEB_IDENTITY_TOKEN_FILE" in caught.value.hint
    return caught.value


def test_chain__token_in_a_file_as_gitlab_has_it__is_renewed_and_learnt(aws, tmp_path):
    path = tmp_path / "token"
    path.write_text("a.token.1")
    os.environ |= {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(path),
        "AWS_ROLE_ARN": "arn:aws:iam::1:role/ci",
    }
    aws.let(BY_TOKEN, taken(1, seconds=30), taken(2))
    aws.let("ListJobs", LISTED, LISTED)
    learnt: list[str] = []
    clients = QuickClients(Access(region="us-east-1", learn=learnt.extend))

    clients.glue_once.list_jobs()
    path.write_text("a.token.2")
    clients.glue_once.list_jobs()

    tokens = [one.headers["x-amz-security-token"] for one in aws.sent("ListJobs")]
    assert tokens == ["token-of-session-1", "token-of-session-2"]
    assert "a.token.2" in aws.sent(BY_TOKEN)[1].body.decode()
    assert learnt == [
        f"{kind}-of-session-{number}" for number in (1, 2) for kind in ("secret", "token")
    ]


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
def test_chain__session_ends_and_cannot_be_renewed__is_named_with_what_to_do(aws, code):
    in_environment(AWS_SESSION_TOKEN="a-token")
    aws.let("ListJobs", refusal(400, code, "The security token included in the request is expired"))

    error = failure(QuickClients(Access(region="us-east-1")))

    assert code in error.message
    assert error.trouble is Class.EXPIRED


def test_chain__token_refused_before_a_retry__the_first_attempt_may_have_had_an_effect(
    aws, tmp_path
):
    path = tmp_path / "token"
    path.write_text("a.token.1")
    os.environ |= {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(path),
        "AWS_ROLE_ARN": "arn:aws:iam::1:role/ci",
    }
    aws.let(BY_TOKEN, taken(1, seconds=30), *[refusal(400, "InvalidIdentityToken")] * 9)
    aws.let("CreateJob", LOST_REQUEST)

    with pytest.raises(NoCredentials) as caught, translated("create it"):
        QuickClients(Access(region="us-east-1")).glue.create_job(Name="x", Role="y", Command={})

    assert not caught.value.had_no_effect
    assert aws.asked.count("CreateJob") == 1


def test_chain__environment_tells_an_end_that_is_past__is_named_and_nothing_is_sent(aws):
    """botocore raises a RuntimeError for it, which looks like a bug of ours."""
    in_environment(AWS_SESSION_TOKEN="a-token", AWS_CREDENTIAL_EXPIRATION="2024-01-01T00:00:00Z")

    error = failure(QuickClients(Access(region="us-east-1")))

    assert error.trouble is Class.EXPIRED
    assert error.message == "The AWS credentials ended at 2024-01-01T00:00:00Z."
    assert aws.asked == []


def test_chain__account_in_the_environment__is_not_believed(aws):
    """Many pipelines set AWS_ACCOUNT_ID, to the account that they deploy to."""
    in_environment(AWS_ACCOUNT_ID="999999999999")
    text = "<Account>123456789012</Account>"
    whole = f"<R><GetCallerIdentityResult>{text}</GetCallerIdentityResult></R>"
    aws.let("GetCallerIdentity", Trouble(status=200, body=whole.encode()))
    clients = QuickClients(Access(region="us-east-1"))

    assert [clients.account_id(), clients.account_id()] == ["123456789012"] * 2
    assert aws.asked == ["GetCallerIdentity"]


# --- one renewal ----------------------------------------------------------------------------------


def test_renewal__failed__stands_for_a_while_and_is_then_tried_again():
    learnt: list[str] = []
    asked: list[float] = []
    clock = FakeClock()

    def fetch():
        asked.append(clock.seconds)
        if clock.seconds < HOLD_SECONDS:
            raise NoCredentials("no")
        return FRESH

    renewal = Renewal(fetch, clock=clock, learn=learnt.extend)
    for _ in range(3):
        with pytest.raises(NoCredentials, match="no"):
            renewal()
    clock.wait(HOLD_SECONDS)

    assert renewal() == FRESH
    assert renewal() == FRESH
    assert asked == [0.0, HOLD_SECONDS, HOLD_SECONDS]
    assert learnt == ["s", "t"] * 2


@pytest.mark.parametrize("end", ["None", "soon", "2020-01-01T00:00:00"])
def test_renewal__end_that_we_cannot_judge__is_left_to_botocore(end):
    fresh = {**FRESH, "expiry_time": end, "token": None}
    learnt: list[str] = []

    assert Renewal(lambda: fresh, clock=SystemClock(), learn=learnt.extend)() == fresh
    assert learnt == ["s"]
