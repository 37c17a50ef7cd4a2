"""How to talk to AWS: the clients of one session, each made once.

Imports botocore only when a session is made: it is the heaviest thing we load.  boto3 would add its
resources and transfers, which take half as long again to load and which we do not use.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from plugin.clients.aws.errors import note_attempt, translated
from plugin.clients.aws.pace import HURRIED, ONCE, PATIENT, READING, Pace, config_of
from plugin.clients.aws.shared_answer import SharedAnswer
from plugin.clients.clock import SystemClock
from plugin.core.errors import NoCredentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client

    from plugin.clients.aws.budget import RequestBudget
    from plugin.clients.aws.oidc import TokenRequest
    from plugin.core.ports import Clock


def _nobody(_: tuple[str, ...]) -> None:
    """Nobody listens."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to reach AWS.  Empty texts leave the choice to botocore's chain.

    ``assume_role_arn`` is taken first, with ``token_request`` by an OIDC token of the runner's;
    ``endpoint_url`` points all clients at a local Glue.  ``learn`` hears the secret parts of
    credentials that come up later, before they are used.
    """

    region: str = ""
    endpoint_url: str = ""
    access_key_id: str = field(default="", repr=False)
    secret_access_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    assume_role_arn: str = ""
    external_id: str = field(default="", repr=False)
    session_name: str = "glue-health-check"
    token_request: TokenRequest | None = None
    learn: Callable[[tuple[str, ...]], None] = field(default=_nobody, repr=False)


class Clients:
    """The AWS clients, made once each when first asked for.  Safe in threads.

    ``heard`` is called with service, operation and HTTP status after each request (for ``debug``);
    ``budget`` holds back each attempt of a request to Glue.
    """

    def __init__(
        self,
        access: Access,
        *,
        heard: Callable[[str, str, int], None] | None = None,
        clock: Clock | None = None,
        budget: RequestBudget | None = None,
    ) -> None:
        """Take how to reach AWS; nothing is imported or asked yet."""
        self._access = access
        self._heard = heard
        self._budget = budget
        self._clock = clock or SystemClock()
        self._account = SharedAnswer(self._asked_account)
        self._hurried_account = SharedAnswer(self._asked_account)
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._made: dict[tuple[str, Pace, str], Any] = {}

    @property
    def glue(self) -> GlueClient:
        """Glue, with retries; after a cancel without, and with short time limits."""
        client: GlueClient = self._client("glue", self._pace())
        return client

    @property
    def glue_once(self) -> GlueClient:
        """Glue without any retry: for StartJobRun, which has no client token."""
        client: GlueClient = self._client("glue", ONCE)
        return client

    @property
    def s3(self) -> S3Client:
        """S3, as ``glue``."""
        client: S3Client = self._client("s3", self._pace())
        return client

    @property
    def s3_hurried(self) -> S3Client:
        """S3 for a cancelled run: one attempt, short time limits."""
        client: S3Client = self._client("s3", HURRIED)
        return client

    @property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs, as ``glue``, but with less patience."""
        pace = HURRIED if self._clock.is_cancelled() else READING
        client: CloudWatchLogsClient = self._client("logs", pace)
        return client

    @property
    def is_local(self) -> bool:
        """Whether all clients are pointed at a Glue on this machine, which has no quotas."""
        return bool(self._access.endpoint_url)

    @property
    def logs_hurried(self) -> CloudWatchLogsClient:
        """CloudWatch Logs while a run goes on, or after a cancel: as ``s3_hurried``."""
        client: CloudWatchLogsClient = self._client("logs", HURRIED)
        return client

    def sns(self, region: str, *, is_hurried: bool = False) -> Any:  # noqa: ANN401 - as _client
        """SNS in the region of a topic; ``is_hurried`` as ``s3_hurried``."""
        return self._client("sns", HURRIED if is_hurried else PATIENT, region)

    def account_id(self) -> str:
        """Return the account of the credentials in use; STS is asked once, also by many threads.

        Who took a role knows its account.  AWS_ACCOUNT_ID in the environment is not believed: many
        pipelines set it, and to another account.
        """
        # After a cancel nobody waits for a question that was asked with patience before it.
        is_hurried = self._clock.is_cancelled() and not self._account.is_known
        asking = self._hurried_account if is_hurried else self._account
        with translated("ask STS who we are"):
            return asking.get()

    def job_arn(self, name: str) -> str:
        """Return the ARN of a Glue job of this account and region; asks as ``account_id`` does."""
        return f"arn:{self.partition}:glue:{self.region}:{self.account_id()}:job/{name}"

    def _asked_account(self) -> str:
        return self._account_of_role() or str(
            self._client("sts", self._pace()).get_caller_identity()["Account"]
        )

    def _account_of_role(self) -> str:
        """Return the account of a role that was taken; empty where no role of ours was."""
        if not self._access.assume_role_arn:
            return ""
        return str(self._credentials().get_frozen_credentials().account_id or "")

    def has_credentials(self) -> bool:
        """Whether botocore's chain finds any credentials; does not try them."""
        try:
            self.hold_credentials()
        except NoCredentials:
            return False
        return True

    def hold_credentials(self, *, hint: str = "") -> None:
        """Raise ``NoCredentials`` when there are none: with the reason, or with ``hint``."""
        with translated("look for AWS credentials"):
            found = self._credentials()
        if found is None:
            raise NoCredentials("There are no AWS credentials.", hint=hint)

    def secrets(self) -> tuple[str, ...]:
        """Return the secret parts of the credentials in use; with a role, it is taken now."""
        with translated("get AWS credentials"):
            found = self._credentials()
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

    def _pace(self) -> Pace:
        return HURRIED if self._clock.is_cancelled() else PATIENT

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
                config=config_of(pace, is_local=bool(self._access.endpoint_url)),
                endpoint_url=self._access.endpoint_url or None,
            )
            self._credentials()  # the same, which from now on are renewed with our care
        client.meta.events.register("response-received", note_attempt)
        if service == "glue" and self._budget is not None:  # first: signed when it is sent
            client.meta.events.register_first("request-created.glue", self._budget.wait)
            client.meta.events.register_last("before-send.glue", self._budget.send)
        self._watch(client)
        return client

    def _watch(self, client: Any) -> None:  # noqa: ANN401 - botocore's own type
        """Have what a client asks told, if somebody listens."""
        if self._heard is not None:
            client.meta.events.register("after-call", self._note)

    def _note(self, *, model: Any, http_response: Any, **_: object) -> None:  # noqa: ANN401 - botocore's event
        if self._heard is not None:
            self._heard(model.service_model.service_name, model.name, http_response.status_code)

    def _credentials(self) -> Any:  # noqa: ANN401 - botocore's own type
        """Return the session's credentials, renewed by our rules; None when there are none.

        Looking for them may take a while: botocore may ask the machine's own cloud.
        """
        from plugin.clients.aws.renewal import watched

        session: Any = self._open()
        with self._lock:
            found = session.get_credentials()
            return watched(found, clock=self._clock, learn=self._access.learn)

    def _open(self) -> Session:
        with self._lock:
            if self._session is None:
                from plugin.clients.aws.session import open_session

                self._session = open_session(self._access, clock=self._clock, watch=self._watch)
            return self._session
