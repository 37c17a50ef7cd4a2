"""What must hold for the repository as such: files, locks, layers, nothing of one machine."""

import ast
import itertools
import json
import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

# Spelled so that this file does not match itself.
HOSTS = ("pypi[.]org", "pythonhosted[.]org", "npmjs[.]", "repo1?[.]maven", "deb[.]debian[.]org")
INDEX_OPTIONS = r"--(?:extra-)?index-url|--find-links|--trusted-host"
MACHINE_PATHS = r"file:/{3}|(?<![\w.$}])/(?:work|farm|root|opt/(?:pypi|wheels))/[\w.]"

UNREAD = {".csv", ".gz", ".ico", ".orc", ".parquet", ".png", ".zip"}
OUR_OWN = Path("tests/repo/test_repository.py")


def committed() -> tuple[Path, ...]:
    """The files of the repository, relative to its root: those git knows or would add."""
    listing = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = (Path(name) for name in listing.stdout.decode().split("\0") if name)
    return tuple(name for name in names if (ROOT / name).is_file())


def lines_that_match(pattern: str, names: tuple[Path, ...]) -> list[str]:
    """`file:line: text` of each line that the pattern is found in."""
    wanted = re.compile(pattern, re.IGNORECASE)
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in names
        if name.suffix not in UNREAD
        for number, line in enumerate(
            (ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if wanted.search(line)
    ]


def locked(name: str) -> dict[str, tuple[str, ...]]:
    """Name of each locked package → its hashes."""
    text = (ROOT / "requirements" / name).read_text()
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    return {
        re.split("==", entry)[0].lower(): tuple(re.findall(r"--hash=sha256:[0-9a-f]{64}", entry))
        for entry in entries
    }


def wanted_by(requirements: list[str]) -> set[str]:
    """The bare names of requirements such as `moto[s3]>=5,<6`, as locks spell them."""
    names = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {name[0].lower().replace("_", "-") for name in names if name}


# --- nothing of one machine ----------------------------------------------------------------------


@pytest.mark.parametrize("pattern", [*HOSTS, MACHINE_PATHS])
def test_files__registry_host_or_path_of_a_machine__in_none(pattern):
    names = tuple(name for name in committed() if name != OUR_OWN)

    assert lines_that_match(pattern, names) == []


@pytest.mark.parametrize(
    "line",
    ["see file:|///srv/simple", "cd /|work/main", "/|root/.cache", "x=/opt|/wheels/a"],
)
def test_machine_paths__path_of_a_machine__is_found(line):
    assert re.search(MACHINE_PATHS, line.replace("|", ""))


@pytest.mark.parametrize(
    "line", ["$run_dir/work/flights.py", "<run_dir>/home", "/home/runner/work/a"]
)
def test_machine_paths__path_of_a_run_or_a_site__is_none(line):
    assert not re.search(MACHINE_PATHS, line)


def test_workflow_of_ci__names_no_index():
    scripts = (Path("Makefile"), Path(".ci/run"), Path(".github/glue"), Path("requirements/npm"))
    workflows = tuple(name for name in committed() if name.parts[:2] == (".github", "workflows"))
    names = (*scripts, *workflows, *(lock.relative_to(ROOT) for lock in LOCKS))

    assert lines_that_match(INDEX_OPTIONS, names) == []


def test_files__left_by_tools_or_runs__are_not_committed():
    left = re.compile(r"(^|/)(__pycache__|\.venv|\.bench|metastore_db|spark-warehouse)/|\.pyc$")

    assert [str(name) for name in committed() if left.search(str(name))] == []


# --- locks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [lock.name for lock in LOCKS])
def test_lock__every_package__has_hashes_and_an_exact_version(name):
    text = (ROOT / "requirements" / name).read_text()

    starts = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]

    assert locked(name)
    assert all(hashes for hashes in locked(name).values())
    assert all(re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+( ; .+)? \\$", line) for line in starts)


@pytest.mark.parametrize(
    ("name", "extras"),
    [("runtime.txt", ()), ("local.txt", ("local", "tty")), ("dev.txt", ("dev", "local", "tty"))],
)
def test_lock__what_pyproject_asks_for__is_in_it(name, extras):
    project = PROJECT["project"]
    asked = list(project["dependencies"])
    asked += itertools.chain.from_iterable(project["optional-dependencies"][x] for x in extras)

    assert wanted_by(asked) - set(locked(name)) == set()


@pytest.mark.parametrize("name", ["rich", "moto", "pyspark", "flask", "pytest", "docker"])
def test_lock__of_the_runtime__is_lean(name):
    assert name not in locked("runtime.txt")


@pytest.mark.parametrize(("small", "large"), [("runtime", "local"), ("local", "dev")])
def test_lock__smaller_one__is_part_of_the_larger(small, large):
    def entries(name: str) -> set[str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        return set(re.findall(r"^[\w.\[\],-]+==[^\s;]+", text, flags=re.MULTILINE))

    assert entries(small) - entries(large) == set()


def test_lock__what_builds_the_project__is_in_build():
    assert wanted_by(PROJECT["build-system"]["requires"]) - set(locked("build.txt")) == set()


@pytest.mark.parametrize("name", ["bench", "build", "tools"])
def test_lock__what_its_list_asks_for__is_in_it(name):
    lines = (ROOT / "requirements" / f"{name}.in").read_text().splitlines()
    asked = wanted_by([line for line in lines if not line.startswith("#")])

    assert asked
    assert asked - set(locked(f"{name}.txt")) == set()


def test_lock__tools__ask_for_the_versions_of_dev_because_they_share_its_environment():
    def versions(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", text, flags=re.MULTILINE))

    dev, tools = versions("dev"), versions("tools")

    assert {name: tools[name] for name in dev.keys() & tools} == {
        name: dev[name] for name in dev.keys() & tools
    }


NODE = ROOT / "requirements" / "node"


def test_node_lock__every_package__has_a_hash_and_no_address():
    packages = json.loads((NODE / "package-lock.json").read_text())["packages"]
    installed = {name: entry for name, entry in packages.items() if name}

    assert installed
    assert [n for n, e in installed.items() if not e["integrity"].startswith("sha512-")] == []
    assert [n for n, e in installed.items() if "resolved" in e] == []


def test_node_lock__what_the_list_asks_for__is_in_it_by_an_exact_version():
    asked = json.loads((NODE / "package.json").read_text())["dependencies"]
    packages = json.loads((NODE / "package-lock.json").read_text())["packages"]

    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked


# --- layers --------------------------------------------------------------------------------------


def test_layers__contract__is_exhaustive_and_names_every_module():
    contract = PROJECT["tool"]["importlinter"]["contracts"][0]
    named = set(re.findall(r"\w+", " ".join(contract["layers"])))
    there = {
        path.stem
        for path in (ROOT / "plugin").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert contract["type"] == "layers"
    assert contract["exhaustive"] is True
    assert there - {"__init__"} - named == set()


def test_layers__pure_parts__may_not_import_what_does_io():
    contract = PROJECT["tool"]["importlinter"]["contracts"][1]

    assert {"plugin.core", "plugin.lifecycle", "plugin.sweep", "plugin.ci"} <= set(
        contract["source_modules"]
    )
    assert {"boto3", "botocore", "github", "os", "socket", "subprocess", "time"} <= set(
        contract["forbidden_modules"]
    )


def test_image__label__names_the_version_of_the_project():
    found = re.findall(r"^ARG VERSION=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert found == [PROJECT["project"]["version"]]


def test_package__says_that_it_is_typed():
    assert (ROOT / "plugin" / "py.typed").exists()


# --- sources -------------------------------------------------------------------------------------


def python_files(*folders: str) -> list[str]:
    """The committed Python files below the folders."""
    names = (str(name) for name in committed() if name.suffix == ".py")
    return [name for name in names if name.startswith(folders)]


@pytest.mark.parametrize("name", python_files("plugin/", "benchmarks/", "tests/", "entrypoint.py"))
def test_module__docstring__is_there(name):
    tree = ast.parse((ROOT / name).read_text())

    assert ast.get_docstring(tree) or not tree.body


@pytest.mark.parametrize("name", python_files("plugin/"))
def test_module__length__stays_readable(name):
    text = (ROOT / name).read_text()
    functions = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]

    long = [f"{f.name} at line {f.lineno}" for f in functions if lines_of(f) > 40]

    assert text.count("\n") <= 300
    assert long == []


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function has, its docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_tests__doubles__are_not_patches():
    pattern = r"unittest\.mock|MagicMock|mock\.patch|mocker\b|monkeypatch\.setattr"
    names = tuple(Path(name) for name in python_files("tests/") if Path(name) != OUR_OWN)

    assert lines_that_match(pattern, names) == []


def test_marks__noqa_and_ignore__carry_their_reason():
    bare = (
        r"#\s*(noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)*\s+[-#—(]*\s*\w)|type: ignore(?!\[[\w,-]+\]\s+\S))"
    )
    names = python_files("plugin/", "tests/", "benchmarks/", "examples/", "entrypoint.py")
    checked = tuple(Path(name) for name in names if Path(name) != OUR_OWN)

    assert lines_that_match(bare, checked) == []


# --- documents -----------------------------------------------------------------------------------


def test_licence__is_apache_2_in_full():
    text = (ROOT / "LICENSE").read_text()

    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["project"]["license"] == "Apache-2.0"


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "action.yml",
        ".github/SECURITY.md",
        ".github/pull_request_template.md",
        "docs/architecture.md",
        "Makefile",
        ".ci/run",
        "entrypoint.py",
    ],
)
def test_file__that_a_newcomer_looks_for__is_there(name):
    assert (ROOT / name).is_file()


def test_adrs__numbers__are_used_once_and_without_gaps():
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))]

    assert [number for number, times in Counter(numbers).items() if times > 1] == []
    assert numbers == list(range(1, len(numbers) + 1))


