"""GitHub's REST API, as far as this program needs it.

Knows PyGithub, how long to try, and which host may be spoken to: the one it was given.  Refuses to
know what the answers are for.  Import this module late: PyGithub is slow to load.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from github import Auth, Github

from plugin.clients.github_errors import FAILURES, Errand, error_of, pause_seconds
from plugin.core.errors import GitHubError
from plugin.core.pull_request import PullRequestHead, hash_of, head_of, mapping_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from github.PullRequest import PullRequest

    from plugin.core.ports import Clock

_T = TypeVar("_T")
_REPOSITORY = re.compile(r"(?!\.\.?/)[A-Za-z0-9._-]+/(?!\.\.?$)[A-Za-z0-9._-]+")
_TOKEN = re.compile(r"[\x21-\x7e]*")
_PAGE = 100
_MOST_FILES = 3000
"""GitHub lists no more files of a pull request.  Source: REST API, "List pull requests files"."""


class GitHub:
    """One GitHub, one token.  Close it, or use it in a ``with``.

    Each question is tried ``1 + retries`` times.  Between attempts the clock waits, altogether at
    most ``longest_wait_seconds``; a longer wait that GitHub asks for is an error at once, and so is
    a cancel.  ``timeout_seconds`` limits the connecting and each silence of the server.

    Raises ``GitHubError`` when the token or the URL cannot be used at all.  An empty token asks as
    nobody: public repositories only, 60 questions an hour.
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        *,
        clock: Clock,
        timeout_seconds: int = 10,
        retries: int = 3,
        longest_wait_seconds: float = 60,
    ) -> None:
        self._token = _usable_token(token)
        self._host = _host_of(api_url)
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._longest_wait_seconds = longest_wait_seconds
        self._api = Github(
            base_url=api_url.strip().rstrip("/"),
            auth=Auth.Token(self._token) if self._token else None,
            timeout=timeout_seconds,
            user_agent="glue-health-check",
            per_page=_PAGE,
            lazy=True,  # no request for a repository only to get at its pull requests
            retry=None,  # we retry: PyGithub would sleep through a cancel
            seconds_between_requests=None,  # as retry; reads need no pause
        )

    def __repr__(self) -> str:
        return f"GitHub({self._host!r})"

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
        self._api.close()

    def pull_request_head(self, repository: str, number: int) -> PullRequestHead:
        """Return the head of a pull request as it is now.

        Raises ``GitHubError`` when GitHub does not tell.
        """
        errand = self._errand(f"read pull request #{number} of {repository}")
        pull = self._pull(repository, number, errand)
        head = self._ask(errand, lambda: head_of(pull.raw_data))
        if not head.sha:
            raise error_of(ValueError(), errand, now=self._clock.now())
        return head

    def pull_requests_of_commit(self, repository: str, commit: str) -> tuple[PullRequestHead, ...]:
        """Return the pull requests that GitHub associates with a commit, of any repository.

        They merely hold the commit, or are closed, or go elsewhere: the caller chooses.  GitHub
        finds none for a commit that only a fork has.  Raises ``GitHubError`` when GitHub does not
        tell.  Source: REST API, "List pull requests associated with a commit".
        """
        errand = self._errand(f"list the pull requests of commit {commit[:12]} of {repository}")
        path = _commit_path(repository, commit, errand)
        return self._ask(errand, lambda: self._listed_heads(f"{path}/pulls"))

    def branches_of_head(self, repository: str, commit: str) -> tuple[str, ...]:
        """Return the branches of the repository itself whose newest commit it is.

        A fork's branches are none of them.  Raises ``GitHubError`` when GitHub does not tell.
        Source: REST API, "List branches for HEAD commit", and the permissions it needs.
        """
        errand = self._errand(
            f"list the branches at commit {commit[:12]} of {repository}",
            permission="contents: read",
        )
        path = _commit_path(repository, commit, errand)
        return self._ask(errand, lambda: self._listed_branches(f"{path}/branches-where-head"))

    def _listed_branches(self, path: str) -> tuple[str, ...]:
        """Read what is no paged list."""
        listed: object
        _, listed = self._api.requester.requestJsonAndCheck("GET", path)
        names = [mapping_of(one).get("name") for one in listed] if isinstance(listed, list) else []
        return tuple(name for name in names if isinstance(name, str) and name)

    def _listed_heads(self, path: str) -> tuple[PullRequestHead, ...]:
        """Read one page: PyGithub's own list would ask for each pull request again."""
        listed: object
        _, listed = self._api.requester.requestJsonAndCheck(
            "GET", path, parameters={"per_page": _PAGE}
        )
        return (
            tuple(head_of(mapping_of(one)) for one in listed if one)
            if isinstance(listed, list)
            else ()
        )

    def changed_files(self, repository: str, number: int) -> frozenset[str] | None:
        """Return the paths that a pull request touches, with both names of a renamed file.

        Nothing when it touches 3,000 files or more: GitHub lists no more, so nobody knows.  Raises
        ``GitHubError`` when GitHub does not tell.
        """
        errand = self._errand(f"list the files of pull request #{number} of {repository}")
        pull = self._pull(repository, number, errand)
        return self._ask(errand, lambda: _paths_of(pull))

    def _pull(self, repository: str, number: int, errand: Errand) -> PullRequest:
        """Return the pull request without asking anything yet; refuse names that change the URL."""
        if not _REPOSITORY.fullmatch(repository) or number < 1:
            raise errand.failed("this is no name of a repository on GitHub", "It is owner/name.")
        return self._api.get_repo(repository).get_pull(number)

    def _errand(self, to: str, *, permission: str = "pull-requests: read") -> Errand:
        return Errand(
            to=to,
            permission=permission,
            host=self._host,
            token=self._token,
            timeout_seconds=self._timeout_seconds,
        )

    def _ask(self, errand: Errand, question: Callable[[], _T]) -> _T:
        """Ask until there is an answer, or no sense in asking again.  For questions only.

        Errors are raised without their cause: its text or its request may hold the token.
        """
        left_seconds, attempt = self._longest_wait_seconds, 0
        while True:
            try:
                return question()
            except FAILURES as error:
                now = self._clock.now()
                told = error_of(error, errand, now=now)
                pause = pause_seconds(error, attempt=attempt, now=now)
            if pause is None or pause > left_seconds or attempt == self._retries:
                raise told
            if self._clock.wait(pause):
                raise errand.failed("the run was cancelled while GitHub let us wait", "")
            left_seconds, attempt = left_seconds - pause, attempt + 1


