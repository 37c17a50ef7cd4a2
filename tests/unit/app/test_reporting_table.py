"""Every reporter, every verdict, every trouble: who is told, who is warned about, and of what.

The table says for each reporter and each trouble what must come of it.  Each cell is tried with
every verdict, in the real composition, before real servers.
"""

import io
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from plugin.core.build import Host
from plugin.core.verdict import Verdict
from tests.doubles.github_server import Answer, refusal
from tests.doubles.receiver import Reply
from tests.unit.app.reporting_stage import (
    AWS_SECRET,
    OUTSIDE,
    RESULTS,
    SECRETS,
    TOKEN,
    WEBHOOK_SECRET,
    WHOLE,
    WITNESSES,
    AwsError,
    Stage,
    StageClock,
    expected,
    staged,
    with_aws,
    without_github,
)

DOWN = refusal(502, f"Server Error for {TOKEN}")
LOST = Answer(breaks_off=True, takes_effect=True)
AWS_DOWN = AwsError(message=f"Failed for {AWS_SECRET}")
ON_GITHUB = ("commit_status", "check_run", "comment")
PATHS = {
    "commit_status": r"/statuses(/|$)",
    "check_run": r"/check-runs",
    "comment": r"/graphql|/issues/",
}
WRITES = {**PATHS, "comment": r"/issues/"}
FIRST_WORD_OF_A_BUG = re.compile(r"[A-Za-z]+(Error|Exception|Warning): ")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What happens to a reporter, and what must come of it.

    ``failed`` are who warns, each in ``words``; nobody, if it gets through.  ``silent`` are who
    has nowhere to tell it, which is no failure.  ``requests`` is how often the same request may be
    sent, ``writes`` how often a comment or check run may be made, ``seconds`` how long all may wait
    together.  ``is_of_write`` says that a comment that need not be written does not meet it;
    ``is_told_twice`` that the same is said again, which changes nothing there.  ``is_absent``: it
    has no place to tell it, and that is a failure where it is required.
    """

    trouble: Callable[[Stage], object]
    failed: tuple[str, ...] = ()
    words: str = ""
    silent: tuple[str, ...] = ()
    requests: int = 2
    writes: int = 9
    seconds: float = 0.0
    is_of_write: bool = False
    is_told_twice: bool = False
    is_absent: bool = False


# --- GitHub --------------------------------------------------------------------------------------


def no_token(stage):
    del stage.environ["GITHUB_TOKEN"]


def forbidden(name, stage):
    words = f"Resource not accessible by {TOKEN}"
    stage.github.answers_for("POST", WRITES[name], refusal(403, words), forever=True)


def once(method, path, answer, stage):
    stage.github.answers_for(method, path, answer)


def down(name, stage):
    for method in ("GET", "POST", "PATCH"):
        stage.github.answers_for(method, PATHS[name], DOWN, forever=True)


def limited(name, stage, *, forever=False):
    answer = refusal(403, "You have exceeded a secondary rate limit.", Retry_After="30")
    stage.github.answers_for("POST", WRITES[name], answer, forever=forever)


def writes_down(name, stage):
    stage.github.answers_for("POST", WRITES[name], DOWN, forever=True)


def cancelled_and_down(name, stage):
    down(name, stage)
    for method in ("GET", "POST"):
        stage.github.once(method, PATHS[name], stage.clock.cancel)


def cancelled_and_late(name, stage):
    def act():
        stage.clock.cancel()
        time.sleep(0.02)

    for method in ("GET", "POST"):
        stage.github.once(method, PATHS[name], act)


def cancelled_and_lost(name, stage):
    once("POST", WRITES[name], LOST, stage)
    stage.github.once("POST", WRITES[name], stage.clock.cancel)


def rows_on_github(name, permission, *, down_words="the server is at fault"):
    return {
        "no token": Cell(
            trouble=no_token, failed=ON_GITHUB, words=r"There is no GitHub token\. Set github_token"
        ),
        "403": Cell(
            trouble=partial(forbidden, name),
            failed=(name,),
            words=rf"the token may not do it \(403 .*permissions:.*{permission}: write",
            is_of_write=True,
        ),
        "5xx for ever": Cell(
            trouble=partial(down, name), failed=(name,), words=down_words, requests=4, seconds=90
        ),
        "5xx for ever to writes": Cell(
            trouble=partial(writes_down, name),
            failed=(name,),
            words=down_words,
            requests=6 if name == "comment" else 4,  # it looks, writes and looks, five times
            seconds=90,
            is_of_write=True,
        ),
        "rate limit once": Cell(trouble=partial(limited, name), seconds=30),
        "rate limit for ever": Cell(
            trouble=partial(limited, name, forever=True),
            failed=(name,),
            words="the rate limit is used up .*Run it again in 30 s",
            requests=4,
            seconds=90,
            is_of_write=True,
        ),
        "cancelled, then 5xx": Cell(
            trouble=partial(cancelled_and_down, name),
            failed=(name,),
            words="the run is cancelled, so this was all",
        ),
        "cancelled, then late": Cell(trouble=partial(cancelled_and_late, name)),
        "cancelled, answer lost": Cell(
            trouble=partial(cancelled_and_lost, name),
            writes=1,
            failed=("commit_status",) if name == "commit_status" else (),
            words="the run is cancelled, so this was all",
        ),
        "answer lost": Cell(
            trouble=partial(once, "POST", WRITES[name], LOST),
            writes=1,
            seconds=10,
            is_told_twice=name == "commit_status",
        ),
        **{
            f"5xx once to {method} {path}": Cell(
                trouble=partial(once, method, path, DOWN), requests=3, seconds=10
            )
            for method, path in ONCE[name]
        },
    }


ONCE = {
    "commit_status": (("GET", "/statuses"), ("POST", "/statuses/")),
    "check_run": (("POST", "/check-runs"),),
    "comment": (("POST", "/graphql"), ("GET", "/issues/"), ("POST", "/issues/")),
}

# --- the webhook ---------------------------------------------------------------------------------


def no_webhook_secret(stage):
    del stage.environ["GLUE_HEALTH_CHECK_WEBHOOK_SECRET"]


def hook_cancelled(*replies, stage):
    stage.receiver.let(*replies)
    stage.receiver.when_heard = stage.clock.cancel


def replies(*them):
    return lambda stage: stage.receiver.let(*them)


WEBHOOK = {
    "no token": Cell(trouble=no_webhook_secret),
    "403": Cell(
        trouble=replies(Reply(status=403, body=WEBHOOK_SECRET.encode())),
        failed=("webhook",),
        words="answered 403.*Check webhook_secret",
    ),
    "5xx once": Cell(trouble=replies(Reply(status=502), Reply()), seconds=10),
    "5xx for ever": Cell(
        trouble=replies(Reply(status=502)),
        failed=("webhook",),
        words="answered 502",
        requests=4,
        seconds=60,
    ),
    "redirect": Cell(
        trouble=replies(Reply(status=307, headers={"Location": "http://evil.test/"})),
        failed=("webhook",),
        words="redirects to http://evil.test.*Set webhook_url",
    ),
    "answer lost": Cell(trouble=replies(Reply(hangs_up=True), Reply()), seconds=10),
    "cancelled, then 5xx": Cell(
        trouble=lambda stage: hook_cancelled(Reply(status=502), stage=stage),
        failed=("webhook",),
        words="answered 502",
        requests=2,
    ),
    "cancelled, then late": Cell(trouble=lambda stage: hook_cancelled(Reply(), stage=stage)),
}

# --- AWS -----------------------------------------------------------------------------------------


def no_credentials(stage):
    del stage.environ["AWS_ACCESS_KEY_ID"], stage.environ["AWS_SECRET_ACCESS_KEY"]


def aws_says(service, *errors):
    return lambda stage: stage.aws.let(service, *errors)


def aws_cancelled(service, *errors):
    def trouble(stage):
        stage.aws.let(service, *errors)
        stage.aws.once(service, stage.clock.cancel)

    return trouble


def rows_on_aws(name, service, action, *, asks_twice=False):
    """``asks_twice``: it asks once to compare, then to keep; only the second is tried again."""
    few = 2 if asks_twice else 3
    denied = AwsError(status=403, code="AccessDenied", message=f"No, {AWS_SECRET}.")
    return {
        "no token": Cell(
            trouble=no_credentials, failed=(name,), words="Unable to locate credentials"
        ),
        "403": Cell(
            trouble=aws_says(service, *[denied] * 9),
            failed=(name,),
            words=f"AccessDenied: No, .*Allow {action}",
        ),
        "5xx once": Cell(trouble=aws_says(service, AWS_DOWN), requests=few),
        "5xx for ever": Cell(
            trouble=aws_says(service, *[AWS_DOWN] * 99),
            failed=(name,),
            words="InternalError",
            requests=5,
        ),
        "answer lost": Cell(
            trouble=aws_says(service, AwsError(takes_effect=True)),
            requests=few,
            is_told_twice=name == "sns",
        ),
        "cancelled, then 5xx": Cell(
            trouble=aws_cancelled(service, *[AWS_DOWN] * 99),
            failed=(name,),
            words="InternalError",
            requests=5,  # a write that is under way has its attempts; its time is bounded
        ),
        "cancelled, then late": Cell(trouble=aws_cancelled(service)),
    }


# --- files and the log ---------------------------------------------------------------------------


def no_variables(stage):
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "DRONE_OUTPUT", "DRONE_CARD_PATH"):
        del stage.environ[name]


def folder_is_a_link(stage):
    (stage.root / "elsewhere").mkdir()
    (stage.root / "glue-health-check-report").symlink_to("elsewhere")


def folder_in_place_of(name):
    def trouble(stage):
        (stage.root / "glue-health-check-report" / name).mkdir(parents=True)

    return trouble


def link_in_place_of(name):
    def trouble(stage):
        folder = stage.root / "glue-health-check-report"
        folder.mkdir()
        (folder / name).symlink_to(stage.root / "not-there")

    return trouble


def cancelled_before(stage):
    stage.clock.cancel()


def environ(**values):
    return lambda stage: stage.environ.update(values)


def card_behind_a_link(stage):
    (stage.root / "elsewhere").mkdir()
    (stage.root / "cards").symlink_to("elsewhere")
    stage.environ["DRONE_CARD_PATH"] = "cards/card.json"


def holds(name, text):
    return lambda stage: (stage.root / name).write_text(text)


class Pipe(io.StringIO):
    """A reader that leaves after a number of writes, and comes back after ``gone`` more."""

    def __init__(self, *, gone=99):
        super().__init__()
        self.gone = gone

    def write(self, text):
        self.gone -= 1
        if self.gone >= 0:
            raise BrokenPipeError(32, "Broken pipe")
        return super().write(text)


def pipe(gone):
    def trouble(stage):
        stage.out = Pipe(gone=gone)

    return trouble


NO_FOLDER = r"was not written: .*symbolic link.*Choose another report_dir"
IN_PLACE = "was not written: Is a directory. Choose another report_dir"
FULL = "No space left on device"


def files_rows(name, file):
    return {
        "no token": Cell(trouble=no_variables, silent=("github_files", "drone_card")),
        "403": Cell(trouble=folder_is_a_link, failed=("files", "junit"), words=NO_FOLDER),
        "5xx once": Cell(trouble=link_in_place_of(file)),
        "5xx for ever": Cell(trouble=folder_in_place_of(file), failed=(name,), words=IN_PLACE),
        "cancelled": Cell(trouble=cancelled_before),
    }


TABLE = {
    "files": files_rows("files", "report.json"),
    "junit": files_rows("junit", "junit.xml"),
    "github_files": {
        "no token": Cell(trouble=no_variables, silent=("github_files", "drone_card")),
        "403": Cell(
            trouble=environ(GITHUB_OUTPUT="."), failed=("github_files",), words="outputs file"
        ),
        "5xx once": Cell(
            trouble=environ(GITHUB_STEP_SUMMARY="/not/there"),
            failed=("github_files",),
            words="step summary file",
        ),
        "5xx for ever": Cell(
            trouble=environ(GITHUB_OUTPUT="/dev/full", GITHUB_STEP_SUMMARY="/dev/full"),
            failed=("github_files",),
            words=FULL,
        ),
        "cancelled": Cell(trouble=cancelled_before),
    },
    "harness_outputs": {
        "no token": Cell(
            trouble=no_variables, silent=("harness_outputs", "drone_card"), is_absent=True
        ),
        "403": Cell(
            trouble=environ(DRONE_OUTPUT="."), failed=("harness_outputs",), words="DRONE_OUTPUT"
        ),
        "5xx once": Cell(trouble=holds("harness", "half=a line")),
        "5xx for ever": Cell(
            trouble=environ(DRONE_OUTPUT="/dev/full"), failed=("harness_outputs",), words=FULL
        ),
        "cancelled": Cell(trouble=cancelled_before),
    },
    "drone_card": {
        "no token": Cell(
            trouble=no_variables, silent=("github_files", "drone_card"), is_absent=True
        ),
        "403": Cell(
            trouble=card_behind_a_link, failed=("drone_card",), words="DRONE_CARD_PATH.*link"
        ),
        "5xx once": Cell(trouble=holds("card.json", '{"half": ')),
        "5xx for ever": Cell(
            trouble=environ(DRONE_CARD_PATH="/dev/full"), failed=("drone_card",), words=FULL
        ),
        "cancelled": Cell(trouble=cancelled_before),
    },
    "console": {
        "no token": Cell(trouble=no_variables, silent=("github_files", "drone_card")),
        "5xx once": Cell(trouble=pipe(1), silent=("console",)),
        "5xx for ever": Cell(trouble=pipe(99), silent=("console",)),
        "cancelled": Cell(trouble=cancelled_before),
    },
    "commit_status": rows_on_github("commit_status", "statuses"),
    "check_run": rows_on_github("check_run", "checks"),
    "comment": rows_on_github("comment", "pull-requests"),
    "webhook": WEBHOOK,
    "sns": rows_on_aws("sns", "sns", "sns:Publish"),
    "metadata": rows_on_aws("metadata", "s3", "s3:GetObject and s3:PutObject", asks_twice=True),
}
CELLS = [
    pytest.param(name, cell, id=f"{name}: {trouble}")
    for name, row in TABLE.items()
    for trouble, cell in row.items()
]


def audience_of(name):
    """Who is told in a row of the table, the row's own reporter and others."""
    files = "harness_outputs" if name == "harness_outputs" else "github_files"
    inside = ("files", "junit", files, "drone_card", "console")
    if name in {"sns", "metadata"}:
        return (*inside, "commit_status", "webhook", name)
    return (*inside, "webhook") if name not in OUTSIDE else (*inside, *ON_GITHUB, "webhook")


