"""The demo, at a terminal where somebody presses Ctrl-C: here a process group of its own."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[3] / "examples" / "demo.py"

STAND_IN = """#!{python}
import os, signal, time

def clean_up(number, frame):
    time.sleep(0.4)  # longer than Python leaves a child that is in its way
    os.write(1, b"all is removed\\n")
    os._exit(130)

signal.signal(signal.SIGINT, clean_up)
os.write(1, b"the check runs\\n")
while True:
    signal.pause()
"""


@pytest.fixture
def demo(tmp_path):
    """The demo as ``make demo`` starts it, with a command that only waits."""
    folder, programs = tmp_path / "examples", tmp_path / "bin"
    folder.mkdir()
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    command = programs / "glue-health-check"
    command.write_text(STAND_IN.format(python=sys.executable))
    command.chmod(0o755)
    process = subprocess.Popen(
        (programs / "python", shutil.copy(DEMO, folder)),
        cwd=tmp_path,
        env={"TMPDIR": str(tmp_path), "PATH": os.defpath},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    with process:
        yield process
        process.kill()


def test_demo__interrupted__waits_for_the_checks_clean_up_and_ends_with_130(demo, tmp_path):
    while "the check runs" not in demo.stdout.readline():
        assert demo.poll() is None

    os.killpg(demo.pid, signal.SIGINT)
    out, err = demo.communicate()

    assert err == ""
    assert demo.returncode == 130
    assert out == "all is removed\n\n== The demo was interrupted.\n"
    assert err == ""
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bin", "examples"]
