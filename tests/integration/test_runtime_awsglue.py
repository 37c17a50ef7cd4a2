"""The local awsglue on a real Spark: every function of runtime_cases.py is a test of its own."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.runtime.child import Ended, run

SCRIPT = Path(__file__).with_name("runtime_cases.py").read_text(encoding="utf-8")
NAMES = re.findall(r"^def (\w+__\w+)\(\)", SCRIPT, re.MULTILINE)

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("runtime_awsglue")]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The run of all cases, in one JVM."""
    return run(tmp_path_factory.mktemp("run"), SCRIPT, timeout=300)


@pytest.fixture(scope="module")
def results(ended: Ended) -> Mapping[str, str | None]:
    """What each case raised."""
    cases = [line[5:] for line in ended.stdout.splitlines() if line.startswith("CASE ")]
    return dict(json.loads(case) for case in cases)


@pytest.mark.parametrize("name", NAMES)
def test_awsglue__on_spark__does_as_documented(results: Mapping[str, str | None], ended, name):
    assert name in results, ended.stderr

    assert results[name] is None, results[name]


def test_awsglue__all_cases_ran__the_run_succeeds(ended):
    assert (ended.code, ended.outcome) == (0, None), ended.stderr
