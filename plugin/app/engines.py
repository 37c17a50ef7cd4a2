"""Which Glue the checks run on: AWS, or one that is started on this machine for their time."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from plugin.app.credentials import access_of
from plugin.core.check import LOCAL_REGION
from plugin.core.errors import EngineError, SettingsError
from plugin.core.settings.not_yet import without_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping

    from plugin.app.invocation import Invocation
    from plugin.clients.aws.clients import Access
    from plugin.core.build import Build
    from plugin.core.check import Check
    from plugin.core.settings.sources import Settings
    from plugin.local.server import LocalGlue


@contextmanager
def opened(
    invocation: Invocation,
    settings: Settings,
    checks: Iterable[Check],
    say: Callable[[str], None],
    *,
    build: Build,
) -> Iterator[Access]:
    """Yield how to reach the engine; the local one is stopped at the end of the block.

    The script of a foreign ``build`` never runs as our own user on this machine.
    """
    if settings.plan.engine == "glue":
        yield access_of(invocation, settings, build)
        return
    from plugin.clients.aws.clients import Access

    with (
        _without_aws_settings(os.environ),
        _started(invocation, settings, tuple(checks), say, is_foreign=build.is_foreign) as glue,
    ):
        yield Access(
            region=glue.region,
            endpoint_url=glue.endpoint_url,
            access_key_id=glue.access_key_id,
            secret_access_key=glue.secret_access_key,
        )


def _started(
    invocation: Invocation,
    settings: Settings,
    checks: tuple[Check, ...],
    say: Callable[[str], None],
    *,
    is_foreign: bool,
) -> LocalGlue:
    """Return a running local Glue, to be stopped by the caller."""
    try:
        from plugin.local.inner_aws import InnerError
        from plugin.local.server import LocalGlue
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    try:
        return LocalGlue.start(
            environ=invocation.environ,
            region=settings.plan.region or LOCAL_REGION,
            buckets=buckets_of(checks),
            notify=lambda text: say(f"note: {text}"),
            may_run_as_us=not is_foreign,
            roles=tuple(dict.fromkeys(_role_name(check) for check in checks)),
        )
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    except (OSError, InnerError) as error:
        raise EngineError(f"The local Glue did not start: {error}.") from None


@contextmanager
def _without_aws_settings(environ: MutableMapping[str, str]) -> Iterator[None]:
    """Keep botocore from the user's AWS settings inside the block: a local check needs none."""
    before = {name: value for name, value in environ.items() if name.startswith("AWS_")}
    for name in before:
        del environ[name]
    environ.update({"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull})
    try:
        yield
    finally:
        del environ["AWS_CONFIG_FILE"], environ["AWS_SHARED_CREDENTIALS_FILE"]
        environ.update(before)


def missing_extra(error: ModuleNotFoundError) -> SettingsError:
    """Return the error for an installation whose local engine lacks a part."""
    return SettingsError((without_local(error.name or str(error)),))


def _role_name(check: Check) -> str:
    return check.settings.role_arn.rpartition("/")[2]


def buckets_of(checks: Iterable[Check]) -> tuple[str, ...]:
    """Return every bucket that a check's objects and arguments name: the local S3 needs them."""
    from plugin.local.spark import buckets_named_in

    found: dict[str, None] = {}
    for check in checks:
        request: Mapping[str, Any] = check.request
        named = (request.get(m, {}) for m in ("DefaultArguments", "NonOverridableArguments"))
        texts = [value for arguments in named for value in arguments.values()]
        texts += [*(f"s3://{p.bucket}/" for p in check.places)]
        texts += [f"s3://{upload.bucket}/" for upload in check.uploads]
        for text in texts:
            found |= dict.fromkeys(sorted(buckets_named_in(text)))
    return tuple(found)
