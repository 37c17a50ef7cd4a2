"""Whose credentials: what may be asked for together, and the name under which AWS records us.

Knows the settings that choose credentials and STS's rules for names.  Refuses to know a secret.
Sources: STS's model (``roleSessionNameType``, ``externalIdType``); AWS's page
"AssumeRoleWithWebIdentity", which knows no external id; GitHub's page "OpenID Connect reference".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugin.core.build import Host

if TYPE_CHECKING:
    from plugin.core.build import Build
    from plugin.core.settings import PlanSettings

LONGEST_NAME = 64
"""Characters of a session's name, which AWS shows in CloudTrail and in the session's ARN."""
_PREFIX = "glue-health-check"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_=,.@]+")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)


def problems_of(plan: PlanSettings, host: Host, *, has_token_request: bool) -> tuple[str, ...]:
    """Return every problem of the settings that choose credentials, a sentence each.

    ``has_token_request`` says that the runner offers to make OIDC tokens.  A runner of GitHub's
    kind that does not offer it lacks a permission, or builds a fork: that is no problem of the
    settings, and is told when credentials are wanted.
    """
    if plan.engine != "glue":
        return ()  # nothing of this is used there
    found = {
        "external_id: it needs assume_role_arn, the role that asks for it.": bool(plan.external_id)
        and not plan.assume_role_arn,
        "external_id: AWS takes 2 to 1224 letters, digits and _+=,.@:/-.": bool(plan.external_id)
        and not _EXTERNAL_ID.fullmatch(plan.external_id),
    }
    if plan.github_oidc and not has_token_request and not host.has_runner_files:
        found |= {_no_token(host): True}  # nothing else of it matters here
    elif plan.github_oidc:
        found |= {
            "github_oidc: it needs assume_role_arn, the role to take with the token.": (
                not plan.assume_role_arn
            ),
            "github_oidc: an AWS key is given, too (aws_access_key_id, or AWS_ACCESS_KEY_ID). Leave"
            " one out: nobody knows which is meant.": bool(plan.aws_access_key_id),
            "github_oidc: AWS takes no external_id with an OIDC token. Leave it out, and let the"
            " role's trust policy name the repository.": bool(plan.external_id),
        }
    return tuple(sentence for sentence, is_so in found.items() if is_so)


def _no_token(host: Host) -> str:
    if host is Host.PLAIN:
        return (
            "github_oidc: this machine gives no token; GitHub Actions does. Leave github_oidc out."
        )
    return (
        f"github_oidc: {host} gives no token of this kind; GitHub Actions does. Leave github_oidc"
        " out, or put the host's own token into a file and set AWS_WEB_IDENTITY_TOKEN_FILE and"
        " AWS_ROLE_ARN."
    )


def session_name(build: Build) -> str:
    """Return who we are to CloudTrail: host, repository and number, e.g. of a workflow run.

    It has 2 to 64 letters, digits and ``_=,.@-``.  A long repository loses its beginning: the
    number finds the build.  Nothing that a pull request's author writes is in it.
    """
    number = _slug("-".join(part for part in (build.number, build.attempt) if part))[-24:]
    ends = [_PREFIX, _slug(build.host), number]
    room = LONGEST_NAME - sum(len(end) + 1 for end in ends if end)
    repository = _slug(build.repository)[-room:].strip("-")
    return "-".join(part for part in (*ends[:2], repository, number) if part)


def _slug(text: str) -> str:
    return _NOT_IN_A_NAME.sub("-", text).strip("-")
