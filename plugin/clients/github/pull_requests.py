"""Questions about pull requests and commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.clients.github.paths import commit_path, repository_path
from plugin.clients.github.session import PAGE
from plugin.core.pull_request import PullRequestHead, head_of, mapping_of

if TYPE_CHECKING:
    from github.PullRequest import PullRequest

    from plugin.clients.github.errors import Errand
    from plugin.clients.github.session import Session

_MOST_FILES = 3000
"""GitHub lists no more files of a pull request.  Source: REST API, "List pull requests files"."""

_READ = "pull-requests: read"


def head(session: Session, repository: str, number: int) -> PullRequestHead:
    """Return the head of a pull request as it is now."""
    errand = session.errand(f"read pull request #{number} of {repository}", permission=_READ)

    def question() -> PullRequestHead:
        found = head_of(_pull(session, repository, number, errand).raw_data)
        if not found.sha:
            raise ValueError  # no answer of GitHub's
        return found

    return session.ask(errand, question)


def of_commit(session: Session, repository: str, commit: str) -> tuple[PullRequestHead, ...]:
    """Return the pull requests of one page: PyGithub's own list would ask for each again."""
    errand = session.errand(
        f"list the pull requests of commit {commit[:12]} of {repository}", permission=_READ
    )
    path = commit_path(repository, commit, errand)
    _, listed = session.ask(
        errand, lambda: session.send("GET", f"{path}/pulls", query={"per_page": PAGE})
    )
    pulls = listed if isinstance(listed, list) else []
    return tuple(head_of(mapping_of(one)) for one in pulls if one)


def branches_of_head(session: Session, repository: str, commit: str) -> tuple[str, ...]:
    """Return the branches whose newest commit it is: this is no paged list."""
    errand = session.errand(
        f"list the branches at commit {commit[:12]} of {repository}", permission="contents: read"
    )
    path = commit_path(repository, commit, errand)
    _, listed = session.ask(errand, lambda: session.send("GET", f"{path}/branches-where-head"))
    names = [mapping_of(one).get("name") for one in listed] if isinstance(listed, list) else []
    return tuple(name for name in names if isinstance(name, str) and name)


def changed_files(session: Session, repository: str, number: int) -> frozenset[str] | None:
    """Return the paths that a pull request touches, or nothing when GitHub lists not all."""
    errand = session.errand(
        f"list the files of pull request #{number} of {repository}", permission=_READ
    )
    return session.ask(errand, lambda: _paths_of(_pull(session, repository, number, errand)))


def _pull(session: Session, repository: str, number: int, errand: Errand) -> PullRequest:
    """Return the pull request without asking anything yet."""
    repository_path(repository, errand)
    if number < 1:
        raise errand.failed("this is no name of a repository on GitHub", "It is owner/name.")
    return session.api.get_repo(repository).get_pull(number)


def _paths_of(pull: PullRequest) -> frozenset[str] | None:
    """Read all pages."""
    files = list(pull.get_files())
    if len(files) >= _MOST_FILES:
        return None
    names = [name for file in files for name in (file.filename, file.previous_filename)]
    return frozenset(name for name in names if name)
