"""What is appended to a host's file is there whole, or not at all."""

import resource
from contextlib import contextmanager
from pathlib import Path

import pytest

from plugin.reporters.appending import append, size_of


@contextmanager
def files_of_100_bytes():
    """No file of this process grows any longer; only for what is tested: pytest writes, too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("before", [b"a=1\n", b"a=1", b"x" * 100])
def test_append__the_disk_takes_a_part__leaves_the_file_as_it_was(before, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(before)

    with files_of_100_bytes(), pytest.raises(OSError, match=r"."):
        append(path, "y" * 200)

    assert path.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_append__a_device_that_is_full__raises():
    with pytest.raises(OSError, match="No space left"):
        append(Path("/dev/full"), "x")


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (b"", "x\n", b"x\n"),
        (b"a\n", "x\n", b"a\nx\n"),
        (b"a", "x\n", b"a\nx\n"),
        (b"a\r", "x\n", b"a\r\nx\n"),
        (b"a", "", b"a"),
        (b"", "\ud800\u00e9", b"\\ud800\xc3\xa9"),
    ],
)
def test_append__whatever_stood_there__begins_a_new_line(before, text, after, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(before)

    append(path, text)

    assert path.read_bytes() == after
    assert size_of(path) == len(after)


def test_append__no_file__makes_one_unless_there_is_nothing_to_say(tmp_path):
    append(tmp_path / "empty", "")
    append(tmp_path / "file", "x\n")

    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert size_of(tmp_path / "empty") == 0
