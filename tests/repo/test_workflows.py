"""The workflows of this repository and of the examples give away nothing, and CI leaves nothing out."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
OUR_OWN = ".github/workflows"
CI = f"{OUR_OWN}/ci.yml"

# What a step of CI may run: a developer's own target, a comparison, our own Glue.
OURS = re.compile(
    r'make [a-z. -]+|test "\$\w+" = "[\w ]+"( && test "\$\w+" = "[\w ]+")*|\.github/glue start'
)
BY_VERSION = re.compile(r"glue-health-check/glue-health-check@v[0-9]+|\./")
BY_COMMIT = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v[0-9]+(\.[0-9]+)+")


def workflows():
    """Every workflow, of ours and of the examples, relative to the root."""
    folders = (ROOT / OUR_OWN, *sorted((ROOT / "examples" / "ci").glob("github*")))
    found = [path for folder in folders for path in sorted(folder.rglob("*.y*ml"))]
    return [str(path.relative_to(ROOT)) for path in found]


def read(name):
    """The workflow, with the key that YAML 1.1 takes for `true` under its own name."""
    workflow = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in workflow.items()}


def jobs(name):
    return read(name)["jobs"]


def steps(name):
    return [step for job in jobs(name).values() for step in job.get("steps", ())]


def triggers(name):
    on = read(name)["on"]
    return {on} if isinstance(on, str) else set(on)


def test_workflows__of_ours_and_of_the_examples__are_found():
    assert CI in workflows()
    assert "examples/ci/github/glue-health-check.yml" in workflows()


# --- what every workflow must not do ---------------------------------------------------------------


@pytest.mark.parametrize("name", workflows())
def test_workflow__at_the_top__has_no_permission(name):
    assert read(name)["permissions"] == {}


@pytest.mark.parametrize("name", workflows())
def test_workflow__each_job__says_its_permissions_and_how_long_it_may_take(name):
    for title, job in jobs(name).items():
        assert isinstance(job.get("permissions"), dict), title
        assert job["timeout-minutes"] <= 90, title


def test_ci__each_job__reads_the_checkout_and_may_do_nothing_else():
    assert [
        job for job in jobs(CI).values() if job["permissions"] not in ({}, {"contents": "read"})
    ] == []


@pytest.mark.parametrize("name", workflows())
def test_workflow__each_job__may_write_reports_and_take_an_identity_and_nothing_else(name):
    allowed = {"id-token", "statuses", "checks", "pull-requests"}
    written = {
        scope
        for job in jobs(name).values()
        for scope, right in job["permissions"].items()
        if right != "read"
    }

    assert written - allowed == set()


def test_example__check_on_a_pull_request__may_write_what_is_reported_by_default():
    (job,) = jobs("examples/ci/github/glue-health-check.yml").values()

    assert job["permissions"] == {
        "contents": "read",
        "id-token": "write",
        "pull-requests": "write",
        "statuses": "write",
    }


@pytest.mark.parametrize("name", workflows())
def test_workflow__started_by_strangers__has_no_rights_of_the_base_branch(name):
    assert not triggers(name) & {"pull_request_target", "workflow_run", "issue_comment"}


@pytest.mark.parametrize("name", workflows())
def test_workflow__script__has_no_expression_in_its_text(name):
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", workflows())
def test_workflow__action_of_others__is_pinned_to_a_commit_with_its_version_beside(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    used = re.findall(r"^\s*(?:- )?uses: (.+?)\s*$", text, flags=re.MULTILINE)
    others = [item for item in used if not item.startswith("docker://")]

    loose = [item for item in others if not BY_COMMIT.match(item) and not BY_VERSION.match(item)]

    assert len(used) == len([step for step in steps(name) if "uses" in step])
    assert loose == []


def test_workflows__same_action__is_the_same_commit_everywhere():
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in workflows())
    pins = set(re.findall(r"uses: ([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # (v\S+)", text))

    assert len({action for action, _, _ in pins}) == len(pins)


@pytest.mark.parametrize("name", workflows())
def test_workflow__image_in_a_step__is_our_own(name):
    images = [step["uses"] for step in steps(name) if step.get("uses", "").startswith("docker://")]

    ours = re.compile(r"docker://ghcr\.io/glue-health-check/glue-health-check:[0-9][\w.-]*")
    assert [image for image in images if not ours.fullmatch(image)] == []


@pytest.mark.parametrize("name", workflows())
def test_workflow__checkout__leaves_no_token_behind(name):
    checkouts = [step for step in steps(name) if "actions/checkout@" in step.get("uses", "")]

    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("name", [name for name in workflows() if "pull_request" in triggers(name)])
def test_workflow__new_push_to_a_pull_request__cancels_the_older_build(name):
    concurrency = read(name)["concurrency"]

    assert "github.event.pull_request.number" in concurrency["group"]
    assert concurrency["cancel-in-progress"] is True


# --- our own CI ------------------------------------------------------------------------------------


def test_ci__last_job__needs_all_others_and_runs_whatever_became_of_them():
    last = jobs(CI)["ci"]

    assert set(last["needs"]) == set(jobs(CI)) - {"ci"}
    assert last["if"] == "always()"


def test_ci__last_job__is_red_unless_each_of_the_others_succeeded():
    (step,) = jobs(CI)["ci"]["steps"]
    others = len(jobs(CI)) - 1

    assert step["env"] == {"RESULTS": "${{ join(needs.*.result, ' ') }}"}
    assert step["run"] == f'test "$RESULTS" = "{" ".join(["success"] * others)}"'


def test_ci__no_other_job__may_fail_or_be_left_out():
    others = [job for title, job in jobs(CI).items() if title != "ci"]

    assert [job for job in others if "if" in job or "continue-on-error" in job] == []


def test_ci__what_it_runs__are_the_targets_of_a_developer():
    run = [step["run"] for step in steps(CI) if "run" in step]

    assert [line for line in run if not OURS.fullmatch(line)] == []
    assert {"make lint", "make test", "make image", "make test-rest"} <= set(run)


def test_ci__targets__are_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {
        target
        for step in steps(CI)
        for target in re.findall(r"^make ([a-z-]+)", step.get("run", ""))
    }

    assert [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_ci__tests__run_on_every_python_that_is_supported():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    supported = re.findall(r'"Programming Language :: Python :: (3\.[0-9]+)"', project)

    assert jobs(CI)["test"]["strategy"]["matrix"]["python"] == supported


def test_ci__container_tests__may_not_be_skipped():
    assert jobs(CI)["image"]["env"]["GHC_REQUIRE"] == "docker"


def test_ci__our_own_action__must_pass_once_and_fail_once():
    used = [step for step in steps(CI) if step.get("uses") == "./"]

    assert [step["id"] for step in used] == ["sound", "broken"]
    assert [step.get("continue-on-error", False) for step in used] == [False, True]
    assert (ROOT / used[1]["with"]["script"]).is_file()


def test_ci__inputs_it_gives_to_our_own_action__are_known_ones():
    known = set(yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"])
    given = {name for step in steps(CI) if step.get("uses") == "./" for name in step["with"]}

    assert given - known == set()


@pytest.mark.parametrize("name", workflows())
def test_workflow__inputs_and_outputs_of_our_action__are_known_ones(name):
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    ours = [
        step
        for step in steps(name)
        if "glue-health-check" in step.get("uses", "") or step.get("uses") == "./"
    ]
    given = {key for step in ours for key in step.get("with", {})} - {"args", "entrypoint"}
    text = (ROOT / name).read_text(encoding="utf-8")
    ids = "|".join(step["id"] for step in ours if "id" in step) or "none"
    read_back = set(re.findall(rf"steps\.(?:{ids})\.outputs\.(\w+)", text))

    assert given - set(action["inputs"]) == set()
    assert read_back - set(action["outputs"]) == set()


# --- updates ---------------------------------------------------------------------------------------


def updates():
    return yaml.safe_load((ROOT / ".github/dependabot.yml").read_text(encoding="utf-8"))["updates"]


def test_updates__each_kind_of_dependency__is_looked_after():
    assert {entry["package-ecosystem"] for entry in updates()} == {
        "pip",
        "npm",
        "docker",
        "github-actions",
    }


def test_updates__new_release__waits_for_a_week():
    assert [e for e in updates() if e["schedule"]["interval"] != "weekly"] == []
    assert [e for e in updates() if e["cooldown"]["default-days"] < 7] == []


def test_updates__folders__are_there():
    folders = [
        folder
        for entry in updates()
        for folder in entry.get("directories", [entry.get("directory")])
    ]

    assert [folder for folder in folders if not (ROOT / folder.lstrip("/")).is_dir()] == []
