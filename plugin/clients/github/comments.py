"""Comments of a pull request, and whose account the token is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from github import GithubException

from plugin.clients.github.errors import is_passing
from plugin.clients.github.paths import repository_path
from plugin.core.github import IssueComment
from plugin.core.pull_request import mapping_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.clients.github.errors import Errand
    from plugin.clients.github.session import Session

_PERMISSION = "pull-requests: write"
"""Of whoever reads comments, too: it is for the sake of writing one."""
_UNAUTHORIZED = 401
_GONE = frozenset({404, 410})


def viewer(session: Session) -> str:
    """Return the login of the token's own account.

    GraphQL's ``viewer`` first: ``GET /user`` is refused to GITHUB_TOKEN and to every other token
    of an installation.  Where this token has no GraphQL, the other may be allowed.
    """
    errand = session.errand(
        "find out whose token it is",
        permission="contents: read",
        hint="Use a token that may ask GraphQL for its viewer, as ${{ github.token }} may; or "
        "switch the comment off.",
    )
    login = session.ask(errand, lambda: _viewer(session))
    return login or session.ask(errand, lambda: _login_of(session.send("GET", "/user")[1]))


def _viewer(session: Session) -> str:
    """Return the viewer's login; empty when GraphQL is refused, or not there, but not the token."""
    try:
        _, answer = session.api.requester.graphql_query("query { viewer { login } }", {})
    except GithubException as error:
        if is_passing(error) or error.status == _UNAUTHORIZED:
            raise
        return ""
    except TypeError:  # so PyGithub takes an answer that is no object
        return ""
    return str(mapping_of(mapping_of(answer.get("data")).get("viewer")).get("login") or "")


def _login_of(account: Any) -> str:  # noqa: ANN401  # JSON of the other side
    login = account["login"]
    if not isinstance(login, str) or not login:
        raise ValueError  # no answer of GitHub's
    return login


def listed(session: Session, repository: str, number: int) -> Iterator[IssueComment]:
    """Yield the comments, oldest first, page by page as they are wanted."""
    errand = session.errand(
        f"list the comments of pull request #{number} of {repository}", permission=_PERMISSION
    )
    path = f"{repository_path(repository, errand)}/issues/{number}/comments"
    for page in session.pages(errand, path, read=_comments_of):
        yield from page


def one(session: Session, repository: str, comment_id: int) -> IssueComment | None:
    """Return a comment, or nothing when it is gone."""
    errand = session.errand(f"read comment {comment_id} of {repository}", permission=_PERMISSION)
    path = _comment_path(repository, comment_id, errand)
    return session.ask(errand, partial(_unless_gone, session, "GET", path))


def create(session: Session, repository: str, number: int, *, body: str) -> IssueComment:
    """Write a comment, once."""
    errand = session.errand(
        f"comment on pull request #{number} of {repository}", permission=_PERMISSION
    )
    path = f"{repository_path(repository, errand)}/issues/{number}/comments"
    return session.make(
        errand, lambda: _comment_of(session.send("POST", path, body={"body": body})[1])
    )


def update(session: Session, repository: str, comment_id: int, *, body: str) -> IssueComment:
    """Replace a comment's text: to do it twice does no harm."""
    errand = session.errand(f"update comment {comment_id} of {repository}", permission=_PERMISSION)
    path = _comment_path(repository, comment_id, errand)
    return session.ask(
        errand, lambda: _comment_of(session.send("PATCH", path, body={"body": body})[1])
    )


def delete(session: Session, repository: str, comment_id: int) -> None:
    """Remove a comment; one that is gone is no error."""
    errand = session.errand(f"remove comment {comment_id} of {repository}", permission=_PERMISSION)
    path = _comment_path(repository, comment_id, errand)
    session.ask(errand, partial(_unless_gone, session, "DELETE", path))


def _unless_gone(session: Session, method: str, path: str) -> IssueComment | None:
    try:
        _, data = session.send(method, path)
    except GithubException as error:
        if error.status in _GONE:
            return None
        raise
    return _comment_of(data) if data is not None else None


def _comment_path(repository: str, comment_id: int, errand: Errand) -> str:
    return f"{repository_path(repository, errand)}/issues/comments/{comment_id}"


def _comments_of(page: Any) -> list[IssueComment]:  # noqa: ANN401  # JSON of the other side
    if not isinstance(page, list):
        raise TypeError  # no answer of GitHub's
    return [_comment_of(entry) for entry in page]


def _comment_of(data: Any) -> IssueComment:  # noqa: ANN401  # as above
    """Return a comment.  Raises ValueError, KeyError or TypeError when it is none."""
    author = mapping_of(data["user"])
    return IssueComment(
        id=id_of(data),
        author=str(author.get("login") or ""),
        body=str(data["body"] or ""),
        is_bot=author.get("type") == "Bot",
    )


def id_of(data: Any) -> int:  # noqa: ANN401  # as above
    """Return the number of a thing at GitHub.  Raises ValueError, KeyError or TypeError."""
    number = data["id"]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ValueError
    return number
