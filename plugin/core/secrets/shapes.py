"""Secrets that are known by their shape, whoever they belong to: tokens, keys, signatures.

Each shape has marks, one of which stands in every text with it: most lines hold none, and no
pattern is tried.  Every pattern takes time linear in the text: it begins where nothing it repeats
stands before it, and what it repeats ends at a character that the next part does not share.
AWS account ids and ARNs are no secrets.
Sources: AWS's page on IAM identifiers, GitHub's and GitLab's on token formats, Slack's on tokens,
RFC 7519 for JWTs, RFC 7468 for keys, AWS's page on Signature Version 4 in a query.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

STARS = "***"
_ALONE = r"(?<![A-Za-z0-9_-])"
_TO_END = r"[^\s\"'<>&,;]"
_IS = r"[\"'\\]{0,3}\s{0,4}[:=]\s{0,4}[\"'\\]{0,3}"

_SHAPES = (
    # marks; pattern with one group, the secret
    (
        ("AKIA", "ASIA"),  # a key with its secret next to it, as a table or a CSV shows them
        r"(?:AKIA|ASIA)[A-Z0-9]{16}[^A-Za-z0-9/+]{1,20}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
    ),
    (("AKIA", "ASIA"), r"(?<![A-Za-z0-9])((?:AKIA|ASIA)(?:[A-Z0-9]{16}|[A-Z0-9]{8,15}\Z))"),
    (
        ("ecret", "ECRET"),
        rf"(?i:secret_?-?access_?-?key){_IS}([A-Za-z0-9/+=%]{{8,}})",
    ),
    (
        ("oken", "OKEN"),
        rf"(?i:(?:session|security)_?-?token){_IS}([A-Za-z0-9/+=%._-]{{8,}})",
    ),
    (
        ("uthorization", "UTHORIZATION"),
        rf"(?i:authorization){_IS}(?i:bearer|basic|token)\s{{1,4}}({_TO_END}{{4,}})",
    ),
    (("ghp_", "gho_", "ghs_", "ghu_", "ghr_"), rf"{_ALONE}(gh[pousr]_[A-Za-z0-9]{{8,}})"),
    (("github_pat_",), rf"{_ALONE}(github_pat_[A-Za-z0-9_]{{8,}})"),
    (
        ("glpat-", "glcbt-", "gldt-", "glrt-", "glptt-", "glft-", "glsoat-", "glagent-"),
        rf"{_ALONE}(gl(?:pat|cbt|dt|rt|ptt|ft|soat|agent)-[A-Za-z0-9_.-]{{8,}})",
    ),
    (("xox", "xapp-"), rf"{_ALONE}((?:xox[a-z]|xapp)-[A-Za-z0-9-]{{8,}})"),
    (
        ("hooks.slack.com/",),
        rf"hooks\.slack\.com/(?:services|workflows|triggers)/({_TO_END}{{4,}})",
    ),
    (("npm_", "pypi-"), rf"{_ALONE}(npm_[A-Za-z0-9]{{30,}}|pypi-[A-Za-z0-9_-]{{30,}})"),
    (("dckr_pat_", "hvs."), rf"{_ALONE}(dckr_pat_[A-Za-z0-9_-]{{8,}}|hvs\.[A-Za-z0-9_-]{{20,}})"),
    (("eyJ",), rf"{_ALONE}(eyJ[A-Za-z0-9_-]{{8,}}\.[A-Za-z0-9_-]{{8,}}(?:\.[A-Za-z0-9_-]*)?)"),
    (
        (" PRIVATE KEY", "-----BEGIN PRIVATE KEY"),
        r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----((?:(?!-----)[\s\S])+)",
    ),
    (("://",), r"://[^/\s:@\"'<>]{0,256}:([^/\s@\"'<>]{1,2000})@"),
    (("://",), r"://([A-Za-z0-9_-]{20,2000})@"),
    (("jdbc:oracle:",), r"jdbc:oracle:\w{1,8}:[^/\s@\"'<>]{1,128}/([^\s@\"'<>]{1,256})@"),
    (
        ("ignature=", "oken=", "redential="),
        rf"(?i:X-Amz-(?:Signature|Security-Token|Credential))=({_TO_END}+)",
    ),
    (("ig=", "ignature="), r"[?&](?:sig|Signature)=([A-Za-z0-9/+=%_-]{8,})"),
    (
        ("assword=", "wd=", "ASSWORD="),
        r"(?<=[?&;])(?i:password|pwd|passwd|trustStorePassword|keyStorePassword)=([^\s\"'<>&;]+)",
    ),
)
_COMPILED = tuple((marks, re.compile(pattern)) for marks, pattern in _SHAPES)
_MARKS = tuple(dict.fromkeys(mark for marks, _ in _SHAPES for mark in marks))
_KEY_LINE_LENGTH = 64
_KEY_LINE = re.compile(
    r"(?m)^(?=[^\n]{0,63}[A-Z])(?=[^\n]{0,63}[a-z])[A-Za-z0-9+/]{64}(?=[ \t\r]{0,4}$)"
)
"""A line of a key whose frame stands on other lines; digests have letters of one case alone."""


def without_shapes(text: str) -> str:
    """Return ``text`` with stars for what looks secret; what it was stays readable."""
    for pattern in _patterns_for(text):
        text = pattern.sub(_starred, text)
    if len(text) >= _KEY_LINE_LENGTH:
        text = _KEY_LINE.sub(STARS, text)
    return text


def shaped_secrets(text: str) -> Iterator[str]:
    """Yield what looks secret in ``text``, to be looked for elsewhere too."""
    for pattern in _patterns_for(text):
        yield from (found[1] for found in pattern.finditer(text))


def _patterns_for(text: str) -> list[re.Pattern[str]]:
    found = {mark for mark in _MARKS if mark in text}
    return [pattern for marks, pattern in _COMPILED if not found.isdisjoint(marks)] if found else []


def _starred(found: re.Match[str]) -> str:
    first, last = found.span(1)
    begin = found.start()
    return f"{found[0][: first - begin]}{STARS}{found[0][last - begin :]}"
