"""botocore's models, read once by a process: reading them is most of what making a client costs.

A command reads them once, as it makes one session.  Tests call many commands in one process.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader, Loader


class ReadOnce(JSONFileLoader):
    """Gives what a file of botocore's own holds, without a second look; others are read anew."""

    def exists(self, file_path: str) -> bool:
        """Whether there is such a model; `file_path` has no extension."""
        is_its_own = file_path.startswith(Loader.BUILTIN_DATA_PATH)
        return bool(_exists(file_path) if is_its_own else super().exists(file_path))

    def load_file(self, file_path: str) -> Any:
        """Return what a model holds, None where there is none."""
        is_its_own = file_path.startswith(Loader.BUILTIN_DATA_PATH)
        return _loaded(file_path) if is_its_own else super().load_file(file_path)


@cache
def _exists(file_path: str) -> Any:
    return JSONFileLoader().exists(file_path)


@cache
def _loaded(file_path: str) -> Any:
    return JSONFileLoader().load_file(file_path)
