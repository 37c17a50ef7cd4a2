"""The command line → a command, its options, and raw values of settings.  Made from the table."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from plugin.core.commands import COMMANDS, OWN, misplaced, takes, takes_own
from plugin.core.naming import BUILD_ID
from plugin.core.settings import Setting, table
from plugin.core.settings.kinds import FALSE, TRUE, Flag
from plugin.core.settings.many import Several, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LAST_PORT = 65535
_SCRIPT = re.compile(r"(?:s3://)?[\w./*-]{1,200}\.py")
"""A word that is meant as the path of a script."""
LATER = frozenset({"doctor", "init"})
"""Commands of the design that this version does not have."""
_OF_A_HOST = frozenset({"sh", "bash", "cat"})
_ENTRY_POINT = (
    "If your CI host starts a shell in the image, empty its entry point: entrypoint: [''] on"
    " GitLab, --entrypoint='' for Jenkins' inside."
)
"""What hosts give an image that has a command of its own."""


@dataclass(frozen=True, kw_only=True)
class CommandLine:
    """What was typed.  ``flags`` are raw values by the setting's name.

    ``is_named`` says that the command was typed; without one it is ``check``.  ``is_misspelt`` says
    that the word is no command: ``command`` is then the one whose mistakes are judged.
    """

    command: str = "check"
    is_misspelt: bool = False
    is_named: bool = False
    flags: Mapping[str, object] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    build_ids: tuple[str, ...] = ()
    dry_run: bool = False
    host: str = "127.0.0.1"
    port: int = 0
    wants_help: bool = False
    wants_version: bool = False
    problems: tuple[str, ...] = ()


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing and exiting."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def help_text(command: str = "") -> str:
    """Return what ``--help`` prints: of a command that was named, what it takes."""
    return _parser(help_of=command).format_help()


def parse(argv: Sequence[str]) -> CommandLine:
    """Read the arguments.  Never raises: what is wrong with them is in ``problems``."""
    parser, words = _parser(), _with_values(argv)
    try:
        known, unknown = parser.parse_known_args(words)
    except ValueError as error:
        problem = f"The command line cannot be read: {error}."
        return CommandLine(command=_likely_command(words), problems=(problem,))
    values = vars(known)
    flags = {
        name: _raw(row, values[name]) for name, row in table().items() if values[name] is not None
    }
    problems = _problems(values["command"], unknown)
    is_clear = not problems or values["command"] in COMMANDS
    command = values["command"] or "check" if is_clear else _likely_command(words)
    given = [flag for flag in OWN if values[flag[2:].replace("-", "_")]]
    problems += [misplaced(command, flag) for flag in given if not takes_own(command, flag)]
    return CommandLine(
        command=command,
        is_misspelt=values["command"] not in {None, *COMMANDS},
        is_named=values["command"] is not None,
        flags=flags,
        only=tuple(values["only"] or ()),
        build_ids=tuple(dict.fromkeys(values["build_id"] or ())),
        dry_run=values["dry_run"],
        host=values["host"] or CommandLine.host,
        port=int(values["port"] or CommandLine.port),
        wants_help=values["help"],
        wants_version=values["version"],
        problems=tuple(problems),
    )


def _likely_command(words: Sequence[str]) -> str:
    """Return the command of a line that cannot be understood: its mistakes are to be judged as its.

    After a flag without a value a word may be that flag's.
    """
    without_value = {"--dry-run", "-h", "--help", "--version"}
    for before, word in zip(["", *words], words, strict=False):
        is_value = before.startswith("-") and "=" not in before and before not in without_value
        if word in COMMANDS and not is_value:
            return word
    return "check"


def _with_values(argv: Sequence[str]) -> list[str]:
    """Give a bare flag its value: the word after ``--debug`` is a command, unless a boolean."""
    flags = {row.flag for row in table().values() if isinstance(row.kind, Flag)}
    return [
        f"{word}=true" if word in flags and following.lower() not in TRUE | FALSE else word
        for word, following in zip(argv, [*argv[1:], ""], strict=False)
    ]


def _problems(command: str | None, unknown: list[str]) -> list[str]:
    """Say what was not understood.  A word after a flag of unknown meaning may be a secret."""
    flags = [argument for argument in unknown if argument.startswith("-")]
    if flags:
        return [_unknown(flag) for flag in flags]
    return [*_command_problems(command), *map(_unknown, unknown)]


def _command_problems(command: str | None) -> list[str]:
    if command is None or command in COMMANDS:
        return []
    if command in LATER:
        return [f"{command} is not in this version yet."]
    if _SCRIPT.fullmatch(command):
        return [f"{command!r} is no command. Did you mean --script {command}?"]
    if command.rpartition("/")[2] in _OF_A_HOST:
        return [f"{command!r:.80} is no command. {_ENTRY_POINT}"]
    near = _nearest(command, COMMANDS)
    meant = f"Did you mean {near}?" if near else f"There are: {', '.join(COMMANDS)}."
    return [f"{command!r:.80} is no command. {meant}"]


def _unknown(argument: str) -> str:
    if argument == "-c":
        return f"{argument!r} is unknown. {_ENTRY_POINT}"
    if _SCRIPT.fullmatch(argument):
        return f"{argument!r} is unknown. Did you mean --script {argument}?"
    flag = argument.partition("=")[0]
    known = [*OWN, *(row.flag for row in table().values())]
    near = _nearest(flag.lstrip("-"), [name.lstrip("-") for name in known])
    return f"{flag!r:.80} is unknown. " + (f"Did you mean --{near}?" if near else "See --help.")


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # for mistakes only

    return "".join(get_close_matches(word, list(known), n=1))


def _raw(row: Setting, value: object) -> object:
    """A list that was given in parts is one text; the parts of a map stay apart."""
    if isinstance(value, list) and isinstance(row.kind, Several):
        return "\n".join(value)
    return value


def _parser(*, help_of: str | None = None) -> _Parser:
    """Return the parser; for ``help_of`` a command only with what it takes, and with its words."""
    parser = _Parser(
        prog="glue-health-check",
        usage="glue-health-check [COMMAND] [--setting VALUE …]",
        description="Does this AWS Glue script still run on Glue?",
        epilog="Exit codes: 0 passed, 1 failed, 2 wrong settings, 3 errored, 4 a required reporter"
        " failed, 130 and 143 cancelled.",
        add_help=False,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = "\n".join(f"{name}: {about}" for name, about in COMMANDS.items())
    parser.add_argument("command", nargs="?", metavar="COMMAND", help=commands.replace("\n", "; "))
    parser.add_argument("-h", "--help", action="store_true", help="print this")
    parser.add_argument("--version", action="store_true", help="print the version")
    for flag, kinds in _own().items():
        if help_of is None or takes_own(help_of, flag):
            parser.add_argument(flag, **kinds)
    for row in table().values():
        if help_of is None or takes(help_of, row.name):
            _add(parser, row, with_help=help_of is not None)
    return parser


def _own() -> Mapping[str, dict[str, Any]]:
    """Return the options that are no settings, as argparse wants them."""
    return {
        "--dry-run": {
            "action": "store_true",
            "help": "check, sweep, cleanup: only say what would be done",
        },
        "--only": {"action": "append", "metavar": "NAME", "help": "check: only this check"},
        "--build-id": {
            "action": "append",
            "type": _build_id,
            "metavar": "ID",
            "help": "cleanup: what this build left, wherever it ran",
        },
        "--host": {"help": "local: address to listen on"},
        "--port": {"type": _port, "help": "local: port, 0 for any"},
    }


def _port(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a port from 0 to {LAST_PORT}")
    return text


def _build_id(text: str) -> str:
    if not BUILD_ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is no build id: 12 of 0-9 and a-f")
    return text


def _add(parser: _Parser, row: Setting, *, with_help: bool) -> None:
    about = f"{row.about} Default: {row.default_in_words}." if with_help else None
    text = about.replace("%", "%%").replace("`", "") if about else None
    match row.kind:
        case Flag():
            parser.add_argument(row.flag, nargs="?", help=text)  # bare ones: _with_values
        case Several() | Table():
            parser.add_argument(row.flag, action="append", help=text)
        case _:
            parser.add_argument(row.flag, help=text)
