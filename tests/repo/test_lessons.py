"""The page on others' lessons: each row names tests that hold it, and they are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/lessons.md"
HEAD = "from | what went wrong | what we do | held by"
OURS = Path(__file__)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
THREAD = re.compile(r"\b(?:airflow|boto3|cql-replicator|etl_manager|amazon-dynamodb-tools)#(\d+)")
"""Threads of tools that run Glue jobs; those about CI hosts and credentials are not the page's."""


def rows_of(page: str) -> list[list[str]]:
    """The cells of each row of the page's tables, without heads and rules."""
    lines = (line.strip("| ") for line in page.splitlines() if line.startswith("|"))
    return [line.split(" | ") for line in lines if line != HEAD and line.strip("-|")]


@cache
def functions_of(path: str) -> frozenset[str]:
    """The names of a file's test functions; the file is only read."""
    tree = ast.parse((ROOT / path).read_text()) if (ROOT / path).is_file() else ast.Module([], [])
    return frozenset(part.name for part in tree.body if isinstance(part, ast.FunctionDef))


def problems_of(cells: list[str]) -> list[str]:
    """What is wrong with a row; empty when it has four cells, and tests that are there."""
    if len(cells) != len(HEAD.split(" | ")) or not all(cells):
        return ["not four cells that say something"]
    rest = NAMED.sub("", cells[-1]).replace("<br>", "").strip()
    odd = [f"not a test: {rest}"] if rest else []
    named = NAMED.findall(cells[-1])
    gone = [
        f"{path}::{name} is not there" for path, name in named if name not in functions_of(path)
    ]
    return odd + gone + ([] if named else ["no test"])


@pytest.mark.parametrize(
    ("held_by", "problem"),
    [
        ("`tests/repo/test_lessons.py::test_page__nobody__wrote_it`", "is not there"),
        ("`tests/repo/test_nowhere.py::test_page__each_row__is_held`", "is not there"),
        ("", "not four cells"),
        ("by hand", "no test"),
    ],
)
def test_row__a_test_missing__is_a_problem(held_by, problem):
    told = problems_of(["airflow#1", "It broke.", "We care.", held_by])

    assert problem in " ".join(told)


def test_page__each_row__is_held_by_tests_that_are_there():
    rows = rows_of(PAGE.read_text())

    problems = {cells[0]: told for cells in rows if (told := problems_of(cells))}

    assert len(rows) > 50
    assert problems == {}


def test_page__each_thread_that_a_test_names__is_on_it():
    told = set(re.findall(r"#(\d+)", PAGE.read_text()))
    tests = [path.read_text() for path in ROOT.glob("tests/**/test_*.py") if path != OURS]

    missing = {
        found[0] for text in tests for found in THREAD.finditer(text) if found[1] not in told
    }

    assert len(tests) > 100
    assert missing == set()
