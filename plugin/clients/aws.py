"""How to talk to AWS: one session, time limits and retries for its clients.

Imports botocore only when a session is made: it is the heaviest thing we load.  boto3 would add its
resources and transfers, which take half as long again to load and which we do not use.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from plugin.clients.aws_errors import note_attempt, translated
from plugin.core.errors import NoCredentials, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.config import Config
    from botocore.session import Session
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client

ATTEMPTS = 5


class Pace(NamedTuple):
    """How long a client tries: attempts of a request, seconds to connect, seconds of silence."""

    attempts: int = ATTEMPTS
    connect: int = 5
    read: int = 20


PATIENT = Pace()
ONCE = Pace(attempts=1)
HURRIED = Pace(attempts=1, connect=2, read=5)
"""After a cancel: the CI host soon kills us."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to reach AWS.  Empty texts leave the choice to botocore's chain.

    ``assume_role_arn`` is taken first; ``endpoint_url`` points all clients at a local Glue.
    """

    region: str = ""
    endpoint_url: str = ""
    access_key_id: str = field(default="", repr=False)
    secret_access_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    assume_role_arn: str = ""
    external_id: str = field(default="", repr=False)
    session_name: str = "glue-health-check"


class Clients:
    """The AWS clients, made once each when first asked for.  Safe in threads.

    ``heard`` is called with service, operation and HTTP status after each request (for ``debug``).
    """

    def __init__(
        self, access: Access, *, heard: Callable[[str, str, int], None] | None = None
    ) -> None:
        """Take how to reach AWS; nothing is imported or asked yet."""
        self._access = access
        self._heard = heard
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._made: dict[tuple[str, Pace, str], Any] = {}

    @property
    def glue(self) -> GlueClient:
        """Glue, with retries."""
        client: GlueClient = self._client("glue")
        return client

    @property
    def glue_once(self) -> GlueClient:
        """Glue without any retry: for StartJobRun, which has no client token."""
        client: GlueClient = self._client("glue", ONCE)
        return client

    @property
    def s3(self) -> S3Client:
        """S3, with retries."""
        client: S3Client = self._client("s3")
        return client

    @property
    def s3_hurried(self) -> S3Client:
        """S3 for a cancelled run: one attempt, short time limits."""
        client: S3Client = self._client("s3", HURRIED)
        return client

    @property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs, with retries."""
        client: CloudWatchLogsClient = self._client("logs")
        return client

    def sns(self, region: str, *, is_hurried: bool = False) -> Any:  # noqa: ANN401 - as _client
        """SNS in the region of a topic; ``is_hurried`` as ``s3_hurried``."""
        return self._client("sns", HURRIED if is_hurried else PATIENT, region)

    def account_id(self) -> str:
        """Return the account of the credentials in use."""
        with translated("ask STS who we are"):
            identity = self._client("sts").get_caller_identity()
        return str(identity["Account"])

    def has_credentials(self) -> bool:
        """Whether botocore's chain finds any credentials; does not try them."""
        try:
            with translated("look for AWS credentials"):
                return self._open().get_credentials() is not None
        except NoCredentials:
            return False

    def secrets(self) -> tuple[str, ...]:
        """Return the secret parts of the credentials in use; with a role, it is taken now."""
        with translated("get AWS credentials"):
            found: Any = self._open().get_credentials()
            key = found.get_frozen_credentials() if found else None
        return tuple(text for text in (key.secret_key, key.token) if text) if key else ()

    @property
    def region(self) -> str:
        """The region in use; empty when none is configured."""
        session: Any = self._open()
        return str(session.get_config_variable("region") or "")

    @property
    def partition(self) -> str:
        """The partition of the region: aws, aws-cn or aws-us-gov; aws for one nobody knows."""
        from botocore.exceptions import UnknownRegionError

        try:
            return self._open().get_partition_for_region(self.region) if self.region else "aws"
        except UnknownRegionError:
            return "aws"

    def _client(self, service: str, pace: Pace = PATIENT, region: str = "") -> Any:  # noqa: ANN401 - botocore's own type
        key = (service, pace, region)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(*key)
            return self._made[key]

    def _make(self, service: str, pace: Pace, region: str) -> Any:  # noqa: ANN401 - botocore's own type
        session = self._open()
        with translated(f"make a client for {service}"):
            maker: Any = session.create_client
            client = maker(
                service,
                region_name=region or None,
                config=_config(pace, is_local=bool(self._access.endpoint_url)),
                endpoint_url=self._access.endpoint_url or None,
            )
        client.meta.events.register("response-received", note_attempt)
        if self._heard is not None:
            client.meta.events.register("after-call", self._note)
        return client

    def _note(self, *, model: Any, http_response: Any, **_: object) -> None:  # noqa: ANN401 - botocore's event
        if self._heard is not None:
            self._heard(model.service_model.service_name, model.name, http_response.status_code)

    def _open(self) -> Session:
        with self._lock:
            if self._session is None:
                self._session = self._new_session()
            return self._session

    def _new_session(self) -> Session:
        from botocore.session import Session

        access = self._access
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
        return self._with_role(session) if access.assume_role_arn else session

    def _with_role(self, session: Any) -> Session:  # noqa: ANN401 - botocore has no types
        """Return a session of the assumed role, whose credentials botocore renews by itself."""
        from botocore.credentials import (
            AssumeRoleCredentialFetcher,
            DeferredRefreshableCredentials,
        )

        access = self._access
        extra = {"RoleSessionName": access.session_name[:64]}
        if access.external_id:
            extra["ExternalId"] = access.external_id
        with translated("look for AWS credentials"):
            source: Any = session.get_credentials()
        if source is None:
            raise NoCredentials(
                f"There are no AWS credentials with which to assume {access.assume_role_arn}.",
                hint="Give AWS credentials, e.g. by OIDC, or leave assume_role_arn away.",
            )

        def sts(service: str, **options: Any) -> Any:  # noqa: ANN401 - botocore's factory
            maker: Any = session.create_client
            endpoint_url = access.endpoint_url or None
            config = _config(PATIENT, is_local=bool(endpoint_url))
            return maker(service, config=config, endpoint_url=endpoint_url, **options)

        with translated(f"assume {access.assume_role_arn}"):
            fetcher: Any = AssumeRoleCredentialFetcher(
                client_creator=sts,
                source_credentials=source,
                role_arn=access.assume_role_arn,
                extra_args=extra,
            )
            renewing: Any = DeferredRefreshableCredentials(
                method="assume-role", refresh_using=fetcher.fetch_credentials
            )
            session._credentials = renewing  # noqa: SLF001 - botocore has no public way to set them
        return session  # type: ignore[no-any-return]  # see the parameter


def _config(pace: Pace, *, is_local: bool) -> Config:
    """Return time limits and retries of a client."""
    from botocore.config import Config

    return Config(
        connect_timeout=pace.connect,
        read_timeout=pace.read,
        retries={"total_max_attempts": pace.attempts, "mode": "standard"},
        max_pool_connections=32,
        user_agent_extra="glue-health-check",
        proxies={} if is_local else None,  # a proxy would get what is for this machine
    )
