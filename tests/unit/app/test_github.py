"""On GitHub: its files, forks, and questions to its API, which may be down."""

import json
import re
from pathlib import Path

import pytest

from tests.doubles.github_server import GitHubServer, refusal

EVENTS = Path(__file__).parents[2] / "events"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
REPOSITORY = "octocat/flight-etl"
NUMBER = 123
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
TWO = "checks:\n- {name: a, script: a.py, paths: [jobs/**]}\n- {name: b, script: b.py, paths: [docs/**]}\n"


@pytest.fixture
def github():
    with GitHubServer(token=TOKEN) as server:
        server.repository(REPOSITORY).add_pull(NUMBER, sha=HEAD, base=REPOSITORY, head=REPOSITORY)
        yield server


@pytest.fixture
def step(checkout, tmp_path):
    """What GitHub's runner gives a step of a pull request."""
    for name in ("output", "summary", "state"):
        (tmp_path / name).touch()
    checkout.write("a.py", "print('a')")
    checkout.write("b.py", "print('b')")
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(EVENTS / "github_pull_request.json"),
        "GITHUB_SHA": "e5bd3914e2e596debea16f433f57875b5b90bcd6",
        "GITHUB_REF": f"refs/pull/{NUMBER}/merge",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_STATE": str(tmp_path / "state"),
        "GITHUB_TOKEN": TOKEN,
        # How GitHub is told is tried elsewhere.
        "GLUE_HEALTH_CHECK_COMMIT_STATUS": "false",
        "GLUE_HEALTH_CHECK_COMMENT": "never",
    }


def asking(github, **more):
    return {"GITHUB_API_URL": github.api_url, **more}


def forked(step):
    return {**step, "GITHUB_EVENT_PATH": str(EVENTS / "github_pull_request_fork.json")}


# --- forks ---------------------------------------------------------------------------------------


def test_check__pull_request_of_a_fork__is_skipped_with_the_reason_and_asks_nothing(checkout, step):
    outcome = checkout.on_glue("check", "--script", "a.py", **forked(step))

    assert outcome.code == 0
    assert outcome.report["verdict"] == "skipped"
    assert "set allow_forks" in outcome.report["reason"]
    assert "set allow_forks" in outcome.out
    assert checkout.relay.asked == []
    assert Path(step["GITHUB_STATE"]).read_text() == ""


