"""What to do next, in one sentence for each class of trouble.

Knows the settings by name.  The guide, ``docs/troubleshooting.md``, says more.
"""

from __future__ import annotations

from plugin.core.trouble import Trouble

_HINTS = {
    Trouble.SCRIPT_ERROR: "Mend the script; the end of its log stands in the report.",
    Trouble.SYNTAX: "Mend the syntax.",
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
    Trouble.CONNECTION: (
        "Set connections to the one that leads there; check its subnet and security group."
    ),
    Trouble.LOGIN: "Check the user and the password that the job uses.",
    Trouble.TIME_OUT: "Bound the input in health-check mode, or raise timeout_minutes.",
    Trouble.COST_LIMIT: "Bound the input in health-check mode, or raise max_cost_usd.",
    Trouble.FINDING: "The job itself says that its result is not healthy: see its findings.",
    Trouble.LOG_PATTERN: "fail_on_log_pattern names this line as a failure.",
    Trouble.LOG_UNREADABLE: "A log that was not read whole is not a pass: run it again.",
    Trouble.PERMISSION: "Give the credentials in use this right, and check the region.",
    Trouble.CREDENTIALS: "Give the step AWS credentials, e.g. by OIDC.",
    Trouble.MISSING_ROLE: "Check role_arn and that its trust policy names glue.amazonaws.com.",
    Trouble.MISSING_SCRIPT: "Check scripts_bucket, its lifecycle rules and region.",
    Trouble.MISSING_JOB: "Look who removed the job, a clean-up of another build say; run it again.",
    Trouble.QUOTA: "Wait for other runs to end, or ask AWS for a higher quota.",
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
