"""For GitHub's runner: workflow commands and the outputs file.

Source: GitHub's runner (``ActionCommand.cs``, ``EnvFileKeyValuePairs``).
"""

from __future__ import annotations

import re


def workflow_data(text: str) -> str:
    """Escape the message of a GitHub workflow command; GitHub reads back the same text."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """Escape the value of a workflow command's property, e.g. ``file=``."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")


def output_entry(name: str, value: str, delimiter: str) -> str:
    """Return one entry of GitHub's output file, ending with a line feed.

    NUL becomes U+FFFD and a lone surrogate its escape, so that a value can neither break the file
    nor keep the others out of it.  Raises ``ValueError`` when the name or the delimiter cannot be
    used, or the value contains the delimiter: draw another one.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name):
        raise ValueError(f"{name!r} cannot be the name of an output.")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", delimiter):
        raise ValueError("The delimiter must be letters, digits, hyphens and underscores.")
    if delimiter in value:
        raise ValueError(f"The value of {name} contains the delimiter.")
    text = value.replace("\x00", "\ufffd").encode("utf-8", "backslashreplace").decode("utf-8")
    return f"{name}<<{delimiter}\n{text}\n{delimiter}\n"
