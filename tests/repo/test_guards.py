"""The guards of conftest.py hold: a test without them would pass for the wrong reason."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = ROOT / "tests" / "conftest.py"


def run_pytest(folder: Path, test: str, *arguments: str, **environ: str) -> str:
    """Run one test file below our conftest in a pytest of its own; give back what it prints."""
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "test_it.py").write_text(test)
    command = (sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-rA")
    done = subprocess.run(
        (*command, "--override-ini=filterwarnings=ignore", *arguments, "test_it.py"),
        cwd=folder,
        env={"PATH": os.defpath, "HOME": str(folder), "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.stdout


def test_network__connect_to_another_machine__ends_the_test():
    with socket.socket() as sock, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 80))


def test_network__name_is_looked_up__ends_the_test():
    with pytest.raises(pytest.fail.Exception, match=r"glue\.us-east-1\.amazonaws\.com"):
        socket.getaddrinfo("glue.us-east-1.amazonaws.com", 443)


def test_network__loopback__is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_environment__variables_of_the_machine__are_gone(tmp_path):
    names = ("AWS_ACCESS_KEY_ID", "GITHUB_TOKEN", "CI", "JAVA_HOME")
    test = f"import os\ndef test_it():\n    assert not set({names!r}) & set(os.environ)\n"

    printed = run_pytest(tmp_path, test, **dict.fromkeys(names, "x"))

    assert "1 passed" in printed


def test_environment__changed_by_a_test__is_undone_for_the_next(tmp_path):
    test = (
        "import os\n"
        "def test_one():\n    os.environ['LEFT'] = 'x'; os.environ['PATH'] = 'y'; os.chdir('/')\n"
        "def test_two():\n"
        "    assert 'LEFT' not in os.environ\n"
        "    assert os.environ['PATH'] != 'y'\n"
        "    assert os.getcwd() != '/'\n"
    )

    printed = run_pytest(tmp_path, test)

    assert "2 passed" in printed


def test_children__left_behind__fail_the_test(tmp_path):
    test = (
        "import subprocess\n"
        "def test_it():\n"
        "    global child\n"
        "    child = subprocess.Popen(['sleep', '120'])\n"
        "def teardown_module():\n"
        "    child.kill(); child.wait()\n"
    )

    printed = run_pytest(tmp_path, test)

    assert "the test left processes behind" in printed
    assert "sleep 120" in printed


@pytest.mark.parametrize(
    ("marker", "required", "outcome"),
    [
        ("container", "docker,terraform", "1 failed"),
        ("terraform", "terraform", "1 failed"),
        ("container", "terraform", "1 skipped"),
        ("container", "", "1 skipped"),
        ("spark", "docker,terraform", "1 skipped"),
    ],
)
def test_skip__engine_is_required_or_not__is_a_failure_or_a_skip(
    marker, required, outcome, tmp_path
):
    test = f"import pytest\n@pytest.mark.{marker}\ndef test_it():\n    pytest.skip('no engine')\n"

    printed = run_pytest(tmp_path, test, GHC_REQUIRE=required)

    assert outcome in printed


def test_golden__differs__fails_and_update_mends_it(tmp_path):
    test = "def test_it(golden):\n    golden.check('a.md', 'text\\r\\n')\n"
    (tmp_path / "golden").mkdir()
    path = tmp_path / "golden" / "a.md"
    path.write_bytes(b"text\n")

    red = run_pytest(tmp_path, test)
    run_pytest(tmp_path, test, "--update-golden")
    green = run_pytest(tmp_path, test)

    assert "differs from tests/golden/a.md" in red
    assert "1 passed" in green
    assert path.read_bytes() == b"text\r\n"
