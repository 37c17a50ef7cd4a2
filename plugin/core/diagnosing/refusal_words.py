"""What the words of a refusal tell more than its code: the class of trouble, sometimes the remedy.

Knows words, as a table.  Refuses to know codes, and never decides what is asked again: words may
quote a pull request.
Sources: AWS's pages, and public issues that quote whole messages.
"""

from __future__ import annotations

import re

from plugin.core.errors import (
    AccessDenied,
    EngineError,
    NoCredentials,
    NotFound,
    OverLimit,
    Refused,
)
from plugin.core.trouble import Trouble

LONGEST_SEARCHED = 2000
"""Characters of an answer that are searched: patterns must not take a hostile one long."""
KEY_GONE = (
    "Enable the KMS key, or have the bucket or security_configuration use one that is there: no"
    " right helps here."
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_WORDS: tuple[tuple[tuple[type[EngineError], ...], re.Pattern[str], Trouble, str], ...] = (
    (
        (NoCredentials,),
        _any(r"signature expired", r"signature not yet current", r"too skewed"),
        Trouble.WRONG_CLOCK,
        "",
    ),
    ((OverLimit,), _any(r"\bDPUs?\b", r"compute capacity"), Trouble.DPU_QUOTA, ""),
    (
        (Refused, NotFound),
        _any(
            r"should be given assume role permissions",
            r"unable to assume (?:the |provided )?role",
            r"verify role'?s trust ?policy",
        ),
        Trouble.UNTRUSTED_ROLE,
        "",
    ),
    (
        (Refused,),
        _any(r"cross-account pass ?role"),
        Trouble.MISSING_ROLE,
        "Set role_arn to a role of this account: Glue takes none of another.",
    ),
    (
        (Refused,),
        _any(
            r"(?:set|use|both|one of) .{0,60}(?:max|allocated) ?capacity",
            r"(?:max|allocated) ?capacity .{0,60}(?:worker type|number of workers)",
        ),
        Trouble.INVALID_SIZE,
        "Set either worker_type and number_of_workers or max_capacity, not both.",
    ),
    (
        (Refused,),
        _any(r"worker ?type", r"number ?of ?workers", r"max ?capacity"),
        Trouble.INVALID_SIZE,
        "",
    ),
    ((Refused,), _any(r"glue ?version"), Trouble.GLUE_VERSION, ""),
    (
        (Refused, NotFound),
        _any(r"security ?configuration"),
        Trouble.MISSING_SECURITY_CONFIGURATION,
        "",
    ),
    (
        (Refused, NotFound),
        _any(r"not (?:have )?enough free", r"insufficient .{0,20}addresses", r"IP addresses on"),
        Trouble.NO_ADDRESSES,
        "",
    ),
    ((Refused, NotFound), _any(r"\bconnections?\b"), Trouble.MISSING_CONNECTION, ""),
    ((AccessDenied, Refused), _any(r"lake ?formation"), Trouble.LAKE_FORMATION, ""),
    ((Refused, NotFound), _any(r"secrets ?manager"), Trouble.SECRET, ""),
    (
        (Refused,),
        _any(r"\bkms\b.{0,200}(?:\bdisabled\b|\bpending\b|not exist|not found|cannot be found)"),
        Trouble.KEY_DENIED,
        KEY_GONE,
    ),
    ((Refused,), _any(r"\bKMS\b", r"\bkey\b.{0,80}arn:aws[a-z-]*:kms"), Trouble.KEY_DENIED, ""),
    (
        (Refused, NotFound),
        _any(r"\brole\b.{0,300}(?:not found|not exist|not valid|invalid|cannot be found)"),
        Trouble.MISSING_ROLE,
        "",
    ),
    ((NotFound,), _any(r"\brole\b"), Trouble.MISSING_ROLE, ""),
    (
        (NotFound,),
        _any(r"bucket", r"NoSuchKey", r"\bscript\b"),
        Trouble.MISSING_SCRIPT,
        "Check scripts_bucket, temp_bucket and region.",
    ),
)
"""What the words of an answer tell more than its code: for which classes, trouble, own remedy."""

_LEAST = re.compile(r"minimum allowed value of Number of Workers is (\d{1,4})", re.IGNORECASE)


def told_by_words(kind: type[EngineError], said: str) -> tuple[Trouble, str] | None:
    """Return trouble and remedy that the words of an answer tell; an empty remedy: the trouble's.

    None where they tell no more than the class of the error.
    """
    said = said[:LONGEST_SEARCHED]
    least = _LEAST.search(said)
    if least and issubclass(kind, Refused):
        return Trouble.INVALID_SIZE, f"Set number_of_workers to {least[1]} or more."
    for kinds, pattern, trouble, hint in _WORDS:
        if issubclass(kind, kinds) and pattern.search(said):
            return trouble, hint
    return None
