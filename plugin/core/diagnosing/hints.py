"""What to do next, in one sentence for each class of trouble.

Knows the settings by name.  The guide, ``docs/troubleshooting.md``, says more.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.check import Check

_HINTS = {
    Trouble.SCRIPT_ERROR: "Mend the script; the end of its log stands in the report.",
    Trouble.SYNTAX: "Mend the syntax of the line that the message names.",
    Trouble.MODULE_NOT_FOUND: (
        "Ship the module with extra_py_files, or have Glue install it with python_modules."
    ),
    Trouble.ARGUMENTS: (
        "Pass it: --arguments NAME=VALUE, or arguments: in the configuration file."
    ),
    Trouble.SYSTEM_EXIT: (
        "Glue counts sys.exit() as a failure, also sys.exit(0): let the script run to its end."
    ),
    Trouble.DATA_NOT_FOUND: "Check the address against arguments and fixtures.",
    Trouble.OUT_OF_MEMORY: "Use a larger worker_type, or less input.",
    Trouble.DISK_FULL: "Use a larger worker_type or more workers, or less input.",
    Trouble.WORKER_LOST: "Run the check again; if it comes back, use a larger worker_type.",
    Trouble.JOB_PERMISSION: "Give the job's role this right.",
    Trouble.LAKE_FORMATION: "Grant the job's role SELECT and DESCRIBE in Lake Formation.",
    Trouble.KEY_DENIED: (
        "Allow kms:Decrypt and kms:GenerateDataKey, in the role's policy and in the key's own."
    ),
    Trouble.SECRET: (
        "Allow secretsmanager:GetSecretValue on this secret, and check its name and region."
    ),
    Trouble.CONNECTION: (
        "Set connections to the one that leads there; check its subnet and security group."
    ),
    Trouble.LOGIN: "Check the user and the password that the job uses.",
    Trouble.TIME_OUT: "Bound the input in health-check mode, or raise timeout_minutes.",
    Trouble.COST_LIMIT: "Bound the input in health-check mode, or raise max_cost_usd.",
    Trouble.FINDING: "Look at the job's findings, and mend the script or the data that fails them.",
    Trouble.LOG_PATTERN: "Mend what this line tells of; if it is harmless, narrow the pattern.",
    Trouble.LOG_UNREADABLE: "Run the check again: a log that was not read whole is not a pass.",
    Trouble.PERMISSION: "Give the credentials in use this right, and check the region.",
    Trouble.CREDENTIALS: "Give the step AWS credentials, e.g. by OIDC.",
    Trouble.PASS_ROLE: (
        "Allow iam:PassRole on role_arn to the credentials in use, with the condition"
        " iam:PassedToService = glue.amazonaws.com."
    ),
    Trouble.DENIED_BY_POLICY: (
        "Have the owner of this policy allow it: no right of the role itself helps against it."
    ),
    Trouble.EXPIRED: "Give fresh credentials that outlive the check, or such as are renewed.",
    Trouble.INVALID_CREDENTIALS: (
        "Check that key, secret and session token belong together and are of this partition. In a"
        " region that has to be switched on for the account, valid ones are refused so too."
    ),
    Trouble.WRONG_CLOCK: "Set the clock of this machine: AWS takes at most 5 minutes' difference.",
    Trouble.WRONG_REGION: "Set region to that of the buckets and the job, e.g. eu-west-1.",
    Trouble.MISSING_ROLE: "Set role_arn to a role of this account; check its name.",
    Trouble.UNTRUSTED_ROLE: (
        "See that role_arn names a role that exists (its account, its spelling); then let its trust"
        " policy allow sts:AssumeRole to glue.amazonaws.com. A new role takes some seconds to be"
        " known."
    ),
    Trouble.MISSING_CONNECTION: "Set connections to such as are in this account and region.",
    Trouble.MISSING_SECURITY_CONFIGURATION: (
        "Set security_configuration to one of this account and region."
    ),
    Trouble.NO_ADDRESSES: (
        "Use fewer workers, wait for other runs in this subnet, or a connection in a larger one."
    ),
    Trouble.INVALID_SIZE: (
        "Set worker_type and number_of_workers (Python shell: max_capacity) to what this Glue"
        " version and job_type have."
    ),
    Trouble.GLUE_VERSION: "Set glue_version to one that Glue still starts, e.g. '5.1'.",
    Trouble.NAME_TAKEN: "Choose another job_suffix; what is there is not ours and is left alone.",
    Trouble.MISSING_SCRIPT: (
        "Check that scripts_bucket exists, its spelling, its lifecycle rules and region."
    ),
    Trouble.MISSING_JOB: "Look who removed the job, a clean-up of another build say; run it again.",
    Trouble.QUOTA: (
        "Wait for other runs to end, lower max_parallel, or ask for more of the quotas L-5E4153CA"
        " (runs per account), L-F574AED9 (per job), L-A457CBAB (queued)."
    ),
    Trouble.CONCURRENCY: (
        "Wait for other runs to end, lower max_parallel, or ask for more of the quotas L-5E4153CA"
        " (runs per account) and L-F574AED9 (per job)."
    ),
    Trouble.DPU_QUOTA: (
        "Wait for other runs to end, use fewer or smaller workers, or ask for more DPU per account."
    ),
    Trouble.CAPACITY: "Run the check again, or use another worker type.",
    Trouble.QUEUE: "Raise queue_timeout_minutes, or look for runs that hold the quota.",
    Trouble.THROTTLING: "Run the check again, with a lower max_parallel.",
    Trouble.NETWORK: "Check the network and the region; run the check again.",
    Trouble.REFUSED: "Mend the setting that the message names.",
    Trouble.LOCAL_ENGINE: "Use engine glue for this script, or install what is missing.",
    Trouble.CI_MACHINE: "Mend what the message names on the machine of the CI step.",
    Trouble.AWS_FAULT: "Run the check again.",
    Trouble.STOPPED: "Run the check again.",
    Trouble.BUG: "Please report it.",
}


def hint_of(trouble: Trouble) -> str:
    """Return what to do next, one sentence."""
    return _HINTS[trouble]


MENDS_WITHOUT_LOG = "Mend the script."
"""For a script's failure of which nothing but its end is known."""
_LOCAL_HINTS = {
    Trouble.MODULE_NOT_FOUND: (
        "Ship the module with extra_py_files, or install it into the environment of"
        " glue-health-check: the local engine installs nothing."
    ),
    Trouble.OUT_OF_MEMORY: (
        "Use less input: this machine's memory is the limit, whatever worker_type or max_capacity"
        " says."
    ),
    Trouble.DISK_FULL: (
        "Use less input, or free space on this machine: worker_type changes nothing here."
    ),
    Trouble.WORKER_LOST: "Run the check again; if it comes back, use less input.",
    Trouble.CONNECTION: (
        "See that this machine reaches it; the setting connections changes nothing here."
    ),
}
"""On the local engine, where the worker is this machine."""

