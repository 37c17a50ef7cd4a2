"""The table for a person at a terminal, on a terminal in memory."""

import io
import os
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from plugin.core.build import Host
from plugin.reporters.console import Console
from plugin.reporters.live import LiveTable, console_for
from tests.unit.reporters.samples import FAILED, HOSTILE, PASSED, StillClock, report_of


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _a_terminal_that_can_move(_empty_environment) -> None:
    os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40")


def observer_for(stream, *, host=Host.PLAIN, clock=None, is_live=False, **options):
    return console_for(
        stream,
        host=host,
        is_live=is_live,
        **options,
        clock=clock or StillClock(),
        token=lambda: "t",
        mask=lambda text: text.replace("s3cret", "***"),
        report_path=lambda: "out/report.md",
    )


@pytest.mark.parametrize(
    ("stream", "host", "kind"),
    [
        (Terminal(), Host.PLAIN, LiveTable),
        (Terminal(), Host.GITHUB, Console),
        (Terminal(), Host.JENKINS, Console),
        (io.StringIO(), Host.PLAIN, Console),
    ],
)
def test_console_for__only_a_person_at_a_terminal__gets_the_table(stream, host, kind):
    assert type(observer_for(stream, host=host)) is kind


def test_console_for__a_ci_host_that_gives_a_terminal__gets_the_plain_console_and_the_outputs():
    stream = Terminal()
    console = observer_for(stream, is_ci=True)

    console.report(report_of(PASSED))

    assert type(console) is Console
    assert stream.getvalue().endswith(f"console_url={PASSED.console_url}\n")


def test_console_for__a_terminal_that_cannot_move__gets_the_plain_console_without_outputs():
    os.environ["TERM"] = "dumb"
    stream = Terminal()
    console = observer_for(stream)

    console.report(report_of(PASSED))

    assert type(console) is Console
    assert stream.getvalue().endswith("\n\nReport: out/report.md\n")
    assert "console_url=" not in stream.getvalue()


def test_live_table__a_run_of_two_checks__ends_with_the_plain_ending():
    stream, clock = Terminal(), StillClock()
    table = observer_for(stream, clock=clock)

    table.state_changed("flights", "RUNNING", "")
    table.log_lines("flights", ("line of the job", "  "))
    table.say("a warning of s3cret")
    clock.seconds = 12
    table.state_changed("airports", "STARTING", "waiting")
    table.finished(PASSED)
    table.finished(FAILED)
    table.report(report_of(PASSED, FAILED))

    shown = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert "a warning of ***" in shown
    assert re.search(r"flights +passed +1 min 12 s", shown)
    assert "Log of airports\n  | (205 earlier lines are not shown)\n  | Traceback (most" in shown
    assert "Log of flights" not in shown
    assert shown.endswith("\n\nReport: out/report.md\n")  # outputs are for programs
    assert "console_url=" not in shown
    assert stream.getvalue().rstrip().count("\x1b[?25h") >= 1


def test_live_table__while_a_check_runs__shows_time_and_last_line():
    stream, clock = Terminal(), StillClock()
    table = observer_for(stream, clock=clock)

    table.state_changed("flights", "RUNNING", "")
    table.log_lines("flights", ("the last line", ""))
    clock.seconds = 75
    table.close()

    shown = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert re.search(r"flights +RUNNING +1 min 15 s +the last line", shown)


def frames_of(table, stream):
    """What stands on the terminal after each change: of each, the table's lines without colours."""
    steps = (
        lambda: table.state_changed("flights", "UPLOADING", "2 file(s)"),
        lambda: table.state_changed("flights", "SUBMITTING", "a long detail " * 30),
        lambda: table.log_lines("flights", ("漢字 " * 100, "")),
        lambda: table.finished(PASSED),
        lambda: table.finished(FAILED),
    )
    for step in steps:
        step()
        stream.seek(0)
        stream.truncate()
        table._live.refresh()
        shown = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
        yield shown.replace("\r", "").splitlines()


def test_live_table__states_details_and_times_change__columns_and_height_stand_still():
    stream = Terminal()
    table = observer_for(stream, names=["flights", PASSED.name, FAILED.name, "a-long-check-name"])

    frames = list(frames_of(table, stream))
    table.close()

    heads = {frame[0].rstrip() for frame in frames}
    assert len(heads) == 1
    (head,) = heads
    for number, frame in enumerate(frames):
        assert len(frame) == 1 + max(1, number - 2), frame  # one line for each check
        for row in frame[1:]:
            for column in ("state", "time", "last"):
                assert row[head.index(column) - 1] == " ", row


