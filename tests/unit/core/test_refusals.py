"""An answer's code decides the class; its words name the trouble and the remedy, and no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core import errors
from plugin.core.diagnosing.denials import RIGHTS, denial_of
from plugin.core.diagnosing.refusal_words import KEY_GONE, LONGEST_SEARCHED, told_by_words
from plugin.core.diagnosing.refusals import Answer, meaning_of
from plugin.core.trouble import Trouble

ROLE = "arn:aws:iam::123456789012:role/etl"
INVALID = "InvalidInputException"
DENIED = "AccessDeniedException"
MAY_NOT = "User: arn:aws:sts::1:assumed-role/ci/x is not authorized to perform: "


def meaning(code, text="", **members):
    return meaning_of(Answer(code=code, text=text, **members))


# --- the class ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text", "status", "kind"),
    [
        ("NeverHeardOf", "Rate exceeded", 400, errors.Throttled),
        ("NeverHeardOf", "Rate exceeded", 500, errors.AnswerLost),
        ("NeverHeardOf", "", 499, errors.EngineError),
        ("NeverHeardOf", "", 500, errors.AnswerLost),
        ("LimitExceededException", "Rate exceeded", 400, errors.Throttled),
        ("LimitExceededException", "Too many", 400, errors.OverLimit),
        (INVALID, "Rate exceeded", 400, errors.Refused),
        (INVALID, "", 500, errors.Refused),
    ],
)
def test_meaning_of__code_and_status__decide_the_class(code, text, status, kind):
    assert meaning(code, text, status=status).kind is kind


@given(
    st.sampled_from([INVALID, DENIED, "AlreadyExistsException", "EntityNotFoundException"]),
    st.text(),
    st.sampled_from(["ThrottlingException", "Rate exceeded", "Connection", "role not found"]),
)
def test_meaning_of__any_words__never_change_the_class_of_a_known_code(code, text, words):
    assert meaning(code, f"{text} {words}").kind is meaning(code).kind


# --- trouble and remedy ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "KMS.NotFoundException",
        "KMS.DisabledException",
        "KMS.KMSInvalidStateException",
        "KMSNotFoundException",
    ],
)
@pytest.mark.parametrize("text", ["", "The KMS key k is disabled.", "Odd words of KMS."])
def test_meaning_of__key_that_cannot_be_used__asks_for_no_right(code, text):
    told = meaning(code, text)

    assert told.trouble is Trouble.KEY_DENIED
    assert told.hint == KEY_GONE
    assert "Allow" not in told.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("The KMS key arn:aws:kms:eu-west-1:1:key/k is pending deletion.", KEY_GONE),
        ("Key 'arn:aws:kms:eu-west-1:1:key/k' does not exist", KEY_GONE),
        ("You may not use KMS.", ""),
        ("The key arn:aws-cn:kms:cn-north-1:1:key/k may not be used", ""),
    ],
)
def test_meaning_of__words_about_a_key__tell_whether_a_right_helps(text, hint):
    assert (meaning(INVALID, text).trouble, meaning(INVALID, text).hint) == (
        Trouble.KEY_DENIED,
        hint,
    )


def test_meaning_of__token_of_the_runner_refused__names_the_identity_provider():
    told = meaning("InvalidIdentityToken", "No OpenIDConnect provider found")

    assert told.kind is errors.NoCredentials
    assert told.trouble is Trouble.INVALID_CREDENTIALS
    assert "issuer and audience" in told.hint


def test_meaning_of__denied_in_lake_formation__keeps_what_the_denial_advises():
    text = f"{MAY_NOT}lakeformation:GetDataAccess on resource: {ROLE}"

    told = meaning(DENIED, text, operation="CreateJob")

    assert told.trouble is Trouble.LAKE_FORMATION
    assert told.hint.startswith(f"Allow lakeformation:GetDataAccess on {ROLE}, and grant")


def test_meaning_of__words_tell_another_trouble_than_the_denial__its_advice_is_not_kept():
    told = meaning(DENIED, "Insufficient Lake Formation permission(s)", operation="CreateJob")

    assert (told.trouble, told.hint) == (Trouble.LAKE_FORMATION, "")


def test_meaning_of__denied_by_a_policy__words_change_nothing():
    text = f"{MAY_NOT}lakeformation:X with an explicit deny in a service control policy"

    assert meaning(DENIED, text).trouble is Trouble.DENIED_BY_POLICY


@pytest.mark.parametrize(
    ("text", "header", "region"),
    [
        ("elsewhere", "eu-west-1", "eu-west-1"),
        ("expecting 'eu-west-3'", "", "eu-west-3"),
        ("expecting 'eu-west-3'", "eu-west-1", "eu-west-1"),
        ("The eu-south-1 location constraint is wrong", "", "eu-south-1"),
        ("at b.s3.eu-central-1.amazonaws.com", "", "eu-central-1"),
    ],
)
def test_meaning_of__bucket_elsewhere__names_the_region(text, header, region):
    told = meaning("PermanentRedirect", text, region=header)

    assert told.hint == (
        f"The bucket is in {region}: set region to it, or name a bucket of this region."
    )


def test_meaning_of__bucket_elsewhere_and_nobody_says_where__leaves_the_hint_to_the_class():
    assert meaning("PermanentRedirect", "elsewhere").hint == ""
    assert meaning(INVALID, "expecting 'eu-west-3'", region="eu-west-1").hint != ""
    assert "eu-west" not in meaning(INVALID, "expecting 'eu-west-3'", region="eu-west-1").hint


@pytest.mark.parametrize(
    ("kind", "text", "trouble"),
    [
        (errors.NoCredentials, "Signature not yet current", Trouble.WRONG_CLOCK),
        (errors.OverLimit, "exceeded DPUs", Trouble.DPU_QUOTA),
        (errors.ConcurrentRuns, "maximum compute capacity", Trouble.DPU_QUOTA),
        (errors.Refused, "To use X, minimum allowed value of Number of Workers is 2",
         Trouble.INVALID_SIZE),
        (errors.Refused, "The Glue Version is old", Trouble.GLUE_VERSION),
        (errors.Refused, "Unable to assume role", Trouble.UNTRUSTED_ROLE),
        (errors.Refused, f"The role {ROLE} is not valid", Trouble.MISSING_ROLE),
        (errors.Refused, "subnet has insufficient free addresses", Trouble.NO_ADDRESSES),
        (errors.Refused, "Secrets Manager says no", Trouble.SECRET),
        (errors.NotFound, "No role", Trouble.MISSING_ROLE),
        (errors.NotFound, "The script is gone", Trouble.MISSING_SCRIPT),
        (errors.NotFound, "Security Configuration x", Trouble.MISSING_SECURITY_CONFIGURATION),
    ],
)  # fmt: skip
def test_told_by_words__of_this_class__has_its_trouble(kind, text, trouble):
    told = told_by_words(kind, text)

    assert told is not None
    assert told[0] is trouble


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (errors.EngineError, "Role not found"),
        (errors.AccessDenied, "minimum allowed value of Number of Workers is 2"),
        (errors.Refused, "maximum compute capacity"),
        (errors.Refused, "The script is gone"),
        (errors.NotFound, "signature expired"),
        (errors.NotFound, "KMS key is disabled"),
        (errors.Refused, "Wrong."),
        (errors.NotFound, "x" * LONGEST_SEARCHED + " role"),
    ],
)
def test_told_by_words__of_another_class_or_too_far_behind__is_none(kind, text):
    assert told_by_words(kind, text) is None


def test_told_by_words__too_few_workers__says_how_many_there_must_be():
    told = told_by_words(errors.Refused, "X: minimum allowed value of Number of Workers is 12.")

    assert told == (Trouble.INVALID_SIZE, "Set number_of_workers to 12 or more.")


# --- denials --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "right"),
    [
        ("StartJobRun", "glue:StartJobRun"),
        ("ListMultipartUploads", "s3:ListBucketMultipartUploads"),
        ("AbortMultipartUpload", "s3:AbortMultipartUpload"),
        ("GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        ("CompleteMultipartUpload", "s3:PutObject"),
        ("UploadPart", "s3:PutObject"),
        ("DeleteObject", "s3:DeleteObject"),
        ("HeadBucket", "s3:ListBucket"),
        ("ListObjectVersions", "s3:ListBucketVersions"),
        ("DeleteLogStream", "logs:DeleteLogStream"),
        ("Publish", "sns:Publish"),
    ],
)
def test_meaning_of__denied_without_words__names_the_right_of_the_operation(operation, right):
    told = meaning("AccessDenied", "Access Denied", operation=operation)

    assert told.trouble is Trouble.PERMISSION
    assert told.hint == f"Allow {right} to the credentials in use; check the region."


def test_meaning_of__denied_and_nobody_says_what__hints_at_rights_in_general():
    assert meaning("403").trouble is None
    assert meaning("403").hint.startswith("Give the credentials in use this right")


@pytest.mark.parametrize(
    ("words", "trouble", "hint"),
    [
        (f"glue:CreateJob on resource: {ROLE}.", Trouble.PERMISSION,
         f"Allow glue:CreateJob on {ROLE} to the credentials in use; check the region."),
        ("glue:CreateJob because no resource-based policy allows it", Trouble.PERMISSION,
         "in use in the resource's own policy;"),
        ("glue:CreateJob because no identity-based policy allows it", Trouble.PERMISSION,
         "Allow glue:CreateJob to"),
        ("glue:CreateJob with an explicit deny in a resource-based policy",
         Trouble.DENIED_BY_POLICY, "A policy of the resource denies glue:CreateJob explicitly"),
        ("glue:CreateJob with an explicit deny in an identity-based policy",
         Trouble.DENIED_BY_POLICY, "A policy of the credentials in use denies"),
        ("glue:CreateJob because no session policy allows it", Trouble.DENIED_BY_POLICY,
         "The session policy with which the role was taken denies glue:CreateJob: only"),
        ("glue:CreateJob with an explicit deny in a VPC endpoint policy",
         Trouble.DENIED_BY_POLICY, "VPC endpoint on the way"),
        ("glue:CreateJob because no permissions boundary allows it", Trouble.DENIED_BY_POLICY,
         "The permissions boundary"),
        (f"iam:PassRole on resource: {ROLE}", Trouble.PASS_ROLE,
         f"Allow iam:PassRole on {ROLE} (role_arn) to"),
        ("kms:Decrypt", Trouble.KEY_DENIED, "in the key's own"),
        ("secretsmanager:GetSecretValue", Trouble.SECRET, "Allow secretsmanager:GetSecretValue"),
        (f"sts:AssumeRole on resource: {ROLE}", Trouble.PERMISSION, "trust policy of that role"),
        ("sts:TagSession", Trouble.PERMISSION, "allow sts:TagSession"),
    ],
)  # fmt: skip
def test_denial_of__words_of_iam__tell_who_denies_and_what_to_change(words, trouble, hint):
    denial = denial_of(f"{MAY_NOT}{words}")

    assert denial is not None
    assert denial.trouble is trouble
    assert hint in denial.hint


def test_denial_of__no_action_told_nor_tried__is_none():
    assert denial_of("Access Denied") is None


@given(st.text(), st.sampled_from(sorted(RIGHTS.values())))
def test_denial_of__any_words_and_an_action__is_one_sentence_at_least(said, action):
    denial = denial_of(said, action=action)

    assert denial is not None
    assert denial.hint.endswith(".")