_SHELL_HINTS = {
    Trouble.OUT_OF_MEMORY: "Use max_capacity: 1, the most for a Python shell job, or less input.",
    Trouble.DISK_FULL: "Use less input.",
}
"""For Python shell jobs, which have no workers."""

_EXIT = re.compile(r"SystemExit(?:: (?P<code>.*))?$")
_ENDED_WELL = frozenset({"", "0", "None"})
_JOB_NAME = re.compile(r"required: .{0,1000}--JOB_NAME\b")
_NO_NAME = re.compile(
    r"cannot import name .{1,300}? from (?:partially initialized module )?"
    r"'(?P<module>[\w.]{1,300})'"
)
_NO_BUCKET = re.compile(r"UnknownHostException|NoSuchBucket|bucket does not exist", re.IGNORECASE)
_FLEX = (
    "FLEX may wait up to 20 min for capacity: raise queue_timeout_minutes to 25 or more, or use"
    " execution_class: STANDARD."
)
_LOCAL_BUCKET = (
    "This bucket is not in the local Glue: put a sample there with fixtures,"
    " e.g. fixtures: {tests/data: s3://BUCKET/orders/}."
)
MOST_NAMES, LONGEST_NAME = 10, 60
"""How many shipped modules a hint names, and how many characters a name may have."""
LONGEST_SEARCHED = 2000
"""Characters of an error: it may be the script's own words."""


