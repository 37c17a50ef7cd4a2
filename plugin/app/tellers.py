"""Everyone who is told a report in the end but the console, each made of what it needs."""

from __future__ import annotations

import random
from functools import cached_property
from typing import TYPE_CHECKING

from plugin.app.parts import access_of, clients_of
from plugin.app.telling import offer_of
from plugin.core.audience import audience, unheard

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.app.door import Door
    from plugin.app.prepare import Request
    from plugin.app.telling import Telling
    from plugin.clients.aws import Clients
    from plugin.core.ports import Reporter
    from plugin.reporters.metadata import Metadata


class Tellers:
    """Makes reporters by name; what several share is made once, when it is first needed."""

    def __init__(self, request: Request, telling: Telling, door: Door) -> None:
        self._request = request
        self._invocation = request.invocation
        self._plan = request.settings.plan
        self._telling = telling
        self._door = door

    def of(self, *, was_skipped: bool) -> tuple[Reporter, ...]:
        """Return who is told, in order; without the console, which is told last."""
        return tuple(self._made(name) for name in self._names(was_skipped=was_skipped))

    def missing(self, *, was_skipped: bool) -> tuple[str, ...]:
        """Return the names of those who are required and are not told."""
        offer = offer_of(self._invocation)
        return unheard(self._request.build, self._plan, offer, was_skipped=was_skipped)

    def _names(self, *, was_skipped: bool) -> tuple[str, ...]:
        offer = offer_of(self._invocation)
        names = audience(self._request.build, self._plan, offer, was_skipped=was_skipped)
        return tuple(name for name in names if name != "console")

    @property
    def metadata(self) -> Metadata | None:
        """Who compares with earlier reports; None unless a bucket keeps them."""
        return self._metadata() if "metadata" in self._names(was_skipped=False) else None

    def _made(self, name: str) -> Reporter:
        makers: dict[str, Callable[[], Reporter]] = {
            "files": lambda: self._telling.files,
            "junit": lambda: self._telling.junit,
            "github_files": self._github_files,
            "harness_outputs": self._harness_outputs,
            "commit_status": self._commit_status,
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

    def _commit_status(self) -> Reporter:
        from plugin.reporters.commit_status import CommitStatus

        return CommitStatus(open_github=self._door.open, pending=self._telling.pending)

    def _check_run(self) -> Reporter:
        from plugin.reporters.check_run import CheckRunReporter

        return CheckRunReporter(open_github=self._door.open)

    def _comment(self) -> Reporter:
        from plugin.reporters.comment import Comment

        return Comment(
            open_github=self._door.open,
            clock=self._invocation.clock,
            jitter=random.random,
            when=self._plan.comment,
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
            is_cancelled=self._invocation.clock.is_cancelled,
        )

    @cached_property
    def _aws(self) -> Clients:
        """AWS itself, also where the checks ran on the local engine."""
        access = access_of(self._request.settings, session_name="glue-health-check-report")
        return clients_of(access, self._request.settings)
