"""What cannot be done is refused: exit 2, every problem by name, nothing created."""

import os

import pytest

ROLE = ("--role-arn", "arn:aws:iam::123456789012:role/job-role")
CONFIG = ".glue-health-check.yml"


def refused(checkout, outcome):
    """Hold what is true of every refusal, and return the problems."""
    assert outcome.code == 2
    assert "Traceback" not in outcome.err + outcome.out
    assert outcome.report is None
    assert checkout.relay.asked == []
    assert not any(name.endswith("report.json") for name in checkout.files)
    lines = outcome.err.splitlines()
    assert lines
    assert all(line.startswith("error: ") for line in lines)
    return outcome.err


# --- the command line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("chek",), "'chek' is no command. Did you mean check?"),
        (("explode",), "'explode' is no command. There are: check, cleanup, sweep, local."),
        (("doctor",), "doctor is not in this version yet."),
        (("init",), "init is not in this version yet."),
        (("check", "--scrpt", "a.py"), "'--scrpt' is unknown. Did you mean --script?"),
        (("check", "--zzzzzzzz"), "'--zzzzzzzz' is unknown. See --help."),
        (("check", "--bogus"), "'--bogus' is unknown. See --help."),
        (("check", "--script"), "expected one argument"),
        (("local", "--port", "many"), "'many' is not a port from 0 to 65535"),
        (("local", "--port", "70000"), "'70000' is not a port"),
        (("local", "--port", "-1"), "'-1' is not a port"),
        (("check", "--engine", "gleu"), "--engine"),
        (("check", "\x1b]0;title\x07"), r"\x1b]0;title"),
    ],
)
def test_main__command_line_is_wrong__names_it_and_what_was_meant(checkout, argv, words):
    outcome = checkout.run(*argv, **checkout.aws)

    assert words in refused(checkout, outcome)


def test_main__bytes_that_are_no_text__are_refused_and_printed_harmlessly(checkout):
    outcome = checkout.run("check", b"\xff\xfe".decode(errors="surrogateescape"))

    assert r"\udcff\udcfe" in refused(checkout, outcome)


# --- settings ------------------------------------------------------------------------------------


def test_check__everything_is_wrong__names_every_problem_at_once(checkout):
    checkout.write("a.py", "print(1)")
    checkout.write(CONFIG, "workers: 3\nallow_forks: true\n")

    outcome = checkout.run(
        "check",
        *("--enigne", "local", "--timeout-minutes", "soon", "--max-parallel", "0"),
        PLUGIN_SCRPT="a.py",
        GLUE_HEALTH_CHECK_ENGINE="nowhere",
        **checkout.aws,
    )

    told = refused(checkout, outcome)
    for word in (
        "--enigne",
        "--timeout-minutes",
        "--max-parallel",
        "PLUGIN_SCRPT",
        "PLUGIN_SCRIPT?",
        "GLUE_HEALTH_CHECK_ENGINE",
        "workers",
        "allow_forks",
    ):
        assert word in told


def test_check__nothing_is_given__asks_for_the_script(checkout):
    assert "script is required" in refused(checkout, checkout.run("check", **checkout.aws))


def test_check__no_role_and_no_bucket_on_glue__asks_for_both(checkout):
    checkout.write("a.py", "print(1)")

    told = refused(checkout, checkout.run("check", "--script", "a.py", **checkout.aws))

    assert "role_arn is required" in told
    assert "scripts_bucket is required" in told


@pytest.mark.parametrize(
    "argv",
    [
        ("--trigger-function", "ghc-trigger"),
        ("--wait", "false"),
    ],
)
def test_check__feature_that_is_not_built__is_refused_not_ignored(checkout, argv):
    checkout.write("a.py", "print(1)")

    told = refused(checkout, checkout.on_glue("check", "--script", "a.py", *argv))

    assert argv[0].removeprefix("--").replace("-", "_") in told
    assert "cannot do it yet" in told


def test_check__only_a_check_that_is_not_there__names_those_that_are(checkout):
    checkout.write("a.py", "print(1)")

    told = refused(checkout, checkout.on_glue("check", "--script", "a.py", "--only", "b"))

    assert "--only b: there is no such check. There are: a." in told


def test_cleanup__settings_wrong__asks_nothing_of_aws(checkout):
    checkout.write("glue-health-check-report/build-id", "0123456789ab")

    refused(checkout, checkout.on_glue("cleanup", "--max-parallel", "many"))


