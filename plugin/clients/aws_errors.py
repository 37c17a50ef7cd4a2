"""SDK errors → our errors: what was tried, what AWS said, what to change.  The one such place."""

from __future__ import annotations

import re
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from plugin.core.errors import (
    AccessDenied,
    AlreadyThere,
    AnswerLost,
    EngineError,
    NoCredentials,
    NotFound,
    OverLimit,
    Refused,
    Throttled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_AGAIN = "Run the check again."
_DENIED = "Give the credentials in use this right, and check the region."
_EXPIRED = "Give fresh credentials; a session must outlive the check."
_TOKEN = re.compile(r"""(?i)(security-token["']?\s*[:=]\s*["']?)[^\s&'"]+""")
_LIMIT = "Wait, lower max_parallel, or ask AWS for a higher quota."

_BY_CODE: dict[str, tuple[type[EngineError], str]] = {
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "403", "UnauthorizedOperation", "Forbidden"),
        (AccessDenied, _DENIED),
    ),
    **dict.fromkeys(
        (
            *("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired"),
            *("UnrecognizedClientException", "InvalidSignatureException", "InvalidAccessKeyId"),
            *("SignatureDoesNotMatch", "InvalidToken", "AuthFailure"),
        ),
        (NoCredentials, _EXPIRED),
    ),
    **dict.fromkeys(
        (
            *("EntityNotFoundException", "NoSuchBucket", "NoSuchKey", "404"),
            *("ResourceNotFoundException", "NotFound"),
        ),
        (NotFound, "Check its name and the region."),
    ),
    **dict.fromkeys(
        ("AlreadyExistsException", "IdempotentParameterMismatchException"),
        (AlreadyThere, "Remove it, or choose another job_suffix."),
    ),
    **dict.fromkeys(
        (
            *("ThrottlingException", "Throttling", "TooManyRequestsException", "SlowDown"),
            *("RequestLimitExceeded", "RequestThrottled"),
        ),
        (Throttled, _LIMIT),
    ),
    **dict.fromkeys(
        (
            *("ConcurrentRunsExceededException", "ResourceNumberLimitExceededException"),
            "LimitExceededException",
        ),
        (OverLimit, _LIMIT),
    ),
    **dict.fromkeys(
        ("InvalidInputException", "ValidationException", "InvalidParameterException"),
        (Refused, "Mend the setting that the message names."),
    ),
    **dict.fromkeys(
        (
            *("InternalServiceException", "OperationTimeoutException", "InternalError"),
            *("ServiceUnavailable", "RequestTimeout", "500", "502", "503", "504"),
        ),
        (AnswerLost, _AGAIN),
    ),
}

_BY_CLASS: dict[str, tuple[type[EngineError], str]] = {
    "NoCredentialsError": (NoCredentials, "Give AWS credentials, e.g. by OIDC, or engine local."),
    "PartialCredentialsError": (NoCredentials, "Give both parts of the key."),
    "CredentialRetrievalError": (NoCredentials, _EXPIRED),
    "TokenRetrievalError": (NoCredentials, _EXPIRED),
    "SSOTokenLoadError": (NoCredentials, "Log in again with aws sso login."),
    "UnauthorizedSSOTokenError": (NoCredentials, "Log in again with aws sso login."),
    "NoRegionError": (Refused, "Set region (also read from AWS_REGION)."),
    "ProfileNotFound": (Refused, "Set AWS_PROFILE to a profile that is there, or unset it."),
    "InvalidRegionError": (Refused, "Set region to a region such as eu-west-1."),
    "ParamValidationError": (Refused, "Mend the setting that the message names."),
    "EndpointConnectionError": (EngineError, "Check the network and the region."),
    "ConnectTimeoutError": (EngineError, "Check the network and the region."),
    "ProxyConnectionError": (EngineError, "Check HTTPS_PROXY."),
    "SSLError": (EngineError, "Check AWS_CA_BUNDLE."),
    "ReadTimeoutError": (AnswerLost, _AGAIN),
    "ConnectionClosedError": (AnswerLost, _AGAIN),
    "HTTPClientError": (AnswerLost, _AGAIN),
    "ResponseParserError": (AnswerLost, _AGAIN),
}


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn botocore's errors inside the block into ours; ``doing`` completes "Could not …".

    An answer that cannot be read, or lacks what we read of it (a proxy's page, say), is a lost one.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        raise _of_answer(error, doing) from None
    except (BotoCoreError, ResponseParserError) as error:
        raise _of_sdk(error, doing) from None
    except KeyError as error:
        raise AnswerLost(_sentence(doing, f"the answer has no {error}"), hint=_AGAIN) from None


def code_of(error: Any) -> str:  # noqa: ANN401 - botocore's ClientError
    """Return AWS's error code; some services answer with the HTTP status alone."""
    details = error.response.get("Error", {})
    return str(details.get("Code", ""))


def _of_answer(error: Any, doing: str) -> EngineError:  # noqa: ANN401 - botocore's ClientError
    code = code_of(error)
    text = str(error.response.get("Error", {}).get("Message", "")).strip()
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    unknown = AnswerLost if status >= HTTPStatus.INTERNAL_SERVER_ERROR else EngineError
    kind, hint = _BY_CODE.get(code, (unknown, ""))
    if "assume role permissions" in text:
        hint = "Check role_arn and that its trust policy names glue.amazonaws.com."
    said = f"{code}: {text}" if text and text != code else code or f"HTTP {status}"
    return kind(_sentence(doing, said), hint=hint)


def _of_sdk(error: Any, doing: str) -> EngineError:  # noqa: ANN401 - the SDK's error
    for cls in type(error).__mro__:
        if cls.__name__ in _BY_CLASS:
            kind, hint = _BY_CLASS[cls.__name__]
            return kind(_sentence(doing, str(error)), hint=hint)
    return EngineError(_sentence(doing, str(error)))


def _sentence(doing: str, said: str) -> str:
    """Return what was tried and what was said.

    AWS answers a wrong signature with the text that it signed itself, the session token in it.
    """
    text = _TOKEN.sub(r"\1***", said).strip()
    return f"Could not {doing}: {text}" + ("" if text.endswith((".", "!", "?")) else ".")
