"""The head of a pull request, in the shape that GitHub's API and its events share.

Knows GitHub's ``pull_request`` object and trusts none of its values.  Does not know who has it
from where: ``ci`` reads it in an event, ``clients`` in an answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from plugin.core.build import Fork

_HASH = re.compile(r"[0-9a-fA-F]{7,64}")
_DIGITS = re.compile(r"[0-9]{1,16}")
_LONGEST_REF = 1000
_LARGEST_NUMBER = 2**53 - 1  # what JSON's readers agree on


@dataclass(frozen=True, kw_only=True)
class PullRequestHead:
    """What a pull request wants to merge.  Texts are empty, and ``fork`` unknown, when missing."""

    sha: str
    fork: Fork
    branch: str
    target_branch: str = ""


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
    )


def _fork_of(head: Mapping[str, object], base: Mapping[str, object]) -> Fork:
    """Compare the two repositories by name."""
    if "repo" in head and head["repo"] is None:
        return Fork.YES
    theirs = mapping_of(head.get("repo")).get("full_name")
    ours = mapping_of(base.get("repo")).get("full_name")
    if not (isinstance(theirs, str) and isinstance(ours, str) and theirs and ours):
        return Fork.UNKNOWN
    return Fork.NO if theirs.lower() == ours.lower() else Fork.YES


def mapping_of(value: object) -> Mapping[str, object]:
    """Return a JSON object as it is, and everything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def hash_of(value: object) -> str:
    """Return a git hash (7 to 64 hexadecimal digits) in lower case, else an empty text.

    The hash of zeros, by which git says "there is none", is empty too.
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
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST_NUMBER:
        return value
    return None
