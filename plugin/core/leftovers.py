"""How somebody removes by hand what we could not: one command of the AWS CLI for each thing.

Every name may be hostile: a job names its objects as it likes.  So a command holds nothing but
printable ASCII, and of that nothing that a shell, Markdown or HTML reads in another way than we.
Nothing is asked here: whether the thing is still there, nobody knows.
"""

from __future__ import annotations

import re

PROGRAM = "glue-health-check"
_PLAIN = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")
"""What no shell reads, and no Markdown inside of code."""


def removal_command(
    *,
    kind: str,
    name: str,
    job_name: str = "",
    region: str = "",
    version: str = "",
    upload_id: str = "",
) -> str:
    """Return the command that removes a thing; empty when there is no single one.

    ``kind`` and the others are those of a ``Leftover``.
    """
    match kind:
        case "run" if job_name:
            words = ["glue", "batch-stop-job-run", f"--job-name={job_name}"]
            ids = [f"--job-run-ids={name}"] if name != job_name else []
            if not ids:  # which of its runs go on, nobody told us
                return _active_runs_of(job_name, region)
            words += ids
        case "job":
            words = ["glue", "delete-job", f"--job-name={name}"]
        case "log stream":
            group, _, stream = name.rpartition(":")
            if not group:  # the streams could not even be listed
                return ""
            group_word = f"--log-group-name={group}"
            words = ["logs", "delete-log-stream", group_word, f"--log-stream-name={stream}"]
        case "object":
            words = _of_object(name, version, upload_id)
        case _:
            return ""
    return _line(words, region) if words else ""


def remove_all(build_id: str) -> str:
    """Return the command that removes all that a build left, wherever it is given."""
    return f"{PROGRAM} cleanup --build-id {quoted(build_id)}"


def quoted(text: str) -> str:
    r"""Return one word of a shell, in ASCII; what is odd is spelled as ``$'\x0a'`` (bash, zsh)."""
    if _PLAIN.fullmatch(text):
        return text
    spelled = (
        chr(byte) if _PLAIN.fullmatch(chr(byte)) or byte == ord(" ") else f"\\x{byte:02x}"
        for byte in text.encode("utf-8", "replace")
    )
    return f"$'{''.join(spelled)}'"


def _of_object(name: str, version: str, upload_id: str) -> list[str]:
    """Return the words for an object, a version, an unfinished upload, or all below a prefix."""
    bucket, mark, key = name.removeprefix("s3://").partition("/")
    if not mark or not name.startswith("s3://"):
        return []
    where = [f"--bucket={bucket}", f"--key={key}"]
    if upload_id:
        return ["s3api", "abort-multipart-upload", *where, f"--upload-id={upload_id}"]
    if version:
        return ["s3api", "delete-object", *where, f"--version-id={version}"]
    return ["s3", "rm", "--recursive", name] if key.endswith("/") else ["s3", "rm", name]


def _active_runs_of(job_name: str, region: str) -> str:
    """Return the command that stops all runs of a job that still go on."""
    query = "JobRuns[?!CompletedOn].Id"
    listing = _line(["glue", "get-job-runs", f"--job-name={job_name}", "--output=text"], region)
    stopping = _line(["glue", "batch-stop-job-run", f"--job-name={job_name}"], region)
    return f"{stopping} --job-run-ids $({listing} --query '{query}')"


def _line(words: list[str], region: str) -> str:
    """Return the words as a line of a shell.  Names are bound to options: one may begin with -."""
    options = [f"--region={region}"] if region else []
    return " ".join(("aws", *(quoted(word) for word in (*words, *options))))
