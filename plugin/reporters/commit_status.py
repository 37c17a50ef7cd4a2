"""The commit status: the verdict beside the commit, which a branch rule can require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import GitHubError
from plugin.core.forms.status import beside, is_begun, status_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from plugin.clients.github import GitHub
    from plugin.core.github import PostedStatus, StatusPost
    from plugin.core.result import Report
    from plugin.reporters.pending import Pending

_TURN_SECONDS = 0.5
_MOST_TURNS = 6
_TURNS_AFTER_A_CANCEL = 2


class CommitStatus:
    """Posts the final status, after ``pending`` if that was begun: GitHub shows the newest one.

    Legs of a matrix post under one context, so a success looks afterwards whether another leg said
    something worse, and says it again: of two that end at one moment, the later one sees both.

    ``note`` hears the state before it is posted: whoever cleans up after us can repeat it.
    """

    name = "commit_status"

    def __init__(
        self,
        *,
        open_github: Callable[[], AbstractContextManager[GitHub]],
        pending: Pending | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._open_github = open_github
        self._pending = pending
        self._is_cancelled = is_cancelled
        self._note = note
        self._is_in_doubt = False

    def report(self, report: Report) -> None:
        """Post the status; nothing for a plan that was skipped whole.

        Raises ``PluginError`` when GitHub refuses or does not answer.
        """
        post = status_of(report)
        is_last = self._is_pending_over()
        if post is None:
            return
        if self._pending is not None and self._pending.has_begun:
            self._note(post.state)
        with self._open_github() as github:
            self._post(github, report, post)
            self._is_in_doubt = not is_last
            if post.state == "success":
                self._look(github, report, post)

    def confirm(self, report: Report) -> None:
        """Look again, at the end of all, where ``pending`` may have got there after ours.

        Asks nothing where it certainly did not.  Raises as ``report``.
        """
        post = status_of(report)
        if post is None or not self._is_in_doubt:
            return
        self._is_pending_over()
        with self._open_github() as github:
            self._mend(github, report, post, self._newest(github, report))

    def _look(self, github: GitHub, report: Report, post: StatusPost) -> None:
        """Look at what stands there now, and put right what our success hides."""
        try:
            posted = self._newest(github, report)
        except GitHubError:
            return  # a status that could not look is better than none
        self._mend(github, report, post, posted)

    def _mend(
        self, github: GitHub, report: Report, post: StatusPost, posted: tuple[PostedStatus, ...]
    ) -> None:
        ours = [self._is_pending(one, report) for one in posted]
        better = beside(post, posted)
        if better != post or any(ours[:1]):
            self._post(github, report, better)
        if any(ours):
            self._is_in_doubt = False  # it has come, and comes once

    def _newest(self, github: GitHub, report: Report) -> tuple[PostedStatus, ...]:
        build = report.build
        return github.newest_statuses(build.repository, build.commit, report.context)

    def _is_pending(self, posted: PostedStatus, report: Report) -> bool:
        return self._pending is not None and is_begun(posted, report.build, self._pending.build_id)

    def _post(self, github: GitHub, report: Report, post: StatusPost) -> None:
        github.create_status(report.build.repository, report.build.commit, post)

    def _is_pending_over(self) -> bool:
        """Wait for the other request, 3 s at most and 1 s after a cancel.

        Say whether it has certainly come already, or never will.
        """
        if self._pending is None:
            return True
        for turn in range(1, _MOST_TURNS + 1):
            if self._pending.is_over(_TURN_SECONDS):
                return not self._pending.may_come_late
            if turn >= _TURNS_AFTER_A_CANCEL and self._is_cancelled():
                break
        return False
