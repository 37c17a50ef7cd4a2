"""Answers as AWS writes them, through real clients: each with its class, its trouble, its remedy."""

import json

import pytest

from plugin.clients.aws.errors import translated
from plugin.core import errors
from plugin.core.errors import EngineError
from plugin.core.trouble import Trouble as Class
from tests.unit.aws.relay import Trouble, refusal

USER = "User: arn:aws:sts::123456789012:assumed-role/ci/step is not authorized to perform: "
JOB = "arn:aws:glue:eu-west-1:123456789012:job/glue-health-check-x"
ROLE = "arn:aws:iam::123456789012:role/etl"
DENIED = "AccessDeniedException"
INVALID = "InvalidInputException"
CREATE = f"{USER}glue:CreateJob on resource: {JOB}"


def ask(bench, operation):
    with translated("do it"):
        if operation == "CreateJob":
            bench.clients.glue_once.create_job(Name="x", Role="y", Command={})
        else:
            bench.clients.s3_hurried.put_object(Bucket="nobodys-bucket", Key="a-key", Body=b"")


def failure(bench, operation, answer):
    bench.relay.let(operation, answer)
    with pytest.raises(EngineError) as caught:
        ask(bench, operation)
    return caught.value


TABLE = [
    (DENIED, f"{CREATE} because no identity-based policy allows the glue:CreateJob action",
     Class.PERMISSION, f"Allow glue:CreateJob on {JOB} to"),
    (DENIED, "no words", Class.PERMISSION, "Allow glue:CreateJob to the credentials in use"),
    (DENIED, f"{CREATE} with an explicit deny in a service control policy",
     Class.DENIED_BY_POLICY, f"A service control policy of the organization denies glue:CreateJob on {JOB}"),
    (DENIED, f"{CREATE} with an explicit deny in a resource control policy",
     Class.DENIED_BY_POLICY, "resource control policy"),
    (DENIED, f"{CREATE} because no permissions boundary allows the glue:CreateJob action",
     Class.DENIED_BY_POLICY, "The permissions boundary"),
    (DENIED, f"{CREATE} because no session policy allows the glue:CreateJob action",
     Class.DENIED_BY_POLICY, "The session policy"),
    (DENIED, f"{CREATE} with an explicit deny in a VPC endpoint policy",
     Class.DENIED_BY_POLICY, "VPC endpoint"),
    (DENIED, f"{CREATE} with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/p",
     Class.DENIED_BY_POLICY, "beats every allow"),
    (DENIED, f"{CREATE} because no resource-based policy allows the glue:CreateJob action",
     Class.PERMISSION, "in the resource's own policy"),
    (DENIED, f"{USER}iam:PassRole on resource: {ROLE} because no identity-based policy allows it",
     Class.PASS_ROLE, f"Allow iam:PassRole on {ROLE} (role_arn)"),
    (DENIED, f"{USER}iam:PassRole on resource: {ROLE} with an explicit deny in a service control policy",
     Class.DENIED_BY_POLICY, "iam:PassRole"),
    (DENIED, f"{USER}kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:1:key/k",
     Class.KEY_DENIED, "in the key's own"),
    (DENIED, f"{USER}secretsmanager:GetSecretValue on resource: s", Class.SECRET, "GetSecretValue"),
    (DENIED, "Insufficient Lake Formation permission(s)", Class.LAKE_FORMATION, "Lake Formation"),
    (DENIED, f"{USER}sts:AssumeRole on resource: {ROLE}", Class.PERMISSION, "trust policy"),
    ("ExpiredTokenException", "The security token included in the request is expired",
     Class.EXPIRED, "outlive the check"),
    ("UnrecognizedClientException", "The security token included in the request is invalid.",
     Class.INVALID_CREDENTIALS, "switched on"),
    ("InvalidSignatureException", "Signature expired: 20260301T093000Z is now earlier than 20260301T100000Z",
     Class.WRONG_CLOCK, "clock"),
    ("InvalidSignatureException", "The request signature we calculated does not match",
     Class.INVALID_CREDENTIALS, "session token"),
    ("RequestTimeTooSkewed", "The difference is too large.", Class.WRONG_CLOCK, "5 minutes"),
    ("ThrottlingException", "Rate exceeded", Class.THROTTLING, "max_parallel"),
    ("SomethingThrottled", "Rate exceeded", Class.THROTTLING, "max_parallel"),
    ("ConcurrentRunsExceededException", "Concurrent runs exceeded for x", Class.CONCURRENCY, "L-5E4153CA"),
    ("ResourceNumberLimitExceededException", "Max jobs per account", Class.QUOTA, "L-5E4153CA"),
    ("ResourceNumberLimitExceededException", "Max task dpus per account exceeded, DPU: 100",
     Class.DPU_QUOTA, "DPU"),
    # cql-replicator#181
    (INVALID, "To use Worker Type G.1X, minimum allowed value of Number of Workers is 2",
     Class.INVALID_SIZE, "Set number_of_workers to 2 or more."),
    # boto3#2644, airflow#19207
    (INVALID, "Please do not set Max Capacity if using Worker Type and Number of Workers.",
     Class.INVALID_SIZE, "not both"),
    (INVALID, "Please set only one of Allocated Capacity and Max Capacity.",
     Class.INVALID_SIZE, "not both"),
    (INVALID, "Worker Type G.12X is not supported in Glue 3.0.", Class.INVALID_SIZE, "worker_type"),
    (INVALID, "Glue version 0.9 has reached its end of life.", Class.GLUE_VERSION, "glue_version"),
    (INVALID, f"Role {ROLE} should be given assume role permissions for Glue Service.",
     Class.UNTRUSTED_ROLE, "trust policy"),
    (INVALID, "Service is unable to assume provided role. Please verify role's TrustPolicy",
     Class.UNTRUSTED_ROLE, "glue.amazonaws.com"),
    (INVALID, "Cross-account pass role is not allowed.", Class.MISSING_ROLE, "this account"),
    ("EntityNotFoundException", "Role etl not found.", Class.MISSING_ROLE, "role_arn"),
    ("EntityNotFoundException", "Connection warehouse not found.", Class.MISSING_CONNECTION, "connections"),
    ("EntityNotFoundException", "Security configuration s not found.",
     Class.MISSING_SECURITY_CONFIGURATION, "security_configuration"),
    (INVALID, "The specified subnet does not have enough free addresses", Class.NO_ADDRESSES, "subnet"),
    ("GlueEncryptionException", "An encryption operation failed.", Class.KEY_DENIED, "kms:Decrypt"),
    (INVALID, "Timeout must be less than 7 days", Class.REFUSED, "setting"),
    ("AlreadyExistsException", "Job with name x already exists.", Class.NAME_TAKEN, "job_suffix"),
    ("InternalServiceException", "sorry", Class.NETWORK, "again"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "trouble", "words"), TABLE)
