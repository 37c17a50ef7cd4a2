"""cleanup and sweep: what a killed check left goes, what is anybody else's stays."""

import json
import signal
import time
from functools import partial

import pytest

from plugin.app.left_alone import Alone, of_build
from plugin.core.naming import Location, Tag
from plugin.sweep import Removal, Traces
from tests.doubles.github_server import GitHubServer
from tests.unit.aws.relay import Trouble, refusal

BUILD = "0123456789ab"
OTHER = "ba9876543210"
TRAIL = "glue-health-check-report/build-id"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


def stood_still(outcome):
    """Whether this machine stood still for as long as a request may take after a signal.

    The SDK measures that by itself; it is told, and what is left stays.
    """
    return "Read timeout" in outcome.err and "What was not removed by now may stay." in outcome.err


def leave(checkout, build_id=BUILD, *, name="", tags=None, keys=("script/a.py",)):
    """Leave what a killed check leaves: objects and a job."""
    prefix = f"glue-health-check/{build_id}/a/"
    for key in keys:
        checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=prefix + key, Body=b"print(1)")
    name = name or f"glue-health-check-a-local-{build_id[:6]}"
    location = f"s3://{checkout.bucket}/{prefix}script/a.py"
    checkout.truth["glue"].create_job(
        Name=name,
        Role="job-role",
        Command={"Name": "pythonshell", "ScriptLocation": location},
        Tags={
            Tag.MANAGED: "true",
            Tag.BUILD: build_id,
            Tag.CHECK: "a",
            Tag.EXPIRES_AT: "2026-02-28T10:15:00Z",
            Tag.SCRIPTS: checkout.bucket,
            Tag.TEMP: checkout.bucket,
            **(tags or {}),
        },
    )
    return name


def ticket(checkout, build_id, *, check="a"):
    """Leave a ticket by which the objects may go."""
    told = {"region": "us-east-1", "expires_at": "2026-02-28T10:15:00Z", "keep": False}
    key = f"glue-health-check/{build_id}/{check}/ticket.json"
    body = json.dumps(told).encode()
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=key, Body=body)


def trail(checkout, text=BUILD):
    checkout.write(TRAIL, text)


def github(tmp_path):
    """What a post step has after an event that names no pull request."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "octocat/etl",
        "GITHUB_STATE": str(tmp_path / "state"),
    }


def codebuild(commit):
    """A build of a batch, which is told a commit and nothing of its pull request."""
    return {
        "CODEBUILD_BUILD_ID": "etl:4d2cce79-1e48-4525-bfc4-22c1c0f3088b",
        "CODEBUILD_BUILD_ARN": "arn:aws:codebuild:us-east-1:123456789012:build/etl:4d2cce79-1e48",
        "CODEBUILD_BATCH_BUILD_IDENTIFIER": "check",
        "CODEBUILD_INITIATOR": "GitHub-Hookshot/951dca1",
        "CODEBUILD_RESOLVED_SOURCE_VERSION": commit,
        "CODEBUILD_SOURCE_VERSION": commit,
        "CODEBUILD_SOURCE_REPO_URL": "https://github.com/octocat/etl.git",
    }


def merge_request(source="octocat/etl"):
    """GitLab's merge request 7, from a project of that name."""
    return {
        "GITLAB_CI": "true",
        "CI_PROJECT_PATH": "octocat/etl",
        "CI_PROJECT_ID": "42",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_PROJECT_PATH": "octocat/etl",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42" if source == "octocat/etl" else "43",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": source,
        "CI_COMMIT_SHA": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
    }


PREFIX = f"glue-health-check/{BUILD}/"
ORPHAN = f"{PREFIX}a/script/a.py"


# --- cleanup -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", "../../etc", "0123456789", "0123456789ab\nba98", "*"])
def test_cleanup__no_trail_that_can_be_read__does_nothing(checkout, text):
    name = leave(checkout)
    if text is not None:
        trail(checkout, text)

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 0
    assert "nothing to do" in outcome.out
    assert checkout.relay.asked == []
    assert checkout.jobs() == [name]


def test_cleanup__no_trail__says_how_else_to_remove_what_a_killed_check_left(checkout):
    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 0
    assert "glue-health-check cleanup --build-id ID" in outcome.out
    assert "sweep" in outcome.out


@pytest.mark.parametrize("argv", [(), ("--dry-run",)])
def test_cleanup__the_operator_names_the_build__needs_nothing_else(checkout, argv):
    """From another folder, after the workspace is lost: no trail, no repository, no pull request."""
    name = leave(checkout, tags={Tag.REPOSITORY: "octocat/etl", Tag.PULL_REQUEST: "7"})
    orphan = f"glue-health-check/{BUILD}/never-begun/script/b.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=orphan, Body=b"")

    outcome = checkout.run("cleanup", "--build-id", BUILD, *argv, **checkout.aws)

    assert outcome.code == 0, outcome.err
    assert checkout.jobs() == ([name] if argv else [])
    assert len(checkout.keys()) == (2 if argv else 0)


