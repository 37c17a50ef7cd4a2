"""Roles that are taken, by a key or by a token of the runner, and renewed while a check runs."""

import os
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from plugin.aws.engine import AwsEngine
from plugin.clients.aws.clients import Access
from plugin.clients.aws.errors import translated
from plugin.clients.aws.oidc import TokenRequest
from plugin.clients.aws.renewal import HOLD_SECONDS
from plugin.clients.aws.session import open_session
from plugin.core.errors import AccessDenied, AnswerLost, EngineError, NoCredentials, Unreachable
from plugin.core.naming import MARKER_ARGUMENT
from plugin.core.trouble import Trouble as Class
from tests.doubles.clock import FakeClock
from tests.doubles.identity import (
    ASK,
    BEARER,
    BY_TOKEN,
    SUBJECT,
    TOKEN_PATH,
    given,
    jwt,
    taken,
)
from tests.doubles.quick_clients import QuickClients
from tests.unit.aws.relay import LOST_REQUEST, Relay, Trouble, refusal

ROLE = "arn:aws:iam::210987654321:role/ci"
KEY: dict[str, Any] = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "a-secret-of-ours"}
LISTED = Trouble(status=200, body=b'{"JobNames": []}')
DENIED = refusal(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
THREADS = 200


@pytest.fixture(autouse=True)
def _no_metadata_service():
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.fixture
def aws():
    """STS, Glue and the runner's tokens at one address; every answer is given by the test."""
    with Relay() as relay:
        yield relay


class Case:
    """Clients of a role that a token takes."""

    def __init__(self, aws, *, role=ROLE, clock=None, **more):
        self.aws = aws
        self.learnt: list[str] = []
        self.clock = clock or FakeClock()
        request = TokenRequest(
            url=aws.endpoint_url + TOKEN_PATH,
            bearer=BEARER,
            clock=self.clock,
            learn=self.learnt.extend,
        )
        access = Access(
            region="us-east-1",
            endpoint_url=aws.endpoint_url,
            assume_role_arn=role,
            session_name="glue-health-check-github-etl-1",
            token_request=request,
            learn=self.learnt.extend,
        )
        self.clients = QuickClients(access, clock=self.clock, **more)

    def list_jobs(self):
        self.aws.let("ListJobs", LISTED)
        with translated("list jobs"):
            self.clients.glue_once.list_jobs()

    def failure(self):
        with pytest.raises(EngineError) as caught:
            self.list_jobs()
        shown = "".join(traceback.format_exception(caught.value))
        assert not any(word in shown for word in (BEARER, jwt(1), jwt(2), "secret-of-session"))
        assert caught.value.had_no_effect
        return caught.value


# --- with a token ---------------------------------------------------------------------------------


def test_role_by_token__granted__signs_with_what_sts_gave_and_sends_no_key_to_sts(aws):
    aws.let(ASK, given(jwt()))
    aws.let(BY_TOKEN, taken())
    case = Case(aws)

    case.list_jobs()

    (asked,), (listed,) = aws.sent(BY_TOKEN), aws.sent("ListJobs")
    body = asked.body.decode()
    assert f"WebIdentityToken={jwt()}" in body
    assert "RoleSessionName=glue-health-check-github-etl-1" in body
    assert "DurationSeconds" not in body  # an hour: the longest of a role from a role
    assert "authorization" not in asked.headers
    assert "ASIAEXAMPLE1" in listed.headers["authorization"]
    assert listed.headers["x-amz-security-token"] == "token-of-session-1"


def test_role_by_token__every_secret__is_learnt_before_it_is_used(aws):
    aws.let(ASK, given(jwt()))
    aws.let(BY_TOKEN, taken())
    case = Case(aws)
    at_use = []
    aws.once("ListJobs", lambda: at_use.extend(case.learnt))

    case.list_jobs()

    assert at_use == [jwt(), "secret-of-session-1", "token-of-session-1"]


def test_role_by_token__watched__tells_the_request_to_sts_without_its_parameters(aws):
    heard = []
    aws.let(ASK, given(jwt()))
    aws.let(BY_TOKEN, taken())

    Case(aws, heard=lambda *words: heard.append(words)).list_jobs()

    assert heard == [("sts", BY_TOKEN, 200), ("glue", "ListJobs", 200)]


def test_role_by_token__ends_in_the_middle__is_renewed_with_a_new_token(aws):
    """GitHub's tokens live five minutes, a session an hour: configure-aws-credentials#359."""
    aws.let(ASK, given(jwt(1)), given(jwt(2)))
    aws.let(BY_TOKEN, taken(1, seconds=30), taken(2))
    case = Case(aws)

    case.list_jobs()
    case.list_jobs()
    case.list_jobs()

    first, second, third = aws.sent("ListJobs")
    assert first.headers["x-amz-security-token"] == "token-of-session-1"
    assert second.headers["x-amz-security-token"] == "token-of-session-2"
    assert third.headers["x-amz-security-token"] == "token-of-session-2"
    assert [jwt(n) in one.body.decode() for n, one in enumerate(aws.sent(BY_TOKEN), 1)] == [
        True
    ] * 2
    assert "secret-of-session-2" in case.learnt


def test_role_by_token__renewal_fails_while_there_is_time__goes_on_and_tries_again_later(aws):
    """botocore alone gives up ten minutes before the end."""
    aws.let(ASK, given(jwt(1)), *[Trouble(status=500, body=b"")] * 2, given(jwt(2)))
    aws.let(BY_TOKEN, taken(1, seconds=300), taken(2))
    case = Case(aws)

    for _ in range(4):
        case.list_jobs()
    asked_meanwhile = aws.asked.count(ASK)
    case.clock.wait(HOLD_SECONDS)
    case.list_jobs()

    assert asked_meanwhile == 3  # once for the first, twice for the one that failed
    tokens = [one.headers["x-amz-security-token"] for one in aws.sent("ListJobs")]
    assert tokens == ["token-of-session-1"] * 4 + ["token-of-session-2"]


def test_role_by_token__renewal_fails_at_the_end__is_told_and_not_as_a_bug(aws):
    aws.let(ASK, given(jwt(1)), *[Trouble(status=500, body=b"")] * 2)
    aws.let(BY_TOKEN, taken(1, seconds=30))
    case = Case(aws)
    case.list_jobs()

    error = case.failure()

    assert type(error) is NoCredentials
    assert error.trouble is Class.CREDENTIALS
    assert "answered 500 when asked for an OIDC token" in error.message
    assert aws.asked.count("ListJobs") == 1


def lose_the_answer_and_the_credentials(aws):
    """The first attempt is sent; when botocore signs the second one, nobody gives a token."""
    aws.let(ASK, given(jwt(1)), *[Trouble(status=500, body=b"")] * 2)
    aws.let(BY_TOKEN, taken(1, seconds=30))


def test_role_by_token__gone_before_a_retry__the_first_attempt_may_have_made_a_job(aws):
    """airflow#59075: what was made and not noted stays for ever."""
    lose_the_answer_and_the_credentials(aws)
    aws.let("CreateJob", LOST_REQUEST)
    engine = AwsEngine(Case(aws).clients, FakeClock())

    with pytest.raises(NoCredentials) as caught:
        engine.create_job({"Name": "x", "Role": "y", "Command": {}})

    assert not caught.value.had_no_effect
    assert aws.asked == [ASK, BY_TOKEN, "CreateJob", ASK, ASK]


def test_role_by_token__gone_before_a_retry__the_first_attempt_may_have_written_an_object(aws):
    lose_the_answer_and_the_credentials(aws)
    aws.let("PUT a-bucket", LOST_REQUEST)

    with pytest.raises(NoCredentials) as caught, translated("upload"):
        Case(aws).clients.s3.put_object(Bucket="a-bucket", Key="k", Body=b"")

    assert not caught.value.had_no_effect


def test_role_by_token__gone_before_a_start_is_sent__started_nothing(aws):
    """A start is sent once: without credentials it never was."""
    aws.let(ASK, *[Trouble(status=500, body=b"")] * 2)
    engine = AwsEngine(Case(aws).clients, FakeClock())

    with pytest.raises(NoCredentials) as caught:
        engine.start_run({"JobName": "x", "Arguments": {MARKER_ARGUMENT: "m"}})

    assert caught.value.had_no_effect
    assert aws.asked == [ASK, ASK]


def test_role_by_token__gone_after_the_answer_to_a_start_was_lost__nobody_knows(aws):
    lose_the_answer_and_the_credentials(aws)
    aws.let("StartJobRun", LOST_REQUEST)
    engine = AwsEngine(Case(aws).clients, FakeClock())

    with pytest.raises(AnswerLost, match="Whether it runs could not be seen") as caught:
        engine.start_run({"JobName": "x", "Arguments": {MARKER_ARGUMENT: "m"}})

    assert not caught.value.had_no_effect
    assert aws.asked.count("StartJobRun") == 1


def test_role_by_token__one_request_in_doubt_and_one_not__each_is_told_of_its_own(aws):
    """The failure of a renewal stands for a while, for all threads: it is one error."""
    lose_the_answer_and_the_credentials(aws)
    aws.let("CreateJob", LOST_REQUEST)
    clients = Case(aws).clients
    told = []

    for _ in range(2):
        with pytest.raises(NoCredentials) as caught, translated("create it"):
            clients.glue.create_job(Name="x", Role="y", Command={})
        told.append(caught.value.had_no_effect)

    assert told == [False, True]


def test_role_by_token__two_hundred_threads_at_once__ask_for_one_token(aws):
    aws.let(ASK, given(jwt(1)), given(jwt(2)))
    aws.let(BY_TOKEN, taken(1, seconds=30), taken(2))
    case = Case(aws)
    found = case.clients._credentials()
    start = threading.Barrier(THREADS)

    def sign(_):
        start.wait()
        return found.get_frozen_credentials().token

    assert found.get_frozen_credentials().token == "token-of-session-1"
    with ThreadPoolExecutor(THREADS) as pool:
        tokens = set(pool.map(sign, range(THREADS)))

    assert tokens == {"token-of-session-2"}
    assert aws.asked == [ASK, BY_TOKEN] * 2


def test_role_by_token__two_hundred_threads_and_nobody_answers__ask_once_and_are_all_told(aws):
    aws.let(ASK, *[Trouble(status=500, body=b"")] * 2)
    case = Case(aws)
    found = case.clients._credentials()
    start = threading.Barrier(THREADS)

    def sign(_):
        start.wait()
        with pytest.raises(NoCredentials):
            found.get_frozen_credentials()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(sign, range(THREADS)))

    assert aws.asked == [ASK, ASK]