def test_glue__each_trouble__has_its_class_and_remedy(bench, code, text, trouble, words):
    error = failure(bench, "CreateJob", refusal(400, code, text))

    assert error.trouble is trouble
    assert words in error.hint
    assert error.message == f"Could not do it: {code}: {text.removesuffix('.')}."


@pytest.mark.parametrize(
    ("code", "status", "text", "trouble", "words"),
    [
        ("AccessDenied", 403, "Access Denied", Class.PERMISSION, "Allow s3:PutObject to"),
        ("AccessDenied", 403, f'{USER}s3:PutObject on resource: "arn:aws:s3:::b/k"',
         Class.PERMISSION, "on arn:aws:s3:::b/k to"),
        ("NoSuchBucket", 404, "The specified bucket does not exist", Class.MISSING_SCRIPT, "bucket"),
        ("AuthorizationHeaderMalformed", 400,
         "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
         Class.WRONG_REGION, "The bucket is in eu-west-1"),
        ("PermanentRedirect", 301, "The bucket must be addressed at b.s3-eu-central-1.amazonaws.com",
         Class.WRONG_REGION, "The bucket is in eu-central-1"),
        ("PermanentRedirect", 301, "Somewhere else", Class.WRONG_REGION, "Set region"),
        ("IllegalLocationConstraintException", 400,
         "The eu-south-1 location constraint is incompatible for the region specific endpoint",
         Class.WRONG_REGION, "eu-south-1"),
        ("KMS.DisabledException", 400, "key is disabled", Class.KEY_DENIED, "key"),
        ("SlowDown", 503, "Please reduce your request rate.", Class.THROTTLING, "max_parallel"),
        ("RequestTimeTooSkewed", 403, "too large", Class.WRONG_CLOCK, "clock"),
        ("InvalidAccessKeyId", 403, "does not exist in our records", Class.INVALID_CREDENTIALS, "key"),
    ],
)  # fmt: skip
def test_s3__each_trouble__has_its_class_and_remedy(bench, code, status, text, trouble, words):
    error = failure(bench, "PUT nobodys-bucket", refusal(status, code, text))

    assert error.trouble is trouble
    assert words in error.hint


def test_s3__bucket_elsewhere__the_region_of_the_header_is_told(bench):
    body = b"<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>"
    there = (("x-amz-bucket-region", "ap-south-1"),)
    answer = Trouble(status=301, body=body, headers=there)
    bench.relay.let("PUT nobodys-bucket", answer)  # botocore follows once, and is told the same

    error = failure(bench, "PUT nobodys-bucket", answer)

    assert error.trouble is Class.WRONG_REGION
    assert "The bucket is in ap-south-1" in error.hint


def test_glue__429_of_a_proxy__is_throttling(bench):
    error = failure(bench, "CreateJob", Trouble(status=429, body=b"<html>slow down</html>"))

    assert type(error) is errors.Throttled


def test_glue__words_that_a_pull_request_chose__do_not_change_what_is_asked_again(bench):
    text = "Connection Rate exceeded ThrottlingException not found"
    answer = Trouble(status=400, body=json.dumps({"__type": INVALID, "message": text}).encode())

    assert type(failure(bench, "CreateJob", answer)) is errors.Refused


@pytest.mark.parametrize(
    ("region", "trouble"),
    [("eu-wst-1", Class.WRONG_REGION), ("eu-west-1", Class.NETWORK)],
)
def test_sdk__nobody_at_the_address__a_region_that_is_none_is_told_as_such(region, trouble):
    from botocore.exceptions import EndpointConnectionError

    with pytest.raises(errors.Unreachable) as caught, translated("do it"):
        raise EndpointConnectionError(endpoint_url=f"https://glue.{region}.amazonaws.com/")

    assert caught.value.trouble is trouble
