"""The card of a Drone step: a line in the step's log, or a file, as ``DRONE_CARD_PATH`` says.

The runner takes the line out of the log; it must stand alone on it, and there may be one only.
Source: Drone's documentation of adaptive cards; drone-runner-go, ``livelog/extractor``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError
from plugin.core.escape import card_frame
from plugin.core.forms.card import CARD_SCHEMA, card_payload
from plugin.reporters.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.core.result import Report

_STREAMS = frozenset({"/dev/stdout", "/dev/stderr"})
_HINT = "DRONE_CARD_PATH must name a stream or a file that can be written, without links."


class DroneCard:
    """Shows the report as a card; ``path`` is ``DRONE_CARD_PATH``, ``base`` the checkout's root.

    ``print_whole`` prints a line undivided, for ``/dev/stdout`` and ``/dev/stderr`` alike: the
    runner reads both as one log.  ``schema`` is the address of the template.
    """

    name = "drone_card"

    def __init__(
        self,
        *,
        path: str,
        base: Path,
        print_whole: Callable[[str], object],
        schema: str = CARD_SCHEMA,
    ) -> None:
        self._path = path
        self._base = base
        self._print_whole = print_whole
        self._schema = schema

    def report(self, report: Report) -> None:
        """Print or write it, once.  Raises ``PluginError`` with what to change."""
        payload = card_payload(report, schema=self._schema)
        if self._path in _STREAMS:
            self._print_whole(card_frame(payload))
            return
        try:
            self._write(payload)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise PluginError(f"The card was not written: {reason}.", hint=_HINT) from error
        except PluginError as error:
            raise PluginError(f"The card: {error.message}", hint=_HINT) from error

    def _write(self, payload: bytes) -> None:
        """Write a file; below the checkout, where a stranger may have put links, without them."""
        path = Path(os.path.abspath(self._base / self._path))  # noqa: PTH100 - resolve() would follow links
        base = Path(os.path.abspath(self._base))  # noqa: PTH100 - as above
        if path.is_relative_to(base):
            Folder(path.parent, base=base).write(path.name, payload.decode())
        else:
            path.write_bytes(payload)
