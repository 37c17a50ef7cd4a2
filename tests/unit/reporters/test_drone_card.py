"""The card of a Drone step, taken out of the log as Drone's runner does it."""

import io
import json
import re
import unicodedata
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from plugin.core.build import Host
from plugin.core.errors import PluginError
from plugin.core.escape import card_frame, card_text, card_url
from plugin.core.forms.card import card_payload
from plugin.reporters.console import Console
from plugin.reporters.drone_card import DroneCard
from tests.unit.reporters.readers import HOSTILE_TEXT
from tests.unit.reporters.samples import FAILED, PAGES, PASSED, SAMPLES, StillClock, report_of

CHUNK = 16_384
"""Bytes of a line that Docker's log driver hands on at once."""


def card_in(log: bytes) -> Any:
    """The card that Drone's runner finds in a log; None when there is none.

    It looks at the beginning of what it is handed, and takes everything up to the end of the card.
    """
    found = b""
    is_inside = False
    for line in log.splitlines(keepends=True):
        for start in range(0, len(line), CHUNK):
            chunk = line[start : start + CHUNK]
            if not chunk.startswith(b"\x1b]1338;") and not is_inside:
                continue
            is_inside = b"\x1b]0m" not in chunk
            found += chunk.strip().removeprefix(b"\x1b]1338;").removesuffix(b"\x1b]0m")
    assert not is_inside, "the runner still waits for the end of the card, and loses the log"
    return json.loads(b64decode(found, validate=True)) if found else None


def console_on(stream: io.StringIO) -> Console:
    return Console(stream, host=Host.DRONE, is_live=True, clock=StillClock(), token=lambda: "t")


@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/stderr"])
@pytest.mark.parametrize("name", SAMPLES)
def test_drone_card__a_stream__has_the_card_on_a_line_of_its_own(name, path, tmp_path):
    stream = io.StringIO()
    console = console_on(stream)

    console.log_lines("flights", ("\x1b]1338;e30=\x1b]0m", "one"))
    DroneCard(path=path, base=tmp_path, print_whole=console.print_whole).report(SAMPLES[name])
    console.report(SAMPLES[name])

    assert card_in(stream.getvalue().encode()) == json.loads(card_payload(SAMPLES[name]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", PAGES)
def test_drone_card__each_kind_of_report__is_as_in_the_golden_file(name, golden):
    card = json.loads(card_payload(PAGES[name]))

    golden.check(f"card/{name}.json", json.dumps(card, indent=2, ensure_ascii=False) + "\n")


def test_drone_card__the_largest__fits_into_one_chunk_of_the_log():
    long = replace(FAILED, reason="x" * 1_000)

    line = card_frame(card_payload(report_of(*[long] * 500)))

    assert CHUNK - 1_000 < len(line) <= CHUNK
    assert line.count("\n") == 1


@pytest.mark.parametrize("path", ["card.json", "inner/card.json"])
def test_drone_card__a_file__is_plain_json(path, tmp_path):
    reporter = DroneCard(path=str(tmp_path / path), base=tmp_path, print_whole=io.StringIO().write)

    reporter.report(report_of(PASSED))

    card = json.loads((tmp_path / path).read_text(encoding="utf-8"))
    assert card == json.loads(card_payload(report_of(PASSED)))


def test_drone_card__a_file_outside_of_the_checkout__is_the_operators_links_and_all(tmp_path):
    checkout, real = tmp_path / "checkout", tmp_path / "real"
    checkout.mkdir()
    real.mkdir()
    (tmp_path / "link").symlink_to(real)

    path = str(tmp_path / "link" / "card.json")
    DroneCard(path=path, base=checkout, print_whole=io.StringIO().write).report(report_of(PASSED))

    assert json.loads((real / "card.json").read_text(encoding="utf-8"))["data"]


@pytest.mark.parametrize("path", ["link/card.json", "missing-link/card.json"])
def test_drone_card__a_link_in_the_checkout__is_refused(path, tmp_path):
    checkout, real = tmp_path / "checkout", tmp_path / "real"
    checkout.mkdir()
    real.mkdir()
    (checkout / "link").symlink_to(real)
    (checkout / "missing-link").symlink_to(tmp_path / "nowhere")

    reporter = DroneCard(path=path, base=checkout, print_whole=io.StringIO().write)
    with pytest.raises(PluginError, match="symbolic link") as caught:
        reporter.report(report_of(PASSED))

    assert "DRONE_CARD_PATH" in caught.value.hint
    assert "report_dir" not in str(caught.value)
    assert list(real.iterdir()) == []


def test_drone_card__a_folder_that_is_not_there__says_what_to_change(tmp_path):
    base = tmp_path / "checkout"
    path = str(tmp_path / "missing" / "card.json")

    with pytest.raises(PluginError, match="not written: No such file") as caught:
        DroneCard(path=path, base=base, print_whole=io.StringIO().write).report(report_of(PASSED))

    assert "DRONE_CARD_PATH" in caught.value.hint


@given(HOSTILE_TEXT)
def test_card_text__any_text__has_no_control_and_no_formatter(text):
    line = card_text(text)

    assert len(line) <= 200
    assert {char for char in line if unicodedata.category(char) == "Cc"} <= {"\t"}
    assert "{{" not in line


def test_card_text__braces__are_taken_apart():
    assert card_text("{{{DATE(2026-01-01T00:00:00Z)}}") == "{ { {DATE(2026-01-01T00:00:00Z)}}"
    assert card_text("{{{{", limit=3) == "{ {"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.test/b?c=d&e=f#g", "https://a.test/b?c=d&e=f#g"),
        ("https://a.test/&amp;", "https://a.test/&amp;"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://you@a.test/", ""),
        ("", ""),
    ],
)
def test_card_url__only_the_web__may_be_opened(url, expected):
    assert card_url(url) == expected


# --- the template -----------------------------------------------------------------------------


def elements_of(node: object) -> list[dict[str, Any]]:
    """Every object of the template that is an element."""
    if isinstance(node, list):
        return [found for item in node for found in elements_of(item)]
    if not isinstance(node, dict):
        return []
    inner = [found for value in node.values() for found in elements_of(value)]
    return [node, *inner] if "type" in node else inner


@pytest.fixture
def template(repository) -> dict[str, Any]:
    card: dict[str, Any] = json.loads((repository / "docs" / "card.json").read_text())
    return card


def test_template__what_it_asks_for__is_in_the_data(template):
    card = json.loads(card_payload(SAMPLES["several"]))["data"]
    known = {*card, *card["checks"][0]}

    asked = set(re.findall(r"\$\{(\w+)", json.dumps(template)))

    assert asked == known


def test_template__text_of_others__stands_only_where_no_markdown_is_read(template):
    ours = {"${time}", "${cost}"}

    for element in elements_of(template):
        assert element["type"] not in {"Image", "Media", "TextBlock"}
        if element["type"] != "TextRun":
            assert "$" not in element.get("text", "")
        for fact in element.get("facts", ()):
            assert fact["value"] in ours


def test_template__sample_data__is_what_we_make(repository):
    sample = (repository / "docs" / "card.data.json").read_text(encoding="utf-8")

    assert json.loads(sample) == json.loads(card_payload(PAGES["several"]))["data"]
