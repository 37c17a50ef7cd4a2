"""Objects: written as asked, deleted only below our own prefixes, and what stays is named."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugin.aws.s3.writing import PART
from plugin.core.errors import AccessDenied, EngineError, NotFound
from plugin.core.ports import Upload
from tests.unit.aws.relay import Trouble, refusal

VERSIONS = (
    "<ListVersionsResult><Name>b</Name><IsTruncated>false</IsTruncated>%s</ListVersionsResult>"
)


def keys(bench):
    found = bench.truth("s3").list_objects_v2(Bucket=bench.bucket).get("Contents", [])
    return [item["Key"] for item in found]


def put(bench, *names):
    for name in names:
        bench.truth("s3").put_object(Bucket=bench.bucket, Key=name, Body=b"x")


@pytest.fixture
def ours(bench):
    return f"glue-health-check/{bench.build_id}/flights/"


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "/",
        "data/",
        "glue-health-check/",
        "glue-health-check//",
        "glue-health-check/0123456789a/",
        "glue-health-check/0123456789abc/",
        "glue-health-check/0123456789AB/",
        "glue-health-check/0123456789ab",
        "xglue-health-check/0123456789ab/",
        "other/glue-health-check/0123456789ab/",
        "glue-health-check/../0123456789ab/",
    ],
)
def test_delete_objects__prefix_is_not_ours__is_a_bug_and_asks_nothing(bench, prefix):
    with pytest.raises(ValueError, match="not below a prefix of ours"):
        bench.engine.delete_objects(bench.bucket, prefix)

    assert bench.relay.asked == []


def test_delete_objects__objects_beside_ours__stay(bench, ours):
    put(bench, ours + "script/a.py", "data/keep.csv", ours.rstrip("/") + "-other/keep.py")

    left = bench.engine.delete_objects(bench.bucket, ours)

    assert left == ()
    assert keys(bench) == ["data/keep.csv", ours.rstrip("/") + "-other/keep.py"]


def test_delete_objects__bucket_is_gone__is_no_error(bench, ours):
    assert bench.engine.delete_objects(f"gone-{uuid.uuid4().hex}", ours) == ()


def test_delete_objects__some_denied__names_them_with_the_reason(bench, ours):
    put(bench, ours + "a", ours + "b")
    body = (
        f"<DeleteResult><Error><Key>{ours}a</Key><Code>AccessDenied</Code>"
        "<Message>no right</Message></Error></DeleteResult>"
    )
    bench.relay.let(f"POST {bench.bucket}", Trouble(status=200, body=body.encode()))

    (left,) = bench.engine.delete_objects(bench.bucket, ours)

    assert left.kind == "object"
    assert left.name == f"s3://{bench.bucket}/{ours}a"
    assert left.reason == "AccessDenied: no right"


def test_delete_objects__delete_denied_altogether__is_an_error(bench, ours):
    put(bench, ours + "a")
    bench.relay.let(f"POST {bench.bucket}", refusal(403, "AccessDenied"))

    with pytest.raises(AccessDenied):
        bench.engine.delete_objects(bench.bucket, ours)


def test_delete_objects__no_right_to_list_versions__deletes_by_key(bench, ours):
    put(bench, ours + "a", ours + "b")
    bench.relay.let(f"GET {bench.bucket}", refusal(403, "AccessDenied"))

    left = bench.engine.delete_objects(bench.bucket, ours)

    assert left == ()
    assert keys(bench) == []


def test_delete_objects__no_right_to_list_at_all__is_an_error(bench, ours):
    bench.relay.let(f"GET {bench.bucket}", *[refusal(403, "AccessDenied")] * 2)

    with pytest.raises(AccessDenied, match=f"Could not list s3://{bench.bucket}/"):
        bench.engine.delete_objects(bench.bucket, ours)


def test_delete_objects__versioned_bucket__leaves_no_version_and_no_marker(bench, ours):
    s3 = bench.truth("s3")
    s3.put_bucket_versioning(Bucket=bench.bucket, VersioningConfiguration={"Status": "Enabled"})
    put(bench, ours + "a", ours + "a")
    s3.delete_object(Bucket=bench.bucket, Key=ours + "a")

    bench.engine.delete_objects(bench.bucket, ours)

    left = s3.list_object_versions(Bucket=bench.bucket)
    assert left.get("Versions", []) == []
    assert left.get("DeleteMarkers", []) == []


def test_delete_objects__more_than_a_thousand__are_asked_in_batches(bench, ours):
    entries = "".join(
        f"<Version><Key>{ours}{n}</Key><VersionId>null</VersionId>"
        "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Version>"
        for n in range(1001)
    )
    listing = Trouble(status=200, body=(VERSIONS % entries).encode())
    empty = Trouble(status=200, body=b"<DeleteResult></DeleteResult>")
    bench.relay.let(f"GET {bench.bucket}", listing)
    bench.relay.let(f"POST {bench.bucket}", empty, empty)

    bench.engine.delete_objects(bench.bucket, ours)

    sizes = [asked.body.count(b"<Object>") for asked in bench.relay.sent(f"POST {bench.bucket}")]
    assert sizes == [1000, 1]


def test_upload__no_such_bucket__is_an_error_that_names_the_object(bench):
    bucket = f"gone-{uuid.uuid4().hex}"

    with pytest.raises(NotFound, match=f"Could not write s3://{bucket}/a"):
        bench.engine.upload((Upload(bucket=bucket, key="a", body=b""),))


def test_upload__key_given__asks_for_encryption_with_it(bench):
    key_id = "arn:aws:kms:us-east-1:123456789012:key/1"

    bench.engine.upload(
        (
            Upload(bucket=bench.bucket, key="a", body=b"1", kms_key_id=key_id),
            Upload(bucket=bench.bucket, key="b", body=b"2"),
        )
    )

    with_key, without = bench.relay.sent(f"PUT {bench.bucket}")
    assert with_key.headers["x-amz-server-side-encryption-aws-kms-key-id"] == key_id
    assert "x-amz-server-side-encryption" not in without.headers
    assert bench.truth("s3").get_object(Bucket=bench.bucket, Key="b")["Body"].read() == b"2"


def test_build_prefixes__names_that_are_no_build_id__are_left_out(bench):
    young = bench.build_id
    put(
        bench,
        f"glue-health-check/{young}/a/1",
        f"glue-health-check/{young}/a/2",
        "glue-health-check/readme.txt",
        "glue-health-check/0123/x",
        "other/0123456789ab/x",
    )

    found = dict(bench.engine.build_prefixes(bench.bucket))

    assert list(found) == [young]
    assert found[young].tzinfo is not None


def test_build_prefixes__several_objects__tells_the_youngest_time(bench):
    first, last = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"
    items = "".join(
        f"<Version><Key>glue-health-check/{bench.build_id}/{n}</Key>"
        f"<LastModified>{when}</LastModified></Version>"
        for n, when in enumerate((first, last, first))
    )
    bench.relay.let(f"GET {bench.bucket}", Trouble(status=200, body=(VERSIONS % items).encode()))

    ((_, youngest),) = bench.engine.build_prefixes(bench.bucket)

    assert f"{youngest:%Y-%m-%d}" == "2026-02-01"


# --- whose a bucket is ----------------------------------------------------------------------------

ACCOUNT = "123456789012"
DENIED = refusal(403, "AccessDenied", "Access Denied")


def test_objects__every_request__says_whose_the_bucket_has_to_be(bench, ours):
    """A bucket that was deleted can be somebody else's the next day, and would get our scripts."""
    large = Upload(bucket=bench.bucket, key=ours + "large", body=bytes(PART + 1))
    bench.engine.upload((Upload(bucket=bench.bucket, key=ours + "small", body=b"x"), large))
    unfinished(bench, ours + "parts")
    bench.engine.has_objects(bench.bucket, ours)
    dict(bench.engine.build_prefixes(bench.bucket))

    bench.engine.delete_objects(bench.bucket, ours)

    asked = [a for a in bench.relay.requests if f"/{bench.bucket}" in a.path]
    assert {a.operation.partition(" ")[0] for a in asked} == {"PUT", "POST", "GET", "DELETE"}
    assert {a.headers.get("x-amz-expected-bucket-owner") for a in asked} == {ACCOUNT}


