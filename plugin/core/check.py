"""One check: a script to run once on Glue, with everything needed to run it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from plugin.core import naming
from plugin.core.capacity import Capacity, capacity_of, capacity_problems
from plugin.core.cost import override_problems
from plugin.core.package import package_of
from plugin.core.policy import policy_text
from plugin.core.ports import LogSource
from plugin.core.request import argument_problems, create_request
from plugin.core.settings import not_yet
from plugin.core.trust import Runner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plugin.core.build import Build
    from plugin.core.naming import Location
    from plugin.core.pattern import Pattern
    from plugin.core.ports import Checkout, Upload
    from plugin.core.settings import CheckSettings, PlanSettings
    from plugin.core.settings.sources import Wanted

LOCAL_BUCKET = "glue-health-check-local"
LOCAL_REGION = "us-east-1"
LOCAL_ROLE = "arn:aws:iam::123456789012:role/glue-health-check-local"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One script to run once on Glue, with everything needed to run it.

    ``request`` are the parameters of CreateJob; ``shipped`` maps uploaded Python files' names to
    paths in the checkout.
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
    holds that a stranger's code must not meet.
    """

    build: Build
    build_id: str
    now: datetime
    changed: frozenset[str] | None = None
    only: tuple[str, ...] = ()
    runner: Runner = field(default_factory=Runner)


def make_check(
    wanted: Wanted, plan: PlanSettings, checkout: Checkout, given: Circumstances
) -> tuple[Check, tuple[str, ...]]:
    """Return the check, and what is wrong with it: with a problem it must not be run."""
    is_local = plan.engine == "local"
    own = _with_places(wanted.settings, is_local=is_local)
    scripts, temp = _places(own, given.build_id, wanted.name)
    package = package_of(own, checkout, scripts=scripts, temp=temp, is_local=is_local)
    policy, policy_problems = policy_text(own.session_policy, checkout)
    problems = (
        *not_yet.check_refusals(own),
        *_problems(own),
        *package.problems,
        *policy_problems,
    )
    capacity = capacity_of(own)
    job_name = _job_name(own, wanted.name, given)
    tags = _tags(own, plan, wanted.name, (scripts, temp), given)
    check = Check(
        name=wanted.name,
        settings=own,
        capacity=capacity,
        job_name=job_name,
        scripts=scripts,
        temp=temp,
        request=create_request(own, capacity, package, job_name=job_name, temp=temp, tags=tags),
        uploads=tuple(replace(item, kms_key_id=own.kms_key_id) for item in package.uploads),
        shipped=package.shipped,
        session_policy=policy,
        is_local=is_local,
        keep=plan.keep_resources and not is_local,
        delete_logs=plan.delete_logs,
    )
    return check, tuple(f"{wanted.name}: {problem}" for problem in problems)


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
        users=own.tags,
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


def _problems(settings: CheckSettings) -> tuple[str, ...]:
    """Say what is wrong with settings seen together."""
    required = {
        "role_arn": "the role of the temporary job (also read from GLUE_ROLE_ARN)",
        "scripts_bucket": "where the script is uploaded (also read from SCRIPTS_BUCKET)",
    }
    return (
        *(f"{k} is required: {why}." for k, why in required.items() if not getattr(settings, k)),
        *capacity_problems(settings),
        *naming.tag_problems(settings.tags),
        *override_problems(settings.price_overrides),
        *argument_problems(settings),
        *_pattern_problems(settings.fail_on_log_pattern),
    )


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
