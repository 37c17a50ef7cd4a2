"""Values from an environment, each either usable or empty.

Knows what a link, a repository or a build number looks like.  Trusts nobody: a value that is not
in its form is dropped whole, because a mended one might point somewhere else.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from plugin.core.pull_request import is_dependabot

_LONGEST_URL = 2000
# RFC 3986, section 2, without the apostrophe: no spaces, quotes, angle brackets, backslashes.
_URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&()*+,;=%]+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_SEGMENT = re.compile(r"(?!\.\.?$)~?[A-Za-z0-9._-]+")
_EVENT = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_DIGITS = re.compile(r"[0-9]{1,20}")

CHANGE_REF = re.compile(r"refs/(?:pull|pull-requests|merge-requests)/([0-9]+)(?:/.*)?")
"""The ref of a pull request on GitHub and Gitea, Bitbucket Server, GitLab; its group the number."""


def web_url_of(text: str) -> str:
    """Return an http(s) link without user, password, query and fragment; else an empty text.

    Queries go because that is where tokens travel; no host needs one to show a build.
    """
    parts = _split(text)
    if parts is None:
        return ""
    return f"{parts.scheme}://{authority_of(parts)}{parts.path}"


def base_url_of(text: str) -> str:
    """Return the base of a server or an API, without slash at its end; else an empty text.

    Tokens are sent there, so it is https; plain http only to this machine.
    """
    parts = _split(text)
    if parts is None or "@" in parts.netloc or parts.query or parts.fragment:
        return ""
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        return ""
    return f"{parts.scheme}://{authority_of(parts)}{parts.path}".rstrip("/")


def authority_of(parts: SplitResult) -> str:
    """Return ``host`` or ``host:port``, in lower case and without user and password."""
    return parts.netloc.rpartition("@")[2].lower()


def is_host(text: str) -> bool:
    """Whether it is a host's name or IPv4 address, in lower case and without port."""
    return _HOST.fullmatch(text) is not None and ".." not in text


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this very machine."""
    from ipaddress import ip_address  # slow to load, and needed for strange hosts only

    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def repository_of(text: str) -> str:
    """Return ``owner/name``, with groups in between where a forge nests them; else empty."""
    segments = text.strip().split("/")
    usable = len(segments) > 1 and all(_SEGMENT.fullmatch(segment) for segment in segments)
    return "/".join(segments) if usable and len(text) <= _LONGEST_URL else ""


def digits_of(text: str) -> str:
    """Return a build number or an attempt without leading zeros; else an empty text."""
    text = text.strip()
    return text.lstrip("0") if _DIGITS.fullmatch(text) else ""


def event_of(text: str) -> str:
    """Return an event's name (``pull_request``, ``push``); else an empty text."""
    text = text.strip()
    return text if _EVENT.fullmatch(text) else ""


def is_from_dependabot(author: str, branch: str, *, is_pull_request: bool) -> bool:
    """Whether Dependabot wrote the pull request, or pushed to a branch of its own.

    For hosts that tell the author of a commit, not who started the build: on another branch, a
    commit of Dependabot's was merged by one of us.
    """
    return is_dependabot(author) and (is_pull_request or branch.startswith("dependabot/"))


def _split(text: str) -> SplitResult | None:
    """Split an http(s) URL with a usable host and port; else nothing."""
    text = text.strip()
    if len(text) > _LONGEST_URL or not _URL.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port  # raises on what is no port
    except ValueError:
        return None
    host = parts.hostname or ""
    usable = is_host(host) or is_loopback(host)
    return parts if usable and port != 0 else None
