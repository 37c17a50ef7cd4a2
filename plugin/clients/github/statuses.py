"""Commit statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.clients.github.paths import commit_path
from plugin.core.github import PostedStatus
from plugin.core.pull_request import mapping_of

if TYPE_CHECKING:
    from plugin.clients.github.session import Session
    from plugin.core.github import StatusPost


def create(session: Session, repository: str, commit: str, post: StatusPost) -> None:
    """Post a status: the newest of a context counts, so to do it twice does no harm."""
    errand = session.errand(
        f"set the status {post.state} of commit {commit[:12]} of {repository}",
        permission="statuses: write",
    )
    path = commit_path(repository, commit, errand, part="statuses")
    body = {"state": post.state, "context": post.context, "description": post.description}
    if post.target_url:
        body["target_url"] = post.target_url
    session.ask(errand, lambda: session.send("POST", path, body=body))


def latest(session: Session, repository: str, commit: str, context: str) -> PostedStatus | None:
    """Return the newest status of a context, None when there is none.

    The combined status has one entry per context, the newest; the plain list has up to 1,000 of
    each.  Capitals in a context do not count.  Source: REST API, "Get the combined status for a
    specific reference".
    """
    errand = session.errand(
        f"read the status of commit {commit[:12]} of {repository}", permission="statuses: read"
    )
    path = f"{commit_path(repository, commit, errand)}/status"
    for entries in session.pages(errand, path, read=_entries_of):
        for entry in entries:
            if str(entry.get("context")).lower() == context.lower():
                return _status_of(entry)
    return None


def newest(
    session: Session, repository: str, commit: str, context: str
) -> tuple[PostedStatus, ...]:
    """Return those of a context among the newest hundred statuses, the newest first.

    Source: REST API, "List commit statuses for a reference".  Capitals as above.
    """
    errand = session.errand(
        f"read the statuses of commit {commit[:12]} of {repository}", permission="statuses: read"
    )
    path = f"{commit_path(repository, commit, errand)}/statuses"
    entries = next(session.pages(errand, path, read=_listed))
    return tuple(
        _status_of(entry)
        for entry in entries
        if str(entry.get("context")).lower() == context.lower()
    )


def _entries_of(page: Any) -> list[Any]:  # noqa: ANN401  # JSON of the other side
    return _listed(page["statuses"])


def _listed(entries: Any) -> list[Any]:  # noqa: ANN401  # as above
    if not isinstance(entries, list):
        raise TypeError  # no answer of GitHub's
    return [mapping_of(entry) for entry in entries]


def _status_of(entry: Any) -> PostedStatus:  # noqa: ANN401  # as above
    return PostedStatus(
        state=str(entry.get("state") or ""),
        target_url=str(entry.get("target_url") or ""),
        description=str(entry.get("description") or ""),
    )
