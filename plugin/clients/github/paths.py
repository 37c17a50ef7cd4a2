"""Where things are at GitHub; a name that would change the URL is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugin.core.pull_request import hash_of

if TYPE_CHECKING:
    from plugin.clients.github.errors import Errand

_REPOSITORY = re.compile(r"(?!\.\.?/)[A-Za-z0-9._-]+/(?!\.\.?$)[A-Za-z0-9._-]+")


def repository_path(repository: str, errand: Errand) -> str:
    """Return where a repository is, given as owner/name.  Raises ``GitHubError``."""
    if not _REPOSITORY.fullmatch(repository):
        raise errand.failed("this is no name of a repository on GitHub", "It is owner/name.")
    return f"/repos/{repository}"


def commit_path(repository: str, commit: str, errand: Errand, *, part: str = "commits") -> str:
    """Return where a commit is, given as whole hash.  Raises ``GitHubError``."""
    if not _REPOSITORY.fullmatch(repository) or not hash_of(commit):
        raise errand.failed("this is no repository, or no commit, on GitHub", "")
    return f"/repos/{repository}/{part}/{commit}"
