"""The server's folder: a dead server's goes, everybody else's stays."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest

from plugin.local.folder import ALIVE, PREFIX, make_folder, remove_dead
from plugin.local.server import LocalGlue


def dead(parent):
    """A folder as a killed server leaves it: its lock went with it."""
    folder = make_folder(parent)
    os.close(folder.lock)
    (folder.path / "jr_1/work").mkdir(parents=True)
    (folder.path / "jr_1/work/a.py").write_text("print(1)")
    return folder.path


def test_remove_dead__a_server_lives__its_folder_stays(tmp_path):
    folder = make_folder(tmp_path)
    (folder.path / "jr_1").mkdir()

    assert remove_dead(tmp_path) == ()
    assert (folder.path / "jr_1").is_dir()
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_remove_dead__no_sign_of_life_yet__is_in_the_making_and_stays(tmp_path):
    (tmp_path / f"{PREFIX}x").mkdir()
    (tmp_path / f"{PREFIX}x/.alive.new").touch()

    assert remove_dead(tmp_path) == ()
    assert (tmp_path / f"{PREFIX}x/.alive.new").exists()


def test_remove_dead__a_link_to_a_dead_ones_folder__leads_nowhere(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target = dead(tmp_path / "elsewhere")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / f"{PREFIX}x").symlink_to(target)

    assert remove_dead(tmp_path / "here") == ()
    assert (target / "jr_1/work/a.py").exists()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_remove_dead__the_sign_is_no_file_of_ours__stays(tmp_path, kind):
    path = dead(tmp_path)
    (path / ALIVE).unlink()
    if kind == "link":
        (tmp_path / "file").touch()
        (path / ALIVE).symlink_to(tmp_path / "file")
    elif kind == "pipe":
        os.mkfifo(path / ALIVE)
        held = os.open(path / ALIVE, os.O_RDWR)
        fcntl.flock(held, fcntl.LOCK_EX)
    else:
        (path / ALIVE).mkdir()

    assert remove_dead(tmp_path) == ()
    assert (path / "jr_1/work/a.py").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("what", ["", ALIVE])
def test_remove_dead__another_users__stays(tmp_path, what):
    path = dead(tmp_path)
    os.chown(path / what, 12345, 12345)

    assert remove_dead(tmp_path) == ()
    assert (path / "jr_1/work/a.py").exists()


def test_remove_dead__links_inside__their_targets_stay(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/x").touch()
    path = dead(tmp_path)
    (path / "link").symlink_to(tmp_path / "data")
    (path / "jr_1/link").symlink_to(tmp_path / "data")

    assert remove_dead(tmp_path) == (path.name,)
    assert (tmp_path / "data/x").exists()
    assert not path.exists()


def test_remove_dead__no_such_folder__is_no_error(tmp_path):
    assert remove_dead(tmp_path / "none") == ()


def test_start__a_server_was_killed__its_folder_goes_at_the_next_start(tmp_path):
    code = (
        "import os, pathlib, signal\n"
        "from plugin.local.folder import make_folder\n"
        f"make_folder(pathlib.Path({str(tmp_path)!r}))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    (left,) = tmp_path.iterdir()

    with LocalGlue.start(environ={}, work_dir=tmp_path):
        (ours,) = tmp_path.iterdir()

    assert killed.returncode == -signal.SIGKILL
    assert ours != left
    assert list(tmp_path.iterdir()) == []


def test_remove_dead__a_name_that_is_not_ours__stays(tmp_path):
    path = dead(tmp_path).rename(tmp_path / "other")

    assert remove_dead(tmp_path) == ()
    assert path.is_dir()