def test_check__allowed_fork_without_credentials__is_skipped(checkout, step):
    environ = {**forked(step), "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}

    outcome = checkout.on_glue("check", "--script", "a.py", "--allow-forks", **environ)

    assert outcome.code == 0
    assert "A build of a fork without AWS credentials: " in outcome.report["reason"]
    assert checkout.relay.asked == []


def test_check__allowed_fork__may_not_set_what_is_the_bases(checkout, step):
    checkout.write(".glue-health-check.yml", "role_arn: arn:aws:iam::666666666666:role/evil\n")

    outcome = checkout.on_glue(
        "check", "--script", "a.py", "--allow-forks", "--dry-run", **forked(step)
    )

    assert outcome.code == 0
    assert "role_arn is ignored: the build may be of a fork." in outcome.out
    assert "evil" not in outcome.out


def test_check__branch_was_deleted__is_skipped(checkout, step):
    event = {"GITHUB_EVENT_PATH": str(EVENTS / "github_push_deleted.json")}
    push = {**step, **event, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}

    outcome = checkout.on_glue("check", "--script", "a.py", **push)

    assert outcome.code == 0
    assert "deleted a branch" in outcome.out
    assert checkout.relay.asked == []


# --- its files -----------------------------------------------------------------------------------


def test_check__script_fails__outputs_summary_state_and_annotation_are_written(checkout, step):
    checkout.write("a.py", "x = 1\nraise ValueError('boom')\n")

    outcome = checkout.local("--script", "a.py", **step)

    output = Path(step["GITHUB_OUTPUT"]).read_text()
    state = Path(step["GITHUB_STATE"]).read_text()
    assert outcome.code == 1
    assert re.search(r"^verdict<<(ghc_\w+)\nfailed\n\1$", output, re.MULTILINE)
    assert "ValueError: boom" in Path(step["GITHUB_STEP_SUMMARY"]).read_text()
    assert state == f"build_id={outcome.report['build_id']}\n"
    assert "::error file=a.py,line=2," in outcome.out
    assert not (checkout.root / "glue-health-check-report/build-id").exists()


def test_check__state_file_cannot_be_written__nothing_is_made(checkout, step):
    outcome = checkout.on_glue(
        "check", "--script", "a.py", **{**step, "GITHUB_STATE": "/nowhere/state"}
    )

    assert outcome.code == 3
    assert "GITHUB_STATE" in outcome.report["results"][0]["hint"]
    assert "bug" not in outcome.err
    assert checkout.relay.asked == []


def test_check__event_file_is_missing__goes_on_with_the_environment(checkout, step, github):
    environ = {**step, **asking(github), "GITHUB_EVENT_PATH": "/nowhere"}

    outcome = checkout.on_glue("check", "--script", "a.py", "--dry-run", **environ)

    assert outcome.code == 0
    assert "bug" not in outcome.err


def test_check__hostile_script__speaks_to_nobody(checkout, step):
    lines = [
        "::error file=x::pwned",
        "::add-mask::hello",
        "::set-output name=verdict::passed",
        "##[error]pwned",
        "##vso[task.setvariable]x",
        "\x1b]0;title\x07\x1b[2J",
        "\u202egnp.exe",
        "::endgroup::",
        "\r::warning::after a return",
        "x" * 1_000_000,
    ]
    body = "".join(f"print({line!r})\n" for line in lines)
    checkout.write(
        "a.py",
        f"import sys\n{body}sys.stdout.flush()\nsys.stdout.buffer.write(b'\\xff\\xfe::error::\\n')\n"
        "raise ValueError('::error::boom\\n::stop-commands::x')\n",
    )

    outcome = checkout.local("--script", "a.py", **step)

    ours = ("::group::", "::stop-commands::", "::endgroup::", "::error file=a.py,line=")
    commands = [line for line in outcome.out.splitlines() if line.lstrip().startswith("::")]
    stop = re.search(r"^::stop-commands::(\w+)$", outcome.out, re.MULTILINE)
    assert stop
    assert outcome.code == 1
    assert all(line.startswith((*ours, f"::{stop[1]}::")) for line in commands)
    assert not any(
        word in outcome.out for word in ("\x1b", "\x07", "\u202e", "\r", "##[", "##vso[")
    )
    assert max(map(len, outcome.out.splitlines())) < 20_000


def test_check__script_knows_a_secret_of_ours__it_is_masked(checkout, step):
    checkout.write("a.py", f"print({TOKEN[:20]!r} + {TOKEN[20:]!r})\nraise ValueError({TOKEN!r})\n")

    outcome = checkout.local("--script", "a.py", **step)

    assert outcome.code == 1
    assert TOKEN not in outcome.out + outcome.err
    assert "***" in outcome.out


# --- questions -----------------------------------------------------------------------------------


def test_check__some_checks_are_not_touched__they_are_skipped(checkout, step, github):
    checkout.write(".glue-health-check.yml", TWO)
    github.repository(REPOSITORY).add_files(NUMBER, ["jobs/a.py"])

    outcome = checkout.local(**{**step, **asking(github)})

    assert outcome.code == 0
    verdicts = {item["name"]: item["verdict"] for item in outcome.report["results"]}
    assert verdicts == {"a": "passed", "b": "skipped"}


def test_check__no_check_is_touched__is_skipped_and_asks_nothing_of_aws(checkout, step, github):
    checkout.write(".glue-health-check.yml", TWO)
    github.repository(REPOSITORY).add_files(NUMBER, ["README.md"])

    outcome = checkout.on_glue("check", **{**step, **asking(github)})

    assert outcome.code == 0
    assert outcome.report["verdict"] == "skipped"
    assert checkout.relay.asked == []


def test_check__github_refuses__warns_and_all_checks_run(checkout, step, github):
    checkout.write(".glue-health-check.yml", TWO)
    github.next_answers(refusal(403, "Resource not accessible by integration"))

    outcome = checkout.on_glue("check", "--dry-run", **{**step, **asking(github)})

    assert outcome.code == 0
    assert "warning: " in outcome.out
    assert "All checks run." in outcome.out
    assert "2 to run, 0 skipped" in outcome.out
    assert TOKEN not in outcome.out


def test_check__no_token__warns_and_all_checks_run(checkout, step):
    checkout.write(".glue-health-check.yml", TWO)

    outcome = checkout.on_glue("check", "--dry-run", **{**step, "GITHUB_TOKEN": ""})

    assert "warning: paths needs github_token" in outcome.out
    assert "2 to run, 0 skipped" in outcome.out


def drone(github, **more):
    return {
        "DRONE": "true",
        "DRONE_REPO": REPOSITORY,
        "DRONE_REPO_LINK": "https://github.com/octocat/flight-etl",
        "DRONE_PULL_REQUEST": str(NUMBER),
        "DRONE_COMMIT_SHA": HEAD,
        "DRONE_BUILD_EVENT": "pull_request",
        "GITHUB_TOKEN": TOKEN,
        **asking(github, **more),
    }


def test_check__host_does_not_know_the_fork__github_is_asked_and_it_runs(checkout, github):
    checkout.write("a.py", "print(1)")

    outcome = checkout.on_glue("check", "--script", "a.py", "--dry-run", **drone(github))

    assert outcome.code == 0
    assert "1 to run" in outcome.out
    assert [asked.path for asked in github.asked] == [f"/api/v3/repos/{REPOSITORY}/pulls/{NUMBER}"]


def test_check__github_says_it_is_a_fork__is_skipped(checkout, github):
    checkout.write("a.py", "print(1)")
    pulls = github.repository(REPOSITORY)
    pulls.add_pull(NUMBER, sha=HEAD, base=REPOSITORY, head="stranger/flight-etl")

    outcome = checkout.on_glue("check", "--script", "a.py", **drone(github))

    assert outcome.code == 0
    assert "comes from a fork" in outcome.out
    assert checkout.relay.asked == []


@pytest.mark.parametrize(
    ("answers", "token"),
    [((refusal(404, "Not Found"),), TOKEN), ((), "ghp_wrong"), ((), "")],
)
def test_check__nobody_says_whether_it_is_a_fork__counts_as_one(checkout, github, answers, token):
    checkout.write("a.py", "print(1)")
    github.next_answers(*answers)

    outcome = checkout.on_glue("check", "--script", "a.py", **drone(github, GITHUB_TOKEN=token))

    assert outcome.code == 0
    assert "warning: " in outcome.out
    assert "may come from a fork" in outcome.out
    assert checkout.relay.asked == []


def test_check__dry_run_on_github__holds_no_secret(checkout, step):
    outcome = checkout.on_glue("check", "--script", "a.py", "--dry-run", "--debug", **step)

    assert json.dumps(outcome.report) == "null"
    assert TOKEN not in outcome.out + outcome.err
    assert "a-secret-of-ours" not in outcome.out + outcome.err
