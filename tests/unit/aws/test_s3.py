"""Objects: written as asked, deleted only below our own prefixes, and what stays is named."""

import uuid

import pytest

from plugin.core.errors import AccessDenied, NotFound
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
        f"<Version><Key>{ours}{n}</Key><VersionId>null</VersionId></Version>" for n in range(1001)
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
        f"<Contents><Key>glue-health-check/{bench.build_id}/{n}</Key>"
        f"<LastModified>{when}</LastModified></Contents>"
        for n, when in enumerate((first, last, first))
    )
    listing = f"<ListBucketResult><IsTruncated>false</IsTruncated>{items}</ListBucketResult>"
    bench.relay.let(f"GET {bench.bucket}", Trouble(status=200, body=listing.encode()))

    ((_, youngest),) = bench.engine.build_prefixes(bench.bucket)

    assert f"{youngest:%Y-%m-%d}" == "2026-02-01"
