"""The commit status: the verdict beside the commit, which a branch rule can require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import GitHubError
from plugin.core.forms.status import beside, is_shared, status_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from plugin.clients.github import GitHub
    from plugin.core.github import StatusPost
    from plugin.core.result import Report
    from plugin.reporters.pending import Pending

_PATIENCE_SECONDS = 3.0
"""Twice this is less than the 7.5 s that GitHub's runner leaves us after a cancel."""


class CommitStatus:
    """Posts the final status, after ``pending`` if that was begun: GitHub shows the newest one.

    Legs of a matrix post under one context, so a success looks first whether another leg said
    something worse.  Two that end at the same moment may still miss each other.

    ``patience_seconds`` is how long to wait for the other request; it is waited for once more
    after ours when it had not ended by then, and ours is posted again.
    """

    name = "commit_status"

    def __init__(
        self,
        *,
        open_github: Callable[[], AbstractContextManager[GitHub]],
        pending: Pending | None = None,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._open_github = open_github
        self._pending = pending
        self._patience_seconds = patience_seconds

    def report(self, report: Report) -> None:
        """Post the status; nothing for a plan that was skipped whole.

        Raises ``PluginError`` when GitHub refuses or does not answer.
        """
        post = status_of(report)
        is_in_order = self._is_pending_over()
        if post is None:
            return
        with self._open_github() as github:
            post = self._looked(github, report, post)
            self._tell(github, report, post)
            if not is_in_order and self._is_pending_over():
                self._tell(github, report, post)

    def _looked(self, github: GitHub, report: Report, post: StatusPost) -> StatusPost:
        """Return what to post: the failure of another leg instead of our success."""
        if not is_shared(post, report.build):
            return post
        build = report.build
        try:
            posted = github.newest_statuses(build.repository, build.commit, post.context)
        except GitHubError:
            return post  # a status that could not look is better than none
        return beside(post, posted)

    def _tell(self, github: GitHub, report: Report, post: StatusPost) -> None:
        github.create_status(report.build.repository, report.build.commit, post)

    def _is_pending_over(self) -> bool:
        return self._pending is None or self._pending.is_over(self._patience_seconds)
