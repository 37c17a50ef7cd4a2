"""The page on rights says what the code needs, no less and no more, and its policies are policies."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from plugin.core import naming
from plugin.core.forms import history

SERVICES = ("glue", "s3", "logs", "sns", "sts")
NOT_IN_CI = "local"  # the local Glue's own scripts have all of AWS
ACTIONS_OF: dict[str, tuple[str, ...]] = {
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3:GetObject": ("s3:GetObject", "s3:GetObjectVersion"),
    "s3:DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:UploadPart": ("s3:PutObject",),
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:UploadFileobj": ("s3:PutObject",),
    "sts:GetCallerIdentity": (),
}
"""Where an operation's right has another name.  Source: AWS's Service Authorization Reference."""
BESIDES = frozenset(
    {
        *("iam:PassRole", "glue:TagResource"),  # what CreateJob needs besides
        *("kms:GenerateDataKey", "kms:Decrypt"),  # what S3 and SNS need with a key
        *("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"),  # botocore's own
    }
)
NOT_NARROWED = frozenset({"glue:ListJobs", "glue:BatchGetJobs"})


def operations_called(repository: Path) -> set[str]:
    """Every operation that a word of the code stands for, as ``service:Operation``."""
    words = {
        word
        for path in (repository / "plugin").rglob("*.py")
        if NOT_IN_CI not in path.relative_to(repository).parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(word := getattr(node, "attr", getattr(node, "value", None)), str)
    }
    session = botocore.session.get_session()
    return {
        f"{service}:{name}"
        for service in SERVICES
        for name in session.get_service_model(service).operation_names
        if xform_name(name) in words
    }


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs/permissions.md").read_text()


@pytest.fixture(scope="module")
def table(page: str) -> str:
    """What each command needs."""
    return page.partition("## What each command needs")[2].partition("\n`sts:Get")[0]


def actions_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:glue|s3|logs|sns|sts|iam|kms):[A-Z]\w+", text))


def policies_in(text: str) -> list[dict[str, Any]]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements_in(text: str) -> list[dict[str, Any]]:
    return [one for policy in policies_in(text) for one in policy["Statement"]]


def test_permissions__what_the_code_calls__is_what_the_table_names(repository, table):
    called = operations_called(repository)
    needed = {action for one in called for action in ACTIONS_OF.get(one, (one,))}

    assert actions_in(table) == needed | BESIDES


def test_permissions__the_policies_of_cis_identity__allow_what_the_table_names(page, table):
    part = page.partition("## CI's identity")[2].partition("## The job's role")[0]
    allowed = {action for one in statements_in(part) for action in listed(one["Action"])}

    assert allowed == actions_in(table) - {"sts:AssumeRoleWithWebIdentity"}


def test_permissions__every_policy__is_one_that_iam_takes(page):
    policies = policies_in(page)

    assert len(policies) == 5
    for policy in policies:
        assert policy["Version"] == "2012-10-17"
        for one in policy["Statement"]:
            assert one.keys() <= {
                *("Sid", "Effect", "Action", "Resource", "Principal", "Condition"),
            }
            assert one["Effect"] == "Allow"
            assert ("Resource" in one) != ("Principal" in one)


def test_permissions__every_statement__is_narrowed_to_a_thing_or_cannot_be(page):
    for one in statements_in(page):
        if "*" in listed(one.get("Resource", "")):
            assert set(listed(one["Action"])) == NOT_NARROWED
        assert not any("*" in action for action in listed(one["Action"]))


def test_permissions__objects__are_those_below_our_prefixes(page):
    folders = {
        thing.rpartition("/")[0].rpartition(":")[2].partition("/")[2]
        for one in statements_in(page)
        for thing in listed(one.get("Resource", ""))
        if thing.startswith("arn:aws:s3:::") and thing.endswith("/*")
    }

    assert folders == {naming.ROOT, history.PREFIX}


def test_permissions__pass_role__goes_to_glue_alone(page):
    (one,) = (one for one in statements_in(page) if "iam:PassRole" in listed(one["Action"]))

    assert one["Condition"] == {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}


def test_permissions__trust_in_github__names_audience_and_subjects_and_no_wildcard(page):
    (one,) = (
        one
        for one in statements_in(page)
        if "sts:AssumeRoleWithWebIdentity" in listed(one["Action"])
    )

    assert list(one["Condition"]) == ["StringEquals"]
    condition = one["Condition"]["StringEquals"]
    issuer = "token.actions.githubusercontent.com"
    assert condition.keys() == {f"{issuer}:aud", f"{issuer}:sub"}
    assert not any("*" in subject for subject in condition[f"{issuer}:sub"])