def test_live_table__a_key_is_echoed_behind_it__takes_no_line_of_its_own():
    stream = Terminal()
    table = observer_for(stream, names=["flights", PASSED.name, FAILED.name])

    frames = list(frames_of(table, stream))
    table.close()

    echoed = "^C" * 4  # between two drawings: the next one wipes them out
    assert frames
    assert all(cell_len(line + echoed) <= 120 for frame in frames for line in frame)


@pytest.mark.parametrize(
    ("tail", "total", "words"),
    [
        (23, 23, "  | (3 earlier lines are not shown)\n  | line 3\n"),
        (40, 900, "  | (880 earlier lines are not shown)\n  | line 20\n"),
        (21, 21, "  | (1 earlier line is not shown)\n  | line 1\n"),
        (20, 20, "  | line 0\n"),
    ],
)
def test_live_table__a_log_of_more_lines_than_it_shows__says_how_many_are_not(tail, total, words):
    stream = Terminal()
    table = observer_for(stream)
    lines = tuple(f"line {number}" for number in range(tail))

    table.report(report_of(replace(FAILED, log_tail=lines, log_lines=total)))

    assert f"Log of {FAILED.name}\n{words}" in stream.getvalue()
    assert stream.getvalue().count("  | line") == 20


def test_live_table__a_state_without_a_detail__does_not_keep_that_of_the_one_before():
    stream = Terminal()
    table = observer_for(stream)

    table.state_changed("flights", "SUBMITTING", "asking Glue")
    table.state_changed("flights", "RUNNING", "")
    stream.truncate(stream.seek(0))
    table.close()

    assert "RUNNING" in stream.getvalue()
    assert "asking" not in stream.getvalue()


def test_live_table__a_name_that_is_too_long__is_cut():
    stream = Terminal()
    table = observer_for(stream)

    table.state_changed("n" * 100, "RUNNING", "detail")
    table.close()

    shown = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert re.search(r"n{39}… +RUNNING .*detail", shown)


def test_live_table__hostile_everywhere__moves_nothing_by_itself():
    stream = Terminal()
    table = observer_for(stream)

    table.state_changed(HOSTILE, HOSTILE, HOSTILE)
    table.log_lines(HOSTILE, ("\x1b]0;title\x07", "[red]markup[/red] \x1b[2J\x1b]1338;"))
    table.finished(replace(FAILED, name=HOSTILE, reason=f"\x1b[2J {HOSTILE}"))
    table.say(HOSTILE)
    table.report(report_of(replace(FAILED, name=HOSTILE)))

    assert "\x1b]" not in stream.getvalue()
    assert "\x1b[2J" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_live_table__warnings__stand_above_the_table_masked_and_harmless():
    stream = Terminal()
    table = observer_for(stream)

    table.state_changed("flights", "RUNNING", "")
    table.warn("comment: s3cret\n\x1b[2Jadd permissions")
    table.warn("sns: no topic", is_error=True)
    table.close()

    shown = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert "warning: comment: ***" in shown
    assert "    add permissions" in shown
    assert "error: sns: no topic" in shown
    assert "::" not in shown


def test_live_table__a_whole_line__comes_after_the_table_has_ended():
    stream = Terminal()
    table = observer_for(stream)

    table.state_changed("flights", "RUNNING", "")
    table.print_whole("\x1b]1338;e30=\x1b]0m\n")

    assert stream.getvalue().endswith("\x1b]1338;e30=\x1b]0m\n")
    assert "\x1b[?25h" in stream.getvalue()


class Gone(Terminal):
    def write(self, text):
        raise BrokenPipeError(32, "Broken pipe")


def test_live_table__the_terminal_is_gone__never_raises():
    table = observer_for(Gone())

    table.state_changed("flights", "RUNNING", "")
    table.log_lines("flights", ("x",))
    table.say("x")
    table.warn("x")
    table.print_whole("x\n")
    table.finished(PASSED)
    table.report(report_of(PASSED))

    assert table.name == "console"


def test_live_table__a_check_that_was_given_up_goes_on__outputs_stay_the_last_lines():
    stream = Terminal()
    table = observer_for(stream)
    table.state_changed("flights", "RUNNING", "")
    table.report(report_of(PASSED))
    ended = stream.getvalue()

    table.state_changed("flights", "CLEANING", "")
    table.finished(PASSED)
    table.say("late")
    table.warn("late")
    table.close()

    assert stream.getvalue() == ended
