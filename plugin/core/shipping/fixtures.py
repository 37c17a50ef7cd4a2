"""Fixtures: files of the checkout that lie where the script reads before it runs.

Knows where they may be written.  Reads through a shelf only.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.errors import Unusable
from plugin.core.ports import Upload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugin.core.naming import Location
    from plugin.core.shipping.shelf import Shelf

TEMP_PLACEHOLDER = "{temp}"
"""In ``arguments`` and ``fixtures``: the check's own temporary prefix, without a last slash."""


def placed(text: str, temp: Location) -> str:
    """Return the text with the placeholder filled in."""
    return text.replace(TEMP_PLACEHOLDER, temp.uri().rstrip("/"))


def fixture_uploads(
    fixtures: Mapping[str, str], shelf: Shelf, *, temp: Location, is_local: bool
) -> tuple[list[Upload], list[str]]:
    """Return the objects of all fixtures, and what is wrong with them."""
    written: dict[str, str] = {}
    uploads: list[Upload] = []
    problems: list[str] = []
    for path, text in fixtures.items():
        target = placed(text, temp)
        if problem := _problem(target, temp, is_local=is_local):
            problems.append(f"fixtures: {problem}")
            continue
        try:
            for file, upload in _uploads(path, target, shelf):
                _claim(written, file, f"s3://{upload.bucket}/{upload.key}")
                uploads.append(upload)
        except Unusable as error:
            problems.append(f"fixtures: {error}")
    return uploads, problems


def _claim(written: dict[str, str], file: str, uri: str) -> None:
    other = written.setdefault(uri, file)
    if other != file:
        raise Unusable(
            f"{other} and {file} would both be written to {uri}:", hint="change a target."
        )


def _problem(target: str, temp: Location, *, is_local: bool) -> str:
    bucket, _, key = target.removeprefix("s3://").partition("/")
    if not target.startswith("s3://") or not bucket or {".", ".."}.intersection(key.split("/")):
        return f"{target[:200]} is neither s3://BUCKET/PREFIX nor {TEMP_PLACEHOLDER}/…."
    if not is_local and not target.startswith(temp.uri()):
        return (
            f"on engine glue, {target[:200]} must lie below the check's own temporary"
            f" prefix: write {TEMP_PLACEHOLDER}/… there, and in the arguments."
        )
    return ""


def _uploads(path: str, target: str, shelf: Shelf) -> Iterator[tuple[str, Upload]]:
    """Yield each file of a fixture and its object.  Raises ``Unusable``."""
    bucket, _, key = target.removeprefix("s3://").partition("/")
    folder = shelf.is_folder(path)
    for file in shelf.files_below(path) if folder else (path,):
        below = PurePosixPath(file).relative_to(path if folder else PurePosixPath(file).parent)
        whole = key if key and not key.endswith("/") and not folder else _join(key, str(below))
        yield file, Upload(bucket=bucket, key=whole, body=shelf.content(file))


def _join(prefix: str, name: str) -> str:
    return f"{prefix.rstrip('/')}/{name}" if prefix.strip("/") else name
