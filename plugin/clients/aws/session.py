"""A botocore session by our rules: whose credentials it uses, and how they are renewed.

Knows botocore's chain.  Refuses to know what the session is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.clients.aws.errors import translated
from plugin.clients.aws.pace import HURRIED, TAKING, config_of
from plugin.core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.config import Config
    from botocore.session import Session

    from plugin.clients.aws.clients import Access
    from plugin.core.ports import Clock


def open_session(access: Access, *, clock: Clock, watch: Callable[[Any], None]) -> Session:
    """Return a session; nothing is asked of AWS yet.  ``watch`` is given each client of STS.

    Raises ``Refused`` for half a key or a profile that is missing, ``NoCredentials`` when there is
    nothing to take the role with.
    """
    from botocore.session import Session

    if bool(access.access_key_id) != bool(access.secret_access_key):
        raise Refused(
            "Only one part of the AWS key is given.",
            hint="Give both aws_access_key_id and aws_secret_access_key, or none.",
        )
    with translated("read the AWS configuration"):
        session: Any = Session()
        session.get_scoped_config()  # a profile that is named and missing is told here
        if access.region:
            session.set_config_variable("region", access.region)
        if access.access_key_id:
            key = (access.access_key_id, access.secret_access_key, access.session_token or None)
            session.set_credentials(*key)
    if access.assume_role_arn:
        session._credentials = _of_role(session, access, clock=clock, watch=watch)  # noqa: SLF001 - botocore has no public way to set them
    return session  # type: ignore[no-any-return]  # botocore has no types


def _of_role(
    session: Any,  # noqa: ANN401 - botocore has no types
    access: Access,
    *,
    clock: Clock,
    watch: Callable[[Any], None],
) -> Any:  # noqa: ANN401 - botocore has no types
    from plugin.clients.aws.roles import Role, Taking, credentials_of

    role = Role(
        arn=access.assume_role_arn,
        session_name=access.session_name[:64],
        external_id=access.external_id,
        request=access.token_request,
    )
    sts = _sts_of(session, access, clock=clock, watch=watch)
    taking = Taking(session=session, sts=sts, clock=clock, learn=access.learn)
    return credentials_of(role, taking)


def _sts_of(
    session: Any,  # noqa: ANN401 - botocore has no types
    access: Access,
    *,
    clock: Clock,
    watch: Callable[[Any], None],
) -> Callable[..., Any]:
    """Return what makes clients of STS, as botocore's fetchers want it.

    STS is asked in the region of the session, where its endpoint (FIPS, too) is botocore's choice.
    """

    def sts(service: str, *, config: Config | None = None, **options: Any) -> Any:  # noqa: ANN401 - botocore's factory
        pace = HURRIED if clock.is_cancelled() else TAKING  # a client is made for each taking
        ours = config_of(pace, is_local=bool(access.endpoint_url))
        client = session.create_client(
            service,
            config=ours.merge(config) if config else ours,
            endpoint_url=access.endpoint_url or None,
            **options,
        )
        watch(client)
        return client

    return sts
