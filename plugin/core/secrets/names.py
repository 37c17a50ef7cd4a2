"""Which variables and arguments carry a credential, told by name and, where that fails, form.

Knows what CI hosts and cloud SDKs call them.  Which values are none whatever the name says, is told
by ``values``.
Sources: the SDKs' pages on credential providers; the CI hosts' references of variables.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from plugin.core.secrets.shapes import shaped_secrets
from plugin.core.secrets.values import is_worth_hiding

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
        *("JWT", "PAT", "NETRC", "PASS", "PWD", "CREDENTIAL", "CREDENTIALS"),
    }
)
"""Whole words of a name, between underscores and humps."""
LAST_WORDS = frozenset({"AUTH", "AUTHORIZATION", "COOKIE", "COOKIES"})
"""Words at the end of a name; of a variable only with a value that looks like a secret."""
_IN_A_WORD = re.compile(
    r"PASSWORDS?(?!LESS)|PASSWD|PASSPHRASE|PASSCODE|SECRET(?!AR)|TOKEN(?!I[SZ])|APIKEY|APIPASS"
)
"""Parts of a word: DBPASSWORD, CLIENTSECRET, but no TOKENIZERS and no SECRETARY."""
_WORD_ENDS = re.compile(
    r".+(?:PWD|(?<!BY)(?<!COM)(?<!SUR)(?<!OVER)(?<!UNDER)(?<!TRES)(?<!HIGH)(?<!LOW)(?<!BAND)"
    r"(?<!MULTI)(?<!SINGLE)(?<!ONE)(?<!TWO)(?<!FIRST)PASS)"
)
"""Ends of a word: USERPASS, but no COMPASS."""
KINDS_OF_KEY = frozenset(
    {
        *("API", "PRIVATE", "ACCESS", "SIGNING", "ENCRYPTION", "DEPLOY", "SSH"),
        *("SA", "ACCOUNT", "STORAGE", "MASTER", "SHARED", "SUBSCRIPTION", "CLIENT", "HMAC"),
    }
)
"""What stands before KEY when it is a secret: CACHE_KEY is none, nor GPG_KEY of Python images."""
_KEY_IN_A_WORD = re.compile(f".*(?:{'|'.join(sorted(KINDS_OF_KEY - {'SA'}))})KEYS?")
ABOUT = frozenset(
    {
        *("ARN", "NAME", "URL", "ENDPOINT", "TTL", "EXPIRY", "EXPIRES", "EXPIRATION", "DURATION"),
        *("LENGTH", "LIMIT", "COUNT", "ENABLED", "DISABLED", "TYPE", "VERSION", "USERNAME"),
        *("PROVIDER", "CLASS", "MODE", "METHOD", "MECHANISM", "ALGORITHM"),
    }
)
"""Last words of names that tell something about a secret: SECRET_ARN, MAX_TOKENS_LIMIT."""
_COUNTED = re.compile(r"(?:.*_)?(?:MAX|MIN|NUM|N|TOTAL)_?(?:[A-Z]*_)?TOKENS")
HARMLESS = frozenset(
    {
        *("PWD", "OLDPWD", "GIT_ASKPASS", "SSH_ASKPASS", "XDG_SESSION_COOKIE"),
        *("JENKINS_COOKIE", "JENKINS_NODE_COOKIE", "JENKINS_SERVER_COOKIE"),
        *("HUDSON_COOKIE", "HUDSON_SERVER_COOKIE"),
    }
)
"""Variables; Jenkins marks its processes with cookies."""
_IN_VALUE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|://[^/\s:@]*:[^/\s@]+@")
_NOWHERE = frozenset({"/dev/null", "nul", "NUL"})
LONGEST_SEARCHED = 100_000
_LONGEST_NAME = 200
_PLACES = re.compile(r"(?:^|_)(?:PROFILE|FILE|SOCK|KUBECONFIG|NETRC|APPLICATION_CREDENTIALS)$")
"""Last words of names whose value says where a credential lies."""
_ABOUT_ARGUMENTS = frozenset({"COLUMN", "COLUMNS", "TABLE", "FIELD", "PATH", "FILE", "BUCKET"})
"""Last words of arguments' names that tell where something lies: PASSWORD_COLUMN."""
MOST_KEPT = 40_000
"""Characters of all arguments together; each is looked for in a score of forms."""
_LONGEST_WEBHOOK_PART = 8
_SETTING = re.compile(r"(?<![\w.-])([\w.-]{1,200})=(\S{1,2000})")
"""A setting inside an argument, as in Spark's ``--conf``."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def secret_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables that carry a credential, sorted.

    An empty one carries none: hosts set a secret that a fork may not have to an empty text.
    """
    return tuple(sorted(n for n, text in environ.items() if text.strip() and _is_secret(n, text)))


