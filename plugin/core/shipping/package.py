"""What is shipped with a script: which objects are written where, and how the job is told of them.

Reads files through the ``Checkout`` port only.  Keys name their content: the same file is written
once for a check, and the same content lies under the same key of the next build's check.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.errors import Unusable
from plugin.core.ports import Upload
from plugin.core.shipping import names as shipping
from plugin.core.shipping.fixtures import TEMP_PLACEHOLDER, fixture_uploads, placed
from plugin.core.shipping.shelf import digest_of, shelf_of

if TYPE_CHECKING:
    from plugin.core.naming import Location
    from plugin.core.ports import Checkout
    from plugin.core.settings import CheckSettings
    from plugin.core.shipping.content import Content
    from plugin.core.shipping.shelf import Item, Shelf

__all__ = ("TEMP_PLACEHOLDER", "Package", "package_of", "placed_arguments", "script_text")

LARGEST_SCRIPT = 4 * 1024 * 1024
"""Bytes.  A larger script is a mistake: Glue scripts are text that people review."""
LONGEST_KEY = 1024
"""Bytes of a key in UTF-8.  Source: AWS's page on object keys."""
_FOLDER_OF = {
    shipping.PY_FILES: "py",
    shipping.FILES: "files",
    shipping.JARS: "jars",
    shipping.MODULES: "wheels",
}


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
    package, shelf = Package(), shelf_of(checkout)
    _add_script(package, settings.script, shelf, scripts)
    for argument, entries, setting in (
        ("--extra-py-files", settings.extra_py_files, shipping.PY_FILES),
        ("--extra-files", settings.extra_files, shipping.FILES),
        ("--extra-jars", settings.extra_jars, shipping.JARS),
    ):
        shipper = _Shipper(package, shelf, scripts, setting)
        if addresses := shipper.addresses(entries):
            package.arguments[argument] = ",".join(addresses)
    shipper = _Shipper(package, shelf, scripts, shipping.MODULES)
    if modules := shipper.modules(settings):
        package.arguments["--additional-python-modules"] = ",".join(modules)
    uploads, problems = fixture_uploads(settings.fixtures, shelf, temp=temp, is_local=is_local)
    package.uploads += uploads
    package.problems += (*problems, *_too_long(package.uploads))
    return package


def placed_arguments(settings: CheckSettings, temp: Location) -> dict[str, str]:
    """Return the user's arguments with ``--`` before each key and ``{temp}`` filled in."""
    return {
        key if key.startswith("--") else f"--{key}": placed(value, temp)
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


def _add_script(package: Package, script: str, shelf: Shelf, scripts: Location) -> None:
    if script.startswith("s3://"):
        package.script_uri = script
        return
    try:
        body = script_text(script, shelf)
    except Unusable as error:
        package.problems.append(f"script: {error}")
        return
    name = shipping.script_name(script)
    key = f"script/{digest_of(body)}/{name}"
    package.uploads.append(Upload(bucket=scripts.bucket, key=scripts.prefix + key, body=body))
    package.script_uri = scripts.uri(key)
    package.shipped[name] = script


@dataclass
class _Shipper:
    """Ships what one setting names.  Two files of one name would hide each other on Glue."""

    package: Package
    shelf: Shelf
    scripts: Location
    setting: str
    names: dict[str, str] = field(default_factory=dict)

    def addresses(self, entries: tuple[str, ...]) -> list[str]:
        """Return an address of each file, each once, in the order in which they are named."""
        found: dict[str, None] = {}
        for entry in entries:
            try:
                found |= dict.fromkeys(
                    self._address(p) for p in shipping.paths_of(entry, self.shelf)
                )
            except Unusable as error:
                self.package.problems.append(f"{self.setting}: {error}")
        return [*found]

    def modules(self, settings: CheckSettings) -> list[str]:
        """Return requirements as they are, and the addresses of local files among them."""
        option = shipping.installer_option(settings.arguments)
        found: dict[str, None] = {}
        for entry in settings.python_modules:
            try:
                if shipping.is_local_module(entry):
                    shipping.refuse_module(entry, option)
                    found |= dict.fromkeys(self.addresses((entry,)))
                else:
                    shipping.refuse_requirement(entry)
                    found[entry] = None
            except Unusable as error:
                self.package.problems.append(f"{self.setting}: {error}")
        return [*found]

    def _address(self, path: str) -> str:
        """Add one local file or folder and return its address; an ``s3://`` address is its own."""
        if path.startswith("s3://"):
            shipping.refuse_comma(path)
            return path
        item = self.shelf.item(path)
        shipping.refuse(self.setting, path, self.shelf)
        self._claim(item, path)
        key = f"{_FOLDER_OF[self.setting]}/{item.key}"
        self._upload(self.scripts.prefix + key, item.body)
        for name, source in item.sources:
            self.package.shipped.setdefault(name, source)
        return self.scripts.uri(key)

    def _claim(self, item: Item, path: str) -> None:
        clean = str(PurePosixPath(path))
        other = self.names.setdefault(item.name, clean)
        if other != clean:
            raise Unusable(
                f"{other} and {clean} would both be called {item.name}:", hint="rename one."
            )

    def _upload(self, key: str, body: bytes | Content) -> None:
        if not any(upload.key == key for upload in self.package.uploads):
            self.package.uploads.append(Upload(bucket=self.scripts.bucket, key=key, body=body))


def _too_long(uploads: list[Upload]) -> tuple[str, ...]:
    """Say which keys S3 would not take."""
    return tuple(
        f"{upload.key[:100]}… is a key of more than {LONGEST_KEY} bytes: shorten the path."
        for upload in uploads
        if len(upload.key.encode()) > LONGEST_KEY
    )
