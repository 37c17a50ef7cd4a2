"""From a run to a child process that executes its script.

Knows what a child gets: folder, files, environment, user, Java.  Refuses to know how the child
ends, and what that means.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.errors import EngineError
from plugin.local import hostname
from plugin.local.capacity import PYTHON_SHELL
from plugin.local.inner_aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from plugin.local.process import Child, spawn
from plugin.local.sandbox import NOBODY, hide_process, needed_paths, obstacle
from plugin.local.workspace import environ_of, spark_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from plugin.local.inner_aws import InnerAws
    from plugin.local.process import User
    from plugin.local.records import JobRun
    from plugin.local.workspace import Workspace

_SAFETY = (
    "https://github.com/glue-health-check/glue-health-check/blob/main/docs/local-glue.md#safety"
)


@dataclass(frozen=True, kw_only=True)
class LaunchSettings:
    """What is the same for all children of a server."""

    python: str
    bootstrap: Path
    environ: Mapping[str, str]
    endpoint_url: str
    work_dir: Path
    notify: Callable[[str], None]
    may_run_as_us: bool = True


class Launcher:
    """Starts children.  Threads may share it."""

    def __init__(self, settings: LaunchSettings, aws: InnerAws) -> None:
        self._settings = settings
        self._aws = aws

    @property
    def work_dir(self) -> Path:
        """The folder below which runs have theirs."""
        return self._settings.work_dir

    def launch(self, run: JobRun, space: Workspace, *, lifeline: int) -> Child:
        """Prepare the folder and start the child; raises LaunchError, EngineError or OSError.

        `lifeline` is the read end of a pipe that the server holds for as long as it lives.
        """
        region = run.job.region
        try:
            space.build()
            space.fill(
                run, lambda location: self._aws.get_object(location, region), lifeline=lifeline
            )
        except OSError as error:
            raise EngineError(_not_laid_out(space, error)) from None
        java = self._prepare_spark(run, space) if run.job.kind != PYTHON_SHELL else None
        user = self._user(java)
        if user is not None:
            space.hand_over(user)
        return spawn(
            (self._settings.python, str(self._settings.bootstrap), str(space.run_json)),
            folder=space.work,
            environ=self._environ(run, space, java),
            user=user,
            inherited=lifeline,
            mark=run.id,
        )

    def _prepare_spark(self, run: JobRun, space: Workspace) -> Path:
        """Write Spark's configuration and return where Java is; raises EngineError."""
        from plugin.local import spark

        conf = spark.spark_conf(
            endpoint_url=self._settings.endpoint_url,
            buckets=self._aws.bucket_names(run.job.region),
            run_dir=space.root,
            cores=os.cpu_count() or 1,
            hosts_file=_hosts_file(space),
        )
        own = spark_arguments(run, space.root / "jars")
        space.write_conf("spark-defaults.conf", spark.spark_defaults({**conf, **own}))
        space.write_conf("log4j2.properties", spark.log4j2_properties())
        return spark.java_home(self._settings.environ)

    def _user(self, java: Path | None) -> User | None:
        """Return the user to run as; None, and a notice, where it has to be our own.

        Raises EngineError where it has to, and may not.
        """
        settings = self._settings
        paths = [
            *needed_paths(settings.python, is_spark=java is not None),
            settings.bootstrap,
            settings.work_dir,
            *([java] if java is not None else []),
        ]
        reason = obstacle(paths)
        if not reason:
            return NOBODY
        if not settings.may_run_as_us:
            raise EngineError(_not_as_us(reason))
        hide_process()
        settings.notify(
            f"the script runs as this user and can read what it can ({reason}): {_SAFETY}"
        )
        return None

    def _environ(self, run: JobRun, space: Workspace, java: Path | None) -> dict[str, str]:
        """Return the child's whole environment; its AWS is this server."""
        region = run.job.region
        environ = {
            **environ_of(self._settings.environ, space.root),
            "AWS_ENDPOINT_URL": self._settings.endpoint_url,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "GLUE_LOCAL_RUN_ID": run.id,  # the mark by which strays are found
        }
        if java is None:
            return environ
        from plugin.local.spark import spark_environ

        return {**environ, **spark_environ(java=java, conf_dir=space.root / "conf")}


def _not_as_us(reason: str) -> str:
    """Say that a script was not run, because it would have been as our own user."""
    return (
        "The script was not run: a stranger's script may not run as the user of this step, and it"
        f" would, because {reason}. Run the step as root with its usual capabilities and an open"
        " folder for temporary files, or use engine glue."
    )


def _not_laid_out(space: Workspace, error: OSError) -> str:
    """Say that a run's files could not be written, where, and what to change."""
    reason = error.strerror or str(error)
    return (
        f"The local Glue could not write the run's files to {space.root}: {reason}. Make room there"
        " and see who may write, or name another folder for temporary files in TMPDIR."
    )


def _hosts_file(space: Workspace) -> Path | None:
    """Write a hosts file for Java where this machine's own name leads nowhere; else None."""
    if hostname.is_resolved():
        return None
    space.write_conf("hosts", hostname.hosts_text())
    return space.root / "conf" / "hosts"
