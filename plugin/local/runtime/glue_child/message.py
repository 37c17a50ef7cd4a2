"""An exception in the words of Glue's ErrorMessage: ``KeyError: 'x'``, in one bounded text.

Knows Python's and Py4J's exceptions.  Refuses to know whose fault they are.
"""

from collections.abc import Sequence

LIMIT = 4000
"""Characters kept of a message.  Glue's own limit is not documented; this fits a comment."""


def message_of(problem: BaseException) -> str:
    """Return Glue's form of ``problem``; never raises, whatever its ``__str__`` does."""
    if type(problem).__name__ == "Py4JJavaError":
        return bounded(_java_message(problem))
    return bounded(_python_message(problem))


def bounded(text: str) -> str:
    """Cut ``text`` at the limit and say so; what UTF-8 cannot hold is written as escapes."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= LIMIT:
        return text
    return f"{text[:LIMIT].rstrip()} … (cut here; {len(text)} characters in all)"


def text_of(value: object) -> str:
    """``str(value)``, or a stand-in where that raises."""
    try:
        return str(value)
    except BaseException:  # noqa: BLE001 - a broken __str__ may raise anything
        return "<no text: its __str__ failed>"


def _python_message(problem: BaseException) -> str:
    name = type(problem).__name__
    text = text_of(problem)
    if isinstance(problem, SystemExit):
        return f"{name}: {text_of(problem.code)}"
    return f"{name}: {text}" if text else name


def _java_message(problem: BaseException) -> str:
    """Py4J's first line (``An error occurred while calling o85.save.``) and the root cause."""
    lines = text_of(problem).splitlines() or [type(problem).__name__]
    causes = [line for line in lines if line.startswith((": ", "Caused by: "))]
    if not causes:
        return lines[0]
    cause = causes[-1].removeprefix(": ").removeprefix("Caused by: ")
    if cause.endswith("Traceback (most recent call last):"):
        # A function of the script failed in a worker: its own error ends the worker's traceback.
        cause = _end_of_traceback(lines[lines.index(causes[-1]) + 1 :]) or cause
    return f"{lines[0]} {_without_class(cause)}"


def _end_of_traceback(lines: Sequence[str]) -> str:
    """Return the last line of Python's before Java's stack begins."""
    end = ""
    for line in lines:
        if line.startswith("\tat "):
            break
        end = line.strip() or end
    return end


def _without_class(cause: str) -> str:
    """``java.io.IOException: gone`` → ``gone``; a class alone stays."""
    name, _, text = cause.partition(": ")
    is_class = "." in name and " " not in name
    return text if is_class and text else cause
