"""Which variables and arguments carry a credential, told by name and, where that fails, form.

Knows what CI hosts and cloud SDKs call them, and which values are none whatever the name says.
Sources: the SDKs' pages on credential providers; the CI hosts' references of variables.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from plugin.core.secrets.shapes import shaped_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

BY_NAME = frozenset(
    {
        # a key, or a place where the AWS SDK gets one
        *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
        *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        *("SSH_AUTH_SOCK", "DOCKER_AUTH_CONFIG", "KUBECONFIG", "NPM_CONFIG__AUTH"),
        "ACTIONS_RUNTIME_TOKEN",
    }
)
"""Names that no rule below would find, and the one that matters most."""
WORDS = frozenset(
    {
        *("TOKEN", "TOKENS", "AUTHTOKEN", "JWT", "PAT", "SECRET", "SECRETS", "NETRC"),
        *("PASSWORD", "PASSWORDS", "PASSWD", "PASSPHRASE", "PASS", "PWD", "APIKEY"),
        *("CREDENTIAL", "CREDENTIALS"),
    }
)
"""Whole words between underscores: TOKENIZERS_PARALLELISM holds none of them."""
KINDS_OF_KEY = frozenset(
    {
        *("API", "PRIVATE", "ACCESS", "SIGNING", "ENCRYPTION", "DEPLOY", "SSH"),
        *("SA", "ACCOUNT", "STORAGE", "MASTER"),
    }
)
"""What stands before KEY when it is a secret: CACHE_KEY is none, nor GPG_KEY of Python images."""
ABOUT = frozenset(
    {
        *("ARN", "NAME", "URL", "ENDPOINT", "TTL", "EXPIRY", "EXPIRES", "EXPIRATION", "DURATION"),
        *("LENGTH", "LIMIT", "COUNT", "ENABLED", "DISABLED", "TYPE", "VERSION", "USERNAME"),
    }
)
"""Last words of names that tell something about a secret: SECRET_ARN, MAX_TOKENS_LIMIT."""
HARMLESS = frozenset({"PWD", "OLDPWD", "MAX_TOKENS", "GIT_ASKPASS", "SSH_ASKPASS"})
_IN_VALUE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|://[^/\s:@]*:[^/\s@]+@")
_NOWHERE = frozenset({"/dev/null", "nul", "NUL"})
LONGEST_SEARCHED = 100_000
_PLACES = re.compile(r"(?:^|_)(?:PROFILE|FILE|SOCK|KUBECONFIG|NETRC|APPLICATION_CREDENTIALS)$")
"""Last words of names whose value says where a credential lies."""
_ABOUT_ARGUMENTS = frozenset({"COLUMN", "COLUMNS", "TABLE", "FIELD", "PATH", "FILE", "BUCKET"})
"""Last words of arguments' names that tell where something lies: PASSWORD_COLUMN."""
_SHORTEST_VALUE = 6
MOST_KEPT = 40_000
"""Characters of all arguments together; each is looked for in a score of forms."""
_LONGEST_WEBHOOK_PART = 8
_PLAIN_WORDS = frozenset(
    {
        *("enabled", "disabled", "default", "secret", "secrets", "password", "passwd", "token"),
        *("tokens", "apikey", "credentials", "private", "public", "string", "unknown", "nothing"),
        *("production", "staging", "development", "testing", "sandbox", "example", "sample"),
        *("postgres", "postgresql", "oracle", "sqlserver", "redshift", "snowflake", "mongodb"),
        *("pyspark", "glueetl", "pythonshell", "gluestreaming", "orders", "failed", "passed"),
        *("errored", "skipped", "cancelled", "health", "script", "github", "gitlab", "changeme"),
    }
)
"""Values under a secret's name that tell nobody anything, and would tear a report."""
EVERYDAY = frozenset(
    {
        *("test", "tests", "testing", "true", "false", "none", "null", "dummy", "fake", "mock"),
        *("local", "localstack", "minio", "example", "glue", "admin", "root", "user", "default"),
        *("secret", "token", "password", "main", "prod", "aws-glue"),
        "glue-health-check",
    }
)
"""What stands in for a secret where none is needed, as before a local AWS."""
_NO_SECRET = re.compile(
    r"(?i)(?:s3[an]?|file)://.*|arn:aws[a-z-]*:.*|[./~][\w./~-]*|[-+]?[0-9]{1,7}(?:\.[0-9]+)?"
    r"|[a-z]{2}(?:-[a-z]{2,9}){1,2}-[0-9]|[0-9]{4}-[0-9]{2}-[0-9]{2}"
)
"""A place in S3 or on a disk, an ARN, a number, a region, a day."""


