"""The role that is taken before anything else: with a key that is there, or with an OIDC token.

Knows STS, what it answers to a wrong trust policy, and what to change then.  Refuses to know who
asks.  Sources: AWS's pages "AssumeRole", "AssumeRoleWithWebIdentity" and "OIDC federation";
aws-actions/configure-aws-credentials, issues 457, 690, 929, 961, 1848.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from plugin.clients.aws.errors import code_of, translated
from plugin.clients.aws.oidc import LACKING, subject_of
from plugin.clients.aws.renewal import MANDATORY_SECONDS, watched
from plugin.core.errors import AccessDenied, EngineError, NoCredentials, Throttled, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugin.clients.aws.oidc import TokenRequest
    from plugin.core.ports import Clock

AGAIN_SECONDS = 2.0
"""Before the second round.  IAM is told of a change a little later in some places than in others,
and STS cannot always fetch GitHub's keys; the second round has a token of its own, because the
first may have outlived the attempts of the first round."""
_PASSING = frozenset(
    {"AccessDenied", "InvalidIdentityToken", "IDPCommunicationError", "ExpiredTokenException"}
)
_AUDIENCES = {"aws-cn": "sts.amazonaws.com.cn"}
_AUDIENCE = "sts.amazonaws.com"
_ROLE_HINTS = {
    "ExpiredToken": "Renew the credentials with which the role is taken.",
    "AccessDenied": (
        "Let the role's trust policy name the identity that takes it, give that identity"
        " sts:AssumeRole on the role, and check external_id."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role to take, and how.  With ``request``, a token of the runner's takes it."""

    arn: str
    session_name: str
    external_id: str = field(default="", repr=False)
    request: TokenRequest | None = None

    @property
    def audience(self) -> str:
        """Whom the token is for; it must be a client id of the provider in IAM."""
        return _AUDIENCES.get(self.arn.split(":")[1], _AUDIENCE)


@dataclass(frozen=True, kw_only=True)
class Taking:
    """What it takes to take a role: a botocore session, clients for STS, time, and who masks."""

    session: Any
    sts: Callable[..., Any]
    clock: Clock
    learn: Callable[[tuple[str, ...]], None]


def credentials_of(role: Role, taking: Taking) -> Any:  # noqa: ANN401 - botocore has no types
    """Return the role's credentials, to be watched (``renewal``) by who uses them.

    It is taken when they are first needed, and again in time.

    Raises ``NoCredentials`` when there is nothing to take it with.  Without ``DurationSeconds`` a
    session lives an hour, the longest that a role taken from a role may have; a check may last
    longer, because botocore asks again in time.
    """
    from botocore.credentials import DeferredRefreshableCredentials

    fetch = _by_key(role, taking) if role.request is None else _by_token(role, taking)
    renewing: Any = DeferredRefreshableCredentials(
        method="assume-role" if role.request is None else "assume-role-with-web-identity",
        refresh_using=fetch,
    )
    renewing._mandatory_refresh_timeout = MANDATORY_SECONDS  # noqa: SLF001 - the constructor takes none
    return renewing


def _by_key(role: Role, taking: Taking) -> Callable[[], Mapping[str, Any]]:
    from botocore.credentials import AssumeRoleCredentialFetcher

    with translated("look for AWS credentials"):
        source: Any = taking.session.get_credentials()
    if source is None:
        raise NoCredentials(
            f"There are no AWS credentials with which to assume {role.arn}.",
            hint="Give AWS credentials, e.g. by OIDC, or leave assume_role_arn away.",
        )
    extra = {"RoleSessionName": role.session_name}
    if role.external_id:
        extra["ExternalId"] = role.external_id
    fetcher: Any = AssumeRoleCredentialFetcher(
        client_creator=taking.sts,
        source_credentials=watched(source, clock=taking.clock, learn=taking.learn),
        role_arn=role.arn,
        extra_args=extra,
    )

    def fetch() -> Mapping[str, Any]:
        return _taken(fetcher.fetch_credentials, role, lambda words: _hint(words, _ROLE_HINTS))

    return fetch


def _by_token(role: Role, taking: Taking) -> Callable[[], Mapping[str, Any]]:
    from botocore.credentials import AssumeRoleWithWebIdentityCredentialFetcher

    request = role.request
    if request is None or not request.is_offered:
        raise NoCredentials(
            f"There is no OIDC token with which to assume {role.arn}.", hint=LACKING
        )
    said = {"sub": ""}

    def load() -> str:
        token = request.token(role.audience)
        said["sub"] = subject_of(token)
        return token

    fetcher: Any = AssumeRoleWithWebIdentityCredentialFetcher(
        client_creator=taking.sts,
        web_identity_token_loader=load,
        role_arn=role.arn,
        extra_args={"RoleSessionName": role.session_name},
    )

    def fetch() -> Mapping[str, Any]:
        return _taken(
            lambda: _twice(fetcher.fetch_credentials, taking.clock),
            role,
            lambda words: _hint(words, _token_hints(role, said["sub"])),
        )

    return fetch


def _twice(ask: Callable[[], Mapping[str, Any]], clock: Clock) -> Mapping[str, Any]:
    """Ask, and once more where that may help; throttling and lost answers botocore has retried."""
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as error:
        if code_of(error) not in _PASSING or clock.wait(AGAIN_SECONDS):
            raise
    return ask()


def _taken(
    ask: Callable[[], Mapping[str, Any]], role: Role, hint: Callable[[str], str]
) -> Mapping[str, Any]:
    """Return what STS gave; raise what its refusal means.

    Whatever request wanted the credentials was not sent.
    """
    try:
        with translated(f"assume {role.arn}"):
            return ask()
    except EngineError as error:
        keeps = isinstance(error, (AccessDenied, Throttled, Unreachable))
        kind = type(error) if keeps else NoCredentials
        is_told = keeps or isinstance(error, NoCredentials)
        trouble = error.trouble if is_told else None
        ours = kind(error.message, hint=hint(error.message) or error.hint, trouble=trouble)
        ours.had_no_effect = True
        raise ours from None


def _hint(words: str, hints: Mapping[str, str]) -> str:
    return next((hint for part, hint in hints.items() if part in words), "")


def _token_hints(role: Role, subject: str) -> dict[str, str]:
    """Return what to change, by what STS says; the first that fits counts."""
    who = f" The token says: {subject}." if subject else ""
    return {
        "No OpenIDConnect provider": (
            "Add the token's issuer (of GitHub: https://token.actions.githubusercontent.com) as an"
            " identity provider to IAM of the role's account."
        ),
        "Incorrect token audience": (
            f"Add the audience {role.audience} to the identity provider in IAM."
        ),
        "thumbprint": "Renew the thumbprints of the identity provider in IAM.",
        "verification key": "Run the check again: AWS could not fetch the issuer's keys.",
        "IDPCommunicationError": "Run the check again: AWS could not reach the issuer.",
        "ExpiredToken": "Check the clock of the runner.",
        "AccessDenied": (
            "Let the role's trust policy allow sts:AssumeRoleWithWebIdentity to the identity"
            f" provider, for the subject (sub) and the audience {role.audience}.{who}"
        ),
    }
