"""Whose the report is: where we are root, as in a container, the workspace's owner's."""

import os
from pathlib import Path

import pytest

from plugin.core.errors import PluginError
from plugin.reporters import folder as module
from plugin.reporters.folder import Folder

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")

OWNER = (1234, 2345)
ROOT = (0, 0)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A workspace of somebody else's."""
    path = tmp_path / "checkout"
    path.mkdir()
    os.chown(path, *OWNER)
    return path


def owner_of(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_uid, found.st_gid


def test_folder__it_is_a_link_to_etc__changes_no_owner_there(checkout):
    (checkout / "out").symlink_to("/etc")
    before = owner_of(Path("/etc"))

    with pytest.raises(PluginError, match="symbolic link"):
        Folder(Path("out"), base=checkout).write("report.md", "x")

    assert owner_of(Path("/etc")) == before
    assert not Path("/etc/report.md").exists()


def test_folder__the_file_is_a_link__its_target_keeps_owner_and_content(tmp_path, checkout):
    secret = tmp_path / "secret"
    secret.write_text("kept")
    (checkout / "report.md").symlink_to(secret)

    Folder(Path(), base=checkout).write("report.md", "new")

    assert (owner_of(secret), secret.read_text()) == (ROOT, "kept")
    assert owner_of(checkout / "report.md") == OWNER


def test_folder__the_file_is_a_hard_link__the_other_name_keeps_its_owner(tmp_path, checkout):
    secret = tmp_path / "secret"
    secret.write_text("kept")
    (checkout / "report.md").hardlink_to(secret)

    Folder(Path(), base=checkout).write("report.md", "new")

    assert (owner_of(secret), secret.read_text()) == (ROOT, "kept")
    assert owner_of(checkout / "report.md") == OWNER


def test_folder__a_fifo_is_in_the_files_place__is_replaced_without_waiting(checkout):
    os.mkfifo(checkout / "report.md")

    Folder(Path(), base=checkout).write("report.md", "new")

    assert (checkout / "report.md").is_file()
    assert owner_of(checkout / "report.md") == OWNER


def test_folder__a_fifo_is_in_the_folders_place__is_refused_without_waiting(checkout):
    os.mkfifo(checkout / "out")

    with pytest.raises(PluginError, match="not a folder"):
        Folder(Path("out"), base=checkout).write("report.md", "x")

    assert owner_of(checkout / "out") == ROOT


def test_folder__another_folder_took_the_place_of_a_new_one__is_not_given_away(checkout):
    (checkout / "out").mkdir()
    (checkout / "out/key").write_text("root's")
    folder = os.open(checkout, os.O_RDONLY)
    try:
        os.close(module._opened_new(folder, "out", module._Owner(*OWNER)))
    finally:
        os.close(folder)

    assert owner_of(checkout / "out") == ROOT


def test_folder__folders_and_files_we_make__belong_to_the_workspaces_owner(checkout):
    folder = Folder(Path("out/deep"), base=checkout)

    folder.write("report.md", "x")
    folder.write("report.md", "y")

    made = ["out", "out/deep", "out/deep/report.md"]
    assert {name: owner_of(checkout / name) for name in made} == dict.fromkeys(made, OWNER)


def test_folder__it_was_there__keeps_its_owner_and_gets_a_file_of_the_workspaces(checkout):
    (checkout / "out").mkdir()

    Folder(Path("out"), base=checkout).write("report.md", "x")

    assert owner_of(checkout / "out") == ROOT
    assert owner_of(checkout / "out/report.md") == OWNER


def test_folder__outside_of_the_workspace__belongs_to_the_owner_of_where_it_is(tmp_path, checkout):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    os.chown(elsewhere, 4321, 4321)

    Folder(elsewhere / "out/deep", base=checkout).write("report.md", "x")

    assert owner_of(elsewhere / "out") == (4321, 4321)
    assert owner_of(elsewhere / "out/deep/report.md") == (4321, 4321)


def test_folder__the_workspace_is_roots__stays_roots(tmp_path):
    Folder(Path("out"), base=tmp_path).write("report.md", "x")

    assert owner_of(tmp_path / "out/report.md") == ROOT
