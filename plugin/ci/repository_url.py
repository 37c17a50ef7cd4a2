"""From a repository's URL, in all forms that CI hosts hand out, to forge and name.

Knows the forms of git remotes and of pull requests' pages.  Credentials in a URL are dropped and
never looked at.  Does not know whether a server of unknown name really is a GitHub: it says "may".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from plugin.ci.values import is_host, repository_of

_LONGEST = 2000
_SCHEME = re.compile(r"(?:git\+)?(https?|ssh|git)://(.*)", re.IGNORECASE)
# Without a user a host must have a dot: C:/path and https:/typing/error are no remotes.
_SCP = re.compile(r"(?:[^@/:\s]+@([^@/:\s]+)|([^@/:\s]+\.[^@/:\s]+)):(?!//)(.*)")
_PORT = re.compile(r"[0-9]{1,5}")
_PAGE = re.compile(r"/(?:-/|pull/\d|pulls/\d|pull-requests/\d|merge_requests/\d)")
_BITBUCKET_PAGE = re.compile(r"(?:projects/([^/]+)|users/([^/]+))/repos/([^/]+).*")
_BITBUCKET_SSH_PORT = "7999"
_SAME_HOST = {"www.github.com": "github.com", "ssh.github.com": "github.com"}
_OTHER_FORGES = (
    "gitlab",
    "bitbucket",
    "gitea",
    "forgejo",
    "codeberg",
    "gogs",
    "codecommit",
    "harness.io",
)
_OTHER_HOSTS = frozenset({"dev.azure.com", "ssh.dev.azure.com", "git.sr.ht"})


@dataclass(frozen=True, kw_only=True)
class RepositoryUrl:
    """Where a repository lives.

    ``host`` is in lower case, with the port if the URL was one of a web server with a port.
    ``owner_and_name`` has more than two parts where a forge nests groups.  ``may_be_github`` is
    False where the URL has a form or a host that GitHub does not have.
    """

    host: str
    owner_and_name: str
    may_be_github: bool = True

    @property
    def server_url(self) -> str:
        """The base of the forge's pages; empty when nobody knows the forge."""
        return f"https://{self.host}" if self.host else ""

    @property
    def api_url(self) -> str:
        """The base of GitHub's REST API there; empty when it cannot be a GitHub.

        Source: GitHub's "Getting started with the REST API" for github.com, ghe.com and servers.
        """
        if not self.may_be_github:
            return ""
        if self.host == "github.com" or self.host.endswith(".ghe.com"):
            return f"https://api.{self.host}"
        return f"https://{self.host}/api/v3"


def forge_of(*texts: str) -> RepositoryUrl:
    """Return where the repository lives, by the first usable text; one that is all empty if none.

    Each text is a clone URL or the page of a pull request.
    """
    found = (parse_repository_url(text) for text in texts)
    nowhere = RepositoryUrl(host="", owner_and_name="", may_be_github=False)
    return next((one for one in found if one), nowhere)


def parse_repository_url(text: str) -> RepositoryUrl | None:
    """Return where a repository lives, from its clone URL or the page of a pull request.

    Nothing when the text is no such URL (a path, a file URL, a name that no forge gives).  Never
    raises; takes ``https``, ``ssh`` (also Drone's ``ssh://git@host:owner/name``), ``git``, and
    ``git@host:owner/name``.
    """
    text = text.strip()
    if len(text) > _LONGEST or not text.isprintable():
        return None
    text = re.split(r"[?#]", text, maxsplit=1)[0]
    if match := _SCHEME.fullmatch(text):
        return _from_url(match[1].lower(), match[2])
    if match := _SCP.fullmatch(text):
        return _found(match[1] or match[2], match[3], port="", is_web=False)
    return None


def _from_url(scheme: str, rest: str) -> RepositoryUrl | None:
    """Take what follows ``scheme://`` apart.  urlsplit would raise on Drone's ssh form."""
    authority, _, path = rest.partition("/")
    host, _, port = authority.rpartition("@")[2].partition(":")
    is_web = scheme.startswith("http")
    if port and not _PORT.fullmatch(port):
        if is_web:
            return None
        port, path = "", f"{port}/{path}"  # ssh://git@host:owner/name
    return _found(host, path, port=port, is_web=is_web)


def _found(host: str, path: str, *, port: str, is_web: bool) -> RepositoryUrl | None:
    """Put host and path together, if both are usable."""
    host = _SAME_HOST.get(host.lower(), host.lower())
    name, is_nested_form = _name_of(path)
    if not is_host(host) or not name:
        return None
    may_be_github = not (
        is_nested_form
        or name.count("/") != 1
        or "~" in name
        or port == _BITBUCKET_SSH_PORT
        or host in _OTHER_HOSTS
        or any(forge in host for forge in _OTHER_FORGES)
        # A host without a dot in an ssh URL is as a rule an alias of somebody's ssh settings.
        or not (is_web or "." in host)
    )
    authority = f"{host}:{port}" if is_web and port and host != "github.com" else host
    return RepositoryUrl(host=authority, owner_and_name=name, may_be_github=may_be_github)


def _name_of(path: str) -> tuple[str, bool]:
    """Return ``owner/name`` and whether the path has a form of Bitbucket Server's own."""
    path = path.strip("/")
    if match := _BITBUCKET_PAGE.fullmatch(path):
        owner = match[1] or f"~{match[2]}"
        return repository_of(f"{owner}/{match[3]}"), True
    is_scm = path.startswith("scm/") and path.count("/") > 1
    path = _PAGE.split(path.removeprefix("scm/") if is_scm else path, maxsplit=1)[0]
    return repository_of(path.rstrip("/").removesuffix(".git")), is_scm