def test_documents__links_to_files__lead_somewhere():
    documents = [
        name
        for name in committed()
        if name.suffix == ".md" and "golden" not in name.parts  # hostile on purpose
    ]
    dead = [
        f"{name}: {target}"
        for name in documents
        for target in re.findall(
            r"\]\((?!https?://|mailto:|#)([^)#\s]+)", (ROOT / name).read_text()
        )
        if not (ROOT / name.parent / target).exists()
    ]

    assert dead == []


def test_changes__fragments__are_of_a_known_kind():
    kinds = set(PROJECT["tool"]["towncrier"]["fragment"])
    others = {"README.md", "template.md.jinja", ".gitignore"}
    fragments = [path for path in (ROOT / "changes").iterdir() if path.name not in others]

    assert [path.name for path in fragments if path.name.split(".")[1] not in kinds] == []
    assert [path.name for path in fragments if path.suffix != ".md"] == []


@pytest.mark.parametrize(
    "target",
    ["demo", "test", "test-all", "test-rest", "lint", "image", "bench", "lock", "clean", "help"],
)
def test_makefile__target__is_there_and_says_what_it_does(target):
    text = (ROOT / "Makefile").read_text()

    assert re.search(rf"^{target}:.*## \S", text, flags=re.MULTILINE)
    assert re.search(rf"^\.PHONY: {target}$", text, flags=re.MULTILINE)


def test_makefile__no_target__says_what_there_is():
    printed = subprocess.run(
        ("make", "-C", str(ROOT)), capture_output=True, text=True, check=True
    ).stdout

    assert "make demo" in printed
    assert "make test" in printed


@pytest.mark.parametrize(
    "name", [".ci/run", ".github/glue", "requirements/lock", "requirements/npm"]
)
def test_script__committed__can_be_run_and_stops_at_errors(name):
    path = ROOT / name

    assert path.stat().st_mode & 0o111
    assert "set -euo pipefail" in path.read_text()