def test_cleanup__a_build_is_named_and_another_left_a_trail__only_the_named_one_goes(checkout):
    leave(checkout)
    other = leave(checkout, OTHER)
    trail(checkout, OTHER)

    outcome = checkout.on_glue("cleanup", "--build-id", BUILD)

    assert outcome.code == 0
    assert checkout.jobs() == [other]
    assert checkout.files == {TRAIL}


def test_cleanup__what_is_named_is_no_build_id__is_2_and_asks_nothing(checkout):
    leave(checkout)

    outcome = checkout.on_glue("cleanup", "--build-id", "0123456789ab/../x")

    assert outcome.code == 2
    assert "is no build id" in outcome.err
    assert checkout.relay.asked == []


def test_cleanup__a_job_that_imitates_ours__is_named_and_left_alone(checkout):
    name = leave(checkout, name=f"nightly-load-{BUILD[:6]}")
    trail(checkout)

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 0
    assert checkout.jobs() == [name]
    assert f"{name} bears the id of build {BUILD}, but not all our tags and name" in outcome.out


def test_cleanup__settings_that_made_the_check_end__are_not_told_a_second_time(checkout):
    outcome = checkout.on_glue("cleanup", GLUE_HEALTH_CHECK_WORKER_TYPE="huge", INPUT_SCRPT="a.py")

    assert outcome.code == 0
    assert "nothing to do" in outcome.out
    assert outcome.err == ""


def test_cleanup__the_check_removed_everything__says_so(checkout):
    trail(checkout)

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 0
    assert "cleanup: 0 removed, 0 stay." in outcome.out


def test_cleanup__hostile_state__is_no_build_id(checkout):
    leave(checkout)

    outcome = checkout.on_glue("cleanup", STATE_build_id="0123456789ab/../x")

    assert outcome.code == 0
    assert checkout.relay.asked == []


def test_cleanup__pull_request_committed_a_trail__is_not_believed_on_github(checkout, tmp_path):
    name = leave(checkout)
    trail(checkout)

    outcome = checkout.on_glue(
        "cleanup", GITHUB_ACTIONS="true", GITHUB_STATE=str(tmp_path / "state")
    )

    assert outcome.code == 0
    assert checkout.jobs() == [name]
    assert checkout.relay.asked == []


def test_cleanup__local_engine__has_nothing_to_do(checkout):
    trail(checkout)

    outcome = checkout.on_glue("cleanup", "--engine", "local")

    assert (outcome.code, checkout.relay.asked) == (0, [])


def test_cleanup__no_credentials__is_3_with_a_hint(checkout):
    trail(checkout)

    outcome = checkout.on_glue("cleanup", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    assert outcome.code == 3
    assert "Give the step the AWS credentials with which the checks ran" in outcome.err
    assert "engine local" not in outcome.err
    assert "bug" not in outcome.err


def test_sweep__no_credentials__is_3_and_names_no_other_engine(checkout):
    outcome = checkout.on_glue("sweep", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    assert outcome.code == 3
    assert "AWS credentials" in outcome.err
    assert "engine local" not in outcome.err


@pytest.mark.parametrize("how", ["file", "named", "state"])
def test_cleanup__no_bucket_is_known__warns_pretends_nothing_and_keeps_the_trail(
    checkout, tmp_path, how
):
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=ORPHAN, Body=b"")
    trail(checkout)
    argv = ("--build-id", BUILD) if how == "named" else ()
    state = {"STATE_build_id": BUILD, **github(tmp_path)} if how == "state" else {}

    outcome = checkout.run("cleanup", *argv, **checkout.aws, **state)

    assert outcome.code == 0, outcome.err
    assert f"warning: cleanup: no bucket is known: objects below {PREFIX} were not" in outcome.out
    assert "give scripts_bucket" in outcome.out
    assert f"0 removed, 0 stay; objects were not looked for (build {BUILD})." in outcome.out
    assert (checkout.keys(), checkout.files) == ([ORPHAN], {TRAIL})


@pytest.mark.parametrize("how", ["named", "state"])
def test_cleanup__the_trail_knows_the_bucket__its_objects_go_without_a_setting(
    checkout, tmp_path, how
):
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=ORPHAN, Body=b"")
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key="data/x.csv", Body=b"")
    argv: tuple[str, ...] = ("--build-id", BUILD)
    state: dict[str, str] = {}
    if how == "state":
        buckets = {"STATE_buckets": checkout.bucket}
        argv, state = (), {"STATE_build_id": BUILD, **buckets, **github(tmp_path)}
    else:
        trail(checkout, f"{BUILD}\nbucket={checkout.bucket}\n")

    outcome = checkout.run("cleanup", *argv, **checkout.aws, **state)

    assert outcome.code == 0, outcome.err
    assert "cleanup: 1 removed, 0 stay." in outcome.out
    assert checkout.keys() == ["data/x.csv"]


