"""Every example, workflow and image file is read by a linter that finds what is wrong with it."""

import shutil
from pathlib import Path

import pytest

from tests.repo.linters import LINTERS, MODULES, SCHEMAS, VENV

ROOT = Path(__file__).parents[2]
# `make lint` and `make test-all` install these; `make test` does without.
TOOLS = (VENV / "bin" / "zizmor", MODULES / "npm-groovy-lint")

HOSTS = {"github", "drone", "woodpecker", "harness", "jenkins", "gitlab", "codebuild"}
UNLINTED = {".md", ".sh"}

WORKFLOW = """\
name: A
on: push
permissions: {}
jobs:
  a:
    name: A
    runs-on: ubuntu-latest
    permissions: {}
    timeout-minutes: 5
    steps:
      - run: true
"""
HARNESS = (ROOT / "examples/ci/harness/pipeline.yaml").read_text(encoding="utf-8")
BUILDSPEC = "version: 0.2\nphases:\n  build:\n    commands: [make]\n"


def linters_of(name):
    """The names of the linters that read a file."""
    return {linter.name for linter in LINTERS if name in linter.files()}


def run(linter_name, root):
    """The exit code and words of one linter for the files below another root."""
    (linter,) = [linter for linter in LINTERS if linter.name == linter_name]
    assert linter.files(root), "the linter does not see the file"
    return linter.run(root)


def put(root, name, text):
    """A file below a root that has the linters' own settings, too."""
    for kept in (".github/zizmor.yml", "requirements/node", "tests/repo/groovylint.json", SCHEMAS):
        source, target = ROOT / kept, root / kept
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


# --- nothing goes without --------------------------------------------------------------------------


def examples():
    found = (path for path in sorted((ROOT / "examples" / "ci").rglob("*")) if path.is_file())
    return [str(path.relative_to(ROOT)) for path in found if path.suffix not in UNLINTED]


@pytest.mark.parametrize("name", examples())
def test_example__each_file__is_read_by_a_linter(name):
    assert linters_of(name)


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_example__each_host__has_one(host):
    assert [name for name in examples() if name.startswith(f"examples/ci/{host}/")]


def test_examples__folder_of_a_host__is_a_known_one():
    folders = {path.name for path in (ROOT / "examples" / "ci").iterdir() if path.is_dir()}

    assert folders == HOSTS


@pytest.mark.parametrize("linter", LINTERS, ids=lambda linter: linter.name)
def test_linter__each__has_something_to_read(linter):
    assert linter.files()


@pytest.mark.parametrize(
    ("name", "linters"),
    [
        ("action.yml", {"zizmor", "schema vendor.github-actions"}),
        (
            ".github/workflows/ci.yml",
            {"zizmor", "actionlint", "schema vendor.github-workflows"},
        ),
        (".github/dependabot.yml", {"zizmor", "schema vendor.dependabot"}),
        (".github/ISSUE_TEMPLATE/bug.yml", {"schema vendor.github-issue-forms"}),
        (".github/ISSUE_TEMPLATE/config.yml", {"schema vendor.github-issue-config"}),
        ("Dockerfile", {"hadolint"}),
        ("examples/ci/drone/.drone.yml", {"schema vendor.drone-ci"}),
        (
            "examples/ci/github/glue-health-check.yml",
            {"zizmor", "actionlint", "schema vendor.github-workflows"},
        ),
    ],
)
def test_linters__of_a_file__are_all_that_know_its_kind(name, linters):
    assert linters_of(name) == linters


def test_makefile__lint__runs_them_and_what_is_generated_is_compared():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = text.partition("\nlint: ")[2].partition("\n\n")[0]

    assert "-m tests.repo.linters" in recipe
    assert "docs/generate.py --check" in recipe


# --- they find what is wrong -----------------------------------------------------------------------


@pytest.mark.skipif(not all(tool.exists() for tool in TOOLS), reason="no linters: make lint")
@pytest.mark.parametrize(
    ("linter", "name", "text", "words"),
    [
        (
            "zizmor",
            ".github/workflows/a.yml",
            WORKFLOW.replace("- run: true", "- uses: acme/etl@v1"),
            "unpinned-uses",
        ),
        (
            "zizmor",
            "examples/ci/github/a.yml",
            WORKFLOW.replace("- run: true", "- run: echo ${{ github.head_ref }}"),
            "template-injection",
        ),
        (
            "actionlint",
            ".github/workflows/a.yml",
            WORKFLOW.replace("- run: true", "- run: echo ${{ steps.none.outputs.x }}"),
            'property "none" is not defined',
        ),
        ("hadolint", "Dockerfile", "FROM python\nRUN cd /tmp\n", "DL3006"),
        ("schema vendor.github-workflows", ".github/workflows/a.yml", "on: push\n", "'jobs' is a"),
        ("schema vendor.github-actions", "action.yml", "name: a\n", "'runs'"),
        (
            "schema vendor.drone-ci",
            "examples/ci/drone/.drone.yml",
            "kind: pipeline\n",
            "is not valid",
        ),
        ("schema vendor.woodpecker-ci", "examples/ci/woodpecker/a.yml", "stepps: []\n", "steps"),
        (
            "schema vendor.gitlab-ci",
            "examples/ci/gitlab/.gitlab-ci.yml",
            "a: {script: {}}\n",
            "is not valid",
        ),
        (
            f"schema {SCHEMAS}/codebuild.json",
            "examples/ci/codebuild/buildspec.yml",
            BUILDSPEC.replace("build:", "bild:"),
            "'bild' was unexpected",
        ),
        (
            f"schema {SCHEMAS}/harness.json",
            "examples/ci/harness/pipeline.yaml",
            HARNESS.replace("settings:", "setings:"),
            "'setings' was unexpected",
        ),
    ],
)
def test_linter__file_is_wrong__says_so(linter, name, text, words, tmp_path):
    put(tmp_path, name, text)

    code, printed = run(linter, tmp_path)

    assert code != 0
    assert words in printed


@pytest.mark.skipif(not all(tool.exists() for tool in TOOLS), reason="no linters: make lint")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pipeline {\n  agent any\n", "NglParseError"),
        ("node {\n  sh 'make'\n}\n", "Indentation"),
    ],
)
def test_groovy__jenkinsfile_is_wrong__says_so_and_leaves_no_server(text, words, tmp_path):
    put(tmp_path, "examples/ci/jenkins/Jenkinsfile", text)

    code, printed = run("npm-groovy-lint", tmp_path)

    assert code != 0
    assert words in printed
