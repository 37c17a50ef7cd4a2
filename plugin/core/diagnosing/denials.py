"""What AWS says when it denies: who may not do what on which thing, and which policy says so.

Knows the form of these messages, and the rights that our operations take.  Refuses to know error
codes.  Source: IAM's guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from plugin.core.trouble import Trouble

_ACTION = re.compile(r"not authorized to perform:? ?(?P<action>[A-Za-z0-9-]{1,40}:[A-Za-z]{1,80})")
_RESOURCE = re.compile(r"on (?:the )?resource:? ?[\"']?(?P<resource>arn:[^\s\"',]{1,500})")
_POLICY = re.compile(
    r"(?:with an explicit deny in an? |because no )"
    r"(?P<policy>service control|resource control|permissions boundary|session|VPC endpoint"
    r"|resource-based|identity-based)",
    re.IGNORECASE,
)
_IS_EXPLICIT = re.compile(r"explicit deny", re.IGNORECASE)

_ABOVE = {
    "service control": "A service control policy of the organization denies {what}",
    "resource control": "A resource control policy of the organization denies {what}",
    "permissions boundary": "The permissions boundary of the role in use denies {what}",
    "session": "The session policy with which the role was taken denies {what}",
    "vpc endpoint": "The policy of the VPC endpoint on the way to AWS denies {what}",
}
"""Policies that stand above the role's own, by the words of AWS."""

RIGHTS = {
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
    **{name: f"s3:{name}" for name in ("AbortMultipartUpload", "GetObject", "PutObject")},
    **dict.fromkeys(
        ("CompleteMultipartUpload", "CreateMultipartUpload", "UploadPart"), "s3:PutObject"
    ),
    **dict.fromkeys(("DeleteObject", "DeleteObjects"), "s3:DeleteObject"),
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListObjectsV2": "s3:ListBucket",
    "Publish": "sns:Publish",
}
"""The rights of our operations.  Source: AWS's Service Authorization Reference."""

_BY_ACTION = (
    (
        "iam:PassRole",
        Trouble.PASS_ROLE,
        (
            "Allow iam:PassRole{on} (role_arn) to the credentials in use, with the condition"
            " iam:PassedToService = glue.amazonaws.com."
        ),
    ),
    (
        "kms:",
        Trouble.KEY_DENIED,
        "Allow {what} to the credentials in use, in their policy and in the key's own.",
    ),
    ("lakeformation:", Trouble.LAKE_FORMATION, "Allow {what}, and grant it in Lake Formation."),
    ("secretsmanager:", Trouble.SECRET, "Allow {what} to the credentials in use."),
    (
        "sts:AssumeRole",
        Trouble.PERMISSION,
        "Allow {what} to the credentials in use, and let the trust policy of that role name them.",
    ),
    ("sts:TagSession", Trouble.PERMISSION, "Let the role's trust policy allow sts:TagSession."),
)
"""Actions with a remedy of their own, by how they begin."""


@dataclass(frozen=True, kw_only=True)
class Denial:
    """The class of a denial, and what to change, a sentence or two."""

    trouble: Trouble
    hint: str


def denial_of(said: str, *, action: str = "") -> Denial | None:
    """Return what a denial says; ``action`` is what was tried, where AWS does not name it.

    None when neither tells an action.
    """
    named = _ACTION.search(said)
    action = named["action"] if named else action
    if not action:
        return None
    place = _RESOURCE.search(said)
    on = f" on {place['resource'].rstrip('.')}" if place else ""
    what = f"{action}{on}"
    policy = _POLICY.search(said)
    kind = policy["policy"].lower() if policy else ""
    if kind in _ABOVE:
        hint = f"{_ABOVE[kind].format(what=what)}: only its owner can change that."
        return Denial(trouble=Trouble.DENIED_BY_POLICY, hint=hint)
    if kind and _IS_EXPLICIT.search(said):
        owner = "of the resource" if kind == "resource-based" else "of the credentials in use"
        hint = f"A policy {owner} denies {what} explicitly, which beats every allow: change it."
        return Denial(trouble=Trouble.DENIED_BY_POLICY, hint=hint)
    for begin, trouble, remedy in _BY_ACTION:
        if action.startswith(begin):
            return Denial(trouble=trouble, hint=remedy.format(what=what, on=on))
    where = " in the resource's own policy" if kind == "resource-based" else ""
    hint = f"Allow {what} to the credentials in use{where}; check the region."
    return Denial(trouble=Trouble.PERMISSION, hint=hint)
