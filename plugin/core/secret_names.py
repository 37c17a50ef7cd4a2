"""Which environment variables carry a credential, told by name and, where that says nothing, form.

Knows what CI hosts and cloud SDKs call them.  Returns names only: no value leaves this module.
Sources: the SDKs' pages on credential providers; the CI hosts' references of variables.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def secret_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables that carry a credential, sorted.

    An empty one carries none: hosts set a secret that a fork may not have to an empty text.
    """
    return tuple(sorted(n for n, text in environ.items() if text.strip() and _is_secret(n, text)))


def _is_secret(name: str, text: str) -> bool:
    plain = re.sub(r"[^A-Z0-9]", "_", name.upper())
    if text in _NOWHERE or plain in HARMLESS:
        return False
    return plain in BY_NAME or _says_so(plain) or bool(_IN_VALUE.search(text[:LONGEST_SEARCHED]))


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
