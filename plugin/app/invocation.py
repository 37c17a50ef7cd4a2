"""One call of the program: what was typed, the environment, the streams, the working directory."""

from __future__ import annotations

import io
import os
import secrets
import subprocess
import sys
import threading
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from plugin.app.credentials import credential_problems
from plugin.ci.build import build_of
from plugin.ci.detect import detect
from plugin.ci.event import parse_event
from plugin.ci.git import GitFacts
from plugin.clients.clock import SystemClock
from plugin.core.build import Host
from plugin.core.errors import SettingsError, Unusable
from plugin.core.escape import log_text, workflow_data
from plugin.core.secrets.masking import Masker
from plugin.core.secrets.names import secrets_of, secrets_of_address, secrets_of_jobs
from plugin.core.secrets.revealing import revealing
from plugin.core.secrets.values import EVERYDAY
from plugin.core.settings import table
from plugin.core.settings.sources import gather, peek
from plugin.core.settings.variables import secrets_in
from plugin.reporters.stream import SafeStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from plugin.core.build import Build
    from plugin.core.command_line import CommandLine
    from plugin.core.settings.sources import Settings

GIT_SECONDS = 5
_ANNOTATIONS, _ANNOTATION = 10, 4_000
"""How many GitHub shows of a step, and how long it lets each be."""
_HOSTS_THAT_NEED_GIT = frozenset({Host.PLAIN, Host.JENKINS, Host.BUILDKITE})
"""A laptop has nothing else; a scripted pipeline of Jenkins exports neither commit nor URL;
Buildkite may say HEAD.  The image has no git: there they stay empty, or GitHub tells them."""


def usable_environ(environ: MutableMapping[str, str]) -> None:
    """Take empty ``AWS_*`` variables away, and blanks and line ends around the others.

    CI hosts set unset inputs to empty texts, and secrets are often stored with a line end.
    botocore would take an empty profile or region at its word.
    """
    for name in [name for name in environ if name.startswith("AWS_")]:
        text = environ[name].strip()
        if not text:
            del environ[name]
        elif text != environ[name]:
            environ[name] = text


