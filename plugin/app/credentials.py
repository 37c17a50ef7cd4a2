"""How this process reaches AWS by settings and environment: whose credentials, and who masks them.

The only place that reads the runner's variables for OIDC tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.credentials import problems_of, session_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.app.invocation import Invocation
    from plugin.clients.aws.clients import Access
    from plugin.core.build import Build, Host
    from plugin.core.settings import PlanSettings
    from plugin.core.settings.sources import Settings

_URL, _BEARER = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"


def credential_problems(
    plan: PlanSettings, host: Host, environ: Mapping[str, str]
) -> tuple[str, ...]:
    """Return every problem of the settings that choose credentials, a sentence each."""
    has_token_request = bool(environ.get(_URL, "").strip())
    return problems_of(plan, host, has_token_request=has_token_request)


def access_of(invocation: Invocation, settings: Settings, build: Build) -> Access:
    """Return how to reach AWS by the settings; secrets that come up later are masked, too."""
    from plugin.clients.aws.clients import Access
    from plugin.clients.aws.oidc import TokenRequest

    plan = settings.plan
    request = TokenRequest(
        url=invocation.environ.get(_URL, ""),
        bearer=invocation.environ.get(_BEARER, ""),
        clock=invocation.clock,
        learn=invocation.learn,
    )
    return Access(
        region=plan.region,
        access_key_id=plan.aws_access_key_id,
        secret_access_key=plan.aws_secret_access_key,
        session_token=plan.aws_session_token,
        assume_role_arn=plan.assume_role_arn,
        external_id=plan.external_id,
        session_name=session_name(build),
        token_request=request if plan.github_oidc else None,
        learn=invocation.learn,
    )
