"""What the messages of a failed run mean: tables of the words of Glue, Spark, Java and Python.

Knows patterns and classes of trouble.  Refuses to know when which table is asked (``diagnosis``).
Every pattern is bounded: messages are hostile.
Sources of the words: AWS's pages "Troubleshooting Glue common setup errors" and "Monitoring with
AWS Glue observability metrics" (the categories), public issues that quote whole messages.
"""

from __future__ import annotations

import re

from plugin.core.trouble import Trouble


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


OUTSIDE: tuple[tuple[re.Pattern[str], Trouble, str], ...] = (
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
            r"\bUnauthorizedOperation\b",
        ),
        Trouble.JOB_PERMISSION,
        "The job's role may not look at the network of its connection.",
    ),
    (
        _any(
            r"(?:insufficient|not (?:have )?enough) ?free ?(?:IP )?addresses",
            r"number of IP addresses on subnet",
            r"InsufficientFreeAddresses",
        ),
        Trouble.NO_ADDRESSES,
        "The subnet of the job's connection has no free addresses for its workers.",
    ),
    (
        _any(
            r"Could not find (?:S3|Glue) endpoint or NAT gateway",
            r"VPC S3 endpoint validation failed",
            r"security group must open all ingress ports",
            r"(?:Inbound|Outbound) rule in security group",
            r"Could not find subnet for AZ",
            r"unable to validate (?:VPC|subnet)",
            r"VPC endpoint validation failed",
            r"No Private DNS for Network Interface Found",
            r"\b(?:subnet|security group|VPC)(?: ID)? '[\w-]{1,60}' does not exist",
            r"\bInvalid(?:SubnetID|Subnet|Group|GroupId|VpcID|SecurityGroupID)\.NotFound\b",
        ),
        Trouble.CONNECTION,
        "Glue could not set up the network of the job's connection.",
    ),
    (
        _any(
            r"^(?:The )?(?:Glue )?connection [^\s'\"]{1,300} (?:was |is )?not found",
            r"\bFailed to find a Glue connection\b",
        ),
        Trouble.MISSING_CONNECTION,
        "Glue did not find the job's connection.",
    ),
    (
        _any(r"NetworkInterfaceLimitExceeded", r"exceeded the limit of network interfaces"),
        Trouble.QUOTA,
        "The account's quota of network interfaces was reached.",
    ),
    (
        _any(
            r"should be given assume role permissions",
            r"(?:unable to|could not|cannot|not authorized to) (?:perform: sts:)?assume (?:the )?"
            r"(?:provided )?role",
            r"not authorized to perform: sts:AssumeRole",
        ),
        Trouble.UNTRUSTED_ROLE,
        "Glue could not take the job's role.",
    ),
    (
        _any(
            r"(?:^|\| )(?:The )?(?:IAM )?role [^\s'\"]{1,300} (?:was |is )?"
            r"(?:not found|does not exist|cannot be found)",
            r"\brole (?:with name [^\s'\"]{1,300}|arn:[^\s'\"]{1,300}) (?:was |is )?"
            r"(?:not found|does not exist|cannot be found)",
        ),
        Trouble.MISSING_ROLE,
        "Glue did not find the job's role.",
    ),
    (
        _any(r"\bDPU (?:limit|quota)", r"concurrent compute capacity", r"\btask dpus?\b"),
        Trouble.DPU_QUOTA,
        "The account's quota of DPU was reached.",
    ),
    (
        _any(r"concurrent ?runs ?exceeded", r"max\w{0,10} .{0,60}concurrent .{0,20}runs"),
        Trouble.CONCURRENCY,
        "As many runs are at work as may be.",
    ),
    (
        _any(
            r"ResourceNumberLimitExceeded",
            r"max\w{0,10} .{0,60}concurrent",
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

INSIDE: tuple[tuple[re.Pattern[str], Trouble], ...] = (
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
            r"lakeformation.{0,200}(?:AccessDenied|not allowed|not authorized)",
            r"not authorized to perform: lakeformation:",
        ),
        Trouble.LAKE_FORMATION,
    ),
    (
        _any(r"not authorized to perform: kms:", r"KMS.{0,40}(?:AccessDenied|Disabled|NotFound)E"),
        Trouble.KEY_DENIED,
    ),
    (
        _any(
            r"not authorized to perform: secretsmanager:",
            r"Secrets Manager can't find",
            r"(?:Denied|NotFound)\w{0,12}\) when calling the GetSecretValue",
        ),
        Trouble.SECRET,
    ),
    (
        _any(
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

CATEGORIES = {
    "IMPORT_ERROR": Trouble.MODULE_NOT_FOUND,
    "SYNTAX_ERROR": Trouble.SYNTAX,
    "COMPILATION_ERROR": Trouble.SYNTAX,
    "SYSTEM_EXIT_ERROR": Trouble.SYSTEM_EXIT,
    "INVALID_ARGUMENT_ERROR": Trouble.SCRIPT_ERROR,
    "PERMISSION_ERROR": Trouble.JOB_PERMISSION,
    "LAKEFORMATION_ERROR": Trouble.LAKE_FORMATION,
    "OUT_OF_MEMORY_ERROR": Trouble.OUT_OF_MEMORY,
    "DISK_NO_SPACE_ERROR": Trouble.DISK_FULL,
    "RESOURCE_NOT_FOUND_ERROR": Trouble.DATA_NOT_FOUND,
    "THROTTLING_ERROR": Trouble.THROTTLING,
    "CONNECTION_ERROR": Trouble.CONNECTION,
}
"""Glue's own classes, which stand in front of an error message from Glue 4.0 on."""
