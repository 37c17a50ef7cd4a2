"""An observer and a reporter that write down what they are told."""

from dataclasses import dataclass, field

from plugin.core.result import CheckResult, Report


@dataclass
class RecordingObserver:
    """The Observer port: what was told, in order."""

    states: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    results: list[CheckResult] = field(default_factory=list)

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        self.states.append(state)
        self.details.append(detail)

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        self.lines += lines

    def finished(self, result: CheckResult) -> None:
        self.results.append(result)


@dataclass
class BrokenObserver(RecordingObserver):
    """An observer that dies at a state."""

    dies_at: str = ""

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        super().state_changed(check_name, state, detail)
        if state == self.dies_at:
            raise BrokenPipeError(f"nobody listens to {state}")


@dataclass
class RecordingReporter:
    """The Reporter port: the reports, or a failure."""

    name: str = "recording"
    failure: Exception | None = None
    reports: list[Report] = field(default_factory=list)

    def report(self, report: Report) -> None:
        if self.failure is not None:
            raise self.failure
        self.reports.append(report)
