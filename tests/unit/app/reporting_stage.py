"""A stage for reports: the real composition, before real servers on loopback and files of a test.

GitHub, a receiver of webhooks, and a small S3 and SNS listen; the clock is simulated, so that
nobody waits.  What a reporter left behind is read by ``WITNESSES``.
"""

import hashlib
import hmac
import io
import json
import os
import random
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

from plugin.app.invocation import Invocation
from plugin.app.prepare import Request
from plugin.app.reporting import Outcome, report_and_tell
from plugin.app.telling import telling_of
from plugin.clients.clock import SystemClock
from plugin.core.build import Build, Host
from plugin.core.command_line import CommandLine
from plugin.core.forms.check_run import conclusion_of
from plugin.core.forms.status import state_of
from plugin.core.forms.sticky_page import sections_of
from plugin.core.plan import Plan, Skipped
from plugin.core.result import CheckResult
from plugin.core.verdict import Verdict
from tests.doubles.checks import check_of
from tests.doubles.clock import BEGIN
from tests.doubles.github_server import GitHubServer
from tests.doubles.loopback import Loopback, Response
from tests.doubles.receiver import Receiver
from tests.unit.reporters.samples import BUILD, CANCELLED, ERRORED, FAILED, PASSED

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
WEBHOOK_SECRET = "Tr0ub4dor-horse-staple-battery"
AWS_KEY, AWS_SECRET = "AKIDEXAMPLEOFOURS", "wJalrXUtnFEMIK7MDENGbPxRfiCYzq7Wv0Ab"
HOOK = ("a-secret-path", "a-secret-key")
SECRETS = (TOKEN, WEBHOOK_SECRET, AWS_SECRET, *HOOK)
REPOSITORY, COMMIT, NUMBER = BUILD.repository, BUILD.commit, BUILD.pull_request or 0
BUILD_ID = "0a1b2c3d4e5f"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:health"
BUCKET = "acme-reports"
WHOLE = "skipped whole"

RESULTS = {
    "passed": (PASSED,),
    "failed": (FAILED,),
    "errored": (ERRORED,),
    "cancelled": (CANCELLED,),
    "skipped": (),
    WHOLE: (),
}
"""What came of the checks, by the verdict; with ``skipped`` a pull request touches no path."""


class StageClock(SystemClock):
    """Time that moves only when somebody waits; it is cancelled as the real one is."""

    def __init__(self):
        super().__init__()
        self.waited = 0.0
        self.looks = 0
        self._moving = threading.Lock()

    def now(self):
        return BEGIN + timedelta(seconds=self.waited)

    def monotonic(self):
        with self._moving:
            self.looks += 1
            return 1000.0 + self.waited

    def wait(self, seconds):
        if not self.is_cancelled():
            self.pause(seconds)
        return self.is_cancelled()

    def pause(self, seconds):
        with self._moving:
            self.waited += max(seconds, 0.0)


@dataclass(frozen=True, kw_only=True)
class AwsError:
    """A wrong answer of AWS's; ``takes_effect`` does all the same what was asked for."""

    status: int = 500
    code: str = "InternalError"
    message: str = "We had a problem."
    takes_effect: bool = False


class Aws(Loopback):
    """A small S3 and SNS, called ``s3`` and ``sns`` here."""

    def __init__(self):
        super().__init__(self._answered)
        self.objects = {}
        self.published = []
        self.asked = []
        self.sent = []
        self._wrong: dict[str, list[AwsError]] = {"s3": [], "sns": []}
        self._acts = {}

    def let(self, service, *errors):
        """Give these answers, one each, before answering truly again."""
        self._wrong[service] += errors

    def once(self, service, act):
        """Act when a service is asked for the first time, before it answers."""
        self._acts[service] = act

    def _answered(self, request):
        status, tag, body = self.answer(request.method, request.path, request.body)
        return Response(status=status, headers=(("ETag", tag),) if tag else (), body=body)

    def answer(self, method, path, body):
        """Return status, entity tag and body."""
        service = "sns" if method == "POST" else "s3"
        self.asked.append(f"{method} {path}")
        self.sent.append(body)
        self._acts.pop(service, int)()
        if self._wrong[service]:
            wrong = self._wrong[service].pop(0)
            if wrong.takes_effect:
                self._true_answer(method, path, body)
            return wrong.status, "", _error(wrong, is_sns=method == "POST")
        return self._true_answer(method, path, body)

    def _true_answer(self, method, path, body):
        if method == "POST":
            self.published.append(parse_qs(body.decode()))
            return 200, "", PUBLISHED
        if method == "PUT":
            self.objects[path] = body
        if path not in self.objects:
            return 404, "", _error(AwsError(code="NoSuchKey"), is_sns=False)
        tag = hashlib.sha256(self.objects[path]).hexdigest()
        return 200, f'"{tag}"', self.objects[path] if method == "GET" else b""