def test_cleanup__a_file_names_the_bucket__objects_without_a_job_stay_and_so_does_the_file(
    checkout,
):
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=ORPHAN, Body=b"")
    trail(checkout, f"{BUILD}\nbucket={checkout.bucket}\n")

    outcome = checkout.run("cleanup", **checkout.aws)

    assert outcome.code == 0, outcome.err
    assert f"If it is yours: glue-health-check cleanup --build-id {BUILD}" in outcome.out
    assert (checkout.keys(), checkout.files) == ([ORPHAN], {TRAIL})


def test_cleanup__another_builds_trail__tells_a_named_build_no_bucket(checkout):
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=ORPHAN, Body=b"")
    trail(checkout, f"{OTHER}\nbucket={checkout.bucket}\n")

    outcome = checkout.run("cleanup", "--build-id", BUILD, **checkout.aws)

    assert "no bucket is known" in outcome.out
    assert checkout.keys() == [ORPHAN]


def test_cleanup__a_named_build_of_which_nothing_is_there__asks_whether_the_id_is_right(checkout):
    outcome = checkout.on_glue("cleanup", "--build-id", OTHER)

    assert outcome.code == 0
    assert f"nothing bears the id {OTHER} in region us-east-1, buckets " in outcome.out
    assert f"{checkout.bucket}: is it right?" in outcome.out


def test_cleanup__tags_may_not_be_read__is_3_and_keeps_the_trail(checkout):
    name = leave(checkout)
    trail(checkout)
    checkout.relay.let("GetTags", refusal(400, "AccessDeniedException", "no glue:GetTags"))

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 3
    assert f"cleanup: job {name}: " in outcome.err
    assert (checkout.jobs(), checkout.files) == ([name], {TRAIL})


NO_LIST = refusal(400, "AccessDeniedException", "no glue:ListJobs")


@pytest.mark.parametrize("argv", [(), ("--dry-run",)])
def test_cleanup__jobs_are_not_listed__is_3_with_all_that_is_known_and_removes_nothing(
    checkout, argv
):
    name = leave(checkout, keys=("script/a.py", "ticket.json"))
    ticket(checkout, BUILD)
    trail(checkout, f"{OTHER}\n{BUILD}")
    before = checkout.keys()
    checkout.relay.let("ListJobs", NO_LIST)

    outcome = checkout.on_glue("cleanup", *argv)

    uri = f"s3://{checkout.bucket}/{PREFIX}"
    assert outcome.code == 3
    assert f"cleanup: jobs of build {BUILD}: " in outcome.err
    assert f"cleanup: jobs of build {OTHER}: " in outcome.err
    assert "Allow glue:ListJobs to the credentials in use" in outcome.err
    assert f"cleanup: objects {uri}: left alone, because nobody tells whether a job" in outcome.err
    assert f"jobs were not listed (build {BUILD}, {OTHER})." in outcome.out
    assert argv or f"to try again: glue-health-check cleanup --build-id {BUILD}" in outcome.out
    assert (checkout.jobs(), checkout.keys(), checkout.files) == ([name], before, {TRAIL})
    assert checkout.relay.asked.count("ListJobs") == 1  # its patience is spent once


def test_cleanup__one_builds_jobs_are_not_listed__what_was_found_before_goes(checkout):
    leave(checkout)
    other = leave(checkout, OTHER)
    listed = {"JobNames": [f"glue-health-check-a-local-{BUILD[:6]}"]}
    first = Trouble(status=200, body=json.dumps(listed).encode())
    checkout.relay.let("ListJobs", first, NO_LIST)

    outcome = checkout.on_glue("cleanup", "--build-id", OTHER, "--build-id", BUILD)

    assert outcome.code == 3
    assert "cleanup: 2 removed, 0 stay; jobs were not listed (build " in outcome.out
    assert f"cleanup: jobs of build {OTHER}: " in outcome.err
    assert checkout.jobs() == [other]


def test_cleanup__jobs_are_not_listed_after_a_signal__is_cancelled(checkout, interrupt):
    leave(checkout)
    trail(checkout)
    checkout.relay.let("ListJobs", NO_LIST)
    checkout.relay.once("ListJobs", partial(interrupt, signal.SIGTERM))

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 143
    assert "error: cleanup: cancelled: " in outcome.err
    assert "What was not removed by now may stay." in outcome.err
    assert f"to try again: glue-health-check cleanup --build-id {BUILD}" in outcome.out