def secret_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables that carry a credential, sorted.

    An empty one carries none: hosts set a secret that a fork may not have to an empty text.
    """
    return tuple(sorted(n for n, text in environ.items() if text.strip() and _is_secret(n, text)))


def _is_secret(name: str, text: str) -> bool:
    plain = _plain(name)
    if text in _NOWHERE or plain in HARMLESS:
        return False
    return plain in BY_NAME or _says_so(plain) or bool(_IN_VALUE.search(text[:LONGEST_SEARCHED]))


def secrets_of(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the values that no log may show: of variables that carry a credential.

    Of an address with a password in it, only the password.
    """
    found: set[str] = set()
    for name in secret_names(environ):
        plain, text = _plain(name), environ[name].strip()
        if (plain in BY_NAME or _says_so(plain)) and not _PLACES.search(plain):
            found |= {*_within(text)} if is_worth_hiding(text) else set()
        found |= {*shaped_secrets(text[:LONGEST_SEARCHED])}
    return frozenset(found)


def secret_arguments(arguments: Mapping[str, str]) -> frozenset[str]:
    """Return the values under names that look secret, and passwords in the addresses of others.

    A name may have hyphens, dots and humps: ``--db-password``, ``dbPassword``.
    """
    found: set[str] = set()
    for name, value in arguments.items():
        text = value.strip()
        plain = _plain(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:200])).strip("_")
        is_about = plain.rpartition("_")[2] in _ABOUT_ARGUMENTS
        if _says_so(plain) and not is_about and is_worth_hiding(text):
            found |= {*_within(text)}
        found |= {*shaped_secrets(text[:LONGEST_SEARCHED])}
    return frozenset(found)


def secrets_of_jobs(jobs: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """Return the secret values of several jobs' arguments, the short ones first.

    A pull request can write arguments: no more are kept than can be looked for in no time.
    """
    found = {value for arguments in jobs for value in secret_arguments(arguments)}
    ordered = sorted(found, key=lambda value: (len(value), value))
    sizes = accumulate(map(len, ordered))
    return frozenset(value for value, size in zip(ordered, sizes, strict=True) if size <= MOST_KEPT)


def secrets_of_address(url: str) -> frozenset[str]:
    """Return what is secret of an address to post to: all but scheme and host."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return frozenset({url.strip()})
    path = url.strip().partition("://")[2].partition("/")[2]
    pieces = {path, parts.query, parts.password or "", path.rstrip("/").rpartition("/")[2]}
    return frozenset(piece for piece in pieces if len(piece) >= _LONGEST_WEBHOOK_PART)


def is_worth_hiding(value: str) -> bool:
    """Whether a value under a secret's name is one: no flag, number, place or everyday word."""
    plain = value.strip()
    return (
        len(plain) >= _SHORTEST_VALUE
        and plain.lower() not in _PLAIN_WORDS | EVERYDAY
        and _NO_SECRET.fullmatch(plain[:2000]) is None
    )


def _within(text: str) -> Iterator[str]:
    """Yield a secret, and where it is a JSON object, what stands under secret names in it."""
    yield text
    if text.startswith("{"):
        try:
            yield from tuple(_told_by(json.loads(text[:LONGEST_SEARCHED])))
        except (ValueError, RecursionError):
            return


def _told_by(value: object) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        plain = _plain(name)
        if isinstance(item, str) and (plain == "AUTH" or _says_so(plain)) and is_worth_hiding(item):
            yield item
        yield from _told_by(item)


def _plain(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _says_so(plain: str) -> bool:
    words = plain.split("_")
    if words[-2:] in (["WEBHOOK", "URL"], ["CONNECTION", "STRING"]):
        return True
    if words[-1] in ABOUT:
        return False
    is_key = any(
        first in KINDS_OF_KEY and second in {"KEY", "KEYS"} for first, second in pairwise(words)
    )
    return is_key or not WORDS.isdisjoint(words)
