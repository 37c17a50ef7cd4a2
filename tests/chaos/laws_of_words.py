"""Laws about what is said: verdict, report, exit code, commit status, comment, and no secret.

Each law takes a play and yields the promises that were broken, in words.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tests.chaos import truth
from tests.chaos.ours import runs
from tests.chaos.schedule import Command, Fate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.chaos.played import Played, Step

CONTEXT = "glue-health-check"
_SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"
_WORST = ("skipped", "passed", "cancelled", "failed", "errored")
_CODES: Mapping[str, int] = MappingProxyType({"passed": 0, "failed": 1, "errored": 3})
_SIGNALS: Mapping[str, int] = MappingProxyType({"SIGINT": 130, "SIGTERM": 143})
_STATES: Mapping[str, str] = MappingProxyType(
    {"passed": "success", "failed": "failure", "errored": "error", "cancelled": "error"}
)
_FILES = ("report.md", "junit.xml")
_DOCUMENTED = frozenset({0, 1, 2, 3, 4, 130, 143})


# --- the verdict ---------------------------------------------------------------------------------


def the_verdict_is_the_truth_or_errored(played: Played) -> Iterator[str]:
    """A verdict is what the script deserves; ``errored`` needs an excuse, ``cancelled`` a signal."""
    step = played.step(Command.CHECK)
    for check in played.schedule.checks:
        verdict = _verdict_of(step, check.name)
        right = truth.right_verdicts(check, played.schedule)
        if verdict is None or verdict in right:
            continue
        is_of_signal = verdict == truth.CANCELLED and truth.was_cancelled(step)
        is_excused = verdict == truth.ERRORED and truth.may_be_errored(played, check)
        if not is_of_signal and not is_excused:
            reason = _result(step, check.name)["reason"]
            told = " or ".join(sorted(right))
            yield f"{check.name} is {verdict} ({reason}), and should be {told}"


def a_verdict_is_what_the_run_came_to(played: Played) -> Iterator[str]:
    """``passed`` is said of a run that succeeded, and ``failed`` of one that ran, and of no other."""
    step = played.step(Command.CHECK)
    for check in played.schedule.checks:
        verdict = _verdict_of(step, check.name)
        if verdict not in {truth.PASSED, truth.FAILED}:
            continue
        states = {one.state for one in runs(played, step.world) if one.check == check.name}
        if not states:
            yield f"{check.name} is {verdict}, and had no run"
        elif verdict == truth.PASSED and states != {"SUCCEEDED"}:
            yield f"{check.name} passed, and its run is {', '.join(sorted(states))}"


def _result(step: Step, name: str) -> Any:
    return next(one for one in step.report["results"] if one["name"] == name)


def _verdict_of(step: Step, name: str) -> str | None:
    """Return the verdict of a check; None where no report tells it."""
    if step.report is None:
        return None
    found = [one for one in step.report["results"] if one["name"] == name]
    return str(found[0]["verdict"]) if found else None


# --- the report ----------------------------------------------------------------------------------


def a_report_is_whole(played: Played) -> Iterator[str]:
    """report.json is valid by its schema, holds each check once, and its verdict is their worst."""
    step = played.step(Command.CHECK)
    if step.report is None:
        if step.report_text:
            yield f"report.json is no JSON: {step.report_text[:80]!r}"
        return
    for error in _validator().iter_errors(step.report):
        yield f"report.json breaks its schema: {error.json_path}: {error.message[:200]}"
        return
    results = step.report["results"]
    names = [one["name"] for one in results]
    if names != [check.name for check in played.schedule.checks]:
        yield f"the report tells of {', '.join(names) or 'no check'}"
    worst = max((one["verdict"] for one in results), key=_WORST.index, default="skipped")
    if step.report["verdict"] != worst:
        yield f"the report says {step.report['verdict']}, and its worst check {worst}"


def whoever_did_not_pass_is_told_why(played: Played) -> Iterator[str]:
    """A result that is not ``passed`` has a reason, a hint and the class of its trouble."""
    step = played.step(Command.CHECK)
    for one in step.report["results"] if step.report is not None else ():
        lacks = [name for name in ("reason", "hint", "trouble") if not one[name]]
        if one["verdict"] not in {truth.PASSED, "skipped"} and lacks:
            yield f"{one['name']} is {one['verdict']} without {', '.join(lacks)}"


def the_outputs_agree(played: Played) -> Iterator[str]:
    """A check that was not killed prints its verdict last, and writes all of its files."""
    step = played.step(Command.CHECK)
    if truth.was_killed(step) or step.report is None:
        return
    if f"\nverdict={step.report['verdict']}\n" not in step.out:
        yield f"the check is {step.report['verdict']}, and its last lines do not say so"
    missing = [name for name in _FILES if not any(one.endswith(name) for one in step.files)]
    if missing:
        yield f"there is report.json, and no {', '.join(missing)}"


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))


def check_writes_a_report(played: Played) -> Iterator[str]:
    """A check that was not killed reports; one that a signal met early may have had nothing to."""
    step = played.step(Command.CHECK)
    if truth.was_killed(step) or step.report is not None:
        return
    asked = [one for one in played.requests if one.step == step.name and one.service != "github"]
    if not truth.was_cancelled(step):
        yield f"check ended with {step.code} and wrote no report"
    elif any(one.operation in {"PutObject", "CreateJob"} for one in asked):
        yield "check had begun to make things, and wrote no report after its signal"


# --- exit codes ----------------------------------------------------------------------------------


def the_exit_code_agrees(played: Played) -> Iterator[str]:
    """The exit code is that of the report's verdict; cancelled by a signal, that of the first."""
    step = played.step(Command.CHECK)
    if truth.was_killed(step):
        return
    if step.report is None:
        if step.code in {0, 1}:
            yield f"check ended with {step.code} and no report"
        return
    verdict = step.report["verdict"]
    wanted = _CODES.get(verdict, _of_signal(step))
    if step.code != wanted:
        yield f"check is {verdict}, signals {truth.signals(step) or 'none'}, and ended with {step.code}"


