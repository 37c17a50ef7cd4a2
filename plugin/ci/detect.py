"""Which CI host this is.

Knows the marker of every host that could be mistaken for one of ours, in the order in which they
must be asked: Harness sets Drone's marker too, Gitea sets GitHub's.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from plugin.core.build import Host
from plugin.core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARKERS = (
    ("HARNESS_BUILD_ID", Host.PLAIN),
    ("DRONE", Host.DRONE),
    ("GITEA_ACTIONS", Host.PLAIN),
    ("FORGEJO_ACTIONS", Host.PLAIN),
    ("GITHUB_ACTIONS", Host.GITHUB),
    ("GITLAB_CI", Host.PLAIN),
    ("BITBUCKET_BUILD_NUMBER", Host.PLAIN),
    ("BITBUCKET_COMMIT", Host.PLAIN),
    ("BUILDKITE", Host.PLAIN),
    ("CODEBUILD_BUILD_ID", Host.PLAIN),
    ("CODEBUILD_BUILD_ARN", Host.PLAIN),
    ("JENKINS_URL", Host.JENKINS),
)
"""The first that is set decides.  Plain stands for a host that is known but not told apart."""

_UNSET = frozenset({"", "0", "false", "no", "off"})


def detect(environ: Mapping[str, str], named: str = "") -> Host:
    """Return the host, by the setting ``ci`` when it names one, else by the markers.

    Raises ``SettingsError`` when the setting names no host.
    """
    if named.strip():
        return _named(named.strip())
    if environ.get("CI", "").strip().lower() == "woodpecker":
        return Host.PLAIN  # its plugin steps carry Drone's variables, though not Drone's marker
    found = (host for marker, host in _MARKERS if _is_set(environ, marker))
    return next(found, Host.PLAIN)


def _is_set(environ: Mapping[str, str], marker: str) -> bool:
    return environ.get(marker, "").strip().lower() not in _UNSET


def _named(name: str) -> Host:
    """Return the host of that name."""
    try:
        return Host(name.lower())
    except ValueError:
        near = get_close_matches(name.lower(), tuple(Host), n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        problem = f"ci: {name!r} is no CI host; it is one of {', '.join(Host)}.{meant}"
        raise SettingsError((problem,)) from None
