"""A stranger's build, from the environment to the exit code: skipped, refused, or run harmlessly."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from plugin.app.runner import LOCAL_MODULES, missing_of_local, obstacle_of_local
from plugin.core.settings import Origin, table
from tests.doubles.github_server import GitHubServer
from tests.unit.aws.relay import Relay

CONFIG = ".glue-health-check.yml"
EVENTS = Path(__file__).parents[2] / "events"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
OPERATORS = [row for row in table().values() if row.origin is Origin.OPERATOR]
BASES = [row for row in table().values() if row.origin is Origin.BASE]


def github(name="pull_request_fork", event="pull_request", **more):
    """What GitHub's runner gives a step, of what matters here."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "octocat/flight-etl",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(EVENTS / f"github_{name}.json"),
        "GITHUB_SHA": "e5bd3914e2e596debea16f433f57875b5b90bcd6",
        **more,
    }


def drone(**more):
    """A pull request of which Drone does not say whose it is."""
    return {
        "DRONE": "true",
        "DRONE_REPO": "octocat/flight-etl",
        "DRONE_REPO_LINK": "https://github.com/octocat/flight-etl",
        "DRONE_PULL_REQUEST": "123",
        "DRONE_COMMIT_SHA": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
        "DRONE_BUILD_EVENT": "pull_request",
        **more,
    }


@pytest.fixture(autouse=True)
def _home(tmp_path):
    """A home folder of the test's own."""
    (tmp_path / "home").mkdir()
    os.environ["HOME"] = str(tmp_path / "home")


# --- skipped -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (github(), "The pull request comes from a fork"),
        (github("pull_request_dependabot", GITHUB_ACTOR="dependabot[bot]"), "Dependabot proposes"),
        (github(event="pull_request_target"), "the event pull_request_target gives its build"),
        (github("workflow_run_fork", "workflow_run"), "the event workflow_run gives its build"),
        (drone(), "GitHub was not asked, because there is no github_token. Give github_token"),
    ],
)
def test_check__a_strangers_build__is_skipped_told_everywhere_and_asks_nothing(
    checkout, tmp_path, host, words
):
    checkout.write("a.py", "print(1)")
    for name in ("output", "summary", "state"):
        (tmp_path / name).touch()
    files = {
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_STATE": str(tmp_path / "state"),
    }

    outcome = checkout.on_glue("check", "--script", "a.py", **host, **files)

    page = (checkout.root / "glue-health-check-report/report.md").read_text()
    assert outcome.code == 0
    assert outcome.report["verdict"] == outcome.outputs["verdict"] == "skipped"
    assert words in outcome.report["reason"]
    assert "set allow_forks" in outcome.report["reason"]
    assert words in outcome.out
    assert words.split(",")[0].split(".")[0] in page.replace("\\", "")
    assert checkout.relay.asked == []
    if "GITHUB_ACTIONS" in host:
        assert "skipped" in (tmp_path / "output").read_text()
        assert "skipped" in (tmp_path / "summary").read_text()


def test_check__a_strangers_build_on_the_local_engine__is_skipped_and_nothing_runs(checkout):
    checkout.write("a.py", "open('it-ran', 'w')")

    outcome = checkout.local("--script", "a.py", **github())

    assert outcome.code == 0
    assert outcome.report["verdict"] == "skipped"
    assert not any("it-ran" in name for name in checkout.files)


# --- refused even when it is allowed ---------------------------------------------------------------


def refused(checkout, outcome):
    assert outcome.code == 2
    assert outcome.report is None
    assert checkout.relay.asked == []
    return outcome.err


def test_check__allowed_stranger_on_the_local_engine__no_secret_may_be_near(checkout):
    checkout.write("a.py", "print(1)")
    secrets = {"GITHUB_TOKEN": TOKEN, "ACTIONS_RUNTIME_TOKEN": "runtime-hunter2", "GPG_KEY": "x"}

    outcome = checkout.local("--script", "a.py", "--allow-forks", **github(), **secrets)

    told = refused(checkout, outcome)
    assert "beside secrets: ACTIONS_RUNTIME_TOKEN, GITHUB_TOKEN. " in told
    assert TOKEN not in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("name", "body", "is_secret"),
    [
        ("home/.aws/credentials", "[default]", True),
        ("home/.netrc", "machine example.com", True),
        ("home/.aws/config", "[default]", False),
        (
            ".git/config",
            '[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic x',
            True,
        ),
        (".git/config", '[remote "origin"]\n\turl = https://x:t0ken@example.com/a/b', True),
        (".git/config", "[includeIf]\n\tpath = /tmp/git-credentials-1.config", True),
        (".git/config", '[remote "origin"]\n\turl = https://example.com/a/b', False),
        (".git", "gitdir: ../x", False),
    ],
)
def test_check__allowed_stranger_on_the_local_engine__files_with_secrets_count(
    checkout, tmp_path, name, body, is_secret
):
    checkout.write("a.py", "print(1)")
    place = tmp_path / name if name.startswith("home") else checkout.root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(body)

    outcome = checkout.local("--script", "a.py", "--allow-forks", "--dry-run", **drone())

    # Where this checkout or interpreter is closed to others, the script's user is a refusal too.
    assert outcome.code == (2 if is_secret or obstacle_of_local() else 0), outcome.err
    assert ("beside secrets" in outcome.err) is is_secret
    assert "t0ken" not in outcome.err


