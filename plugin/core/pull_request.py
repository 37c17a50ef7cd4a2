"""The head of a pull request, in the shape that GitHub's API and its events share.

Knows GitHub's ``pull_request`` object, which Gitea shares, and trusts none of its values.  Does not
know who has it from where: ``ci`` reads it in an event, ``clients`` in an answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from plugin.core.build import Fork

_HASH = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_DIGITS = re.compile(r"[0-9]{1,16}")
_LONGEST_REF = 1000
_LARGEST_NUMBER = 2**53 - 1  # what JSON's readers agree on
_DEPENDABOT = frozenset({"dependabot[bot]", "dependabot-preview[bot]", "dependabot"})


@dataclass(frozen=True, kw_only=True)
class PullRequestHead:
    """What a pull request wants to merge.  Texts are empty, and ``fork`` unknown, when missing.

    ``author`` is who opened it; ``target_repository`` is ``owner/name``.
    """

    sha: str
    fork: Fork
    branch: str
    target_branch: str = ""
    number: int | None = None
    author: str = ""
    target_repository: str = ""
    is_open: bool = False


def head_of(pull_request: Mapping[str, object]) -> PullRequestHead:
    """Return the head of a ``pull_request`` object; never raises.

    It is a fork when the head's repository is another one than the base's, or was deleted: then
    GitHub says ``null``.  Source: the schema ``pull-request`` of GitHub's REST API description.
    """
    head, base = mapping_of(pull_request.get("head")), mapping_of(pull_request.get("base"))
    return PullRequestHead(
        sha=hash_of(head.get("sha")),
        fork=_fork_of(head, base),
        branch=ref_of(head.get("ref")),
        target_branch=ref_of(base.get("ref")),
        number=number_of(pull_request.get("number")),
        author=ref_of(mapping_of(pull_request.get("user")).get("login")),
        target_repository=ref_of(mapping_of(base.get("repo")).get("full_name")),
        is_open=pull_request.get("state") == "open",
    )


def _fork_of(head: Mapping[str, object], base: Mapping[str, object]) -> Fork:
    """Compare the two repositories by name.

    Gitea takes pull requests without any branch from everybody who may read (AGit): it then names
    the base's repository as the head's too, but a ref below refs/pull/ as the branch.  Source:
    Gitea, services/convert/pull.go.
    """
    if "repo" in head and head["repo"] is None:
        return Fork.YES
    theirs = mapping_of(head.get("repo")).get("full_name")
    ours = mapping_of(base.get("repo")).get("full_name")
    if not (isinstance(theirs, str) and isinstance(ours, str) and theirs and ours):
        return Fork.UNKNOWN
    is_pushed_to_nobodys_branch = ref_of(head.get("ref")).startswith("refs/")
    is_ours = theirs.lower() == ours.lower() and not is_pushed_to_nobodys_branch
    return Fork.NO if is_ours else Fork.YES


def is_dependabot(author: str) -> bool:
    """Whether a login or a commit author's name is Dependabot's.

    Source: GitHub's page "Troubleshooting Dependabot on GitHub Actions".
    """
    return author.strip().lower() in _DEPENDABOT


def mapping_of(value: object) -> Mapping[str, object]:
    """Return a JSON object as it is, and everything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def hash_of(value: object) -> str:
    """Return a whole git hash (40 or 64 hexadecimal digits) in lower case, else an empty text.

    A shortened hash names no commit for certain, and GitHub takes no status for one.  The hash of
    zeros, by which git says "there is none", is empty too.
    """
    text = value.strip() if isinstance(value, str) else ""
    return text.lower() if _HASH.fullmatch(text) and text.strip("0") else ""


def ref_of(value: object) -> str:
    """Return a name such as a branch's, else an empty text.

    Control characters, line breaks and the invisible ones that turn the direction of writing make
    the whole name unusable: a name that was cut or mended would be another branch's.
    """
    text = value.strip() if isinstance(value, str) else ""
    return text if text.isprintable() and len(text) <= _LONGEST_REF else ""


def number_of(value: object) -> int | None:
    """Return the positive number of a pull request, given as a number or as its digits."""
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST_NUMBER:
        return value
    return None
