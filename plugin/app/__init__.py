"""The composition root: environ → command → parts → run → exit code.

The only place that knows every part, the environment, the signals and the streams.  Each command
is a module; nothing heavy is imported before the command is known.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.errors import Exit, PluginError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugin.app.invocation import Invocation


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` (default: the process's) and return the exit code.

    For the process's own it may end the process instead of returning.
    """
    if argv is not None:
        return _guarded(argv)
    return _left(_guarded(sys.argv[1:]))


def _guarded(argv: Sequence[str]) -> int:
    try:
        from plugin.app.signals import leaving_early
    except KeyboardInterrupt:  # no handler is there yet, and nothing to tell
        return Exit.SIGINT
    with leaving_early():
        return _main(argv)


def _main(argv: Sequence[str]) -> int:
    from plugin.core import command_line

    line = command_line.parse(argv)
    try:
        if line.wants_help:
            return _show(command_line.help_text(line.command if line.is_named else ""))
        if line.wants_version:
            from plugin import __version__

            return _show(__version__)
        return _run(line)
    finally:
        _let_go()


def main_cleanup() -> int:
    """Run ``cleanup``: a GitHub action's post entry point is one path without arguments."""
    return _left(_guarded(["cleanup", *sys.argv[1:]]))


def _left(code: int) -> int:
    """Return the code; where somebody was left behind in a thread, end the process with it.

    Everything is told by now.  Python would wait for the threads of pools (the SDK has some) as
    long as AWS is silent, and can abort where one of them holds a stream.
    """
    import threading

    if threading.active_count() > 1:
        os._exit(code)
    return code


def _show(text: str, *, code: Exit = Exit.PASSED) -> int:
    """Print what is for the terminal alone, in letters that it has; return ``code``."""
    if sys.stdout is not None:
        encoding = sys.stdout.encoding or "utf-8"
        try:
            print(text.encode(encoding, "replace").decode(encoding))  # noqa: T201 - see above
        except OSError:  # nobody reads it, or the disk is full
            return Exit.ERRORED
    return code


def _let_go() -> None:
    """Turn streams that nobody reads any more to /dev/null: Python would end with 120 instead."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _run(line: object) -> int:
    from plugin.app.invocation import Invocation, ignore_stray_config, usable_environ

    usable_environ(os.environ)
    try:
        # Where nobody has a home, botocore takes a folder called ~ for it.
        home = Path(os.path.expanduser("~"))  # noqa: PTH111 - the other way raises there
        note = ignore_stray_config(os.environ, home, Path.cwd())
        invocation = Invocation.of_process(line)
    except OSError:
        return _show(
            "error: The working directory is gone. Start in one that is there.", code=Exit.ERRORED
        )
    try:
        invocation.say(*([f"note: {note}"] if note else []))
        return _command(invocation)
    except SettingsError as error:
        invocation.complain(error.problems)
        return error.exit_code
    except PluginError as error:
        invocation.complain((str(error),))
        return error.exit_code
    except KeyboardInterrupt:
        return Exit.SIGINT
    except Exception as error:  # noqa: BLE001 - a bug of ours: told as such, never a traceback
        invocation.complain_of_bug(error)
        return Exit.ERRORED


def _command(invocation: Invocation) -> int:
    match invocation.line.command:
        case "cleanup":
            from plugin.app.maintain import cleanup

            return cleanup(invocation)
        case "sweep":
            from plugin.app.sweeping import sweep

            return sweep(invocation)
        case "local":
            from plugin.app.local import serve

            return serve(invocation)
        case _:
            from plugin.app.check import check

            return check(invocation)
