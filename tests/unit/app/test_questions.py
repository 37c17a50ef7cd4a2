"""What only GitHub knows: asked once, and only where it matters; and Gitea, which is alike."""

import json
from pathlib import Path

import pytest

from tests.doubles.github_server import GitHubServer, refusal

EVENTS = Path(__file__).parents[2] / "events"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
REPOSITORY = "octocat/flight-etl"
NUMBER = 123
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
PULL = f"/api/v3/repos/{REPOSITORY}/pulls/{NUMBER}"
OF_HEAD = f"/api/v3/repos/{REPOSITORY}/commits/{HEAD}/branches-where-head"
OF_COMMIT = f"/api/v3/repos/{REPOSITORY}/commits/{HEAD}/pulls"


@pytest.fixture
def github():
    with GitHubServer(token=TOKEN) as server:
        server.repository(REPOSITORY).add_pull(NUMBER, sha=HEAD, base=REPOSITORY, head=REPOSITORY)
        yield server


@pytest.fixture
def drone(checkout, github):
    """A pull request on Drone, which does not say whether it is a fork."""
    checkout.write("a.py", "print('a')")
    return {
        "DRONE": "true",
        "DRONE_REPO": REPOSITORY,
        "DRONE_REPO_LINK": f"https://github.com/{REPOSITORY}",
        "DRONE_PULL_REQUEST": str(NUMBER),
        "DRONE_COMMIT_SHA": HEAD,
        "DRONE_BUILD_EVENT": "pull_request",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": github.api_url,
    }


@pytest.fixture
def run(checkout, github, tmp_path):
    """A workflow_run that lists no pull request, and does not say whose head it is."""
    checkout.write("a.py", "print('a')")
    event = {
        "workflow_run": {"head_sha": HEAD, "head_branch": "main", "pull_requests": []},
        "repository": {"full_name": REPOSITORY},
    }
    (tmp_path / "event.json").write_text(json.dumps(event))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_NAME": "workflow_run",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": github.api_url,
    }


def is_skipped(outcome, checkout):
    """Nothing was run, the reason is told, and AWS was not asked."""
    report = outcome.report
    return (
        outcome.code == 0
        and report["verdict"] == "skipped"
        and report["reason"] in outcome.out
        and "allow_forks" in report["reason"]
        and checkout.relay.asked == []
    )


# --- no answer -----------------------------------------------------------------------------------


def test_check__github_refuses_to_list_for_the_commit__warns_and_counts_as_a_fork(
    checkout, run, github
):
    github.next_answers(refusal(422, f"No commit found for SHA: {HEAD}"))

    outcome = checkout.on_glue("check", "--script", "a.py", **run)

    assert "warning: Could not list the pull requests of commit" in outcome.out
    assert is_skipped(outcome, checkout)
    assert [asked.path for asked in github.asked] == [OF_COMMIT]


def test_check__no_token_for_a_commit__warns_and_counts_as_a_fork(checkout, run, github):
    outcome = checkout.on_glue("check", "--script", "a.py", **{**run, "GITHUB_TOKEN": ""})

    assert "warning: no github_token" in outcome.out
    assert is_skipped(outcome, checkout)
    assert github.asked == []


def test_check__commit_of_no_pull_request__counts_as_a_fork(checkout, run, github):
    github.repository(REPOSITORY).pulls.clear()
    github.repository(REPOSITORY).branches["main"] = "b" * 40

    outcome = checkout.on_glue("check", "--script", "a.py", **run)

    assert is_skipped(outcome, checkout)
    assert [asked.path for asked in github.asked] == [OF_COMMIT, OF_HEAD]


def test_check__github_refuses_to_list_the_branches__warns_and_counts_as_a_fork(
    checkout, run, github
):
    github.repository(REPOSITORY).pulls.clear()
    github.repository(REPOSITORY).branches["main"] = HEAD
    github.permissions = {"pull-requests": "read"}

    outcome = checkout.on_glue("check", "--script", "a.py", **run)

    assert "warning: Could not list the branches at commit" in outcome.out
    assert "contents: read" in outcome.out
    assert is_skipped(outcome, checkout)


@pytest.mark.parametrize("missing", ["head", "base"])
def test_check__incomplete_answer__says_that_it_was_github_that_did_not_say(
    checkout, drone, github, missing
):
    del github.repository(REPOSITORY).pulls[NUMBER][missing]["repo"]

    outcome = checkout.on_glue("check", "--script", "a.py", **drone)

    assert is_skipped(outcome, checkout)
    assert "GitHub did not say" in outcome.report["reason"]


