"""The console, read back as GitHub's runner reads it; nothing that a job says is a command."""

import io
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.core.build import Host
from plugin.core.render import outputs
from plugin.core.result import Leftover, Place
from plugin.core.verdict import Verdict
from plugin.reporters.console import BUFFERED_LINES, PREFIX, Console
from tests.unit.reporters.readers import HOSTILE_TEXT, data_as_github_reads
from tests.unit.reporters.samples import (
    ERRORED,
    FAILED,
    HOSTILE_REPORT,
    HOSTILE_TOKENS,
    PAGES,
    PASSED,
    SAMPLES,
    StillClock,
    report_of,
)

OURS = {"group", "endgroup", "stop-commands", "error", "warning"}


class Setup:
    """A console on a stream in memory."""

    def __init__(self, *, host=Host.GITHUB, is_live=True, **options):
        self.stream = io.StringIO()
        self.clock = StillClock()
        numbers = count(1)
        self.console = Console(
            self.stream,
            host=host,
            is_live=is_live,
            clock=self.clock,
            token=lambda: f"token{next(numbers)}",
            report_path=lambda: "out/report.md",
            **options,
        )

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().split("\n")[:-1]


def commands_of(lines: list[str]) -> list[str]:
    """The workflow commands that GitHub's runner obeys; raises on one it cannot place."""
    commands: list[str] = []
    token = ""
    depth = 0
    for line in lines:
        trimmed = line.strip()
        assert "##[" not in line
        if token:
            token = "" if trimmed == f"::{token}::" else token
            continue
        if not trimmed.startswith("::"):
            continue
        name, _, data = trimmed[2:].partition("::")
        commands.append(name.split(" ")[0])
        token = data if name == "stop-commands" else ""
        depth += {"group": 1, "endgroup": -1}.get(name, 0)
        assert depth in {0, 1}, "a group in a group"
    assert not token, "commands are still stopped at the end"
    assert depth == 0, "a group is still open at the end"
    return commands


def test_console__one_check__streams_the_log_in_a_group_before_our_next_line():
    setup = Setup()

    setup.console.state_changed("flights", "STARTING", "waiting for resources")
    setup.clock.seconds = 12
    setup.console.state_changed("flights", "RUNNING", "")
    setup.console.log_lines("flights", ("one",))
    setup.console.log_lines("flights", ("two", "::error::three"))
    setup.clock.seconds = 73
    setup.console.state_changed("flights", "cleaning up", "")
    setup.console.log_lines("flights", ("late",))
    setup.console.finished(PASSED)

    assert setup.lines == [
        "flights  STARTING  after 0 s  waiting for resources",
        "flights  RUNNING  after 12 s",
        "::group::Log of flights",
        "::stop-commands::token1",
        "  | one",
        "  | two",
        "  | : :error::three",
        "::token1::",
        "::endgroup::",
        "flights  cleaning up  after 1 min 13 s",
        "::group::Log of flights",
        "::stop-commands::token2",
        "  | late",
        "::token2::",
        "::endgroup::",
        "flights  passed  after 1 min 12 s",
    ]


@pytest.mark.parametrize("host", [Host.DRONE, Host.JENKINS, Host.PLAIN])
def test_console__another_host__has_a_header_and_no_command(host):
    setup = Setup(host=host)

    setup.console.log_lines("flights", ("one",))
    setup.console.finished(PASSED)

    assert setup.lines == ["Log of flights", "  | one", "flights  passed  after 1 min 12 s"]


def test_console__several_checks__prints_each_log_whole_when_its_check_ends():
    setup = Setup(is_live=False)

    setup.console.log_lines("flights", ("f1",))
    setup.console.log_lines("airports", ("a1",))
    setup.console.log_lines("flights", ("f2",))
    setup.console.state_changed("airports", "RUNNING", "")
    setup.console.finished(PASSED)
    setup.console.finished(FAILED)

    assert [line for line in setup.lines if not line.startswith("::")] == [
        "airports  RUNNING  after 0 s",
        "  | f1",
        "  | f2",
        "flights  passed  after 1 min 12 s",
        "  | a1",
        "airports  failed  after 1 min 12 s",
    ]
    assert commands_of(setup.lines) == ["group", "stop-commands", "endgroup"] * 2


