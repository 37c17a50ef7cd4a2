"""Everyone who is told a report in the end but the console, each made of what it needs."""

from __future__ import annotations

import random
from functools import cached_property
from typing import TYPE_CHECKING

from plugin.app.bounded import Bounded, Budget, Limit
from plugin.app.credentials import access_of
from plugin.app.parts import clients_of
from plugin.app.telling import offer_of
from plugin.app.trail import note_final
from plugin.core.audience import audience, unheard
from plugin.core.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from plugin.app.door import Door
    from plugin.app.prepare import Request
    from plugin.app.telling import Telling
    from plugin.clients.aws.clients import Clients
    from plugin.core.ports import Reporter
    from plugin.core.result import CheckResult, Report
    from plugin.reporters.commit_status import CommitStatus
    from plugin.reporters.metadata import Metadata

_GITHUB = Limit(
    who="GitHub", hint="It is not asked again. Check its status page, and this machine's proxy."
)
_LIMITS = {
    "commit_status": _GITHUB,
    "check_run": _GITHUB,
    "comment": _GITHUB,
    "sns": Limit(who="SNS", hint="Check that this machine reaches it."),
    "webhook": Limit(
        who="The receiver", hint="Check webhook_url, and that this machine reaches it."
    ),
    "metadata": Limit(who="S3", hint="Check that this machine reaches metadata_bucket."),
}
"""Those who speak over a network."""
_COMPARISON = Limit(
    who="S3",
    hint="Check that this machine reaches metadata_bucket.",
    seconds=10.0,
    hurried_seconds=1.0,
)


class _Confirming:
    """The commit status once more, after all others."""

    name = "commit_status"

    def __init__(self, status: CommitStatus) -> None:
        self._status = status

    def report(self, report: Report) -> None:
        self._status.confirm(report)


class Tellers:
    """Makes reporters by name; what several share is made once, when it is first needed."""

    def __init__(self, request: Request, telling: Telling, door: Door) -> None:
        self._request = request
        self._invocation = request.invocation
        self._plan = request.settings.plan
        self._telling = telling
        self._door = door
        self._budget = Budget(request.invocation.clock)

    def of(self, *, was_skipped: bool) -> tuple[Reporter, ...]:
        """Return who is told, in order; without the console, which is told last."""
        names = self._names(was_skipped=was_skipped)
        return tuple(self._bounded(self._made(name)) for name in names)

    def afterwards(self, failed: Collection[str], *, was_skipped: bool) -> tuple[Reporter, ...]:
        """Return who is told after all of them: the commit status looks again, if it was posted."""
        name = "commit_status"
        if name in failed or name not in self._names(was_skipped=was_skipped):
            return ()
        return (self._bounded(_Confirming(self._status)),)

    def _bounded(self, reporter: Reporter) -> Reporter:
        limit = _LIMITS.get(reporter.name)
        if limit is None:
            return reporter
        return Bounded(
            reporter,
            budget=self._budget,
            limit=limit,
            clock=self._invocation.clock,
            give_up=self._door.shut if limit is _GITHUB else None,
        )

    def missing(self, *, was_skipped: bool) -> tuple[str, ...]:
        """Return the names of those who are required and are not told."""
        offer = offer_of(self._invocation)
        return unheard(self._request.build, self._plan, offer, was_skipped=was_skipped)

    def _names(self, *, was_skipped: bool) -> tuple[str, ...]:
        offer = offer_of(self._invocation)
        names = audience(self._request.build, self._plan, offer, was_skipped=was_skipped)
        return tuple(name for name in names if name != "console")

    def compared(self, results: tuple[CheckResult, ...]) -> tuple[tuple[CheckResult, ...], str]:
        """Return the results, compared if a bucket keeps earlier reports, and a warning or nothing.

        Never raises, and does not take long: everybody is told only after it.
        """
        if not results or "metadata" not in self._names(was_skipped=False):
            return results, ""
        metadata, build = self._metadata(), self._request.build
        try:
            return self._budget.run(
                lambda: metadata.compared(results, build=build, context=self._plan.status_context),
                _COMPARISON,
            )
        except PluginError as error:
            return results, f"metadata_bucket: nothing is compared. {error}"

    def _made(self, name: str) -> Reporter:
        makers: dict[str, Callable[[], Reporter]] = {
            "files": lambda: self._telling.files,
            "junit": lambda: self._telling.junit,
            "github_files": self._github_files,
            "harness_outputs": self._harness_outputs,
            "commit_status": lambda: self._status,
            "check_run": self._check_run,
            "comment": self._comment,
            "sns": self._sns,
            "webhook": self._webhook,
            "metadata": self._metadata,
            "drone_card": self._drone_card,
        }
        return makers[name]()

    def _github_files(self) -> Reporter:
        from plugin.reporters.github_files import GithubFiles

        return GithubFiles(
            summary=self._invocation.environ.get("GITHUB_STEP_SUMMARY", ""),
            output=self._invocation.environ.get("GITHUB_OUTPUT", ""),
            token=lambda: self._invocation.draw(32),
            report_path=self._telling.files.path,
        )

    def _harness_outputs(self) -> Reporter:
        from plugin.reporters.harness_outputs import HarnessOutputs

        return HarnessOutputs(
            path=offer_of(self._invocation).output_path, report_path=self._telling.files.path
        )

    def _drone_card(self) -> Reporter:
        from plugin.reporters.drone_card import DroneCard

        return DroneCard(
            path=offer_of(self._invocation).card_path,
            base=self._invocation.cwd,
            print_whole=self._telling.console.print_whole,
        )

    @cached_property
    def _status(self) -> CommitStatus:
        from plugin.reporters.commit_status import CommitStatus

        return CommitStatus(
            open_github=self._door.open,
            pending=self._telling.pending,
            is_cancelled=self._invocation.clock.is_cancelled,
            note=self._note_final,
        )

    def _note_final(self, state: str) -> None:
        request = self._request
        note_final(
            request.invocation,
            request.settings,
            request.build,
            build_id=request.build_id,
            state=state,
        )

    def _check_run(self) -> Reporter:
        from plugin.reporters.check_run import CheckRunReporter

        return CheckRunReporter(open_github=self._door.open, clock=self._invocation.clock)

    def _comment(self) -> Reporter:
        from plugin.reporters.comment import Comment

        return Comment(
            open_github=self._door.open,
            clock=self._invocation.clock,
            jitter=random.random,
            when=self._plan.comment,
            say=self._telling.console.say,
        )

    def _sns(self) -> Reporter:
        from plugin.reporters.sns import Sns

        return Sns(
            clients=self._aws,
            topic_arn=self._plan.sns_topic_arn,
            is_cancelled=self._invocation.clock.is_cancelled,
        )

    def _webhook(self) -> Reporter:
        from plugin.reporters.webhook import Webhook

        return Webhook(
            url=self._plan.webhook_url,
            secret=self._plan.webhook_secret,
            form=self._plan.webhook_format,
            clock=self._invocation.clock,
        )

    def _metadata(self) -> Metadata:
        from plugin.reporters.metadata import Metadata

        return Metadata(
            clients=self._aws,
            bucket=self._plan.metadata_bucket,
            clock=self._invocation.clock,
            jitter=random.random,
        )

    @cached_property
    def _aws(self) -> Clients:
        """AWS itself, also where the checks ran on the local engine."""
        request = self._request
        access = access_of(request.invocation, request.settings, request.build)
        return clients_of(access, request.settings)
