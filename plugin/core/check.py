"""One check: a script to run once on Glue, with everything needed to run it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from plugin.core import naming
from plugin.core.capacity import Capacity, capacity_of, capacity_problems
from plugin.core.clone import clone_notes, clone_problems, cloned_tags, inherited
from plugin.core.cost import override_problems
from plugin.core.estimate import limit_problems
from plugin.core.kinds_refused import given_problems
from plugin.core.package import package_of
from plugin.core.policy import policy_text
from plugin.core.ports import LogSource
from plugin.core.request import (
    argument_problems,
    create_request,
    job_arguments,
    size_problems,
)
from plugin.core.stores import store_problems
from plugin.core.trust import Runner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plugin.core.build import Build
    from plugin.core.clone_arguments import JobArguments
    from plugin.core.naming import Location
    from plugin.core.pattern import Pattern
    from plugin.core.ports import Checkout, JobDefinition, JobReader, Upload
    from plugin.core.settings import CheckSettings, PlanSettings
    from plugin.core.settings.sources import Wanted

LOCAL_BUCKET = "glue-health-check-local"
LOCAL_REGION = "us-east-1"
LOCAL_ROLE = "arn:aws:iam::123456789012:role/glue-health-check-local"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One script to run once on Glue, with everything needed to run it.

    ``request`` are the parameters of CreateJob; ``shipped`` maps uploaded Python files' names to
    paths in the checkout.  ``cloned`` are the names of the arguments whose values are those of the
    production job ``settings.job``: they are never shown.  ``notes`` are worth telling before the
    run.
    """

    name: str
    settings: CheckSettings
    capacity: Capacity
    job_name: str
    scripts: Location
    temp: Location
    request: Mapping[str, object]
    uploads: tuple[Upload, ...]
    shipped: Mapping[str, str]
    session_policy: str = ""
    is_local: bool = False
    keep: bool = False
    delete_logs: bool = False
    cloned: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Location, ...]:
        """Every prefix that holds objects of ours: one, when the temporary one lies inside."""
        same = self.temp.bucket == self.scripts.bucket
        return (self.scripts,) if same else (self.scripts, self.temp)

    def log_source(self, run_id: str, group: str = "") -> LogSource:
        """Return what is known of a run's log; ``group`` is what Glue calls its groups."""
        arguments: Any = self.request.get("DefaultArguments", {})
        return LogSource(
            job_name=self.job_name,
            run_id=run_id,
            job_type=self.capacity.job_type,
            glue_version=self.capacity.glue_version,
            group=group,
            arguments=arguments,
            security_configuration=str(self.request.get("SecurityConfiguration", "")),
            role=str(self.request.get("Role", "")),
        )

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The compiled forms of ``fail_on_log_pattern``."""
        from plugin.core.pattern import Pattern  # the regex package, only when it is needed

        return tuple(Pattern(text) for text in self.settings.fail_on_log_pattern)


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a plan depends on besides the settings.

    ``changed`` are the files that the pull request touches, None when nobody knows;
    ``only`` are the names given with ``--only``; ``now`` is UTC; ``runner`` is what the machine
    holds that a stranger's code must not meet; ``jobs`` reads production jobs, None when there are
    no credentials to read them with, for which a stranger's check is skipped.
    """

    build: Build
    build_id: str
    now: datetime
    changed: frozenset[str] | None = None
    only: tuple[str, ...] = ()
    runner: Runner = field(default_factory=Runner)
    jobs: JobReader | None = None


def make_check(
    wanted: Wanted,
    plan: PlanSettings,
    checkout: Checkout,
    given: Circumstances,
    definition: JobDefinition | None = None,
) -> tuple[Check, tuple[str, ...]]:
    """Return the check, and what is wrong with it: with a problem it must not be run.

    ``definition`` is that of ``settings.job``, from which the check takes what is not set.
    """
    is_local = plan.engine == "local"
    own = _own(wanted.settings, definition, is_local=is_local)
    scripts, temp = _places(own, given.build_id, wanted.name)
    package = package_of(own, checkout, scripts=scripts, temp=temp, is_local=is_local)
    policy, policy_problems = policy_text(own.session_policy, checkout)
    capacity, job_name = capacity_of(own), _job_name(own, wanted.name, given)
    arguments = job_arguments(own, capacity, package, temp, definition)
    tags = _tags(own, plan, wanted.name, (scripts, temp), given, definition)
    rest: Any = {"job_name": job_name, "temp": temp, "tags": tags, "definition": definition}
    problems = (*_problems(own, is_local=is_local), *package.problems, *policy_problems)
    problems, notes = _with_clones(problems, wanted.settings, own, plan, definition, arguments)
    check = Check(
        name=wanted.name,
        settings=own,
        capacity=capacity,
        job_name=job_name,
        scripts=scripts,
        temp=temp,
        request=create_request(own, capacity, package, **rest),
        uploads=tuple(replace(item, kms_key_id=own.kms_key_id) for item in package.uploads),
        shipped=package.shipped,
        session_policy=policy,
        is_local=is_local,
        **_wishes(plan),
        cloned=arguments.cloned,
        notes=notes,
    )
    return check, tuple(f"{wanted.name}: {problem}" for problem in problems)


