"""Job arguments as Glue hands them over.  The module's name is AWS's.  Imports no Spark.

Source: AWS Glue developer guide, "Accessing parameters using getResolvedOptions".
"""

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

# Glue puts these into the result by itself, whether the script names them or not.
_ALWAYS = ("JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "TempDir")
_BOOKMARK = {
    "job-bookmark-option": "job-bookmark-disable",
    "job-bookmark-from": None,
    "job-bookmark-to": None,
}


class GlueArgumentError(Exception):
    """An argument that the script requires is missing or has no value."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: Iterable[str]) -> dict[str, Any]:
    """Pick ``options`` (names without ``--``) out of ``args`` (``sys.argv``).

    Takes ``--key value`` and ``--key=value``; ignores what the script does not name; a hyphen in
    a name becomes an underscore in the result's key.  Raises GlueArgumentError for a missing
    option, RuntimeError for a name that Glue keeps to itself.
    """
    wanted = list(dict.fromkeys(options))
    reserved = [name for name in wanted if name.replace("_", "-") in _BOOKMARK]
    if reserved:
        raise RuntimeError(f"Using reserved arguments {','.join(reserved)}")
    parser = _Parser(add_help=False, allow_abbrev=False)
    for name in wanted:
        parser.add_argument(f"--{name}", required=True)
    for name, default in _BOOKMARK.items():
        parser.add_argument(f"--{name}", default=default)
    for name in _ALWAYS:
        if name not in wanted:
            parser.add_argument(f"--{name}", default=argparse.SUPPRESS)
    known, _ = parser.parse_known_args(list(args[1:]))
    return vars(known)