@pytest.mark.parametrize("act", ["upload", "delete", "list", "build prefixes"])
def test_objects__bucket_of_another_account__is_told_in_words_of_its_own(bench, ours, act):
    for method in ("PUT", "POST", "GET"):
        bench.relay.let(f"{method} {bench.bucket}", *[DENIED] * 3)
    bench.relay.let(f"HEAD {bench.bucket}", DENIED)  # as ours; without an owner it opens
    acts = {
        "upload": lambda: bench.engine.upload((Upload(bucket=bench.bucket, key="a", body=b""),)),
        "delete": lambda: bench.engine.delete_objects(bench.bucket, ours),
        "list": lambda: bench.engine.has_objects(bench.bucket, ours),
        "build prefixes": lambda: dict(bench.engine.build_prefixes(bench.bucket)),
    }

    with pytest.raises(AccessDenied) as caught:
        acts[act]()

    assert str(caught.value) == (
        f"The bucket {bench.bucket} belongs to another AWS account than the credentials in use,"
        f" which are of account {ACCOUNT}. Name a bucket of account {ACCOUNT} as scripts_bucket and"
        " temp_bucket."
    )


@pytest.mark.parametrize(
    "looks",
    [(), (DENIED, DENIED), (refusal(404, "404"),), (DENIED, refusal(404, "404"))],
    ids=["it is ours", "closed", "gone", "gone between"],
)
def test_objects__denied_and_nobody_tells_whose_it_is__is_a_plain_denial(bench, looks):
    bench.relay.let(f"PUT {bench.bucket}", DENIED, DENIED)
    bench.relay.let(f"GET {bench.bucket}", DENIED)
    bench.relay.let(f"HEAD {bench.bucket}", *looks)

    with pytest.raises(AccessDenied, match="AccessDenied: Access Denied") as caught:
        bench.engine.upload((Upload(bucket=bench.bucket, key="a", body=b""),))

    assert f"The bucket must belong to account {ACCOUNT}." in caught.value.hint


