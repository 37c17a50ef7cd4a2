"""The settings that hold for the whole plan: the second part of the table."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.core.build import Host
from plugin.core.settings.kinds import Choice, Flag, Text, Whole
from plugin.core.settings.many import Several
from plugin.core.settings.setting import (
    API_URL,
    ARN,
    BUCKET,
    ROLE,
    TEXT,
    TOPIC,
    WEBHOOK,
    Origin,
    setting,
)

REPORTERS = (
    *("console", "files", "junit", "github_files", "drone_card", "harness_outputs"),
    *("commit_status", "comment", "check_run", "sns", "webhook", "metadata"),
)
_HOSTS = ", ".join(f"`{host}`" for host in Host)


@dataclass(frozen=True, kw_only=True)
class PlanSettings:
    """What is asked for the whole plan."""

    engine: str = setting(
        "Where to run: `glue` or `local`.", Choice(of=("glue", "local")), default="glue"
    )
    allow_production_arguments: bool = setting(
        "Let a clone run with cloned arguments that name a store and are not overridden.",
        Flag(),
        default=False,
        origin=Origin.OPERATOR,
    )
    metadata_bucket: str = setting(
        "Bucket where reports are kept for later comparison.",
        BUCKET,
        words="none",
        origin=Origin.BASE,
        plain=("METADATA_BUCKET",),
    )
    region: str = setting(
        "AWS region.",
        Text(pattern=r"[a-z]{2,}(-[a-z0-9]+)+-[0-9]+", form="a region such as eu-west-1"),
        words="botocore's",
        plain=("AWS_REGION", "AWS_DEFAULT_REGION"),
    )
    aws_access_key_id: str = setting(
        "For hosts whose plugins get settings only.",
        Text(secret=True),
        words="botocore's chain",
        origin=Origin.OPERATOR,
        plain=("AWS_ACCESS_KEY_ID",),
        secret=True,
    )
    aws_secret_access_key: str = setting(
        "For hosts whose plugins get settings only.",
        Text(secret=True),
        words="botocore's chain",
        origin=Origin.OPERATOR,
        plain=("AWS_SECRET_ACCESS_KEY",),
        secret=True,
    )
    aws_session_token: str = setting(
        "For hosts whose plugins get settings only.",
        Text(secret=True),
        words="botocore's chain",
        origin=Origin.OPERATOR,
        plain=("AWS_SESSION_TOKEN",),
        secret=True,
    )
    assume_role_arn: str = setting(
        "Role to take before anything else.", ROLE, words="none", origin=Origin.OPERATOR
    )
    external_id: str = setting(
        "External id for `assume_role_arn`.", TEXT, words="none", origin=Origin.OPERATOR
    )
    github_oidc: bool = setting(
        "Take `assume_role_arn` with GitHub's OIDC token.",
        Flag(),
        default=False,
        origin=Origin.OPERATOR,
    )
    max_parallel: int = setting("Checks at once.", Whole(minimum=1, maximum=200), default=10)
    supersede: bool = setting(
        "First stop and remove older builds of the same pull request, check and `status_context`.",
        Flag(),
        default=True,
    )
    trigger_function: str = setting(
        "Name of the deployed trigger Lambda; with it this process only asks.",
        TEXT,
        words="none",
        origin=Origin.OPERATOR,
        plain=("LAMBDA_TRIGGER_FUNCTION",),
    )
    wait: bool = setting(
        "Wait for the verdict; `false` needs `trigger_function`.", Flag(), default=True
    )
    sns_topic_arn: str = setting(
        "SNS topic that hears the verdict.",
        TOPIC,
        words="none",
        origin=Origin.OPERATOR,
        plain=("SNS_TOPIC_ARN",),
    )
    webhook_url: str = setting(
        "Address that hears the verdict: JSON, Slack or Teams (`webhook_format`); signed when"
        " `webhook_secret` is set.",
        WEBHOOK,
        words="none",
        origin=Origin.OPERATOR,
    )
    webhook_secret: str = setting(
        "Key of the signature.",
        Text(secret=True),
        words="none",
        origin=Origin.OPERATOR,
        secret=True,
    )
    webhook_format: str = setting(
        "What `webhook_url` hears: `json`, `slack` or `teams`.",
        Choice(of=("json", "slack", "teams")),
        default="json",
        origin=Origin.OPERATOR,
    )
    github_token: str = setting(
        "Token for GitHub's API.",
        Text(secret=True, pattern=r"[\x21-\x7e]+", form="a bare token"),
        words="`${{ github.token }}` in `action.yml`",
        origin=Origin.OPERATOR,
        plain=("GITHUB_TOKEN",),
        secret=True,
    )
    github_token_secret_arn: str = setting(
        "In Lambdas: the secret that holds the token.", ARN, words="none", origin=Origin.OPERATOR
    )
    github_app_id: str = setting(
        "In Lambdas: GitHub App id.", TEXT, words="none", origin=Origin.OPERATOR
    )
    github_app_key_secret_arn: str = setting(
        "In Lambdas: the secret that holds the App's key.",
        ARN,
        words="none",
        origin=Origin.OPERATOR,
    )
    github_api_url: str = setting(
        "GitHub's API.",
        API_URL,
        words="from the build",
        origin=Origin.OPERATOR,
        plain=("GITHUB_API_URL",),
    )
    commit_status: bool = setting("Write a commit status.", Flag(), default=True)
    check_run: bool = setting("Write a check run.", Flag(), default=False)
    comment: str = setting(
        "When to write the pull request comment: `always`, `changes`, `failure` or `never`.",
        Choice(of=("always", "changes", "failure", "never")),
        default="always",
    )
    status_context: str = setting(
        "Name of the commit status and of the comment.",
        Text(pattern=r".{1,255}", form="at most 255 characters"),
        default="glue-health-check",
        origin=Origin.BASE,  # a stranger's file must not speak in the name of another status
    )
    report_dir: str = setting(
        "Where `report.json`, `report.md`, `junit.xml` go; symbolic links on the way are refused.",
        TEXT,
        default="glue-health-check-report",
        origin=Origin.OPERATOR,
    )
    required_reporters: tuple[str, ...] = setting(
        "Reporters whose failure is exit 4.",
        Several(of=REPORTERS),
        default=(),
        words="none",
        origin=Origin.OPERATOR,
    )
    allow_forks: bool = setting(
        "Run pull requests from forks.", Flag(), default=False, origin=Origin.OPERATOR
    )
    keep_resources: bool = setting(
        "Leave everything, for debugging; says so loudly.",
        Flag(),
        default=False,
        origin=Origin.OPERATOR,
    )
    delete_logs: bool = setting(
        "Delete log streams too.", Flag(), default=False, origin=Origin.OPERATOR
    )
    sweep_older_than_hours: int = setting(
        "`sweep` leaves what is younger than this many hours.",
        Whole(minimum=0, maximum=87600),
        default=24,
        origin=Origin.OPERATOR,
    )
    config: str = setting(
        "The configuration file.", TEXT, default=".glue-health-check.yml", origin=Origin.OPERATOR
    )
    ci: str = setting(
        f"CI host, instead of the detected one: {_HOSTS}.",
        Choice(of=tuple(Host)),
        words="detected",
        origin=Origin.OPERATOR,
    )
    debug: bool = setting(
        "Say more on stderr.", Flag(), default=False, origin=Origin.OPERATOR, plain=("DEBUG",)
    )