def test_cleanup__wrong_flag_and_no_trail__is_2_and_judged_as_cleanup(checkout):
    outcome = checkout.on_glue("cleanup", "--bild-id", BUILD)

    assert outcome.code == 2
    assert outcome.err == "error: '--bild-id' is unknown. Did you mean --build-id?\n"
    assert "glue-health-check build" not in outcome.out


@pytest.mark.parametrize("how", ["file", "state"])
def test_cleanup__this_build_left_things__removes_them_and_nothing_else(checkout, how):
    leave(checkout, keys=("script/a.py", "ticket.json", "temp/x"))
    other = leave(checkout, OTHER)
    foreign = leave(checkout, OTHER, name="nightly", tags={Tag.MANAGED: "false"})
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key="data/x.csv", Body=b"")
    state = {"STATE_build_id": BUILD} if how == "state" else {}
    if how == "file":
        trail(checkout)

    outcome = checkout.on_glue("cleanup", **state)

    assert outcome.code == 0
    assert sorted(checkout.jobs()) == sorted([other, foreign])
    assert checkout.keys() == ["data/x.csv", f"glue-health-check/{OTHER}/a/script/a.py"]
    assert f"cleanup: removed job glue-health-check-a-local-{BUILD[:6]}" in outcome.out


def test_cleanup__killed_before_the_job_was_made__githubs_state_is_enough(checkout, tmp_path):
    key = f"glue-health-check/{BUILD}/a/script/a.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=key, Body=b"")

    outcome = checkout.on_glue("cleanup", STATE_build_id=BUILD, **github(tmp_path))

    assert outcome.code == 0
    assert checkout.keys() == []


def test_cleanup__a_file_names_objects_without_a_job__they_stay_for_sweep(checkout):
    """Another build may be between its upload and its job, and a file can name any build."""
    key = f"glue-health-check/{BUILD}/a/script/a.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=key, Body=b"")
    trail(checkout)

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 0
    assert checkout.keys() == [key]
    assert f"glue-health-check/{BUILD}/ stays for sweep: no job says whose" in outcome.out


@pytest.mark.parametrize("tagged", ["7", ""])
def test_cleanup__the_pull_request_was_learned_from_github__its_job_goes(
    checkout, tmp_path, tagged
):
    """An event that names a commit alone: the check asked GitHub, the post step does not."""
    leave(checkout, tags={Tag.REPOSITORY: "octocat/etl", Tag.PULL_REQUEST: tagged})

    outcome = checkout.on_glue("cleanup", STATE_build_id=BUILD, **github(tmp_path))

    assert outcome.code == 0
    assert checkout.jobs() == checkout.keys() == []


def test_cleanup__codebuilds_check_asked_github__cleanup_asks_too(checkout):
    commit = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
    where = {Tag.SERVER: "https://github.com"}
    leave(checkout, tags={Tag.REPOSITORY: "octocat/etl", Tag.PULL_REQUEST: "7", **where})
    trail(checkout)
    with GitHubServer(token=TOKEN) as server:
        pulls = server.repository("octocat/etl")
        pulls.add_pull(7, sha=commit, base="octocat/etl", head="octocat/etl")
        outcome = checkout.on_glue(
            "cleanup",
            **codebuild(commit),
            GITHUB_TOKEN=TOKEN,
            GLUE_HEALTH_CHECK_GITHUB_API_URL=server.api_url,
        )

    assert outcome.code == 0, outcome.err
    assert checkout.jobs() == checkout.keys() == []


@pytest.mark.parametrize(
    "tags",
    [
        {Tag.REPOSITORY: "octocat/other", Tag.PULL_REQUEST: "7"},
        {Tag.REPOSITORY: "octocat/etl", Tag.PULL_REQUEST: "8"},
    ],
)
def test_cleanup__a_file_names_somebody_elses_build__is_left_alone_and_said(checkout, tags):
    name = leave(checkout, tags=tags)
    trail(checkout)

    outcome = checkout.on_glue("cleanup", **merge_request())

    assert outcome.code == 0
    assert checkout.jobs() == [name]
    assert len(checkout.keys()) == 1
    assert (
        f"cleanup: the jobs of build {BUILD} belong to another pull request or repository:"
        " left alone."
    ) in outcome.out


def test_cleanup__a_strangers_build_that_was_skipped__does_nothing(checkout):
    name = leave(checkout, tags={Tag.REPOSITORY: "octocat/etl", Tag.PULL_REQUEST: "7"})
    trail(checkout)

    outcome = checkout.on_glue("cleanup", **merge_request("stranger/etl"))

    assert outcome.code == 0
    assert "the check of a stranger's code was skipped: nothing to do." in outcome.out
    assert checkout.relay.asked == []
    assert checkout.jobs() == [name]