PUBLISHED = (
    b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    b"<MessageId>1</MessageId></PublishResult></PublishResponse>"
)


def _error(wrong, *, is_sns):
    words = f"<Error><Code>{wrong.code}</Code><Message>{wrong.message}</Message></Error>"
    return (f"<ErrorResponse>{words}</ErrorResponse>" if is_sns else words).encode()


@dataclass
class Stage:
    """Everything that one report meets, and the report itself.

    ``environ`` is what the program finds in its environment; it may be changed until ``tell``.
    """

    root: Path
    github: GitHubServer
    receiver: Receiver
    aws: Aws
    build: Build
    environ: dict[str, str]
    out: io.StringIO = field(default_factory=io.StringIO)
    clock: StageClock = field(default_factory=StageClock)
    verdict: str = "passed"

    @property
    def told_verdict(self):
        """The verdict as a report has it."""
        return Verdict.SKIPPED if self.verdict == WHOLE else Verdict(self.verdict)

    def request(self, *results, checks=1, required=()):
        """The request of a plan, its settings gathered from the environment."""
        environ = {**self.environ, "GLUE_HEALTH_CHECK_REQUIRED_REPORTERS": ",".join(required)}
        invocation = Invocation(
            line=CommandLine(),
            environ=environ,
            cwd=self.root,
            out=self.out,
            err=io.StringIO(),
            clock=self.clock,
        )
        settings = invocation.settings(is_foreign=False)
        skipped = Skipped(name="weather", script="weather.py", reason="None of its paths.")
        plan = {
            "skipped": Plan(skipped=(skipped,)),
            WHOLE: Plan(reason="The pull request comes from a fork."),
        }.get(self.verdict) or Plan(checks=tuple(check_of(name=f"c{n}") for n in range(checks)))
        return Request(
            invocation=invocation,
            settings=settings,
            build=self.build,
            build_id=BUILD_ID,
            began=BEGIN,
            plan=plan,
        )

    def tell(self, *, required=(), results=None, begins=False):
        """Tell a report; return the verdict, and whether a required reporter failed.

        ``begins`` lets the observers hear first that all checks run, and end.  A check's log holds
        all our secrets.
        """
        results = RESULTS[self.verdict] if results is None else results
        secrets = " ".join(text for text in SECRETS if text in self.environ.values())
        results = tuple(replace(one, log_tail=(*one.log_tail, secrets)) for one in results)
        request = self.request(checks=max(len(results), 1), required=required)
        telling = telling_of(request)
        try:
            if begins:
                observe(telling.observer, results)
            outcome = Outcome(
                results=results, reason=request.plan.reason, started=BEGIN, seconds=72.5
            )
            return report_and_tell(request, telling, outcome)
        finally:
            telling.close()

    @property
    def lines(self):
        return self.out.getvalue().splitlines()

    @property
    def warnings(self):
        """The warnings and errors in the log, each as who and why."""
        found = [line for line in self.lines if line.startswith(("warning: ", "error: "))]
        told = [line.partition(": ")[2].removeprefix("reporter ").split(": ", 1) for line in found]
        return [(tuple(who.split(", ")), why) for who, why in told]

    @property
    def failed(self):
        """The names of the reporters that could not tell."""
        return {name for who, _ in self.warnings for name in who if name in WITNESSES}

    @property
    def requests(self):
        """All requests to all servers, as texts, in order for each server."""
        hooks = [f"{one.method} {one.path}" for one in self.receiver.got]
        return [*self.github.lines, *self.aws.asked, *hooks]

    def everything(self):
        """All that was printed, written and sent, as one text; without the requests' headers."""
        sent = [json.dumps(one.body, ensure_ascii=False) for one in self.github.asked]
        sent += [one.body.decode() for one in self.receiver.got]
        sent += [body.decode() for body in self.aws.sent]
        files = [path.read_text() for path in self.root.rglob("*") if path.is_file()]
        return "\n".join([self.out.getvalue(), *sent, *files])


