"""The trail that a check leaves for cleanup: when, where, and whose."""

import io
import resource
import tempfile
import time
from contextlib import contextmanager

import boto3
import pytest

from plugin.app.engines import opened
from plugin.app.invocation import Invocation
from plugin.app.trail import drop, find_trail, leave_trail, note_final
from plugin.core import command_line
from plugin.core.build import Build, Fork, Host
from plugin.core.errors import PluginError
from tests.unit.aws.relay import refusal

FOLDER = "glue-health-check-report"
TRAIL = f"{FOLDER}/build-id"
OLD = "0123456789ab"
FORK = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "octocat/etl",
    "CI_PROJECT_ID": "42",
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "43",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "stranger/etl",
}
"""A merge request of a fork, on a host that keeps no state for us."""
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


def ends_soon(checkout):
    """Let AWS refuse the job: what is written before it and the report stand all the same."""
    checkout.relay.let("CreateJob", refusal(400, "AccessDeniedException", "not you"))


def ids(checkout):
    return [line for line in lines(checkout) if "=" not in line]


def lines(checkout):
    return (checkout.root / TRAIL).read_text().split()


def test_check__skipped_stranger_committed_a_trail__it_is_gone(checkout):
    checkout.write("a.py", "print(1)")
    checkout.write(TRAIL, OLD)

    outcome = checkout.on_glue("check", "--script", "a.py", **FORK)

    assert outcome.report["verdict"] == "skipped"
    assert not (checkout.root / TRAIL).exists()


def test_check__stranger_with_wrong_settings_committed_a_trail__it_is_gone(checkout):
    checkout.write(TRAIL, OLD)
    checkout.write(".glue-health-check.yml", "worker_type: huge\n")

    outcome = checkout.on_glue("check", "--allow-forks", **FORK)

    assert outcome.code == 2
    assert not (checkout.root / TRAIL).exists()


def test_check__stranger_committed_a_trail_as_a_link__its_target_stays(checkout, tmp_path):
    (tmp_path / "secret").write_text(OLD)
    checkout.write("a.py", "print(1)")
    (checkout.root / FOLDER).mkdir()
    (checkout.root / TRAIL).symlink_to(tmp_path / "secret")

    checkout.on_glue("check", "--script", "a.py", **FORK)

    assert not (checkout.root / TRAIL).is_symlink()
    assert (tmp_path / "secret").read_text() == OLD


def test_check__stranger_made_the_report_folder_a_link__nothing_is_removed_there(
    checkout, tmp_path
):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/build-id").write_text(OLD)
    checkout.write("a.py", "print(1)")
    (checkout.root / FOLDER).symlink_to(tmp_path / "outside")

    checkout.on_glue("check", "--script", "a.py", **FORK)

    assert (tmp_path / "outside/build-id").read_text() == OLD


def test_check__allowed_stranger_committed_a_trail__it_holds_our_id_alone(checkout):
    ends_soon(checkout)
    checkout.write("a.py", "print(1)")
    checkout.write(TRAIL, OLD)

    outcome = checkout.on_glue("check", "--script", "a.py", "--allow-forks", **FORK)

    assert ids(checkout) == [outcome.report["build_id"]]


@pytest.mark.parametrize("argv", [(), ("--allow-forks",)])
def test_check_then_cleanup__a_stranger_without_credentials__both_are_0(checkout, tmp_path, argv):
    checkout.write("a.py", "print(1)")
    state = tmp_path / "state"
    state.touch()
    for host in ({}, {"GITHUB_STATE": str(state)}):
        check = checkout.on_glue("check", "--script", "a.py", *argv, **FORK, **host, **NO_KEYS)
        cleanup = checkout.on_glue("cleanup", *argv, **FORK, **host, **NO_KEYS)

        assert (check.code, check.report["verdict"]) == (0, "skipped")
        assert (cleanup.code, cleanup.err) == (0, "")


def test_check__no_credentials__leaves_no_trail_because_nothing_is_made(checkout):
    checkout.write("a.py", "print(1)")

    check = checkout.on_glue("check", "--script", "a.py", **NO_KEYS)
    cleanup = checkout.on_glue("cleanup", **NO_KEYS)

    assert (check.code, cleanup.code) == (3, 0)
    assert not (checkout.root / TRAIL).exists()