def test_role_by_token__denied_at_first__is_asked_once_more_with_a_new_token(aws):
    """IAM hears of a new role a little later: configure-aws-credentials#929."""
    aws.let(ASK, given(jwt(1)), given(jwt(2)))
    aws.let(BY_TOKEN, DENIED, taken(1))
    case = Case(aws)

    case.list_jobs()

    assert jwt(2) in aws.sent(BY_TOKEN)[1].body.decode()
    assert case.clock.seconds == 2.0


@pytest.mark.parametrize(
    ("code", "message", "kind", "words"),
    [
        (
            "AccessDenied",
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
            AccessDenied,
            f"The token says: {SUBJECT}.",
        ),
        (
            "InvalidIdentityToken",
            "No OpenIDConnect provider found in your account for https://x",
            NoCredentials,
            "as an identity provider to IAM",
        ),
        (
            "InvalidIdentityToken",
            "Incorrect token audience",
            NoCredentials,
            "Add the audience sts.amazonaws.com to the identity provider",
        ),
        (
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider",
            NoCredentials,
            "could not fetch the issuer's keys",
        ),
        (
            "InvalidIdentityToken",
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
            NoCredentials,
            "thumbprints",
        ),
        ("ExpiredTokenException", "Token expired", NoCredentials, "clock of the runner"),
    ],
)
def test_role_by_token__refused_twice__says_what_to_change(aws, code, message, kind, words):
    """configure-aws-credentials#318, #457, #690, #961: their action says only "not authorized"."""
    aws.let(ASK, given(jwt(1)), given(jwt(2)))
    aws.let(BY_TOKEN, *[refusal(400, code, message)] * 2)

    error = Case(aws).failure()

    assert type(error) is kind
    assert error.message.startswith(f"Could not assume {ROLE}: {code}: ")
    assert words in error.hint
    assert aws.asked == [ASK, BY_TOKEN] * 2