@pytest.mark.parametrize("command", ["check", "cleanup", "sweep", "local"])
def test_main__ci_host_unknown__is_named(checkout, command):
    checkout.write("glue-health-check-report/build-id", "0123456789ab")

    told = refused(checkout, checkout.on_glue(command, "--ci", "travis"))

    assert "travis" in told


# --- the configuration file ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\xff\xfe\x00", ".glue-health-check.yml is not UTF-8."),
        (b"a: [", ".glue-health-check.yml is not valid YAML"),
        (b"- a\n", ".glue-health-check.yml is not a YAML mapping"),
        (b"engine: local\nengine: glue\n", "twice"),
        (b"a: " + b"x" * 300_000, ".glue-health-check.yml is larger than"),
        (b"!!python/object/apply:os.system [id]\n", "not valid YAML"),
        (b"role_anr: x\n", "Did you mean role_arn?"),
        (b"github_token: x\n", "may not stand in the configuration file"),
        (b"checks: []\n", "checks is not a list of 1 to 200 maps"),
        (b"checks: [{script: a.py}]\n", "check 1: name is missing"),
    ],
)
def test_check__configuration_file_wrong__says_what(checkout, body, words):
    checkout.write("a.py", "print(1)")
    checkout.write(CONFIG, body)

    assert words in refused(checkout, checkout.on_glue("check"))


@pytest.mark.parametrize("name", ["other.yml", "/nowhere/other.yml"])
def test_check__configuration_file_named_but_missing__says_so(checkout, name):
    told = refused(checkout, checkout.on_glue("check", "--script", "a.py", "--config", name))

    assert f"{name} is missing" in told


def test_check__configuration_file_outside__is_refused_under_its_own_name(checkout):
    checkout.write("../other.yml", "engine: local\n")

    told = refused(checkout, checkout.on_glue("check", "--config", "../other.yml"))

    assert "'../other.yml' is not a path inside the checkout" in told


def test_check__configuration_file_is_a_link_that_leaves__is_refused(checkout):
    secret = checkout.write("../secret", "token: hunter2\n")
    (checkout.root / CONFIG).symlink_to(secret)

    told = refused(checkout, checkout.on_glue("check"))

    assert "is a symbolic link. Commit the file itself." in told
    assert "hunter2" not in told


def test_check__configuration_file_is_a_folder__is_refused(checkout):
    (checkout.root / "conf").mkdir()

    told = refused(checkout, checkout.on_glue("check", "--config", "conf"))

    assert "conf is a folder" in told


def test_check__configuration_file_named_absolutely__is_the_operators_and_read(checkout, tmp_path):
    path = tmp_path / "operator.yml"
    path.write_text("script: nowhere.py\n")

    told = refused(checkout, checkout.on_glue("check", "--config", str(path)))

    assert "nowhere.py is missing" in told


# --- the script ----------------------------------------------------------------------------------


def make_missing(checkout):
    return "it is missing"


def make_empty(checkout):
    checkout.write("jobs/a.py", " \n\n")
    return "is empty"


def make_folder(checkout):
    (checkout.root / "jobs/a.py").mkdir(parents=True)
    return "is a folder"


def make_link_outside(checkout):
    checkout.write("../outside.py", "print('hunter2')")
    (checkout.root / "jobs").mkdir()
    (checkout.root / "jobs/a.py").symlink_to("../../outside.py")
    return "is a symbolic link"


def make_folder_link_outside(checkout):
    checkout.write("../elsewhere/a.py", "print('hunter2')")
    (checkout.root / "jobs").symlink_to("../elsewhere")
    return "lies behind jobs, which is a symbolic link"


def make_loop(checkout):
    (checkout.root / "jobs").mkdir()
    (checkout.root / "jobs/a.py").symlink_to("a.py")
    return "jobs/a.py"


def make_dangling_link(checkout):
    (checkout.root / "jobs").mkdir()
    (checkout.root / "jobs/a.py").symlink_to("b.py")
    return "is a symbolic link"


def make_latin(checkout):
    checkout.write("jobs/a.py", b"# ok\nprint('caf\xe9')\n")
    return "is not UTF-8 (line 2, byte "


def make_pipe(checkout):
    (checkout.root / "jobs").mkdir()
    os.mkfifo(checkout.root / "jobs/a.py")
    return "is no plain file"


def make_below_a_file(checkout):
    checkout.write("jobs", "")
    return "jobs/a.py"


