"""A checkout in memory."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath

from plugin.core import globs
from plugin.core.build import Build, Host
from plugin.core.errors import Unusable
from plugin.core.making import Circumstances
from plugin.core.naming import Location
from plugin.core.settings import CheckSettings, PlanSettings
from plugin.core.settings.sources import Settings, Wanted

BUILD_ID = "0123456789ab"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/glue"
SCRIPTS = Location(bucket="scripts", prefix="p/")
TEMP = Location(bucket="temp", prefix="p/temp/")


class Files:
    """The Checkout port over a map of path to bytes or text."""

    def __init__(self, files: Mapping[str, bytes | str] = {}) -> None:
        self._files = {k: v.encode() if isinstance(v, str) else v for k, v in files.items()}

    def matches(self, pattern: str) -> tuple[str, ...]:
        self._check(pattern)
        return tuple(sorted(path for path in self._files if globs.matches(pattern, path)))

    def is_folder(self, path: str) -> bool:
        self._check(path)
        return bool(self.files_below(path)) if path != "empty" else True

    def files_below(self, folder: str) -> tuple[str, ...]:
        parent = PurePosixPath(folder)
        return tuple(sorted(path for path in self._files if parent in PurePosixPath(path).parents))

    def read(self, path: str) -> bytes:
        self._check(path)
        if path not in self._files:
            raise Unusable(f"{path} is missing.")
        return self._files[path]

    def content(self, path: str) -> bytes:
        return self.read(path)

    def _check(self, path: str) -> None:
        if path.startswith(("/", "..")):
            raise Unusable(f"{path!r} is not a path inside the checkout.")


class Jobs:
    """The JobReader port over a map of name to definition or error; counts its calls."""

    def __init__(self, told):
        self.told = told
        self.calls = []

    def definitions(self, names):
        self.calls.append(names)
        return {name: self.told[name] for name in names}


def build(**values):
    return Build(**{"host": Host.PLAIN, "repository": "o/r", "commit": "c" * 40, **values})


def circumstances(**values):
    return Circumstances(**{"build": build(), "build_id": BUILD_ID, "now": NOW, **values})


def asked(**values):
    """Settings of one check with which nothing is wrong, but for what is given."""
    return CheckSettings(
        **{"script": "a.py", "role_arn": ROLE, "scripts_bucket": "scripts", **values}
    )


def settings(*checks, **plan):
    return Settings(plan=PlanSettings(**plan), checks=checks or (Wanted(settings=asked()),))