def test_check__dry_run_of_a_stranger__changes_no_file(checkout):
    checkout.write("a.py", "print(1)")
    checkout.write(TRAIL, OLD)

    checkout.on_glue("check", "--script", "a.py", "--dry-run", **FORK)

    assert ids(checkout) == [OLD]


def test_check__killed_with_its_workspace_lost__its_log_begins_with_what_cleanup_needs(checkout):
    ends_soon(checkout)
    checkout.write("a.py", "print(1)")

    outcome = checkout.on_glue("check", "--script", "a.py")

    assert f"build {outcome.report['build_id']} " in outcome.out.splitlines()[0]


def test_check__a_second_one_in_the_workspace__adds_its_id(checkout):
    ends_soon(checkout)
    checkout.write("a.py", "print(1)")
    checkout.write(TRAIL, f"{OLD}\n")

    outcome = checkout.on_glue("check", "--script", "a.py")

    assert ids(checkout) == [OLD, outcome.report["build_id"]]


def test_check__the_trail_is_full__the_oldest_id_goes(checkout):
    ends_soon(checkout)
    checkout.write("a.py", "print(1)")
    known = [f"{number:012x}" for number in range(20)]
    checkout.write(TRAIL, "\n".join(known))

    outcome = checkout.on_glue("check", "--script", "a.py")

    assert ids(checkout) == [*known[1:], outcome.report["build_id"]]


def test_check__the_trail_is_none_of_ours__begins_a_new_one(checkout):
    ends_soon(checkout)
    checkout.write("a.py", "print(1)")
    checkout.write(TRAIL, f"{OLD}\nsomething else")

    outcome = checkout.on_glue("check", "--script", "a.py")

    assert ids(checkout) == [outcome.report["build_id"]]


# --- the buckets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "ab", "A-Bucket", "a/b", "-ab", "a" * 64, "a,b-c", "../../x"])
def test_leave_trail__what_is_no_buckets_name__is_not_written(tmp_path, name):
    invocation = invocation_in(tmp_path)
    build, settings = invocation.build(), invocation.gathered(is_foreign=False)

    leave_trail(invocation, settings, build, OLD, buckets=(name, "a-bucket"))

    assert (tmp_path / TRAIL).read_text() == f"{OLD}\nbucket=a-bucket\n"


@pytest.mark.parametrize("line", ["bucket=", "bucket=A/B", "bucket=a b", "buckets=a-bucket"])
def test_find_trail__a_line_is_no_bucket__nothing_is_believed(tmp_path, line):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / TRAIL).write_text(f"{OLD}\n{line}\n")
    invocation = invocation_in(tmp_path)

    trail = find_trail(invocation, invocation.build())

    assert (trail.build_ids, trail.buckets) == ((), ())


def test_find_trail__more_buckets_than_a_trail_holds__is_not_our_file(tmp_path):
    (tmp_path / FOLDER).mkdir()
    buckets = "".join(f"bucket=bucket-{number}\n" for number in range(21))
    (tmp_path / TRAIL).write_text(f"{OLD}\n{buckets}")
    invocation = invocation_in(tmp_path)

    assert find_trail(invocation, invocation.build()).build_ids == ()


def test_find_trail__hostile_state__only_buckets_names_are_taken(tmp_path):
    invocation = invocation_in(
        tmp_path, GITHUB_ACTIONS="true", STATE_build_id=OLD, STATE_buckets="a-bucket,../x,,b-bucket"
    )

    trail = find_trail(invocation, invocation.build())

    assert (trail.build_ids, trail.buckets) == ((OLD,), ("a-bucket", "b-bucket"))


def test_leave_trail__on_github__the_buckets_are_a_state_of_the_action(tmp_path):
    state = tmp_path / "state"
    state.touch()
    invocation = invocation_in(tmp_path, GITHUB_ACTIONS="true", GITHUB_STATE=str(state))
    build, settings = invocation.build(), invocation.gathered(is_foreign=False)

    leave_trail(invocation, settings, build, OLD, buckets=("a-bucket", "b-bucket", "a-bucket"))

    assert state.read_text() == f"build_id={OLD}\nbuckets=a-bucket,b-bucket\n"


def test_note_final__the_file_knows_buckets__they_stay(tmp_path):
    invocation = invocation_in(tmp_path)
    build, settings = invocation.build(), invocation.gathered(is_foreign=False)
    leave_trail(invocation, settings, build, OLD, buckets=("a-bucket",))

    note_final(invocation, settings, build, build_id=OLD, state="failure")

    assert find_trail(invocation, build).buckets == ("a-bucket",)