def _is_secret(name: str, text: str) -> bool:
    plain = _plain(name)
    if text in _NOWHERE or plain in HARMLESS:
        return False
    return _is_named(name, text) or bool(_IN_VALUE.search(text[:LONGEST_SEARCHED]))


def _is_named(name: str, text: str) -> bool:
    """Whether a variable is one by its name."""
    is_told = _says_so(name) and (not _is_soft(name) or is_worth_hiding(text))
    return _plain(name) in BY_NAME or is_told


def secrets_of(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the values that no log may show: of variables that carry a credential.

    Of an address with a password in it, only the password.
    """
    found: set[str] = set()
    for name in secret_names(environ):
        text = environ[name].strip()
        if _is_named(name, text) and not _PLACES.search(_plain(name)) and is_worth_hiding(text):
            found |= {text, *_within(text)}
        found |= {*shaped_secrets(text[:LONGEST_SEARCHED])}
    return frozenset(found)


def secret_arguments(arguments: Mapping[str, str]) -> frozenset[str]:
    """Return the values under names that look secret, and what is secret in those of others.

    That are passwords in addresses, in JSON and in settings.  A name may have hyphens, dots and
    humps: ``--db-password``, ``dbPassword``.
    """
    found: set[str] = set()
    for name, value in arguments.items():
        text = value.strip()
        if _is_told(name, text):
            found.add(text)
        found |= {*_within(text), *_settings_in(text), *shaped_secrets(text[:LONGEST_SEARCHED])}
    return frozenset(found)


def _settings_in(text: str) -> Iterator[str]:
    for name, value in _SETTING.findall(text[:LONGEST_SEARCHED]):
        if _is_told(name, value):
            yield value


def _is_told(name: str, value: str) -> bool:
    """Whether an argument's, a setting's or a member's name says that its value is a secret."""
    is_about = _words(name)[-1] in _ABOUT_ARGUMENTS
    return not is_about and _says_so(name) and is_worth_hiding(value)


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


def _within(text: str) -> Iterator[str]:
    """Yield what stands under secret names in JSON."""
    if text.startswith(("{", "[")):
        try:
            yield from tuple(_told_by(json.loads(text[:LONGEST_SEARCHED])))
        except (ValueError, RecursionError):
            return


def _told_by(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _told_by(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str) and _is_told(name, item):
                yield item
            yield from _told_by(item)


def _plain(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _words(name: str) -> list[str]:
    """Return the words of a name, in capitals and without numbers behind them; at least one."""
    plain = _plain(_HUMP.sub("_", name[:_LONGEST_NAME]))
    return [word for part in plain.split("_") if (word := part.rstrip("0123456789"))] or [""]


def _is_soft(name: str) -> bool:
    """Whether nothing but its last word says so, which often stands for something else."""
    words = _words(name)
    return words[-1] in LAST_WORDS and not _says(words[:-1])


def _says_so(name: str) -> bool:
    words = _words(name)
    if words[-2:] in (["WEBHOOK", "URL"], ["CONNECTION", "STRING"]):
        return True
    if words[-1].endswith(tuple(ABOUT)) or _COUNTED.fullmatch("_".join(words)):
        return False
    return words[-1] in LAST_WORDS or _says(words)


def _says(words: list[str]) -> bool:
    pairs = pairwise(words)
    is_key = any(one in KINDS_OF_KEY and other in {"KEY", "KEYS"} for one, other in pairs)
    return is_key or any(map(_is_secret_word, words))


def _is_secret_word(word: str) -> bool:
    return (
        word in WORDS
        or _IN_A_WORD.search(word) is not None
        or any(one.fullmatch(word) for one in (_KEY_IN_A_WORD, _WORD_ENDS))
    )