def _commit_path(repository: str, commit: str, errand: Errand) -> str:
    """Return where a commit is; refuse names that change the URL."""
    if not _REPOSITORY.fullmatch(repository) or not hash_of(commit):
        raise errand.failed("this is no repository, or no commit, on GitHub", "")
    return f"/repos/{repository}/commits/{commit}"


def _paths_of(pull: PullRequest) -> frozenset[str] | None:
    """Read all pages."""
    files = list(pull.get_files())
    if len(files) >= _MOST_FILES:
        return None
    names = [name for file in files for name in (file.filename, file.previous_filename)]
    return frozenset(name for name in names if name)


def _usable_token(token: str) -> str:
    """Return the token without the line break that copying leaves; others make no header."""
    token = token.strip()
    if not _TOKEN.fullmatch(token):
        raise GitHubError(
            "The GitHub token has spaces, line breaks or letters that no token has.",
            hint="Set github_token to the bare token.",
        )
    return token


def _host_of(api_url: str) -> str:
    """Return the host (and port) of the API."""
    try:
        parts = urlsplit(api_url.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    is_usable = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    if not is_usable or parts.query or parts.fragment:
        raise GitHubError(
            "The URL of GitHub's API cannot be used.",
            hint="Set github_api_url to https://api.github.com, or https://HOST/api/v3.",
        )
    return f"{parts.hostname}{port}"
