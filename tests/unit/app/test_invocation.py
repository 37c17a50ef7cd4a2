"""One call of the program: what it says, to whom, and what it keeps to itself."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from plugin import __version__
from plugin.app import main
from plugin.app.engines import missing_extra
from plugin.app.invocation import Invocation, ignore_stray_config, usable_environ
from plugin.core import command_line
from plugin.local.inner_aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.doubles.ports import quiet_port

ROOT = Path(__file__).parents[3]
SECRET = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


class Broken(io.StringIO):
    """A stream whose reader has left."""

    def write(self, text):
        raise BrokenPipeError

    def flush(self):
        raise BrokenPipeError


@pytest.fixture
def make(tmp_path):
    def invocation(*argv, out=None, err=None, **environ):
        return Invocation(
            line=command_line.parse(argv),
            environ=environ,
            cwd=tmp_path,
            out=out or io.StringIO(),
            err=err or io.StringIO(),
        )

    return invocation


# --- what it keeps to itself ---------------------------------------------------------------------


def test_say__text_with_a_secret__masks_it(make):
    invocation = make(GITHUB_TOKEN=SECRET, AWS_SESSION_TOKEN="session-of-ours")

    invocation.say(f"a {SECRET} b session-of-ours c")
    invocation.complain([f"bad {SECRET}"])

    assert invocation.out.getvalue() == "a *** b *** c\n"
    assert invocation.err.getvalue() == "error: bad ***\n"


def test_say__secret_given_as_a_flag__masks_it(make):
    invocation = make("check", "--github-token", SECRET)

    invocation.say(SECRET)

    assert invocation.out.getvalue() == "***\n"


def test_say__secret_of_three_letters__does_not_tear_every_line(make):
    invocation = make(GITHUB_TOKEN="e")

    invocation.say("here we are")

    assert invocation.out.getvalue() == "here we are\n"


@pytest.mark.parametrize("debug", ["", "true"])
def test_complain_of_bug__any_error__says_where_without_secret_or_control(make, debug):
    invocation = make(GITHUB_TOKEN=SECRET, DEBUG=debug)

    with pytest.raises(ZeroDivisionError) as caught:
        raise ZeroDivisionError(f"{SECRET}\n::error::x\x1b[2J")

    invocation.complain_of_bug(caught.value)

    told = invocation.err.getvalue()
    assert "A bug in glue-health-check: ZeroDivisionError" in told
    assert "test_invocation.py:" in told
    assert "cleanup" in told
    assert ("Traceback" in told) == bool(debug)
    assert SECRET not in told
    assert "\x1b" not in told
    assert not any(line.startswith("::") for line in told.splitlines())


def test_main__bug__is_3_and_no_traceback(checkout):
    (checkout.root / "gone").mkdir()
    os.chdir(checkout.root / "gone")
    (checkout.root / "gone").rmdir()
    checkout.capsys.readouterr()

    code = main(["check"])

    told = checkout.capsys.readouterr()
    assert code == 3
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (RuntimeError("odd"), 3, "A bug in glue-health-check: RuntimeError: odd"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_main__something_unforeseen__has_its_exit_code_and_no_traceback(
    checkout, error, code, words
):
    class Odd(io.StringIO):
        def write(self, text):
            raise error

    os.chdir(checkout.root)
    before, sys.stdout = sys.stdout, Odd()
    try:
        ended = main(["cleanup"])
    finally:
        sys.stdout = before

    told = checkout.capsys.readouterr().err
    assert ended == code
    assert words in told
    assert "Traceback" not in told


# --- streams that are gone -------------------------------------------------------------------------


def test_say__nobody_reads__goes_on(make):
    invocation = make(out=Broken(), err=Broken())

    invocation.say("a")
    invocation.complain(["b"])


def test_say__stream_lacks_letters__spells_them(make):
    raw = io.BytesIO()
    invocation = make(out=io.TextIOWrapper(raw, encoding="ascii"))

    invocation.say("café")

    assert raw.getvalue() == b"caf\\xe9\n"


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_main__stream_lacks_letters__shows_all_the_same(word):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    before, sys.stdout = sys.stdout, stream
    try:
        code = main([word])
        stream.flush()
    finally:
        sys.stdout = before

    assert code == 0
    assert raw.getvalue()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["check"]])
def test_main__no_streams_at_all__does_not_break(checkout, words):
    os.chdir(checkout.root)
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = None
    try:
        code = main(words)
    finally:
        sys.stdout, sys.stderr = before

    assert code == (2 if words == ["check"] else 0)


# --- words for the terminal ------------------------------------------------------------------------


def test_main__version__is_the_packages(checkout):
    assert checkout.run("--version").out == f"{__version__}\n"


def test_main__help__names_commands_settings_and_exit_codes(checkout):
    told = checkout.run("check", "--help").out

    for word in ("cleanup", "sweep", "--scripts-bucket", "Exit codes", "143"):
        assert word in told


@pytest.mark.parametrize(("flag", "words"), [("", "nothing to do"), ("--version", __version__)])
def test_main_cleanup__somebody_is_left_in_a_thread__is_0_and_ends_all_the_same(
    checkout, flag, words
):
    program = (
        "import sys, threading\n"
        "from plugin.app import main_cleanup\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        f"sys.argv = ['glue-health-check-cleanup', *{[flag] if flag else []}]\n"
        "sys.exit(main_cleanup())\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=checkout.root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert words in done.stdout


# --- the environment -----------------------------------------------------------------------------


def test_usable_environ__empty_aws_variables__are_taken_away():
    environ = {"AWS_PROFILE": "", "AWS_REGION": "eu-west-1", "OTHER": ""}

    usable_environ(environ)

    assert environ == {"AWS_REGION": "eu-west-1", "OTHER": ""}


@pytest.mark.parametrize("blank", ["", " ", "\n", "\t \r\n"])
def test_usable_environ__blank_aws_variable__is_taken_away(blank):
    environ = {"AWS_PROFILE": blank, "AWS_ENDPOINT_URL": blank, "aws_other": blank}

    usable_environ(environ)

    assert environ == {"aws_other": blank}


def test_usable_environ__line_end_around_a_value__is_taken_away():
    environ = {"AWS_PROFILE": " mine\n", "AWS_CA_BUNDLE": "/a b.pem", "OTHER": " x\n"}

    usable_environ(environ)

    assert environ == {"AWS_PROFILE": "mine", "AWS_CA_BUNDLE": "/a b.pem", "OTHER": " x\n"}


@pytest.mark.parametrize("command", ["check", "sweep"])
def test_main__profile_that_is_not_in_the_container__is_told_without_a_traceback(checkout, command):
    checkout.write("a.py", "print(1)")
    without_key = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}

    outcome = checkout.on_glue(command, "--script", "a.py", AWS_PROFILE="nowhere", **without_key)

    told = outcome.out + outcome.err
    assert outcome.code == 3
    assert "Traceback" not in told
    assert "The config profile (nowhere) could not be found" in told
    assert "Set AWS_PROFILE to a profile that is there, or unset it." in told


def test_main__region_in_aws_region_alone__is_where_aws_is_asked(checkout):
    outcome = checkout.on_glue("sweep", AWS_REGION="eu-central-1")

    assert outcome.code == 0, outcome.err
    assert all("/eu-central-1/" in signature for signature in signatures(checkout))


def signatures(checkout):
    """What the requests were signed with."""
    with checkout.relay.lock:
        headers = [
            {name.lower(): text for name, text in asked.headers.items()}
            for asked in checkout.relay.requests
        ]
    assert headers
    return [f"{each['authorization']} {each.get('x-amz-security-token', '')}" for each in headers]


def test_main__key_as_settings_beside_a_token_of_the_environment__is_used_alone(checkout):
    key = {"PLUGIN_AWS_ACCESS_KEY_ID": "AKIDPLUGIN\n", "PLUGIN_AWS_SECRET_ACCESS_KEY": " theirs "}

    outcome = checkout.on_glue("sweep", AWS_SESSION_TOKEN="of-another-key", **key)

    assert outcome.code == 0, outcome.err
    for signature in signatures(checkout):
        assert "Credential=AKIDPLUGIN/" in signature
        assert "of-another-key" not in signature


def test_main__half_a_key_as_settings__is_2_and_asks_nobody(checkout):
    outcome = checkout.on_glue("sweep", PLUGIN_AWS_ACCESS_KEY_ID="AKIDPLUGIN")

    assert outcome.code == 2
    assert "PLUGIN_AWS_ACCESS_KEY_ID: the AWS key is incomplete" in outcome.err
    assert "AKIDPLUGIN" not in outcome.err
    assert checkout.relay.asked == []


def test_say__secret_that_a_stronger_source_beats__is_masked_too(make):
    invocation = make(GITHUB_TOKEN=SECRET, INPUT_GITHUB_TOKEN=f"{SECRET}-and-more")

    invocation.say(f"{SECRET} {SECRET}-and-more")

    assert invocation.out.getvalue() == "*** ***\n"


@pytest.mark.parametrize(
    ("marker", "variable", "problems"),
    [
        ("GITHUB_ACTIONS", "INPUT_SCRPT", 1),
        ("GITHUB_ACTIONS", "PLUGIN_NAME", 0),
        ("DRONE", "PLUGIN_SCRPT", 1),
        ("HARNESS_BUILD_ID", "PLUGIN_SCRPT", 0),
        ("GITEA_ACTIONS", "INPUT_SCRPT", 0),
    ],
)
def test_gathered__unknown_name__is_a_problem_where_the_host_means_us(
    make, marker, variable, problems
):
    settings = make(**{marker: "true", variable: "x"}).gathered(is_foreign=False)

    assert len(settings.problems) == problems
    assert len(settings.notes) == 1 - problems


def test_gathered__host_by_name__beats_the_marker(make):
    settings = make(DRONE="true", INPUT_CI="harness", PLUGIN_SCRPT="x").gathered(is_foreign=False)

    assert settings.problems == ()


def test_main__empty_aws_variables__do_not_break_a_check(checkout):
    checkout.write("a.py", "print(1)")
    empty = dict.fromkeys(("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"), "")

    outcome = checkout.on_glue("sweep", **empty)

    assert outcome.code == 0, outcome.err
    assert "AWS_PROFILE" not in os.environ


def test_build__git_is_missing__knows_no_commit(make):
    assert make().build().commit == ""


def test_build__git_repository__knows_commit_and_branch(make, tmp_path, repository):
    (tmp_path / ".git/refs/heads").mkdir(parents=True)
    (tmp_path / ".git/objects").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/topic\n")
    (tmp_path / ".git/refs/heads/topic").write_text("a" * 40 + "\n")

    build = make().build()

    assert (build.commit, build.branch) == ("a" * 40, "topic")


# --- the command local ---------------------------------------------------------------------------


def test_local__port_is_taken__says_so(checkout):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        outcome = checkout.run("local", "--port", str(port))

    assert outcome.code == 3
    assert f"cannot listen on 127.0.0.1:{port}" in outcome.err
    assert "--port" in outcome.err


def test_local__until_a_signal__serves_and_says_how_to_use_it(checkout):
    port, over = quiet_port(), threading.Event()

    def hit():
        while not over.wait(0.05):
            with suppress(OSError):  # it does not listen yet
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60).close()
                os.kill(os.getpid(), signal.SIGINT)
                return

    hitting = threading.Thread(target=hit)
    hitting.start()

    outcome = checkout.run("local", "--port", str(port))

    over.set()
    hitting.join()
    assert outcome.code == 0
    assert f"export AWS_ENDPOINT_URL=http://127.0.0.1:{port}" in outcome.out


def test_missing_extra__of_the_local_engine__names_what_to_install():
    error = missing_extra(ModuleNotFoundError("No module named 'moto'", name="moto"))

    assert "moto is missing" in str(error)
    assert "glue-health-check[local]" in str(error)
    assert error.exit_code == 2


# --- AWS's files in a home that a pull request could have written --------------------------------


@pytest.mark.parametrize("home", [".", "home", "a/link"])
def test_ignore_stray_config__home_lies_in_the_checkout__its_files_are_not_read(tmp_path, home):
    (tmp_path / "home/.aws").mkdir(parents=True)
    (tmp_path / ".aws").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a/link").symlink_to(tmp_path / "home")
    (tmp_path / "home/.aws/config").write_text("[default]\n")
    (tmp_path / ".aws/credentials").write_text("[default]\n")
    environ = {"AWS_CONFIG_FILE": "/etc/aws/config"}

    note = ignore_stray_config(environ, tmp_path / home, tmp_path)

    assert environ["AWS_CONFIG_FILE"] == "/etc/aws/config"
    assert environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert "not read" in note


def test_ignore_stray_config__home_is_elsewhere_or_above__is_left_alone(tmp_path):
    environ: dict[str, str] = {}

    notes = [
        ignore_stray_config(environ, tmp_path, tmp_path / "checkout"),
        ignore_stray_config(environ, tmp_path / "home", tmp_path / "checkout"),
    ]

    assert (notes, environ) == (["", ""], {})


def test_ignore_stray_config__nothing_is_there__is_not_told(tmp_path):
    assert ignore_stray_config({}, tmp_path, tmp_path) == ""


def test_main__aws_files_in_the_checkout_name_a_program__it_is_not_run(tmp_path):
    (tmp_path / ".aws").mkdir()
    proof = tmp_path / "it-ran"
    (tmp_path / ".aws/config").write_text(f"[default]\ncredential_process = touch {proof}\n")
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "AWS_REGION": "us-east-1"}
    environ["AWS_EC2_METADATA_DISABLED"] = "true"

    done = subprocess.run(
        [sys.executable, "-m", "entrypoint", "sweep", "--scripts-bucket", "acme-scripts"],
        cwd=tmp_path, env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 3
    assert not proof.exists()
    assert "not read" in done.stdout


# --- annotations -----------------------------------------------------------------------------------


def test_complain__on_github__annotates_what_is_wrong_without_a_second_command(make):
    out, err = io.StringIO(), io.StringIO()
    problems = ["script: 50% \n::set-env name=X::y", *(f"problem {n}" for n in range(20))]

    make(out=out, err=err, GITHUB_ACTIONS="true").complain(problems)

    lines = out.getvalue().splitlines()
    assert lines[0] == "::error title=Glue health check::script: 50%25 "
    assert all(line.startswith("::error title=Glue health check::") for line in lines)
    assert len(lines) == 10
    assert "error: script: 50%" in err.getvalue()


@pytest.mark.parametrize("environ", [{}, {"DRONE": "true"}])
def test_complain__where_nobody_reads_commands__prints_none(make, environ):
    out = io.StringIO()

    make(out=out, err=io.StringIO(), **environ).complain(["script is required"])

    assert out.getvalue() == ""


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_main__nobody_reads_any_more__ends_without_a_traceback(option):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-u", "-m", "entrypoint", option], cwd=ROOT, stdout=full,
            stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_say__the_local_glues_sample_key_is_exported_already__is_not_masked(tmp_path):
    """What ``local`` prints is to be copied into a shell."""
    environ = {"AWS_ACCESS_KEY_ID": ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY}
    out = io.StringIO()
    invocation = Invocation(
        line=command_line.parse(["local"]),
        environ=environ,
        cwd=tmp_path,
        out=out,
        err=io.StringIO(),
    )

    invocation.say(f"export A={ACCESS_KEY_ID}", f"export B={SECRET_ACCESS_KEY}")

    assert out.getvalue() == f"export A={ACCESS_KEY_ID}\nexport B={SECRET_ACCESS_KEY}\n"
