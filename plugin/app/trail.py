"""The build id, written down before anything is made, and found again by ``cleanup``.

On GitHub it is the action's state, which the post step gets as ``STATE_build_id``; elsewhere a file
in ``report_dir``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError
from plugin.core.naming import BUILD_ID
from plugin.reporters.folder import Folder

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.sources import Settings

FILE = "build-id"
STATE = "STATE_build_id"


def leave_trail(invocation: Invocation, settings: Settings, build: Build, build_id: str) -> None:
    """Write the build id down.  Raises ``PluginError`` when it cannot be: nothing is made then."""
    if state := _state_file(invocation, build):
        _append(Path(state), f"build_id={build_id}\n")
        return
    folder = Folder(Path(settings.plan.report_dir), base=invocation.cwd)
    folder.write(FILE, build_id + "\n")
    folder.write(".gitignore", "*\n")  # nobody wants to commit a report


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise PluginError(
            f"The build id was not written down: {path}: {error.strerror}.",
            hint="Without it cleanup finds nothing. GITHUB_STATE names the file.",
        ) from None


def _state_file(invocation: Invocation, build: Build) -> str:
    """Return the file of GitHub's action state; empty where there is none."""
    return invocation.environ.get("GITHUB_STATE", "") if build.host.has_runner_files else ""


def find_trail(invocation: Invocation, build: Build) -> str:
    """Return the build id of the build before us; empty when there is none.

    Where GitHub keeps a state, the file is not read: a pull request could have committed one.
    """
    told = invocation.environ.get(STATE, "").strip()
    if not told and not _state_file(invocation, build):
        folder = Folder(Path(invocation.peek("report_dir")), base=invocation.cwd)
        told = folder.read(FILE).strip()
    return told if BUILD_ID.fullmatch(told) else ""
