"""AWS as the stage has it: the local Glue's own parts on a clock that is given, and strangers.

Knows how the parts are put together, and how to look at what they hold without asking.  Refuses to
know HTTP and faults.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from moto.backends import get_backend
from moto.core import utils as moto_utils

from plugin.local.front import Front
from plugin.local.glue_api import GlueApi
from plugin.local.inner_aws import InnerAws
from plugin.local.job_store import JobStore
from plugin.local.server import moto_app
from tests.chaos import strangers
from tests.chaos.log_service import LogService
from tests.chaos.played import Run, World
from tests.chaos.runs import ScriptedRunner
from tests.chaos.schedule import End, RunPlan
from tests.doubles.loopback import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.chaos.schedule import CheckPlan

MARK = "--glue_health_check_run"
_ACCOUNT = "123456789012"
_LONGEST_MINUTES = 7 * 24 * 60 - 1
_FOR_EVER = RunPlan(end=End.NEVER, lines=())


class Cloud:
    """One AWS.  ``seconds`` is the virtual time, ``epoch`` its second 0; ``furnish`` begins anew."""

    def __init__(self, *, seconds: Callable[[], float], epoch: float) -> None:
        self._seconds, self._epoch = seconds, epoch
        self._moto = moto_app()
        self._aws = InnerAws(self._moto)
        self._aws.create_role(strangers.ROLE)
        self._restore = _own_the_time(self.now)
        self._roles: dict[str, bool] = {}
        self._checks: tuple[CheckPlan, ...] = ()

    def close(self) -> None:
        """Give moto its own time back, and take our bucket away."""
        self._drop_bucket()
        self._restore()

    def now(self) -> float:
        """Epoch seconds."""
        return self._epoch + self._seconds()

    def furnish(self, checks: tuple[CheckPlan, ...], *, is_versioned: bool) -> None:
        """Forget all, and put there what is not ours."""
        self._checks = checks
        self._drop_bucket()
        self.logs = LogService(self.now)
        self.store = JobStore()
        self.runner = ScriptedRunner(self.store, self.logs, plan_of=self._plan_of, now=self.now)
        glue = GlueApi(self.store, self.runner, self._has_role, now=self.now)
        self._front = Front(
            glue=glue, aws=self._moto, make_gateway=_no_gateway, region=strangers.REGION
        )
        self._aws.create_bucket(strangers.BUCKET, strangers.REGION)
        self._bucket.versioning_status = "Enabled" if is_versioned else None
        for key, content in strangers.OBJECTS.items():
            self.ask("PUT", f"/{strangers.BUCKET}/{key}", _signed("s3"), content)
        for name, tags in strangers.JOBS.items():
            glue.answer("CreateJob", _definition(name, tags), strangers.REGION)
        for name in strangers.RUNNING_JOBS:
            glue.answer("StartJobRun", {"JobName": name}, strangers.REGION)

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Hand a request on; names of headers are in lower case."""
        self.runner.catch_up()
        parts, seen = urlsplit(url), []
        environ = {
            **_FIXED,
            **{f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()},
            "REQUEST_METHOD": method,
            "PATH_INFO": _unquoted(parts.path),
            "QUERY_STRING": parts.query,
            "REQUEST_URI": url,
            "RAW_URI": url,
            "CONTENT_TYPE": headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }

        def start(status: str, told: Any, _exc: object = None) -> Any:
            seen.append((status, told))
            return io.BytesIO().write

        content = b"".join(self._front(environ, start))
        status, told = seen[-1]
        return Response(status=int(status.split(" ", 1)[0]), headers=tuple(told), body=content)

    def check_of(self, subject: str) -> str:
        """Return the check that a job, a run, a key or a stream is of; empty for none."""
        run = self.store._runs.get(subject)
        text = run.job.name if run else subject
        if any(name in text for name in strangers.NAMES):
            return ""
        return next((one.name for one in self._checks if one.name in text), "")

    # --- what is there ---------------------------------------------------------------------------

    def world(self) -> World:
        """Return what exists now."""
        self.runner.catch_up()
        keys = self._bucket.keys
        objects = {key: _digest(keys[key].value) for key in keys if hasattr(keys[key], "value")}
        jobs = {
            job.name: {**job.answer(), "Tags": dict(job.tags)}
            for job in self.store.jobs(strangers.REGION)
        }
        runs = tuple(self._run(run) for run in self.store._runs.values())
        strange = {
            **{f"job {name}": _digest(jobs.get(name)) for name in strangers.JOBS},
            **{f"object {key}": objects.get(key, "") for key in strangers.OBJECTS},
            **{f"run {run.id}": run.state for run in runs if run.job in strangers.JOBS},
        }
        return World(
            seconds=self._seconds(),
            jobs=jobs,
            runs=runs,
            objects={f"{strangers.BUCKET}/{key}": digest for key, digest in objects.items()},
            versions=self._versions(),
            uploads=tuple(f"{strangers.BUCKET}/{one.key_name}" for one in self._uploads()),
            foreign=strange,
        )

    def _run(self, run: Any) -> Run:
        is_strange = run.job.name in strangers.JOBS
        return Run(
            id=run.id,
            job=run.job.name,
            check="" if is_strange else self.check_of(run.job.name),
            mark=run.arguments.get(MARK, ""),
            state=run.state.value,
            is_active=run.is_active,
        )

    def _versions(self) -> tuple[str, ...]:
        """Return all but the newest objects; of an object that is deleted all."""
        found = []
        for key in self._bucket.keys:
            versions = self._bucket.keys.getlist(key, [])
            is_there = bool(versions) and hasattr(versions[-1], "value")
            found += [f"{strangers.BUCKET}/{key}"] * (len(versions) - is_there)
        return tuple(found)

    def _uploads(self) -> list[Any]:
        return list(self._bucket.multiparts.values())

    @property
    def _bucket(self) -> Any:
        return get_backend("s3")[_ACCOUNT]["aws"].buckets[strangers.BUCKET]

    def _drop_bucket(self) -> None:
        """Forget our bucket alone: other servers of this process have theirs in the same S3."""
        backends: Any = get_backend("s3")
        backends[_ACCOUNT]["aws"].buckets.pop(strangers.BUCKET, None)
        backends.bucket_accounts.pop(strangers.BUCKET, None)

    def _plan_of(self, job: str) -> RunPlan:
        if job in strangers.JOBS:
            return _FOR_EVER
        return next((one.run for one in self._checks if one.name in job), RunPlan())

    def _has_role(self, role: str) -> bool:
        if role not in self._roles:
            self._roles[role] = self._aws.has_role(role)
        return self._roles[role]


