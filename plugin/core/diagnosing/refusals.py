"""What an error answer of AWS means: its code → the class of our error, the trouble, the remedy.

Knows AWS's codes, as a table, and what may overrule them.  Refuses to know the SDK, and the words
that tell more (``refusal_words``, ``denials``).
The code alone decides the class, and with it what is asked again: words may quote a pull request.
Sources: the error shapes of botocore's Glue model; Glue's throttling is in no model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from plugin.core.diagnosing.denials import RIGHTS, denial_of
from plugin.core.diagnosing.refusal_words import KEY_GONE, LONGEST_SEARCHED, told_by_words
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
)
from plugin.core.trouble import Trouble

AGAIN = "Run the check again."
SETTING = "Mend the setting that the message names."
NO_NAME = "Check its name and the region."

_Row = tuple[type[EngineError], Trouble | None, str]
_DENIED: _Row = (
    AccessDenied,
    None,
    "Give the credentials in use this right, and check the region.",
)
_EXPIRED: _Row = (NoCredentials, Trouble.EXPIRED, "")
_INVALID: _Row = (NoCredentials, Trouble.INVALID_CREDENTIALS, "")
_TOKEN: _Row = (
    NoCredentials,
    Trouble.INVALID_CREDENTIALS,
    "Have the identity provider in IAM know the token's issuer and audience.",
)
_CLOCK: _Row = (NoCredentials, Trouble.WRONG_CLOCK, "")
_REGION: _Row = (Refused, Trouble.WRONG_REGION, "")
_MISSING: _Row = (NotFound, None, NO_NAME)
_TAKEN: _Row = (AlreadyThere, None, "")
_THROTTLED: _Row = (Throttled, None, "Wait, lower max_parallel, or ask AWS for a higher quota.")
_LIMIT: _Row = (OverLimit, Trouble.QUOTA, "")
_WRONG: _Row = (Refused, None, SETTING)
_KEY: _Row = (Refused, Trouble.KEY_DENIED, "")
_KEY_GONE: _Row = (Refused, Trouble.KEY_DENIED, KEY_GONE)
_LOST: _Row = (AnswerLost, None, AGAIN)

_BY_CODE: dict[str, _Row] = {
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "403", "UnauthorizedOperation", "Forbidden"),
        _DENIED,
    ),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired"), _EXPIRED),
    **dict.fromkeys(
        (
            *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"),
            *("InvalidSignatureException", "SignatureDoesNotMatch", "InvalidToken", "AuthFailure"),
            *("MissingAuthenticationToken", "MissingAuthenticationTokenException"),
            *("IncompleteSignature", "IncompleteSignatureException", "NotSignedUp"),
        ),
        _INVALID,
    ),
    **dict.fromkeys(("InvalidIdentityToken", "IDPRejectedClaim"), _TOKEN),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestInTheFuture"), _CLOCK),
    **dict.fromkeys(
        (
            *("PermanentRedirect", "AuthorizationHeaderMalformed", "TemporaryRedirect", "301"),
            *("IllegalLocationConstraintException", "OptInRequired", "RegionDisabledException"),
        ),
        _REGION,
    ),
    **dict.fromkeys(
        (
            *("EntityNotFoundException", "NoSuchKey", "NoSuchUpload", "404"),
            *("ResourceNotFoundException", "NotFound"),
        ),
        _MISSING,
    ),
    "NoSuchBucket": (
        NotFound,
        Trouble.MISSING_SCRIPT,
        "Check scripts_bucket, temp_bucket and region.",
    ),
    **dict.fromkeys(("AlreadyExistsException", "IdempotentParameterMismatchException"), _TAKEN),
    "ConcurrentModificationException": (Contended, None, AGAIN),
    **dict.fromkeys(
        (
            *("ThrottlingException", "Throttling", "ThrottledException", "SlowDown", "429"),
            *("TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled"),
            "RequestThrottledException",
        ),
        _THROTTLED,
    ),
    "ConcurrentRunsExceededException": (ConcurrentRuns, None, ""),
    **dict.fromkeys(("ResourceNumberLimitExceededException", "LimitExceededException"), _LIMIT),
    **dict.fromkeys(
        ("InvalidInputException", "ValidationException", "InvalidParameterException"), _WRONG
    ),
    **dict.fromkeys(
        (
            *("GlueEncryptionException", "KMSKeyNotAccessibleFault", "KMSAccessDeniedException"),
            "KMS.AccessDeniedException",
        ),
        _KEY,
    ),
    **dict.fromkeys(
        (
            *("KMS.DisabledException", "KMS.NotFoundException", "KMS.KMSInvalidStateException"),
            *("KMSInvalidStateException", "KMSDisabledException", "KMSNotFoundException"),
        ),
        _KEY_GONE,
    ),
    **dict.fromkeys(
        (
            *("InternalServiceException", "OperationTimeoutException", "InternalError"),
            *("ServiceUnavailable", "RequestTimeout", "500", "502", "503", "504"),
        ),
        _LOST,
    ),
}

_REGION_NAMED = re.compile(
    r"expecting '(?P<a>[a-z0-9-]{1,40})'|The (?P<b>[a-z0-9-]{1,40}) location constraint"
    r"|\.s3[.-](?P<c>[a-z]{2}-[a-z0-9-]{1,36}-\d)\.amazonaws",
)
_RATE = re.compile(r"\brate exceeded\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An error answer: code, text and HTTP status, and the operation that was asked.

    ``region`` is the one that S3 names in an answer about a bucket elsewhere.
    """

    code: str
    text: str = ""
    status: int = 0
    operation: str = ""
    region: str = ""


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """Class of the error, its trouble (None: the class's own), and the remedy, may be empty."""

    kind: type[EngineError]
    trouble: Trouble | None
    hint: str


def meaning_of(answer: Answer) -> Meaning:
    """Return what an error answer means."""
    said = answer.text[:LONGEST_SEARCHED]
    kind, trouble, hint = _by_code(answer.code, said, answer.status)
    if kind is AccessDenied:
        denial = denial_of(said, action=RIGHTS.get(answer.operation, ""))
        if denial is not None:
            trouble, hint = denial.trouble, denial.hint
    region = _region(answer, said) if trouble is Trouble.WRONG_REGION else ""
    if region:
        hint = f"The bucket is in {region}: set region to it, or name a bucket of this region."
    told = told_by_words(kind, said)
    if told is not None and trouble not in {Trouble.DENIED_BY_POLICY, Trouble.MISSING_SCRIPT}:
        # What the code or a denial advises of the same trouble says more than the class does.
        trouble, hint = told[0], told[1] or (hint if told[0] is trouble else "")
    return Meaning(kind=kind, trouble=trouble, hint=hint)


def _by_code(code: str, said: str, status: int) -> _Row:
    lost = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if code not in _BY_CODE or code == "LimitExceededException":
        if _RATE.search(said) and not lost:
            return _THROTTLED
        if lost:
            return (AnswerLost, None, "")
    return _BY_CODE.get(code, (EngineError, None, ""))


def _region(answer: Answer, said: str) -> str:
    found = _REGION_NAMED.search(said)
    named = next((text for text in found.groups() if text), "") if found else ""
    return answer.region or named
