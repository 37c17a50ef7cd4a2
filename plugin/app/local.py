"""The command ``local``: the Glue on this machine, in the foreground, for any AWS client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.app.engines import missing_extra
from plugin.app.runner import missing_of_local
from plugin.app.signals import cancelling
from plugin.core.check import LOCAL_BUCKET, LOCAL_REGION, LOCAL_ROLE
from plugin.core.errors import EngineError, Exit, SettingsError
from plugin.core.settings.not_yet import without_local

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation


def serve(invocation: Invocation) -> int:
    """Serve until a signal comes; return 0."""
    settings = invocation.gathered(is_foreign=False)
    lacks = missing_of_local()
    problems = (*settings.problems, *((without_local(lacks),) if lacks else ()))
    if problems:
        raise SettingsError(problems)
    try:
        from plugin.local.server import LocalGlue, serve_forever

        with cancelling(invocation.clock):
            glue = LocalGlue.start(
                environ=invocation.environ,
                host=invocation.line.host,
                port=invocation.line.port,
                region=settings.plan.region or LOCAL_REGION,
                buckets=(LOCAL_BUCKET,),
                roles=(LOCAL_ROLE.rpartition("/")[2],),
                notify=lambda text: invocation.say(f"note: {text}"),
            )
            invocation.say(
                f"A local Glue listens on {glue.endpoint_url}. Point any AWS client at it:",
                f"  export AWS_ENDPOINT_URL={glue.endpoint_url}",
                f"  export AWS_DEFAULT_REGION={glue.region}",
                f"  export AWS_ACCESS_KEY_ID={glue.access_key_id}",
                f"  export AWS_SECRET_ACCESS_KEY={glue.secret_access_key}",
                f"There are a bucket, {LOCAL_BUCKET}, and a role, {LOCAL_ROLE}.",
                "Nothing is kept when it ends. Stop it with Ctrl-C.",
            )
            serve_forever(glue, invocation.clock.is_cancelled)
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    except OSError as error:
        address = f"{invocation.line.host}:{invocation.line.port}"
        raise EngineError(
            f"The local Glue cannot listen on {address}: {error.strerror or error}.",
            hint="Choose another --port, or 0 for any.",
        ) from None
    return Exit.PASSED
