"""The local Glue as one object: start it, point AWS clients at it, stop it.

Knows how the parts are put together and in which order they begin and end.  Refuses to know what
they do.  moto and werkzeug are imported when a server starts, not before.
"""

from __future__ import annotations

import sys
import threading
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from plugin.local.folder import make_folder, remove_dead
from plugin.local.front import Front
from plugin.local.glue_api import GlueApi
from plugin.local.inner_aws import ACCESS_KEY_ID, HOME_REGION, SECRET_ACCESS_KEY, InnerAws
from plugin.local.job_store import JobStore
from plugin.local.launcher import Launcher, LaunchSettings
from plugin.local.runner import LocalRunner
from plugin.local.sandbox import BOOTSTRAP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from _typeshed.wsgi import WSGIApplication

    from plugin.local.folder import Folder
    from plugin.local.http_server import HttpServer

_TURN_SECONDS = 0.2


def _keep_quiet(_text: str) -> None:
    """Tell nobody."""


class LocalGlue:
    """A running local Glue.  Made by `LocalGlue.start`, ended by `stop` or a `with` block.

    `endpoint_url` is where AWS clients of any service are pointed; `access_key_id` and
    `secret_access_key` open nothing, but SDKs insist on some.  All methods are thread-safe.
    Several servers of one process share moto's S3, IAM, Logs and catalog; each has its own jobs.
    """

    def __init__(
        self, *, http: HttpServer, runner: LocalRunner, folder: Folder, region: str, host: str
    ) -> None:
        self._http = http
        self._runner = runner
        self._folder = folder
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.endpoint_url = _url(host, http.port)
        self.region = region
        self.access_key_id = ACCESS_KEY_ID
        self.secret_access_key = SECRET_ACCESS_KEY

    @classmethod
    def start(  # noqa: PLR0913 - each has a default, and a caller names the few it means
        cls,
        *,
        environ: Mapping[str, str],
        host: str = "127.0.0.1",
        port: int = 0,
        region: str = HOME_REGION,
        python: str = sys.executable,
        work_dir: Path | None = None,
        buckets: Iterable[str] = (),
        roles: Iterable[str] = (),
        seconds_per_minute: float = 60.0,
        bootstrap: Path = BOOTSTRAP,
        notify: Callable[[str], None] = _keep_quiet,
        may_run_as_us: bool = True,
    ) -> LocalGlue:
        """Start to serve in threads of this process; returns when it answers.

        `environ` is where PATH, language, time zone and Java are looked up.  `port` 0 takes a free
        one.  `python` runs the scripts, below `work_dir` or a temporary folder.  `roles` are names.
        `seconds_per_minute` is a minute of a time-out.  `notify` is told once what a user should
        know.  Without `may_run_as_us` a script that no other user can run is not begun, and ends in
        ERROR.  Raises OSError for an address in use, InnerError for a bucket or role refused.
        """
        app = moto_app()
        aws = _furnished(InnerAws(app), buckets, roles, region)
        http, folder = _place(host, port, work_dir)
        settings = LaunchSettings(
            python=python,
            bootstrap=bootstrap,
            environ=environ,
            endpoint_url=_url(host, http.port),
            work_dir=folder.path,
            notify=_once(notify),
            may_run_as_us=may_run_as_us,
        )
        launcher, store, now = Launcher(settings, aws), JobStore(), _steady_time()
        runner = LocalRunner(store, aws, launcher, seconds_per_minute=seconds_per_minute, now=now)
        http.start(_front(GlueApi(store, runner, aws.has_role, now=now), app, region))
        return cls(http=http, runner=runner, folder=folder, region=region, host=host)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def wait(self, seconds: float | None = None) -> bool:
        """Return True when the server was stopped, False when `seconds` have passed first.

        A signal handler must not call `stop` itself while its own thread waits here: wait in
        short turns and look at a flag that the handler sets, or let the handler raise.
        """
        return self._stopped.wait(seconds)

    def stop(self) -> None:
        """Kill what still runs, wait for its end, and free port and folder; again is no error."""
        with self._lock:
            if self._stopped.is_set():
                return
            self._runner.close()
            self._http.close()
            self._folder.remove()
            self._stopped.set()


def _steady_time() -> Callable[[], float]:
    """Return a clock that begins right (epoch seconds) and never jumps: runs are timed by it.

    While the machine is suspended it stands still, and so do the scripts.
    """
    begin = time.time() - time.monotonic()
    return lambda: begin + time.monotonic()


def _place(host: str, port: int, work_dir: Path | None) -> tuple[HttpServer, Folder]:
    """Take the port and make the server's folder; the port is free again when that fails.

    Folders of servers that were killed go first: nobody else comes for them.
    """
    from plugin.local.http_server import HttpServer

    http = HttpServer(host=host, port=port)
    try:
        remove_dead(work_dir)
        return http, make_folder(work_dir)
    except OSError:
        http.close()
        raise


def moto_app() -> WSGIApplication:
    """Return moto's server application, which a script may talk to: tamed.

    It must start no container for a script, nor print a script's text where a CI host listens.
    """
    import moto.server
    from moto.core.config import default_user_config
    from moto.moto_server import werkzeug_app

    for service in ("lambda", "batch"):
        default_user_config[service]["use_docker"] = False
    vars(werkzeug_app)["print"] = _keep_quiet
    app: WSGIApplication = moto.server.DomainDispatcherApplication(  # type: ignore[attr-defined] # a public name that moto re-exports without saying so
        moto.server.create_backend_app  # type: ignore[attr-defined] # as above
    )
    # It lists its folders at each request, to know them, which takes longer than most answers.
    vars(app)["get_backend_for_host"] = lru_cache(maxsize=256)(app.get_backend_for_host)  # type: ignore[attr-defined] # as above
    return app


def _furnished(
    aws: InnerAws, buckets: Iterable[str], roles: Iterable[str], region: str
) -> InnerAws:
    for bucket in buckets:
        aws.create_bucket(bucket, region)
    for role in roles:
        aws.create_role(role)
    return aws


def _front(glue: GlueApi, app: WSGIApplication, region: str) -> Front:
    def make_gateway() -> WSGIApplication:
        from plugin.local.s3_gateway import S3Gateway

        return S3Gateway(app)

    return Front(glue=glue, aws=app, make_gateway=make_gateway, region=region)


def _url(host: str, port: int) -> str:
    """Return the address for clients on this machine; nobody connects to a wildcard."""
    name = "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104 - compared, not bound
    return f"http://{name}:{port}"


def _once(notify: Callable[[str], None]) -> Callable[[str], None]:
    """Return a `notify` that does not repeat itself."""
    told: set[str] = set()
    lock = threading.Lock()

    def tell(text: str) -> None:
        with lock:
            is_new = text not in told
            told.add(text)
        if is_new:
            notify(text)

    return tell


def serve_forever(glue: LocalGlue, is_over: Callable[[], bool]) -> None:
    """Serve until `is_over` says so (a flag of the caller's signal handlers), then stop."""
    with glue:
        while not is_over() and not glue.wait(_TURN_SECONDS):
            pass
