"""What ``cleanup`` does about the commit status of a check that was killed.

It would say "pending" for ever.  Whose it is, and what to put over it, ``core.forms.status`` says.
A GitHub that does not answer is a warning: what is left on AWS matters more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.app.bounded import Budget, Limit
from plugin.app.door import github
from plugin.app.questions import answered
from plugin.app.telling import offer_of
from plugin.core.audience import is_on_github
from plugin.core.errors import PluginError
from plugin.core.forms.status import beside, ended

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.app.trail import Trail
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings


_LIMIT = Limit(who="GitHub", hint="A commit status may go on saying pending.", seconds=60)


def end_pending(invocation: Invocation, settings: Settings, build: Build, trail: Trail) -> None:
    """Put what they ended with, else an error, over the pending status of one of these checks.

    They are over.  Never raises.

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
        state = Budget(invocation.clock).run(
            lambda: _end(invocation, settings, build, trail), _LIMIT
        )
    except PluginError as error:
        invocation.say(f"warning: {error}")
        return
    if state:
        context = settings.plan.status_context
        invocation.say(f"cleanup: the commit status {context} said pending: now it is {state}.")


def _end(invocation: Invocation, settings: Settings, build: Build, trail: Trail) -> str:
    """Return the state that was put there, empty if none was."""
    context = settings.plan.status_context
    with github(invocation, settings, build) as api:
        posted = api.latest_status(build.repository, build.commit, context)
        post = ended(posted, build, context=context, build_ids=trail.build_ids, finals=trail.finals)
        if post is None:
            return ""
        if post.state == "success":
            newest = api.newest_statuses(build.repository, build.commit, context)
            post = beside(post, newest)
        api.create_status(build.repository, build.commit, post)
        return post.state
