"""Which Python modules Glue brings along, and whether this machine has them too.

Knows Glue's lists (``provided_modules.json`` names their source), requirements, and import errors.
Refuses to install anything.
"""

import importlib.util
import json
import re
from collections.abc import Iterable
from pathlib import Path

from glue_child.order import Order

ADVICE = (
    "Install it with pip into the environment of glue-health-check, or run this check with "
    "engine glue."
)
AWS_MODULES = frozenset({"awsglue", "awsgluedq", "awsgluedi", "awsglueml"})
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:==\s*([^\s,;*]+))?")


class RequirementMissing(Exception):
    """A module that the job asks Glue to install, and that is not here or has another version."""


def gap_of(problem: ImportError, order: Order) -> str | None:
    """Say what is missing here although Glue has it; None when Glue would fail alike."""
    name = (problem.name or "").partition(".")[0]
    is_module = isinstance(problem, ModuleNotFoundError)
    if name in AWS_MODULES and is_module:
        return (
            f"{problem.name} is a part of AWS Glue's library that the local engine does not have. "
            "Run this check with engine glue."
        )
    modules = modules_of(order)
    if is_module and name in modules and not is_here(name):
        return f"module {name}, which {modules[name]} provides, is not installed. {ADVICE}"
    library = _library_of(problem)
    if library in modules and library != name:
        return f"module {library}, which Glue provides, cannot be imported: {problem}. {ADVICE}"
    return None


def modules_of(order: Order) -> dict[str, str]:
    """Import names that Glue provides to this run → ``Glue 5.1 (<distribution version>)``."""
    lists = json.loads(Path(__file__).with_name("provided_modules.json").read_text("utf-8"))
    key = order.glue_version if order.is_spark else _library_set(order)
    family = lists["spark" if order.is_spark else "pythonshell"]
    # An unknown, newer version is taken for the newest we know.
    chosen: dict[str, str] = family.get(key) or list(family.values())[-1]
    common: dict[str, str] = lists["spark_always"] if order.is_spark else {}
    whose = f"Glue {key}" if order.is_spark else f"Python shell {key.replace('-', ' ')}"
    return {name: f"{whose} ({version})" for name, version in {**common, **chosen}.items()}


def _library_set(order: Order) -> str:
    """Python shell: 3.6, 3.9-analytics or 3.9-none (job argument ``--library-set``)."""
    if order.glue_version in ("0.9", "1.0", "2.0"):
        return "3.6"
    arguments = dict(zip(order.argv, order.argv[1:], strict=False))
    return f"3.9-{arguments.get('--library-set', 'analytics')}"


def is_here(name: str) -> bool:
    """Whether the top-level module ``name`` can be found."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _library_of(problem: ImportError) -> str:
    """The top-level module in whose code the import failed; empty when it was the script's."""
    trace = problem.__traceback__
    name = ""
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if not module.startswith("importlib"):
            name = module.partition(".")[0]
        trace = trace.tb_next
    return name


def name_of(requirement: str) -> str:
    """The distribution that a requirement names, as registries compare names; empty if none."""
    found = _NAME.match(requirement.rpartition("/")[2])
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def check_requirements(requirements: Iterable[str]) -> None:
    """Compare ``--additional-python-modules`` with what is installed.

    Raises RequirementMissing, naming all that are missing or have another version.
    """
    problems = [text for text in map(_problem_of, requirements) if text]
    if problems:
        raise RequirementMissing(
            f"--additional-python-modules: {'; '.join(problems)}. The local engine installs "
            f"nothing. Install what is named with pip into the environment of glue-health-check, "
            "or run this check with engine glue."
        )


def _problem_of(requirement: str) -> str:
    requirement = requirement.strip()
    if not requirement:
        return ""
    if requirement.endswith(".whl"):
        name, version = (*requirement.rpartition("/")[2].split("-"), "")[:2]
        requirement = f"{name}=={version}" if version else name
    elif "://" in requirement.partition("@")[0] or requirement.endswith((".txt", ".zip")):
        return f"{requirement} is a file of requirements, which cannot be compared"
    return _compared(requirement)


def _compared(requirement: str) -> str:
    """Empty when satisfied; by PEP 508 where ``packaging`` is installed, else by name and ==."""
    from importlib.metadata import PackageNotFoundError, version  # late: most jobs ask for none

    try:
        name, is_met = _parsed(requirement)
    except ValueError:
        return f"{requirement} is not a requirement that pip reads"
    if not name:
        return ""
    try:
        installed = version(name)
    except PackageNotFoundError:
        return f"{requirement} is not installed"
    return "" if is_met(installed) else f"{requirement} is not met, {installed} is installed"


class _Exactly:
    """Whether an installed version is the one asked for."""

    def __init__(self, wanted: str | None) -> None:
        self.wanted = wanted

    def __call__(self, installed: str) -> bool:
        return self.wanted in (None, installed)


def _parsed(requirement: str) -> tuple[str, "_Exactly | _ByPackaging"]:
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError:
        found = _NAME.match(requirement)
        if found is None:
            raise ValueError(requirement) from None
        return found[1], _Exactly(found[2])
    try:
        parsed = Requirement(requirement)
    except InvalidRequirement as problem:
        raise ValueError(requirement) from problem
    if parsed.marker is not None and not parsed.marker.evaluate():
        return "", _Exactly(None)
    return parsed.name, _ByPackaging(parsed)


class _ByPackaging:
    """Whether an installed version is in the set that PEP 508 describes."""

    def __init__(self, parsed: object) -> None:
        self.parsed = parsed

    def __call__(self, installed: str) -> bool:
        specifier = self.parsed.specifier  # type: ignore[attr-defined]  # packaging may be absent
        return bool(specifier.contains(installed, prereleases=True))