# --- encryption -----------------------------------------------------------------------------------

KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
ENCRYPTION = (
    "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>%s"
    "</ApplyServerSideEncryptionByDefault>%s</Rule></ServerSideEncryptionConfiguration>"
)


def told(headers):
    kinds = ("", "-aws-kms-key-id", "-bucket-key-enabled")
    return tuple(headers.get(f"x-amz-server-side-encryption{kind}") for kind in kinds)


@pytest.mark.parametrize(
    ("algorithm", "key", "bucket_key"),
    [
        ("AES256", "", False),
        ("aws:kms", "", False),
        ("aws:kms", KEY, True),
        ("aws:kms:dsse", KEY, 0),
    ],
)
@pytest.mark.parametrize("size", [1, PART + 1], ids=["small", "in parts"])
def test_upload__policy_demands_a_header__is_repeated_as_the_bucket_encrypts(
    bench, ours, algorithm, key, bucket_key, size
):
    rule = f"<SSEAlgorithm>{algorithm}</SSEAlgorithm>"
    rule += f"<KMSMasterKeyID>{key}</KMSMasterKeyID>" if key else ""
    more = "<BucketKeyEnabled>true</BucketKeyEnabled>" if bucket_key else ""
    method = "PUT" if size == 1 else "POST"
    bench.relay.let(f"{method} {bench.bucket}", DENIED)
    bench.relay.let(
        f"GET {bench.bucket}", Trouble(status=200, body=(ENCRYPTION % (rule, more)).encode())
    )
    names = [f"{ours}{n}" for n in range(2)]

    for name in names:
        bench.engine.upload((Upload(bucket=bench.bucket, key=name, body=bytes(size)),))

    begun = [a for a in bench.relay.sent(f"{method} {bench.bucket}") if "uploadId" not in a.path]
    expected = (algorithm, key or None, "true" if bucket_key and size == 1 else None)
    assert [told(a.headers) for a in begun] == [(None, None, None), expected, expected]
    assert len(bench.relay.sent(f"GET {bench.bucket}")) == 1
    assert keys(bench) == names


@pytest.mark.parametrize(
    "encryption",
    [
        DENIED,
        refusal(404, "ServerSideEncryptionConfigurationNotFoundError"),
        Trouble(status=200, body=b"<x/>"),
    ],
    ids=["denied", "none", "odd"],
)
def test_upload__denied_and_encryption_unknown__is_the_first_denial_with_a_hint(bench, encryption):
    bench.relay.let(f"PUT {bench.bucket}", refusal(403, "AccessDenied", "first"))
    bench.relay.let(f"GET {bench.bucket}", encryption)

    with pytest.raises(AccessDenied, match="first") as caught:
        bench.engine.upload((Upload(bucket=bench.bucket, key="a", body=b""),))

    assert "set kms_key_id, or give s3:GetEncryptionConfiguration" in caught.value.hint
    assert len(bench.relay.sent(f"PUT {bench.bucket}")) == 1


