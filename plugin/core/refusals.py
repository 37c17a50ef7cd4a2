"""What an error answer of AWS means: its code → the class of our error, the trouble, the remedy.

Knows AWS's codes and words, as tables.  Refuses to know the SDK.
The code alone decides the class, and with it what is asked again: words may quote a pull request.
Sources: the error shapes of botocore's Glue model; Glue's throttling is in no model; the words are
those of AWS's pages and of public issues that quote whole messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from plugin.core.denials import denial_of
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

LONGEST_SEARCHED = 2000
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
_CLOCK: _Row = (NoCredentials, Trouble.WRONG_CLOCK, "")
_REGION: _Row = (Refused, Trouble.WRONG_REGION, "")
_MISSING: _Row = (NotFound, None, NO_NAME)
_TAKEN: _Row = (AlreadyThere, None, "")
_THROTTLED: _Row = (Throttled, None, "Wait, lower max_parallel, or ask AWS for a higher quota.")
_LIMIT: _Row = (OverLimit, Trouble.QUOTA, "")
_WRONG: _Row = (Refused, None, SETTING)
_KEY: _Row = (Refused, Trouble.KEY_DENIED, "")
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
            *("KMS.DisabledException", "KMS.NotFoundException", "KMS.KMSInvalidStateException"),
            *("KMSInvalidStateException", "KMSDisabledException", "KMSNotFoundException"),
        ),
        _KEY,
    ),
    **dict.fromkeys(
        (
            *("InternalServiceException", "OperationTimeoutException", "InternalError"),
            *("ServiceUnavailable", "RequestTimeout", "500", "502", "503", "504"),
        ),
        _LOST,
    ),
}


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_WORDS: tuple[tuple[tuple[type[EngineError], ...], re.Pattern[str], Trouble, str], ...] = (
    (
        (NoCredentials,),
        _any(r"signature expired", r"signature not yet current", r"too skewed"),
        Trouble.WRONG_CLOCK,
        "",
    ),
    ((OverLimit,), _any(r"\bDPUs?\b", r"compute capacity"), Trouble.DPU_QUOTA, ""),
    (
        (Refused, NotFound),
        _any(
            r"should be given assume role permissions",
            r"unable to assume (?:the |provided )?role",
            r"verify role'?s trust ?policy",
        ),
        Trouble.UNTRUSTED_ROLE,
        "",
    ),
    (
        (Refused,),
        _any(r"cross-account pass ?role"),
        Trouble.MISSING_ROLE,
        "Set role_arn to a role of this account: Glue takes none of another.",
    ),
    (
        (Refused,),
        _any(
            r"(?:set|use|both|one of) .{0,60}(?:max|allocated) ?capacity",
            r"(?:max|allocated) ?capacity .{0,60}(?:worker type|number of workers)",
        ),
        Trouble.INVALID_SIZE,
        "Set either worker_type and number_of_workers or max_capacity, not both.",
    ),
    (
        (Refused,),
        _any(r"worker ?type", r"number ?of ?workers", r"max ?capacity"),
        Trouble.INVALID_SIZE,
        "",
    ),
    ((Refused,), _any(r"glue ?version"), Trouble.GLUE_VERSION, ""),
    (
        (Refused, NotFound),
        _any(r"security ?configuration"),
        Trouble.MISSING_SECURITY_CONFIGURATION,
        "",
    ),
    (
        (Refused, NotFound),
        _any(r"not (?:have )?enough free", r"insufficient .{0,20}addresses", r"IP addresses on"),
        Trouble.NO_ADDRESSES,
        "",
    ),
    ((Refused, NotFound), _any(r"\bconnections?\b"), Trouble.MISSING_CONNECTION, ""),
    ((AccessDenied, Refused), _any(r"lake ?formation"), Trouble.LAKE_FORMATION, ""),
    ((Refused, NotFound), _any(r"secrets ?manager"), Trouble.SECRET, ""),
    ((Refused,), _any(r"\bKMS\b", r"\bkey\b.{0,80}arn:aws[a-z-]*:kms"), Trouble.KEY_DENIED, ""),
    (
        (Refused, NotFound),
        _any(r"\brole\b.{0,300}(?:not found|not exist|not valid|invalid|cannot be found)"),
        Trouble.MISSING_ROLE,
        "",
    ),
    ((NotFound,), _any(r"\brole\b"), Trouble.MISSING_ROLE, ""),
    (
        (NotFound,),
        _any(r"bucket", r"NoSuchKey", r"\bscript\b"),
        Trouble.MISSING_SCRIPT,
        "Check scripts_bucket, temp_bucket and region.",
    ),
)
"""What the words of an answer tell more than its code: for which classes, trouble, own remedy."""

_LEAST = re.compile(r"minimum allowed value of Number of Workers is (\d{1,4})", re.IGNORECASE)
_REGION_NAMED = re.compile(
    r"expecting '(?P<a>[a-z0-9-]{1,40})'|The (?P<b>[a-z0-9-]{1,40}) location constraint"
    r"|\.s3[.-](?P<c>[a-z]{2}-[a-z0-9-]{1,36}-\d)\.amazonaws",
)
_RATE = re.compile(r"\brate exceeded\b", re.IGNORECASE)

_ACTIONS = {
    **{
        name: f"glue:{name}"
        for name in (
            *("BatchGetJobs", "BatchStopJobRun", "CreateJob", "DeleteJob", "GetJob", "GetJobRun"),
            *("GetJobRuns", "GetTags", "ListJobs", "StartJobRun"),
        )
    },
    **{
        name: f"logs:{name}"
        for name in ("DeleteLogStream", "DescribeLogStreams", "FilterLogEvents", "GetLogEvents")
    },
    **{name: f"s3:{name}" for name in ("GetObject", "PutObject")},
    **dict.fromkeys(("CreateMultipartUpload", "UploadPart"), "s3:PutObject"),
    "CompleteMultipartUpload": "s3:PutObject",
    "DeleteObjects": "s3:DeleteObject",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListObjectsV2": "s3:ListBucket",
}
"""The rights of our operations.  Source: AWS's Service Authorization Reference."""


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
        denial = denial_of(said, action=_ACTIONS.get(answer.operation, ""))
        if denial is not None:
            trouble, hint = denial.trouble, denial.hint
    region = _region(answer, said) if trouble is Trouble.WRONG_REGION else ""
    if region:
        hint = f"The bucket is in {region}: set region to it, or name a bucket of this region."
    told = told_by_words(kind, said)
    if told is not None and trouble not in {Trouble.DENIED_BY_POLICY, Trouble.MISSING_SCRIPT}:
        trouble, hint = told
    return Meaning(kind=kind, trouble=trouble, hint=hint)


def _by_code(code: str, said: str, status: int) -> _Row:
    lost = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if code not in _BY_CODE or code == "LimitExceededException":
        if _RATE.search(said) and not lost:
            return _THROTTLED
        if lost:
            return (AnswerLost, None, "")
    return _BY_CODE.get(code, (EngineError, None, ""))


def told_by_words(kind: type[EngineError], said: str) -> tuple[Trouble, str] | None:
    """Return trouble and remedy that the words of an answer tell; an empty remedy: the trouble's.

    None where they tell no more than the class of the error.
    """
    said = said[:LONGEST_SEARCHED]
    least = _LEAST.search(said)
    if least and issubclass(kind, Refused):
        return Trouble.INVALID_SIZE, f"Set number_of_workers to {least[1]} or more."
    for kinds, pattern, trouble, hint in _WORDS:
        if issubclass(kind, kinds) and pattern.search(said):
            return trouble, hint
    return None


def _region(answer: Answer, said: str) -> str:
    found = _REGION_NAMED.search(said)
    named = next((text for text in found.groups() if text), "") if found else ""
    return answer.region or named
