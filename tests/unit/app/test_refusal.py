"""A check that is refused for its settings: who hears of it, and that it stays exit 2."""

import pytest

from tests.doubles.github_server import Answer, GitHubServer, refusal

COMMIT = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
REPOSITORY = "octocat/etl"
SECRET = "hunter2-hunter2"
CONFIG = ".glue-health-check.yml"
HIDDEN = {"DB_PASSWORD": SECRET}


@pytest.fixture
def github():
    with GitHubServer(token=TOKEN) as server:
        server.repository(REPOSITORY).commits.add(COMMIT)
        yield server


def said(github):
    return github.repository(REPOSITORY).statuses.get(COMMIT, [])


def call(checkout, github, *argv, **more):
    """Call the command as a step after a push does, with nothing that it needs."""
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_SHA": COMMIT,
        "GITHUB_RUN_ID": "42",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_API_URL": github.api_url,
        "GITHUB_STEP_SUMMARY": str(checkout.root / "summary"),
        "GITHUB_TOKEN": TOKEN,
    }
    return checkout.run(*argv, **{**environ, **more})


def summary(checkout):
    path = checkout.root / "summary"
    return path.read_text() if path.exists() else ""


# --- what goes wrong -----------------------------------------------------------------------------


def test_check__refused_and_github_refuses__is_a_warning_and_exit_2(checkout, github):
    github.permissions = {"statuses": "read"}

    outcome = call(checkout, github, "check", "--script", "nowhere.py")

    assert outcome.code == 2
    assert "error: " in outcome.err
    assert "warning: Could not set the status error" in outcome.out
    assert "nowhere.py" in summary(checkout)


def test_check__refused_and_the_summary_cannot_be_written__posts_the_status(checkout, github):
    outcome = call(checkout, github, "check", GITHUB_STEP_SUMMARY=str(checkout.root))

    assert outcome.code == 2
    assert "warning: The step summary was not written: Is a directory." in outcome.out
    assert len(said(github)) == 1


def test_check__refused_and_github_is_broken__says_so_once(checkout, github):
    github.answers_for("POST", "/statuses/", Answer(body=b"<html>"), forever=True)

    outcome = call(checkout, github, "check")

    assert outcome.code == 2
    assert outcome.out.count("warning: ") == 1
    assert "Traceback" not in outcome.out + outcome.err


def test_check__refused_with_a_secret_in_a_problem__tells_it_nowhere(checkout, github):
    outcome = call(checkout, github, "check", "--script", f"{SECRET}.py", **HIDDEN)

    assert outcome.code == 2
    told = [post["description"] for post in said(github)]
    assert told
    assert "nowhere" not in summary(checkout)
    assert SECRET not in outcome.out + outcome.err + summary(checkout) + "".join(told)


# --- nobody is told ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [
        ("check", "--dry-run"),
        ("sweep", "--bogus"),
        ("chek",),
    ],
)
def test_refused__dry_run_or_no_check__tells_github_nothing(checkout, github, argv):
    outcome = call(checkout, github, *argv)

    assert outcome.code == 2
    assert github.lines == []
    assert summary(checkout) == ""


@pytest.mark.parametrize(
    ("argv", "more"),
    [
        (("--commit-status", "false"), {}),
        (("--commit-status=fasle",), {}),
        ((), {"GITHUB_TOKEN": ""}),
        ((), {"GITHUB_REPOSITORY": ""}),
        ((), {"GITHUB_SHA": "", "GITHUB_EVENT_NAME": "schedule"}),
        (("--github-token", "two words"), {}),
        (("--status-context", "x" * 256), {}),
    ],
)
def test_check__refused_and_no_status_is_wanted_or_known_where__writes_the_summary_alone(
    checkout, github, argv, more
):
    outcome = call(checkout, github, "check", *argv, **more)

    assert outcome.code == 2
    assert [line for line in github.lines if line.startswith("POST")] == []
    assert "the settings are wrong" in summary(checkout)


def test_check__refused_on_a_laptop__tells_nobody(checkout, github):
    outcome = checkout.run(
        "check", GITHUB_TOKEN=TOKEN, GITHUB_API_URL=github.api_url, GITHUB_STEP_SUMMARY="summary"
    )

    assert outcome.code == 2
    assert github.lines == []
    assert summary(checkout) == ""


def test_check__refused_for_a_build_of_a_fork__posts_no_status(checkout, github):
    event = '{"pull_request": {"number": 7, "head": {"sha": "%s", "ref": "x", "repo":'
    event += ' {"full_name": "stranger/etl", "fork": true}}, "base": {"ref": "main", "repo":'
    event += ' {"full_name": "octocat/etl"}}}}'
    checkout.write("event.json", event % COMMIT)

    outcome = call(
        checkout,
        github,
        "check",
        "--bogus",
        GITHUB_EVENT_NAME="pull_request",
        GITHUB_EVENT_PATH=str(checkout.root / "event.json"),
        GITHUB_REF="refs/pull/7/merge",
    )

    assert outcome.code == 2
    assert said(github) == []
    assert "--bogus" in summary(checkout)


# --- who is told ---------------------------------------------------------------------------------


def test_check__refused__summary_and_status_tell_the_problems(checkout, github):
    outcome = call(checkout, github, "check", "--script", "nowhere.py", "--engine", "local")

    (post,) = said(github)
    assert outcome.code == 2
    assert post["state"] == "error"
    assert post["context"] == "glue-health-check"
    assert post["description"].startswith("The settings are wrong: ")
    assert "nowhere.py is missing" in post["description"]
    assert post["target_url"].endswith("/actions/runs/42/attempts/1")
    assert "nowhere.py is missing" in summary(checkout)


def test_check__the_configuration_file_is_no_yaml__posts_under_the_default_name(checkout, github):
    checkout.write(CONFIG, "a: [")

    outcome = call(checkout, github, "check")

    assert outcome.code == 2
    assert [post["context"] for post in said(github)] == ["glue-health-check"]
    assert f"{CONFIG} is not valid YAML" in said(github)[0]["description"]


def test_check__refused_with_a_name_of_its_own__posts_under_it(checkout, github):
    checkout.write(CONFIG, "status_context: nightly\nscrpt: a.py\n")

    call(checkout, github, "check")

    assert [post["context"] for post in said(github)] == ["nightly"]


def test_check__refused_on_another_host__asks_whose_build_it_is_and_posts(checkout, github):
    github.answers_for("GET", "/pulls", refusal(404, "Not Found"), forever=True)
    woodpecker = {
        "CI": "woodpecker",
        "CI_SYSTEM_NAME": "woodpecker",
        "CI_REPO": REPOSITORY,
        "CI_REPO_URL": f"https://github.com/{REPOSITORY}",
        "CI_FORGE_TYPE": "github",
        "CI_COMMIT_SHA": COMMIT,
        "CI_COMMIT_BRANCH": "main",
        "CI_PIPELINE_EVENT": "push",
        "GITHUB_TOKEN": TOKEN,
        "GLUE_HEALTH_CHECK_GITHUB_API_URL": github.api_url,
    }

    outcome = checkout.run("check", "--bogus", **woodpecker)

    assert outcome.code == 2
    assert [post["state"] for post in said(github)] == ["error"]