def _no_gateway() -> Any:
    raise AssertionError("No script runs here.")


def _definition(name: str, tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Name": name,
        "Role": strangers.ROLE_ARN,
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://elsewhere/nightly.py"},
        "GlueVersion": "5.0",
        "Timeout": _LONGEST_MINUTES,
        "Tags": dict(tags),
    }


def _digest(content: object) -> str:
    if content is None:
        return ""
    if not isinstance(content, bytes):
        content = json.dumps(content, sort_keys=True, default=str).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def _unquoted(path: str) -> str:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(path).decode("latin-1")


def _signed(service: str) -> dict[str, str]:
    scope = f"AKIA/20260101/{strangers.REGION}/{service}/aws4_request"
    return {
        "host": "127.0.0.1",
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
    }


_FIXED: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


def _own_the_time(now: Callable[[], float]) -> Callable[[], None]:
    """Let moto ask us what time it is; return what undoes it."""

    def utcnow() -> datetime:
        return datetime.fromtimestamp(now(), UTC).replace(tzinfo=None)

    real = moto_utils.utcnow

    def swap(one: object, other: object) -> None:
        for name, module in list(sys.modules.items()):
            if name.startswith("moto.") and vars(module).get("utcnow") is one:
                vars(module)["utcnow"] = other

    swap(real, utcnow)
    # Modules of moto that come in meanwhile take ours from where they find it.
    return lambda: swap(utcnow, real)
