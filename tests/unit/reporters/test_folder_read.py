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


# --- what is added and removed --------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/etc/passwd", "nowhere", None])
def test_add__something_has_the_name__stays_as_it_is(target, checkout):
    path = checkout / "out/.gitignore"
    if target is None:
        path.write_text("mine")
    else:
        path.symlink_to(target)

    assert not Folder(Path("out"), base=checkout).add(".gitignore", "*\n")

    assert path.is_symlink() is (target is not None)
    assert not (checkout / "out/nowhere").exists()
    assert target is not None or path.read_text() == "mine"


def test_add__nothing_has_the_name__is_written(checkout):
    assert Folder(Path("out"), base=checkout).add(".gitignore", "*\n")

    assert (checkout / "out/.gitignore").read_text() == "*\n"


def test_remove__a_link__goes_and_its_target_stays(tmp_path, checkout):
    (tmp_path / "secret").write_text("kept")
    (checkout / "out/build-id").symlink_to(tmp_path / "secret")

    Folder(Path("out"), base=checkout).remove("build-id")

    assert not (checkout / "out/build-id").is_symlink()
    assert (tmp_path / "secret").read_text() == "kept"


def test_remove__the_folder_is_a_link__nothing_goes(tmp_path, checkout):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/build-id").write_text("kept")
    (checkout / "out").rmdir()
    (checkout / "out").symlink_to(tmp_path / "elsewhere")

    Folder(Path("out"), base=checkout).remove("build-id")

    assert (tmp_path / "elsewhere/build-id").read_text() == "kept"


def test_remove__a_folder_or_nothing__is_no_error(checkout):
    (checkout / "out/build-id").mkdir()

    Folder(Path("out"), base=checkout).remove("build-id")
    Folder(Path("none"), base=checkout).remove("build-id")

    assert [path.name for path in checkout.rglob("*")] == ["out", "build-id"]


@pytest.mark.parametrize(
    ("path", "is_above"),
    [(".", True), ("out/..", True), ("..", True), ("/", True), ("out", False), ("../x", False)],
)
def test_holds_base__the_base_or_above_it__is_told(path, is_above, checkout):
    assert Folder(Path(path), base=checkout).holds_base is is_above
