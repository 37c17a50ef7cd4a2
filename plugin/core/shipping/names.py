"""Which files may go with a script, by the setting that names them, and under which name.

Knows what Glue makes of names and addresses.  Refuses to know keys and uploads.

Sources: AWS's pages on Python libraries and job parameters (which files each argument takes);
Python's import system; Spark's ``Utils.resolveURI`` and ``java.net.URI``, which read what stands
in a list of addresses.
"""

from __future__ import annotations

import keyword
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.errors import Unusable
from plugin.core.globs import is_glob

if TYPE_CHECKING:
    from plugin.core.shipping.shelf import Shelf

PY_FILES, FILES, JARS = "extra_py_files", "extra_files", "extra_jars"
MODULES = "python_modules"
_IMPORTED = (".py", ".zip", ".egg", ".whl")
_INSTALLED = (".whl", ".gluewheels.zip")
_LISTS = ".txt"
_INSTALLER_OPTION = "python-modules-installer-option"
_MISREAD = re.compile(r"[\x00-\x20\x7f#%?\[\]{}|\\^`\"<>]|\s")
"""What is no plain character of a URI's path: it ends it, stands for another one, or is an error.

``+`` is one, and wheels need it."""
_WHEEL = re.compile(r"[^\s-]+-[^\s-]+(-\d[^\s-]*)?-[^\s-]+-[^\s-]+-[^\s-]+\.whl")
"""Name, version, perhaps a build, and three tags.  Source: PEP 427."""
_PATHS = (".whl", ".txt", ".zip", ".egg", ".tar.gz")
"""What no name of a package ends with; ``discord.py`` is one."""


def paths_of(entry: str, shelf: Shelf) -> tuple[str, ...]:
    """Return the files that an entry names: a glob's matches, an address or a path itself.

    Raises ``Unusable`` for a glob that matches nothing.
    """
    if entry.startswith("s3://") or not is_glob(entry):
        return (entry,)
    found = shelf.matches(entry)
    if wanted := tuple(path for path in found if "__pycache__" not in PurePosixPath(path).parts):
        return wanted
    raise Unusable(f"no file matches {entry}.", hint="Check the pattern.")


def refuse_comma(text: str) -> None:
    """Raise ``Unusable`` for what Glue would part."""
    if "," in text:
        raise Unusable(f"{text} holds a comma, by which Glue would part it:", hint="rename it.")


def refuse(setting: str, path: str, shelf: Shelf) -> None:
    """Raise ``Unusable`` for a local file or folder that ``setting`` cannot ship."""
    name = PurePosixPath(path).name
    refuse_comma(name)
    if found := _MISREAD.search(name):
        raise Unusable(
            f"{path} holds {found[0]!r}, which Glue would misread in an address:",
            hint="rename it.",
        )
    if setting == PY_FILES:
        _refuse_what_is_not_imported(path, name, is_folder=shelf.is_folder(path))
    elif setting == MODULES and name.endswith(".whl") and not _WHEEL.fullmatch(name):
        raise Unusable(
            f"{path} is not called as a wheel is, and pip will not take it.",
            hint="Its name has the form NAME-VERSION-PYTHON-ABI-PLATFORM.whl.",
        )


def _refuse_what_is_not_imported(path: str, name: str, *, is_folder: bool) -> None:
    if not is_folder:
        if not name.endswith(_IMPORTED):
            raise Unusable(
                f"{path} is not what Python imports: {', '.join(_IMPORTED)} or a folder.",
                hint="Data goes into extra_files, what pip installs into python_modules.",
            )
    elif name and (not name.isidentifier() or keyword.iskeyword(name)):
        raise Unusable(
            f"{path} is a folder whose name Python cannot import.",
            hint=f"Rename it, or name what lies in it, e.g. {path.rstrip('/')}/*.py.",
        )


def is_local_module(entry: str) -> bool:
    """Whether an entry of ``python_modules`` is a path, rather than a requirement or address."""
    is_path = entry.startswith(("/", "./", "../")) or ("/" in entry and "@" not in entry)
    return "://" not in entry and (is_path or entry.lower().endswith(_PATHS))


def refuse_module(path: str, installer_option: str) -> None:
    """Raise ``Unusable`` for a local path that Glue cannot install.

    ``installer_option`` is the job's argument ``--python-modules-installer-option``.
    """
    if path.endswith(_LISTS):
        if "-r" not in installer_option.split():
            raise Unusable(
                f"{path} is a list of requirements, which Glue 5.0 and later read only with the"
                f" argument {_INSTALLER_OPTION}: -r.",
                hint="Set it under arguments, or name the packages themselves.",
            )
    elif not path.endswith(_INSTALLED):
        raise Unusable(
            f"{path} is not what Glue installs from a file: {' or '.join(_INSTALLED)}.",
            hint="Build a wheel, or name it under extra_py_files.",
        )


def refuse_requirement(text: str) -> None:
    """Raise ``Unusable`` for a requirement that Glue would part, or that is half of one."""
    if "," in text or text.lstrip().startswith(("<", ">", "=", "!", "~")):
        raise Unusable(
            f"{text} is a requirement with a comma, by which Glue parts the list, or half of one.",
            hint="Name one version, e.g. pandas==2.2.3.",
        )


def installer_option(arguments: object) -> str:
    """Return what the job's arguments say to pip; empty when they say nothing."""
    given = arguments if isinstance(arguments, dict) else {}
    return str(given.get(_INSTALLER_OPTION) or given.get(f"--{_INSTALLER_OPTION}") or "")


def script_name(path: str) -> str:
    """Return what the script is called on S3: nobody imports it, so what is misread is replaced."""
    return _MISREAD.sub("_", PurePosixPath(path).name.replace(",", "_"))
