"""The whole page: golden files, and what no hostile text may do to it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from plugin.core.build import Host
from plugin.core.render import cut_characters, heading, markdown, section, short
from plugin.core.result import Comparison, Finding, Leftover, PastRun, Phase, Place
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from tests.unit.reporters.readers import (
    GITHUB,
    HOSTILE_TEXT,
    LINKED_BY_GITHUB,
    gantt_rows_of,
    is_a_command,
    mermaid_of,
)
from tests.unit.reporters.samples import (
    BUILD,
    COMMIT,
    ERRORED,
    FAILED,
    FULL_ERRORED,
    FULL_FAILED,
    FULL_PASSED,
    HOSTILE_REPORT,
    HOSTILE_RESULT,
    PAGES,
    PASSED,
    SKIPPED,
    report_of,
)

OUR_HTML = re.compile(r"</details>|<details>\n<summary>[\w ,.·:()/+-]+</summary>")


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


@pytest.mark.parametrize("name", PAGES)
def test_markdown__each_kind_of_report__is_as_in_the_golden_file(name, golden):
    golden.check(f"{name}.md", markdown(PAGES[name]))


@pytest.mark.untraced
def test_markdown__hostile_everywhere__yields_no_token_beyond_ours():
    page = markdown(HOSTILE_REPORT)

    assert_harmless(page, headings=3)
    assert links_of(page)
    assert all(link.startswith("https://console.test/") for link in links_of(page))
    assert [len(gantt_rows_of(chart)) for chart in mermaid_of(page)] == [1, 1]


@settings(max_examples=20)  # three whole pages each
@given(HOSTILE_TEXT)
def test_markdown__any_text__yields_no_token_beyond_ours(text):
    finding = Finding(name=text, ok=True, value=text, place=Place(file=text, line=1))
    past = PastRun(
        verdict=Verdict.PASSED,
        started_at=text,
        commit=text,
        findings=(finding, replace(finding, name=f"gone {text}")),
    )
    hostile = replace(
        HOSTILE_RESULT,
        name=text,
        reason=text,
        hint=text,
        place=Place(file=text, line=3),
        findings=(replace(finding, ok=False),),
        notes=(text, text),
        leftovers=(Leftover(kind=text, name=text, reason=text),),
        phases=(Phase(name=text, start=0.0, seconds=5.0),),
        console_url=text,
        run_url=text,
        error_log_url=text,
        comparison=Comparison(branch=text, runs=(past, past)),
        log_tail=(text,),
    )
    report = report_of(hostile, hostile, build=replace(BUILD, link=text, commit=text))

    pages = ((markdown(report), 3), (markdown(report_of(hostile)), 1), (short(report), 1))
    for page, headings in pages:
        assert_harmless(page, headings=headings)
        links = [link for link in links_of(page) if not link.startswith("https://github.com/")]
        assert not links or text.startswith(("http://", "https://"))


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
        replace(BUILD, host=Host.PLAIN),
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


@pytest.mark.parametrize(("number", "words"), [(100, []), (101, ["and 1 more findings"])])
def test_markdown__as_many_findings_as_are_shown__says_of_more_where_there_are(number, words):
    findings = tuple(Finding(name=f"f{i}", ok=True) for i in range(number))

    page = markdown(report_of(replace(PASSED, findings=findings)))

    assert re.findall(r"and \d+ more findings", page) == words


def test_markdown__leftovers__come_before_the_checks_with_the_remedy():
    page = markdown(report_of(PASSED, ERRORED))

    assert "`glue-health-check cleanup --build-id 0a1b2c3d4e5f`" in page
    assert page.index("Left behind") < page.index("\n### ")


def test_markdown__one_check_with_leftovers__says_first_why_it_did_not_pass():
    page = markdown(report_of(FULL_ERRORED))

    assert page.index("AccessDenied: glue:GetJobRun") < page.index("Left behind")


@pytest.mark.parametrize("trouble", Trouble)
def test_markdown__a_class_of_trouble__is_a_link_to_its_anchor_in_the_guide(trouble):
    page = markdown(report_of(replace(FULL_FAILED, trouble=trouble, hint="")))

    guide = [link for link in links_of(page) if "/docs/troubleshooting.md#" in link]
    assert [link.partition("#")[2] for link in guide] == [trouble.value]
    assert "What to do:" not in page


def test_markdown__several_checks__the_worst_first_the_passed_folded_the_skipped_in_the_table():
    page = markdown(report_of(FULL_PASSED, SKIPPED, FULL_FAILED, FULL_ERRORED))

    headings = re.findall("^### .*", page, re.MULTILINE)
    assert headings == ["### ⚠️ routes errored", "### ❌ airports failed", "### ✅ flights passed"]
    folded = page.index("<summary>1 check passed, in detail</summary>")
    assert page.index("### ❌") < folded < page.index("### ✅")
    assert page.count("weather") == 1


def test_markdown__many_checks__show_the_bad_ones_before_all_that_are_fine():
    passed = tuple(replace(FULL_PASSED, name=f"p{n}") for n in range(12))

    page = markdown(report_of(*passed, SKIPPED, FULL_FAILED))

    first_table = page[: page.index("<details>")]
    assert "airports" in first_table
    assert "p11" not in first_table
    assert "<summary>12 passed, 1 skipped</summary>" in page


@pytest.mark.parametrize(("number", "is_folded"), [(10, False), (11, True)])
def test_markdown__more_than_ten_that_are_fine__are_folded(number, is_folded):
    passed = tuple(replace(FULL_PASSED, name=f"p{n}") for n in range(number))

    page = markdown(report_of(*passed, FULL_FAILED))

    assert (f"<summary>{number} passed</summary>" in page) is is_folded


def test_markdown__many_checks_and_all_fine__has_no_empty_table():
    passed = tuple(replace(FULL_PASSED, name=f"p{n}") for n in range(12))

    assert "\n\n\n" not in markdown(report_of(*passed))


def test_markdown__fifty_checks__fit_a_comment():
    page = markdown(PAGES["fifty"])

    assert cut_characters(page, 65_536) == page


@pytest.mark.parametrize("name", ["two_megabytes", "hostile"])
def test_markdown__texts_without_end__are_cut_where_they_stand(name):
    assert len(markdown(PAGES[name])) < 64_000


@pytest.mark.parametrize(
    ("results", "build", "words"),
    [
        ((), BUILD, "⏭️ Glue health check: skipped"),
        ((FAILED,), BUILD, "❌ Glue health check: airports failed · Glue 5.1, G.1X × 2"),
        ((SKIPPED,), BUILD, "⏭️ Glue health check: weather skipped"),
        (
            (PASSED, replace(FAILED, glue_version="5.0"), ERRORED),
            BUILD,
            "⚠️ Glue health check: 1 failed, 1 errored, 1 passed · G.1X × 2",
        ),
        (
            (replace(PASSED, capacity="G.2X × 2"), FAILED, SKIPPED),
            replace(BUILD, workflow=".github/workflows/nightly.yml", job="glue"),
            "❌ Glue health check: 1 failed, 1 passed, 1 skipped · Glue 5.1 · nightly / glue",
        ),
        (
            (replace(PASSED, glue_version="", capacity=""),),
            replace(BUILD, workflow="etl"),
            "✅ Glue health check: flights passed · etl",
        ),
        (
            (replace(PASSED, glue_version="", capacity=""),),
            replace(BUILD, job="glue"),
            "✅ Glue health check: flights passed · glue",
        ),
    ],
)
def test_heading__by_report__tells_what_came_of_it_and_which_part_of_the_build_it_is(
    results, build, words
):
    assert heading(report_of(*results, build=build)) == f"## {words}"


def test_markdown__a_run_on_the_laptop__says_nothing_of_capacity_cost_job_and_run():
    page = markdown(PAGES["laptop"])

    assert "G.1X" not in page
    assert "$" not in page
    assert "glue-health-check-flights" not in page
    assert "jr_" not in page
    assert "<summary>The log, 1 line</summary>" in page
    assert "Time: upload" in page


@pytest.mark.parametrize(("seconds", "charts"), [(9.9, 0), (10, 1)])
def test_markdown__a_check_that_was_soon_over__has_no_chart(seconds, charts):
    page = markdown(report_of(replace(FAILED, seconds=seconds)))

    assert len(mermaid_of(page)) == charts


def test_markdown__several_checks_that_passed__have_no_charts():
    assert mermaid_of(markdown(report_of(PASSED, replace(PASSED, name="other")))) == []


def test_markdown__several_checks__the_table_links_the_lines():
    page = markdown(report_of(PASSED, FAILED))

    table = page[: page.index("###")]
    assert f"/blob/{COMMIT}/examples/jobs/airports.py#L12" in table


@pytest.mark.parametrize("name", PAGES)
def test_heading_and_section__together__are_the_page(name):
    report = PAGES[name]

    assert markdown(report) == f"{heading(report)}\n\n{section(report)}"
    assert "\n" not in heading(report)


@pytest.mark.parametrize("name", PAGES)
def test_short__any_report__keeps_the_answer_and_fits_anywhere(name):
    page = short(PAGES[name])

    assert page.startswith(heading(PAGES[name]))
    assert page.endswith("UTC\n") or name == "hostile"
    assert "mermaid" not in page
    assert len(page) < 10_000


def test_short__one_check__says_why_where_and_what_to_do():
    page = short(report_of(FULL_FAILED))

    assert "**AnalysisException: Column" in page
    assert "examples/jobs/airports.py:12" in page
    assert "What to do: Look at the line" in page


def test_markdown__links_to_the_run__are_those_that_are_known():
    links = links_of(markdown(report_of(replace(FULL_PASSED, console_url="", error_log_url=""))))

    assert FULL_PASSED.run_url in links
    assert FULL_PASSED.console_url not in links


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
        seconds=1.0,
    )  # fmt: skip

    page = markdown(report_of(bare, build=replace(BUILD, commit="", link="")))

    assert "\n\n\n" not in page
    assert "·  ·" not in page
    assert "|" not in page
    assert "Time:" not in page