@pytest.mark.parametrize("host", ["gitlab.com", "bitbucket.org"])
def test_check__operators_api_on_a_forge_of_another_kind__is_not_asked(
    checkout, drone, github, host
):
    drone["DRONE_REPO_LINK"] = f"https://{host}/{REPOSITORY}"

    outcome = checkout.on_glue("check", "--script", "a.py", **drone)

    assert is_skipped(outcome, checkout)
    assert "drone does not say" in outcome.report["reason"]
    assert github.asked == []


def test_check__paths_on_gitea_that_speaks_plain_http__sends_no_token(checkout, gitea, github):
    checkout.write(
        ".glue-health-check.yml", "checks:\n- {name: a, script: a.py, paths: [jobs/**]}\n"
    )
    gitea |= {"GITHUB_SERVER_URL": "http://git.example.com", "GITHUB_TOKEN": TOKEN}
    gitea["GITHUB_API_URL"] = github.api_url

    outcome = checkout.on_glue("check", "--dry-run", **gitea)

    assert "warning: paths is for repositories on GitHub" in outcome.out
    assert github.asked == []


# --- a stranger's --------------------------------------------------------------------------------


def test_check__dependabot_opened_it__github_says_so_and_it_is_skipped(checkout, drone, github):
    github.repository(REPOSITORY).add_pull(
        NUMBER, sha=HEAD, base=REPOSITORY, head=REPOSITORY, author="dependabot[bot]"
    )

    outcome = checkout.on_glue("check", "--script", "a.py", **drone)

    assert is_skipped(outcome, checkout)
    assert "Dependabot" in outcome.report["reason"]


@pytest.mark.parametrize("head", ["stranger/flight-etl", None])
def test_check__commit_is_the_head_of_a_fork__is_skipped(checkout, run, github, head):
    github.repository(REPOSITORY).add_pull(NUMBER, sha=HEAD, base=REPOSITORY, head=head)

    assert is_skipped(checkout.on_glue("check", "--script", "a.py", **run), checkout)


def test_check__known_fork_that_may_not_run__is_not_asked_about(checkout, run, github):
    run["GITHUB_EVENT_PATH"] = str(EVENTS / "github_workflow_run_fork.json")

    outcome = checkout.on_glue("check", "--script", "a.py", **{**run, "GITHUB_TOKEN": ""})

    assert is_skipped(outcome, checkout)
    assert "warning: no github_token" not in outcome.out
    assert github.asked == []


def test_check__dependabots_that_may_not_run__is_not_asked_about(checkout, drone, github):
    drone["DRONE_COMMIT_AUTHOR"] = "dependabot[bot]"

    assert is_skipped(checkout.on_glue("check", "--script", "a.py", **drone), checkout)
    assert github.asked == []


def test_check__known_fork_that_may_run__is_asked_about(checkout, drone, github):
    drone["DRONE_COMMIT_AUTHOR"] = "dependabot[bot]"

    outcome = checkout.on_glue("check", "--script", "a.py", "--allow-forks", "--dry-run", **drone)

    assert outcome.code == 0
    assert [asked.path for asked in github.asked] == [PULL]


# --- ours ----------------------------------------------------------------------------------------


def test_check__host_knows_the_commit_only__github_is_asked_once_and_it_runs(checkout, run, github):
    outcome = checkout.on_glue("check", "--script", "a.py", "--dry-run", **run)

    assert outcome.code == 0
    assert "1 to run" in outcome.out
    assert f"pull request {NUMBER}" in outcome.out
    assert [asked.path for asked in github.asked] == [OF_COMMIT]


def test_check__operators_api_of_a_forge_that_nobody_guessed__is_asked_and_it_runs(
    checkout, drone, github
):
    drone["DRONE_REPO_LINK"] = f"https://gitea.acme.example/{REPOSITORY}"

    outcome = checkout.on_glue("check", "--script", "a.py", "--dry-run", **drone)

    assert outcome.code == 0
    assert "1 to run" in outcome.out
    assert [asked.path for asked in github.asked] == [PULL]


