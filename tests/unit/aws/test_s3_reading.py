"""Large files are read while they are sent: whole and as they were hashed, or not at all."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from plugin.aws.s3.writing import PART
from plugin.checkout import LARGEST_HELD, WorkingTree
from plugin.core.errors import FileChanged
from plugin.core.ports import Upload
from tests.unit.aws.relay import Trouble, refusal

NAME = "a.jar"
CHANGED = f"{NAME} changed between the plan and its upload"
ALGORITHM = (
    "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
    "<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
    "</ServerSideEncryptionConfiguration>"
)
SMALL, LARGE = LARGEST_HELD + 1, PART + 5
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["in one request", "in parts"])


class Planned:
    """A file in a checkout, and its upload as a plan has it."""

    def __init__(self, bench, folder, size):
        self.path = folder / NAME
        self.bytes = (bytes(range(251)) * (size // 251 + 1))[:size]
        self.path.write_bytes(self.bytes)
        self._bench = bench
        self.upload = Upload(
            bucket=bench.bucket,
            key=f"glue-health-check/{bench.build_id}/flights/jars/{NAME}",
            body=WorkingTree(folder).content(NAME),
        )

    def send(self):
        self._bench.engine.upload((self.upload,))

    def arrived(self):
        s3 = self._bench.truth("s3")
        return s3.get_object(Bucket=self.upload.bucket, Key=self.upload.key)["Body"].read()

    def traces(self):
        """What is in the bucket, begun uploads included."""
        s3, bucket = self._bench.truth("s3"), self.upload.bucket
        begun = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        return [*s3.list_objects_v2(Bucket=bucket).get("Contents", []), *begun]


@pytest.fixture
def planned(bench, tmp_path):
    return lambda size: Planned(bench, tmp_path, size)


@SIZES
def test_upload__file_changed_after_the_plan__completes_nothing(bench, planned, size):
    file = planned(size)
    file.path.write_bytes(file.bytes[:-1] + b"\xff")

    with pytest.raises(FileChanged, match=CHANGED):
        file.send()

    assert file.traces() == []


@SIZES
def test_upload__file_swapped_for_a_link__asks_nothing_of_s3(bench, planned, size, tmp_path):
    file = planned(size)
    file.path.rename(tmp_path / "away")
    file.path.symlink_to("away")

    with pytest.raises(FileChanged, match=r"a\.jar is a symbolic link"):
        file.send()

    assert [asked for asked in bench.relay.asked if bench.bucket in asked] == []


class Meanwhile:
    """A content of which somebody writes to the file as soon as its first part was read."""

    def __init__(self, content, act):
        self.size, self.digest = content.size, content.digest
        self._content = content
        self._act = act

    @contextmanager
    def opened(self):
        with self._content.opened() as self._reading:
            yield self

    def read(self, size=-1):
        part = self._reading.read(size)
        self._act()
        return part


@pytest.mark.parametrize("end", [b"", b"\xff\xff\xff\xff\xff"], ids=["cut off", "written to"])
def test_upload__file_changed_between_two_parts__is_aborted(bench, planned, end):
    """The part before it may have arrived by then: it goes, and the upload is never completed."""
    file = planned(LARGE)

    def act():
        with file.path.open("r+b") as other:
            other.seek(PART)
            other.write(end)
            other.truncate()

    meanwhile = Meanwhile(file.upload.body, act)

    with pytest.raises(FileChanged, match=CHANGED):
        bench.engine.upload((replace(file.upload, body=meanwhile),))

    assert len(bench.relay.sent(f"POST {bench.bucket}")) == 1  # its beginning alone
    assert file.traces() == []


def test_upload__file_sent_twice__arrives_whole_each_time(planned):
    file = planned(SMALL)

    file.send()
    file.path.touch()
    file.send()

    assert file.arrived() == file.bytes


@SIZES
def test_upload__repeated_for_the_buckets_encryption__is_read_from_its_beginning(
    bench, planned, size
):
    file = planned(size)
    method = "PUT" if size <= PART else "POST"
    bench.relay.let(f"{method} {bench.bucket}", refusal(403, "AccessDenied"))
    bench.relay.let(f"GET {bench.bucket}", Trouble(status=200, body=ALGORITHM.encode()))

    file.send()

    assert file.arrived() == file.bytes