def test_upload__denied_twice__is_the_first_denial_with_a_hint(bench):
    rule = ENCRYPTION % ("<SSEAlgorithm>AES256</SSEAlgorithm>", "")
    denials = [refusal(403, "AccessDenied", text) for text in ("first", "second")]
    bench.relay.let(f"PUT {bench.bucket}", *denials)
    bench.relay.let(f"GET {bench.bucket}", Trouble(status=200, body=rule.encode()))

    with pytest.raises(AccessDenied, match="AccessDenied: first") as caught:
        bench.engine.upload((Upload(bucket=bench.bucket, key="a", body=b""),))

    assert "set kms_key_id" in caught.value.hint


@pytest.mark.parametrize("key", ["", KEY])
def test_upload__key_denied__is_not_repeated_and_says_so(bench, key):
    said = "User: u is not authorized to perform: kms:GenerateDataKey on resource: k"
    bench.relay.let(f"PUT {bench.bucket}", refusal(403, "AccessDenied", said))

    with pytest.raises(AccessDenied, match="kms:GenerateDataKey on resource: k") as caught:
        bench.engine.upload((Upload(bucket=bench.bucket, key="a", body=b"", kms_key_id=key),))

    assert "kms:GenerateDataKey" in caught.value.hint
    assert "scripts_bucket" not in caught.value.hint
    assert len(bench.relay.sent(f"PUT {bench.bucket}")) == 1
    assert bench.relay.sent(f"GET {bench.bucket}") == []


@pytest.mark.parametrize(
    ("status", "code", "hint"),
    [
        (301, "PermanentRedirect", "Set region to that of the buckets"),
        (400, "AuthorizationHeaderMalformed", "Set region to that of the buckets"),
        (400, "IllegalLocationConstraintException", "Set region to that of the buckets"),
        (400, "KMS.NotFoundException", "Enable the KMS key"),
        (400, "KMS.DisabledException", "Enable the KMS key"),
        (404, "NoSuchBucket", "Check scripts_bucket, temp_bucket and region."),
    ],
)
def test_upload__bucket_or_key_is_wrong__says_what_to_change(bench, status, code, hint):
    bench.relay.let(f"PUT {bench.bucket}", *[refusal(status, code, "said")] * 2)

    with pytest.raises(EngineError, match=f"{code}: said") as caught:
        bench.engine.upload((Upload(bucket=bench.bucket, key="a", body=b""),))

    assert caught.value.hint.startswith(hint)


def test_upload__denied_for_two_files__the_encryption_is_asked_once(bench):
    bench.relay.let(f"PUT {bench.bucket}", DENIED, DENIED)
    bench.relay.let(f"GET {bench.bucket}", DENIED)

    for _ in range(2):
        with pytest.raises(AccessDenied):
            bench.engine.upload((Upload(bucket=bench.bucket, key="a", body=b""),))

    assert len(bench.relay.sent(f"GET {bench.bucket}")) == 1


def test_has_objects__bucket_is_gone__there_are_none(bench, ours):
    assert not bench.engine.has_objects(f"gone-{uuid.uuid4().hex}", ours)


# --- in parts -------------------------------------------------------------------------------------


def unfinished(bench, key):
    s3 = bench.truth("s3")
    upload = s3.create_multipart_upload(Bucket=bench.bucket, Key=key)["UploadId"]
    s3.upload_part(Bucket=bench.bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"x")


def uploads(bench):
    found = bench.truth("s3").list_multipart_uploads(Bucket=bench.bucket).get("Uploads", [])
    return [item["Key"] for item in found]


@pytest.mark.parametrize(("size", "parts"), [(PART, 0), (PART + 1, 2)])
def test_upload__above_eight_megabytes__goes_in_parts_and_arrives_whole(bench, ours, size, parts):
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    bench.engine.upload((Upload(bucket=bench.bucket, key=ours + "a.jar", body=body),))

    sent = [a for a in bench.relay.sent(f"PUT {bench.bucket}") if "partNumber" in a.path]
    got = bench.truth("s3").get_object(Bucket=bench.bucket, Key=ours + "a.jar")["Body"].read()
    assert len(sent) == parts
    assert got == body
    assert uploads(bench) == []


