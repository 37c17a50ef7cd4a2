"""GitHub's API, as far as this program needs it.

Knows which question is answered where.  Refuses to know what the answers are for.  Import this
package late: PyGithub is slow to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.clients.github import check_runs, comments, pull_requests, statuses
from plugin.clients.github.session import Session
from plugin.clients.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from plugin.core.github import (
        CheckRunPost,
        FoundCheckRun,
        IssueComment,
        PostedStatus,
        StatusPost,
    )
    from plugin.core.ports import Clock
    from plugin.core.pull_request import PullRequestHead

__all__ = ["GitHub"]


class GitHub:
    """One GitHub, one token, one thread.  Close it, or use it in a ``with``.

    What may be done twice is tried ``1 + retries`` times; what makes something is tried again only
    where GitHub did certainly nothing, and else raises ``GitHubAnswerLost``.  Waits, and the time
    that failed attempts took, come out of ``patience``: 90 s for the life of the object, or
    one that several share.  A longer wait that GitHub asks for is an error at once.
    ``timeout_seconds`` limits the connecting and each silence of the server.  After a cancel
    everything is tried once, without a wait, with a limit of 2 s.

    Every method raises ``GitHubError``, with what to change, when GitHub does not do it; so does
    the constructor when the token or the URL cannot be used at all.  ``repository`` is owner/name.
    An empty token asks as nobody: public repositories only, 60 questions an hour.
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        *,
        clock: Clock,
        timeout_seconds: int = 10,
        retries: int = 3,
        patience: Patience | None = None,
    ) -> None:
        self._session = Session(
            token,
            api_url,
            clock=clock,
            timeout_seconds=timeout_seconds,
            retries=retries,
            patience=patience or Patience(),
        )
        self._viewer = ""

    def __repr__(self) -> str:
        return f"GitHub({self._session.host!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    # --- questions about the build ---------------------------------------------------------------

    def pull_request_head(self, repository: str, number: int) -> PullRequestHead:
        """Return the head of a pull request as it is now."""
        return pull_requests.head(self._session, repository, number)

    def pull_requests_of_commit(self, repository: str, commit: str) -> tuple[PullRequestHead, ...]:
        """Return the pull requests that GitHub associates with a commit, of any repository.

        They merely hold the commit, or are closed, or go elsewhere: the caller chooses.  GitHub
        finds none for a commit that only a fork has.  Source: REST API, "List pull requests
        associated with a commit".
        """
        return pull_requests.of_commit(self._session, repository, commit)

    def branches_of_head(self, repository: str, commit: str) -> tuple[str, ...]:
        """Return the branches of the repository itself whose newest commit it is.

        A fork's branches are none of them.  Source: REST API, "List branches for HEAD commit".
        """
        return pull_requests.branches_of_head(self._session, repository, commit)

    def changed_files(self, repository: str, number: int) -> frozenset[str] | None:
        """Return the paths that a pull request touches, with both names of a renamed file.

        Nothing when it touches 3,000 files or more: GitHub lists no more, so nobody knows.
        """
        return pull_requests.changed_files(self._session, repository, number)

    # --- comments --------------------------------------------------------------------------------

    def viewer(self) -> str:
        """Return the login of the token's own account; asked once, and kept.

        To be compared by ``IssueComment.is_by``.
        """
        self._viewer = self._viewer or comments.viewer(self._session)
        return self._viewer

    def comments(self, repository: str, number: int) -> Iterator[IssueComment]:
        """Yield the comments of a pull request, oldest first, 100 per request, as wanted."""
        return comments.listed(self._session, repository, number)

    def comment(self, repository: str, comment_id: int) -> IssueComment | None:
        """Return a comment, or nothing when it is gone."""
        return comments.one(self._session, repository, comment_id)

    def create_comment(self, repository: str, number: int, body: str) -> IssueComment:
        """Write a comment.  Raises ``GitHubAnswerLost`` when it may be there nevertheless."""
        return comments.create(self._session, repository, number, body=body)

    def update_comment(self, repository: str, comment_id: int, body: str) -> IssueComment:
        """Replace a comment's text."""
        return comments.update(self._session, repository, comment_id, body=body)

    def delete_comment(self, repository: str, comment_id: int) -> None:
        """Remove a comment; one that is gone is no error."""
        comments.delete(self._session, repository, comment_id)

    # --- statuses --------------------------------------------------------------------------------

    def create_status(self, repository: str, commit: str, post: StatusPost) -> None:
        """Post the status of a commit."""
        statuses.create(self._session, repository, commit, post)

    def latest_status(self, repository: str, commit: str, context: str) -> PostedStatus | None:
        """Return the newest status of a context, None when there is none."""
        return statuses.latest(self._session, repository, commit, context)

    def newest_statuses(
        self, repository: str, commit: str, context: str
    ) -> tuple[PostedStatus, ...]:
        """Return the newest statuses of a context, the newest first, with one request.

        Those among the newest hundred of the commit; there may be older ones.
        """
        return statuses.newest(self._session, repository, commit, context)

    # --- check runs ------------------------------------------------------------------------------

    def create_check_run(self, repository: str, post: CheckRunPost) -> int:
        """Make a check run; return its id.  Raises ``GitHubAnswerLost`` when it may be there."""
        return check_runs.create(self._session, repository, post)

    def find_check_run(
        self, repository: str, commit: str, *, name: str, external_id: str
    ) -> FoundCheckRun | None:
        """Return the newest check run of that name and external id, None when there is none."""
        return check_runs.find(
            self._session, repository, commit, name=name, external_id=external_id
        )

    def update_check_run(self, repository: str, check_run_id: int, post: CheckRunPost) -> None:
        """Change a check run; its annotations are added to those that are there.

        Raises ``GitHubAnswerLost`` when annotations may have been added nevertheless.
        """
        check_runs.update(self._session, repository, check_run_id, post)
