"""The build ids, each written down before anything is made, and found again by ``cleanup``.

On GitHub it is the action's state, which the post step gets as ``STATE_build_id``; elsewhere a file
in ``report_dir``, one id a line, the newest last: several checks may share a workspace.  A pull
request can have committed that file, so it is only a hint, and a stranger's is thrown away.

With them the buckets that the checks write to: one that was killed before it had a job left objects
there, and who cleans up may have none of the check's settings.

Beside it, what the commit status was to say in the end: a killed check may not have got it there.
A file's word that a check has passed is not taken: whoever wrote the code can have written it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError
from plugin.core.naming import BUILD_ID
from plugin.reporters.appending import append
from plugin.reporters.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings

FILE = "build-id"
STATE = "STATE_build_id"
FINAL_STATE = "STATE_final"
BUCKETS_STATE = "STATE_buckets"
MOST_IDS = 20
MOST_BUCKETS = 20
_FINAL = re.compile(rf"final=(?P<build_id>{BUILD_ID.pattern}):(?P<state>success|failure|error)")
_BAD = frozenset({"failure", "error"})
_BUCKET = re.compile(r"bucket=(?P<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])")
"""Source: AWS's page "General purpose bucket naming rules".  Older names are not written down."""


@dataclass(frozen=True, kw_only=True)
class Trail:
    """The build ids that checks before us left, the newest last.

    ``is_ours`` says that the CI host kept them, out of reach of a pull request; ``is_file`` that
    they stand in our file; ``is_named`` that they were given on the command line.  ``finals`` are
    the states in which some of them ended, by build id.  ``buckets`` are those that they wrote to,
    as far as is known: below them only our prefix of these builds is ever looked at.
    """

    build_ids: tuple[str, ...] = ()
    finals: Mapping[str, str] = field(default_factory=dict)
    buckets: tuple[str, ...] = ()
    is_ours: bool = False
    is_file: bool = False
    is_named: bool = False


def leave_trail(
    invocation: Invocation,
    settings: Settings,
    build: Build,
    build_id: str,
    *,
    buckets: Iterable[str] = (),
) -> None:
    """Write the build id down.  Raises ``PluginError`` when it cannot be: nothing is made then.

    ``buckets`` are those that the checks are going to write to.
    Where the workspace is lost with a killed build, the first line of its log still has the id.
    """
    used = _usable(buckets)
    if state := _state_file(invocation, build):
        told = f"buckets={','.join(used)}\n" if used else ""
        _append(Path(state), f"build_id={build_id}\n{told}")
        return
    folder = Folder(Path(settings.plan.report_dir), base=invocation.cwd)
    known = _Note() if build.is_foreign else _read(folder.read(FILE))
    others = tuple(bucket for bucket in known.buckets if bucket not in used)
    note = _Note(
        ids=(*known.ids, build_id)[-MOST_IDS:],
        finals=known.finals,
        buckets=(*others, *used)[-MOST_BUCKETS:],
    )
    folder.write(FILE, note.text())
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
        known = _read(folder.read(FILE))
        if build_id in known.ids:
            finals = {**known.finals, build_id: state}
            folder.write(FILE, replace(known, finals=finals).text())


def drop(invocation: Invocation, settings: Settings, build: Build, build_id: str) -> None:
    """Take a build that left nothing for certain out of our file.  Never raises.

    On a CI host that keeps the id itself it stays.  An id that a check of the same workspace writes
    in the very same moment may go with it: what that one leaves when it is killed is sweep's.
    """
    if _state_file(invocation, build):
        return
    with suppress(PluginError):
        folder = Folder(Path(settings.plan.report_dir), base=invocation.cwd)
        known = _read(folder.read(FILE))
        rest = replace(known, ids=tuple(one for one in known.ids if one != build_id))
        if known.ids == (build_id,):
            folder.remove(FILE)
        elif rest != known:
            folder.write(FILE, rest.text())


def _append(path: Path, text: str) -> None:
    try:
        append(path, text)
    except OSError as error:
        raise PluginError(
            f"The build id was not written down: {path}: {error.strerror}.",
            hint="Without it cleanup finds nothing. GITHUB_STATE names the file: see whether its"
            " disk is full, or the step's user may write.",
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
        beside = _read(_folder(invocation).read(FILE))
        buckets = beside.buckets if set(named) & set(beside.ids) else ()
        return Trail(build_ids=named, buckets=buckets, is_ours=True, is_named=True)
    told = invocation.environ.get(STATE, "").strip()
    if told or _state_file(invocation, build):
        is_ours = build.host.has_runner_files
        final = invocation.environ.get(FINAL_STATE, "").strip()
        finals = _read(f"{told}\nfinal={final}").finals
        return Trail(
            build_ids=_read(told).ids,
            finals=finals if is_ours else _bad(finals),
            buckets=_usable(invocation.environ.get(BUCKETS_STATE, "").strip().split(",")),
            is_ours=is_ours,
        )
    note = _read(_folder(invocation).read(FILE))
    return Trail(build_ids=note.ids, finals=_bad(note.finals), buckets=note.buckets, is_file=True)


def forget_trail(invocation: Invocation) -> None:
    """Remove the file, be it an earlier check's or one that a pull request committed."""
    _folder(invocation).remove(FILE)


def _folder(invocation: Invocation) -> Folder:
    return Folder(Path(invocation.peek("report_dir")), base=invocation.cwd)


@dataclass(frozen=True, kw_only=True)
class _Note:
    """What stands in our file."""

    ids: tuple[str, ...] = ()
    finals: Mapping[str, str] = field(default_factory=dict)
    buckets: tuple[str, ...] = ()

    def text(self) -> str:
        finals = (f"final={one}:{self.finals[one]}" for one in self.ids if one in self.finals)
        buckets = (f"bucket={bucket}" for bucket in self.buckets)
        return "".join(f"{line}\n" for line in (*self.ids, *finals, *buckets))


def _read(text: str) -> _Note:
    """Return what is noted; nothing when one line is no note: then we did not write it."""
    lines = tuple(dict.fromkeys(text.split()))
    ids = tuple(line for line in lines if BUILD_ID.fullmatch(line))
    found = [final for line in lines if (final := _FINAL.fullmatch(line))]
    buckets = tuple(match["name"] for line in lines if (match := _BUCKET.fullmatch(line)))
    is_ours = len(ids) + len(found) + len(buckets) == len(lines)
    if len(ids) > MOST_IDS or len(buckets) > MOST_BUCKETS or not is_ours:
        return _Note()
    finals = {final["build_id"]: final["state"] for final in found if final["build_id"] in ids}
    return _Note(ids=ids, finals=finals, buckets=buckets)


def _usable(buckets: Iterable[str]) -> tuple[str, ...]:
    """Return those that have a bucket's name, each once, and not too many."""
    good = (bucket for bucket in buckets if _BUCKET.fullmatch(f"bucket={bucket}"))
    return tuple(dict.fromkeys(good))[:MOST_BUCKETS]


def _bad(finals: Mapping[str, str]) -> dict[str, str]:
    return {build_id: state for build_id, state in finals.items() if state in _BAD}
