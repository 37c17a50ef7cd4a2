"""S3's REST API, spoken to a real double in this process."""

import io

import pytest

from plugin.local.s3_store import S3Refusal, S3Store


def test_store__more_keys_than_a_page__lists_them_all(s3_app, objects):
    for number in range(7):
        objects.put(f"d/{number} é")
        objects.put(f"d/sub{number}/x")
    paged = S3Store(s3_app, page_size=2)

    flat = paged.below(objects.bucket, "d/")
    level = paged.below(objects.bucket, "d/", delimiter="/")

    assert len(flat.files) == 14
    assert [file.key for file in level.files] == [f"d/{number} é" for number in range(7)]
    assert sorted(level.prefixes) == [f"d/sub{number}/" for number in range(7)]


def test_store__bucket_missing__raises_s3s_own_code(s3_app):
    with pytest.raises(S3Refusal, match="no-such-bucket") as caught:
        S3Store(s3_app).below("no-such-bucket", "")

    assert (caught.value.code, caught.value.status) == ("NoSuchBucket", 404)


def test_store__object_replaced_between_two_reads__refuses_the_second(objects):
    objects.put("a", b"12345678")
    first = objects.store.read(objects.bucket, "a", start=0, stop=4)
    objects.put("a", b"abcdefgh")

    with pytest.raises(S3Refusal, match="replaced"):
        objects.store.read(objects.bucket, "a", start=4, stop=8, etag=first.etag)


def test_store__body_larger_than_told__is_cut(objects):
    objects.store.write(objects.bucket, "a", body=io.BytesIO(b"123456"), size=3)

    assert objects.get("a") == b"123"


def test_store__application_that_streams__is_closed():
    closed = []

    class Body:
        def __iter__(self):
            yield b"<ListAllMyBucketsResult "
            yield b'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>'
            yield b"</ListAllMyBucketsResult>"

        def close(self):
            closed.append(True)

    def app(_environ, start_response):
        start_response("200 OK", [])
        return Body()

    assert S3Store(app).buckets() == ("b",)
    assert closed == [True]


def test_store__answer_without_a_body__still_names_the_place():
    def app(_environ, start_response):
        start_response("403 Forbidden", [])
        return []

    with pytest.raises(S3Refusal, match="s3://b/k") as caught:
        S3Store(app).find("b", "k")

    assert caught.value.code == "AccessDenied"
