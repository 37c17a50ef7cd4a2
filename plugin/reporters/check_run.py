"""The check run: a page beside the commit, and remarks on lines in the pull request's files.

Talks to GitHub.  What it says is decided in ``core.check_run``.  Only an app's token may do this;
that of GitHub Actions is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import GitHubAnswerLost
from plugin.core.forms.check_run import check_runs_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from plugin.clients.github import GitHub
    from plugin.core.github import CheckRunPost, FoundCheckRun
    from plugin.core.ports import Clock
    from plugin.core.result import Report

_TRIES = 3
_FIRST_PAUSE_SECONDS = 1.0


class CheckRunReporter:
    """Makes the check run, and adds the annotations that do not fit into the first request.

    ``clock`` waits after a lost answer.
    """

    name = "check_run"

    def __init__(
        self, *, open_github: Callable[[], AbstractContextManager[GitHub]], clock: Clock
    ) -> None:
        self._open_github = open_github
        self._clock = clock

    def report(self, report: Report) -> None:
        """Make the check run; nothing for a plan that was skipped whole.

        Raises ``PluginError`` when GitHub refuses or does not answer.
        """
        posts = check_runs_of(report)
        if not posts:
            return
        with self._open_github() as github:
            errand = _Errand(github, report.build.repository, self._clock)
            made = errand.make(posts[0])
            for done, post in enumerate(posts[1:], start=1):
                errand.add(made, post, before=sum(len(one.annotations) for one in posts[:done]))


class _Errand:
    """Requests that must not be repeated blindly: after a lost answer, GitHub is asked first."""

    def __init__(self, github: GitHub, repository: str, clock: Clock) -> None:
        self._github = github
        self._repository = repository
        self._clock = clock

    def make(self, post: CheckRunPost) -> int:
        """Make the check run once; return its id."""
        for turn in range(_TRIES - 1):
            try:
                return self._github.create_check_run(self._repository, post)
            except GitHubAnswerLost:
                found = self._find(post, turn)
            if found is not None:
                return found.id
        return self._github.create_check_run(self._repository, post)

    def add(self, check_run_id: int, post: CheckRunPost, *, before: int) -> None:
        """Add the post's annotations once; ``before`` is how many there were."""
        for turn in range(_TRIES - 1):
            try:
                self._github.update_check_run(self._repository, check_run_id, post)
            except GitHubAnswerLost:
                found = self._find(post, turn)
            else:
                return
            if found is not None and found.annotation_count > before:
                return
        self._github.update_check_run(self._repository, check_run_id, post)

    def _find(self, post: CheckRunPost, turn: int) -> FoundCheckRun | None:
        """Look what became of a request, a moment later: GitHub may still be at work on it."""
        self._clock.wait(_FIRST_PAUSE_SECONDS * 2**turn)
        return self._github.find_check_run(
            self._repository, post.head_sha, name=post.name, external_id=post.external_id
        )
