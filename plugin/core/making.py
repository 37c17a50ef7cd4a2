"""Makes a check of settings, the checkout and the job that it clones; or says what is wrong.

Knows how the parts fit together.  Refuses to know what each of them allows: capacity, package,
policy, clone and stores say that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from plugin.core import naming
from plugin.core.capacity import capacity_of, capacity_problems
from plugin.core.check import LOCAL_BUCKET, LOCAL_ROLE, Check, expiry_of
from plugin.core.cloning.clone import clone_notes, clone_problems, cloned_tags, inherited
from plugin.core.cloning.kinds_refused import given_problems
from plugin.core.cloning.stores import store_problems
from plugin.core.costs.cost import override_problems
from plugin.core.costs.estimate import limit_problems
from plugin.core.policy import allows_everything, policy_text
from plugin.core.request import argument_problems, create_request, job_arguments, size_problems
from plugin.core.shipping.package import package_of
from plugin.core.trust import Runner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plugin.core.build import Build
    from plugin.core.cloning.arguments import JobArguments
    from plugin.core.naming import Location
    from plugin.core.ports import Checkout, JobDefinition, JobReader
    from plugin.core.settings import CheckSettings, PlanSettings
    from plugin.core.settings.sources import Wanted


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
        keep=plan.keep_resources and not is_local,  # the local Glue keeps nothing
        delete_logs=plan.delete_logs,
        cloned=arguments.cloned,
        notes=_local_notes(own) if is_local else (),
    )
    check, problems = _as_clone(check, problems, wanted.settings, plan, definition, arguments)
    return check, tuple(f"{wanted.name}: {problem}" for problem in problems)


def _own(
    asked: CheckSettings, definition: JobDefinition | None, *, is_local: bool
) -> CheckSettings:
    """Return the settings with what a production job and the local engine give."""
    whole = inherited(asked, definition, is_local=is_local) if definition else asked
    return _with_places(whole, is_local=is_local)


def _as_clone(
    check: Check,
    problems: tuple[str, ...],
    asked: CheckSettings,
    plan: PlanSettings,
    definition: JobDefinition | None,
    arguments: JobArguments,
) -> tuple[Check, tuple[str, ...]]:
    """Return the check with notes on what is not as in the job it clones, and all problems."""
    if definition is None:
        return check, problems
    own, left_out = check.settings, arguments.left_out
    notes = clone_notes(asked, own, definition, left_out, is_local=check.is_local)
    problems = (
        *_named(problems, definition.name, inherited_of=own, asked=asked),
        *_clone_problems(check, asked, plan, definition, arguments),
    )
    return replace(check, notes=(*check.notes, *notes)), problems


def _local_notes(own: CheckSettings) -> tuple[str, ...]:
    """Say which settings do nothing on the local engine, though they were given."""
    if own.max_cost_usd is None:
        return ()
    return ("max_cost_usd does nothing on engine local: a run on this machine costs nothing.",)


def _named(
    problems: tuple[str, ...], job: str, *, inherited_of: CheckSettings, asked: CheckSettings
) -> tuple[str, ...]:
    """Return the problems, with the job's name before those of the job's own values."""
    of_job = {*capacity_problems(inherited_of)} - {*capacity_problems(asked)}
    return tuple(f"job: {job}: {text}" if text in of_job else text for text in problems)


def _clone_problems(
    check: Check,
    asked: CheckSettings,
    plan: PlanSettings,
    definition: JobDefinition,
    arguments: JobArguments,
) -> tuple[str, ...]:
    """Say why the job cannot be cloned as it is.  The local Glue narrows no role by a policy."""
    is_wide = allows_everything(check.session_policy)
    is_narrowed = bool(asked.session_policy) and not is_wide and not check.is_local
    is_guarded = plan.allow_production_arguments or is_narrowed
    stores: tuple[str, ...] = ()
    if not is_guarded:
        told = arguments.of_the_job
        stores = store_problems(definition.name, told, is_local=check.is_local)
    wide = "session_policy: it allows everything, so it keeps nothing from production's data."
    if check.is_local:
        wide = "session_policy: the local Glue has no roles, so it narrows nothing there."
    return (
        *clone_problems(definition, asked),
        *size_problems(arguments),
        *stores,
        *((wide,) if stores and asked.session_policy else ()),
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
    return naming.tags(
        build=given.build,
        build_id=given.build_id,
        check=name,
        context=plan.status_context,
        places=places,
        expires_at=expiry_of(own, given.now),
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
    from plugin.core.judging.pattern import Pattern  # as above

    problems = []
    for text in patterns:
        try:
            Pattern(text)
        except ValueError as error:
            problems.append(f"fail_on_log_pattern: {error}.")
    return tuple(problems)