def test_console__a_log_too_long_to_keep__shows_its_end_and_says_so():
    setup = Setup(is_live=False)

    for _ in range(6):
        setup.console.log_lines("flights", ("x",) * 999)
    setup.console.log_lines("flights", ("end",))
    setup.console.finished(PASSED)

    job = [line for line in setup.lines if line.startswith(PREFIX)]
    assert job[0] == "  | (995 earlier lines are not shown)"
    assert len(job) == 1 + BUFFERED_LINES
    assert job[-1] == "  | end"


def test_console__no_lines__opens_no_group():
    setup = Setup()

    setup.console.log_lines("flights", ())
    setup.console.finished(PASSED)

    assert commands_of(setup.lines) == []


def test_console__say_and_close__end_the_group():
    setup = Setup()

    setup.console.log_lines("flights", ("one",))
    setup.console.say("::warning::the token is missing\n")
    setup.console.log_lines("flights", ("two",))
    setup.console.close()
    setup.console.close()

    assert ": :warning::the token is missing" in setup.lines
    assert commands_of(setup.lines) == ["group", "stop-commands", "endgroup"] * 2


@pytest.mark.parametrize("host", Host)
@pytest.mark.parametrize("name", SAMPLES)
def test_console__the_ending__has_the_outputs_as_its_last_lines(name, host):
    setup = Setup(host=host)

    setup.console.report(SAMPLES[name])

    pairs = outputs(SAMPLES[name], "out/report.md")
    last = setup.lines[-len(pairs) :]
    assert [line.partition("=")[0] for line in last] == [key for key, _ in pairs]
    assert f"verdict={SAMPLES[name].verdict}" in last


@pytest.mark.parametrize("name", PAGES)
def test_console__the_ending_on_github__is_as_in_the_golden_file(name, golden):
    setup = Setup()

    setup.console.report(PAGES[name])

    golden.check(f"console/{name}.txt", setup.stream.getvalue())


def test_console__failed_with_a_place__is_annotated_there():
    setup = Setup()
    result = replace(FAILED, place=Place(file="jobs/a,b:c%.py", line=0), reason="50% x")

    setup.console.report(report_of(PASSED, result))

    line = next(line for line in setup.lines if line.startswith("::error "))
    assert line == ("::error file=jobs/a%2Cb%3Ac%25.py,line=1,title=airports failed::50%25 x")


def test_console__failed_without_a_place__is_annotated_all_the_same():
    setup = Setup(host=Host.GITHUB)

    setup.console.report(
        report_of(replace(FAILED, place=None, findings=(), reason="a finding is not ok"))
    )

    told = [line for line in setup.lines if line.startswith("::error")]
    assert told[0] == (
        f"::error file={FAILED.script},line=1,title={FAILED.name} failed::a finding is not ok"
    )


def test_console__errored_with_a_place_and_no_reason__is_annotated_with_the_verdict():
    setup = Setup()

    setup.console.report(report_of(replace(ERRORED, place=Place(file="a.py", line=3), reason="")))

    assert "::error file=a.py,line=3,title=routes errored::errored" in setup.lines


def test_console__more_failures_than_github_shows__annotates_ten():
    setup = Setup()

    setup.console.report(report_of(*[FAILED] * 14))

    assert commands_of(setup.lines) == ["error"] * 10


def test_console__leftovers__are_a_warning_on_github():
    setup = Setup()
    result = replace(PASSED, leftovers=(Leftover(kind="job", name="j%", reason="denied"),))

    setup.console.report(report_of(result))

    (line,) = [line for line in setup.lines if line.startswith("::warning title=Left behind::")]
    assert "::Left behind: job j%25%0ATo remove all of it: glue-health-check cleanup" in line


@pytest.mark.parametrize("host", [Host.DRONE, Host.JENKINS, Host.PLAIN])
def test_console__failed_on_another_host__is_not_annotated(host):
    setup = Setup(host=host)

    setup.console.report(report_of(FAILED, ERRORED))

    assert not [line for line in setup.lines if line.startswith("::")]