def test_upload__part_refused__is_an_error_and_leaves_no_parts(bench, ours):
    bench.relay.let(f"PUT {bench.bucket}", refusal(400, "InvalidPart", "odd"))

    with pytest.raises(EngineError, match=rf"Could not write s3://{bench.bucket}/{ours}a.jar"):
        bench.engine.upload(
            (Upload(bucket=bench.bucket, key=ours + "a.jar", body=bytes(PART + 1)),)
        )

    assert uploads(bench) == []
    assert keys(bench) == []


def test_upload__cancelled_meanwhile__ends_and_leaves_no_parts(bench, ours):
    bench.relay.once(f"POST {bench.bucket}", lambda: setattr(bench.clock, "cancelled", True))

    with pytest.raises(EngineError, match="the check was cancelled"):
        bench.engine.upload(
            (Upload(bucket=bench.bucket, key=ours + "a.jar", body=bytes(PART * 3)),)
        )

    assert uploads(bench) == []
    assert keys(bench) == []


def test_delete_objects__unfinished_uploads__are_aborted_below_the_prefix_alone(bench, ours):
    """A process that was killed in the middle leaves parts, which cost money and no listing shows."""
    unfinished(bench, ours + "a b+c%20ü.jar")
    unfinished(bench, "data/theirs.bin")

    assert bench.engine.has_objects(bench.bucket, ours)
    assert list(dict(bench.engine.build_prefixes(bench.bucket))) == [bench.build_id]
    assert bench.engine.delete_objects(bench.bucket, ours) == ()

    assert uploads(bench) == ["data/theirs.bin"]
    assert not bench.engine.has_objects(bench.bucket, ours)


def test_delete_objects__abort_denied__names_the_upload(bench, ours):
    unfinished(bench, ours + "a.jar")
    bench.relay.let(f"DELETE {bench.bucket}", DENIED)

    (left,) = bench.engine.delete_objects(bench.bucket, ours)

    assert left.name == f"s3://{bench.bucket}/{ours}a.jar"
    assert left.reason.startswith("Could not abort an unfinished upload: AccessDenied")


def test_delete_objects__upload_ended_meanwhile__is_no_leftover(bench, ours):
    unfinished(bench, ours + "a.jar")
    bench.relay.let(f"DELETE {bench.bucket}", refusal(404, "NoSuchUpload"))

    assert bench.engine.delete_objects(bench.bucket, ours) == ()


@pytest.mark.parametrize("act", ["delete", "has", "build prefixes"])
def test_objects__no_right_to_list_uploads__is_no_leftover_of_a_check_that_began_none(
    bench, ours, act
):
    nothing = Trouble(status=200, body=(VERSIONS % "").encode())
    bench.relay.let(f"GET {bench.bucket}", nothing, DENIED)

    if act == "delete":
        assert bench.engine.delete_objects(bench.bucket, ours) == ()
    elif act == "has":
        assert not bench.engine.has_objects(bench.bucket, ours)
    else:
        assert dict(bench.engine.build_prefixes(bench.bucket)) == {}


def test_delete_objects__no_right_to_list_uploads_after_a_broken_one__names_it(bench, ours):
    bench.relay.let(f"PUT {bench.bucket}", refusal(400, "InvalidPart", "odd"))
    with pytest.raises(EngineError):
        bench.engine.upload(
            (Upload(bucket=bench.bucket, key=ours + "a.jar", body=bytes(PART + 1)),)
        )
    nothing = Trouble(status=200, body=(VERSIONS % "").encode())
    bench.relay.let(f"GET {bench.bucket}", nothing, DENIED)

    (left,) = bench.engine.delete_objects(bench.bucket, ours)

    assert left.name == f"s3://{bench.bucket}/{ours}a.jar"
    assert left.reason.startswith("parts of a broken upload may have stayed")


def test_delete_objects__no_right_to_list_uploads_after_a_whole_one__is_no_leftover(bench, ours):
    large = Upload(bucket=bench.bucket, key=ours + "a.jar", body=bytes(PART + 1))
    bench.engine.upload((large,))
    nothing = Trouble(status=200, body=(VERSIONS % "").encode())
    bench.relay.let(f"GET {bench.bucket}", nothing, DENIED)

    assert bench.engine.delete_objects(bench.bucket, ours) == ()


