"""The settings that may differ from check to check: the first part of the table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003 - dataclasses resolve their annotations by name
from typing import TYPE_CHECKING

from plugin.core.settings.kinds import Amount, Choice, Flag, Text, Version, Whole
from plugin.core.settings.many import Patterns, Several, Table
from plugin.core.settings.setting import BUCKET, ROLE, SLUG, TEXT, Origin, setting

if TYPE_CHECKING:
    from collections.abc import Mapping

GLUE_WORKERS = (
    *("G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X"),
    *("R.1X", "R.2X", "R.4X", "R.8X", "Z.2X", "Standard"),
)
GLUE_VERSIONS = frozenset({"0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1", "6.0"})
"""Those that were there when this was written.  Another is a note, because new ones appear.

Source: AWS's pages "AWS Glue versions" and "AWS Glue pricing".
"""


@dataclass(frozen=True, kw_only=True)
class CheckSettings:
    """What is asked for one check, read and checked one by one, not yet against each other."""

    script: str = setting(
        "Path or glob in the checkout, or s3://…; a glob makes one check per file.",
        TEXT,
        words="required, unless the configuration file names checks",
        plain=("SCRIPT_LOCATION",),
    )
    job: str = setting(
        "Existing job whose definition is cloned (role, version, workers, connections, arguments).",
        TEXT,
        words="none",
        origin=Origin.BASE,
    )
    role_arn: str = setting(
        "Role of the temporary job.",
        ROLE,
        words="the cloned job's",
        origin=Origin.BASE,
        plain=("GLUE_ROLE_ARN",),
    )
    session_policy: str = setting(
        "JSON file (at most 2,048 characters) that narrows the role for this run.",
        TEXT,
        words="none",
        origin=Origin.BASE,
    )
    scripts_bucket: str = setting(
        "Bucket where scripts are uploaded.",
        BUCKET,
        words="required on `glue`",
        origin=Origin.BASE,
        plain=("SCRIPTS_BUCKET",),
    )
    temp_bucket: str = setting(
        "Bucket of `--TempDir`.",
        BUCKET,
        words="`scripts_bucket`",
        origin=Origin.BASE,
        plain=("TEMP_BUCKET",),
    )
    job_suffix: str = setting(
        "End of the temporary job's name.",
        SLUG,
        words="from the build, e.g. `pr-123-456`",
        plain=("JOB_SUFFIX",),
    )
    job_name_prefix: str = setting(
        "Beginning of the temporary job's name.",
        SLUG,
        default="glue-health-check",
        origin=Origin.BASE,
    )
    tags: Mapping[str, str] = setting(
        "Tags on everything we make, as a map.", Table(), default={}, words="none"
    )
    is_health_check: bool = setting(
        "Pass `--is_health_check true` to the script.",
        Flag(),
        default=True,
        plain=("IS_HEALTH_CHECK",),
    )
    arguments: Mapping[str, str] = setting(
        "Job arguments as a map; keys with or without `--`, values as text. Quote numbers in a CI"
        " host's file: it reads 1.10 as 1.1.",
        Table(),
        default={},
        words="none",
    )
    connections: tuple[str, ...] = setting(
        "Names of Glue connections.", Several(), default=(), words="the cloned job's"
    )
    security_configuration: str = setting(
        "Name of a Glue security configuration.", TEXT, words="the cloned job's"
    )
    kms_key_id: str = setting("KMS key for what we upload.", TEXT, words="the bucket's")
    extra_py_files: tuple[str, ...] = setting(
        "Python modules, packages, zips and wheels shipped with the script. A folder itself becomes"
        " the package.",
        Several(),
        default=(),
        words="the cloned job's, else none",
    )
    extra_files: tuple[str, ...] = setting(
        "Files put into the script's working directory.",
        Several(),
        default=(),
        words="the cloned job's, else none",
    )
    extra_jars: tuple[str, ...] = setting(
        "Jars put on Spark's class path.",
        Several(),
        default=(),
        words="the cloned job's, else none",
    )
    python_modules: tuple[str, ...] = setting(
        "Python packages that Glue installs (`--additional-python-modules`).",
        Several(),
        default=(),
        words="the cloned job's, else none",
    )
    fixtures: Mapping[str, str] = setting(
        "Map of local file or folder to `s3://…` prefix, filled before the run on the local"
        " engine; on `glue` only below the check's own temporary prefix.",
        Table(),
        default={},
        words="none",
    )
    glue_version: str = setting(
        "Glue version, quoted; `5` and `4` are read as `5.0` and `4.0`.",
        Version(),
        words="the cloned job's, else `5.1` (Python shell: `3.0`)",
        plain=("GLUE_VERSION",),
    )
    python_version: str = setting(
        "Python version of a Python shell job.",
        Text(pattern=r"3|3\.9", form="3 or 3.9"),
        words="the cloned job's, else `3.9`",
    )
    worker_type: str = setting(
        "Spark: worker type, `G.025X`, `G.1X` to `G.16X` or `R.1X` to `R.8X`.",
        Choice(of=GLUE_WORKERS),
        words="the cloned job's, else `G.1X`",
        plain=("WORKER_TYPE",),
    )
    number_of_workers: int | None = setting(
        "Spark: number of workers.",
        Whole(minimum=1, maximum=1000),
        default=None,
        words="the cloned job's, else `2`",
        plain=("NUMBER_OF_WORKERS",),
    )
    max_capacity: Decimal | None = setting(
        "Python shell: 0.0625 or 1. Spark: N means N workers of `G.1X`.",
        Amount(),
        default=None,
        words="the cloned job's, else none",
        plain=("MAX_CAPACITY",),
    )
    job_type: str = setting(
        "Kind of job: `glueetl`, `pythonshell` or `gluestreaming`.",
        Choice(of=("glueetl", "pythonshell", "gluestreaming")),
        words="the cloned job's, else `glueetl`",
    )
    stream_minutes: int = setting(
        "A streaming job is healthy when it still runs after this long; then it is stopped.",
        Whole(minimum=1, maximum=1440),
        default=3,
    )
    execution_class: str = setting(
        "Spark: `STANDARD` or `FLEX`.",
        Choice(of=("STANDARD", "FLEX")),
        words="the cloned job's, else `STANDARD`",
    )
    timeout_minutes: int = setting(
        "Longest run in minutes, from RUNNING on; ours and Glue's, and never above a cloned job's.",
        Whole(minimum=1, maximum=10079),
        default=30,
        plain=("HEALTH_CHECK_TIMEOUT",),
    )
    queue_timeout_minutes: int = setting(
        "Longest wait in minutes before RUNNING.", Whole(minimum=1, maximum=1440), default=15
    )
    max_cost_usd: Decimal | None = setting(
        "Stop the run when it would cost more, in USD.",
        Amount(),
        default=None,
        words="none",
        origin=Origin.OPERATOR,
    )
    price_overrides: Mapping[str, str] = setting(
        "Map of `version/class` (e.g. `5.1/STANDARD`, `*/FLEX`, `*/pythonshell`) to USD per DPU"
        " hour.",
        Table(),
        default={},
        words="none",
    )
    fail_on_log_pattern: tuple[str, ...] = setting(
        "Regular expressions that fail a run although it succeeded, one per line or as a JSON"
        " array. In settings of Drone, Woodpecker and Harness give a text: they join a list with"
        " commas.",
        Patterns(),
        default=(),
        words="none",
    )
    require_findings: int | None = setting(
        "The least number of findings that a healthy run prints.",
        Whole(minimum=1, maximum=100000),
        default=None,
        words="none",
    )
