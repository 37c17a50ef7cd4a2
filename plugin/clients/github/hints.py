"""What to change when GitHub refuses.

Knows GitHub's words for its refusals and the lines of a workflow that lift them.  Refuses to know
how a refusal reached us, and to pass on more than one harmless line of what GitHub said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

WRONG_API = (
    "Check github_api_url: it is https://api.github.com, or https://HOST/api/v3 on a GitHub "
    "Enterprise Server."
)

GUIDE = "https://github.com/glue-health-check/glue-health-check/blob/main/docs/troubleshooting.md"

_LONGEST_QUOTE = 200
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404

_OF_CHECK_RUNS = (
    "A personal token makes no check runs: set github_token to ${{ github.token }} or to a GitHub "
    "App's token, or check_run to false."
)
_OF_STATUS = {
    _UNAUTHORIZED: "Set github_token to a valid token; in GitHub Actions to ${{ github.token }}.",
    410: "The repository may have been removed or may have this feature switched off.",
    422: "GitHub calls the request itself wrong.",
}
_OF_WORDS: tuple[tuple[str, str], ...] = (
    (
        "saml enforcement",
        "Authorize the token for the organization's single sign-on, in the settings of the token.",
    ),
    ("ip allow list", "Let the organization's IP allow list have the address of this machine."),
    ("authenticate via a github app", _OF_CHECK_RUNS),
    ("was archived", "Take the repository out of the archive, or switch this report off."),
    ("issue is locked", "Unlock the conversation, or switch this report off."),
    ("issues are disabled", "Switch issues on in the repository's settings."),
    ("issues has been disabled", "Switch issues on in the repository's settings."),
    (
        "no commit found",
        "The commit is not in this repository: it is a fork's, or was never pushed.",
    ),
    (
        "maximum number of statuses",
        "A commit takes 1,000 statuses of one context: push a new commit, or set status_context.",
    ),
)
"""What GitHub's message holds, in small letters, and what to do then; the first one counts.

Source: the messages as users quote them in public issues.
"""
_SECTIONS = (
    "resource not accessible by integration",
    "resource not accessible by personal access token",
)
"""Messages that have a section of their own in the guide: its anchor is made of the words."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An answer with an error status.  ``said`` is GitHub's own message in one harmless line.

    ``permission`` is what the request takes, as a workflow names it; ``hint`` is said instead of
    it, unless empty.
    """

    status: int
    said: str
    permission: str
    hint: str = ""
    has_token: bool = True
    asks_for_sso: bool = False


def hint_of(refusal: Refusal) -> str:
    """Say what to change, and where the guide says more of it."""
    hint = _advice(refusal)
    anchor = _anchor(refusal)
    return f"{hint} See {GUIDE}#{anchor}" if anchor else hint


def _anchor(refusal: Refusal) -> str:
    """Return the section of the guide on this refusal; empty when there is none."""
    said = refusal.said.lower()
    if refusal.asks_for_sso or "saml enforcement" in said:
        return "single-sign-on"
    if not refusal.has_token and refusal.status in {_FORBIDDEN, _NOT_FOUND}:
        return "no-token"
    for words in _SECTIONS:
        if words in said:
            return words.replace(" ", "-")
    return ""


def _advice(refusal: Refusal) -> str:
    said = "saml enforcement" if refusal.asks_for_sso else refusal.said.lower()
    for words, hint in _OF_WORDS:
        if words in said:
            return hint
    if refusal.status in {_FORBIDDEN, _NOT_FOUND}:
        return _permission_hint(refusal)
    return _OF_STATUS.get(refusal.status, WRONG_API)


def permissions_block(permission: str) -> str:
    """Return the line of a workflow that grants it, whole.

    Naming one permission takes all others away, so what the checkout needs is named as well.
    Source: GitHub's page "Workflow syntax", ``permissions``.
    """
    names = dict.fromkeys(("contents: read", permission))
    return f"permissions: {{{', '.join(names)}}}"


def _permission_hint(refusal: Refusal) -> str:
    """Say which line a workflow lacks, and whom no line helps; or that there is no token at all."""
    if not refusal.has_token:
        return "Set github_token."
    if refusal.hint:
        return refusal.hint
    if "personal access token" in refusal.said:
        if refusal.permission.startswith("checks"):
            return _OF_CHECK_RUNS
        return f"Give the token the repository permission `{refusal.permission}`."
    # Source: GitHub's pages "Workflow syntax" and "Troubleshooting Dependabot on GitHub Actions".
    forks = (
        " A fork's pull request gets a token that can only read, whatever the workflow says; "
        "Dependabot's does without this line."
        if refusal.permission.endswith("write")
        else ""
    )
    return (
        f"The workflow's job needs `{permissions_block(refusal.permission)}` besides what it "
        f"names; a personal access token needs the same right.{forks}"
    )


def quote_of(data: object) -> str:
    """Return GitHub's own message in one harmless line, with the details of a 422."""
    if not isinstance(data, dict):
        return ""
    details = data.get("errors")
    texts = [data.get("message")]
    texts += [_detail(one) for one in details] if isinstance(details, list) else []
    line = "; ".join(text for text in texts if isinstance(text, str))
    line = "".join(char if char.isprintable() else " " for char in line)
    return " ".join(line.split())[:_LONGEST_QUOTE]


def _detail(one: Any) -> Any:  # noqa: ANN401  # JSON of the other side
    """Return the text of one entry of ``errors``, which is a text or an object."""
    return one.get("message") or one.get("code") if isinstance(one, dict) else one