def test_check__allowed_stranger_on_the_local_engine_without_secrets__never_runs_as_us(checkout):
    checkout.write("a.py", "import os; print('it ran as', os.getuid())")

    outcome = checkout.local("--script", "a.py", "--allow-forks", **drone())

    if obstacle := obstacle_of_local():
        assert (
            f"would run as the user of this step, and could do what that user can: {obstacle}"
            in (refused(checkout, outcome))
        )
        assert "it ran" not in outcome.out
    else:
        assert outcome.code == 0
        assert "| it ran as 65534" in outcome.out


@pytest.mark.parametrize(
    ("argv", "host", "words"),
    [
        (("--engine", "local"), github(event="pull_request_target"), "never for a stranger's code"),
        (("--keep-resources",), github(), "keep_resources: "),
        (("--session-policy", "p.json"), github(), "session_policy: "),
    ],
)
def test_check__allowed_stranger_who_could_misuse_it__is_refused(checkout, argv, host, words):
    checkout.write("a.py", "print(1)")
    checkout.write("p.json", '{"Statement": []}')

    outcome = checkout.on_glue("check", "--script", "a.py", "--allow-forks", *argv, **host)

    assert words in refused(checkout, outcome)


@pytest.mark.parametrize(
    ("body", "words", "operator"),
    [
        ("engine: local\n", "allow it by --engine", ("--engine", "glue")),
        ("connections: [vpc]\n", "allow them by --connections", ("--connections", "vpc")),
        (
            "checks: [{name: a, script: a.py, connections: vpc}]\n",
            "allow them by --connections",
            ("--connections", "other"),
        ),
    ],
)
def test_check__allowed_strangers_file_asks_for_more__needs_the_operators_word(
    checkout, body, words, operator
):
    checkout.write("a.py", "print(1)")
    checkout.write(CONFIG, body if "script" in body else f"script: a.py\n{body}")
    argv = ("check", "--allow-forks", "--dry-run")

    without = checkout.on_glue(*argv, **drone())
    allowed = checkout.on_glue(*argv, *operator, **drone())

    assert words in refused(checkout, without)
    assert allowed.code == 0


# --- the configuration file ----------------------------------------------------------------------


def hostile(row, evil):
    """A value that would be taken from anywhere else."""
    told = {
        "config": "evil.yml",
        "report_dir": "../evil",
        "aws_access_key_id": "AKIAEVIL",
        "assume_role_arn": "arn:aws:iam::666666666666:role/evil",
        "sns_topic_arn": "arn:aws:sns:us-east-1:666666666666:evil",
        "github_token_secret_arn": "arn:aws:secretsmanager:us-east-1:666666666666:secret:evil",
        "github_app_key_secret_arn": "arn:aws:secretsmanager:us-east-1:666666666666:secret:evil",
        "ci": "plain",
        "webhook_format": "slack",
        "required_reporters": ["files"],
        "max_cost_usd": "1000",
    }
    if row.name.endswith("_url"):
        return evil.endpoint_url
    if isinstance(row.default, bool):
        return True
    return told.get(row.name, 1 if isinstance(row.default, int) else "evil")


@pytest.fixture(scope="module")
def true_github():
    """The GitHub that the operator means; a status of what is refused goes there alone."""
    with GitHubServer(token=TOKEN) as server:
        pulls = server.repository("octocat/flight-etl")
        sha = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
        pulls.add_pull(123, sha=sha, base="octocat/flight-etl", head="octocat/flight-etl")
        yield server


@pytest.mark.untraced  # a long table of what few lines decide; the others trace those
@pytest.mark.parametrize("row", OPERATORS, ids=lambda row: row.name)
@pytest.mark.parametrize("where", ["top", "check"])
@pytest.mark.parametrize("host", ["ours", "fork", "unknown"])
def test_check__hostile_file_sets_what_is_the_operators__is_2_and_reaches_nobody(
    checkout, true_github, host, where, row
):
    environ = {
        "ours": github("pull_request"),
        "fork": github(),
        "unknown": drone(),
    }[host]
    with Relay() as evil:
        given = {row.name: hostile(row, evil)}
        check = {"name": "a", "script": "a.py"}
        body = {**given, "checks": [check]} if where == "top" else {"checks": [{**check, **given}]}
        checkout.write("a.py", "print(1)")
        checkout.write(CONFIG, json.dumps(body))

        environ |= {"GITHUB_API_URL": true_github.api_url, "GITHUB_TOKEN": TOKEN}
        outcome = checkout.on_glue("check", **environ)

        told = refused(checkout, outcome)
        assert f"{row.name} may not stand in the configuration file" in told
        assert row.flag in told
        assert evil.requests == []
        assert checkout.files == {"a.py", CONFIG}
        assert not (checkout.root.parent / "evil").exists()