def observe(observer, results: tuple[CheckResult, ...]):
    """Let an observer hear of checks that begin, run and end."""
    for result in results:
        for state in ("uploading", "RUNNING", "cleaning up"):
            observer.state_changed(result.name, state, "")
        observer.log_lines(result.name, result.log_tail)
        observer.finished(result)


@contextmanager
def staged(root, *, verdict="passed", host=Host.GITHUB, **environ):
    """Yield a stage in the folder ``root``, where every reporter but AWS's can tell."""
    root.mkdir(parents=True)
    with ExitStack() as stack:
        github = stack.enter_context(GitHubServer(token=TOKEN))
        receiver = stack.enter_context(Receiver())
        aws = stack.enter_context(Aws())
        repository = github.repository(REPOSITORY)
        repository.add_pull(NUMBER, sha=COMMIT, base=REPOSITORY, head=REPOSITORY)
        for name in ("output", "summary", "harness"):
            (root / name).touch()
        yield Stage(
            root=root,
            github=github,
            receiver=receiver,
            aws=aws,
            build=replace(
                BUILD, host=host, api_url=github.api_url, link=f"{BUILD.link}/attempts/1"
            ),
            environ={
                "CI": "true",
                "GITHUB_TOKEN": TOKEN,
                "GITHUB_OUTPUT": str(root / "output"),
                "GITHUB_STEP_SUMMARY": str(root / "summary"),
                "DRONE_OUTPUT": str(root / "harness"),
                "DRONE_CARD_PATH": "card.json",
                "GLUE_HEALTH_CHECK_CHECK_RUN": "true",
                "GLUE_HEALTH_CHECK_WEBHOOK_URL": receiver.url,
                "GLUE_HEALTH_CHECK_WEBHOOK_SECRET": WEBHOOK_SECRET,
                **environ,
            },
            verdict=verdict,
        )


def with_aws(stage, *names):
    """Let ``sns`` and ``metadata``, or one of them, tell it too; it is then of a push to main.

    botocore draws short waits, and reads a short list of AWS's endpoints: the whole one takes most
    of its time, and both services are here.
    """
    random.seed(1440153)
    data = stage.root.parent / "botocore"
    data.mkdir(exist_ok=True)
    (data / "endpoints.json").write_text('{"version": 3, "partitions": []}')
    stage.build = replace(
        stage.build, pull_request=None, branch="main", target_branch="", event="push"
    )
    stage.environ |= {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": AWS_KEY,
        "AWS_SECRET_ACCESS_KEY": AWS_SECRET,
        "SNS_TOPIC_ARN": TOPIC if "sns" in names else "",
        "METADATA_BUCKET": BUCKET if "metadata" in names else "",
        "GLUE_HEALTH_CHECK_CHECK_RUN": "false",
    }
    os.environ.update(
        {
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DATA_PATH": str(data),
            "AWS_ENDPOINT_URL_SNS": stage.aws.endpoint_url,
            "AWS_ENDPOINT_URL_S3": stage.aws.endpoint_url,
        }
    )


def without_github(stage):
    """Take the reporters on GitHub off a stage."""
    stage.environ |= {
        "GLUE_HEALTH_CHECK_COMMIT_STATUS": "false",
        "GLUE_HEALTH_CHECK_CHECK_RUN": "false",
        "GLUE_HEALTH_CHECK_COMMENT": "never",
    }