@pytest.mark.parametrize(("branch", "runs"), [("main", True), ("dependabot/pip/pandas-3", False)])
def test_check__batch_of_a_push__github_is_asked_for_the_branch(checkout, github, branch, runs):
    checkout.write("a.py", "print('a')")
    github.repository(REPOSITORY).pulls.clear()
    github.repository(REPOSITORY).branches[branch] = HEAD
    environ = {
        "CODEBUILD_BUILD_ID": "etl:4d2cce79-1e48-4525-bfc4-22c1c0f3088b",
        "CODEBUILD_BATCH_BUILD_IDENTIFIER": "check",
        "CODEBUILD_INITIATOR": "GitHub-Hookshot/951dca1",
        "CODEBUILD_RESOLVED_SOURCE_VERSION": HEAD,
        "CODEBUILD_SOURCE_VERSION": HEAD,
        "CODEBUILD_SOURCE_REPO_URL": f"https://github.com/{REPOSITORY}.git",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": github.api_url,
    }

    outcome = checkout.on_glue("check", "--script", "a.py", "--dry-run", **environ)

    assert outcome.code == 0
    assert ("1 to run" in outcome.out) is runs
    assert [asked.path for asked in github.asked] == [OF_COMMIT, OF_HEAD]


def test_check__jenkins_merged_with_the_target__reports_the_head_that_github_tells(
    checkout, github
):
    checkout.write("a.py", "print('a')")
    environ = {
        "JENKINS_URL": "https://ci.example.com/",
        "EXECUTOR_NUMBER": "1",
        "CHANGE_ID": str(NUMBER),
        "CHANGE_URL": f"https://github.com/{REPOSITORY}/pull/{NUMBER}",
        "GIT_COMMIT": "e5bd3914e2e596debea16f433f57875b5b90bcd6",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": github.api_url,
    }

    outcome = checkout.on_glue("check", "--script", "a.py", "--dry-run", **environ)

    assert outcome.code == 0
    assert f"{REPOSITORY}@{HEAD[:12]}" in outcome.out
    assert [asked.path for asked in github.asked] == [PULL]


def test_check__paths_on_another_forge__asks_no_github_and_all_run(checkout, github):
    checkout.write("a.py", "print('a')")
    checkout.write(
        ".glue-health-check.yml", "checks:\n- {name: a, script: a.py, paths: [jobs/**]}\n"
    )
    environ = {
        "BITBUCKET_BUILD_NUMBER": "42",
        "BITBUCKET_COMMIT": HEAD,
        "BITBUCKET_REPO_FULL_NAME": REPOSITORY,
        "BITBUCKET_BRANCH": "feature/delays",
        "BITBUCKET_PR_ID": str(NUMBER),
        "GITHUB_TOKEN": TOKEN,
    }

    outcome = checkout.on_glue("check", "--dry-run", **environ)

    assert outcome.code == 0
    assert "warning: paths is for repositories on GitHub" in outcome.out
    assert "1 to run, 0 skipped" in outcome.out
    assert github.asked == []


# --- Gitea ---------------------------------------------------------------------------------------


@pytest.fixture
def gitea(checkout, tmp_path):
    """What Gitea's runner gives a step of a pull request."""
    for name in ("output", "summary", "state"):
        (tmp_path / name).touch()
    checkout.write("a.py", "x = 1\nraise ValueError('boom')\n")
    return {
        "GITEA_ACTIONS": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://git.example.com/",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(EVENTS / "github_pull_request.json"),
        "GITHUB_REF": f"refs/pull/{NUMBER}/head",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_STATE": str(tmp_path / "state"),
    }


def test_check__gitea_from_a_fork__is_skipped(checkout, gitea):
    gitea["GITHUB_EVENT_PATH"] = str(EVENTS / "github_pull_request_fork.json")

    assert is_skipped(checkout.on_glue("check", "--script", "a.py", **gitea), checkout)


def test_check__gitea__reads_the_event_and_writes_githubs_files(checkout, gitea):
    outcome = checkout.local("--script", "a.py", **gitea)

    assert outcome.code == 1
    assert f"on gitea: {REPOSITORY}@{HEAD[:12]}, pull request {NUMBER}" in outcome.out
    assert "::error file=a.py,line=2," in outcome.out
    assert "verdict<<" in Path(gitea["GITHUB_OUTPUT"]).read_text()
    assert Path(gitea["GITHUB_STATE"]).read_text().startswith("build_id=")
    assert "ValueError: boom" in Path(gitea["GITHUB_STEP_SUMMARY"]).read_text()