def stage_of(folder, name, verdict):
    """A stage for a row: whoever is not in its audience is not there."""
    host = Host.HARNESS if name == "harness_outputs" else Host.GITHUB
    return staged(folder / f"{verdict}-{len(list(folder.iterdir()))}", verdict=verdict, host=host)


def harmed(cell, verdict):
    """Who cannot tell, with this verdict."""
    names = set(cell.failed)
    if verdict == WHOLE:
        names -= set(OUTSIDE)
    if verdict == "skipped" and cell.is_of_write:
        names.discard("comment")
    return names


def hold_warnings(stage, cell, required, *, is_missed=False):
    """Each reporter that is harmed is named once, with the words; each reason stands once."""
    told = [why for _, why in stage.warnings]
    assert stage.failed == harmed(cell, stage.verdict)
    assert len(told) == len(set(told))
    assert not [why for why in told if FIRST_WORD_OF_A_BUG.match(why)]
    for name in stage.failed:
        (why,) = [why for who, why in stage.warnings if name in who]
        assert re.search(cell.words, why), why
    errors = {line for line in stage.lines if line.startswith("error: ")}
    assert bool(errors) == (is_missed or required in stage.failed)


def hold_the_others(stage, cell, name):
    """Who is not harmed has told it, once; nothing that GitHub shows was made twice."""
    for one in set(audience_of(name)) - harmed(cell, stage.verdict) - set(cell.silent):
        times = 2 if cell.is_told_twice and one == name else 1
        assert WITNESSES[one](stage) == expected(one, stage) * times, one
    for one in cell.silent:
        assert WITNESSES[one](stage) == [], one
    assert max(len(WITNESSES[one](stage)) for one in ("comment", "check_run")) <= 1


