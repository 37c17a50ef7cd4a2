"""The helper that jobs copy: what it prints is what glue-health-check reads."""

import ast
import importlib.util
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

FILE = Path(__file__).parents[3] / "examples" / "jobs" / "findings.py"
OLDEST_PYTHON = (3, 7)


def load():
    spec = importlib.util.spec_from_file_location("findings", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


findings = load()


def printed(capsys):
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("GLUE_HEALTH_CHECK {") for line in lines)
    return [json.loads(line.removeprefix("GLUE_HEALTH_CHECK ")) for line in lines]


def test_findings__job_fails_inside__the_count_is_printed(capsys):
    def job():
        with findings.Findings() as report:
            report.check("a", False)
            raise KeyError

    with pytest.raises(KeyError):
        job()

    assert printed(capsys) == [{"name": "a", "ok": False}, {"findings": 1}]


def test_findings__checks__one_line_each_and_their_count(capsys):
    with findings.Findings() as report:
        good = report.check("rows", True, value=3, expected="some", message="fine")
        bad = report.check("keys", 0, value=[1, None])

    assert (good, bad, report.failed) == (True, False, 1)
    assert printed(capsys) == [
        {"name": "rows", "ok": True, "value": 3, "expected": "some", "message": "fine"},
        {"name": "keys", "ok": False, "value": [1, None]},
        {"findings": 2},
    ]


@pytest.mark.parametrize("value", [float("nan"), Decimal("1.5"), {1, 2}, object()])
def test_findings__value_that_json_cannot_hold__its_text(capsys, value):
    findings.Findings().check("odd", True, value=value)

    assert printed(capsys)[0]["value"] == str(value)


def test_findings__long_value__cut(capsys):
    findings.Findings().check("long", True, value="x" * 5000, message="y" * 5000)

    (line,) = printed(capsys)
    assert len(line["value"]) == len(line["message"]) == 1001


@given(name=st.text(), message=st.text())
def test_findings__any_text__stays_on_one_line(name, message):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        findings.Findings().check(name, True, message=message)

    assert out.getvalue().count("\n") == 1
    assert len(out.getvalue().splitlines()) == 1
    assert json.loads(out.getvalue().removeprefix("GLUE_HEALTH_CHECK "))["name"] == name


def test_findings__file__can_be_copied_to_an_old_glue():
    tree = ast.parse(FILE.read_text(), feature_version=OLDEST_PYTHON)

    modules = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    names = {a.name for node in tree.body if isinstance(node, ast.Import) for a in node.names}
    assert modules | names == {"__future__", "json", "sys", "typing"}
