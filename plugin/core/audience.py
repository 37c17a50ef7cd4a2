"""Who hears of a report, and in which order.

Decides by the build, the settings and what the host offers.  Refuses to know how anybody is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.build import Host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.build import Build
    from plugin.core.settings import PlanSettings


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the place that we run in offers.

    ``is_ci`` says that no person started us; ``card_path`` and ``output_path`` are Drone's and
    Harness's files, empty where there are none.
    """

    is_ci: bool
    card_path: str = ""
    output_path: str = ""


def is_on_github(build: Build, settings: PlanSettings, offer: Offer) -> bool:
    """Whether GitHub may be told of this build.

    A laptop's checkout may hold what no commit does: its verdict is its owner's alone, whatever
    token is at hand.
    """
    is_asked_by_ci = build.host is not Host.PLAIN or offer.is_ci
    has_api = bool(build.api_url or settings.github_api_url) and build.may_be_github
    return is_asked_by_ci and has_api and bool(build.repository)


def audience(
    build: Build, settings: PlanSettings, offer: Offer, *, was_skipped: bool
) -> tuple[str, ...]:
    """Return the names of those who are told, in order.

    The files go first, because others name their path; the console last, because its last lines
    are the outputs.  ``was_skipped`` says that nothing was even looked at, as with a fork: then
    nobody outside of the build hears of it.
    """
    here = _inside(build, offer)
    outside = () if was_skipped else tuple(_outside(build, settings, offer))
    return (*here, *outside, *(("drone_card",) if offer.card_path else ()), "console")


def unheard(
    build: Build, settings: PlanSettings, offer: Offer, *, was_skipped: bool
) -> tuple[str, ...]:
    """Return who is required and not in the audience: that is a failure of theirs.

    Nobody misses a comment where there is no pull request, nor anything outside of a build that
    was skipped whole, or of a person's laptop.
    """
    told = audience(build, settings, offer, was_skipped=was_skipped)
    missing = [name for name in settings.required_reporters if name not in told]
    if was_skipped or (build.host is Host.PLAIN and not offer.is_ci):
        return ()
    has_none = settings.comment != "never" and not build.pull_request
    return tuple(name for name in missing if name != "comment" or not has_none)


def _inside(build: Build, offer: Offer) -> Iterator[str]:
    yield from ("files", "junit")
    if build.host.has_runner_files:
        yield "github_files"
    if build.host is Host.HARNESS and offer.output_path:
        yield "harness_outputs"


def _outside(build: Build, settings: PlanSettings, offer: Offer) -> Iterator[str]:
    """The commit status goes first: after a signal there may be no time for more."""
    if is_on_github(build, settings, offer):
        if settings.commit_status and build.commit:
            yield "commit_status"
        if settings.check_run and build.commit:
            yield "check_run"
        if settings.comment != "never" and build.pull_request:
            yield "comment"
    if settings.sns_topic_arn:
        yield "sns"
    if settings.webhook_url:
        yield "webhook"
    if settings.metadata_bucket and settings.engine == "glue" and build.repository:
        yield "metadata"