def hold_bounds(stage, cell):
    """Nobody asks too often or waits too long; a plan that was skipped whole asks nobody."""
    assert not stage.requests or stage.verdict != WHOLE
    assert max(Counter(stage.requests).values(), default=0) <= cell.requests
    for made in ("/comments", "/check-runs"):
        asked = [one for one in stage.requests if one.startswith("POST") and one.endswith(made)]
        assert len(asked) <= cell.writes
    assert stage.clock.waited <= cell.seconds


def hold_secrets(stage):
    """No secret, and nothing of a stack, is printed, written or sent."""
    everything = stage.everything()
    assert [text for text in SECRETS if text in everything] == []
    assert "Traceback" not in stage.out.getvalue()


@pytest.mark.parametrize(("name", "cell"), CELLS)
def test_report_and_tell__a_reporter_meets_trouble__the_verdict_stands_and_the_others_tell_it(
    tmp_path, name, cell
):
    unasked = [("passed", "")] if cell.failed else []
    for verdict, required in (*((one, name) for one in RESULTS), *unasked):
        with stage_of(tmp_path, name, verdict) as stage:
            if name in {"sns", "metadata"}:
                with_aws(stage, name)
            if name not in OUTSIDE:
                without_github(stage)
            cell.trouble(stage)

            told, has_failed = stage.tell(required=(required,) if required else ())

            assert told is stage.told_verdict
            is_missed = cell.is_absent and bool(required) and verdict != WHOLE
            assert has_failed is (is_missed or required in harmed(cell, verdict))
            hold_warnings(stage, cell, required, is_missed=is_missed)
            hold_the_others(stage, cell, name)
            hold_bounds(stage, cell)
            hold_secrets(stage)


