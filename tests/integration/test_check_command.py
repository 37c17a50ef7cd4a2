"""The command as a real process: exit codes, signals, SIGKILL, and what is left afterwards."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from plugin.local.server import LocalGlue

SLEEPS = "import time\nprint('it runs', flush=True)\ntime.sleep(300)\n"
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPS
LOCAL = ("check", "--engine", "local", "--job-type", "pythonshell", "--script")
GONE_IN_SECONDS = 120  # how long a test waits at most for what should be quick


@dataclass
class Command:
    """Starts the command in a checkout; whatever still runs is ended with the test."""

    repository: Path
    folder: Path
    started: list[subprocess.Popen[str]]
    mark: str

    def write(self, name: str, body: str) -> None:
        """Write a file of the checkout."""
        (self.folder / name).write_text(body)

    def start(
        self, *argv: str, before: tuple[str, ...] = (), **environ: str
    ) -> subprocess.Popen[str]:
        """Start the command; its output can be read line by line."""
        process = subprocess.Popen(
            [*before, sys.executable, str(self.repository / "entrypoint.py"), *argv],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "TMPDIR": str(self.folder),
                "AWS_EC2_METADATA_DISABLED": "true",
                **environ,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def run(self, *argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        process = self.start(*argv, before=(), **environ)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def report(self) -> Any:
        """report.json."""
        return json.loads((self.folder / "glue-health-check-report/report.json").read_text())

    def processes(self) -> dict[int, str]:
        """Everything that runs on behalf of this checkout: the folder is in its command line."""
        found = {}
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                text = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(self.folder) in text:
                found[int(path.parent.name)] = text
        return found


@pytest.fixture
def command(repository, tmp_path):
    folder = tmp_path / f"checkout-{uuid.uuid4().hex}"
    folder.mkdir()
    command = Command(repository, folder, [], folder.name)
    yield command
    for process in command.started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    for pid in command.processes():
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    """A Glue in this process that stands for AWS."""
    with LocalGlue.start(
        environ={"PATH": "/usr/bin:/bin"},
        roles=["job-role"],
        work_dir=tmp_path_factory.mktemp("runs"),
    ) as server:
        yield server


@dataclass
class Account:
    """What there is on the Glue that stands for AWS, and how the command is pointed at it."""

    server: LocalGlue
    bucket: str

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.server.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )

    def jobs(self):
        return self.client("glue").list_jobs()["JobNames"]

    def keys(self):
        found = self.client("s3").list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [item["Key"] for item in found]

    @property
    def environ(self):
        return {
            "AWS_ENDPOINT_URL": self.server.endpoint_url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "y",
            "GLUE_ROLE_ARN": "arn:aws:iam::123456789012:role/job-role",
            "SCRIPTS_BUCKET": self.bucket,
            "GLUE_HEALTH_CHECK_JOB_TYPE": "pythonshell",
        }


@pytest.fixture
def account(aws):
    account = Account(aws, f"bucket-{uuid.uuid4().hex[:20]}")
    account.client("s3").create_bucket(Bucket=account.bucket)
    return account


def until_it_runs(process):
    """Read the output until the script's first line is in it."""
    for line in process.stdout:
        if "it runs" in line:
            return
    pytest.fail(f"it never ran: {process.communicate()}")


def until(question):
    give_up = time.monotonic() + GONE_IN_SECONDS
    while not question():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def children_of(pid):
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


