"""What is shipped with a script: which objects are written where, and how the job is told of them.

Reads files through the ``Checkout`` port only.  A folder becomes a zip with the same bytes for the
same content.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.errors import Unusable
from plugin.core.ports import Upload

if TYPE_CHECKING:
    from plugin.core.naming import Location
    from plugin.core.ports import Checkout
    from plugin.core.settings import CheckSettings

LARGEST_SCRIPT = 4 * 1024 * 1024
"""Bytes.  A larger script is a mistake: Glue scripts are text that people review."""
_SETTING_OF = {
    "py": "extra_py_files",
    "files": "extra_files",
    "jars": "extra_jars",
    "wheels": "python_modules",
}
"""By the folder that its files are shipped to."""
TEMP_PLACEHOLDER = "{temp}"
"""In ``arguments`` and ``fixtures``: the check's own temporary prefix, without a last slash."""


@dataclass
class Package:
    """The objects of one check, and the addresses that the job's arguments name.

    ``shipped`` maps the names of our own Python files (in a zip: with their folders) to paths in
    the checkout.
    """

    script_uri: str = ""
    uploads: list[Upload] = field(default_factory=list)
    shipped: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def package_of(
    settings: CheckSettings,
    checkout: Checkout,
    *,
    scripts: Location,
    temp: Location,
    is_local: bool,
) -> Package:
    """Return everything that a check uploads.  Problems are collected, nothing is raised."""
    package = Package()
    _add_script(package, settings.script, checkout, scripts)
    for argument, paths, folder in (
        ("--extra-py-files", settings.extra_py_files, "py"),
        ("--extra-files", settings.extra_files, "files"),
        ("--extra-jars", settings.extra_jars, "jars"),
    ):
        addresses = [_ship(package, path, checkout, scripts, folder=folder) for path in paths]
        if addresses:
            package.arguments[argument] = ",".join(addresses)
    modules = [
        _ship(package, item, checkout, scripts, folder="wheels") if _is_local_wheel(item) else item
        for item in settings.python_modules
    ]
    if modules:
        package.arguments["--additional-python-modules"] = ",".join(modules)
    for path, target in settings.fixtures.items():
        _add_fixture(package, path, _placed(target, temp), checkout, temp=temp, is_local=is_local)
    return package


def _placed(text: str, temp: Location) -> str:
    return text.replace(TEMP_PLACEHOLDER, temp.uri().rstrip("/"))


def placed_arguments(settings: CheckSettings, temp: Location) -> dict[str, str]:
    """Return the user's arguments with ``--`` before each key and ``{temp}`` filled in."""
    return {
        key if key.startswith("--") else f"--{key}": _placed(value, temp)
        for key, value in settings.arguments.items()
    }


def script_text(path: str, checkout: Checkout) -> bytes:
    """Return the script's bytes.

    Raises ``Unusable`` for what cannot be a script: missing, a folder, empty, too large, no UTF-8.
    """
    body = checkout.read(path)
    if not body.strip():
        raise Unusable(f"{path} is empty.", hint="Commit the script's text.")
    if len(body) > LARGEST_SCRIPT:
        raise Unusable(f"{path} is larger than {LARGEST_SCRIPT} bytes.")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise Unusable(
            f"{path} is not UTF-8 (line {line}, byte {error.start + 1} of the file).",
            hint="Save it as UTF-8.",
        ) from None
    return body


def _add_script(package: Package, script: str, checkout: Checkout, scripts: Location) -> None:
    if script.startswith("s3://"):
        package.script_uri = script
        return
    try:
        body = script_text(script, checkout)
    except Unusable as error:
        package.problems.append(f"script: {error}")
        return
    name = PurePosixPath(script).name
    key = f"script/{name}"
    package.uploads.append(Upload(bucket=scripts.bucket, key=scripts.prefix + key, body=body))
    package.script_uri = scripts.uri(key)
    package.shipped[name] = script


def _is_local_wheel(requirement: str) -> bool:
    return requirement.endswith(".whl") and "://" not in requirement


def _ship(
    package: Package, path: str, checkout: Checkout, scripts: Location, *, folder: str
) -> str:
    """Add one local file or folder and return its address; an ``s3://`` address is its own."""
    if path.startswith("s3://"):
        return path
    setting = _SETTING_OF[folder]
    if "," in path:
        package.problems.append(
            f"{setting}: {path} holds a comma, by which Glue would part it: rename it."
        )
        return ""
    try:
        name, body = _file_or_zip(package, path, checkout)
    except Unusable as error:
        package.problems.append(f"{setting}: {error}")
        return ""
    key = f"{scripts.prefix}{folder}/{name}"
    if any(upload.key == key for upload in package.uploads):
        package.problems.append(f"{setting}: two shipped files are called {name}: rename one.")
    package.uploads.append(Upload(bucket=scripts.bucket, key=key, body=body))
    return scripts.uri(f"{folder}/{name}")


def _file_or_zip(package: Package, path: str, checkout: Checkout) -> tuple[str, bytes]:
    clean = str(PurePosixPath(path))
    name = PurePosixPath(clean).name
    if not checkout.is_folder(clean):
        if name.endswith(".py"):
            package.shipped.setdefault(name, clean)
        return name, checkout.read(clean)
    parent = PurePosixPath(clean).parent
    members: dict[str, bytes] = {}
    for file in checkout.files_below(clean):
        if "__pycache__" in PurePosixPath(file).parts:
            continue
        member = str(PurePosixPath(file).relative_to(parent))
        members[member] = checkout.read(file)
        if file.endswith(".py"):
            package.shipped.setdefault(member, file)
    if not members:
        raise Unusable(f"{path} is an empty folder.", hint="Name a folder that holds a package.")
    return f"{name or 'checkout'}.zip", zip_of(members)


def zip_of(members: dict[str, bytes]) -> bytes:
    """Return a zip whose bytes depend on names and contents alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, members[name])
    return buffer.getvalue()


def _add_fixture(
    package: Package,
    path: str,
    target: str,
    checkout: Checkout,
    *,
    temp: Location,
    is_local: bool,
) -> None:
    bucket, _, key = target.removeprefix("s3://").partition("/")
    if not target.startswith("s3://") or not bucket or ".." in key.split("/"):
        package.problems.append(
            f"fixtures: {target[:200]} is neither s3://BUCKET/PREFIX nor {TEMP_PLACEHOLDER}/…."
        )
        return
    if not is_local and not target.startswith(temp.uri()):
        package.problems.append(
            f"fixtures: on engine glue, {target[:200]} must lie below the check's own temporary"
            f" prefix: write {TEMP_PLACEHOLDER}/… there, and in the arguments."
        )
        return
    try:
        folder = checkout.is_folder(path)
        files = checkout.files_below(path) if folder else (path,)
        for file in files:
            below = str(
                PurePosixPath(file).relative_to(path if folder else PurePosixPath(file).parent)
            )
            whole = key if key and not key.endswith("/") and not folder else _join(key, below)
            package.uploads.append(Upload(bucket=bucket, key=whole, body=checkout.read(file)))
    except Unusable as error:
        package.problems.append(f"fixtures: {error}")


def _join(prefix: str, name: str) -> str:
    return f"{prefix.rstrip('/')}/{name}" if prefix.strip("/") else name
