"""The table of settings: name, meaning, kind, default, whom it may come from, what else is read.

One declarative table is the source for the parser, the flags, the README's table, the schema of the
configuration file and ``action.yml``.  A field of ``CheckSettings`` may differ from check to check;
a field of ``PlanSettings`` holds for the whole plan.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal  # noqa: TC003 - dataclasses resolve their annotations by name
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from plugin.core.kinds import Amount, Choice, Flag, Kind, Several, Table, Text, Version, Whole

if TYPE_CHECKING:
    from collections.abc import Mapping


class Origin(StrEnum):
    """Whom a setting may come from (design, section 6)."""

    ANYONE = ""
    BASE = "B"
    """From the configuration file only when the build is not of a fork."""
    OPERATOR = "O"
    """From flags and environment alone: the file belongs to the pull request."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One row of the table.  ``plain`` are the variables also read, strongest first."""

    name: str
    about: str
    kind: Kind
    default: object
    default_in_words: str
    origin: Origin
    plain: tuple[str, ...]
    is_secret: bool
    is_per_check: bool

    @property
    def flag(self) -> str:
        """The command-line flag: kebab case."""
        return "--" + self.name.replace("_", "-")


def _setting(  # noqa: PLR0913 - a row of the table has as many columns
    about: str,
    kind: Kind,
    *,
    default: object = "",
    words: str = "",
    origin: Origin = Origin.ANYONE,
    plain: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:  # noqa: ANN401 - as dataclasses.field: the annotation of the field is what counts
    metadata = {
        "about": about,
        "kind": kind,
        "words": words,
        "origin": origin,
        "plain": plain,
        "secret": secret,
    }
    if isinstance(default, dict):
        return field(default_factory=dict, repr=not secret, metadata=metadata)
    return field(default=default, repr=not secret, metadata=metadata)


_TEXT = Text()
_ARN = Text(pattern=r"arn:aws[a-z-]*:[a-z0-9-]+:.*", form="an ARN (arn:aws:…)")
_ROLE = Text(
    pattern=r"arn:aws[a-z-]*:iam::\d{12}:role/.+",
    form="the ARN of a role (arn:aws:iam::123456789012:role/NAME)",
)
_BUCKET = Text(pattern=r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", form="the name of a bucket, alone")
_URL = Text(pattern=r"https?://[^\s]+", form="a URL (https://…)")
_SLUG = Text(pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", form="letters, digits, '.', '_' and '-'")
_B, _O = Origin.BASE, Origin.OPERATOR

GLUE_WORKERS = (
    *("G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X"),
    *("R.1X", "R.2X", "R.4X", "R.8X", "Z.2X", "Standard"),
)
REPORTERS = ("console", "report_files", "github_summary", "github_outputs")


@dataclass(frozen=True, kw_only=True)
class CheckSettings:
    """What is asked for one check, read and checked one by one, not yet against each other."""

    script: str = _setting(
        "Path or glob in the checkout, or s3://…; a glob makes one check per file.",
        _TEXT,
        words="required, unless the configuration file names checks",
        plain=("SCRIPT_LOCATION",),
    )
    job: str = _setting(
        "Existing job whose definition is cloned (role, version, workers, connections, arguments).",
        _TEXT,
        origin=_B,
    )
    role_arn: str = _setting(
        "Role of the temporary job.",
        _ROLE,
        words="the cloned job's",
        origin=_B,
        plain=("GLUE_ROLE_ARN",),
    )
    session_policy: str = _setting(
        "JSON file (at most 2,048 characters) that narrows the role for this run.",
        _TEXT,
        words="none",
        origin=_B,
    )
    scripts_bucket: str = _setting(
        "Bucket where scripts are uploaded.",
        _BUCKET,
        words="required on `glue`",
        origin=_B,
        plain=("SCRIPTS_BUCKET",),
    )
    temp_bucket: str = _setting(
        "Bucket of `--TempDir`.",
        _BUCKET,
        words="`scripts_bucket`",
        origin=_B,
        plain=("TEMP_BUCKET",),
    )
    job_suffix: str = _setting(
        "End of the temporary job's name.",
        _SLUG,
        words="from the build, e.g. `pr-123-456`",
        plain=("JOB_SUFFIX",),
    )
    job_name_prefix: str = _setting(
        "Beginning of the temporary job's name.",
        _SLUG,
        default="glue-health-check",
        origin=_B,
    )
    tags: Mapping[str, str] = _setting(
        "Tags on everything we make, as a map.", Table(), default={}, words="none"
    )
    is_health_check: bool = _setting(
        "Pass `--is_health_check true` to the script.",
        Flag(),
        default=True,
        plain=("IS_HEALTH_CHECK",),
    )
    arguments: Mapping[str, str] = _setting(
        "Job arguments as a map; keys with or without `--`, values as text.",
        Table(),
        default={},
        words="none",
    )
    connections: tuple[str, ...] = _setting(
        "Names of Glue connections.", Several(), default=(), words="the cloned job's"
    )
    security_configuration: str = _setting(
        "Name of a Glue security configuration.", _TEXT, words="the cloned job's"
    )
    kms_key_id: str = _setting(
        "KMS key for what we upload.", _TEXT, words="the cloned job's, else the bucket's"
    )
    extra_py_files: tuple[str, ...] = _setting(
        "Python modules, packages (folders), zips and wheels shipped with the script.",
        Several(),
        default=(),
        words="none",
    )
    extra_files: tuple[str, ...] = _setting(
        "Files put into the script's working directory.", Several(), default=(), words="none"
    )
    extra_jars: tuple[str, ...] = _setting(
        "Jars put on Spark's class path.", Several(), default=(), words="none"
    )
    python_modules: tuple[str, ...] = _setting(
        "Python packages that Glue installs (`--additional-python-modules`).",
        Several(),
        default=(),
        words="none",
    )
    fixtures: Mapping[str, str] = _setting(
        "Map of local file or folder to `s3://…` prefix, filled before the run on the local"
        " engine; on `glue` only below the check's own temporary prefix.",
        Table(),
        default={},
        words="none",
    )
    glue_version: str = _setting(
        "Glue version, quoted; `5` and `4` are read as `5.0` and `4.0`.",
        Version(),
        words="the cloned job's, else `5.1` (Python shell: `3.0`)",
        plain=("GLUE_VERSION",),
    )
    python_version: str = _setting(
        "Python version of a Python shell job.",
        Text(pattern=r"3|3\.9", form="3 or 3.9"),
        words="`3.9`",
    )
    worker_type: str = _setting(
        "Spark: worker type.", Choice(of=GLUE_WORKERS), words="`G.1X`", plain=("WORKER_TYPE",)
    )
    number_of_workers: int | None = _setting(
        "Spark: number of workers.",
        Whole(minimum=1, maximum=1000),
        default=None,
        words="`2`",
        plain=("NUMBER_OF_WORKERS",),
    )
    max_capacity: Decimal | None = _setting(
        "Python shell: 0.0625 or 1. Spark: N means N workers of `G.1X`.",
        Amount(),
        default=None,
        words="none",
        plain=("MAX_CAPACITY",),
    )
    job_type: str = _setting(
        "Kind of job.",
        Choice(of=("glueetl", "pythonshell", "gluestreaming")),
        words="the cloned job's, else `glueetl`",
    )
    stream_minutes: int = _setting(
        "A streaming job is healthy when it still runs after this long; then it is stopped.",
        Whole(minimum=1, maximum=1440),
        default=3,
    )
    execution_class: str = _setting(
        "Spark: `STANDARD` or `FLEX`.", Choice(of=("STANDARD", "FLEX")), default="STANDARD"
    )
    timeout_minutes: int = _setting(
        "Longest run in minutes, from RUNNING on; ours and Glue's.",
        Whole(minimum=1, maximum=10079),
        default=30,
        plain=("HEALTH_CHECK_TIMEOUT",),
    )
    queue_timeout_minutes: int = _setting(
        "Longest wait in minutes before RUNNING.", Whole(minimum=1, maximum=1440), default=15
    )
    max_cost_usd: Decimal | None = _setting(
        "Stop the run when it would cost more, in USD.",
        Amount(),
        default=None,
        words="none",
        origin=_O,
    )
    price_overrides: Mapping[str, str] = _setting(
        "Map of `version/class` (e.g. `5.1/STANDARD`, `*/FLEX`, `*/pythonshell`) to USD per DPU"
        " hour.",
        Table(),
        default={},
        words="none",
    )
    fail_on_log_pattern: tuple[str, ...] = _setting(
        "Regular expressions that fail a run although it succeeded, one per line or as a JSON"
        " array.",
        Several(separators="\n"),
        default=(),
        words="none",
    )
    require_findings: int | None = _setting(
        "The least number of findings that a healthy run prints.",
        Whole(minimum=1, maximum=100000),
        default=None,
        words="none",
    )


@dataclass(frozen=True, kw_only=True)
class PlanSettings:
    """What is asked for the whole plan."""

    engine: str = _setting("`glue` or `local`.", Choice(of=("glue", "local")), default="glue")
    allow_production_arguments: bool = _setting(
        "Let a clone run with cloned arguments that name a store and are not overridden.",
        Flag(),
        default=False,
        origin=_O,
    )
    metadata_bucket: str = _setting(
        "Bucket where reports are kept for later comparison.",
        _BUCKET,
        words="none",
        origin=_B,
        plain=("METADATA_BUCKET",),
    )
    region: str = _setting(
        "AWS region.",
        Text(pattern=r"[a-z]{2,}(-[a-z0-9]+)+-\d+", form="a region such as eu-west-1"),
        words="botocore's",
        plain=("AWS_REGION", "AWS_DEFAULT_REGION"),
    )
    aws_access_key_id: str = _setting(
        "For hosts whose plugins get settings only.",
        Text(secret=True),
        words="botocore's chain",
        origin=_O,
        plain=("AWS_ACCESS_KEY_ID",),
        secret=True,
    )
    aws_secret_access_key: str = _setting(
        "For hosts whose plugins get settings only.",
        Text(secret=True),
        words="botocore's chain",
        origin=_O,
        plain=("AWS_SECRET_ACCESS_KEY",),
        secret=True,
    )
    aws_session_token: str = _setting(
        "For hosts whose plugins get settings only.",
        Text(secret=True),
        words="botocore's chain",
        origin=_O,
        plain=("AWS_SESSION_TOKEN",),
        secret=True,
    )
    assume_role_arn: str = _setting(
        "Role to take before anything else.", _ROLE, words="none", origin=_O
    )
    external_id: str = _setting(
        "External id for `assume_role_arn`.", _TEXT, words="none", origin=_O
    )
    github_oidc: bool = _setting(
        "Take `assume_role_arn` with GitHub's OIDC token.", Flag(), default=False, origin=_O
    )
    max_parallel: int = _setting("Checks at once.", Whole(minimum=1, maximum=200), default=10)
    supersede: bool = _setting(
        "First stop and remove older builds of the same pull request, check and `status_context`.",
        Flag(),
        default=True,
    )
    trigger_function: str = _setting(
        "Name of the deployed trigger Lambda; with it this process only asks.",
        _TEXT,
        words="none",
        origin=_O,
        plain=("LAMBDA_TRIGGER_FUNCTION",),
    )
    wait: bool = _setting(
        "Wait for the verdict; `false` needs `trigger_function`.", Flag(), default=True
    )
    sns_topic_arn: str = _setting(
        "SNS topic that hears the verdict.",
        _ARN,
        words="none",
        origin=_O,
        plain=("SNS_TOPIC_ARN",),
    )
    webhook_url: str = _setting("Address for signed JSON.", _URL, words="none", origin=_O)
    webhook_secret: str = _setting(
        "Key of the signature.", Text(secret=True), words="none", origin=_O, secret=True
    )
    webhook_format: str = _setting(
        "`json`, `slack` or `teams`.",
        Choice(of=("json", "slack", "teams")),
        default="json",
        origin=_O,
    )
    github_token: str = _setting(
        "Token for GitHub's API.",
        Text(secret=True),
        words="`${{ github.token }}` in `action.yml`",
        origin=_O,
        plain=("GITHUB_TOKEN",),
        secret=True,
    )
    github_token_secret_arn: str = _setting(
        "In Lambdas: the secret that holds the token.", _ARN, words="none", origin=_O
    )
    github_app_id: str = _setting("In Lambdas: GitHub App id.", _TEXT, words="none", origin=_O)
    github_app_key_secret_arn: str = _setting(
        "In Lambdas: the secret that holds the App's key.", _ARN, words="none", origin=_O
    )
    github_api_url: str = _setting(
        "GitHub's API.", _URL, words="from the build", origin=_O, plain=("GITHUB_API_URL",)
    )
    commit_status: bool = _setting("Write a commit status.", Flag(), default=True)
    check_run: bool = _setting("Write a check run.", Flag(), default=False)
    comment: str = _setting(
        "When to write the pull request comment.",
        Choice(of=("always", "changes", "failure", "never")),
        default="always",
    )
    status_context: str = _setting(
        "Name of the commit status.",
        Text(pattern=r".{1,255}", form="at most 255 characters"),
        default="glue-health-check",
    )
    report_dir: str = _setting(
        "Where `report.json` and `report.md` go; symbolic links on the way are refused.",
        _TEXT,
        default="glue-health-check-report",
        origin=_O,
    )
    required_reporters: tuple[str, ...] = _setting(
        "Reporters whose failure is exit 4.",
        Several(of=REPORTERS),
        default=(),
        words="none",
        origin=_O,
    )
    allow_forks: bool = _setting("Run pull requests from forks.", Flag(), default=False, origin=_O)
    keep_resources: bool = _setting(
        "Leave everything, for debugging; says so loudly.", Flag(), default=False, origin=_O
    )
    delete_logs: bool = _setting("Delete log streams too.", Flag(), default=False, origin=_O)
    sweep_older_than_hours: int = _setting(
        "`sweep` leaves what is younger than this many hours.",
        Whole(minimum=0, maximum=87600),
        default=24,
        origin=_O,
    )
    config: str = _setting(
        "The configuration file.", _TEXT, default=".glue-health-check.yml", origin=_O
    )
    ci: str = _setting(
        "Name the CI host instead of detecting it.",
        Choice(of=("github", "drone", "jenkins", "plain")),
        words="detected",
        origin=_O,
    )
    debug: bool = _setting(
        "Say more on stderr.", Flag(), default=False, origin=_O, plain=("DEBUG",)
    )


@cache
def table() -> Mapping[str, Setting]:
    """Return every setting by name, in the order of the dataclasses."""
    rows = [
        (item, cls is CheckSettings)
        for cls in (CheckSettings, PlanSettings)
        for item in fields(cls)
    ]
    return {item.name: _row(item, is_per_check=per_check) for item, per_check in rows}


def _row(item: Any, *, is_per_check: bool) -> Setting:  # noqa: ANN401 - dataclasses.Field[Any]
    default = item.default_factory() if item.default is MISSING else item.default
    told = item.metadata["words"] or f"`{str(default).lower()}`"
    return Setting(
        name=item.name,
        about=item.metadata["about"],
        kind=item.metadata["kind"],
        default=default,
        default_in_words=told,
        origin=item.metadata["origin"],
        plain=item.metadata["plain"],
        is_secret=item.metadata["secret"],
        is_per_check=is_per_check,
    )