# --- what each reporter leaves -------------------------------------------------------------------


def of_status(stage):
    return [one["state"] for one in stage.github.repository(REPOSITORY).statuses.get(COMMIT, [])]


def of_check_run(stage):
    return [one["conclusion"] for one in stage.github.repository(REPOSITORY).check_runs]


def of_comment(stage):
    comments = stage.github.repository(REPOSITORY).comments.get(NUMBER, [])
    return [[one.verdict for one in sections_of(comment["body"])] for comment in comments]


def of_sns(stage):
    return [
        json.loads(json.loads(one["Message"][0])["default"])["report"]["verdict"]
        for one in stage.aws.published
    ]


def of_webhook(stage):
    """The verdict of the last delivery, if its signature is right or there is no key."""
    if not stage.receiver.got:
        return []
    last = stage.receiver.got[-1]
    digest = hmac.new(WEBHOOK_SECRET.encode(), last.body, hashlib.sha256).hexdigest()
    assert last.headers.get("x-hub-signature-256", f"sha256={digest}") == f"sha256={digest}"
    return [json.loads(last.body)["report"]["verdict"]]


def of_metadata(stage):
    """The verdicts of the whole reports that are kept; there is a history beside them."""
    kept = {path: body for path, body in stage.aws.objects.items() if "/reports/" in path}
    assert len(stage.aws.objects) in {0, len(kept) + 1}
    return [json.loads(body)["verdict"] for body in kept.values()]


def of_files(stage):
    folder = stage.root / "glue-health-check-report"
    page, data = folder / "report.md", folder / "report.json"
    is_there = page.is_file() and page.read_text().strip() and data.is_file()
    return [json.loads(data.read_text())["verdict"]] if is_there else []


def of_junit(stage):
    path = stage.root / "glue-health-check-report" / "junit.xml"
    if not path.is_file():
        return []
    document = ET.fromstring(path.read_text())
    is_bad = any(int(document.get(name) or 0) for name in ("failures", "errors"))
    return ["bad" if is_bad else "good"]


def of_github_files(stage):
    """The verdict in the outputs, if there is a summary too."""
    lines = (stage.root / "output").read_text().splitlines()
    told = [lines[at + 1] for at, line in enumerate(lines) if line.startswith("verdict<<")]
    return told if (stage.root / "summary").read_text().strip() else []


def of_harness(stage):
    lines = (stage.root / "harness").read_text().splitlines()
    return [line.removeprefix("verdict=") for line in lines if line.startswith("verdict=")]


def of_card(stage):
    path = stage.root / "card.json"
    return [json.loads(path.read_text())["data"]["verdict"]] if path.is_file() else []


def of_console(stage):
    return [
        line.removeprefix("verdict=") for line in stage.lines[-30:] if line.startswith("verdict=")
    ]


WITNESSES = {
    "files": of_files,
    "junit": of_junit,
    "github_files": of_github_files,
    "harness_outputs": of_harness,
    "commit_status": of_status,
    "check_run": of_check_run,
    "comment": of_comment,
    "sns": of_sns,
    "webhook": of_webhook,
    "metadata": of_metadata,
    "drone_card": of_card,
    "console": of_console,
}
OUTSIDE = ("commit_status", "check_run", "comment", "sns", "webhook", "metadata")
"""Those who are told nothing of a plan that was skipped whole."""


def expected(name, stage):
    """What a reporter leaves that told the report once."""
    verdict = stage.told_verdict
    if stage.verdict == WHOLE and name in OUTSIDE:
        return []
    match name:
        case "commit_status":
            return [state_of(verdict)]
        case "check_run":
            return [conclusion_of(verdict)]
        case "comment":
            return [] if stage.verdict == "skipped" else [[verdict]]
        case "junit":
            return ["good" if verdict in {Verdict.PASSED, Verdict.SKIPPED} else "bad"]
        case _:
            return [verdict]