@pytest.mark.parametrize(
    "make",
    [
        make_missing,
        make_empty,
        make_folder,
        make_link_outside,
        make_folder_link_outside,
        make_loop,
        make_dangling_link,
        make_latin,
        make_pipe,
        make_below_a_file,
    ],
)
@pytest.mark.parametrize("engine", ["glue", "local"])
def test_check__script_cannot_be_used__says_why(checkout, make, engine):
    words = make(checkout).removeprefix("it ")

    outcome = checkout.on_glue("check", "--engine", engine, "--script", "jobs/a.py")

    told = refused(checkout, outcome)
    assert words in told
    assert "jobs/a.py" in told
    assert "hunter2" not in told


@pytest.mark.parametrize("path", ["/etc/passwd", "../a.py", "jobs/../../a.py", "jobs/*.py"])
def test_check__script_is_no_path_of_the_checkout__says_so(checkout, path):
    checkout.write("../a.py", "print(1)")

    told = refused(checkout, checkout.on_glue("check", "--script", path))

    assert path in told


def test_check__a_script_without_its_option__is_told_alone(checkout):
    told = refused(checkout, checkout.run("check", "jobs/a.py", **checkout.aws))

    assert "Did you mean --script jobs/a.py?" in told
    assert "script is required" not in told


def test_check__other_files_by_their_whole_path__are_read_as_those_of_the_checkout(checkout):
    checkout.write("jobs/a.py", "print(1)")
    checkout.write("lib/rows.py", "")
    checkout.write("data/a.csv", "1")
    lib, data = checkout.root / "lib", checkout.root / "data"
    options = ("--extra-py-files", str(lib), "--extra-files", str(data / "a.csv"))
    fixtures = ("--fixtures", f"{data}=s3://bucket/a/", "--engine", "local")

    outcome = checkout.run("check", "--dry-run", "--script", "jobs/a.py", *options, *fixtures)

    assert outcome.code == 0, outcome.err
    assert str(checkout.root) not in outcome.out


def test_check__script_by_its_whole_path__is_read_as_one_of_the_checkout(checkout):
    checkout.write("jobs/a.py", "print(1)")
    path = checkout.root / "jobs/a.py"

    outcome = checkout.on_glue("check", "--dry-run", "--script", str(path))

    assert outcome.code == 0
    assert str(path) not in outcome.out
    assert "jobs/a.py" in outcome.out


@pytest.mark.parametrize("make", [make_link_outside, make_folder_link_outside])
def test_check__script_by_its_whole_path_is_a_link__is_refused(checkout, make):
    words = make(checkout)

    told = refused(
        checkout, checkout.on_glue("check", "--script", str(checkout.root / "jobs/a.py"))
    )

    assert words in told
    assert "hunter2" not in told


def test_check__two_files_missing__names_both(checkout):
    checkout.write(CONFIG, "checks:\n- {name: a, script: a.py}\n- {name: b, script: b.py}\n")

    told = refused(checkout, checkout.on_glue("check"))

    assert "a: script: a.py is missing" in told
    assert "b: script: b.py is missing" in told


def test_check__settings_and_files_are_wrong__are_told_together_and_nothing_twice(checkout):
    outcome = checkout.run(
        *("check", "--script", "missing.py", "--role-arn", "x", "--scripts-bucket", "some-bucket"),
        *("--trigger-function", "ghc-trigger", "--fail-on-log-pattern", "("),
        *("--timeout-minutes", "soon"),
    )

    assert outcome.code == 2
    told = [line for line in outcome.err.splitlines() if line.startswith("error: ")]
    assert len(told) == 5
    for part in ("--role-arn", "--timeout-minutes", "trigger_function", "missing.py", "'('"):
        assert sum(part in line for line in told) == 1
    assert "is required" not in outcome.err


def test_check__refused_after_an_earlier_build__leaves_no_verdict_of_that_one(checkout):
    for name in ("report.md", "report.json"):
        checkout.write(f"glue-health-check-report/{name}", "passed")
    checkout.write("a.py", "print(1)")

    outcome = checkout.on_glue("check", "--script", "gone.py")

    assert outcome.code == 2
    assert not any(name.endswith(("report.md", "report.json")) for name in checkout.files)


def test_check__dry_run__leaves_an_earlier_report(checkout):
    checkout.write("glue-health-check-report/report.json", "{}")
    checkout.write("a.py", "print(1)")

    checkout.on_glue("check", "--dry-run", "--script", "a.py")

    assert any(name.endswith("report.json") for name in checkout.files)
