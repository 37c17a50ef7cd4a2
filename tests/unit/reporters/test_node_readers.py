"""Cards and test results, read by those who read them elsewhere (packages of requirements/node)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plugin.core.forms.card import card_payload
from plugin.core.forms.junit import suite_of
from plugin.core.render import duration
from plugin.reporters.folder import Folder
from plugin.reporters.junit import JUnitFile
from tests.unit.reporters.samples import PAGES

NODE = Path(sys.prefix) / "bin" / "node"
MODULES = Path(sys.prefix) / "node" / "node_modules"
HERE = Path(__file__).parent
HARMLESS = {"button", "div", "p", "span", "table", "tr", "td"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (MODULES / "adaptivecards").is_dir(), reason="no node: make .venv/.tools"
    ),
]


def answer_of(script: str, **question: object) -> Any:
    done = subprocess.run(
        (str(NODE), str(HERE / script)),
        input=json.dumps({"modules": str(MODULES.parent), **question}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_card__filled_and_rendered__shows_our_texts_as_they_are_and_nothing_else(repository):
    template = json.loads((repository / "docs" / "card.json").read_text())
    data = [json.loads(card_payload(report))["data"] for report in PAGES.values()]
    tricky = "${verdict} **bold** [l](https://a.test) ![i](https://a.test/i.png) <img src=x> ${1+1}"
    data.append(
        {**data[0], "summary": tricky, "checks": [{**data[0]["checks"][0], "name": tricky}]}
    )

    cards = answer_of("read_card.cjs", template=template, data=data)

    for filled, card in zip(data, cards, strict=True):
        texts = {text.strip() for text in card["texts"]}
        told = {filled[key].strip() for key in ("verdict", "summary", "time", "cost", "engine")}
        told |= {value.strip() for check in filled["checks"] for value in check.values()}
        told -= {"", *(check["colour"] for check in filled["checks"])}
        assert told <= texts
        assert set(card["tags"]) <= HARMLESS
        assert card["urls"] == [url for url in (filled["build_url"], filled["run_url"]) if url]
        assert card["events"] == 0
    assert [card["left"] for card in cards[:-1]] == [[]] * len(PAGES)


def test_junit__two_other_readers__find_the_same_cases(tmp_path):
    for name, report in PAGES.items():
        JUnitFile(Folder(tmp_path / name, base=tmp_path)).report(report)

    files = [str(tmp_path / name / "junit.xml") for name in PAGES]
    read = answer_of("read_junit.cjs", files=files)

    for report, found in zip(PAGES.values(), read, strict=True):
        expected = suite_of(report)
        (sax,) = found["junit2json"]["testsuite"]
        assert (sax["name"], sax["timestamp"]) == (expected.name, expected.timestamp)
        assert sax["tests"] == len(sax["testcase"]) == len(expected.cases)
        (fast,) = found["testResults"]["suites"]
        assert len(fast["cases"]) == len(expected.cases)
        assert fast["duration"] == pytest.approx(report.seconds * 1_000), duration(report.seconds)
        for case, one, other in zip(expected.cases, sax["testcase"], fast["cases"], strict=True):
            assert str(one["classname"]).split() == case.classname.split()
            status = {"passed": "PASS", "failure": "FAIL", "error": "FAIL", "skipped": "SKIP"}
            assert other["status"] == status[case.outcome]
            assert (case.outcome in one) == (case.outcome != "passed")