def test_cleanup__nobody_says_whose_it_is__removes_the_builds_own_things(checkout):
    drone = {"DRONE": "true", "DRONE_REPO": "octocat/etl", "DRONE_BUILD_EVENT": "pull_request"}
    leave(checkout, tags={Tag.REPOSITORY: "octocat/etl", Tag.PULL_REQUEST: "7"})
    trail(checkout)

    outcome = checkout.on_glue("cleanup", **drone, DRONE_PULL_REQUEST="7")

    assert outcome.code == 0
    assert checkout.jobs() == []


def test_cleanup__a_strangers_build_that_was_allowed__removes_its_own(checkout):
    leave(checkout, tags={Tag.REPOSITORY: "octocat/etl", Tag.PULL_REQUEST: "7"})
    trail(checkout)

    outcome = checkout.on_glue("cleanup", "--allow-forks", **merge_request("stranger/etl"))

    assert outcome.code == 0
    assert checkout.jobs() == []


def test_cleanup__several_checks_shared_the_workspace__each_ones_things_go(checkout):
    leave(checkout)
    leave(checkout, OTHER)
    trail(checkout, f"{BUILD}\n{OTHER}\n")

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 0
    assert checkout.jobs() == checkout.keys() == []
    assert not checkout.files  # the trail is done with


def test_cleanup__more_ids_than_a_trail_holds__is_not_our_file(checkout):
    name = leave(checkout)
    trail(checkout, "".join(f"{n:012x}\n" for n in range(20)) + BUILD)

    outcome = checkout.on_glue("cleanup")

    assert (outcome.code, checkout.relay.asked, checkout.jobs()) == (0, [], [name])


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        (Tag.KEEP, "is kept on purpose. To remove it: aws s3 rm"),
        (
            Tag.OWNER,
            "is watched and removed by its owner, somebody. To remove it all the same: aws",
        ),
    ],
)
def test_cleanup__kept_on_purpose__stays_with_its_objects(checkout, tag, why):
    name = leave(checkout, tags={tag: "somebody"})
    trail(checkout)

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 0
    assert checkout.jobs() == [name]
    assert len(checkout.keys()) == 1
    assert f"{name} {why}" in outcome.out
    assert f"aws s3 rm --recursive s3://{checkout.bucket}/{PREFIX}a/" in outcome.out
    assert f"; aws glue delete-job --job-name={name}" in outcome.out  # last: it is the anchor
    assert "cleanup: 0 removed, 0 stay, 1 left alone." in outcome.out


FILE = ".glue-health-check.yml"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("engine: local\n", ""),
        ("checks: [{name: a, script: a.py, job_typ: x}, {nam: b}]\n", " is set aside, because it"),
        ("{", " is set aside, because it is wrong: "),
    ],
    ids=["local", "typos", "no YAML"],
)
@pytest.mark.parametrize("command", ["cleanup", "sweep"])
def test_clean_up__a_pull_request_wrote_something_odd_into_its_file__removes_all_the_same(
    checkout, command, text, words
):
    """Else it could keep a later clean-up from removing what its own check left."""
    leave(checkout)
    checkout.write(FILE, text)
    argv = {"cleanup": ["--build-id", BUILD], "sweep": ["--sweep-older-than-hours", "0"]}[command]

    outcome = checkout.on_glue(command, *argv)

    assert outcome.code == 0
    assert checkout.jobs() == []
    assert words in outcome.out


@pytest.mark.parametrize(("bucket", "is_left"), [("", True), ("bucket=acme-scripts\n", False)])
def test_cleanup__the_file_says_local__aws_is_asked_where_a_check_wrote_there(
    checkout, bucket, is_left
):
    name = leave(checkout)
    checkout.write(FILE, "engine: local\n")
    trail(checkout, f"{BUILD}\n{bucket}")

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 0
    assert checkout.jobs() == ([name] if is_left else [])


def test_cleanup__a_wrong_flag__is_2_also_beside_a_wrong_file(checkout):
    checkout.write(FILE, "{")
    trail(checkout)

    outcome = checkout.on_glue("cleanup", "--debug", "perhaps")

    assert outcome.code == 2
    assert checkout.relay.asked == []


def test_cleanup__dry_run__names_and_removes_nothing(checkout):
    name = leave(checkout)
    trail(checkout)

    outcome = checkout.on_glue("cleanup", "--dry-run")

    assert f"would remove job {name}" in outcome.out
    assert outcome.out.count(PREFIX) == 1  # objects are named once
    assert checkout.jobs() == [name]
    assert checkout.files == {TRAIL}