def test_role_by_token__cancelled_meanwhile__is_not_asked_again(aws):
    aws.let(ASK, given(jwt()))
    aws.let(BY_TOKEN, DENIED)

    Case(aws, clock=FakeClock(cancel_at=0.0)).failure()

    assert aws.asked == [ASK, BY_TOKEN]


def test_role_by_token__role_in_china__the_token_is_for_the_audience_there(aws):
    """configure-aws-credentials#457."""
    aws.let(ASK, given(jwt()))
    aws.let(BY_TOKEN, taken())

    Case(aws, role="arn:aws-cn:iam::210987654321:role/ci").list_jobs()

    assert aws.requests[0].path.endswith("&audience=sts.amazonaws.com.cn")


def test_role_by_token__no_token_offered__is_there_none_and_names_the_permission():
    nothing = TokenRequest(url="", bearer="", clock=FakeClock(), learn=print)
    clients = QuickClients(Access(assume_role_arn=ROLE, token_request=nothing))

    with pytest.raises(NoCredentials, match="id-token: write"):
        clients.hold_credentials(hint="else")

    assert not clients.has_credentials()


def test_role_by_token__key_in_the_environment__is_not_used(aws):
    os.environ |= {"AWS_ACCESS_KEY_ID": "AKIDOTHER", "AWS_SECRET_ACCESS_KEY": "x"}
    aws.let(ASK, given(jwt()))
    aws.let(BY_TOKEN, taken())

    Case(aws).list_jobs()

    assert "AKIDOTHER" not in str([one.headers for one in aws.requests])


