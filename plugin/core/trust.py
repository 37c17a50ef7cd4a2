"""Whether a stranger's code may run, and what is refused even when it may.

A stranger's are a fork's code, code of which nobody knows whose it is, and the packages that
Dependabot proposes.  Decides; refuses to know where environment, files and settings come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.build import Fork
from plugin.core.settings import table

if TYPE_CHECKING:
    from plugin.core.build import Build
    from plugin.core.settings import PlanSettings
    from plugin.core.settings.sources import Settings

PRIVILEGED = frozenset(
    {
        "pull_request_target",
        "pull_request_comment",  # Gitea's name for a comment on a pull request
        "issue_comment",
        "workflow_run",
        "check_run",
        "check_suite",
        "deployment",
        "deployment_status",
    }
)
"""Events whose builds hold secrets, a token that writes and the default branch's caches, whoever
wrote the code.  Source: GitHub's page "Events that trigger workflows"."""
MOST_NAMES = 8
"""Names of secrets in one message."""
LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True)
class Runner:
    """What the machine we run on holds, by name: never a value of a secret.

    ``secrets`` are variables and files that hold one; ``engine`` and ``connections`` are what flags
    and environment alone ask for; ``obstacle`` says why a script of the local engine cannot run
    under another user id, empty when it can; ``lacks`` is the module that the local engine needs
    and this installation has not, empty when it has all.
    """

    secrets: tuple[str, ...] = ()
    engine: str = "glue"
    connections: tuple[str, ...] = ()
    obstacle: str = ""
    lacks: str = ""


def reason_to_skip(build: Build, plan: PlanSettings) -> str:
    """Say why a stranger's code is not run: whose it is, what is at risk, what to set.

    Empty when it is run: it is ours, or ``allow_forks`` is set.
    """
    if not build.is_foreign or plan.allow_forks:
        return ""
    if build.is_dependabot and build.fork is not Fork.YES:
        return (
            "Dependabot proposes a package: its author's code would run with your role."
            " Look at the update, then set allow_forks to run it."
        )
    if _is_privileged(build):
        return (
            f"{_whose(build)}, and the event {build.event} gives its build your secrets and a token"
            " that writes. Use the event pull_request, or set allow_forks to run a stranger's code"
            " beside them."
        )
    if build.fork is Fork.UNKNOWN:
        return f"{_whose(build)}: {_why_unknown(build, plan)}"
    return (
        f"{_whose(build)}: a stranger's code would run with your role and at your cost."
        " Read it, then push it to a branch of the repository, or set allow_forks to run it."
    )


def refusals(build: Build, settings: Settings, runner: Runner) -> tuple[str, ...]:
    """Say what may not be done for a stranger's code even when it is run; none for our own."""
    if not build.is_foreign:
        return ()
    found = list(_local_refusals(build, settings.plan, runner))
    if settings.plan.keep_resources:
        found.append(
            "keep_resources: a stranger's script would stay on AWS with your role, for anybody to"
            " start: set it for builds of your own only."
        )
    if any(check.settings.session_policy for check in settings.checks):
        found.append(
            "session_policy: its file stands in the checkout, where a stranger can widen it: give"
            " builds of forks a role_arn of their own that may do less."
        )
    if any(set(c.settings.connections) - set(runner.connections) for c in settings.checks):
        found.append(
            "connections: a stranger's configuration file asks for the networks and passwords of"
            " your connections: allow them by --connections or GLUE_HEALTH_CHECK_CONNECTIONS."
        )
    return tuple(found)


def _local_refusals(build: Build, plan: PlanSettings, runner: Runner) -> tuple[str, ...]:
    """On the local engine the script runs on the CI host's own machine."""
    if plan.engine != "local":
        return ()
    found = []
    if _is_privileged(build):
        found.append(
            f"engine local: never for a stranger's code on the event {build.event}: this runner has"
            " a token that writes, and the caches of your default branch. Use the event"
            " pull_request, or engine glue."
        )
    if runner.engine != "local":
        found.append(
            "engine local: a stranger's configuration file asks to run on this machine: allow it by"
            " --engine or GLUE_HEALTH_CHECK_ENGINE."
        )
    if runner.obstacle:
        power = (
            "write the files by which GitHub takes commands for later steps"
            if build.host.has_runner_files
            else "do what that user can"
        )
        found.append(
            "engine local: a stranger's script would run as the user of this step, and could"
            f" {power}: {runner.obstacle}. Run the local image as root, or use engine glue."
        )
    if names := _names_of_secrets(plan, runner):
        found.append(
            f"engine local: a stranger's script would run beside secrets: {_listed(names)}."
            f" Run it in a step without them, or use engine glue.{_advice(names)}"
        )
    return tuple(found)


def _is_privileged(build: Build) -> bool:
    return build.host.has_runner_files and build.event in PRIVILEGED


def _whose(build: Build) -> str:
    subject = "The pull request" if build.pull_request else "The code"
    return f"{subject} {'comes' if build.fork is Fork.YES else 'may come'} from a fork"


def _why_unknown(build: Build, plan: PlanSettings) -> str:
    if not build.questions:
        return f"{build.host} does not say. Read it, then set allow_forks to run a stranger's code."
    if not plan.github_token:
        return (
            "GitHub was not asked, because there is no github_token. Give github_token, or set"
            " allow_forks to run a stranger's code with your role."
        )
    return (
        "GitHub did not say. See that github_token may read pull requests and contents, or set"
        " allow_forks to run a stranger's code with your role."
    )


def _names_of_secrets(plan: PlanSettings, runner: Runner) -> tuple[str, ...]:
    """Return every name, sorted; a setting only when none of the variables is what gave it."""
    named = [name.upper().replace("-", "_") for name in runner.secrets]
    given = (
        row.name for row in table().values() if row.is_secret and getattr(plan, row.name, None)
    )
    own = (name for name in given if not any(n.endswith(name.upper()) for n in named))
    return tuple(sorted({*runner.secrets, *own}))


def _listed(names: tuple[str, ...]) -> str:
    shown = [
        "".join(c if c.isprintable() else "?" for c in name)[:LONGEST_NAME]
        for name in names[:MOST_NAMES]
    ]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _advice(names: tuple[str, ...]) -> str:
    """Say where secrets come from that nobody set on purpose."""
    found = ""
    if any(name.startswith("ACTIONS_") for name in names):
        found += " GitHub gives ACTIONS_RUNTIME_TOKEN to every action, but not to a run step."
    if ".git/config" in names:
        found += " The checkout keeps its token in .git/config: set persist-credentials: false."
    return found
