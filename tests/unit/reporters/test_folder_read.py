"""What is read back from a folder that a stranger may have filled."""

import os
from pathlib import Path

import pytest

from plugin.reporters.folder import Folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    path = tmp_path / "checkout"
    (path / "out").mkdir(parents=True)
    return path


def read(checkout: Path) -> str:
    return Folder(Path("out"), base=checkout).read("build-id")


def test_read__nothing_is_there__is_empty_and_makes_nothing(checkout):
    (checkout / "out").rmdir()

    assert read(checkout) == ""
    assert list(checkout.iterdir()) == []


@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "nowhere"])
def test_read__the_file_is_a_link__is_empty(target, checkout):
    (checkout / "out/build-id").symlink_to(target)

    assert read(checkout) == ""


def test_read__the_folder_is_a_link__is_empty(tmp_path, checkout):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/build-id").write_text("secret")
    (checkout / "out").rmdir()
    (checkout / "out").symlink_to(tmp_path / "elsewhere")

    assert read(checkout) == ""


def test_read__a_fifo__is_empty_without_waiting(checkout):
    os.mkfifo(checkout / "out/build-id")

    assert read(checkout) == ""


def test_read__a_folder__is_empty(checkout):
    (checkout / "out/build-id").mkdir()

    assert read(checkout) == ""


def test_read__a_huge_file__is_cut(checkout):
    (checkout / "out/build-id").write_text("x" * 1_000_000)

    assert len(read(checkout)) < 10_000


def test_read__what_was_written__comes_back(checkout):
    Folder(Path("out"), base=checkout).write("build-id", "0123456789ab\n")

    assert read(checkout) == "0123456789ab\n"


def test_read__a_fifo_with_a_writer__is_empty_and_takes_nothing(checkout):
    os.mkfifo(checkout / "out/build-id")
    writer = os.open(checkout / "out/build-id", os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(writer, b"0123456789ab")

        assert read(checkout) == ""
        assert os.read(writer, 20) == b"0123456789ab"
    finally:
        os.close(writer)