# --- with a key -----------------------------------------------------------------------------------


def by_key(aws, **more):
    access = Access(
        region="us-east-1", endpoint_url=aws.endpoint_url, assume_role_arn=ROLE, **KEY, **more
    )
    return QuickClients(access, clock=FakeClock())


def test_role_by_key__ends_in_the_middle__is_renewed(aws):
    """A role from a role lives an hour at most; a check may last longer."""
    aws.let(
        "AssumeRole", *(taken(n, seconds=s, action="AssumeRole") for n, s in ((1, 30), (2, 9e3)))
    )
    aws.let("ListJobs", LISTED, LISTED)
    learnt: list[str] = []
    clients = by_key(aws, learn=learnt.extend)

    clients.glue_once.list_jobs()
    clients.glue_once.list_jobs()

    tokens = [one.headers["x-amz-security-token"] for one in aws.sent("ListJobs")]
    assert tokens == ["token-of-session-1", "token-of-session-2"]
    assert learnt[2:] == ["secret-of-session-2", "token-of-session-2"]


def test_role_by_another_role__of_a_token_in_a_file__the_secrets_of_both_are_learnt(aws, tmp_path):
    (tmp_path / "token").write_text("a.token.1")
    os.environ |= {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/first",
        "AWS_ENDPOINT_URL_STS": aws.endpoint_url,
    }
    aws.let(BY_TOKEN, taken(1))
    aws.let("AssumeRole", taken(2, action="AssumeRole"))
    learnt: list[str] = []
    access = Access(region="us-east-1", assume_role_arn=ROLE, learn=learnt.extend)

    assert QuickClients(access).secrets() == ("secret-of-session-2", "token-of-session-2")

    assert learnt[:2] == ["secret-of-session-1", "token-of-session-1"]
    assert "ASIAEXAMPLE1" in aws.sent("AssumeRole")[0].headers["authorization"]


@pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        (refusal(403, "AccessDenied", "is not authorized"), AccessDenied, "check external_id"),
        (refusal(403, "ExpiredToken", "has expired"), NoCredentials, "Renew the credentials"),
        (refusal(400, "ValidationError", "a bad name"), NoCredentials, ""),
    ],
)
def test_role_by_key__refused__says_what_to_change(aws, trouble, kind, words):
    aws.let("AssumeRole", trouble)

    with pytest.raises(kind) as caught, translated("list jobs"):
        by_key(aws).glue.list_jobs()

    assert caught.value.message.startswith(f"Could not assume {ROLE}: ")
    assert words in caught.value.hint
    assert caught.value.had_no_effect
    assert aws.asked == ["AssumeRole"]


