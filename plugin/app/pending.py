"""What ``cleanup`` does about the commit status of a check that was killed.

It would say "pending" for ever.  Whose status it is, and what to put over it, ``core.status`` says.
A GitHub that does not answer is a warning: what is left on AWS matters more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.app.door import github
from plugin.app.questions import answered
from plugin.app.telling import offer_of
from plugin.core.audience import is_on_github
from plugin.core.errors import GitHubError
from plugin.core.forms.status import ended

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings


def end_pending(
    invocation: Invocation, settings: Settings, build: Build, build_ids: tuple[str, ...]
) -> None:
    """Put an error over the pending status of one of these checks; they are over.  Never raises.

    Nothing is asked where no check says "pending", nor in a dry run.
    """
    build = answered(build, settings, invocation) if not build.commit else build
    may_be_pending = (
        settings.plan.commit_status
        and is_on_github(build, settings.plan, offer_of(invocation))
        and not build.host.kills_without_signal
        and build.commit
    )
    if not may_be_pending or invocation.line.dry_run:
        return
    if not settings.plan.github_token:
        invocation.say("warning: no github_token: a commit status may go on saying pending.")
        return
    try:
        _end(invocation, settings, build, build_ids)
    except GitHubError as error:
        invocation.say(f"warning: {error}")


def _end(
    invocation: Invocation, settings: Settings, build: Build, build_ids: tuple[str, ...]
) -> None:
    context = settings.plan.status_context
    with github(invocation, settings, build) as api:
        posted = api.latest_status(build.repository, build.commit, context)
        post = ended(posted, build, context=context, build_ids=build_ids)
        if post is not None:
            api.create_status(build.repository, build.commit, post)
            invocation.say(f"cleanup: the commit status {context} said pending: now it is error.")
