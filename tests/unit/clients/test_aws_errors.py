"""Every error of the SDK is one of ours, with what was tried, and without a secret."""

import inspect
from typing import Any

import botocore.exceptions
import botocore.parsers
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import given
from hypothesis import strategies as st

from plugin.clients.aws.errors import code_of, note_attempt, translated
from plugin.core.errors import (
    AccessDenied,
    AlreadyThere,
    AnswerLost,
    ConcurrentRuns,
    Contended,
    EngineError,
    NoCredentials,
    NotFound,
    OverLimit,
    Refused,
    Throttled,
    Unreachable,
)

TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ=="


class Anything(dict[str, str]):
    """Fills every placeholder of a message."""

    def __missing__(self, key):
        return key


def instance_of(cls):
    error = cls.__new__(cls)
    Exception.__init__(error, getattr(cls, "fmt", "").format_map(Anything()))
    return error


def sdk_errors():
    found = [cls for _, cls in inspect.getmembers(botocore.exceptions, inspect.isclass)]
    return [cls for cls in found if issubclass(cls, BotoCoreError)]


def answer(code="", message="", status=400):
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "CreateJob")


def answer_hint(code):
    return translation(answer(code)).hint


def translation(error):
    with pytest.raises(EngineError) as caught, translated("do it"):
        raise error
    return caught.value


@pytest.mark.parametrize("cls", sdk_errors(), ids=lambda cls: cls.__name__)
def test_translated__error_of_the_sdk__is_ours_and_says_what_was_tried(cls):
    error = translation(instance_of(cls))

    assert error.message.startswith("Could not do it: ")
    assert error.exit_code == 3
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("name", "kind", "hint"),
    [
        ("NoCredentialsError", NoCredentials, "engine local"),
        ("PartialCredentialsError", NoCredentials, "both parts"),
        ("CredentialRetrievalError", NoCredentials, "fresh"),
        ("SSOTokenLoadError", NoCredentials, "aws sso login"),
        ("UnauthorizedSSOTokenError", NoCredentials, "aws sso login"),
        ("NoRegionError", Refused, "region"),
        ("InvalidRegionError", Refused, "region"),
        ("ProfileNotFound", Refused, "AWS_PROFILE"),
        ("ParamValidationError", Refused, "setting"),
        ("EndpointProviderError", Refused, "setting"),
        ("EndpointConnectionError", Unreachable, "network"),
        ("ConnectTimeoutError", Unreachable, "network"),
        ("ProxyConnectionError", Unreachable, "HTTPS_PROXY"),
        ("SSLError", EngineError, "AWS_CA_BUNDLE"),
        ("ReadTimeoutError", AnswerLost, "again"),
        ("ConnectionClosedError", AnswerLost, "again"),
        ("ResponseStreamingError", AnswerLost, "again"),
        ("ResponseParserError", AnswerLost, "again"),
    ],
)
def test_translated__error_of_the_sdk__has_its_class_and_remedy(name, kind, hint):
    source = botocore.parsers if name == "ResponseParserError" else botocore.exceptions

    error = translation(instance_of(getattr(source, name)))

    assert type(error) is kind
    assert hint in error.hint


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDeniedException", 400, AccessDenied),
        ("AccessDenied", 403, AccessDenied),
        ("403", 403, AccessDenied),
        ("UnauthorizedOperation", 403, AccessDenied),
        ("ExpiredTokenException", 400, NoCredentials),
        ("UnrecognizedClientException", 400, NoCredentials),
        ("InvalidSignatureException", 400, NoCredentials),
        ("SignatureDoesNotMatch", 403, NoCredentials),
        ("InvalidClientTokenId", 403, NoCredentials),
        ("EntityNotFoundException", 400, NotFound),
        ("ResourceNotFoundException", 400, NotFound),
        ("NoSuchBucket", 404, NotFound),
        ("404", 404, NotFound),
        ("AlreadyExistsException", 400, AlreadyThere),
        ("IdempotentParameterMismatchException", 400, AlreadyThere),
        ("ThrottlingException", 400, Throttled),
        ("ConcurrentRunsExceededException", 400, ConcurrentRuns),
        ("ConcurrentModificationException", 400, Contended),
        ("429", 429, Throttled),
        ("ResourceNumberLimitExceededException", 400, OverLimit),
        ("SlowDown", 503, Throttled),
        ("InvalidInputException", 400, Refused),
        ("ValidationException", 400, Refused),
        ("InternalServiceException", 500, AnswerLost),
        ("OperationTimeoutException", 400, AnswerLost),
        ("500", 500, AnswerLost),
        ("NeverHeardOf", 500, AnswerLost),
        ("NeverHeardOf", 400, EngineError),
        ("", 502, AnswerLost),
        ("", 418, EngineError),
    ],
)
def test_translated__answer_of_aws__has_its_class(code, status, kind):
    error = translation(answer(code, status=status))

    assert type(error) is kind