def test_cleanup__delete_is_denied__is_3_and_names_what_stays(checkout):
    name = leave(checkout)
    trail(checkout)
    checkout.relay.let("DeleteJob", refusal(400, "AccessDeniedException", "not you"))

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 3
    assert f"job {name} stays: " in outcome.err
    assert "not you" in outcome.err
    assert f"to remove it by hand: aws glue delete-job --job-name={name}" in outcome.err
    assert f"to try again: glue-health-check cleanup --build-id {BUILD}" in outcome.out
    assert checkout.keys() == []
    assert checkout.files == {TRAIL}  # cleanup can be tried again


def test_cleanup__a_run_goes_on__is_stopped_first(checkout):
    name = leave(checkout)
    body = b"import time\ntime.sleep(60)\n"
    key = f"glue-health-check/{BUILD}/a/script/a.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=key, Body=body)
    run_id = checkout.truth["glue"].start_job_run(JobName=name)["JobRunId"]
    trail(checkout)

    outcome = checkout.on_glue("cleanup")

    run = checkout.truth["glue"].get_job_run(JobName=name, RunId=run_id)["JobRun"]
    assert outcome.code == 0
    assert run["JobRunState"] in {"STOPPING", "STOPPED"}
    assert f"cleanup: stopped the run {run_id} of {name}\n" in outcome.out
    assert checkout.jobs() == []


def test_cleanup__signal__ends_with_its_code_and_names_what_is_left(checkout, interrupt):
    name = leave(checkout)
    trail(checkout)
    checkout.relay.once("ListJobs", partial(interrupt, signal.SIGTERM))

    outcome = checkout.on_glue("cleanup")

    assert outcome.code == 143
    assert stood_still(outcome) or f"job {name} stays: " in outcome.err
    assert checkout.jobs() == [name]


@pytest.mark.parametrize("deletes", ["true", "false"])
def test_cleanup__log_streams__go_when_they_are_asked_for(checkout, deletes):
    name = leave(checkout)
    run_id = checkout.truth["glue"].start_job_run(JobName=name)["JobRunId"]
    run = {"JobName": name, "RunId": run_id}
    while checkout.truth["glue"].get_job_run(**run)["JobRun"].get("CompletedOn") is None:
        time.sleep(0.05)
    trail(checkout)

    outcome = checkout.on_glue("cleanup", "--delete-logs", deletes)

    assert outcome.code == 0, outcome.err
    assert ("DescribeLogStreams" in checkout.relay.asked) is (deletes == "true")
    assert checkout.jobs() == []


# --- sweep ---------------------------------------------------------------------------------------


def test_left_alone__kept_objects_without_a_job__are_told_with_their_command():
    place = Location(bucket="acme", prefix=PREFIX)
    kept = Removal(name=place.uri(), places=(place,), why="")

    (told,) = of_build(Traces(kept=(kept,)), BUILD, region="")

    command = f"aws s3 rm --recursive s3://acme/{PREFIX}"
    assert told == f"s3://acme/{PREFIX} is kept on purpose. To remove it: {command}"


def test_sweep__everything_is_young__removes_nothing(checkout):
    name = leave(checkout)

    outcome = checkout.on_glue("sweep")

    assert outcome.code == 0
    assert "0 removed, 0 stay" in outcome.out
    assert f"1 younger than 24 hours (sweep_older_than_hours): {name}." in outcome.out
    assert checkout.jobs() == [name]


def test_sweep__objects_without_a_ticket_at_0_hours__says_that_they_stay_for_a_day(checkout):
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=ORPHAN, Body=b"")

    outcome = checkout.on_glue("sweep", "--sweep-older-than-hours", "0")

    why = "no ticket says whose it is, and it is younger than a day"
    assert outcome.code == 0
    assert f"sweep: left alone: s3://{checkout.bucket}/{PREFIX}: {why}." in outcome.out
    assert "younger than 0 hours" not in outcome.out
    assert checkout.keys() == [ORPHAN]


def test_left_alone__at_0_hours__has_a_reason_that_is_true():
    alone = Alone(young=["x"])

    assert list(alone.words(hours=0.0, in_full=False)) == [
        "left alone: 1 made, or gone, since this sweep began: x."
    ]


def test_sweep__dry_run__names_what_would_go_and_removes_nothing(checkout):
    name = leave(checkout)

    outcome = checkout.on_glue("sweep", "--sweep-older-than-hours", "0", "--dry-run")

    assert outcome.code == 0
    assert f"sweep: would remove job {name}" in outcome.out
    assert checkout.jobs() == [name]
    assert "DeleteJob" not in checkout.relay.asked