@pytest.mark.parametrize("trouble", [refusal(400, "Throttling", "Rate exceeded"), LOST_REQUEST])
def test_role_by_key__sts_has_trouble_for_a_moment__is_asked_again(aws, trouble):
    aws.let("AssumeRole", trouble, taken(action="AssumeRole"))
    aws.let("ListJobs", LISTED)

    by_key(aws).glue_once.list_jobs()

    assert aws.asked == ["AssumeRole", "AssumeRole", "ListJobs"]


@pytest.mark.parametrize(
    ("clock", "attempts", "most"),
    [(FakeClock(), 2, 10), (FakeClock(cancel_at=0.0), 1, 3)],
    ids=["at the start", "after a cancel"],
)
def test_role_by_key__sts_that_may_never_answer__is_asked_within_short_limits(
    aws, clock, attempts, most
):
    made: list[Any] = []
    aws.let("AssumeRole", taken(action="AssumeRole"))
    access = Access(region="us-east-1", endpoint_url=aws.endpoint_url, assume_role_arn=ROLE, **KEY)

    session: Any = open_session(access, clock=clock, watch=made.append)
    session.get_credentials().get_frozen_credentials()

    config = made[0].meta.config
    assert (config.retries["total_max_attempts"], config.read_timeout) == (attempts, most)


def test_role_by_key__sts_cannot_be_reached__is_told_with_its_address():
    clients = QuickClients(
        Access(region="us-east-1", endpoint_url="http://127.0.0.1:9", assume_role_arn=ROLE, **KEY)
    )

    with pytest.raises(Unreachable, match=r"Could not assume arn:aws.*127\.0\.0\.1:9"):
        clients.account_id()


# --- whose account --------------------------------------------------------------------------------


def test_account_id__of_a_role__is_what_sts_said_and_not_asked_for(aws):
    aws.let(ASK, given(jwt()))
    aws.let(BY_TOKEN, taken())
    clients = Case(aws).clients

    assert [clients.account_id(), clients.account_id()] == ["210987654321"] * 2
    assert aws.asked == [ASK, BY_TOKEN]


# --- where STS is ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "environ", "expected"),
    [
        ("eu-west-1", {}, "https://sts.eu-west-1.amazonaws.com"),
        ("us-east-1", {}, "https://sts.us-east-1.amazonaws.com"),
        ("cn-north-1", {}, "https://sts.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", {}, "https://sts.us-gov-west-1.amazonaws.com"),
        (
            "us-east-2",
            {"AWS_USE_FIPS_ENDPOINT": "true"},
            "https://sts-fips.us-east-2.amazonaws.com",
        ),
        (
            "eu-west-1",
            {"AWS_ENDPOINT_URL_STS": "https://vpce.example"},
            "https://vpce.example",
        ),
    ],
)
def test_sts__by_region_and_environment__is_the_regions_own(region, environ, expected):
    os.environ |= environ

    assert QuickClients(Access(region=region, **KEY))._client("sts").meta.endpoint_url == expected


def test_sts__endpoint_of_its_own__is_asked_for_the_role(aws):
    os.environ["AWS_ENDPOINT_URL_STS"] = aws.endpoint_url
    aws.let("AssumeRole", taken(action="AssumeRole"))

    clients = QuickClients(Access(region="us-east-1", assume_role_arn=ROLE, **KEY))

    assert clients.secrets() == ("secret-of-session-1", "token-of-session-1")


def test_sts__behind_a_proxy__is_asked_through_it():
    with Relay() as proxy:
        os.environ |= {"HTTP_PROXY": proxy.endpoint_url, "http_proxy": proxy.endpoint_url}
        os.environ["AWS_ENDPOINT_URL_STS"] = "http://sts.example"
        proxy.let("AssumeRole", taken(action="AssumeRole"))

        clients = QuickClients(Access(region="us-east-1", assume_role_arn=ROLE, **KEY))

        assert clients.secrets()
        assert proxy.requests[0].path == "http://sts.example/"
