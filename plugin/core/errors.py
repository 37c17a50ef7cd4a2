"""Every error that a user or AWS can cause, and the exit code of each class.

    PluginError                3   nobody knows how the script is
    ├── SettingsError          2   what was asked for cannot be done; nothing was created
    ├── Unusable               2   a file of the checkout cannot be used; nothing was created
    ├── FileChanged            3   a file is not any more what it was when the plan was made
    ├── EngineError            3   AWS, the local Glue or the way there is at fault
    │   ├── AccessDenied           the credentials may not do it
    │   ├── NoCredentials          there are none, or they have expired
    │   ├── NotFound               the thing is not there
    │   ├── AlreadyThere           the name is taken
    │   │   └── OwnerUnknown       and whether by us, nobody tells
    │   ├── Refused                AWS calls the request wrong
    │   ├── OverLimit              a quota, a concurrency limit or throttling: it was not executed
    │   │   ├── ConcurrentRuns     the job, or the account, has as many runs as it may have
    │   │   └── Throttled          too many requests at once
    │   ├── Contended              somebody else changes the thing: it was not executed
    │   ├── Unreachable            there is no way to AWS: nothing was sent
    │   └── AnswerLost             the request may or may not have taken effect
    ├── Overdue                3   somebody to be told did not answer in time
    ├── NotTaken               3   a webhook's receiver said no (in ``clients/http.py``)
    └── GitHubError            3   GitHub did not answer, or said no
        └── GitHubAnswerLost       the request may or may not have taken effect

A message says what happened to which thing; the hint says what to change.
Unknown failures (bugs) are not in this tree: ``app`` turns them into exit 3 and says so.
"""

from __future__ import annotations

from enum import IntEnum

from plugin.core.trouble import Trouble


class Exit(IntEnum):
    """Exit codes of all commands (design, section 7).  Never 78: Drone reads it as a pass."""

    PASSED = 0
    FAILED = 1
    WRONG_SETTINGS = 2
    ERRORED = 3
    REPORTER_FAILED = 4
    SIGINT = 130
    SIGTERM = 143


class PluginError(Exception):
    """What happened, to which thing, and what to change.

    ``trouble`` is the class that the troubleshooting guide knows it by.
    """

    exit_code = Exit.ERRORED
    trouble = Trouble.CI_MACHINE

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Take the one-line ``message`` and the ``hint``: the remedy, may be empty."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Message and hint in one line."""
        return f"{self.message} {self.hint}".rstrip()


class SettingsError(PluginError):
    """Settings that cannot be used.  Carries all problems at once, one line each."""

    exit_code = Exit.WRONG_SETTINGS
    trouble = Trouble.REFUSED

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Take at least one problem, each a whole sentence with its remedy."""
        super().__init__("\n".join(problems))
        self.problems = problems


class Unusable(PluginError):
    """A file of the checkout that cannot be used: missing, empty, a folder, outside, no text."""

    exit_code = Exit.WRONG_SETTINGS
    trouble = Trouble.REFUSED


class FileChanged(PluginError):
    """A file of the checkout is not any more what it was when the plan was made."""


class EngineError(PluginError):
    """AWS, or the local Glue, or the way there, is at fault.

    ``had_no_effect`` tells that it is certain that the request that met it made nothing.
    """

    had_no_effect = False
    trouble = Trouble.AWS_FAULT

    def __init__(self, message: str, *, hint: str = "", trouble: Trouble | None = None) -> None:
        """Take what ``PluginError`` takes; ``trouble`` where the message tells more than its class.

        It is kept apart as ``told``: an error without it is classed by its words.
        """
        super().__init__(message, hint=hint)
        self.told = trouble
        if trouble is not None:
            self.trouble = trouble


class AccessDenied(EngineError):
    """The credentials in use may not do it."""

    trouble = Trouble.PERMISSION


class NoCredentials(EngineError):
    """There are no credentials, or they have expired."""

    had_no_effect = True
    trouble = Trouble.CREDENTIALS


class NotFound(EngineError):
    """The named thing is not there."""

    trouble = Trouble.MISSING_JOB


class AlreadyThere(EngineError):
    """The name is taken: what is there is not ours, and nothing was made."""

    had_no_effect = True
    trouble = Trouble.NAME_TAKEN


class OwnerUnknown(AlreadyThere):
    """The name is taken, perhaps by ourselves: its tags could not be read."""

    had_no_effect = False


class Refused(EngineError):
    """AWS calls the request itself wrong."""

    had_no_effect = True
    trouble = Trouble.REFUSED


class OverLimit(EngineError):
    """A quota, a concurrency limit or throttling: not executed, and may be sent again."""

    trouble = Trouble.QUOTA


class ConcurrentRuns(OverLimit):
    """The job, or the account, has as many runs as it may have."""

    trouble = Trouble.CONCURRENCY


class Throttled(OverLimit):
    """Too many requests at once: this one was not executed, and may be sent again."""

    trouble = Trouble.THROTTLING


class Contended(EngineError):
    """Somebody else changes the same thing now: not executed, and may be sent again."""


class Unreachable(EngineError):
    """There is no way to AWS, a wrong address say: the request was never sent."""

    had_no_effect = True
    trouble = Trouble.NETWORK


class AnswerLost(EngineError):
    """The request was sent and no answer came: it may or may not have taken effect."""

    trouble = Trouble.NETWORK


class Overdue(PluginError):
    """Somebody did not answer in time, and is left behind."""


class GitHubError(PluginError):
    """GitHub did not answer, or said no."""


class GitHubAnswerLost(GitHubError):
    """Something was to be made and no answer came: it may or may not be there now."""
