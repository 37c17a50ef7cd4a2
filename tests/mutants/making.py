"""Makes a tree of the repository whose chosen modules hold all their mutants beside each function.

It knows what mutmut generates, and sorts each mutant: `words` when only the text of a literal has
changed, else `logic`.  It knows nothing of tests.

mutmut passes over what is decorated (properties, context managers) and over what runs while a
module is loaded (tables, patterns, defaults of fields).
"""

from __future__ import annotations

import ast
import difflib
import shutil
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents

if TYPE_CHECKING:
    from pathlib import Path

COPIED = (
    "plugin",
    "tests",
    "docs",
    "examples",
    "requirements",
    "pyproject.toml",
    "entrypoint.py",
    "README.md",
    "Makefile",
    "action.yml",
)
"""What tests of the pure parts read."""

MARK = "__mutmut_"


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change of one function."""

    name: str
    """As mutmut has it: the module, and the function with the change's number."""
    path: str
    kind: str
    """`words` or `logic`."""
    diff: str
    """The changed lines, with - and + before them."""

    @property
    def function(self) -> str:
        """The function's name, as mutmut records that a test has called it."""
        return self.name.rpartition(MARK)[0]


def copy_tree(root: Path, into: Path) -> None:
    """Copy what the tests need; a tree that is there is replaced."""
    for name in COPIED:
        source, target = root / name, into / name
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def modules_of(root: Path, paths: list[str]) -> list[str]:
    """The modules under `paths`, relative to `root`, in the order given.

    Raises:
        SystemExit: a path names no module.
    """
    found: dict[str, None] = {}
    for path in paths:
        here = root / path
        files = [here] if here.is_file() else list(here.rglob("*.py"))
        if not files:
            raise SystemExit(f"{path} holds no Python module")
        found |= dict.fromkeys(file.relative_to(root).as_posix() for file in sorted(files))
    return list(found)


def mutate(tree: Path, path: str) -> list[Mutant]:
    """Write a module of `tree` anew with all its mutants, and tell them."""
    file = tree / path
    made = mutate_file_contents(path, file.read_text("utf-8"))
    if not made.mutant_names:
        return []
    file.write_text(made.code, "utf-8")
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    lines = made.code.splitlines()
    return [_mutant(module, path, name, made, lines) for name in made.mutant_names]


def _mutant(module: str, path: str, name: str, made: MutatedFile, lines: list[str]) -> Mutant:
    function = name.rpartition(MARK)[0]
    before = _text(made, lines, f"{function}{MARK}orig")
    after = _text(made, lines, name)
    changed = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return Mutant(
        name=f"{module}.{name}",
        path=path,
        kind="words" if _wordless(before) == _wordless(after) else "logic",
        diff="\n".join(line for line in changed if not line.startswith(("---", "+++", "@@"))),
    )


def _text(made: MutatedFile, lines: list[str], name: str) -> str:
    """The source of a generated function, under a name that all of its kind share."""
    span = made.line_span_by_function_name[name]
    text = textwrap.dedent("\n".join(lines[span.start - 1 : span.end]))
    return text.replace(f"def {name}(", "def function(", 1)


def _wordless(source: str) -> str:
    """What a function is when all its texts are empty."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)
