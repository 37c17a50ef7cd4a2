"""What is left to ask GitHub when a host has told all it knows.

Knows one rule for all hosts.  Refuses to ask a forge that is none of GitHub's kind: its pull
requests have other numbers, and our token is nothing for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.ci.values import web_url_of
from plugin.core.build import Fork, Question

if TYPE_CHECKING:
    from plugin.core.build import Build

_OTHER_KINDS = ("gitlab", "bitbucket", "codecommit", "dev.azure.com", "git.sr.ht", "harness.io")
"""Parts of the names of servers whose pull requests have neither GitHub's shape nor its numbers."""

GITEA_API = "/api/v1"
"""How the address of Gitea's and Forgejo's API ends.  Its pull requests have GitHub's shape; its
search by commit has not.  Source: Gitea, routers/api/v1/api.go."""


def asked_at(build: Build, api_url: str) -> Build:
    """Return the build with the operator's address of the API, and what must be asked there.

    Unchanged where the forge is known to be of another kind, and on GitHub's and Gitea's own
    runners: they name their API themselves, by the very variable of the setting.  Without user and
    password, with which nobody is asked.
    """
    named = web_url_of(api_url).rstrip("/")
    is_other = any(kind in build.server_url.lower() for kind in _OTHER_KINDS)
    if not named or is_other or not build.may_be_github or build.host.has_runner_files:
        return build
    return with_questions(replace(build, api_url=named, questions=()))


def with_questions(build: Build) -> Build:
    """Return the build with what must be asked, if there is somebody to ask.

    Of a pull request with a number: its head, when the commit or the fork is unknown.  Of a commit
    that may be a stranger's: the pull request that it is the head of.
    """
    if not build.api_url or build.repository.count("/") != 1:
        return build
    if build.pull_request is not None:
        is_known = build.commit != "" and build.fork is not Fork.UNKNOWN
        return build if is_known else replace(build, questions=(Question.PULL_REQUEST_HEAD,))
    is_github = not build.api_url.endswith(GITEA_API)
    if is_github and build.commit and build.fork is not Fork.NO:
        return replace(build, questions=(Question.PULL_REQUEST_OF_COMMIT,))
    return build