def test_sweep__old_things__go_and_what_is_not_ours_stays(checkout):
    leave(checkout)
    orphan = f"glue-health-check/{OTHER}/a/script/a.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=orphan, Body=b"")
    ticket(checkout, OTHER)
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key="data/x.csv", Body=b"")
    stay = [
        leave(checkout, "1" * 12, tags={Tag.KEEP: "true"}),
        leave(checkout, "2" * 12, name="production", tags={}),
        leave(checkout, "3" * 12, tags={Tag.MANAGED: "false"}),
        leave(checkout, "4" * 12, tags={Tag.EXPIRES_AT: "2999-01-01T00:00:00Z"}),
    ]

    outcome = checkout.on_glue("sweep", "--sweep-older-than-hours", "0")

    assert outcome.code == 0
    kept = "kept on purpose, or their owner's to remove"
    assert f"sweep: left alone: 1 {kept}: {stay[0]}." in outcome.out
    assert (
        "sweep: left alone: 1 younger than its own limits (tag glue-health-check:expires-at;"
        f" until 2999-01-01 00:00 UTC): {stay[3]}."
    ) in outcome.out
    assert sorted(checkout.jobs()) == sorted(stay)
    left = checkout.keys()
    assert "data/x.csv" in left
    assert orphan not in left
    assert not any(BUILD in key for key in left)
    assert f"glue-health-check/{'1' * 12}/a/script/a.py" in left


def test_sweep__a_check_of_the_same_build_has_no_job__its_objects_go_with_the_others(checkout):
    """A process that was killed between the jobs of two checks left them."""
    leave(checkout)
    key = f"{PREFIX}b/script/b.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=key, Body=b"")
    ticket(checkout, BUILD, check="b")

    outcome = checkout.on_glue("sweep", "--sweep-older-than-hours", "0")

    assert outcome.code == 0
    assert (checkout.jobs(), checkout.keys()) == ([], [])


def test_sweep__not_allowed_to_list__is_3_with_what_to_do(checkout):
    checkout.relay.let("ListJobs", refusal(400, "AccessDeniedException", "no glue:ListJobs"))

    outcome = checkout.on_glue("sweep")

    assert outcome.code == 3
    assert "no glue:ListJobs" in outcome.err
    assert "Allow glue:ListJobs to the credentials in use" in outcome.err


def test_sweep__no_bucket_is_named__says_that_objects_are_not_looked_for(checkout):
    outcome = checkout.run("sweep", **checkout.aws)

    assert outcome.code == 0
    assert "warning: no scripts_bucket: only jobs are looked for" in outcome.out


def test_sweep__dry_run__names_runs_and_objects_too_and_changes_nothing(checkout):
    name = leave(checkout)
    body = b"import time\ntime.sleep(60)\n"
    key = f"glue-health-check/{BUILD}/a/script/a.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=key, Body=body)
    run_id = checkout.truth["glue"].start_job_run(JobName=name)["JobRunId"]

    outcome = checkout.on_glue("sweep", "--sweep-older-than-hours", "0", "--dry-run")

    checkout.truth["glue"].batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    uri = f"s3://{checkout.bucket}/glue-health-check/{BUILD}/a/"
    assert outcome.code == 0
    assert f"sweep: would stop the run {run_id} of {name}" in outcome.out
    assert f"sweep: would remove all objects below {uri}" in outcome.out
    assert "sweep: 1 to remove; nothing was changed." in outcome.out
    assert not {"BatchStopJobRun", "DeleteJob"} & set(checkout.relay.asked)


@pytest.mark.parametrize("expires", ["", "soon", "2999-01-01T00:00:00Z"])
def test_sweep__its_own_time_outs_may_not_be_over__is_left_alone(checkout, expires):
    name = leave(checkout, tags={Tag.EXPIRES_AT: expires})

    outcome = checkout.on_glue("sweep", "--sweep-older-than-hours", "0")

    assert outcome.code == 0
    assert checkout.jobs() == [name]
    assert len(checkout.keys()) == 1
    assert (f"are not those that we give: {name}." in outcome.out) is ("2999" not in expires)


def test_sweep__hundreds_of_jobs__says_how_far_it_is_and_names_a_few_that_are_not_ours(checkout):
    names = [f"nightly-{number}" for number in range(101)]
    body = json.dumps({"JobNames": names}).encode()
    checkout.relay.let("ListJobs", Trouble(status=200, body=body))

    outcome = checkout.on_glue("sweep")

    assert outcome.code == 0
    assert "sweep: looked at 100 of 101 jobs, 0 removed so far." in outcome.out
    assert "nightly-9 and 91 more." in outcome.out
    assert checkout.relay.asked.count("ListJobs") == 1
    assert "GetTags" not in checkout.relay.asked


