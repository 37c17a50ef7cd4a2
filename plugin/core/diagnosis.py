"""What a message means: Glue's, Python's, Java's or our own error → the class of trouble.

Knows the words of AWS, Spark and Python.  Refuses to know states, logs and verdicts.
Every pattern is bounded and only the beginning of a text is searched: messages are hostile.
Sources of the words: AWS's pages "Troubleshooting Glue common setup errors" and "Monitoring with
AWS Glue observability metrics" (the categories), public issues that quote whole messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.errors import NotFound, Refused
from plugin.core.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.core.errors import PluginError

LONGEST_SEARCHED = 2000
"""Characters of a text that are searched: patterns must not take a hostile one long."""

_RAISED = re.compile(
    r"(?:[A-Za-z_]\w{0,100}\.){0,10}"
    r"(?:[A-Za-z_]\w{0,100}Error|Exception|SystemExit|KeyboardInterrupt)\s{0,3}(?::|$)"
    r"|An error occurred while calling"
)
"""How a message begins that a Python script raised itself, or that came through Py4J."""


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Something other than the script is at fault: the class, and what happened as a sentence."""

    trouble: Trouble
    what: str


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_OUTSIDE: tuple[tuple[re.Pattern[str], Trouble, str], ...] = (
    (
        _any(
            r"Error downloading from S3.{0,1000}(?:Access ?Denied|Status Code: 403|not authorized)",
        ),
        Trouble.JOB_PERMISSION,
        "The job's role may not read the uploaded files.",
    ),
    (
        _any(r"Error downloading from S3", r"script.{0,300}(?:NoSuchKey|NoSuchBucket)"),
        Trouble.MISSING_SCRIPT,
        "Glue did not find the uploaded script.",
    ),
    (
        _any(
            r"action is unauthorized\. ?unable to validate",
            r"Failed to call ec2:\w",
            r"\bec2:\w{1,60} .{0,60}(?:unauthorized|not authorized)",
        ),
        Trouble.JOB_PERMISSION,
        "The job's role may not look at the network of its connection.",
    ),
    (
        _any(
            r"Could not find (?:S3|Glue) endpoint or NAT gateway",
            r"VPC S3 endpoint validation failed",
            r"security group must open all ingress ports",
            r"(?:Inbound|Outbound) rule in security group",
            r"Could not find subnet for AZ",
            r"(?:insufficient|not (?:have )?enough) ?free ?(?:IP )?addresses",
            r"unable to validate (?:VPC|subnet)",
        ),
        Trouble.CONNECTION,
        "Glue could not set up the network of the job's connection.",
    ),
    (
        _any(
            r"should be given assume role permissions",
            r"\brole\b.{0,200}(?:not found|does not exist|cannot be found)",
            r"(?:unable to|could not|cannot|not authorized to) (?:perform: sts:)?assume ?role",
        ),
        Trouble.MISSING_ROLE,
        "Glue could not take the job's role.",
    ),
    (
        _any(
            r"concurrent ?runs ?exceeded",
            r"ResourceNumberLimitExceeded",
            r"max\w{0,10} .{0,60}concurrent",
            r"DPU limit",
        ),
        Trouble.QUOTA,
        "An AWS quota was reached.",
    ),
    (
        _any(
            r"resource (?:is )?unavailable",
            r"insufficient capacity",
            r"no capacity",
            r"ResourceUnavailable",
        ),
        Trouble.CAPACITY,
        "AWS had no capacity.",
    ),
    (
        _any(r"internal service (?:error|exception)", r"InternalServiceException"),
        Trouble.AWS_FAULT,
        "Glue failed by itself.",
    ),
    (
        _any(r"ThrottlingException", r"\bRate exceeded"),
        Trouble.THROTTLING,
        "AWS throttled the start of the job.",
    ),
    (
        _any(r"LAUNCH[ _]ERROR.{0,300}\b(?:pip|modules?)\b"),
        Trouble.MODULE_NOT_FOUND,
        "Glue could not install the Python modules.",
    ),
    (_any(r"LAUNCH[ _]ERROR"), Trouble.REFUSED, "Glue could not launch the job."),
)
"""What Glue says when the script never began: pattern, class, what happened."""

