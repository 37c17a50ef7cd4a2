"""The build ids, each written down before anything is made, and found again by ``cleanup``.

On GitHub it is the action's state, which the post step gets as ``STATE_build_id``; elsewhere a file
in ``report_dir``, one id a line, the newest last: several checks may share a workspace.  A pull
request can have committed that file, so it is only a hint, and a stranger's is thrown away.

Beside it, what the commit status was to say in the end: a killed check may not have got it there.
A file's word that a check has passed is not taken: whoever wrote the code can have written it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError
from plugin.core.naming import BUILD_ID
from plugin.reporters.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings

FILE = "build-id"
STATE = "STATE_build_id"
FINAL_STATE = "STATE_final"
MOST_IDS = 20
_FINAL = re.compile(rf"final=(?P<build_id>{BUILD_ID.pattern}):(?P<state>success|failure|error)")
_BAD = frozenset({"failure", "error"})


@dataclass(frozen=True, kw_only=True)
class Trail:
    """The build ids that checks before us left, the newest last.

    ``is_ours`` says that the CI host kept them, out of reach of a pull request; ``is_file`` that
    they stand in our file; ``is_named`` that they were given on the command line.  ``finals`` are
    the states in which some of them ended, by build id.
    """

    build_ids: tuple[str, ...] = ()
    finals: Mapping[str, str] = field(default_factory=dict)
    is_ours: bool = False
    is_file: bool = False
    is_named: bool = False


def leave_trail(invocation: Invocation, settings: Settings, build: Build, build_id: str) -> None:
    """Write the build id down.  Raises ``PluginError`` when it cannot be: nothing is made then.

    Where the workspace is lost with a killed build, the first line of its log still has the id.
    """
    if state := _state_file(invocation, build):
        _append(Path(state), f"build_id={build_id}\n")
        return
    folder = Folder(Path(settings.plan.report_dir), base=invocation.cwd)
    known, finals = ((), {}) if build.is_foreign else _read(folder.read(FILE))
    folder.write(FILE, _written((*known, build_id)[-MOST_IDS:], finals))
    if not folder.holds_base:
        folder.add(".gitignore", "*\n")  # nobody wants to commit a report


def note_final(
    invocation: Invocation, settings: Settings, build: Build, *, build_id: str, state: str
) -> None:
    """Write down how a check ends, as its commit status says it.  Never raises.

    Without it ``cleanup`` says of a status that is stuck that the check did not finish.
    """
    with suppress(PluginError):
        if path := _state_file(invocation, build):
            _append(Path(path), f"final={build_id}:{state}\n")
            return
        folder = Folder(Path(settings.plan.report_dir), base=invocation.cwd)
        known, finals = _read(folder.read(FILE))
        if build_id in known:
            folder.write(FILE, _written(known, {**finals, build_id: state}))


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
    What the command line names is what is meant.
    """
    if named := invocation.line.build_ids:
        return Trail(build_ids=named, is_ours=True, is_named=True)
    told = invocation.environ.get(STATE, "").strip()
    if told or _state_file(invocation, build):
        is_ours = build.host.has_runner_files
        final = invocation.environ.get(FINAL_STATE, "").strip()
        ids, _ = _read(told)
        _, finals = _read(f"{told}\nfinal={final}")
        return Trail(build_ids=ids, finals=finals if is_ours else _bad(finals), is_ours=is_ours)
    ids, finals = _read(_folder(invocation).read(FILE))
    return Trail(build_ids=ids, finals=_bad(finals), is_file=True)


def forget_trail(invocation: Invocation) -> None:
    """Remove the file, be it an earlier check's or one that a pull request committed."""
    _folder(invocation).remove(FILE)


def _folder(invocation: Invocation) -> Folder:
    return Folder(Path(invocation.peek("report_dir")), base=invocation.cwd)


def _read(text: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return ids and final states; nothing when one line is neither: then we did not write it."""
    lines = tuple(dict.fromkeys(text.split()))
    ids = tuple(line for line in lines if BUILD_ID.fullmatch(line))
    found = [final for line in lines if (final := _FINAL.fullmatch(line))]
    if len(ids) > MOST_IDS or len(ids) + len(found) < len(lines):
        return (), {}
    return ids, {final["build_id"]: final["state"] for final in found if final["build_id"] in ids}


def _written(ids: tuple[str, ...], finals: Mapping[str, str]) -> str:
    told = (f"final={one}:{finals[one]}" for one in ids if one in finals)
    return "".join(f"{line}\n" for line in (*ids, *told))


def _bad(finals: Mapping[str, str]) -> dict[str, str]:
    return {build_id: state for build_id, state in finals.items() if state in _BAD}
