"""Which values under a secret's name are one, and which nobody need hide.

A pull request can write arguments: a value that occurs in our own words is not looked for, or it
would tear them.  Refuses to know names: that is ``names``.
"""

from __future__ import annotations

import re

_SHORTEST = 6
_PLAIN_WORDS = frozenset(
    {
        *("enabled", "disabled", "default", "secret", "secrets", "password", "passwd", "token"),
        *("tokens", "apikey", "credentials", "private", "public", "string", "unknown", "nothing"),
        *("production", "staging", "development", "testing", "sandbox", "example", "sample"),
        *("postgres", "postgresql", "oracle", "sqlserver", "redshift", "snowflake", "mongodb"),
        *("pyspark", "glueetl", "pythonshell", "gluestreaming", "orders", "health", "script"),
        *("github", "gitlab", "changeme", "bearer", "kerberos", "oauth2", "required", "optional"),
    }
)
"""Values under a secret's name that tell nobody anything, and would tear a report."""
EVERYDAY = frozenset(
    {
        *("test", "tests", "testing", "true", "false", "none", "null", "dummy", "fake", "mock"),
        *("local", "localstack", "minio", "example", "glue", "admin", "root", "user", "default"),
        *("secret", "token", "password", "main", "prod", "aws-glue"),
        "glue-health-check",
        # the keys that our local Glue prints for a shell
        *("LOCALGLUEACCESSKEYID", "localglueaccesskeyid", "local-glue-secret-access-key"),
    }
)
"""What stands in for a secret where none is needed, as before a local AWS."""
_VERDICTS = r"(?:passed|failed|errored|cancelled|skipped)"
_OUR_WORDS = (
    rf"(?:{_VERDICTS}|verdict|checks?|glue|health|after|and|the|was|were|min|sec|in|of|s|h)"
)
_NO_SECRET = re.compile(
    r"(?i)(?:s3[an]?|file)://.*|https?://[\w.-]*/?|arn:aws[a-z-]*:.*|[./~][\w./~-]*"
    r"|[-+]?[0-9]{1,7}(?:\.[0-9]+)?|[a-z]{2}(?:-[a-z]{2,9}){1,2}-[0-9]"
)
"""A place in S3 or on a disk, a host, an ARN, a number, a region."""
_TIME = re.compile(r"[0-9TZUC:.,/+ -]+")
_MOST_DIGITS_OF_A_TIME = 14
_OURS = re.compile(
    rf"(?i)(?=.*[a-z])(?:{_OUR_WORDS}\b|[\s\d.,:;|/$()-])*"
    rf"|.*\b(?:verdict|{_VERDICTS}|duration_seconds|cost_usd|report_path|results|job_name|run_id"
    r"|console_url)=.*"
    rf"|\S{{1,100}} {_VERDICTS}\b.*|::[a-z-]+.*|(?:error|warning|notice|note|hint): .*",
    re.DOTALL,
)
"""Made of our own words; an output's name with its sign; a workflow command, a line's beginning."""
_OUR_NAMES = "https://github.com/glue-health-check/glue-health-check.git glue-health-check-reports"


def is_worth_hiding(value: str) -> bool:
    """Whether a value under a secret's name is one: no flag, number, place or everyday word."""
    plain = value.strip()
    head = plain[:2000]
    return (
        len(plain) >= _SHORTEST
        and plain.lower() not in _PLAIN_WORDS | EVERYDAY
        and _NO_SECRET.fullmatch(head) is None
        and not _is_time(head)
        and _OURS.fullmatch(head) is None
        and plain.lower() not in _OUR_NAMES
    )


def _is_time(text: str) -> bool:
    """Whether it is a day, an hour, a version or an amount: few digits, with signs between them."""
    digits = sum(map(str.isdigit, text))
    is_small = digits <= min(_MOST_DIGITS_OF_A_TIME, len(text) - 1)
    return is_small and _TIME.fullmatch(text) is not None