_INSIDE: tuple[tuple[re.Pattern[str], Trouble], ...] = (
    (
        _any(r"ModuleNotFoundError", r"No module named", r"ImportError", r"cannot import name"),
        Trouble.MODULE_NOT_FOUND,
    ),
    (re.compile(r"SyntaxError|IndentationError|TabError"), Trouble.SYNTAX),
    (re.compile(r"^(?:[\w.]{0,100}\.)?SystemExit\b"), Trouble.SYSTEM_EXIT),
    (_any(r"GlueArgumentError", r"the following arguments are required"), Trouble.ARGUMENTS),
    (
        _any(
            r"Insufficient Lake Formation",
            r"lakeformation.{0,200}(?:AccessDenied|not allowed)",
            r"not authorized to perform",
            r"Access ?Denied",
            r"Status Code: 403",
            r"\b403 Forbidden",
            r"\(Forbidden\)",
        ),
        Trouble.JOB_PERMISSION,
    ),
    (_any(r"No space left on device", r"DISK_NO_SPACE"), Trouble.DISK_FULL),
    (
        _any(
            r"OutOfMemory",
            r"\bMemoryError\b",
            r"exit code:? 137\b",
            r"heap space",
            r"GC overhead limit",
            r"Container killed by YARN",
            r"exceeding (?:physical )?memory limits",
            r"Out of Memory",
            r"maxResultSize",
        ),
        Trouble.OUT_OF_MEMORY,
    ),
    (
        _any(
            r"path does not exist",
            r"PATH_NOT_FOUND",
            r"NoSuchKey",
            r"NoSuchBucket",
            r"specified (?:key|bucket) does not exist",
            r"FileNotFound",
            r"No such file or directory",
            r"TABLE_OR_VIEW_NOT_FOUND",
            r"SCHEMA_NOT_FOUND",
            r"EntityNotFoundException",
            r"(?:table|view|database)\b.{0,200}\bnot found",
            r"NoSuch(?:Table|Database)Exception",
        ),
        Trouble.DATA_NOT_FOUND,
    ),
    (
        _any(
            r"password authentication failed",
            r"Access denied for user",
            r"Login failed for user",
            r"invalid username/password",
            r"Incorrect username or password",
            r"InvalidAccessKeyId",
            r"SignatureDoesNotMatch",
        ),
        Trouble.LOGIN,
    ),
    (
        _any(
            r"ThrottlingException",
            r"\bThrottled?\b",
            r"Rate exceeded",
            r"\bSlowDown\b",
            r"ProvisionedThroughputExceeded",
            r"TooManyRequests",
        ),
        Trouble.THROTTLING,
    ),
    (
        _any(
            r"Connection ?timed ?out",
            r"connect timed out",
            r"Connection ?refused",
            r"Communications link failure",
            r"UnknownHost",
            r"No route to host",
            r"Could not connect",
            r"Connect(?:ion)?TimeoutE",
            r"SocketTimeout",
            r"EndpointConnectionError",
            r"Name or service not known",
            r"The connection attempt failed",
            r"No suitable driver",
        ),
        Trouble.CONNECTION,
    ),
    (
        _any(r"ExecutorLostFailure", r"Lost executor", r"Remote RPC client disassociated"),
        Trouble.WORKER_LOST,
    ),
)
"""What a script's exceptions say.  The first that is found wins."""

_DENIED_USER = re.compile(r"Access denied for user", re.IGNORECASE)
"""MySQL's words for a wrong password: no matter of IAM, though it reads like one."""

_CATEGORIES = {
    "IMPORT_ERROR": Trouble.MODULE_NOT_FOUND,
    "SYNTAX_ERROR": Trouble.SYNTAX,
    "COMPILATION_ERROR": Trouble.SYNTAX,
    "SYSTEM_EXIT_ERROR": Trouble.SYSTEM_EXIT,
    "INVALID_ARGUMENT_ERROR": Trouble.SCRIPT_ERROR,
    "PERMISSION_ERROR": Trouble.JOB_PERMISSION,
    "LAKEFORMATION_ERROR": Trouble.JOB_PERMISSION,
    "OUT_OF_MEMORY_ERROR": Trouble.OUT_OF_MEMORY,
    "DISK_NO_SPACE_ERROR": Trouble.DISK_FULL,
    "RESOURCE_NOT_FOUND_ERROR": Trouble.DATA_NOT_FOUND,
    "THROTTLING_ERROR": Trouble.THROTTLING,
    "CONNECTION_ERROR": Trouble.CONNECTION,
}
"""Glue's own classes, which stand in front of an error message from Glue 4.0 on."""


def outside(message: str, *, of_script: bool = True) -> Outside | None:
    """Return what other than the script is at fault; None when a message does not say so.

    With ``of_script``, a message that a script may have raised itself is not believed: its own
    words must not excuse it.
    """
    said = message[:LONGEST_SEARCHED]
    if of_script and _RAISED.match(said):
        return None
    found = (
        Outside(trouble=trouble, what=what)
        for pattern, trouble, what in _OUTSIDE
        if pattern.search(said)
    )
    return next(found, None)


def inside(texts: Iterable[str], category: str = "") -> Trouble:
    """Return the class of a script's failure: the first text that says one wins, then Glue's."""
    for text in texts:
        said = text[:LONGEST_SEARCHED]
        if _DENIED_USER.search(said):
            return Trouble.LOGIN
        for pattern, trouble in _INSIDE:
            if pattern.search(said):
                return trouble
    return _CATEGORIES.get(category, Trouble.SCRIPT_ERROR)


_MISSING = (
    (_any(r"\brole\b"), Trouble.MISSING_ROLE),
    (_any(r"bucket", r"NoSuchKey", r"\bscript\b"), Trouble.MISSING_SCRIPT),
    (_any(r"connection", r"security configuration"), Trouble.REFUSED),
)


def trouble_of(error: PluginError, *, is_local: bool = False) -> Trouble:
    """Return the class of an error of ours: its own, or what AWS's part of the message names."""
    own = error.trouble
    before, colon, after = error.message[:LONGEST_SEARCHED].partition(": ")
    said = after if colon else before  # what we tried to do holds names that a user chose
    if isinstance(error, NotFound):
        own = next((trouble for pattern, trouble in _MISSING if pattern.search(said)), own)
    elif isinstance(error, Refused):
        found = outside(said)
        own = found.trouble if found else own
    elif own is Trouble.NETWORK and _any(r"InternalService", r"InternalError").search(said):
        own = Trouble.AWS_FAULT
    is_of_aws = own in {Trouble.NETWORK, Trouble.AWS_FAULT}
    return Trouble.LOCAL_ENGINE if is_local and is_of_aws else own