def ignore_stray_config(environ: MutableMapping[str, str], home: Path, cwd: Path) -> str:
    """Keep botocore from AWS's files in ``home`` when that lies in the checkout; return a note.

    There a pull request could have written them, and they may name a program to run or a server
    to send everything to.  Files that the operator names are read.
    """
    if not home.resolve().is_relative_to(cwd.resolve()):
        return ""
    named = {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}
    for name in named - environ.keys():
        environ[name] = os.devnull
    is_there = any(os.path.lexists(home / ".aws" / name) for name in ("config", "credentials"))
    return f"AWS's files in {home} are not read: it is the checkout." if is_there else ""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What a command works with."""

    line: CommandLine
    environ: Mapping[str, str]
    cwd: Path
    out: TextIO
    err: TextIO
    clock: SystemClock = field(default_factory=SystemClock)
    _learnt: list[Masker] = field(default_factory=list, init=False, repr=False, compare=False)
    """The masker of all that was learnt so far, last; the only part that changes, and only grows:
    whoever holds ``mask`` masks what is learnt later, too."""
    _learning: threading.RLock = field(
        default_factory=threading.RLock, init=False, repr=False, compare=False
    )
    """Two threads may learn at once, and neither's secret may be lost."""

    @classmethod
    def of_process(cls, line: Any) -> Invocation:  # noqa: ANN401 - a CommandLine, imported for types only
        """Take environment, folder and streams from this process."""
        return cls(
            line=line,
            environ=dict(os.environ),
            cwd=Path.cwd(),
            out=sys.stdout or io.StringIO(),  # closed by whoever started us
            err=sys.stderr or io.StringIO(),
        )

    def draw(self, digits: int = 12) -> str:
        """Return random hexadecimal digits."""
        return secrets.token_hex((digits + 1) // 2)[:digits]

    def peek(self, name: str) -> Any:  # noqa: ANN401 - the setting's own type
        """Return an operator's setting before all others are read."""
        return peek(name, flags=self.line.flags, environ=self.environ)

    def build(self) -> Build:
        """Return who asked, as far as environment, event file and git tell."""
        host = detect(self.environ, self.peek("ci"))
        event = parse_event(self._event_text()) if host.has_runner_files else None
        git = self._git_facts() if host in _HOSTS_THAT_NEED_GIT else GitFacts()
        return build_of(host, self.environ, event=event, git=git)

    def settings(self, *, is_foreign: bool) -> Settings:
        """Return all settings.  Raises ``SettingsError`` with every problem, the line's too."""
        settings = self.gathered(is_foreign=is_foreign)
        if settings.problems:
            raise SettingsError(settings.problems)
        return settings

    def gathered(self, *, is_foreign: bool, reads_file: bool = True) -> Settings:
        """Return all settings with their problems, the command line's and the file's too."""
        problems = list(self.line.problems)
        name = self.peek("config")
        file: Mapping[str, object] = {}
        # a word that was not understood may have been meant as the script
        unread = frozenset({"script"} if problems else ())
        try:
            file = self._config_file(name) if reads_file else {}
        except (ValueError, OSError, Unusable) as error:
            problems.append(_file_problem(name, error))
            unread = frozenset(table())  # what the file says nobody knows
        host = detect(self.environ, self.peek("ci"))
        settings = gather(
            flags=self.line.flags,
            environ=self.environ,
            file=file,
            file_name=name,
            is_foreign=is_foreign,
            host=host,
        )
        settings = _with_paths_inside(settings, self.cwd)
        problems += credential_problems(settings.plan, host, self.environ)
        self.learn(secrets_of_jobs(check.settings.arguments for check in settings.checks))
        return replace(
            settings,
            problems=(*problems, *settings.problems, *revealing(settings, self.mask)),
            unread=settings.unread | unread,
        )

    def mask(self, text: str) -> str:
        """Take our secrets out of a text, in every form, and what looks like one."""
        return self._masker()(text)

    def learn(self, secrets: Iterable[str]) -> None:
        """Mask these from now on, too, wherever ``mask`` is held already."""
        with self._learning:
            self._learnt.append(self._masker().knowing(secrets))

    def _masker(self) -> Masker:
        with self._learning:
            if not self._learnt:
                self._learnt.append(Masker(self._secrets()))
            return self._learnt[-1]

    def say(self, *lines: str) -> None:
        """Print lines on stdout, harmless to terminal and CI host."""
        self._print(self.out, lines)

    def complain(self, problems: Iterable[str]) -> None:
        """Print problems on stderr, one a line; where the host shows annotations, as such too."""
        told = [line for text in problems for line in text.splitlines()]
        self._print(self.err, [f"error: {line}" for line in told])
        if self._has_annotations():
            title = "::error title=Glue health check::"
            lines = (log_text(self.mask(line), limit=_ANNOTATION) for line in told[:_ANNOTATIONS])
            self._write(self.out, [title + workflow_data(line) for line in lines])

    def _has_annotations(self) -> bool:
        return detect(self.environ, self.peek("ci")).has_runner_files

    def complain_of_bug(self, error: Exception) -> None:
        """Say that we broke, where, and what to do; the stack only with ``debug``."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        lines = [
            f"error: A bug in glue-health-check: {type(error).__name__}: {error} ({where}).",
            "error: Please report it. Run cleanup, then sweep, to remove what may be left.",
        ]
        if self.peek("debug"):
            lines += "".join(traceback.format_exception(error)).splitlines()
        self._print(self.err, lines)

    def _print(self, stream: TextIO, lines: Iterable[str]) -> None:
        """Print in one go: other threads print too."""
        self._write(stream, [log_text(self.mask(line), limit=20_000) for line in lines])

    def _write(self, stream: TextIO, lines: Iterable[str]) -> None:
        safe = SafeStream(stream)
        safe.write("".join(f"{line}\n" for line in lines))
        safe.flush()

    def _secrets(self) -> frozenset[str]:
        """Return what flags and environment hold; the webhook's address is a secret but its host.

        What is secret of a job's arguments is learnt when the settings are gathered.
        """
        address = secrets_of_address(str(self.peek("webhook_url")))
        given = secrets_in(self.line.flags, self.environ) - EVERYDAY
        return given | secrets_of(self.environ) | address

    def _event_text(self) -> str:
        path = self.environ.get("GITHUB_EVENT_PATH", "")
        try:
            return Path(path).read_text(encoding="utf-8", errors="replace") if path else ""
        except OSError:
            return ""

    def _config_file(self, name: str) -> Mapping[str, object]:
        """Return the configuration file; the default one may be missing."""
        from plugin.checkout import WorkingTree

        path = self.cwd / name
        if not os.path.lexists(path) and name == table()["config"].default:
            return {}
        from plugin.core.settings import config_file  # YAML, only now

        if Path(name).is_absolute():
            if not path.is_file():
                raise ValueError("is missing")
            body = path.read_bytes()[: config_file.LARGEST_FILE + 1]
        else:
            body = WorkingTree(self.cwd).read(name)
        return config_file.parse(body.decode("utf-8"))

    def _git_facts(self) -> GitFacts:
        return GitFacts(
            commit=self._git("rev-parse", "HEAD"),
            branch=self._git("symbolic-ref", "--quiet", "--short", "HEAD"),
            remote_url=self._git("config", "--get", "remote.origin.url"),
        )

    def _git(self, *arguments: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - our own words, no shell
                # a folder that only looks like a repository may have been committed
                ("git", "-c", "safe.bareRepository=explicit", *arguments),  # noqa: S607 - the user's own git, wherever it is
                cwd=self.cwd,
                capture_output=True,
                text=True,
                check=False,
                timeout=GIT_SECONDS,
                errors="replace",
            )
        except (OSError, subprocess.SubprocessError):
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""


def _with_paths_inside(settings: Settings, cwd: Path) -> Settings:
    """Return the settings, each path that is a whole one relative to the checkout."""
    from plugin.checkout.whole_path import relative_to

    return replace(
        settings,
        checks=tuple(
            replace(one, settings=relative_to(cwd, one.settings)) for one in settings.checks
        ),
    )


def _file_problem(name: str, error: Exception) -> str:
    match error:
        case UnicodeDecodeError():
            return f"{name} is not UTF-8."
        case Unusable():
            return f"config: {error}"
        case _:
            return f"{name} {getattr(error, 'strerror', None) or error}."