def hint_for(trouble: Trouble, check: Check, error: str = "", *, has_log: bool = True) -> str:
    """Return what to do next in this check, one sentence; ``error`` is the line that tells why.

    ``has_log`` says that the report quotes a log.  Nothing of ``error`` is in it: that is hostile.
    """
    if trouble is Trouble.SCRIPT_ERROR and not has_log:
        return MENDS_WITHOUT_LOG
    is_shell = check.settings.job_type == "pythonshell"
    special = _by_words(trouble, check, error[:LONGEST_SEARCHED], is_shell=is_shell)
    if not special and trouble is Trouble.MODULE_NOT_FOUND:
        special = _not_among(check)
    if not special and check.is_local:
        special = _LOCAL_HINTS.get(trouble, "")
    if not special and is_shell:
        special = _SHELL_HINTS.get(trouble, "")
    return special or hint_of(trouble)


def _not_among(check: Check) -> str:
    """Return the hint for a module that is not among those shipped; empty when none were.

    Only what Python can import is named, which nobody can hide markup in.
    """
    script = PurePosixPath(check.settings.script).name
    heads = (PurePosixPath(name).parts for name in check.shipped if name != script)
    kinds = {
        (f"{parts[0]} (a package)" if len(parts) > 1 else parts[0].removesuffix(".py"))
        for parts in heads
        if parts and parts[0].removesuffix(".py").isidentifier() and len(parts[0]) <= LONGEST_NAME
    }
    if not kinds:
        return ""
    names = sorted(kinds)
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    public = (
        "are installed beside glue-health-check" if check.is_local else "go into python_modules"
    )
    return (
        f"Shipped are: {', '.join(names[:MOST_NAMES])}{more}. A folder in extra_py_files becomes"
        " the package itself: import it by that name, or name the folder or file that is missing."
        f" Public packages {public}."
    )


def _by_words(trouble: Trouble, check: Check, said: str, *, is_shell: bool) -> str:
    """Return the hint for what an error of this class says; empty when it says nothing more."""
    exited = _EXIT.search(said)
    code = (exited["code"] or "") if exited else ""
    known = {
        Trouble.ARGUMENTS: (
            is_shell and _JOB_NAME.search(said),
            "Glue gives JOB_NAME to Spark jobs only: do not ask for it in a Python shell job.",
        ),
        Trouble.MODULE_NOT_FOUND: (
            _is_name_missing_in_ours(said, check.shipped),
            "The module is there, the name is not: look at the import.",
        ),
        Trouble.SYSTEM_EXIT: (
            is_shell or code not in _ENDED_WELL,
            "The script ended itself: mend what it says.",
        ),
        Trouble.QUEUE: (
            check.settings.execution_class == "FLEX",
            _FLEX,
        ),
        Trouble.DATA_NOT_FOUND: (
            check.is_local and _NO_BUCKET.search(said),
            _LOCAL_BUCKET,
        ),
    }
    applies, hint = known.get(trouble, (False, ""))
    return hint if applies else ""


def _is_name_missing_in_ours(said: str, shipped: Mapping[str, str]) -> bool:
    """Whether an import error names a module that was shipped, and that lacks the name."""
    found = _NO_NAME.search(said)
    path = found["module"].replace(".", "/") if found else ""
    return bool(path) and not shipped.keys().isdisjoint({f"{path}.py", f"{path}/__init__.py"})