def test_check__its_trail__names_the_bucket_that_it_writes_to(checkout):
    ends_soon(checkout)
    checkout.write("a.py", "print(1)")

    checkout.on_glue("check", "--script", "a.py")

    assert lines(checkout)[-1] == f"bucket={checkout.bucket}"


# --- a check that left nothing for certain -------------------------------------------------------


def test_check_then_cleanup__on_this_machine__has_nothing_to_ask_aws_for(checkout):
    checkout.write("a.py", "print(1)")
    checkout.write(TRAIL, f"{OLD}\nbucket=a-bucket\n")

    checkout.local("--script", "a.py")
    assert lines(checkout) == [OLD, "bucket=a-bucket"]

    (checkout.root / TRAIL).unlink()
    checkout.local("--script", "a.py")
    cleanup = checkout.run("cleanup", **NO_KEYS)

    assert not (checkout.root / TRAIL).exists()
    assert (cleanup.code, cleanup.err) == (0, "")


def test_drop__what_is_not_there_or_cannot_be_written__is_no_error(tmp_path):
    invocation = invocation_in(tmp_path)
    build, settings = invocation.build(), invocation.gathered(is_foreign=False)

    drop(invocation, settings, build, OLD)
    assert not (tmp_path / TRAIL).exists()

    (tmp_path / FOLDER).symlink_to(tmp_path)
    (tmp_path / "build-id").write_text(OLD)
    drop(invocation, settings, build, OLD)
    assert (tmp_path / "build-id").read_text() == OLD


def test_drop__on_github__the_state_keeps_the_id_that_it_has(tmp_path):
    state = tmp_path / "state"
    state.touch()
    invocation = invocation_in(tmp_path, GITHUB_ACTIONS="true", GITHUB_STATE=str(state))
    build, settings = invocation.build(), invocation.gathered(is_foreign=False)
    leave_trail(invocation, settings, build, OLD)

    drop(invocation, settings, build, OLD)

    assert state.read_text() == f"build_id={OLD}\n"


# --- how a check ended ---------------------------------------------------------------------------


def invocation_in(folder, **environ):
    return Invocation(
        line=command_line.parse(("check", "--engine", "local")),
        environ=environ,
        cwd=folder,
        out=io.StringIO(),
        err=io.StringIO(),
    )


def noted(folder, state, *, build_id=OLD, **environ):
    """What ``cleanup`` finds of a check that left its trail and noted a state."""
    invocation = invocation_in(folder, **environ)
    build = invocation.build()
    settings = invocation.gathered(is_foreign=False)
    leave_trail(invocation, settings, build, OLD)
    note_final(invocation, settings, build, build_id=build_id, state=state)
    return find_trail(invocation, build)


def test_note_final__in_our_file__a_failure_is_found_and_a_pass_is_not(tmp_path):
    assert noted(tmp_path, "failure").finals == {OLD: "failure"}
    assert noted(tmp_path, "success").finals == {}
    assert noted(tmp_path, "error").build_ids == (OLD,)
    assert (tmp_path / TRAIL).read_text() == f"{OLD}\nfinal={OLD}:error\n"


def test_note_final__the_trail_has_gone__nothing_is_written(tmp_path):
    assert noted(tmp_path, "failure", build_id="ba9876543210").finals == {}
    assert (tmp_path / TRAIL).read_text() == f"{OLD}\n"


def test_note_final__on_github__is_a_state_of_the_action(tmp_path):
    state = tmp_path / "state"
    state.touch()

    noted(tmp_path, "success", GITHUB_ACTIONS="true", GITHUB_STATE=str(state))

    assert state.read_text() == f"build_id={OLD}\nfinal={OLD}:success\n"
    assert not (tmp_path / TRAIL).exists()