def _wishes(plan: PlanSettings) -> dict[str, bool]:
    """Return what is to become of a check's things; the local Glue keeps nothing."""
    keep = plan.keep_resources and plan.engine != "local"
    return {"keep": keep, "delete_logs": plan.delete_logs}


def _own(
    asked: CheckSettings, definition: JobDefinition | None, *, is_local: bool
) -> CheckSettings:
    """Return the settings with what a production job and the local engine give."""
    whole = inherited(asked, definition, is_local=is_local) if definition else asked
    return _with_places(whole, is_local=is_local)


def _with_clones(
    problems: tuple[str, ...],
    asked: CheckSettings,
    own: CheckSettings,
    plan: PlanSettings,
    definition: JobDefinition | None,
    arguments: JobArguments,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return all problems, the job named before those of its own values; and notes on the clone."""
    if not definition:
        return problems, ()
    inherited_problems = {*capacity_problems(own)} - {*capacity_problems(asked)}
    named = (
        f"job: {definition.name}: {problem}" if problem in inherited_problems else problem
        for problem in problems
    )
    is_local = plan.engine == "local"
    notes = clone_notes(asked, own, definition, left_out=arguments.left_out, is_local=is_local)
    return (*named, *_clone_problems(asked, plan, definition, arguments)), notes


def _clone_problems(
    asked: CheckSettings,
    plan: PlanSettings,
    definition: JobDefinition,
    arguments: JobArguments,
) -> tuple[str, ...]:
    """Say why the job cannot be cloned as it is.  The local Glue narrows no role by a policy."""
    is_narrowed = bool(asked.session_policy) and plan.engine != "local"
    is_guarded = plan.allow_production_arguments or is_narrowed
    return (
        *clone_problems(definition, asked),
        *size_problems(arguments),
        *(() if is_guarded else store_problems(definition.name, arguments.of_the_job)),
    )


def _job_name(own: CheckSettings, name: str, given: Circumstances) -> str:
    return naming.job_name(
        prefix=own.job_name_prefix,
        check=name,
        suffix=own.job_suffix or given.build.job_suffix(),
        build_id=given.build_id,
    )


def _tags(
    own: CheckSettings,
    plan: PlanSettings,
    name: str,
    places: tuple[Location, Location],
    given: Circumstances,
    definition: JobDefinition | None,
) -> Mapping[str, str]:
    minutes = own.queue_timeout_minutes + own.timeout_minutes + 60
    return naming.tags(
        build=given.build,
        build_id=given.build_id,
        check=name,
        context=plan.status_context,
        places=places,
        expires_at=given.now + timedelta(minutes=minutes),
        keep=plan.keep_resources,
        users=cloned_tags(definition, own.tags)[0] if definition else own.tags,
    )


def _places(own: CheckSettings, build_id: str, name: str) -> tuple[Location, Location]:
    """Return where the script lies, and the prefix of ``--TempDir``."""
    scripts = naming.location(bucket=own.scripts_bucket, build_id=build_id, check=name)
    bucket = own.temp_bucket or own.scripts_bucket
    return scripts, replace(scripts, bucket=bucket, prefix=f"{scripts.prefix}temp/")


def _with_places(settings: CheckSettings, *, is_local: bool) -> CheckSettings:
    """On the local engine, bucket and role have a default: they exist there alone."""
    if not is_local:
        return settings
    return replace(
        settings,
        scripts_bucket=settings.scripts_bucket or LOCAL_BUCKET,
        role_arn=settings.role_arn or LOCAL_ROLE,
    )


def _problems(settings: CheckSettings, *, is_local: bool) -> tuple[str, ...]:
    """Say what is wrong with settings seen together."""
    required = {
        "role_arn": "the role of the temporary job (also read from GLUE_ROLE_ARN)",
        "scripts_bucket": "where the script is uploaded (also read from SCRIPTS_BUCKET)",
    }
    return (
        *(f"{k} is required: {why}." for k, why in required.items() if not getattr(settings, k)),
        *given_problems(settings),
        *_size_problems(settings, is_local=is_local),
        *naming.tag_problems(settings.tags),
        *override_problems(settings.price_overrides),
        *argument_problems(settings),
        *_pattern_problems(settings.fail_on_log_pattern),
    )


def _size_problems(settings: CheckSettings, *, is_local: bool) -> tuple[str, ...]:
    """Say what Glue would refuse; of a size that it takes, what its first minute may not cost."""
    found = capacity_problems(settings)
    return found if found or is_local else limit_problems(settings, capacity_of(settings))


def _pattern_problems(patterns: tuple[str, ...]) -> tuple[str, ...]:
    if not patterns:
        return ()
    from plugin.core.pattern import Pattern  # as above

    problems = []
    for text in patterns:
        try:
            Pattern(text)
        except ValueError as error:
            problems.append(f"fail_on_log_pattern: {error}.")
    return tuple(problems)
