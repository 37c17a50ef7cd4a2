"""A run of many seeds that is ended early: it tells what it played, and nothing stays behind."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.doubles.build_stage import until

SEEDS = 1000


@pytest.fixture
def playing(repository, tmp_path):
    """A run whose first play has begun."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chaos", "--seeds", str(SEEDS), "--jobs", "1"],
        cwd=repository,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            until(lambda: [*tmp_path.glob("chaos-*/*/.stdout")] or process.poll() is not None)
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def children_of(pid):
    texts = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(word) for text in texts for word in text.split()]


def family_of(pid):
    """A process and all that it started, whole."""
    return [pid, *(one for child in children_of(pid) for one in family_of(child))]


def is_gone(family):
    return not any(Path(f"/proc/{pid}").exists() for pid in family)


def plays_in(out):
    """How many plays the table counts."""
    return int(next(line for line in out.splitlines() if line.startswith("all ")).split()[1])


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
    ids=["INT", "TERM"],
)
def test_chaos__a_signal__tells_what_was_played_and_leaves_nothing(playing, tmp_path, number, code):
    family = family_of(playing.pid)
    os.killpg(playing.pid, number)  # as a terminal does: all that are in its foreground
    out, err = playing.communicate()

    assert (playing.returncode, err) == (code, f"no more: {number.name}\n")
    assert 0 < plays_in(out) < SEEDS
    assert len(family) > 3  # it, who plays, the zygote, its command
    until(lambda: is_gone(family))
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
@pytest.mark.untraced
def test_chaos__killed__leaves_nothing(playing, tmp_path):
    family = family_of(playing.pid)
    playing.kill()
    _, err = playing.communicate()

    until(lambda: is_gone(family[1:]))
    assert [*tmp_path.iterdir()] == []
    assert "Traceback" not in err


@pytest.mark.slow
@pytest.mark.untraced
def test_chaos__a_process_that_plays_is_lost__says_so(playing):
    (worker,) = (pid for pid in children_of(playing.pid) if children_of(pid))
    os.kill(worker, signal.SIGKILL)
    _, err = playing.communicate()

    assert playing.returncode == 1
    assert "1 processes were lost" in err
    assert "Traceback" not in err
