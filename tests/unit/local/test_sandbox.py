"""Whose user a script runs as, and what it can see."""

import os
from pathlib import Path

import pytest

from plugin.local.sandbox import needed_paths, obstacle

DEBIAN = "/usr/bin/python3"
PROBE = """
import os
print(os.getuid(), os.getgid(), os.getgroups())
for path in ("SECRET", f"/proc/{os.getppid()}/environ"):
    try:
        print(open(path).read())
    except OSError as problem:
        print(type(problem).__name__)
open("mine", "w").write("x")
open(os.environ["TMPDIR"] + "/mine", "w").write("x")
"""
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the user")
needs_debian = pytest.mark.skipif(
    not Path(DEBIAN).exists() or obstacle([Path(DEBIAN), Path(__file__)]) != "",
    reason="no interpreter that another user can reach, or no such checkout",
)


@pytest.fixture
def open_folder(tmp_path):
    """A folder that everybody can pass through; pytest's own are private."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@needs_root
@needs_debian
def test_run__as_root__is_nobody_and_sees_no_secret(make_bench, tmp_path, open_folder):
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    secret.chmod(0o600)
    told: list[str] = []
    bench = make_bench(python=DEBIAN, work_dir=open_folder, notify=told.append)

    run = bench.run(PROBE.replace("SECRET", str(secret)))

    assert run["JobRunState"] == "SUCCEEDED", run
    assert bench.log(run) == "65534 65534 []\nPermissionError\nPermissionError\n"
    assert told == []


@needs_root
def test_run__another_user_cannot_reach_the_folder__says_so_once(make_bench, tmp_path):
    told: list[str] = []
    bench = make_bench(python=DEBIAN, work_dir=tmp_path, notify=told.append)

    for _ in range(2):
        assert bench.run("pass")["JobRunState"] == "SUCCEEDED"

    assert len(told) == 1
    assert told[0].startswith("the script runs as this user and can read what it can (another user")
    assert told[0].endswith("/docs/local-glue.md#safety")


@pytest.mark.parametrize("is_closed", [True, False])
def test_run__may_not_run_as_us__is_not_begun_where_it_would(
    make_bench, tmp_path, open_folder, is_closed
):
    """A private folder for temporary files, as TMPDIR can name one."""
    told: list[str] = []
    bench = make_bench(
        python=DEBIAN,
        work_dir=tmp_path if is_closed else open_folder,
        notify=told.append,
        may_run_as_us=False,
    )
    (tmp_path / "ran").mkdir(mode=0o777)
    script = f"open({str(tmp_path / 'ran' / 'it')!r}, 'w')" if is_closed else "pass"
    is_run = not is_closed and obstacle([Path(DEBIAN), Path(__file__)]) == ""

    run = bench.run(script)

    assert run["JobRunState"] == ("SUCCEEDED" if is_run else "ERROR"), run
    assert ("The script was not run" in run.get("ErrorMessage", "")) is not is_run
    assert list((tmp_path / "ran").iterdir()) == []
    assert told == []


@needs_root
@pytest.mark.parametrize(
    ("held", "words"),
    [
        ("0000000000000000", "CHOWN, DAC_OVERRIDE, KILL, SETGID, SETUID"),
        ("000001ffffffff1f", "KILL, SETGID, SETUID"),
        ("00000000000000c3", "KILL"),
        ("00000000000000e2", "CHOWN"),
    ],
)
def test_obstacle__root_without_capabilities__names_them(tmp_path, held, words):
    status = tmp_path / "status"
    status.write_text(f"Name:\tpython\nCapPrm:\tffffffffffffffff\nCapEff:\t{held}\n")

    assert obstacle([], status=status) == f"this root lacks the capabilities {words}"


@needs_root
@pytest.mark.parametrize("text", ["CapEff:\t00000000a80425fb\n", "Name:\tpython\n", None])
def test_obstacle__a_containers_usual_capabilities_or_no_word_of_them__is_none(tmp_path, text):
    status = tmp_path / "status"
    if text is not None:
        status.write_text(text)

    assert obstacle([], status=status) == ""


def test_needed_paths__our_own_interpreter__includes_its_libraries():
    import sys

    paths = needed_paths(sys.executable, is_spark=True)

    assert Path(sys.base_prefix) in paths
    assert any("pyspark" in str(path) for path in paths)


def test_needed_paths__another_interpreter__is_just_that():
    assert needed_paths(DEBIAN, is_spark=True) == (Path(DEBIAN), Path(DEBIAN).resolve())


@needs_root
def test_obstacle__a_closed_folder__is_named(open_folder):
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "python").touch()

    assert obstacle([closed / "python"]) == f"another user cannot reach {closed}"


@needs_root
def test_obstacle__an_open_path__is_none(open_folder):
    (open_folder / "python").touch(mode=0o644)

    assert obstacle([open_folder / "python"]) == ""


@needs_root
def test_obstacle__nothing_there__is_named(open_folder):
    assert obstacle([open_folder / "none"]) == f"another user cannot reach {open_folder / 'none'}"


def test_obstacle__not_root__is_that():
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(65534)
    try:
        assert obstacle([Path("/")]) == "only root can change the user"
    finally:
        os.seteuid(uid)