def test_delete_objects__many_unfinished_uploads__are_listed_page_by_page(bench, ours):
    def page(name, *, more):
        marks = (
            f"<NextKeyMarker>{ours}a%0Db</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>"
        )
        return Trouble(
            status=200,
            body=(
                "<ListMultipartUploadsResult><EncodingType>url</EncodingType>"
                f"<IsTruncated>{more}</IsTruncated>{marks}<Upload><Key>{name}</Key>"
                "<UploadId>u</UploadId><Initiated>2026-01-01T00:00:00.000Z</Initiated></Upload>"
                "</ListMultipartUploadsResult>"
            ).encode(),
        )

    nothing = Trouble(status=200, body=(VERSIONS % "").encode())
    pages = (page(ours + "a%0Db", more="true"), page("elsewhere/x", more="true"))
    bench.relay.let(f"GET {bench.bucket}", nothing, *pages)
    bench.relay.let(f"DELETE {bench.bucket}", Trouble(status=204, body=b""))

    left = bench.engine.delete_objects(bench.bucket, ours)

    (aborted,) = bench.relay.sent(f"DELETE {bench.bucket}")
    assert left == ()
    assert f"{ours}a%0Db?" in aborted.path
    assert "key-marker=" in bench.relay.sent(f"GET {bench.bucket}")[-1].path


# --- odd keys, locks and rights -------------------------------------------------------------------


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
        lambda text: not {".", ".."} & set(text.split("/"))
    )
)
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.untraced
def test_upload__key_of_any_characters__is_the_key_and_is_deleted(bench, ours, name):
    key = ours + name

    bench.engine.upload((Upload(bucket=bench.bucket, key=key, body=b"x"),))

    assert keys(bench) == [key]
    assert bench.engine.delete_objects(bench.bucket, ours) == ()
    assert keys(bench) == []


def test_delete_objects__name_that_xml_cannot_hold__is_deleted_alone(bench, ours):
    """A job may write anything below its prefix; one such name must not save the others."""
    entries = "".join(
        f"<Version><Key>{ours}{name}</Key><VersionId>v</VersionId>"
        "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Version>"
        for name in ("a%01b", "c%0Dd", "plain")
    )
    listing = (VERSIONS % entries).replace("<Name>", "<EncodingType>url</EncodingType><Name>")
    bench.relay.let(f"GET {bench.bucket}", Trouble(status=200, body=listing.encode()))
    bench.relay.let(f"DELETE {bench.bucket}", Trouble(status=204, body=b""), DENIED)

    (left,) = bench.engine.delete_objects(bench.bucket, ours)

    assert left.name == f"s3://{bench.bucket}/{ours}c\rd"
    assert [a.path.partition("?")[0] for a in bench.relay.sent(f"DELETE {bench.bucket}")] == [
        f"/{bench.bucket}/{ours}a%01b",
        f"/{bench.bucket}/{ours}c%0Dd",
    ]
    assert b"plain" in bench.relay.sent(f"POST {bench.bucket}")[0].body


def test_delete_objects__bucket_that_locks_objects__names_what_stays(bench, ours):
    s3 = bench.truth("s3")
    locking = f"lock-{uuid.uuid4().hex[:20]}"
    s3.create_bucket(Bucket=locking, ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket=locking, Key=ours + "free", Body=b"x")
    s3.put_object(
        Bucket=locking,
        Key=ours + "locked",
        Body=b"x",
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=datetime.now(UTC) + timedelta(days=1),
    )

    left = bench.engine.delete_objects(locking, ours)

    assert [item.name for item in left] == [f"s3://{locking}/{ours}locked"]
    assert "AccessDenied" in left[0].reason


def test_delete_objects__no_right_to_name_versions__are_deleted_by_key_where_there_are_none(
    bench, ours
):
    """To name even the version null takes s3:DeleteObjectVersion."""
    put(bench, ours + "a")
    error = f"<Key>{ours}%s</Key><VersionId>%s</VersionId><Code>AccessDenied</Code><Message>no</Message>"
    errors = "".join(f"<Error>{error % pair}</Error>" for pair in (("a", "null"), ("b", "v1")))
    answer = Trouble(status=200, body=f"<DeleteResult>{errors}</DeleteResult>".encode())
    bench.relay.let(f"POST {bench.bucket}", answer)

    (left,) = bench.engine.delete_objects(bench.bucket, ours)

    assert left.name == f"s3://{bench.bucket}/{ours}b"
    assert keys(bench) == []
    assert b"VersionId" not in bench.relay.sent(f"POST {bench.bucket}")[1].body


