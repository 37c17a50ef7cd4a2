"""Each reporter is guarded on its own."""

from plugin.core.errors import PluginError
from plugin.reporters import ReporterFailure, grouped, tell
from tests.unit.reporters.samples import PASSED, report_of


class Recorder:
    def __init__(self, name, error=None):
        self.name = name
        self.error = error
        self.told = []

    def report(self, report):
        self.told.append(report)
        if self.error:
            raise self.error


def test_tell__some_reporters_fail__all_are_told_and_the_failures_named():
    error = PluginError("report.md was not written.", hint="Choose another report_dir.")
    reporters = (
        Recorder("files", error),
        Recorder("console"),
        Recorder("other", KeyError("\x1b[2J::x\n")),
    )
    report = report_of(PASSED)

    failures = tell(reporters, report)

    assert [reporter.told for reporter in reporters] == [[report]] * 3
    assert failures == (
        ReporterFailure(
            name="files", reason="report.md was not written. Choose another report_dir."
        ),
        ReporterFailure(name="other", reason="KeyError: '\\x1b[2J::x\\n'"),
    )


def test_tell__a_long_and_hostile_reason__is_one_short_harmless_line():
    (failure,) = tell([Recorder("x\n", OSError("\x1b[31m::error::" + "x\n" * 1_000))], report_of())

    assert failure.name == "x"
    assert len(failure.reason) == 1_000
    assert "\n" not in failure.reason
    assert "\x1b" not in failure.reason


def test_tell__nobody_fails__returns_nothing():
    assert tell([Recorder("a")], report_of()) == ()


def test_grouped__the_same_reason_twice__is_told_once_with_both_names():
    failures = tuple(
        ReporterFailure(name=name, reason=reason)
        for name, reason in (("a", "no token"), ("b", "disk full"), ("c", "no token"))
    )

    assert grouped(failures) == ((("a", "c"), "no token"), (("b",), "disk full"))
