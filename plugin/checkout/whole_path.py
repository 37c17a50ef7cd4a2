"""A file of the checkout by its whole path.  Opens nothing; what may be read others know."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from plugin.core.settings import CheckSettings

_ONE = ("script", "session_policy")
_MANY = ("extra_py_files", "extra_files", "extra_jars")
"""Settings that hold a path of the checkout, and those that hold many."""


def relative_to(root: Path, settings: CheckSettings) -> CheckSettings:
    """Return the settings, each absolute path inside the checkout relative to its root."""
    paths: dict[str, Any] = {name: without_root(getattr(settings, name), root) for name in _ONE}
    for name in _MANY:
        paths[name] = tuple(without_root(path, root) for path in getattr(settings, name))
    fixtures = {without_root(path, root): place for path, place in settings.fixtures.items()}
    if len(fixtures) == len(settings.fixtures):  # else one folder has two places: refused as it is
        paths["fixtures"] = fixtures
    return replace(settings, **paths)


def without_root(path: str, root: Path) -> str:
    """Return an absolute path inside the checkout relative to its root; any other as it is.

    ``root`` may be written in several ways: links may lead to it.  Below it none is looked at here:
    who opens the file refuses them.
    """
    whole = PurePosixPath(path)
    if not whole.is_absolute() or ".." in whole.parts or "\0" in path:
        return path
    for above in reversed(whole.parents):
        with suppress(OSError, ValueError):  # ValueError: a name that no file can have
            if os.path.samefile(above, root):  # noqa: PTH121 - of a pure path
                return whole.relative_to(above).as_posix()
    return path