# --- refusals and weight ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("chek",), "Did you mean check?"),
        (("doctor",), "not in this version"),
        ((*LOCAL, "nowhere.py"), "nowhere.py is missing"),
        ((*LOCAL, "a.py", "--timeout-minutes", "soon"), "--timeout-minutes"),
    ],
)
def test_command__asked_wrongly__is_2_without_a_traceback(command, argv, words):
    done = command.run(*argv)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(command.folder.iterdir()) == []


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_command__help_and_version__load_nothing_heavy(repository, word):
    heavy = (
        "boto3",
        "botocore",
        "yaml",
        "pydantic",
        "github",
        "rich",
        "moto",
        "structlog",
        "jinja2",
    )
    script = (
        "import sys\nfrom plugin.app import main\n"
        f"code = main([{word!r}])\n"
        f"print([name for name in {heavy!r} if name in sys.modules], code)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=repository, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[] 0"


def test_command__reader_leaves_early__keeps_its_exit_code(command):
    command.write("a.py", "raise ValueError('boom')")
    process = command.start(*LOCAL, "a.py")

    process.stdout.close()
    err = process.stderr.read()

    assert process.wait(60) == 1
    assert err == ""
    assert command.report()["verdict"] == "failed"


# --- runs ----------------------------------------------------------------------------------------


def test_command__script_fails__is_1_and_says_where(command):
    command.write("a.py", "x = 1\nraise ValueError('boom')\n")

    done = command.run(*LOCAL, "a.py")

    assert done.returncode == 1
    assert "a.py:2" in done.stdout
    assert command.report()["results"][0]["place"] == {"file": "a.py", "line": 2}
    assert command.processes() == {}


def test_command__script_passes__is_0(command):
    command.write("a.py", "print('well')")

    done = command.run(*LOCAL, "a.py", AWS_PROFILE="", AWS_REGION="")

    assert (done.returncode, done.stderr) == (0, "")


def test_command__script_looks_for_secrets__finds_none(command):
    command.write(
        "a.py",
        "import os\n"
        "texts = [f'{key}={value}' for key, value in os.environ.items()]\n"
        "texts.append(open(f'/proc/{os.getpid()}/environ', errors='replace').read())\n"
        "bad = [t for t in texts if 'hunter2' in t or 'GITHUB' in t]\n"
        "assert not bad, bad\n",
    )

    done = command.run(
        *LOCAL,
        "a.py",
        GITHUB_TOKEN="hunter2-token",
        AWS_SECRET_ACCESS_KEY="hunter2-key",
        AWS_ACCESS_KEY_ID="hunter2-id",
        GITHUB_OUTPUT="/tmp/hunter2",
    )

    assert done.returncode == 0, done.stdout


# --- signals -------------------------------------------------------------------------------------


def held_after_a_signal(command, process, code):
    """Hold what is true after every signal."""
    out, err = process.communicate(timeout=GONE_IN_SECONDS)
    report = command.report()
    assert process.returncode == code, (out, err)
    assert report["verdict"] == "cancelled"
    assert report["results"][0]["leftovers"] == []
    assert "verdict=cancelled" in out
    assert "Traceback" not in err
    until(lambda: command.processes() == {})


@pytest.mark.parametrize(
    ("number", "code", "script"),
    [(signal.SIGINT, 130, SLEEPS), (signal.SIGTERM, 143, STUBBORN)],
    ids=["SIGINT", "SIGTERM-stubborn"],
)
def test_command__signal_while_the_script_runs__ends_all_and_reports(command, number, code, script):
    command.write("a.py", script)
    process = command.start(*LOCAL, "a.py")
    until_it_runs(process)

    process.send_signal(number)

    held_after_a_signal(command, process, code)


UNSHARE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


def may_unshare():
    try:
        done = subprocess.run([*UNSHARE, "true"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_command__signal_as_process_1__ends_all_and_reports(command, number, code):
    if not may_unshare():
        pytest.skip("no PID namespace may be made here (needs root, or user namespaces)")
    command.write("a.py", SLEEPS)
    process = command.start(*LOCAL, "a.py", before=UNSHARE)
    until_it_runs(process)
    (first,) = children_of(process.pid)

    os.kill(first, number)

    held_after_a_signal(command, process, code)


def test_command__killed_while_the_script_runs__no_script_survives(command):
    command.write("a.py", STUBBORN)
    process = command.start(*LOCAL, "a.py")
    until_it_runs(process)
    assert len(command.processes()) > 0

    process.kill()

    process.communicate()
    until(lambda: command.processes() == {})


# --- engine glue, on a Glue that outlives us -----------------------------------------------------


def test_glue__killed_in_the_middle__cleanup_by_the_file_removes_all(command, account):
    command.write("a.py", SLEEPS)
    process = command.start("check", "--script", "a.py", **account.environ)
    until_it_runs(process)
    process.kill()
    process.communicate()
    foreign = {"Name": f"nightly-{uuid.uuid4().hex}", "Role": "job-role"}
    where = {"Name": "pythonshell", "ScriptLocation": f"s3://{account.bucket}/x.py"}
    account.client("glue").create_job(**foreign, Command=where)
    account.client("s3").put_object(Bucket=account.bucket, Key="data/keep.csv", Body=b"")
    (left,) = [name for name in account.jobs() if name.startswith("glue-health-check-a-")]

    dry = command.run("sweep", "--sweep-older-than-hours", "0", "--dry-run", **account.environ)
    untouched = (left in account.jobs(), len(account.keys()))
    done = command.run("cleanup", **account.environ)
    again = command.run("cleanup", **account.environ)

    assert dry.returncode == 0
    assert untouched == (True, 3)
    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    assert f"removed job {left}" in done.stdout
    assert left not in account.jobs()
    assert foreign["Name"] in account.jobs()
    assert account.keys() == ["data/keep.csv"]


def test_glue__killed_on_github__cleanup_by_its_state_removes_all(command, account, tmp_path):
    command.write("a.py", SLEEPS)
    (tmp_path / "state").touch()
    github = {
        **account.environ,
        "GITHUB_ACTIONS": "true",
        "GITHUB_STATE": str(tmp_path / "state"),
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_SHA": "a" * 40,
        "GITHUB_REPOSITORY": "octocat/etl",
    }
    process = command.start("check", "--script", "a.py", **github)
    until_it_runs(process)
    process.kill()
    process.communicate()
    lines = (tmp_path / "state").read_text().splitlines()
    state = {f"STATE_{name}": value for name, _, value in (line.partition("=") for line in lines)}
    build_id = state["STATE_build_id"]

    done = command.run("cleanup", **github, **state)

    assert done.returncode == 0, done.stderr
    assert account.keys() == []
    assert not [job for job in account.jobs() if job.endswith(build_id[:6])]


# --- a real Spark --------------------------------------------------------------------------------


@pytest.mark.spark
def test_command__spark_script__passes_and_a_broken_one_says_where(command):
    command.write(
        "a.py",
        "from pyspark.sql import SparkSession\n"
        "spark = SparkSession.builder.getOrCreate()\n"
        "rows = spark.range(10).count()\n"
        "assert rows == 11, rows\n",
    )

    done = command.run("check", "--engine", "local", "--script", "a.py")

    (result,) = command.report()["results"]
    assert done.returncode == 1, done.stdout
    assert result["reason"].startswith("AssertionError: 10")
    assert result["place"] == {"file": "a.py", "line": 4}
    assert command.processes() == {}