@pytest.mark.parametrize("verdict", RESULTS)
def test_report_and_tell__everybody_meets_trouble__each_is_named_and_the_verdict_stands(
    tmp_path, verdict
):
    with staged(tmp_path / "checkout", verdict=verdict) as stage:
        with_aws(stage, "sns", "metadata")
        stage.environ["GLUE_HEALTH_CHECK_CHECK_RUN"] = "true"
        stage.environ["DRONE_CARD_PATH"] = stage.environ["GITHUB_OUTPUT"] = "/dev/full"
        folder_is_a_link(stage)
        for name in ON_GITHUB:
            down(name, stage)
        stage.aws.let("sns", *[AwsError(status=403, code="AccessDenied")] * 9)
        stage.aws.let("s3", *[AwsError(status=403, code="AccessDenied")] * 9)
        stage.receiver.let(Reply(status=502))

        told, has_failed = stage.tell(required=tuple(WITNESSES))

        inside = {"files", "junit", "github_files", "drone_card"}
        outside = {"commit_status", "check_run", "sns", "webhook", "metadata"}
        assert stage.failed == (inside if verdict == WHOLE else inside | outside)
        assert told is stage.told_verdict
        assert has_failed
        assert WITNESSES["console"](stage) == [told]
        assert stage.clock.waited <= 120
        hold_secrets(stage)


class RealClock(StageClock):
    """Time as it is, for limits that silent servers meet."""

    def monotonic(self):
        return time.monotonic()


@pytest.mark.slow
def test_report_and_tell__cancelled_and_nobody_answers__everybody_is_tried_once_at_most(tmp_path):
    """The last words of a run: silence costs seconds, so this test is no quick one."""
    with staged(tmp_path / "checkout", verdict="cancelled") as stage:
        stage.clock = RealClock()
        for method in ("GET", "POST", "PATCH"):
            stage.github.answers_for(method, "", Answer(hangs=True), forever=True)
        stage.github.once("POST", PATHS["commit_status"], stage.clock.cancel)
        stage.receiver.let(Reply(is_silent=True))

        told, _ = stage.tell()

        assert told is Verdict.CANCELLED
        assert stage.failed == {*ON_GITHUB, "webhook"}
        assert len(stage.warnings) == 2
        assert [line.split("/")[-2] for line in stage.github.lines] == ["statuses"]
        assert stage.clock.waited == 0
    for thread in threading.enumerate():
        if thread.name == "bounded":
            thread.join(15)
