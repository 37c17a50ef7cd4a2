"""The folder of one run: what the child finds there, and what it leaves.

Knows the layout that the child's bootstrap expects, and Glue's special parameters for files.
Refuses to know processes and states.

    run.json  outcome.json  work/ (script, extra files; the current folder)  py/ (extra modules)
    jars/  conf/ (Spark's)  home/  tmp/
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.local.capacity import PYTHON_SHELL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from plugin.local.process import User
    from plugin.local.records import JobRun

    Fetch = Callable[[str], bytes | None]

FOLDERS = ("work", "py", "jars", "conf", "home", "tmp")
_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_MAX_OUTCOME_BYTES = 1_000_000
_CLASS_PATH = "spark.driver.extraClassPath"
_ALLOWED = ("PATH", "LANG", "LC_ALL", "TZ")


class LaunchError(Exception):
    """A run cannot begin; the text is its ErrorMessage."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the child said of its end: `kind` is `failed` or `unsupported`."""

    kind: str
    message: str


class Workspace:
    """One run's folder; `root` must not exist yet."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.work = root / "work"
        self.run_json = root / "run.json"
        self.outcome_json = root / "outcome.json"

    def build(self) -> None:
        """Make the folders; raises OSError."""
        self.root.mkdir(mode=0o700)
        for name in FOLDERS:
            (self.root / name).mkdir()

    def fill(self, run: JobRun, fetch: Fetch, *, lifeline: int) -> None:
        """Fetch script and files and write run.json; raises LaunchError for what is not there."""
        arguments = run.merged_arguments()
        location = run.job.definition["Command"]["ScriptLocation"]
        script = _fetched(location, self.work, fetch)
        modules = [
            _fetched(one, self.root / "py", fetch) for one in _listed(arguments, "--extra-py-files")
        ]
        for one in _listed(arguments, "--extra-files"):
            _fetched(one, self.work, fetch)
        for one in _listed(arguments, "--extra-jars"):
            _fetched(one, self.root / "jars", fetch)
        order = {
            "run_id": run.id,
            "script": str(script),
            "job_type": run.job.kind,
            "glue_version": run.settings["GlueVersion"],
            "argv": argv_of(run),
            "python_path": _python_path(modules, self.root / "py"),
            "python_modules": _listed(arguments, "--additional-python-modules"),
            "outcome": str(self.outcome_json),
            "lifeline_fd": lifeline,
        }
        self.run_json.write_text(json.dumps(order), encoding="utf-8")

    def write_conf(self, name: str, text: str) -> None:
        """Write one file of Spark's configuration."""
        (self.root / "conf" / name).write_text(text, encoding="utf-8")

    def hand_over(self, user: User) -> None:
        """Give everything to `user`."""
        for folder, folders, files in os.walk(self.root):
            for name in ("", *folders, *files):
                os.chown(os.path.join(folder, name), user.uid, user.gid)  # noqa: PTH118 - text of os.walk

    def outcome(self) -> Outcome | None:
        """Read what the child said; None when it said nothing that can be understood.

        The child owns the folder and may have put anything there: a link to a file that it may
        not read itself, a pipe, a gigabyte.
        """
        try:
            content = json.loads(_bounded(self.outcome_json))
            return Outcome(kind=str(content["kind"]), message=str(content["error_message"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None


def argv_of(run: JobRun) -> list[str]:
    """Return the script's arguments as Glue passes them.

    Spark jobs are also told who they are; a Python shell is not, on Glue either.
    """
    arguments = run.merged_arguments()
    if run.job.kind != PYTHON_SHELL:
        job_id = hashlib.sha256(run.job.name.encode()).hexdigest()
        own = {"--JOB_ID": f"j_{job_id}", "--JOB_RUN_ID": run.id, "--JOB_NAME": run.job.name}
        arguments = {**arguments, **own}
    return [text for pair in arguments.items() for text in pair]


def spark_arguments(run: JobRun, jars: Path) -> dict[str, str]:
    """Return Spark's settings that the job's own arguments ask for.

    Several settings in one `--conf` are chained as on Glue: `a=1 --conf b=2`.  Jars go onto the
    class path, as on Glue: for `spark.jars` Hadoop asks the system who we are, and it may not know.
    """
    arguments = run.merged_arguments()
    words = shlex.split(arguments.get("--conf", ""))
    conf = dict(word.split("=", 1) for word in words if "=" in word)
    own = conf.get(_CLASS_PATH)
    names = [*sorted(str(path) for path in jars.iterdir()), *([own] if own else [])]
    return {**conf, _CLASS_PATH: os.pathsep.join(names)} if names else conf


def environ_of(given: Mapping[str, str], root: Path) -> dict[str, str]:
    """Return a child's environment: of our own only what names paths, language and time zone."""
    return {
        "PATH": os.defpath,
        **{name: given[name] for name in _ALLOWED if name in given},
        "HOME": str(root / "home"),
        "TMPDIR": str(root / "tmp"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _fetched(location: str, folder: Path, fetch: Fetch) -> Path:
    """Write an object into `folder` under its own name and return the path."""
    name = location.rpartition("/")[2]
    if not location.startswith("s3://") or name in {"", ".", ".."} or "\0" in name:
        raise LaunchError(f"LAUNCH ERROR | Not an S3 object: {location}")
    content = fetch(location)
    if content is None:
        raise LaunchError(
            f"LAUNCH ERROR | File does not exist: {location} Please refer logs for details."
        )
    path = folder / name
    path.write_bytes(content)
    return path


def _listed(arguments: Mapping[str, str], name: str) -> list[str]:
    """Return the parts of a comma-separated argument."""
    return [part.strip() for part in arguments.get(name, "").split(",") if part.strip()]


def _python_path(modules: list[Path], folder: Path) -> list[str]:
    """Return what goes on the path: archives themselves, single modules by their folder."""
    archives = [str(path) for path in modules if path.suffix != ".py"]
    return [*archives, str(folder)] if len(archives) < len(modules) else archives


def _bounded(path: Path) -> bytes:
    """Read a regular file of moderate size; raises OSError for anything else."""
    descriptor = os.open(path, _OPEN_FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is no file")
        return file.read(_MAX_OUTCOME_BYTES)