def test_translated__answer_without_a_message__tells_the_code_alone():
    assert translation(answer("NoSuchBucket")).message == "Could not do it: NoSuchBucket."


def test_translated__answer_without_anything__tells_the_status():
    assert translation(answer(status=418)).message == "Could not do it: HTTP 418."


def test_translated__message_and_hint__are_two_sentences():
    error = translation(answer("InvalidInputException", "Role is wrong"))

    assert str(error) == (
        "Could not do it: InvalidInputException: Role is wrong."
        " Mend the setting that the message names."
    )


@pytest.mark.parametrize(
    "text",
    [
        f"The Canonical String should have been\n'POST\n/\n\nx-amz-security-token:{TOKEN}\n\nhost'",
        f"X-Amz-Security-Token={TOKEN}&X-Amz-Signature=0",
        f'{{"X-Amz-Security-Token": "{TOKEN}"}}',
    ],
)
def test_translated__aws_repeats_what_was_signed__the_session_token_is_taken_out(text):
    error = translation(answer("InvalidSignatureException", text))

    assert TOKEN not in str(error)
    assert "***" in str(error)


@given(st.text(), st.text(), st.integers(100, 599))
def test_translated__any_answer__is_an_engine_error(code, message, status):
    error = translation(answer(code, message, status))

    assert error.message.startswith("Could not do it: ")


def test_translated__answer_without_the_usual_parts__is_an_engine_error():
    assert isinstance(translation(ClientError({}, "CreateJob")), EngineError)
    assert code_of(ClientError({}, "CreateJob")) == ""


def test_translated__answer_lacks_what_we_read__is_a_lost_answer():
    empty: dict[str, str] = {}

    with pytest.raises(AnswerLost, match="the answer has no 'JobRunId'"), translated("do it"):
        _ = empty["JobRunId"]


def test_translated__no_such_bucket__hints_at_the_settings_that_name_one():
    assert answer_hint("NoSuchBucket") == "Check scripts_bucket, temp_bucket and region."


@pytest.mark.parametrize(
    "said",
    [
        "Invalid endpoint: localhost:4566",
        "Port could not be cast to integer value as '4566.'",
        "Invalid IPv6 URL",
    ],
)
def test_translated__python_refuses_an_address__names_the_setting_and_the_form(said):
    error = translation(ValueError(said))

    assert type(error) is Unreachable
    assert error.message == f"Could not do it: {said}."
    assert "AWS_ENDPOINT_URL" in error.hint
    assert "http(s)://host:port" in error.hint


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Invalid endpoint: http://me:a/pass word@host:x"),
        botocore.exceptions.EndpointResolutionError(
            msg="Custom endpoint `http://me:a/pass word@host:x` was not a valid URI"
        ),
        botocore.exceptions.EndpointConnectionError(endpoint_url="http://me:a-pass word@host/"),
        botocore.exceptions.EndpointConnectionError(endpoint_url="http://me:pass@host/"),
    ],
    ids=["no endpoint", "no URI", "nobody there, odd password", "nobody there"],
)
def test_translated__a_password_in_the_address__is_not_shown(error):
    assert "pass" not in str(translation(error)).replace("a password", "")


