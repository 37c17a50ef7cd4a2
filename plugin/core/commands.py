"""The commands: what each is for, which own options and which settings it takes.

Knows names alone.  Settings that a command does not take are no error on its line: one line often
serves them all.  Own options are: whoever gives one means something that would not happen.
"""

from __future__ import annotations

COMMANDS = {
    "check": "make the plan and run it (the default)",
    "cleanup": "remove what this build made and did not remove",
    "sweep": "remove what any build left",
    "local": "run the local Glue in the foreground",
}
OWN = {
    "--dry-run": ("check", "cleanup", "sweep"),
    "--only": ("check",),
    "--build-id": ("cleanup",),
    "--host": ("local",),
    "--port": ("local",),
}
"""Options that are no settings, with the commands that take them."""
_ALWAYS = ("config", "ci", "debug", "region")
_ON_AWS = (
    *("engine", "scripts_bucket", "temp_bucket", "delete_logs", "aws_access_key_id"),
    *("aws_secret_access_key", "aws_session_token", "assume_role_arn", "external_id"),
    "github_oidc",
)
_TAKEN = {
    "cleanup": frozenset(
        {
            *(*_ALWAYS, *_ON_AWS, "report_dir", "allow_forks", "commit_status", "status_context"),
            *("github_token", "github_api_url"),
        }
    ),
    "sweep": frozenset({*_ALWAYS, *_ON_AWS, "sweep_older_than_hours"}),
    "local": frozenset(_ALWAYS),
}


def takes(command: str, setting: str) -> bool:
    """Whether a setting means anything to a command; ``check`` takes all but ``sweep``'s own."""
    if command in _TAKEN:
        return setting in _TAKEN[command]
    return setting != "sweep_older_than_hours" or command not in COMMANDS


def takes_own(command: str, flag: str) -> bool:
    """Whether an option of ``OWN`` is for a command; what is no command takes all."""
    return command not in COMMANDS or command in OWN[flag]


def misplaced(command: str, flag: str) -> str:
    """Return the problem of an own option that is another command's."""
    *others, last = OWN[flag]
    whose = f"{', '.join(others)} and {last}" if others else last
    return f"{flag} is for {whose}, not for {command}."