def test_console__warnings__are_lines_and_annotations_outside_of_the_group():
    setup = Setup()

    setup.console.log_lines("flights", ("one",))
    setup.console.warn("comment: 403.\nAdd\n\n  permissions: 50%")
    setup.console.warn("sns: no topic", is_error=True)

    assert setup.lines[-7:] == [
        "::endgroup::",
        "warning: comment: 403.",
        "    Add",
        "      permissions: 50%",
        "::warning title=Glue health check::comment: 403.%0AAdd%0A%0A  permissions: 50%25",
        "error: sns: no topic",
        "::error title=Glue health check::sns: no topic",
    ]


@pytest.mark.parametrize("host", [Host.DRONE, Host.JENKINS, Host.PLAIN])
def test_console__warnings_on_another_host__are_lines_alone(host):
    setup = Setup(host=host)

    setup.console.warn("##[error]x\n::error::y\n", is_error=True)
    setup.console.warn("")

    assert setup.lines == ["error: ## [error]x", "    : :error::y", "warning: "]


def test_console__warnings_and_failures__are_ten_of_a_kind_together():
    setup = Setup()

    for number in range(12):
        setup.console.warn(f"w{number}")
    for number in range(4):
        setup.console.warn(f"e{number}", is_error=True)
    leftover = Leftover(kind="job", name="j", reason="denied")
    setup.console.report(report_of(*[replace(FAILED, leftovers=(leftover,))] * 14))

    assert commands_of(setup.lines).count("warning") == 10
    assert commands_of(setup.lines).count("error") == 10
    assert "warning: w11" in setup.lines


def test_console__a_secret_of_several_lines__is_masked_in_a_warning():
    setup = Setup(mask=lambda text: text.replace("one\ntwo", "***"))

    setup.console.warn("key one\ntwo refused")

    assert setup.lines == [
        "warning: key *** refused",
        "::warning title=Glue health check::key *** refused",
    ]


def test_console__a_whole_line__is_printed_as_it_is_after_the_group():
    setup = Setup()

    setup.console.log_lines("flights", ("one",))
    setup.console.print_whole("\x1b]1338;e30=\x1b]0m\n")

    assert setup.lines[-2:] == ["::endgroup::", "\x1b]1338;e30=\x1b]0m"]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["state", "log", "say", "warn", "finished"]), HOSTILE_TEXT, HOSTILE_TEXT
    ),
    max_size=8,
)


@settings(max_examples=40)  # each tells a whole hostile report
@given(EVENTS, st.booleans())
def test_console__any_text_in_any_order__only_our_commands_are_obeyed(events, is_live):
    setup = Setup(is_live=is_live)

    for kind, name, text in events:
        match kind:
            case "state":
                setup.console.state_changed(name, text, text)
            case "log":
                setup.console.log_lines(name, (text, text))
            case "say":
                setup.console.say(text)
            case "warn":
                setup.console.warn(text, is_error=is_live)
            case _:
                setup.console.finished(replace(PASSED, name=name))
    setup.console.report(HOSTILE_REPORT)

    assert set(commands_of(setup.lines)) <= OURS
    assert "\x1b" not in setup.stream.getvalue()
    assert "\r" not in setup.stream.getvalue()


def test_console__a_title_with_a_percent__is_read_back():
    setup = Setup()

    setup.console.log_lines("100%0A", ("x",))

    assert data_as_github_reads(setup.lines[0]) == "::group::Log of 100%0A"


def test_console__secrets__are_masked_before_anything_is_cut():
    setup = Setup(mask=lambda text: text.replace("s3cret", "***"))

    setup.console.state_changed("s3cret", "s3cret", "s3cret")
    setup.console.log_lines("flights", ("x" * 3_997 + "s3cret",))
    setup.console.say("s3cret")
    setup.console.finished(replace(PASSED, name="s3cret"))
    setup.console.report(report_of(replace(FAILED, reason="s3cret", hint="s3cret")))

    assert "s3c" not in setup.stream.getvalue()


