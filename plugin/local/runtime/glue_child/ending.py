"""From the script's end to outcome.json and out of the process, quickly.

Knows: which end is a success on Glue, which is the script's fault (``failed``) and which is a
gap of the local Glue (``unsupported``).  Refuses to know job run states; those are the server's.
"""

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from glue_child import misses, provided
from glue_child.message import bounded, message_of, text_of
from glue_child.order import Order

FOLDER = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - compared with frames
BOOTSTRAP = os.path.join(os.path.dirname(FOLDER), "bootstrap.py")  # noqa: PTH118, PTH120 - as above


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Why a run did not simply succeed."""

    kind: str
    error_message: str
    is_interrupt: bool = False


def outcome_of(problem: BaseException | None, order: Order) -> Outcome | None:
    """Judge the end of the script; prints the driver's traceback to stderr as Glue does."""
    if problem is not None and not _is_success(problem, order):
        _print_traceback(problem)
    gap = _gap(problem, order)
    if gap is not None:
        return Outcome(kind="unsupported", error_message=bounded(gap))
    if problem is None or _is_success(problem, order):
        return None
    interrupt = isinstance(problem, KeyboardInterrupt)
    return Outcome(kind="failed", error_message=message_of(problem), is_interrupt=interrupt)


def _is_success(problem: BaseException, order: Order) -> bool:
    """``sys.exit(0)`` is the end of a good Python shell job, and fails a Spark job."""
    return isinstance(problem, SystemExit) and not order.is_spark and problem.code in (None, 0)


def _gap(problem: BaseException | None, order: Order) -> str | None:
    """Name what the local Glue lacks, if that may be why the script ended as it did."""
    awsglue = sys.modules.get("awsglue.unsupported")
    raised: list[str] = getattr(awsglue, "RAISED", [])
    if raised:
        # Even if the script went on: nobody knows what it would have done on Glue.
        return raised[0]
    # A module that was not found says more than the library's error that it led to.
    links = sorted(chain_of(problem), key=lambda one: not isinstance(one, ModuleNotFoundError))
    for link in links:
        if isinstance(link, provided.RequirementMissing):
            return text_of(link)
        if isinstance(link, ImportError):
            gap = provided.gap_of(link, order)
            if gap is not None:
                return gap
    # A library of Glue's that the script asked for and did without: there it takes another way.
    missed = (provided.gap_of(ModuleNotFoundError(name=name), order) for name in misses.heard())
    return next((gap for gap in missed if gap is not None), None)


def chain_of(problem: BaseException | None) -> Iterator[BaseException]:
    """``problem``, its cause (else its context), and so on; each once."""
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        yield problem
        problem = problem.__cause__ or problem.__context__


def say(note: str) -> None:
    """Tell the reader of the log something that is no verdict."""
    _write_stderr(f"WARN LocalGlue: {note}\n")


def _print_traceback(problem: BaseException) -> None:
    try:
        lines = traceback.format_exception(
            type(problem), problem, users_frames(problem.__traceback__)
        )
        text = "".join(lines)
    except BaseException as broken:  # noqa: BLE001 - a broken exception must not hide the verdict
        text = f"{message_of(problem)}\n(no traceback: {message_of(broken)})\n"
    _write_stderr(text)


def _write_stderr(text: str) -> None:
    """Write to the descriptor: the script may have closed or replaced the stream."""
    close_streams()
    with contextlib.suppress(OSError):
        os.write(2, text.encode("utf-8", "backslashreplace"))


def users_frames(trace: TracebackType | None) -> TracebackType | None:
    """Leave out our own frames, which come first."""
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_ours(filename: str) -> bool:
    path = os.path.abspath(filename)  # noqa: PTH100 - frames may have relative names
    return path == BOOTSTRAP or path.startswith(FOLDER + os.sep)


def write_outcome(path: str, outcome: Outcome) -> None:
    """Write outcome.json whole or not at all."""
    content = {"kind": outcome.kind, "error_message": outcome.error_message}
    draft = Path(f"{path}.part")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)


def close_streams() -> None:
    """Flush what the script printed; it may have closed or replaced its streams."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        # A stream of the script's own making may raise anything.
        with contextlib.suppress(Exception):
            if stream is not None:
                stream.flush()


def leave(code: int) -> None:
    """End the process now; a Spark that the script left running is killed, not asked."""
    close_streams()
    context = getattr(sys.modules.get("pyspark"), "SparkContext", None)
    gateway = getattr(context, "_gateway", None)
    jvm = getattr(gateway, "proc", None)
    with contextlib.suppress(Exception):
        if jvm is not None:
            jvm.kill()
    os._exit(code)