@contextmanager
def files_of_100_bytes():
    """No file of this process grows any longer: a disk that is full takes a part, too.

    Only for what is tested, since pytest writes as well.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_trail__the_disk_takes_a_part__leaves_no_half_line(tmp_path):
    # GitHub's runner fails a step for a line of its file that is none.
    state = tmp_path / "state"
    state.write_text(f"a={'x' * 90}\n")
    invocation = invocation_in(tmp_path, GITHUB_ACTIONS="true", GITHUB_STATE=str(state))
    build, settings = invocation.build(), invocation.gathered(is_foreign=False)

    with files_of_100_bytes():
        note_final(invocation, settings, build, build_id=OLD, state="success")
        with pytest.raises(PluginError, match="state: No space left on device"):
            leave_trail(invocation, settings, build, OLD)

    assert state.read_text() == f"a={'x' * 90}\n"


def test_note_final__it_cannot_be_written__is_no_error(tmp_path):
    invocation = invocation_in(
        tmp_path, GITHUB_ACTIONS="true", GITHUB_STATE=str(tmp_path / "no/such")
    )
    build, settings = invocation.build(), invocation.gathered(is_foreign=False)

    note_final(invocation, settings, build, build_id=OLD, state="success")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "line", ["final=x", f"final={OLD}:passed", f"final={OLD}:failure:x", "final=:failure"]
)
def test_find_trail__a_line_is_none_of_ours__nothing_is_believed(tmp_path, line):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / TRAIL).write_text(f"{OLD}\n{line}\n")
    invocation = invocation_in(tmp_path)

    trail = find_trail(invocation, invocation.build())

    assert (trail.build_ids, trail.finals) == ((), {})


# --- the report folder ---------------------------------------------------------------------------


@pytest.mark.parametrize("report_dir", [".", "./", "x/.."])
@pytest.mark.parametrize("text", ["node_modules\n", None])
def test_check__the_report_folder_is_the_checkout__its_gitignore_is_the_users(
    checkout, report_dir, text
):
    ends_soon(checkout)
    checkout.write("a.py", "print(1)")
    if text is not None:
        checkout.write(".gitignore", text)

    checkout.on_glue("check", "--script", "a.py", "--report-dir", report_dir)

    path = checkout.root / ".gitignore"
    assert (path.read_text() if path.exists() else None) == text
    assert (checkout.root / "build-id").exists()


def test_check__the_report_folder_has_a_gitignore__it_stays(checkout):
    ends_soon(checkout)
    checkout.write("a.py", "print(1)")
    checkout.write(f"{FOLDER}/.gitignore", "*.tmp\n")

    checkout.on_glue("check", "--script", "a.py")

    assert (checkout.root / FOLDER / ".gitignore").read_text() == "*.tmp\n"


# --- the local engine ----------------------------------------------------------------------------


def test_opened__a_strangers_script_would_be_our_user__ends_in_error_and_is_not_begun(
    checkout, tmp_path
):
    """What the plan could not see: the folder for temporary files is closed to others."""
    invocation = Invocation(
        line=command_line.parse(("check", "--engine", "local")),
        environ={},
        cwd=checkout.root,
        out=io.StringIO(),
        err=io.StringIO(),
    )
    (tmp_path / "closed").mkdir(mode=0o700)
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path / "closed")
    settings = invocation.gathered(is_foreign=True)
    build = Build(host=Host.PLAIN, fork=Fork.YES)
    try:
        with opened(invocation, settings, (), invocation.say, build=build) as access:
            run = _run(access, f"open({str(tmp_path / 'it-ran')!r}, 'w')")
    finally:
        tempfile.tempdir = before

    assert run["JobRunState"] == "ERROR"
    assert "a stranger's script may not run as the user of this step" in run["ErrorMessage"]
    assert not (tmp_path / "it-ran").exists()


def _run(access, script):
    def client(service):
        return boto3.client(
            service,
            endpoint_url=access.endpoint_url,
            region_name=access.region,
            aws_access_key_id=access.access_key_id,
            aws_secret_access_key=access.secret_access_key,
        )

    client("s3").create_bucket(Bucket="bucket-of-the-trail")
    client("s3").put_object(Bucket="bucket-of-the-trail", Key="a.py", Body=script.encode())
    client("iam").create_role(RoleName="a-role", AssumeRolePolicyDocument="{}")
    glue = client("glue")
    command = {"Name": "pythonshell", "ScriptLocation": "s3://bucket-of-the-trail/a.py"}
    glue.create_job(Name="a", Role="a-role", Command=command)
    run_id = glue.start_job_run(JobName="a")["JobRunId"]
    until = time.monotonic() + 60
    while True:
        run = glue.get_job_run(JobName="a", RunId=run_id)["JobRun"]
        is_final = run["JobRunState"] in {"ERROR", "FAILED", "SUCCEEDED"}
        if is_final or time.monotonic() > until:
            return run
        time.sleep(0.05)
