"""The one comment of a pull request, kept up to date by all legs and builds at once.

Talks to GitHub.  What the comment says, and who may replace whom, is decided in ``core.sticky``.

GitHub has no lock and no condition on a write.  So we read back what we wrote: where another leg
has overwritten it, ours is merged in again, after a drawn wait.  A leg that read before we wrote
may write after that: where there are other legs, or an older build's text was there, we read back
only when it must have done so.  Of two comments made at the same moment the older one stays.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from plugin.core.errors import GitHubAnswerLost, GitHubError, PluginError
from plugin.core.forms.sticky import is_told, is_wanted, join, merge, section_of
from plugin.core.forms.sticky_page import body_of, is_ours, sections_of
from plugin.core.render import markdown, short

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from plugin.clients.github import GitHub
    from plugin.core.forms.sticky import Section
    from plugin.core.github import IssueComment
    from plugin.core.ports import Clock
    from plugin.core.result import Report

    Seen = tuple[IssueComment, ...]

TRIES = 5
_FIRST_WAIT_SECONDS = 0.5
_LATE = "The comment is left as it is: a newer build or attempt wrote it."
_OTHERS_WRITE_SECONDS = 2.0
"""Longer than it takes from reading a comment to having written it, on a good day."""


class Comment:
    """Writes the comment.

    ``when`` is the setting ``comment``; ``jitter`` draws a number from 0 to 1, by which legs that
    met once do not meet again.  ``say`` prints a line in the log.
    """

    name = "comment"

    def __init__(
        self,
        *,
        open_github: Callable[[], AbstractContextManager[GitHub]],
        clock: Clock,
        jitter: Callable[[], float],
        when: str = "always",
        say: Callable[[str], object] = str,
    ) -> None:
        self._open_github = open_github
        self._clock = clock
        self._jitter = jitter
        self._when = when
        self._say = say

    def report(self, report: Report) -> None:
        """Make or change the comment, if there is something to say.

        Raises ``PluginError`` without a pull request, and when GitHub refuses or does not answer.
        """
        if self._when == "never":
            return
        if not report.build.pull_request:
            raise PluginError("There is no pull request to comment on.")
        ours = section_of(report, markdown(report))
        with self._open_github() as github:
            place = _Place(github, report)
            seen = place.look()
            before = join((), _all(seen)) if seen else None
            if is_wanted(self._when, before, ours):
                self._tell(place, seen, ours)

    def _tell(self, place: _Place, seen: Seen, ours: Section) -> None:
        """Write until our section is there, or a newer one in its place."""
        for turn in range(TRIES):
            self._pause(turn)
            sections = _all(seen)
            merged = merge(join((), sections), ours)
            if merged is None:
                self._say(_LATE)
                break
            # of another leg, or of another build: one may be about to write what it has seen
            is_shared = any(one.mark != ours.mark for one in sections)
            seen, lost = place.write(
                seen,
                place.body_of(merged, ours),
                pause=partial(self._clock.wait, _OTHERS_WRITE_SECONDS if is_shared else 0),
            )
            if seen and is_told(sections_of(seen[0].body), ours):
                break
            if lost is not None and turn == TRIES - 1:
                raise lost
        else:
            raise PluginError(
                "The comment was changed by others each time that it was written.",
                hint="Run it again; or give the legs a status_context each.",
            )
        place.tidy(seen)

    def _pause(self, turn: int) -> None:
        """Wait ever longer from the second turn on; after a cancel there is no time for that."""
        if turn:
            self._clock.wait(_FIRST_WAIT_SECONDS * 2 ** (turn - 1) * (0.5 + self._jitter()))


class _Place:
    """The comments of ours below one pull request: normally one or none."""

    def __init__(self, github: GitHub, report: Report) -> None:
        self._context = report.context
        self._short = short(report)
        self._github = github
        self._repository = report.build.repository
        self._number = report.build.pull_request or 0

    def body_of(self, sections: tuple[Section, ...], ours: Section) -> str:
        """Return the comment's text."""
        return body_of(self._context, sections, ours=ours, short=self._short)

    def look(self) -> Seen:
        """Return our comments, the oldest first; it stays when there are two."""
        me = self._github.viewer()  # asked once and kept
        found = (
            one
            for one in self._github.comments(self._repository, self._number)
            if one.is_by(me) and is_ours(one.body, self._context)
        )
        return tuple(sorted(found, key=lambda one: one.id))

    def write(
        self, seen: Seen, body: str, *, pause: Callable[[], object]
    ) -> tuple[Seen, GitHubAnswerLost | None]:
        """Write the first comment, or make one; return what is there then, as GitHub tells.

        Where the answer to making one is lost, it is returned: the look may have found it.
        """
        return (self._change(seen, body, pause), None) if seen else self._make(body)

    def tidy(self, seen: Seen) -> None:
        """Remove our younger comments, as far as the first one says all that they say.

        One that another leg has removed already is no error.
        """
        told = join((), sections_of(seen[0].body)) if seen else ()
        for one in seen[1:]:
            if join(told, sections_of(one.body)) == told:
                self._github.delete_comment(self._repository, one.id)

    def _make(self, body: str) -> tuple[Seen, GitHubAnswerLost | None]:
        """Make the comment, and look whether another leg made one at the same moment.

        GitHub's list may be a little behind: ours is there, whether it is listed or not.
        """
        try:
            made = self._github.create_comment(self._repository, self._number, body)
        except GitHubAnswerLost as error:
            return self.look(), error
        seen = self.look()
        others = (one for one in seen if one.id != made.id)
        ours = next((one for one in seen if one.id == made.id), made)
        return tuple(sorted((*others, ours), key=lambda one: one.id)), None

    def _change(self, seen: Seen, body: str, pause: Callable[[], object]) -> Seen:
        """Change the first comment; where it was deleted meanwhile, look what is there instead."""
        first = seen[0]
        try:
            self._github.update_comment(self._repository, first.id, body)
        except GitHubError:
            if self._github.comment(self._repository, first.id) is not None:
                raise
            return self.look()
        pause()
        back = self._github.comment(self._repository, first.id)
        return (back, *seen[1:]) if back is not None else self.look()


def _all(seen: Seen) -> tuple[Section, ...]:
    return tuple(section for one in seen for section in sections_of(one.body))
