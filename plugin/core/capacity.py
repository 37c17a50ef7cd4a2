"""Job type, Glue version and size of a job: what was asked for, against what Glue takes.

Sources: botocore's Glue model (``WorkerType``, ``MaxCapacity``, ``GlueVersion``), "AWS Glue version
support policy" (0.9, 1.0 and 2.0 cannot start since 2026-04-01).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.core.settings import CheckSettings

ENDED_VERSIONS = frozenset({"0.9", "1.0", "2.0"})
SHELL_VERSIONS = frozenset({"1.0", "3.0"})
SHELL_CAPACITIES = (Decimal("0.0625"), Decimal(1))
FEWEST_WORKERS = 2
DEFAULT_SPARK_VERSION = "5.1"
DEFAULT_SHELL_VERSION = "3.0"
_SHELL_VERSION_OF = {"3": "1.0", "3.9": "3.0"}
"""By Python: Glue looks at that alone."""


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What a job runs on.  Python shell has ``max_capacity``; Spark has workers."""

    job_type: str
    glue_version: str
    worker_type: str = ""
    number_of_workers: int = 0
    max_capacity: Decimal | None = None
    execution_class: str = "STANDARD"

    @property
    def price_class(self) -> str:
        """The class of ``rates``: pythonshell, MEMORY, FLEX or STANDARD."""
        if self.job_type == "pythonshell":
            return "pythonshell"
        return "MEMORY" if self.worker_type.startswith(("R.", "Z.")) else self.execution_class

    @property
    def log_group(self) -> str:
        """The group of the job's stdout, without a security configuration."""
        kind = "python-jobs" if self.job_type == "pythonshell" else "jobs"
        return f"/aws-glue/{kind}/output"

    def in_words(self) -> str:
        """Return e.g. ``2 × G.1X`` or ``0.0625 DPU``."""
        if self.max_capacity is not None:
            return f"{self.max_capacity} DPU"
        flex = " FLEX" if self.execution_class == "FLEX" else ""
        return f"{self.number_of_workers} × {self.worker_type}{flex}"


def capacity_of(settings: CheckSettings) -> Capacity:
    """Fill in the defaults.  Only for settings without ``capacity_problems``."""
    job_type = settings.job_type or "glueetl"
    if job_type == "pythonshell":
        return Capacity(
            job_type=job_type,
            glue_version=settings.glue_version
            or _SHELL_VERSION_OF.get(settings.python_version, DEFAULT_SHELL_VERSION),
            max_capacity=settings.max_capacity or SHELL_CAPACITIES[0],
        )
    workers = settings.number_of_workers or FEWEST_WORKERS
    if settings.max_capacity is not None:
        workers = int(settings.max_capacity)
    return Capacity(
        job_type=job_type,
        glue_version=settings.glue_version or DEFAULT_SPARK_VERSION,
        worker_type=settings.worker_type or "G.1X",
        number_of_workers=workers,
        execution_class=settings.execution_class or "STANDARD",
    )


def capacity_problems(settings: CheckSettings) -> tuple[str, ...]:
    """Say what Glue would refuse, before anything is created."""
    if settings.job_type == "pythonshell":
        return tuple(_shell_problems(settings))
    return tuple(_spark_problems(settings))


def _shell_problems(settings: CheckSettings) -> list[str]:
    problems = []
    if settings.worker_type or settings.number_of_workers:
        problems.append(
            "worker_type and number_of_workers are not for Python shell jobs: use max_capacity."
        )
    if settings.max_capacity is not None and settings.max_capacity not in SHELL_CAPACITIES:
        problems.append("max_capacity of a Python shell job is 0.0625 or 1.")
    if settings.glue_version and settings.glue_version not in SHELL_VERSIONS:
        problems.append("glue_version of a Python shell job is 3.0 (or 1.0 with Python 3.6).")
    if settings.execution_class == "FLEX":
        problems.append("execution_class FLEX is for Spark jobs only.")
    return problems


def _spark_problems(settings: CheckSettings) -> list[str]:
    problems = []
    if settings.glue_version in ENDED_VERSIONS:
        problems.append(
            f"glue_version {settings.glue_version} has ended and cannot start: use 5.1 or 4.0."
        )
    if settings.python_version == "3.9":
        problems.append("python_version 3.9 is for Python shell jobs only.")
    if settings.max_capacity is not None:
        problems += _spark_capacity_problems(settings)
    if settings.number_of_workers == 1:
        problems.append("number_of_workers is at least 2.")
    if settings.worker_type == "Standard":
        problems.append("worker_type Standard is for Glue 1.0 and earlier: use G.1X.")
    if settings.worker_type == "Z.2X":
        problems.append("worker_type Z.2X is for Ray jobs, which are not checked.")
    if settings.job_type == "gluestreaming":
        problems += _stream_problems(settings)
    return problems


def _stream_problems(settings: CheckSettings) -> list[str]:
    problems = []
    if settings.execution_class == "FLEX":
        problems.append("execution_class FLEX is not for streaming jobs.")
    if settings.stream_minutes >= settings.timeout_minutes:
        problems.append(
            f"stream_minutes {settings.stream_minutes} must be below timeout_minutes"
            f" {settings.timeout_minutes}: else the run ends before it is known to be healthy."
        )
    return problems


def _spark_capacity_problems(settings: CheckSettings) -> list[str]:
    problems = []
    if settings.worker_type or settings.number_of_workers:
        problems.append(
            "max_capacity cannot stand beside worker_type and number_of_workers: choose one."
        )
    if settings.max_capacity is not None and (
        settings.max_capacity != int(settings.max_capacity)
        or settings.max_capacity < FEWEST_WORKERS
    ):
        problems.append("max_capacity of a Spark job is a whole number from 2 on.")
    return problems