def test_translated__nobody_at_an_address_of_our_own__names_it_and_the_setting():
    error = botocore.exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:9/")

    ours = translation(error)

    assert "http://127.0.0.1:9/" in ours.message
    assert "AWS_ENDPOINT_URL" in ours.hint


@pytest.mark.parametrize("domain", ["amazonaws.com", "amazonaws.com.cn", "api.aws"])
def test_translated__nobody_at_an_address_of_aws__asks_for_network_and_region(domain):
    url = f"https://glue.eu-west-1.{domain}/"

    ours = translation(botocore.exceptions.EndpointConnectionError(endpoint_url=url))

    assert ours.hint == "Check the network and the region."


@pytest.mark.parametrize("error", [ValueError("odd"), OSError(5, "odd"), UnicodeError("odd")])
def test_translated__python_trips_over_an_answer__is_a_lost_answer(error):
    ours = translation(error)

    assert type(ours) is AnswerLost
    assert ours.message.startswith(f"Could not do it: {type(error).__name__}: ")
    assert not ours.had_no_effect


def test_translated__several_lines__are_one():
    assert translation(answer("Odd", "one\n\n  two")).message == "Could not do it: Odd: one two."


@pytest.mark.parametrize(
    ("retries", "had_no_effect"),
    [(0, True), (1, False)],
)
def test_translated__refused_after_a_retry__may_have_had_an_effect(retries, had_no_effect):
    error = answer("InvalidInputException")
    error.response["ResponseMetadata"]["RetryAttempts"] = retries

    assert translation(error).had_no_effect is had_no_effect


@pytest.mark.parametrize(
    ("earlier", "had_no_effect"),
    [
        ((), True),
        ((botocore.exceptions.EndpointConnectionError(endpoint_url="x"),), True),
        ((botocore.exceptions.ReadTimeoutError(endpoint_url="x"),), False),
        ((None,), False),
    ],
    ids=["no attempt", "nobody there", "lost", "an answer"],
)
def test_note_attempt__nobody_there_in_the_end__had_no_effect_unless_one_was_sent(
    earlier, had_no_effect
):
    context: dict[str, Any] = {}
    last = botocore.exceptions.EndpointConnectionError(endpoint_url="x")

    for exception in (*earlier, last):
        note_attempt(context=context, exception=exception)

    assert translation(last).had_no_effect is had_no_effect


def test_translated__error_that_is_not_the_sdks__is_left_as_it_is():
    with pytest.raises(ZeroDivisionError), translated("do it"):
        _ = 1 / 0


def test_translated__no_error__does_nothing():
    with translated("do it"):
        pass


@pytest.mark.parametrize("word", ["A", "a word "])
def test_translated__megabytes_of_words_and_of_a_code__are_cut(word):
    details: Any = {"Error": {"Code": "X" * 1_000_000, "Message": word * 1_000_000}}

    with pytest.raises(EngineError) as caught, translated("look"):
        raise ClientError(details, "GetJobRun")

    assert len(caught.value.message) < 2_100
    assert caught.value.message.endswith("…")
    assert "X" * 100 in caught.value.message
    assert "X" * 101 not in caught.value.message


def test_translated__a_secret_where_the_words_are_cut__is_not_cut_in_two():
    details: Any = {"Error": {"Code": "No", "Message": "a " * 980 + "b" * 100}}

    with pytest.raises(EngineError) as caught, translated("look"):
        raise ClientError(details, "GetJobRun")

    assert "b" not in caught.value.message.removeprefix("Could not look: ")
