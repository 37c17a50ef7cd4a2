"""Which CI host this is.

Knows the marker of every host, in the order in which they must be asked: Harness sets Drone's
marker too, Gitea sets GitHub's, and a runner of one host may live on another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.build import Host
from plugin.core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKERS = (
    ("HARNESS_BUILD_ID", Host.HARNESS),
    ("DRONE", Host.DRONE),
    ("GITEA_ACTIONS", Host.GITEA),
    ("FORGEJO_ACTIONS", Host.GITEA),
    ("GITHUB_ACTIONS", Host.GITHUB),
    ("GITLAB_CI", Host.GITLAB),
    ("BITBUCKET_BUILD_NUMBER", Host.BITBUCKET),
    ("BITBUCKET_COMMIT", Host.BITBUCKET),
    ("BUILDKITE", Host.BUILDKITE),
    ("CODEBUILD_BUILD_ID", Host.CODEBUILD),
    ("CODEBUILD_BUILD_ARN", Host.CODEBUILD),
    ("JENKINS_URL", Host.JENKINS),
)
"""The first that is set decides.  Woodpecker comes before them all: see ``detect``."""

_UNSET = frozenset({"", "0", "false", "no", "off"})


def detect(environ: Mapping[str, str], named: str = "") -> Host:
    """Return the host, by the setting ``ci`` when it names one, else by the markers.

    Raises ``SettingsError`` when the setting names no host.
    """
    if named.strip():
        return _named(named.strip())
    if any(_value(environ, name) == "woodpecker" for name in ("CI", "CI_SYSTEM_NAME")):
        return Host.WOODPECKER  # it has no marker of its own, and carries Drone's variables
    found = (host for marker, host in MARKERS if _value(environ, marker) not in _UNSET)
    return next(found, Host.PLAIN)


def _value(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip().lower()


def _named(name: str) -> Host:
    """Return the host of that name."""
    try:
        return Host(name.lower())
    except ValueError:
        from difflib import get_close_matches  # for mistakes only

        near = get_close_matches(name.lower(), tuple(Host), n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        problem = f"ci: {name!r} is no CI host; it is one of {', '.join(Host)}.{meant}"
        raise SettingsError((problem,)) from None
