"""The way to GitHub: which API, with which token, opened once for all who need it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from plugin.core.errors import GitHubError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from plugin.app.invocation import Invocation
    from plugin.clients.github import GitHub
    from plugin.core.build import Build
    from plugin.core.errors import PluginError
    from plugin.core.settings.sources import Settings

_PUBLIC = "https://api.github.com"
_BRIEF_SECONDS = 5


def github(
    invocation: Invocation, settings: Settings, build: Build, *, is_brief: bool = False
) -> GitHub:
    """Return GitHub, to be closed by the caller; without a token it asks as nobody.

    One that ``is_brief`` is asked once and not for long.
    """
    from plugin.clients.github import GitHub  # PyGithub is slow to load

    plan = settings.plan
    url = plan.github_api_url or build.api_url or _PUBLIC
    if is_brief:
        return GitHub(
            plan.github_token,
            url,
            clock=invocation.clock,
            timeout_seconds=_BRIEF_SECONDS,
            retries=0,
        )
    return GitHub(plan.github_token, url, clock=invocation.clock)


class Door:
    """GitHub for all reporters of one report: one connection, one account, one budget of waits.

    Opened by the first who asks; use it in a ``with``.  They ask one after the other, each in a
    thread of its own.  Who did not get an answer in time may be asking still: then the door is
    ``shut``, and nobody else gets its connection.
    """

    def __init__(self, invocation: Invocation, settings: Settings, build: Build) -> None:
        self._invocation = invocation
        self._settings = settings
        self._build = build
        self._github: GitHub | None = None
        self._lock = threading.Lock()
        self._is_in_use = False
        self._shut_by: PluginError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shut(GitHubError("The report is over."))

    @contextmanager
    def open(self) -> Iterator[GitHub]:
        """Yield GitHub; it stays open.

        Raises ``GitHubError`` when there is no token, and with the reason when the door is shut.
        """
        if not self._settings.plan.github_token:
            raise GitHubError(
                "There is no GitHub token.",
                hint="Set github_token; as a GitHub action it is there by itself, unless the"
                " workflow sets it to an empty text.",
            )
        with self._lock:
            if self._shut_by is not None:
                raise GitHubError(self._shut_by.message, hint=self._shut_by.hint)
            if self._github is None:
                self._github = github(self._invocation, self._settings, self._build)
            self._is_in_use = True
        try:
            yield self._github
        finally:
            with self._lock:
                self._is_in_use = False
                self._close_if_over()

    def shut(self, reason: PluginError) -> None:
        """Let nobody in any more; close the connection, or let who has it close it at its end."""
        with self._lock:
            self._shut_by = self._shut_by or reason
            self._close_if_over()

    def _close_if_over(self) -> None:
        if self._shut_by is not None and self._github is not None and not self._is_in_use:
            self._github.close()
            self._github = None
