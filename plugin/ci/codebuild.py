"""AWS CodeBuild, started by a webhook, by hand, as part of a batch, or by CodePipeline.

Knows that a batch and a build by hand name the commit only, so that the pull request is asked for
by it, that the builds of a batch have numbers of their own but nothing that tells the batch, and
that CodePipeline tells no repository.  A fork is not told: GitHub is asked; elsewhere a
pull request counts as a fork's.  Sources: AWS' pages "Environment variables in build environments"
and "Source version sample with AWS CodeBuild".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from plugin.ci.questions import with_questions
from plugin.ci.repository_url import forge_of
from plugin.ci.values import CHANGE_REF, digits_of, event_of, web_url_of
from plugin.core.build import Build, Fork, Host
from plugin.core.pull_request import hash_of, number_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts

_TRIGGER = re.compile(r"pr/([0-9]+)")
_PINNED = re.compile(r"(.*)\^\{([0-9a-fA-F]+)\}")
_ARN = re.compile(r"arn:(aws[a-z-]*):codebuild:([a-z0-9-]+):([0-9]+):build/([^:/]+):([0-9a-f-]+)")
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_DEPENDABOT_ID = "49699333"
"""Dependabot's account on github.com, as in the address that it signs its commits with."""


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build; without a repository's URL (CodePipeline) it knows little but the commit.

    What CodePipeline and a build by hand start, somebody of ours chose: it is no fork unless a
    variable speaks of a pull request.
    """
    _ = event, git
    forge = forge_of(environ.get("CODEBUILD_SOURCE_REPO_URL", ""))
    started_by = environ.get("CODEBUILD_WEBHOOK_EVENT", "").strip().lower()
    refs = _refs(environ)
    numbers = [number for ref in refs if (number := _number(ref))]
    may_be_pull_request = (
        started_by.startswith("pull_request")
        or any(map(_is_change, refs))
        or (not started_by and _may_be_of_webhook(environ))
    )
    build = Build(
        host=Host.CODEBUILD,
        repository=forge.owner_and_name,
        commit=_commit(environ, refs),
        pull_request=numbers[0] if numbers else None,
        branch=_branch(environ),
        target_branch=_short(environ.get("CODEBUILD_WEBHOOK_BASE_REF", "")),
        event=event_of(started_by),
        actor=ref_of(environ.get("CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID", "")),
        link=web_url_of(environ.get("CODEBUILD_PUBLIC_BUILD_URL", "")) or _console(environ),
        workflow=_project(environ),
        job=ref_of(environ.get("CODEBUILD_BATCH_BUILD_IDENTIFIER", "")),
        number=digits_of(environ.get("CODEBUILD_BUILD_NUMBER", "")),
        fork=Fork.UNKNOWN if may_be_pull_request else Fork.NO,
        is_dependabot=_is_dependabot(environ, is_on_github=forge.host == "github.com"),
        server_url=forge.server_url,
        api_url=forge.api_url,
        is_leg=environ.get("CODEBUILD_BATCH_BUILD_IDENTIFIER", "").strip() != "",
    )
    return with_questions(build)


def _may_be_of_webhook(environ: Mapping[str, str]) -> bool:
    """Whether a forge started it (``GitHub-Hookshot/…``): then it may be for a pull request.

    The builds of a batch may lack the variables of the webhook.  Every build has an initiator:
    without it, not all was passed on.
    """
    initiator = environ.get("CODEBUILD_INITIATOR", "").strip().lower()
    return "hook" in initiator or not initiator


def _refs(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what was asked for: ``pr/7``, ``branch/main``, refs, with or without ``^{commit}``."""
    names = ("CODEBUILD_WEBHOOK_TRIGGER", "CODEBUILD_SOURCE_VERSION")
    return tuple(environ.get(name, "").strip() for name in names)


def _unpinned(ref: str) -> str:
    match = _PINNED.fullmatch(ref)
    return match[1] if match else ref


def _is_change(ref: str) -> bool:
    return any(pattern.fullmatch(_unpinned(ref)) for pattern in (_TRIGGER, CHANGE_REF))


def _number(ref: str) -> int | None:
    match = _TRIGGER.fullmatch(_unpinned(ref)) or CHANGE_REF.fullmatch(_unpinned(ref))
    return number_of(match[1]) if match else None


def _commit(environ: Mapping[str, str], refs: tuple[str, ...]) -> str:
    """Return the commit that was built; that of a test merge is none, for no page shows it."""
    if any(_unpinned(ref).endswith("/merge") and _is_change(ref) for ref in refs):
        return ""
    pinned = (match[2] for ref in refs if (match := _PINNED.fullmatch(ref)))
    texts = (environ.get("CODEBUILD_RESOLVED_SOURCE_VERSION", ""), *pinned, *refs)
    return next((found for text in texts if (found := hash_of(text))), "")


def _branch(environ: Mapping[str, str]) -> str:
    """Return the source branch or the tag, as the webhook tells it, or the trigger."""
    head = _short(environ.get("CODEBUILD_WEBHOOK_HEAD_REF", ""))
    kind, _, name = environ.get("CODEBUILD_WEBHOOK_TRIGGER", "").strip().partition("/")
    return head or (ref_of(name) if kind in {"branch", "tag"} else "")


def _short(ref: str) -> str:
    return ref_of(ref.strip().removeprefix("refs/heads/").removeprefix("refs/tags/"))


def _is_dependabot(environ: Mapping[str, str], *, is_on_github: bool) -> bool:
    """Whether Dependabot's account sent the webhook; the host tells accounts by number."""
    actor = environ.get("CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID", "").strip()
    return is_on_github and actor == _DEPENDABOT_ID


def _project(environ: Mapping[str, str]) -> str:
    """Return the project, whose builds are numbered: CODEBUILD_BUILD_ID is ``project:uuid``."""
    return ref_of(environ.get("CODEBUILD_BUILD_ID", "").partition(":")[0])


def _console(environ: Mapping[str, str]) -> str:
    """Return the build's page in the AWS console."""
    match = _ARN.fullmatch(environ.get("CODEBUILD_BUILD_ARN", "").strip())
    if match is None or match[1] not in _CONSOLES:
        return ""
    partition, region, account, project, build = match.groups()
    page = f"{account}/projects/{quote(project, safe='')}/build/{quote(project, safe='')}%3A{build}"
    return web_url_of(f"https://{region}.{_CONSOLES[partition]}/codesuite/codebuild/{page}/")