def _of_signal(step: Step) -> int:
    """Return the exit code of a cancelled check: a run that somebody else stopped is 3."""
    heard = (_SIGNALS[name] for name in truth.signals(step) if name in _SIGNALS)
    return next(heard, 3)


def every_exit_code_is_a_documented_one(played: Played) -> Iterator[str]:
    """No process ends in another way than the documents say, but by the SIGKILL that it was sent."""
    for step in played.steps:
        is_killed = truth.was_killed(step) and "SIGKILL" in truth.signals(step)
        if step.code not in _DOCUMENTED and not is_killed:
            yield f"{step.name} ended with {step.code}"
        if step.command is not Command.CHECK and step.code in {1, 2, 4}:
            yield f"{step.name} ended with {step.code}"


def a_clean_up_says_what_it_could_not_do(played: Played) -> Iterator[str]:
    """A cleanup or sweep that ends with 3 says why on stderr."""
    for step in played.steps:
        if step.command is not Command.CHECK and step.code == 3 and not step.err.strip():
            yield f"{step.name} ended with 3 and said nothing of why"


# --- GitHub --------------------------------------------------------------------------------------


def the_last_status_is_final(played: Played) -> Iterator[str]:
    """In the end the commit status does not say pending."""
    told = _told(played)
    if told and told[-1] == "pending":
        yield "the commit status says pending in the end"


def a_status_agrees_with_the_report(played: Played) -> Iterator[str]:
    """The last status is that of the report; where GitHub or a signal was in the way, or an error.

    It never says success of what did not pass.
    """
    told, step = _told(played), played.step(Command.CHECK)
    verdict = step.report["verdict"] if step.report is not None else ""
    wanted = _STATES.get(verdict, "error")
    is_plain = truth.is_quiet(played, step, "github") and verdict
    if is_plain and (said := _told(played, by=step.name)[-1:]) != [wanted]:
        yield f"the check is {verdict}, and its last status {said[0] if said else 'was not posted'}"
    if not told:
        return
    may_be = {wanted} if is_plain else {wanted, "error"}
    if told[-1] not in {*may_be, "pending"}:
        yield f"the check is {verdict or 'without a report'}, and its commit status {told[-1]}"


def _told(played: Played, *, by: str = "") -> list[str]:
    """Return the states that were posted, by one step or by all."""
    found = (one for one in played.statuses if one.context == CONTEXT)
    return [one.state for one in found if by in {"", one.step}]


def there_is_one_comment(played: Played) -> Iterator[str]:
    """The pull request has one comment of ours at most, but where an answer came too late."""
    fates = {one.fate for one in played.requests if one.service == "github"}
    is_excused = fates & {Fate.BELATED, Fate.STALE, Fate.REFUSED}
    if len(played.comments) > 1 and not is_excused:
        yield f"the pull request has {len(played.comments)} comments of ours"


# --- words ---------------------------------------------------------------------------------------


def there_is_no_traceback(played: Played) -> Iterator[str]:
    """No output holds a traceback, nor says that we have a bug."""
    for step in played.steps:
        told = f"{step.out}\n{step.err}\n{step.report_text}"
        for words in ("Traceback (most recent call last)", "A bug in glue-health-check"):
            if words in told:
                line = next(line for line in told.splitlines() if words in line)
                yield f"{step.name} says: {line.strip()[:300]}"


def there_is_no_secret(played: Played) -> Iterator[str]:
    """No output, file, tag, comment or status holds a secret."""
    places = [("the comments", "\n".join(played.comments))]
    places += [("a status", "\n".join(one.description for one in played.statuses))]
    places += [(f"{one.step}'s {one.operation}", one.body) for one in played.requests]
    for step in played.steps:
        places += [(f"{step.name}'s output", f"{step.out}\n{step.err}")]
        places += [(f"{step.name}'s {name}", text) for name, text in step.files.items()]
    for place, text in places:
        if any(secret in text for secret in played.secrets if secret):
            yield f"there is a secret in {place}"
