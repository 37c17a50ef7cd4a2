"""What CI runs: it prepares the engines, or fails and says why, and skips nothing."""

import os
import shutil
import subprocess
import sys

import pytest

MAKE = 'echo "make $* (require: ${GHC_REQUIRE:-nothing})"'


@pytest.fixture
def machine(repository, tmp_path):
    """A made-up machine: .ci/run in a checkout, and commands that only say that they were called."""
    machine = Machine(tmp_path)
    (machine.checkout / ".ci").mkdir(parents=True)
    shutil.copy(repository / ".ci" / "run", machine.checkout / ".ci")
    machine.command("make", MAKE)
    machine.command("docker", "exit 1")
    machine.command("terraform", "exit 0")
    return machine


class Machine:
    """Commands on a path of their own, and what stands beside the checkout."""

    def __init__(self, folder):
        self.folder = folder
        self.checkout = folder / "checkout"
        self.commands = folder / "commands"
        for name in ("bash", "dirname", "env"):
            self.commands.mkdir(exist_ok=True)
            (self.commands / name).symlink_to(shutil.which(name, path=os.defpath))

    def command(self, name, body):
        self._write(self.commands / name, body)

    def tool(self, name, body):
        self._write(self.folder / "shared" / "tools" / name, body)

    def run(self):
        done = subprocess.run(
            (self.checkout / ".ci" / "run",),
            env={"PATH": str(self.commands), "PYTHON": sys.executable},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def _write(self, path, body):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/usr/bin/env bash\n{body}\n")
        path.chmod(0o755)


def test_ci_run__no_engine_and_no_tool__fails_and_says_why(machine):
    code, printed, errors = machine.run()

    assert code == 1
    assert "no Docker engine answers" in errors
    assert "make test PYTHON" in printed  # what needs no engine has been tested before
    assert "make test-rest" not in printed


def test_ci_run__no_terraform_and_no_tool__fails_and_says_why(machine):
    machine.command("docker", "exit 0")
    (machine.commands / "terraform").unlink()

    code, printed, errors = machine.run()

    assert code == 1
    assert "there is no terraform" in errors
    assert "make test-rest" not in printed


def test_ci_run__tool_cannot_prepare_the_engine__fails_and_stops_it(machine):
    machine.tool("prepare-docker", 'echo "prepare-docker $*"; [ "$*" = stop ] || exit 7')

    code, printed, _ = machine.run()

    assert code == 7
    assert "prepare-docker stop" in printed


def test_ci_run__engine_answers_and_no_tool__runs_everything_and_may_skip_nothing(machine):
    machine.command("docker", "exit 0")

    code, printed, errors = machine.run()

    assert (code, errors) == (0, "")
    assert [line for line in printed.splitlines() if line.startswith("make")] == [
        f"make venv PYTHON={sys.executable} (require: nothing)",
        f"make test PYTHON={sys.executable} (require: nothing)",
        f"make test-rest PYTHON={sys.executable} (require: docker,terraform)",
        f"make lint PYTHON={sys.executable} (require: nothing)",
    ]


def test_ci_run__tool_is_there_and_no_engine__starts_it_and_stops_what_it_started(machine):
    machine.tool("prepare-docker", 'echo "prepare-docker $*"')

    code, printed, _ = machine.run()

    assert code == 0
    assert "prepare-docker \n" in printed
    assert printed.splitlines()[-1] == "prepare-docker stop"


def test_ci_run__tool_is_there_and_an_engine_answers__leaves_it_running(machine):
    machine.command("docker", "exit 0")
    machine.tool("prepare-docker", 'echo "prepare-docker $*"')

    code, printed, _ = machine.run()

    assert code == 0
    assert "prepare-docker \n" in printed  # it may have an image to make
    assert "prepare-docker stop" not in printed


def test_ci_run__tool_prepares_terraform__its_settings_reach_the_tests(machine):
    machine.command("docker", "exit 0")
    machine.command("make", 'echo "make $1 ${TF_CLI_CONFIG_FILE:-}"')
    machine.tool("prepare-terraform", "echo /settings/of/terraform.rc")

    _, printed, _ = machine.run()

    assert "make test-rest /settings/of/terraform.rc" in printed
