"""What the machine we run on holds: secrets by name, and whether the local engine is installed."""

from __future__ import annotations

import re
import sys
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.secrets.names import secret_names
from plugin.core.trust import Runner

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings

LOCAL_MODULES = ("moto", "flask", "flask_cors", "werkzeug", "pyspark")
"""What the extra ``local`` installs and the default image lacks; Java may come from elsewhere."""
_FILES = (
    *(".aws/credentials", ".netrc", ".git-credentials", ".docker/config.json", ".kube/config"),
    *(".ssh/id_rsa", ".ssh/id_ecdsa", ".ssh/id_ed25519", ".config/gh/hosts.yml"),
)
"""Files of the home folder that hold a secret."""
_GIT_CONFIG = ".git/config"
_GIT_TOKEN = re.compile(r"(?i)extraheader|git-credentials|://[^/\s:@]*:[^/\s@]+@")
"""How the checkout of a CI host keeps its token."""
_LARGEST = 1_000_000


def runner_of(invocation: Invocation, build: Build, settings: Settings) -> Runner:
    """Return what the plan must know of this machine; secrets only where a stranger meets them."""
    is_local = settings.plan.engine == "local"
    is_met = is_local and build.is_foreign
    return Runner(
        secrets=_secrets(invocation) if is_met else (),
        obstacle=obstacle_of_local() if is_met else "",
        engine=invocation.peek("engine"),
        connections=tuple(invocation.peek("connections")),
        lacks=missing_of_local() if is_local else "",
    )


def missing_of_local(find: Callable[[str], object] = find_spec) -> str:
    """Return the first module that the local engine needs and nobody installed; empty for none."""
    return next((name for name in LOCAL_MODULES if find(name) is None), "")


def obstacle_of_local() -> str:
    """Return why the local engine's scripts would run as our own user, as far as known before.

    Java is found when a run begins; what stands in the way only then ends that run unbegun.
    """
    from plugin.local.sandbox import BOOTSTRAP, needed_paths, obstacle

    folders = []
    with suppress(OSError):  # no folder for temporary files: the local Glue will not start
        folders.append(Path(tempfile.gettempdir()))
    return obstacle((*needed_paths(sys.executable, is_spark=True), BOOTSTRAP, *folders))


def _secrets(invocation: Invocation) -> tuple[str, ...]:
    home = invocation.environ.get("HOME", "")
    files = [f"~/{name}" for name in _FILES if home and (Path(home) / name).is_file()]
    if _GIT_TOKEN.search(_text(invocation.cwd / _GIT_CONFIG)):
        files.append(_GIT_CONFIG)
    return (*secret_names(invocation.environ), *files)


def _text(path: Path) -> str:
    """Return the text of a plain file; empty when there is none."""
    try:
        if not path.is_file():
            return ""
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST)
    except OSError:
        return ""
