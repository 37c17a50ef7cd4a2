"""What a check that is refused for its settings tells, and whom: exit 2 and its problems.

The log always; in CI, GitHub too: else an older build's word would stand there, or a required
status be waited for in vain.  Nothing here raises, and nothing changes the exit code.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugin.app.bounded import Budget, Limit
from plugin.app.door import github
from plugin.app.questions import answered
from plugin.app.telling import offer_of
from plugin.core.audience import is_on_github
from plugin.core.errors import PluginError, SettingsError
from plugin.core.forms.refusal import refused, summary_of
from plugin.core.render import cut
from plugin.core.settings import table
from plugin.reporters.appending import append, size_of
from plugin.reporters.github_files import SUMMARY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings

_LIMIT = Limit(who="GitHub", hint="The commit status was not written.")
_NEEDED = frozenset({"commit_status", "status_context", "github_token", "github_api_url", "ci"})
"""Settings without which nobody knows where, as whom and under which name to tell it."""


def refuse(invocation: Invocation, error: PluginError) -> int:
    """Tell the problems; return the exit code of ``error``.  Never raises.

    A word that is no command is refused too, and means no check: GitHub hears nothing of it.
    """
    problems = error.problems if isinstance(error, SettingsError) else (str(error),)
    invocation.complain(problems)
    if invocation.line.command == "check" and not invocation.line.is_misspelt:
        told = tuple(map(invocation.mask, problems))
        _guarded(invocation, "step summary", lambda: _summarize(invocation, told))
        budget = Budget(invocation.clock)
        _guarded(
            invocation,
            "commit status",
            lambda: budget.run(lambda: _post(invocation, told), _LIMIT),
        )
    return error.exit_code


def _guarded(invocation: Invocation, what: str, tell: Callable[[], None]) -> None:
    try:
        tell()
    except PluginError as error:
        invocation.say(f"warning: {error}")
    except Exception as error:  # noqa: BLE001 - the problems are told already; this is a nicety
        reason = getattr(error, "strerror", None) or type(error).__name__
        invocation.say(f"warning: The {what} was not written: {reason}.")


def _summarize(invocation: Invocation, problems: tuple[str, ...]) -> None:
    path = invocation.environ.get("GITHUB_STEP_SUMMARY", "")
    if path and invocation.build().host.has_runner_files:
        room = SUMMARY_LIMIT - size_of(Path(path)) - 1
        append(Path(path), cut(summary_of(problems), room))


def _post(invocation: Invocation, problems: tuple[str, ...]) -> None:
    """Post the status ``error`` where a verdict would be posted, and where we know all for it."""
    build = invocation.build()
    settings = invocation.gathered(is_foreign=build.is_foreign)
    if not _is_asked(invocation, settings, build):
        return
    build = answered(build, settings, invocation)
    if build.is_foreign or not build.commit:
        return
    with github(invocation, settings, build) as api:
        post = refused(problems, build, context=settings.plan.status_context)
        api.create_status(build.repository, build.commit, post)


def _is_asked(invocation: Invocation, settings: Settings, build: Build) -> bool:
    """Whether a status is wanted, with a token, on GitHub.

    A configuration file that cannot be read leaves every setting unread: the defaults are the best
    guess then, because a required status should not be waited for.
    """
    is_file_lost = settings.unread >= table().keys()
    is_known = is_file_lost or settings.unread.isdisjoint(_NEEDED)
    plan = settings.plan
    is_wanted = is_known and plan.commit_status and bool(plan.github_token)
    return is_wanted and is_on_github(build, plan, offer_of(invocation))
