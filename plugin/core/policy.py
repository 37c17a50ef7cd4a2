"""The session policy: a JSON file that narrows the job's role for one run.

Sources: Glue's model, ``ExecutionRoleSessionPolicy`` (2 to 2,048 characters); AWS's pages "Grammar
of the IAM JSON policy language" and "Session policies" (a session policy names no principal); the
model of STS, whose ``Policy`` takes no character beyond U+00FF; otterize/intents-operator#481
(AWS refuses a policy without statements as malformed).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugin.core.errors import Unusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.ports import Checkout

LONGEST = 2048
VERSIONS = ("2012-10-17", "2008-10-17")
_OF_POLICY = frozenset({"Version", "Id", "Statement"})
_OF_STATEMENT = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
_EITHER = (("Action", "NotAction"), ("Resource", "NotResource"))


def policy_text(path: str, checkout: Checkout) -> tuple[str, tuple[str, ...]]:
    """Return the policy without needless blanks, and everything that is wrong with it.

    No path is no policy: an empty text.  Letters beyond ASCII are escaped, as JSON has it.
    """
    if not path:
        return "", ()
    try:
        policy = json.loads(checkout.read(path).decode("utf-8"))
        text = json.dumps(policy, separators=(",", ":"), allow_nan=False)
        json.dumps(policy, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except Unusable as error:
        return "", (f"session_policy: {error}",)
    except (ValueError, RecursionError):
        return "", (f"session_policy: {path} is not JSON.",)
    if not isinstance(policy, dict) or "Statement" not in policy:
        return "", (f"session_policy: {path} is not a policy: it has no Statement.",)
    problems = [f"session_policy: {path}: {problem}" for problem in _form_problems(policy)]
    if len(text) > LONGEST:
        problems.append(f"session_policy: {path} has {len(text)} characters; Glue takes {LONGEST}.")
    return ("", tuple(problems)) if problems else (text, ())


def allows_everything(text: str) -> bool:
    """Whether a policy that ``policy_text`` returned narrows no role at all.

    Of one that denies anything, or names an action or a resource, nobody here knows what it is
    worth: it counts as narrowing.
    """
    if not text:
        return False
    found = json.loads(text)["Statement"]
    statements = found if isinstance(found, list) else [found]
    if any(statement["Effect"] == "Deny" for statement in statements):
        return False
    return any(
        _is_anything(statement.get("Resource")) and _is_anything(statement.get("Action"))
        for statement in statements
        if not statement.get("Condition")
    )


def _form_problems(policy: dict[str, object]) -> Iterator[str]:
    """Yield what IAM's grammar does not allow, a sentence each."""
    if unknown := sorted(policy.keys() - _OF_POLICY):
        yield f"{_listed(unknown)} is no element of a policy."
    if policy.get("Version", VERSIONS[0]) not in VERSIONS:
        yield f"Version is {VERSIONS[0]} (in quotes)."
    found = policy["Statement"]
    statements = found if isinstance(found, list) else [found]
    if not statements:
        yield "it has no statement, which AWS refuses. To allow nothing, deny * on *."
    for number, statement in enumerate(statements, start=1):
        for problem in _statement_problems(statement):
            yield f"statement {number}: {problem}"


def _statement_problems(statement: object) -> Iterator[str]:
    if not isinstance(statement, dict):
        yield "it is not an object."
        return
    if {"Principal", "NotPrincipal"} & statement.keys():
        yield "a session policy names no principal."
    if unknown := sorted(statement.keys() - _OF_STATEMENT - {"Principal", "NotPrincipal"}):
        yield f"{_listed(unknown)} is no element of a statement."
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield "Effect is Allow or Deny."
    for names in _EITHER:
        if len(statement.keys() & set(names)) != 1:
            yield f"it needs {names[0]} or {names[1]}, and only one of them."
        yield from (
            f"{name} is a text or a list of texts."
            for name in names
            if name in statement and not _is_texts(statement[name])
        )
    if not isinstance(statement.get("Condition", {}), dict):
        yield "Condition is not an object."


def _is_anything(value: str | list[str] | None) -> bool:
    """Whether one of the texts is ``*``, or ``*:*`` of an action."""
    texts = [value] if isinstance(value, str) else value or []
    return any(not text.strip("*:") for text in texts)


def _is_texts(value: object) -> bool:
    """Whether it is a text or a list of at least one, none of them empty."""
    texts = value if isinstance(value, list) else [value]
    return bool(texts) and all(isinstance(text, str) and text for text in texts)


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name[:40]) for name in names[:5])
