"""For the outputs file of a Harness step (``DRONE_OUTPUT``), which is read as dotenv.

Quotes, ``#``, ``$`` and ``:`` mean something there, differently in each version of the reader; one
line that it cannot read makes it print the whole file and drop all outputs.  A value that is not
plain goes in base64 behind ``__B64__``, which every version hands on and lite-engine decodes.

Source: harness/lite-engine (``pipeline/runtime/common.go``), harness/godotenv 2.0.0 and 4.0.2.
"""

from __future__ import annotations

import re
from base64 import b64encode

HARNESS_LINE = 65_000
"""Bytes of one line; the reader gives up at 65,536 (Go's ``bufio.MaxScanTokenSize``)."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN = re.compile(r"[A-Za-z0-9_.:/+-]*")
_MARK = "__B64__"


def harness_output(name: str, value: str) -> str:
    """Return one line of the file, in ASCII and with its line feed.

    Raises ``ValueError`` when the name cannot be used or the line would be too long.
    """
    if not _NAME.fullmatch(name) or name == "export":
        raise ValueError(f"{name!r} cannot be the name of an output.")
    line = f"{name}={_encoded(value)}\n"
    if len(line) > HARNESS_LINE:
        raise ValueError(f"The value of {name} is too long: {len(value)} characters.")
    return line


def harness_room(name: str) -> int:
    """Return how many bytes of UTF-8 a value of ``name`` may have, whatever they are."""
    return (HARNESS_LINE - len(f"{name}={_MARK}\n")) // 4 * 3


def _encoded(value: str) -> str:
    if _PLAIN.fullmatch(value) and not value.startswith(_MARK):
        return value
    return _MARK + b64encode(value.encode("utf-8", "backslashreplace")).decode()
