"""What a message means: Glue's, Python's, Java's or our own error → the class of trouble.

Knows which table is asked for what, and whose words are believed.  Refuses to know the words
themselves (``symptoms``, ``refusal_words``), states, logs and verdicts.
Only the beginning of a text is searched: messages are hostile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.diagnosing.refusal_words import told_by_words
from plugin.core.diagnosing.symptoms import CATEGORIES, INSIDE, OUTSIDE
from plugin.core.errors import EngineError, Refused
from plugin.core.judging.root_cause import glue_message
from plugin.core.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.core.errors import PluginError

LONGEST_SEARCHED = 2000
"""Characters of a text that are searched: patterns must not take a hostile one long."""

_OF_AWS = (
    r"(?:Invalid|Insufficient|Unauthorized|AccessDenied|Throttling|NetworkInterface|NoSuch"
    r"|InternalServ|InternalFailure|ResourceNumberLimit|ResourceUnavailable|ResourceNotReady"
    r"|ConcurrentRuns|EntityNotFound|ServiceUnavailable|RequestLimit|Client\.|Server\.)"
)
"""How the codes begin that AWS itself puts before a message; a class of Python's has a module."""
_RAISED = re.compile(
    r"(?:[A-Za-z_]\w{0,100}\.){0,10}"
    r"(?:[A-Za-z_]\w{0,100}Error|Exception|SystemExit|KeyboardInterrupt)\s{0,3}(?::|$)"
    r"|An error occurred while calling"
    rf"|(?!{_OF_AWS})(?:[A-Za-z_]\w{{0,100}}\.){{1,10}}[A-Z]\w{{0,100}}\s{{0,3}}(?::\s|:?$)"
    rf"|(?!{_OF_AWS})[A-Z][a-z0-9]{{1,50}}(?:[A-Z]\w{{0,100}}|(?<=Warning))\s{{0,3}}(?::\s|:?$)"
)
"""How a message begins that a Python script raised itself, or that came through Py4J."""
_CALLED = re.compile(r"An error occurred \(\w{1,100}\) when calling the \w{1,100} operation")
"""botocore's words, wherever they stand: Glue's own services are not written with it."""
_NOT_BEGUN = re.compile(r"LAUNCH[ _]ERROR|Error downloading from S3", re.IGNORECASE)
"""What no exception of a script begins with, whatever class Glue puts in front."""


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Something other than the script is at fault: the class, and what happened as a sentence."""

    trouble: Trouble
    what: str


_DENIED_USER = re.compile(r"Access denied for user", re.IGNORECASE)
"""MySQL's words for a wrong password: no matter of IAM, though it reads like one."""


def is_raised(message: str) -> bool:
    """Whether a message is that of an exception, which a script may have raised itself.

    Glue's classes stand before exceptions; ``UNCLASSIFIED_ERROR`` says nothing.
    """
    head = glue_message(message[:LONGEST_SEARCHED])
    if _NOT_BEGUN.match(head.text):
        return False
    is_classed = head.category in CATEGORIES
    return is_classed or bool(_RAISED.match(head.text) or _CALLED.search(head.text))


def outside(message: str, *, of_script: bool = True) -> Outside | None:
    """Return what other than the script is at fault; None when a message does not say so.

    With ``of_script``, a message that a script may have raised itself is not believed: its own
    words must not excuse it.
    """
    said = message[:LONGEST_SEARCHED]
    if of_script and is_raised(said):
        return None
    found = (
        Outside(trouble=trouble, what=what)
        for pattern, trouble, what in OUTSIDE
        if pattern.search(said)
    )
    return next(found, None)


def inside(texts: Iterable[str], category: str = "") -> Trouble:
    """Return the class of a script's failure: the first text that says one wins, then Glue's."""
    for text in texts:
        said = text[:LONGEST_SEARCHED]
        if _DENIED_USER.search(said):
            return Trouble.LOGIN
        for pattern, trouble in INSIDE:
            if pattern.search(said):
                return trouble
    return CATEGORIES.get(category, Trouble.SCRIPT_ERROR)


_FAULT = re.compile(r"InternalService|InternalError", re.IGNORECASE)


def trouble_of(error: PluginError, *, is_local: bool = False) -> Trouble:
    """Return the class of an error of ours: what AWS's part of the message names, or its own."""
    own = error.trouble
    before, colon, after = error.message[:LONGEST_SEARCHED].partition(": ")
    said = after if colon else before  # what we tried to do holds names that a user chose
    if isinstance(error, EngineError) and error.told is None:
        told = told_by_words(type(error), said)
        found = outside(said, of_script=False) if isinstance(error, Refused) else None
        if told is not None:
            own = told[0]
        elif found is not None:
            own = found.trouble
        elif own is Trouble.NETWORK and _FAULT.search(said):
            own = Trouble.AWS_FAULT
    is_of_aws = own in {Trouble.NETWORK, Trouble.AWS_FAULT}
    return Trouble.LOCAL_ENGINE if is_local and is_of_aws else own
