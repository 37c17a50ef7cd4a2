"""Escapes and pages for Markdown, held against GitHub's own parser: it links what others do not."""

from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.escape import markdown_cell, markdown_code, markdown_fence, markdown_text
from plugin.core.render import markdown
from tests.unit.reporters.readers import ANY_CHARACTER
from tests.unit.reporters.samples import HOSTILE_TOKENS, PAGES, SAMPLES

PIECES = (
    *HOSTILE_TOKENS,
    *(
        "www.evil.example",
        "WWW.e.vil",
        "http://e.vil",
        "https://",
        "ftp://e.vil",
        "mailto:",
        "xmpp:",
    ),
    *(
        "a@b.example",
        "@-b.example",
        "@.b.example",
        "@+b.example",
        "@",
        "e.vil",
        "//",
        ":",
        "arn:aws:",
    ),
    *(
        "_",
        "*",
        "~",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "!",
        "`",
        "``",
        "|",
        "\\",
        "$",
        "#",
        "^",
        "-",
        "+",
    ),
    *("a", "é", "1", ".", " ", "\n", "\t", "&", ";", "<a href=x>", "<img src=x>", "![", "]("),
)
HOSTILE = st.lists(st.sampled_from(PIECES) | ANY_CHARACTER, max_size=10).map("".join)
OURS = (
    "https://github.com/",
    "https://eu-west-1.console.aws.amazon.com/",
    "https://console.test/",
)


class _Tags(HTMLParser):
    """The tags of a page as a browser would find them, without those inside others' texts."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.links = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]


def seen(text):
    """What GitHub makes of a text, before it removes what it takes for dangerous."""
    page = cmarkgfm.github_flavored_markdown_to_html(
        text.encode(errors="replace").decode(), options=Options.CMARK_OPT_UNSAFE
    )
    return _Tags(page)


@pytest.mark.parametrize("text", ["www.evil.example", "a@-b.example", "1http://e.vil", "<b>x"])
def test_reader__text_that_is_not_escaped__has_tags(text):
    """Else the tests below would say nothing."""
    assert set(seen(text).tags) - {"p"}


@pytest.mark.parametrize(
    "text",
    [
        *("_www.evil.example", "*www.evil.example", "~www.evil.example", "(www.evil.example"),
        *("a_www.e.vil", "__www.e.vil", "1http://e.vil", "_http://e.vil", "#1http://www.e.vil"),
        *("a@b.example", "a@-b.example", "a@.b.example", "a@_b.example", "mailto:a@b.example"),
        *("xmpp:a@b.example/x", "@a/www.e.vil", "$www.e.vil", ":www.e.vil:", "|www.e.vil"),
    ],
)
def test_markdown__what_github_links_at_odd_places__is_no_link(text):
    for escaped in (markdown_text(text), markdown_code(text), markdown_cell(text)):
        assert set(seen(escaped).tags) <= {"p", "code"}


@given(HOSTILE)
def test_markdown__any_text__is_one_paragraph_without_a_tag(text):
    for escaped in (markdown_text(text), markdown_code(text)):
        tags = seen(escaped).tags
        assert tags.count("p") <= 1
        assert set(tags) <= {"p", "code"}


@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=3))
def test_markdown__any_cells__are_as_many_as_there_were(rows):
    body = "".join(f"| {markdown_cell(a)} | {markdown_code(b) or '–'} |\n" for a, b in rows)

    tags = seen(f"| a | b |\n| --- | --- |\n{body}").tags

    assert tags.count("td") == 2 * len(rows)
    assert set(tags) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}


@given(st.lists(HOSTILE, max_size=4))
def test_markdown_fence__any_lines__are_one_block(lines):
    assert seen(markdown_fence(lines)).tags == ["pre", "code"]


@pytest.mark.parametrize("report", [*PAGES.values(), *SAMPLES.values()], ids=[*PAGES, *SAMPLES])
def test_markdown__a_whole_page__links_to_nobody_but_us(report):
    found = seen(markdown(report))

    assert [link for link in found.links if not link.startswith(OURS)] == []
    assert not {"img", "script", "iframe", "input", "del"} & set(found.tags)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (
            "role arn:aws:iam::123456789012:role/ci, here",
            "role `arn:aws:iam::123456789012:role/ci`, here",
        ),
        (
            "arn:aws:s3:::acme-lake/raw/* is not mine.",
            "`arn:aws:s3:::acme-lake/raw/*` is not mine.",
        ),
        ("x_deadbeef_1", "`x_deadbeef_1`"),
        ("job_1234567", "`job_1234567`"),
        ("see x_GH-12", "see `x_GH-12`"),
        ("ask @acme/etl.", "ask `@acme/etl`."),
    ],
)
def test_markdown_text__what_belongs_together__is_one_piece(text, escaped):
    assert markdown_text(text) == escaped


@pytest.mark.parametrize(
    "unit", ["a_", "arn:aws:", "1234567_", "@.", "_", "deadbeef", "GH-", "://"]
)
def test_markdown_text__a_hostile_text__is_read_in_no_time(unit):
    assert markdown_text(unit * 100_000, limit=100_000)
