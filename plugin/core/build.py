"""Who asked: the build of a CI host, or a person on a laptop."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Host(StrEnum):
    """The CI hosts that are told apart.  ``gitea`` stands for Gitea's and Forgejo's Actions."""

    GITHUB = "github"
    GITEA = "gitea"
    DRONE = "drone"
    WOODPECKER = "woodpecker"
    HARNESS = "harness"
    JENKINS = "jenkins"
    GITLAB = "gitlab"
    BITBUCKET = "bitbucket"
    CODEBUILD = "codebuild"
    BUILDKITE = "buildkite"
    PLAIN = "plain"

    @property
    def has_runner_files(self) -> bool:
        """Whether it reads workflow commands in the log, and GITHUB_OUTPUT and its like."""
        return self in {Host.GITHUB, Host.GITEA}

    @property
    def kills_without_signal(self) -> bool:
        """Whether a cancelled build's container is killed at once, so that nothing can be told.

        A status that says "pending" would stay for ever there.  Sources: drone-runner-docker,
        engine/engine.go; Harness' lite-engine, engine/docker/docker.go.
        """
        return self in {Host.DRONE, Host.HARNESS}


class Fork(StrEnum):
    """Whether the code comes from a fork.  ``unknown`` counts as ``yes``.

    ``unknown`` is for a pull request only, or for a commit that may be one's: what a branch of
    our own holds was pushed by somebody who may, and is ``no``.
    """

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Question(StrEnum):
    """What only GitHub's API knows.  ``ci`` returns it, ``app`` asks it."""

    PULL_REQUEST_HEAD = "pull_request_head"
    """The head commit of the pull request, and whether it comes from a fork."""
    PULL_REQUEST_OF_COMMIT = "pull_request_of_commit"
    """The pull request whose head the commit is, if there is one; else a branch of ours."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """One build: where to report and what to call things.

    ``commit`` is the full hash to report on (the pull request's head, not the merge commit);
    empty when nobody knows.  ``repository`` is ``owner/name``; empty on a laptop without remote.
    ``is_dependabot`` says that Dependabot asked, or wrote the pull request.
    ``workflow`` names what is built, apart from other workflows of the repository; empty where a
    host numbers the builds of a repository as one sequence.  ``number`` and ``attempt`` order the
    builds of one workflow; both are texts of digits or empty.  ``job`` names the part of the build
    that we run in, the same in a later build; empty where the host does not name it.
    ``is_leg`` says that the build runs beside others of the same commit, each with a number of its
    own.  ``is_tag`` says that ``branch`` is the name of a tag.  ``may_be_github`` is False where
    the forge is known to be of a kind whose pull requests have other numbers than GitHub's, so
    that no setting may have one asked for.  ``questions`` that GitHub left open stay.
    """

    host: Host
    repository: str = ""
    commit: str = ""
    pull_request: int | None = None
    branch: str = ""
    target_branch: str = ""
    event: str = ""
    actor: str = ""
    link: str = ""
    workflow: str = ""
    job: str = ""
    number: str = ""
    attempt: str = ""
    fork: Fork = Fork.NO
    is_dependabot: bool = False
    server_url: str = ""
    api_url: str = ""
    is_leg: bool = False
    is_tag: bool = False
    may_be_github: bool = True
    questions: tuple[Question, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether a stranger may have written the code.

        So it is with a fork, with what may be one, and with what Dependabot proposes: that code is
        a package's author's.  GitHub too treats Dependabot's builds as a fork's.
        """
        return self.is_dependabot or self.fork is not Fork.NO

    def job_suffix(self) -> str:
        """Return the default ``job_suffix``, e.g. ``pr-123-456`` or ``main-456``."""
        subject = f"pr-{self.pull_request}" if self.pull_request else self.branch or "local"
        return "-".join(part for part in (subject, self.number) if part)