def test_sweep__tags_may_not_be_read__is_3_and_the_objects_are_looked_for_all_the_same(checkout):
    name = leave(checkout)
    orphan = f"glue-health-check/{OTHER}/a/script/a.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=orphan, Body=b"")
    ticket(checkout, OTHER)
    checkout.relay.let("GetTags", refusal(400, "AccessDeniedException", "no glue:GetTags"))

    outcome = checkout.on_glue("sweep", "--sweep-older-than-hours", "0")

    assert outcome.code == 3
    assert f"sweep: job {name}: " in outcome.err
    assert "no glue:GetTags" in outcome.err
    assert checkout.jobs() == [name]
    assert orphan not in set(checkout.keys())


def test_sweep__a_signal__says_what_was_done_and_what_not_and_ends_with_its_code(
    checkout, interrupt
):
    name = leave(checkout)
    checkout.relay.once("ListJobs", partial(interrupt, signal.SIGTERM))

    outcome = checkout.on_glue("sweep", "--sweep-older-than-hours", "0")

    assert outcome.code == 143
    assert stood_still(outcome) or f"job {name} stays: cancelled before it" in outcome.err
    assert stood_still(outcome) or "sweep: 0 removed, 1 stay." in outcome.out
    assert checkout.jobs() == [name]


def test_sweep__a_signal_among_hundreds__says_how_many_were_not_looked_at(checkout, interrupt):
    names = [f"nightly-{number}" for number in range(101)]
    body = json.dumps({"JobNames": names}).encode()
    checkout.relay.let("ListJobs", Trouble(status=200, body=body))
    checkout.relay.once("ListJobs", partial(interrupt, signal.SIGINT))

    outcome = checkout.on_glue("sweep")

    assert outcome.code == 130
    assert "sweep: cancelled: 1 of 101 jobs were not looked at." in outcome.out


def test_sweep__one_bucket_cannot_be_read__is_3_and_names_it(checkout):
    outcome = checkout.on_glue("sweep", "--temp-bucket", "no-such-bucket-of-ours")

    assert outcome.code == 3
    assert "sweep: bucket no-such-bucket-of-ours: " in outcome.err


def test_sweep__a_signal_before_the_objects__leaves_them_and_says_how_many(checkout, interrupt):
    orphan = f"glue-health-check/{OTHER}/a/script/a.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=orphan, Body=b"")
    ticket(checkout, OTHER)
    checkout.relay.once(f"GET {checkout.bucket}", partial(interrupt, signal.SIGTERM))

    outcome = checkout.on_glue("sweep", "--sweep-older-than-hours", "0")

    assert outcome.code == 143
    assert "sweep: cancelled: the objects of 1 of 1 builds without a job stay." in outcome.out
    assert orphan in set(checkout.keys())


def key_of(number):
    """The script of a build without a job."""
    return f"glue-health-check/{number:012x}/a/script/a.py"


def list_builds(checkout):
    """Let the next listing of the bucket tell of 101 builds, of which both ends alone are old."""
    words = "".join(
        f"<Version><Key>{key_of(number)}</Key><VersionId>null</VersionId><LastModified>"
        f"{2020 if number in {0, 100} else 2999}-01-01T00:00:00.000Z</LastModified></Version>"
        for number in range(101)
    )
    body = f"<ListVersionsResult>{words}</ListVersionsResult>".encode()
    checkout.relay.let(f"GET {checkout.bucket}", Trouble(status=200, body=body))
    for number in (0, 100):
        checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=key_of(number), Body=b"")


def test_sweep__hundreds_of_builds_without_a_job__says_how_far_it_is(checkout):
    list_builds(checkout)

    outcome = checkout.on_glue("sweep")

    assert outcome.code == 0
    told = [line for line in outcome.out.splitlines() if "looked at" in line]
    assert told == [
        "sweep: looked at 100 of 101 builds without a job, 1 removed so far.",
        "sweep: looked at 101 of 101 builds without a job, 2 removed so far.",
    ]
    assert checkout.keys() == []


def test_sweep__a_signal_among_builds_without_a_job__looks_at_no_more_and_says_so(
    checkout, interrupt
):
    list_builds(checkout)
    stop = partial(interrupt, signal.SIGTERM)
    checkout.relay.once(f"POST {checkout.bucket}", stop)

    outcome = checkout.on_glue("sweep")

    assert outcome.code == 143
    assert "sweep: cancelled: the objects of 1 of 101 builds without a job stay." in outcome.out
    assert checkout.keys() == [key_of(100)]


def test_sweep__local_engine__has_nothing_to_do(checkout):
    outcome = checkout.on_glue("sweep", "--engine", "local")

    assert (outcome.code, checkout.relay.asked) == (0, [])
