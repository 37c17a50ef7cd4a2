"""The way to GitHub: which API, with which token, opened once for all who need it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from plugin.core.errors import GitHubError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from plugin.app.invocation import Invocation
    from plugin.clients.github import GitHub
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings

_PUBLIC = "https://api.github.com"


def github(invocation: Invocation, settings: Settings, build: Build) -> GitHub:
    """Return GitHub, to be closed by the caller; without a token it asks as nobody."""
    from plugin.clients.github import GitHub  # PyGithub is slow to load

    plan = settings.plan
    url = plan.github_api_url or build.api_url or _PUBLIC
    return GitHub(plan.github_token, url, clock=invocation.clock)


class Door:
    """GitHub for all reporters of one report: one connection, one account, one budget of waits.

    Opened by the first who asks; use it in a ``with``.  Not for several threads.
    """

    def __init__(self, invocation: Invocation, settings: Settings, build: Build) -> None:
        self._invocation = invocation
        self._settings = settings
        self._build = build
        self._github: GitHub | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._github is not None:
            self._github.close()

    @contextmanager
    def open(self) -> Iterator[GitHub]:
        """Yield GitHub; it stays open.  Raises ``GitHubError`` when there is no token."""
        if not self._settings.plan.github_token:
            raise GitHubError(
                "There is no GitHub token.",
                hint="Set github_token; as a GitHub action it is there by itself, unless the"
                " workflow sets it to an empty text.",
            )
        if self._github is None:
            self._github = github(self._invocation, self._settings, self._build)
        yield self._github