def test_delete_objects__listing_that_names_more_than_was_asked__deletes_only_ours(bench, ours):
    entries = (
        "<Version><Key>data/keep.csv</Key><VersionId>v</VersionId>"
        "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Version>"
    )
    bench.relay.let(f"GET {bench.bucket}", Trouble(status=200, body=(VERSIONS % entries).encode()))

    bench.engine.delete_objects(bench.bucket, ours)

    assert bench.relay.sent(f"POST {bench.bucket}") == []


def test_build_prefixes__old_versions_alone__are_found(bench, ours):
    """Whoever deleted by key alone left the content: sweep has to see it."""
    s3 = bench.truth("s3")
    s3.put_bucket_versioning(Bucket=bench.bucket, VersioningConfiguration={"Status": "Enabled"})
    put(bench, ours + "a")
    s3.delete_object(Bucket=bench.bucket, Key=ours + "a")

    assert list(dict(bench.engine.build_prefixes(bench.bucket))) == [bench.build_id]
    assert bench.engine.has_objects(bench.bucket, ours)


def test_build_prefixes__an_object_that_is_called_as_a_build__is_none_of_ours(bench):
    key = f"glue-health-check/{bench.build_id}"
    bench.truth("s3").put_object(Bucket=bench.bucket, Key=key, Body=b"")

    assert dict(bench.engine.build_prefixes(bench.bucket)) == {}


def test_tickets__of_each_check__are_read_and_deeper_ones_are_not(bench):
    prefix = f"glue-health-check/{bench.build_id}/"
    for key in ("a/ticket.json", "b/ticket.json", "a/temp/ticket.json", "ticket.json"):
        bench.truth("s3").put_object(Bucket=bench.bucket, Key=prefix + key, Body=key.encode())

    found = bench.engine.tickets(bench.bucket, bench.build_id)

    assert sorted(found) == ["a/ticket.json", "b/ticket.json"]


@pytest.mark.parametrize("is_versions_right_there", [True, False])
def test_tickets__one_that_a_clean_up_could_only_hide__is_told_by_its_youngest_version(
    bench, is_versions_right_there
):
    s3, prefix = bench.truth("s3"), f"glue-health-check/{bench.build_id}/"
    s3.put_bucket_versioning(Bucket=bench.bucket, VersioningConfiguration={"Status": "Enabled"})
    for text in (b"older", b"younger"):
        s3.put_object(Bucket=bench.bucket, Key=f"{prefix}a/ticket.json", Body=text)
    gone = s3.put_object(Bucket=bench.bucket, Key=f"{prefix}gone/ticket.json", Body=b"gone")
    for check in ("a", "gone"):
        s3.delete_object(Bucket=bench.bucket, Key=f"{prefix}{check}/ticket.json")
    s3.delete_object(  # of this one there is nothing but the mark
        Bucket=bench.bucket, Key=f"{prefix}gone/ticket.json", VersionId=gone["VersionId"]
    )
    if not is_versions_right_there:
        bench.relay.always(f"GET {bench.bucket}", "versionId", refusal(403, "AccessDenied"))

    found = bench.engine.tickets(bench.bucket, bench.build_id)

    assert sorted(found) == ["", "younger" if is_versions_right_there else ""]


def test_delete_objects__versions_may_not_be_listed__says_that_they_stayed(bench):
    s3, key = bench.truth("s3"), f"glue-health-check/{bench.build_id}/a/x"
    s3.put_bucket_versioning(Bucket=bench.bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bench.bucket, Key=key, Body=b"x")
    bench.relay.always(f"GET {bench.bucket}", "versions", refusal(403, "AccessDenied"))

    (left,) = bench.engine.delete_objects(bench.bucket, f"glue-health-check/{bench.build_id}/")

    assert left.name == f"s3://{bench.bucket}/{key}"
    assert "s3:ListBucketVersions" in left.reason
