"""The default image in use: as any CI host starts it, against a Glue that stands for AWS."""

import json
import os
import shutil
import subprocess

import pytest

from tests.container.conftest import BUCKET, ROLE_ARN, finished, in_workspace, until_it_runs

pytestmark = pytest.mark.container

CHECK = ("check", "--job-type", "pythonshell", "--role-arn", ROLE_ARN, "--scripts-bucket", BUCKET)
CLEANUP = "/usr/local/bin/glue-health-check-cleanup"
REPORT = "glue-health-check-report"
FILES = {
    f"{REPORT}/{name}"
    for name in (".gitignore", "build-id", "junit.xml", "report.json", "report.md")
}
OWNER = 1234
LOCKED = {
    "user": "1000:1000",
    "read_only": True,
    "tmpfs": {"/tmp": ""},
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
}
"""As strict as a host can be; nobody is called 1000 in the image."""

HOSTILE = "open('/workspace/i-was-here', 'w').write(__name__)\nraise SystemExit('hostile')\n"


def owned(folder, number=OWNER):
    """Give a folder and all in it to a user; return it."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, number, number)
    return folder


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def verdict(folder):
    return json.loads((folder / REPORT / "report.json").read_text())["verdict"]


# --- what it is ----------------------------------------------------------------------------------


def test_image__its_settings__are_those_that_every_host_needs(docker_client, image):
    config = docker_client.images.get(image).attrs["Config"]

    assert config["Entrypoint"] == ["/usr/local/bin/glue-health-check"]
    assert config["User"] == ""  # GitHub's runner needs root
    assert config["WorkingDir"] in {"", "/"}  # each host sets its own
    assert not config["Volumes"]
    labels = {key.rpartition(".")[2]: value for key, value in config["Labels"].items()}
    assert labels["title"] == "glue-health-check"
    assert labels["licenses"] == "Apache-2.0"
    assert labels["source"] == "https://github.com/glue-health-check/glue-health-check"


def test_image__its_version__is_that_of_the_package(docker_client, image, run_container):
    labels = docker_client.images.get(image).labels

    done = finished(run_container(image, "--version"))

    assert done.out.strip() == labels["org.opencontainers.image.version"]


def test_image__help__needs_no_network_no_user_and_no_disk(image, run_container):
    done = finished(run_container(image, "--help", **{**LOCKED, "network_mode": "none"}))

    assert (done.code, done.err) == (0, "")
    assert "glue-health-check" in done.out


def test_image__what_it_holds__is_compiled_licensed_and_belongs_to_root(image, run_container):
    look = (
        "import pathlib, sysconfig\n"
        "root = pathlib.Path('/usr/local')\n"
        "lib = pathlib.Path(sysconfig.get_path('purelib'))\n"
        "ours = [p for p in lib.rglob('*.py') if 'pip' not in p.relative_to(lib).parts[0]]\n"
        "bare = [p for p in ours if not (p.parent / '__pycache__').is_dir()]\n"
        "print(len(ours) > 500, bare)\n"
        "print([p for p in root.rglob('*') if p.lstat().st_uid or p.lstat().st_mode & 0o22\n"
        "    and not p.is_symlink()])\n"
        "print([str(p.relative_to(lib)) for p in lib.glob('glue_health_check-*/licenses/*')])\n"
        "print([str(p) for p in (root / 'bin').glob('glue*')])\n"
        "print([p for p in map(pathlib.Path, ('/build', '/source', '/tools')) if p.exists()])\n"
    )

    done = finished(run_container(image, "-c", look, entrypoint=["python3.13", "-I"]))

    compiled, owned_by_others, licenses, scripts, rest = done.out.splitlines()
    assert (compiled, owned_by_others, rest) == ("True []", "[]", "[]")
    assert "LICENSE" in licenses
    assert "NOTICE" in licenses
    assert CLEANUP in scripts


# --- wrong, failed, passed -----------------------------------------------------------------------


@pytest.mark.parametrize("lock", [{}, LOCKED], ids=["root", "locked"])
def test_image__wrong_settings__is_2_and_writes_nothing(
    lock, image, run_container, workspace, aws_environ, nothing_left
):
    options = in_workspace(owned(workspace), environment=aws_environ, **lock)
    before = files_in(workspace)

    done = finished(run_container(image, *CHECK, "--script", "jobs/nowhere.py", **options))

    assert done.code == 2
    assert "jobs/nowhere.py is missing" in done.err
    assert "Traceback" not in done.err
    assert files_in(workspace) == before
    nothing_left()


def test_image__engine_local__is_2_and_names_the_image_with_spark(image, run_container, workspace):
    options = in_workspace(owned(workspace))

    done = finished(
        run_container(image, "check", "--engine", "local", "--script", "jobs/good.py", **options)
    )

    assert done.code == 2
    assert "local" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(("job", "code", "word"), [("broken", 1, "failed"), ("good", 0, "passed")])
def test_image__as_root__report_belongs_to_the_owner_of_the_workspace(
    job, code, word, image, run_container, workspace, aws_environ, nothing_left
):
    options = in_workspace(owned(workspace), environment=aws_environ)
    before = files_in(workspace)

    container = run_container(image, *CHECK, "--script", f"jobs/{job}.py", **options)
    done = finished(container)

    assert (done.code, done.err) == (code, ""), done.out
    assert verdict(workspace) == word
    assert files_in(workspace) - before == FILES
    paths = [workspace / REPORT, *(workspace / name for name in FILES)]
    assert {(path.stat().st_uid, path.stat().st_gid) for path in paths} == {(OWNER, OWNER)}
    assert [change["Path"] for change in container.diff() or ()] in ([], ["/workspace"])
    nothing_left()


@pytest.mark.parametrize(("job", "code", "word"), [("broken", 1, "failed"), ("good", 0, "passed")])
@pytest.mark.parametrize("home", [None, "/", "/nowhere"])
def test_image__locked_up__does_the_same(
    home, job, code, word, image, run_container, workspace, aws_environ, nothing_left
):
    environ = aws_environ if home is None else {**aws_environ, "HOME": home}
    options = in_workspace(owned(workspace, 1000), environment=environ, **LOCKED)

    done = finished(run_container(image, *CHECK, "--script", f"jobs/{job}.py", **options))

    assert (done.code, done.err) == (code, ""), done.out
    assert verdict(workspace) == word
    assert (workspace / REPORT / "report.md").stat().st_uid == 1000
    nothing_left()


def test_image__may_give_no_file_away__is_no_error(
    image, run_container, workspace, aws_environ, nothing_left
):
    options = in_workspace(owned(workspace), environment=aws_environ, cap_drop=["CHOWN"])

    done = finished(run_container(image, *CHECK, "--script", "jobs/good.py", **options))

    assert (done.code, done.err) == (0, "")
    assert (workspace / REPORT / "report.md").stat().st_uid == 0
    nothing_left()


def test_image__report_folder_is_a_link__is_refused_and_nothing_made(
    image, run_container, workspace, aws_environ, nothing_left
):
    (workspace / REPORT).symlink_to("/etc")
    options = in_workspace(owned(workspace / "jobs").parent, environment=aws_environ)

    container = run_container(image, *CHECK, "--script", "jobs/good.py", **options)
    done = finished(container)

    assert done.code in {2, 3}
    assert "symbolic link" in done.out
    assert [change["Path"] for change in container.diff() or ()] in ([], ["/workspace"])
    nothing_left()


# --- a stranger's files --------------------------------------------------------------------------


def test_image__hostile_modules_in_home_and_workspace__are_never_imported(
    image, run_container, workspace, aws_environ, nothing_left
):
    site = workspace / "home/.local/lib/python3.13/site-packages"
    site.mkdir(parents=True)
    (site / "evil.pth").write_text("import usercustomize\n")
    for name in ("usercustomize", "sitecustomize", "boto3", "plugin", "json", "encodings"):
        for folder in (site, workspace, workspace / "home"):
            (folder / f"{name}.py").write_text(HOSTILE)
    (workspace / "startup.py").write_text(HOSTILE)
    environ = {
        **aws_environ,
        "HOME": "/workspace/home",
        "PYTHONPATH": "/workspace",
        "PYTHONSTARTUP": "/workspace/startup.py",
        "PYTHONUSERBASE": "/workspace/home/.local",
        "PYTHONHOME": "/workspace",
        "PYTHONINSPECT": "1",
    }
    options = in_workspace(workspace, environment=environ)

    done = finished(run_container(image, *CHECK, "--script", "jobs/good.py", **options))
    cleaned = finished(run_container(image, entrypoint=[CLEANUP], **options))

    assert (done.code, done.err) == (0, ""), done.out
    assert (cleaned.code, cleaned.err) == (0, ""), cleaned.out
    assert not (workspace / "i-was-here").exists()
    nothing_left()


# --- PID 1 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", [{}, LOCKED], ids=["root", "locked"])
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_image__a_signal_while_the_job_runs__stops_and_removes_all(
    name, code, lock, image, run_container, workspace, aws_environ, nothing_left
):
    owner = 1000 if lock else OWNER
    options = in_workspace(owned(workspace, owner), environment=aws_environ, **lock)
    container = run_container(image, *CHECK, "--script", "jobs/endless.py", **options)
    until_it_runs(container)

    container.kill(name)
    done = finished(container)

    assert done.code == code, done.err
    assert verdict(workspace) == "cancelled"
    nothing_left()


def test_image__killed__leaves_what_the_cleanup_finds_and_removes(
    image, run_container, workspace, aws_environ, aws, nothing_left
):
    options = in_workspace(owned(workspace), environment=aws_environ)
    container = run_container(image, *CHECK, "--script", "jobs/endless.py", **options)
    until_it_runs(container)

    container.kill("SIGKILL")
    killed = finished(container)
    left = aws.jobs()
    cleaned = finished(run_container(image, entrypoint=[CLEANUP], **options))

    assert killed.code == 137
    assert len(left) == 1
    assert cleaned.code == 0, cleaned.err
    nothing_left()


def test_image__the_job_runs__its_output_arrives_at_once(
    image, run_container, workspace, aws_environ
):
    options = in_workspace(workspace, environment=aws_environ)
    container = run_container(image, *CHECK, "--script", "jobs/endless.py", **options)

    lines = until_it_runs(container)

    container.reload()
    assert container.status == "running"
    assert len(lines) > 2
    container.kill("SIGTERM")
    finished(container)


# --- the builders --------------------------------------------------------------------------------


def builders(environ):
    """Yield every `docker` command on the PATH of the machine, each once."""
    found = dict.fromkeys(
        shutil.which("docker", path=folder) for folder in environ.get("PATH", "").split(":")
    )
    return [command for command in found if command]


def built_with_buildkit(environ, folder, tag):
    """Build with the first client that has BuildKit; skip the test where none has."""
    environ = {**environ, "DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain"}
    for command in builders(environ):
        done = subprocess.run(
            [command, "build", "--tag", tag, str(folder)],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if "buildx component is missing" not in done.stderr:
            return done
    pytest.skip("no docker command here has BuildKit")


def test_image__plain_build_with_buildkit__is_the_default_image(
    docker_client, image, run_container, machine_environ, repository
):
    tag = f"{image}-buildkit"

    done = built_with_buildkit(machine_environ, repository, tag)

    assert done.returncode == 0, done.stderr[-4000:]
    assert finished(run_container(tag, "--version")).code == 0
    one, other = (docker_client.images.get(name).attrs["Config"] for name in (image, tag))
    assert one["Entrypoint"] == other["Entrypoint"]
    assert one["Labels"] == other["Labels"]
    docker_client.images.remove(tag, force=True)
