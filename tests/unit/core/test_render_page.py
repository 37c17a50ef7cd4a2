"""The whole page: golden files, and what no hostile text may do to it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given

from plugin.core.render import markdown
from plugin.core.result import Finding, Leftover, Place
from tests.unit.reporters.readers import GITHUB, HOSTILE_TEXT, LINKED_BY_GITHUB, is_a_command
from tests.unit.reporters.samples import (
    BUILD,
    COMMIT,
    ERRORED,
    FAILED,
    HOSTILE_REPORT,
    HOSTILE_RESULT,
    PASSED,
    SAMPLES,
    report_of,
)

OUR_HTML = re.compile(r"</details>|<details>\n<summary>[\w ,]+</summary>")


def all_tokens(page: str):
    """Every token of a page, the inline ones as well."""
    for token in GITHUB.parse(page):
        yield token
        yield from token.children or ()


def links_of(page: str) -> list[str]:
    return [str(token.attrs["href"]) for token in all_tokens(page) if token.type == "link_open"]


def assert_harmless(page: str, *, headings: int) -> None:
    tokens = list(all_tokens(page))
    kinds = [token.type for token in tokens]
    html = {token.content.strip() for token in tokens if token.type == "html_block"}
    plain = [token.content for token in tokens if token.type == "text"]
    assert not {"image", "html_inline", "code_block", "hr", "s_open", "em_open"} & set(kinds)
    assert kinds.count("heading_open") == headings
    assert all(OUR_HTML.fullmatch(block) for block in html)
    assert [text for text in plain if LINKED_BY_GITHUB.search(text)] == []
    assert [line for line in page.splitlines() if is_a_command(line)] == []
    page.encode()


@pytest.mark.parametrize("name", SAMPLES)
def test_markdown__each_kind_of_report__is_as_in_the_golden_file(name, golden):
    golden.check(f"{name}.md", markdown(SAMPLES[name]))


def test_markdown__hostile_everywhere__yields_no_token_beyond_ours():
    page = markdown(HOSTILE_REPORT)

    assert_harmless(page, headings=3)
    assert all(link.startswith("https://console.test/") for link in links_of(page))


@given(HOSTILE_TEXT)
def test_markdown__any_text__yields_no_token_beyond_ours(text):
    hostile = replace(
        HOSTILE_RESULT,
        name=text,
        reason=text,
        hint=text,
        place=Place(file=text, line=3),
        findings=(Finding(name=text, ok=True, value=text, place=Place(file=text, line=1)),),
        notes=(text, text),
        leftovers=(Leftover(kind=text, name=text, reason=text),),
        console_url=text,
        log_tail=(text,),
    )
    page = markdown(report_of(hostile, hostile, build=replace(BUILD, link=text)))

    assert_harmless(page, headings=3)
    links = [link for link in links_of(page) if not link.startswith("https://github.com/acme/etl/")]
    assert all(text.startswith(("http://", "https://")) for _ in links)


def test_markdown__a_place_in_a_known_commit__is_a_link_to_the_line():
    page = markdown(report_of(FAILED))

    assert f"https://github.com/acme/etl/blob/{COMMIT}/examples/jobs/airports.py#L12" in links_of(
        page
    )


@pytest.mark.parametrize(
    "build",
    [
        replace(BUILD, commit=""),
        replace(BUILD, commit="main"),
        replace(BUILD, repository="acme"),
        replace(BUILD, repository="../etl"),
        replace(BUILD, server_url=""),
        replace(BUILD, server_url="javascript:x"),
    ],
    ids=repr,
)
def test_markdown__a_part_of_the_address_is_not_known__shows_the_place_without_link(build):
    result = replace(FAILED, console_url="", findings=())

    page = markdown(report_of(result, build=replace(build, link="")))

    assert links_of(page) == [] or build.repository == "../etl"
    assert "`examples/jobs/airports.py:12`" in page


@pytest.mark.parametrize("file", ["../../other/x.py", "a//b.py", "./a.py", "/etc/passwd"])
def test_markdown__a_place_outside_of_the_checkout__is_no_link(file):
    result = replace(FAILED, place=Place(file=file, line=1), findings=(), console_url="")

    page = markdown(report_of(result, build=replace(BUILD, link="")))

    assert links_of(page) == []


def test_markdown__a_place_without_line__links_the_file():
    result = replace(FAILED, place=Place(file="a b.py", line=0))

    assert f"https://github.com/acme/etl/blob/{COMMIT}/a%20b.py" in links_of(
        markdown(report_of(result))
    )


def test_markdown__more_findings_and_leftovers_than_shown__says_how_many():
    result = replace(
        ERRORED,
        findings=tuple(Finding(name=f"f{i}", ok=True) for i in range(130)),
        leftovers=tuple(Leftover(kind="object", name=f"o{i}", reason="x") for i in range(52)),
    )

    page = markdown(report_of(result))

    assert "and 30 more findings, see report.json" in page
    assert "> - and 2 more, see report.json" in page


def test_markdown__leftovers__come_before_the_checks_with_the_remedy():
    page = markdown(report_of(PASSED, ERRORED))

    assert "`glue-health-check cleanup`" in page
    assert page.index("Left behind") < page.index("### ")


def test_markdown__cost_without_a_formula__shows_the_numbers():
    assert PASSED.cost is not None
    result = replace(PASSED, cost=replace(PASSED.cost, formula=""))

    page = markdown(report_of(result))

    assert "estimate: 120 DPU seconds / 3600 × `$0.44` per DPU hour" in page


def test_markdown__nothing_to_do_without_a_reason__says_so():
    assert "Nothing was run: there was nothing to do" in markdown(report_of())


def test_markdown__a_result_that_knows_nothing__has_no_empty_parts():
    bare = replace(
        PASSED, script="", state="", job_name="", run_id="", console_url="", glue_version="",
        capacity="", phases=(), findings=(), cost=None, execution_seconds=0, log_tail=(),
    )  # fmt: skip

    page = markdown(report_of(bare, build=replace(BUILD, commit="", link="")))

    assert "\n\n\n" not in page
    assert "·  ·" not in page
    assert "|" not in page
