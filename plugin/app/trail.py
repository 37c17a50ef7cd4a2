"""The build ids, each written down before anything is made, and found again by ``cleanup``.

On GitHub it is the action's state, which the post step gets as ``STATE_build_id``; elsewhere a file
in ``report_dir``, one id a line, the newest last: several checks may share a workspace.  A pull
request can have committed that file, so it is only a hint, and a stranger's is thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError
from plugin.core.naming import BUILD_ID
from plugin.reporters.folder import Folder

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings

FILE = "build-id"
STATE = "STATE_build_id"
MOST_IDS = 20


@dataclass(frozen=True, kw_only=True)
class Trail:
    """The build ids that checks before us left, the newest last.

    ``is_ours`` says that the CI host kept them, out of reach of a pull request; ``is_file`` that
    they stand in our file.
    """

    build_ids: tuple[str, ...] = ()
    is_ours: bool = False
    is_file: bool = False


def leave_trail(invocation: Invocation, settings: Settings, build: Build, build_id: str) -> None:
    """Write the build id down.  Raises ``PluginError`` when it cannot be: nothing is made then."""
    if state := _state_file(invocation, build):
        _append(Path(state), f"build_id={build_id}\n")
        return
    folder = Folder(Path(settings.plan.report_dir), base=invocation.cwd)
    known = () if build.is_foreign else _ids(folder.read(FILE))
    folder.write(FILE, "".join(f"{one}\n" for one in (*known, build_id)[-MOST_IDS:]))
    if not folder.holds_base:
        folder.add(".gitignore", "*\n")  # nobody wants to commit a report


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


def find_trail(invocation: Invocation, build: Build) -> Trail:
    """Return the build ids of the checks before us; none when there are none.

    Where GitHub keeps a state, the file is not read: a pull request could have committed one.
    """
    told = invocation.environ.get(STATE, "").strip()
    if told or _state_file(invocation, build):
        return Trail(build_ids=_ids(told), is_ours=build.host.has_runner_files)
    return Trail(build_ids=_ids(_folder(invocation).read(FILE)), is_file=True)


def forget_trail(invocation: Invocation) -> None:
    """Remove the file, be it an earlier check's or one that a pull request committed."""
    _folder(invocation).remove(FILE)


def _folder(invocation: Invocation) -> Folder:
    return Folder(Path(invocation.peek("report_dir")), base=invocation.cwd)


def _ids(text: str) -> tuple[str, ...]:
    """Return the ids of a text; none at all when one line is no id: then we did not write it."""
    lines = tuple(dict.fromkeys(text.split()))
    is_ours = len(lines) <= MOST_IDS and all(BUILD_ID.fullmatch(line) for line in lines)
    return lines if is_ours else ()
