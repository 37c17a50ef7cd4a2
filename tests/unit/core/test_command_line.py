"""The command line: made from the table, and never an exception."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.command_line import LATER, CommandLine, help_text, parse
from plugin.core.commands import _TAKEN, COMMANDS, takes
from plugin.core.settings import table
from plugin.core.settings.kinds import Flag
from plugin.core.settings.many import Several, Table

WORDS = st.sampled_from(
    [
        *(row.flag for row in table().values()),
        *(f"{row.flag}=x" for row in table().values()),
        *COMMANDS,
        *LATER,
        *("--", "-", "-h", "-hx", "--help=x", "--version", "--dry-run", "--only", "--port"),
        *("-1", "x", "@x", "true", "--no-such", "-x", "a b", "", "=", "--="),
    ]
)
ANY_WORD = WORDS | st.text(st.characters(exclude_categories=()), max_size=8)


@given(st.lists(ANY_WORD, max_size=6))
def test_parse__any_words__are_a_command_line(argv):
    line = parse(argv)

    assert isinstance(line, CommandLine)
    assert line.problems or line.command in COMMANDS
    assert set(line.flags) <= set(table())


@pytest.mark.parametrize("argv", [["--script"], ["--port", "x"], ["--dry-run=x"], ["-hx"]])
def test_parse__unreadable__is_one_problem(argv):
    (problem,) = parse(argv).problems

    assert problem.startswith("The command line cannot be read: ")


@pytest.mark.parametrize("port", ["-1", "65536", "\u0661", "1" * 5000, "80a", ""])
def test_parse__no_port__is_a_problem(port):
    (problem,) = parse(["local", "--port", port]).problems

    assert "is not a port from 0 to 65535" in problem
    assert len(problem) < 200


@pytest.mark.parametrize("port", ["0", "80", "65535"])
def test_parse__a_port__is_taken(port):
    line = parse(["local", "--port", port])

    assert (line.port, line.problems) == (int(port), ())


@pytest.mark.parametrize("text", ["", "0a1b2c", "0A1B2C3D4E5F", "0a1b2c3d4e5f\n", "../" * 30])
def test_parse__no_build_id__is_a_problem(text):
    (problem,) = parse(["cleanup", "--build-id", text]).problems

    assert "is no build id: 12 of 0-9 and a-f" in problem
    assert len(problem) < 200


def test_parse__build_ids__are_kept_once_each():
    one, two = "0a1b2c3d4e5f", "ffffffffffff"

    line = parse(["cleanup", "--build-id", one, "--build-id", two, "--build-id", one])

    assert (line.build_ids, line.problems) == ((one, two), ())


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("chekc", "'chekc' is no command. Did you mean check?"),
        ("xyz", "'xyz' is no command. There are: check, cleanup, sweep, local."),
        ("doctor", "doctor is not in this version yet."),
        ("init", "init is not in this version yet."),
        ("jobs/a.py", "'jobs/a.py' is no command. Did you mean --script jobs/a.py?"),
    ],
)
def test_parse__no_command__is_a_problem(word, problem):
    assert parse([word]).problems == (problem,)


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (["--role-arm=x"], "'--role-arm' is unknown. Did you mean --role-arn?"),
        (["check", "--qqqq"], "'--qqqq' is unknown. See --help."),
        (["check", "twice"], "'twice' is unknown. See --help."),
        (["check", "jobs/a.py"], "'jobs/a.py' is unknown. Did you mean --script jobs/a.py?"),
        (["check", "s3://b/a.py"], "'s3://b/a.py' is unknown. Did you mean --script s3://b/a.py?"),
        (["check", "a b.py"], "'a b.py' is unknown. See --help."),
        (["--scrip", "x"], "'--scrip' is unknown. Did you mean --script?"),
        (["--cii=x"], "'--cii' is unknown. Did you mean --ci?"),
    ],
)
def test_parse__unknown_argument__is_a_problem_with_the_nearest(argv, problem):
    assert parse(argv).problems == (problem,)


@pytest.mark.parametrize(
    "argv",
    [
        ["--github-tokn", "ghp_hidden"],
        ["check", "--github-tokn", "ghp_hidden"],
        ["--github-tokn=ghp_hidden"],
        ["--github-tokn", "ghp_hidden", "check"],
        ["check", "--github-token", "-ghp_hidden"],
        ["--only", "a", "--webhook-secrt", "ghp_hidden", "--port", "x"],
    ],
)
def test_parse__secret_after_a_slip__is_in_no_problem(argv):
    problems = parse(argv).problems

    assert problems
    assert "hidden" not in "\n".join(problems).replace("'-ghp_hidden' is unknown", "")


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (["sweep", "--build-id", "0" * 12], "--build-id is for cleanup, not for sweep."),
        (["--build-id", "0" * 12], "--build-id is for cleanup, not for check."),
        (["cleanup", "--only", "a"], "--only is for check, not for cleanup."),
        (["check", "--port", "0"], "--port is for local, not for check."),
        (["local", "--dry-run"], "--dry-run is for check, cleanup and sweep, not for local."),
    ],
)
def test_parse__an_option_of_another_command__is_a_problem(argv, problem):
    assert parse(argv).problems == (problem,)


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (["cleanup", "--build-id", "x"], "cleanup"),
        (["cleanup", "--bild-id", "x"], "cleanup"),
        (["--bild-id", "x", "sweep"], "sweep"),
        (["--dry-run", "sweep", "--port", "x"], "sweep"),
        (["--debug", "local", "--port", "x"], "local"),
        (["--script", "sweep", "--port", "x"], "check"),
        (["chekc"], "check"),
    ],
)
def test_parse__a_mistake__is_judged_as_the_commands_that_was_meant(argv, command):
    line = parse(argv)

    assert (line.command, bool(line.problems)) == (command, True)


@pytest.mark.parametrize("before", [["--"], ["--config", "-"]])
@pytest.mark.parametrize("mistake", [[], ["--bild-id=x"]])
def test_parse__dashes_alone_before_the_command__leave_it_the_command(before, mistake):
    line = parse([*mistake, *before, "sweep"])

    assert (line.command, len(line.problems)) == ("sweep", len(mistake))


@pytest.mark.parametrize(
    ("argv", "is_named", "is_misspelt"),
    [([], False, False), (["check"], True, False), (["chekc"], True, True)],
)
def test_parse__command__is_known_to_be_named_or_misspelt(argv, is_named, is_misspelt):
    line = parse(argv)

    assert (line.is_named, line.is_misspelt) == (is_named, is_misspelt)


def test_parse__beginning_of_a_flag__is_not_the_flag():
    assert parse(["--scri=x"]).problems != ()


def test_parse__several_problems__are_told_at_once():
    assert len(parse(["--aaaa", "--bbbb=1", "--role-arm"]).problems) == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_parse__command__is_taken(command):
    line = parse([command])

    assert (line.command, line.problems) == (command, ())


def test_parse__nothing__is_check_without_flags():
    assert parse([]) == CommandLine()


@pytest.mark.parametrize("row", table().values(), ids=lambda row: row.name)
def test_parse__flag_of_each_setting__is_its_raw_value(row):
    joined, apart = parse([f"{row.flag}=1"]), parse([row.flag, "1"])

    assert joined == apart
    assert joined.flags == {row.name: ["1"] if isinstance(row.kind, Table) else "1"}


@pytest.mark.parametrize(
    "row", [row for row in table().values() if isinstance(row.kind, Flag)], ids=lambda row: row.name
)
@pytest.mark.parametrize(
    ("words", "command", "value"),
    [([], "check", "true"), (["sweep"], "sweep", "true"), (["False"], "check", "False")],
)
def test_parse__bare_flag__is_true_and_leaves_the_command_alone(row, words, command, value):
    line = parse([row.flag, *words])

    assert (line.command, line.flags, line.problems) == (command, {row.name: value}, ())


@pytest.mark.parametrize(
    "row",
    [row for row in table().values() if isinstance(row.kind, Several | Table)],
    ids=lambda row: row.name,
)
def test_parse__flag_given_twice__adds_up(row):
    raw = parse([row.flag, "a=1", row.flag, "b=2"]).flags[row.name]

    assert raw == (["a=1", "b=2"] if isinstance(row.kind, Table) else "a=1\nb=2")


def test_parse__own_options__are_read():
    line = parse(
        ["local", "--host", "::1", "--port", "4566"],
    )
    check = parse(["--dry-run", "--only", "a", "--only", "b"])

    assert (line.host, line.port, line.problems) == ("::1", 4566, ())
    assert (check.dry_run, check.only, check.problems) == (True, ("a", "b"), ())
    assert (check.host, check.port) == ("127.0.0.1", 0)
    assert parse(["-h"]).wants_help
    assert parse(["--help"]).wants_help
    assert parse(["--version"]).wants_version


def test_help_text__of_a_command__has_what_it_takes_and_nothing_else():
    texts = {command: help_text(command) for command in COMMANDS}

    assert "--build-id" in texts["cleanup"]
    assert not any("--build-id" in texts[other] for other in ("check", "sweep", "local"))
    assert "--sweep-older-than-hours" in texts["sweep"]
    assert "--sweep-older-than-hours" not in texts["check"] + texts["cleanup"]
    assert "--port" in texts["local"]
    assert not any("--worker-type" in texts[other] for other in ("cleanup", "sweep", "local"))
    assert "--worker-type" in texts["check"]


@pytest.mark.parametrize("command", ["cleanup", "sweep", "local"])
def test_takes__each_setting_it_names__is_in_the_table(command):
    assert _TAKEN[command] <= set(table())


def test_help_text__each_setting_and_command__is_in_it():
    text = help_text()

    assert all(re.search(rf"{row.flag}\b", text) for row in table().values())
    assert all(f"{name}: {about}" in " ".join(text.split()) for name, about in COMMANDS.items())
    assert "`" not in text


def test_help_text__of_any__says_how_to_call_it_what_for_and_what_the_exit_codes_mean():
    lines = help_text().splitlines()

    assert lines[0] == "usage: glue-health-check [COMMAND] [--setting VALUE …]"
    assert "Does this AWS Glue script still run on Glue?" in lines
    assert lines[-1] == (
        "Exit codes: 0 passed, 1 failed, 2 wrong settings, 3 errored, 4 a required reporter failed,"
        " 130 and 143 cancelled."
    )


@pytest.mark.parametrize(
    "option",
    [
        r"COMMAND\s+check: ",
        r"-h, --help\s+print this",
        r"--version\s+print the version",
        r"--debug \[DEBUG\]\s",  # a flag may stand without a value
        r"--script SCRIPT\s",
    ],
)
def test_help_text__of_check__says_how_each_option_is_written(option):
    assert re.search(rf"^  {option}", help_text("check"), re.MULTILINE)


@pytest.mark.parametrize(
    "argv", [["sh", "-c", "x"], ["/bin/bash"], ["cat"], ["-c", "if [ -x /bin/sh ]; then exec sh"]]
)
def test_parse__a_host_started_a_shell__is_told_about_the_entry_point(argv):
    problems = parse(argv).problems

    assert any("entrypoint" in problem for problem in problems)


def test_help_text__of_a_command__says_what_each_setting_is_and_its_default():
    text = "".join(help_text("check").split())

    rows = [row for name, row in table().items() if takes("check", name)]
    told = [f"{row.about} Default: {row.default_in_words}.".replace("`", "") for row in rows]
    assert [about for about in told if "".join(about.split()) not in text] == []


@pytest.mark.parametrize("argv", [["check", "--dry-run", "sweep"], ["--only=x", "sweep"]])
def test_parse__one_word_too_many__leaves_the_first_command(argv):
    line = parse([*argv, "--port", "x"])

    assert line.command == next(word for word in argv if word in COMMANDS)