def test_check__hostile_file_sets_all_that_is_the_operators__names_each(checkout, true_github):
    with Relay() as evil:
        body = {row.name: hostile(row, evil) for row in OPERATORS}
        checkout.write("a.py", "print(1)")
        checkout.write(CONFIG, json.dumps({"script": "a.py", **body}))

        known = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": true_github.api_url}
        outcome = checkout.on_glue("check", **drone(**known))

        told = refused(checkout, outcome)
        assert all(f"{row.name} may not stand" in told for row in OPERATORS)
        assert evil.requests == []
        assert TOKEN not in told


@pytest.mark.parametrize("row", BASES, ids=lambda row: row.name)
def test_check__strangers_file_sets_what_is_the_bases__is_ignored_with_a_note(checkout, row):
    checkout.write("a.py", "print(1)")
    checkout.write(CONFIG, json.dumps({"script": "a.py", row.name: "evil-of-a-stranger"}))

    outcome = checkout.on_glue("check", "--allow-forks", "--dry-run", **github())

    assert outcome.code == 0, outcome.err
    assert f"{row.name} is ignored" in outcome.out
    assert "evil-of-a-stranger" not in outcome.out


@pytest.mark.parametrize(("head", "is_ours"), [("octocat", True), ("stranger", False)])
def test_check__github_says_whose_it_is__decides_before_the_file_counts(checkout, head, is_ours):
    checkout.write("a.py", "print(1)")
    role = "arn:aws:iam::123456789012:role/of-the-file"
    checkout.write(CONFIG, json.dumps({"script": "a.py", "role_arn": role}))
    with GitHubServer(token=TOKEN) as server:
        pulls = server.repository("octocat/flight-etl")
        pulls.add_pull(123, sha="6" * 40, base="octocat/flight-etl", head=f"{head}/flight-etl")
        environ = drone(GITHUB_TOKEN=TOKEN, GITHUB_API_URL=server.api_url)

        outcome = checkout.run(
            *("check", "--dry-run", "--allow-forks", "--scripts-bucket", checkout.bucket),
            *("--job-type", "pythonshell"),
            **checkout.aws,
            **environ,
        )

    assert outcome.code == (0 if is_ours else 2)
    assert (role in outcome.out) is is_ours
    assert ("role_arn is ignored" in outcome.out) is not is_ours
    assert ("role_arn is required" in outcome.err) is not is_ours


# --- an installation without the local engine ------------------------------------------------------


@pytest.fixture(scope="session")
def plain_packages(tmp_path_factory):
    """The installed packages but for those of the extra."""
    folder = tmp_path_factory.mktemp("packages")
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if path.name not in LOCAL_MODULES and path.suffix != ".pth":
            (folder / path.name).symlink_to(path)
    return folder


@pytest.mark.parametrize("module", LOCAL_MODULES)
def test_missing_of_local__a_part_is_not_there__is_named(module):
    assert missing_of_local(lambda name: None if name == module else name) == module


def test_missing_of_local__all_is_there__is_none():
    assert missing_of_local() == ""


@pytest.mark.parametrize(
    ("argv", "also"),
    [
        (("check", "--engine", "local", "--script", "a.py"), ""),
        (("check", "--engine", "local", "--script", "b.py"), "b.py is missing"),
        (("check", "--engine", "local", "--wait", "false", "--script", "a.py"), "wait: "),
        (("local",), ""),
        (("local", "--timeout-minutes", "soon"), "--timeout-minutes"),
    ],
)
def test_command__without_the_local_extra__is_2_and_names_the_image(
    checkout, repository, plain_packages, argv, also
):
    checkout.write("a.py", "print(1)")

    done = subprocess.run(
        [sys.executable, "-S", str(repository / "entrypoint.py"), *argv],
        cwd=checkout.root,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(checkout.root),
            "PYTHONPATH": str(plain_packages),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "engine local: it is not installed here: moto is missing." in done.stderr
    assert "ghcr.io/glue-health-check/glue-health-check:1-local" in done.stderr
    assert "glue-health-check[local]" in done.stderr
    assert also in done.stderr
    assert checkout.files == {"a.py"}