def test_console__an_encoding_that_lacks_characters__spells_them():
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="ascii", errors="strict", newline="\n")
    console = Console(stream, host=Host.PLAIN, is_live=True, clock=StillClock(), token=lambda: "t")

    console.log_lines("flights", ("é 漢 👍 \ud800",))
    console.report(SAMPLES["several"])

    assert b"\\xe9 \\u6f22 \\U0001f44d \\ud800" in written.getvalue()


class Gone(io.StringIO):
    """A pipe whose reader has left."""

    def write(self, text):
        raise BrokenPipeError(32, "Broken pipe")


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [Gone(), closed()])
def test_console__nobody_listens__never_raises(stream):
    console = Console(stream, host=Host.GITHUB, is_live=True, clock=StillClock(), token=lambda: "t")

    console.state_changed("flights", "RUNNING", "")
    console.log_lines("flights", HOSTILE_TOKENS)
    console.finished(PASSED)
    console.report(HOSTILE_REPORT)
    console.close()

    assert console.name == "console"


def test_console__many_threads__never_mix_the_logs_of_two_checks():
    setup = Setup(is_live=False)
    start = threading.Barrier(8)

    def one_check(number: int) -> None:
        start.wait()
        for line in range(200):
            setup.console.log_lines(f"c{number}", (f"{number} {line}",))
            setup.console.state_changed(f"c{number}", "RUNNING", "")
        setup.console.finished(replace(PASSED, name=f"c{number}"))

    threads = [threading.Thread(target=one_check, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    job = [line.removeprefix(PREFIX) for line in setup.lines if line.startswith(PREFIX)]
    blocks = [job[index : index + 200] for index in range(0, 1_600, 200)]
    assert all(block == [f"{block[0][0]} {line}" for line in range(200)] for block in blocks)
    assert commands_of(setup.lines).count("group") == 8
    assert Verdict.PASSED in setup.lines[-1]


class Slow(io.StringIO):
    """Takes its time, and notes when two write at once."""

    def __init__(self) -> None:
        super().__init__()
        self.writers = 0
        self.most = 0

    def write(self, text: str) -> int:
        self.writers += 1
        self.most = max(self.most, self.writers)
        time.sleep(0.001)
        self.writers -= 1
        return super().write(text)


ACTS: dict[str, Callable[[Console, str], None]] = {
    "state": lambda console, name: console.state_changed(name, "RUNNING", ""),
    "log": lambda console, name: console.log_lines(f"{name}b", ("y",)),
    "say": lambda console, name: console.say("x"),
    "warn": lambda console, name: console.warn("x"),
    "whole": lambda console, name: console.print_whole("x\n"),
    "finished": lambda console, name: console.finished(replace(PASSED, name=name)),
    "report": lambda console, name: console.report(report_of(PASSED)),
    "close": lambda console, name: console.close(),
}


@pytest.mark.parametrize("act", ACTS)
def test_console__many_threads__only_one_prints_at_a_time(act):
    stream = Slow()
    numbers = count(1)
    console = Console(
        stream,
        host=Host.GITHUB,
        is_live=True,
        clock=StillClock(),
        token=lambda: f"token{next(numbers)}",
    )
    start = threading.Barrier(4)

    def print_some(name: str) -> None:
        start.wait()
        for _ in range(5):
            console.log_lines(name, ("x",))
            ACTS[act](console, name)

    threads = [threading.Thread(target=print_some, args=(f"c{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    console.close()

    assert stream.most == 1
    assert set(commands_of(stream.getvalue().split("\n"))) <= OURS


def test_console__a_check_that_was_given_up_goes_on__outputs_stay_the_last_lines():
    setup = Setup(is_live=False)
    setup.console.log_lines("flights", ("one",))
    setup.console.report(report_of(PASSED))
    ended = setup.stream.getvalue()

    setup.console.state_changed("flights", "CLEANING", "")
    setup.console.log_lines("flights", ("two",))
    setup.console.finished(PASSED)
    setup.console.say("late")
    setup.console.warn("late")
    setup.console.print_whole("late\n")
    setup.console.close()

    assert setup.stream.getvalue() == ended
