"""Messages as AWS, Spark and Python write them have a class; hostile ones excuse nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core import errors
from plugin.core.diagnosing.diagnosis import LONGEST_SEARCHED, inside, outside, trouble_of
from plugin.core.diagnosing.hints import hint_of
from plugin.core.errors import EngineError, PluginError
from plugin.core.trouble import Trouble

# --- what a script may say of itself ---------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        "Exception: Resource unavailable",
        "SystemExit: LAUNCH ERROR | internal service error",
        "ValueError: ConcurrentRunsExceededException",
        "acme.errors.CapacityError: no capacity",
        "RuntimeError",
        "An error occurred while calling o95.load. InternalServiceException",
        "KeyError: the role pilot does not exist",
    ],
)
def test_outside__a_message_that_a_script_can_raise__is_not_believed(message):
    assert outside(message) is None


def test_outside__of_glue_itself__is_believed_whatever_it_begins_with():
    found = outside("InternalError: Resource unavailable", of_script=False)

    assert found is not None
    assert found.trouble is Trouble.CAPACITY


@pytest.mark.parametrize(
    "piece",
    [
        *("max role ", "Error downloading from S3 ", "LAUNCH ERROR ", "a.", "aError", "("),
        *("table ", "lakeformation ", "connection", "ec2:a ", "role" * 50 + " ", "exit code "),
    ],
)
def test_inside_and_outside__a_long_hostile_text__come_to_an_end_and_search_its_beginning(piece):
    text = piece * (2_000_000 // len(piece)) + "InternalServiceException ModuleNotFoundError"

    found = outside(text, of_script=False)

    assert found is None or found.trouble is not Trouble.AWS_FAULT
    assert inside([text] * 3) is not Trouble.MODULE_NOT_FOUND


@given(st.text(), st.text())
def test_inside_and_outside__any_text__never_raise(text, category):
    assert inside([text], category) in Trouble
    outside(text)


# --- what Glue says --------------------------------------------------------------------------------

S3 = "LAUNCH ERROR | Error downloading from S3 for bucket: scripts, key: glue-health-check/x/a.py."


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        (
            f"{S3}Access Denied (Service: Amazon S3; Status Code: 403; Please refer logs for details.",
            Trouble.JOB_PERMISSION,
        ),
        (
            f"{S3} User: arn:aws:sts::1:assumed-role/x is not authorized to perform: s3:ListBucket",
            Trouble.JOB_PERMISSION,
        ),
        (f"{S3} The specified key does not exist.", Trouble.MISSING_SCRIPT),
        (
            "DescribeVpcEndpoints action is unauthorized. unable to validate VPC ID vpc-1",
            Trouble.JOB_PERMISSION,
        ),
        ("Failed to call ec2:DescribeSubnets", Trouble.JOB_PERMISSION),
        (
            (
                "JobRunId:jr_1 failed to execute with exception Could not find S3 endpoint or NAT"
                " gateway for subnetId: subnet-1 in Vpc vpc-1"
            ),
            Trouble.CONNECTION,
        ),
        (
            "VPC S3 endpoint validation failed for SubnetId: subnet-1. VPC: vpc-1. Reason: …",
            Trouble.CONNECTION,
        ),
        ("At least one security group must open all ingress ports.", Trouble.CONNECTION),
        ("The specified subnet does not have enough free addresses", Trouble.NO_ADDRESSES),
        (
            "Role arn:aws:iam::1:role/x should be given assume role permissions for Glue Service",
            Trouble.UNTRUSTED_ROLE,
        ),
        ("LAUNCH ERROR | role glue-x not found", Trouble.MISSING_ROLE),
        ("Exceeded maximum concurrent compute capacity for your account: 100.", Trouble.DPU_QUOTA),
        ("Max concurrent job runs per account exceeded", Trouble.CONCURRENCY),
        ("Resource unavailable. Please try again", Trouble.CAPACITY),
        ("Internal service error : Invalid input", Trouble.AWS_FAULT),
        ("Rate exceeded (Service: AWSGlue; Status Code: 400)", Trouble.THROTTLING),
        (
            "Error Category: LAUNCH_ERROR; pip could not install the modules",
            Trouble.MODULE_NOT_FOUND,
        ),
        ("LAUNCH ERROR | Invalid input to --confPlease refer logs for details.", Trouble.REFUSED),
    ],
)
def test_outside__what_glue_says_before_a_script_begins__has_its_class(message, trouble):
    found = outside(message)

    assert found is not None
    assert found.trouble is trouble
    assert found.what.endswith(".")


@pytest.mark.parametrize("message", ["", "Command failed with exit code 1", "KeyError: 'iata'"])
def test_outside__nothing_but_the_script__is_none(message):
    assert outside(message) is None


# --- what scripts fail of --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        ("ModuleNotFoundError: No module named 'pandas'", Trouble.MODULE_NOT_FOUND),
        ("ImportError: cannot import name 'x' from 'y'", Trouble.MODULE_NOT_FOUND),
        ("IndentationError: unexpected indent (rows.py, line 9)", Trouble.SYNTAX),
        ("SystemExit: 0", Trouble.SYSTEM_EXIT),
        ("ValueError: got SystemExit", Trouble.SCRIPT_ERROR),
        (
            "awsglue.utils.GlueArgumentError: the following arguments are required: --day",
            Trouble.ARGUMENTS,
        ),
        (
            (
                "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the"
                " PutObject operation: Access Denied"
            ),
            Trouble.JOB_PERMISSION,
        ),
        (
            (
                "An error occurred while calling o304.load. User: arn:aws:sts::1:assumed-role/x is not"
                " authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:1:key/k"
            ),
            Trouble.KEY_DENIED,
        ),
        (
            (
                "com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3;"
                " Status Code: 403; Error Code: AccessDenied)"
            ),
            Trouble.JOB_PERMISSION,
        ),
        ("Insufficient Lake Formation permission(s) on flights", Trouble.LAKE_FORMATION),
        (
            (
                "software.amazon.awssdk.services.lakeformation.model.AccessDeniedException: Access is"
                " not allowed."
            ),
            Trouble.LAKE_FORMATION,
        ),
        ("java.io.IOException: No space left on device", Trouble.DISK_FULL),
        ("java.lang.OutOfMemoryError: Java heap space", Trouble.OUT_OF_MEMORY),
        ("Command failed with exit code 137", Trouble.OUT_OF_MEMORY),
        (
            (
                "ExecutorLostFailure (executor 1 exited caused by one of the running tasks) Reason:"
                " Container killed by YARN for exceeding memory limits. 5.7 GB of 5.5 GB used."
            ),
            Trouble.OUT_OF_MEMORY,
        ),
        (
            "ExecutorLostFailure (executor 1 exited): Remote RPC client disassociated.",
            Trouble.WORKER_LOST,
        ),
        ("AnalysisException: Path does not exist: s3://a/b", Trouble.DATA_NOT_FOUND),
        ("[PATH_NOT_FOUND] Path does not exist: s3://a/b.", Trouble.DATA_NOT_FOUND),
        ("An error occurred (NoSuchBucket) when calling …", Trouble.DATA_NOT_FOUND),
        (
            (
                "An error occurred (EntityNotFoundException) when calling the GetTable operation:"
                " Entity Not Found"
            ),
            Trouble.DATA_NOT_FOUND,
        ),
        ("AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] flights", Trouble.DATA_NOT_FOUND),
        ("NoSuchTableException: Table or view 'x' not found in y", Trouble.DATA_NOT_FOUND),
        (
            "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation",
            Trouble.SECRET,
        ),
        (
            "x is not authorized to perform: secretsmanager:GetSecretValue on resource: s",
            Trouble.SECRET,
        ),
        ('FATAL: password authentication failed for user "etl"', Trouble.LOGIN),
        ("Access denied for user 'etl'@'10.0.0.1' (using password: YES)", Trouble.LOGIN),
        ("An error occurred (ThrottlingException): Rate exceeded", Trouble.THROTTLING),
        ("com.mysql.cj.jdbc.exceptions.…: Communications link failure", Trouble.CONNECTION),
        ("java.net.ConnectException: Connection timed out", Trouble.CONNECTION),
        ("psycopg2.OperationalError: Connection refused", Trouble.CONNECTION),
        ("java.sql.SQLException: No suitable driver", Trouble.CONNECTION),
        ("KeyError: 'iata'", Trouble.SCRIPT_ERROR),
    ],
)
def test_inside__what_a_script_fails_of__has_its_class(message, trouble):
    assert inside([message]) is trouble


def test_inside__several_texts__the_first_that_tells_wins():
    texts = ["KeyError: 'x'", "java.lang.OutOfMemoryError", "No module named 'x'"]

    assert inside(texts) is Trouble.OUT_OF_MEMORY


@pytest.mark.parametrize(
    ("category", "trouble"),
    [
        ("OUT_OF_MEMORY_ERROR", Trouble.OUT_OF_MEMORY),
        ("PERMISSION_ERROR", Trouble.JOB_PERMISSION),
        ("UNCLASSIFIED_ERROR", Trouble.SCRIPT_ERROR),
        ("", Trouble.SCRIPT_ERROR),
    ],
)
def test_inside__no_text_that_tells__takes_glues_own_class(category, trouble):
    assert inside(["It broke."], category) is trouble
    assert inside(["SyntaxError: x"], category) is Trouble.SYNTAX


# --- errors of ours --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "message", "trouble"),
    [
        (errors.AccessDenied, "Could not create the job x: AccessDenied: no.", Trouble.PERMISSION),
        (errors.NoCredentials, "There are no AWS credentials.", Trouble.CREDENTIALS),
        (errors.OverLimit, "Could not start the job x: ConcurrentRuns….", Trouble.QUOTA),
        (errors.Throttled, "Could not start the job x: Rate exceeded.", Trouble.THROTTLING),
        (errors.Unreachable, "Could not start the job x: no route.", Trouble.NETWORK),
        (errors.AnswerLost, "Could not start the job x: Read timeout.", Trouble.NETWORK),
        (
            errors.AnswerLost,
            "Could not start the job x: InternalServiceException: sorry.",
            Trouble.AWS_FAULT,
        ),
        (errors.AlreadyThere, "Could not create the job x: it is there.", Trouble.NAME_TAKEN),
        (errors.Refused, "Could not create the job x: InvalidInput: bad.", Trouble.REFUSED),
        (
            errors.Refused,
            (
                "Could not create the job x: InvalidInputException: Role should be given assume role"
                " permissions for Glue Service."
            ),
            Trouble.UNTRUSTED_ROLE,
        ),
        (
            errors.Refused,
            "Could not create the job x: InvalidInput: Could not find S3 endpoint or NAT gateway",
            Trouble.CONNECTION,
        ),
        (
            errors.NotFound,
            "Could not write the object role: NoSuchBucket: The specified bucket does not exist.",
            Trouble.MISSING_SCRIPT,
        ),
        (
            errors.NotFound,
            "Could not create the job script: EntityNotFoundException: Role x not found.",
            Trouble.MISSING_ROLE,
        ),
        (
            errors.NotFound,
            "Could not create the job x: EntityNotFoundException: Connection c not found.",
            Trouble.MISSING_CONNECTION,
        ),
        (
            errors.NotFound,
            "Could not look at the run jr_role: EntityNotFoundException: Job Run not found.",
            Trouble.MISSING_JOB,
        ),
        (errors.EngineError, "Could not do it: SomethingNew.", Trouble.AWS_FAULT),
        (errors.Refused, "Insufficient capacity.", Trouble.CAPACITY),
        (errors.Refused, "Could not start the job x: GlueError: no capacity.", Trouble.CAPACITY),
        (errors.AnswerLost, "Could not start the job x: no capacity.", Trouble.NETWORK),
        (errors.PluginError, "The folder cannot be written.", Trouble.CI_MACHINE),
    ],
)
def test_trouble_of__each_error__has_its_class(kind, message, trouble):
    assert trouble_of(kind(message)) is trouble


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        (errors.EngineError, Trouble.LOCAL_ENGINE),
        (errors.Unreachable, Trouble.LOCAL_ENGINE),
        (errors.NotFound, Trouble.MISSING_JOB),
    ],
)
def test_trouble_of__on_the_local_engine__no_blame_falls_on_aws(kind, trouble):
    assert trouble_of(kind("It broke."), is_local=True) is trouble


def test_plugin_error__every_class__names_its_trouble():
    kinds: set[type[PluginError]] = {errors.Throttled, *EngineError.__subclasses__()}
    kinds |= set(PluginError.__subclasses__())

    assert all(isinstance(kind.trouble, Trouble) for kind in kinds)


@pytest.mark.parametrize("trouble", Trouble)
def test_hint_of__every_class__is_a_sentence(trouble):
    assert hint_of(trouble).endswith(".")


def test_longest_searched__a_cause_behind_it__is_not_found():
    assert inside([" " * LONGEST_SEARCHED + "SyntaxError"]) is Trouble.SCRIPT_ERROR
