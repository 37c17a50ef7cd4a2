"""Escapes for Markdown, held against a real reader of GitHub-flavoured Markdown."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.escape import (
    link_url,
    log_text,
    markdown_cell,
    markdown_code,
    markdown_fence,
    markdown_text,
    mermaid_text,
    visible,
)
from tests.unit.reporters.readers import (
    GITHUB,
    HOSTILE_TEXT,
    LINKED_BY_GITHUB,
    inline_of,
    tokens_of,
)


def words_of(text: str) -> str:
    """What a reader should see of a text, as one line."""
    without_colours = re.sub("\x1b\\[[0-9;:?]{0,32}[A-Za-z]", "", text)
    return visible(" ".join(without_colours.split()))


@given(HOSTILE_TEXT)
def test_markdown_text__any_text__is_one_paragraph_of_plain_words(text):
    markdown = markdown_text(text, limit=100_000)

    assert tokens_of(markdown) in ([], ["paragraph_open", "inline", "paragraph_close"])
    assert {kind for kind, _ in inline_of(markdown)} <= {"text", "code_inline"}


@given(HOSTILE_TEXT)
def test_markdown_text__any_text__is_read_back_word_by_word(text):
    markdown = markdown_text(text, limit=100_000)

    assert "".join(content for _, content in inline_of(markdown)) == words_of(text)


@given(HOSTILE_TEXT)
def test_markdown_text__any_text__leaves_github_nothing_to_link(text):
    markdown = markdown_text(text, limit=100_000)

    plain = [content for kind, content in inline_of(markdown) if kind == "text"]
    assert [content for content in plain if LINKED_BY_GITHUB.search(content)] == []


@given(HOSTILE_TEXT)
def test_markdown_text__in_a_list_a_heading_a_quote__stays_in_it(text):
    item = markdown_text(text) or "x"

    assert tokens_of(f"- {item}\n- end")[:5] == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
        "inline",
        "paragraph_close",
    ]
    assert tokens_of(f"### a {item}\n\nend").count("heading_open") == 1
    assert tokens_of(f"> {item}\n>\n> - end").count("list_item_open") == 1


@given(st.lists(st.tuples(HOSTILE_TEXT, HOSTILE_TEXT), min_size=1, max_size=3))
def test_markdown_cell_and_code__in_a_table__keep_its_rows_and_columns(rows):
    body = "".join(f"| {markdown_cell(a)} | {markdown_code(b) or '–'} | end |\n" for a, b in rows)

    tokens = tokens_of(f"| a | b | c |\n| --- | --- | --- |\n{body}")
    inline = inline_of(f"| a | b | c |\n| --- | --- | --- |\n{body}")

    assert tokens.count("td_open") == 3 * len(rows)
    assert tokens.count("tr_open") == 1 + len(rows)
    assert [content for _, content in inline].count("end") >= len(rows)
    assert {kind for kind, _ in inline} <= {"text", "code_inline"}


@given(HOSTILE_TEXT)
def test_markdown_code__any_text__is_inline_code_or_plain_words(text):
    inline = inline_of(markdown_code(text, limit=100_000))

    assert {kind for kind, _ in inline} <= {"text", "code_inline"}
    assert "".join(content for _, content in inline).replace("## ", "##") == words_of(text).replace(
        "## ", "##"
    )
    assert len(inline) <= 1 or "|" in text


@given(st.lists(HOSTILE_TEXT, max_size=5))
def test_markdown_fence__any_lines__is_one_fence_that_holds_them_all(lines):
    markdown = markdown_fence(lines, limit=100_000)

    tokens = GITHUB.parse(markdown)
    token = tokens[0]
    assert len(tokens) == 1
    assert token.type == "fence"
    assert token.info == "text"
    assert token.content.split("\n")[:-1] == [
        log_text(line, limit=100_000).replace("<!--", "<!- -") for line in lines
    ]


@given(HOSTILE_TEXT | HOSTILE_TEXT.map("https://docs.test/".__add__))
def test_link_url__any_text__is_nothing_or_one_web_link(text):
    url = link_url(text)

    if url:
        link, text_of_link, *_ = list(GITHUB.parse(f"[x]({url})")[1].children or ())
        assert text_of_link.content == "x"
        assert link.type == "link_open"
        assert urlsplit(str(link.attrs["href"])).scheme in {"http", "https"}
        assert inline_of(f"[x]({url}) end")[-1] == ("text", " end")


MARKER = re.compile(r"\s*<!--\s*glue-health-check")
MARKERS = st.lists(
    st.sampled_from(
        [
            "<!--",
            "<!-",
            "<!",
            "--",
            "-",
            " ",
            "\t",
            "\n",
            "\r",
            "\x1b[0m",
            "\x0b",
            "\u2028",
            "glue-health-check",
            "<!-- glue-health-check: 1 -->",
            "`",
            "```",
            "\\",
            "##[",
            "::",
            "x",
        ]
    )
).map("".join)


@given(MARKERS)
def test_markdown_escapes__our_own_hidden_marker__is_never_at_the_begin_of_a_line(text):
    written = (
        markdown_text(text),
        markdown_code(text),
        markdown_cell(text),
        markdown_fence((text, text.strip())),
        link_url(f"https://a.test/{text}"),
        mermaid_text(text),
    )

    lines = [line for page in written for line in page.splitlines()]
    assert [line for line in lines if MARKER.match(line)] == []


def test_markdown_fence__a_hidden_marker_in_a_log__can_still_be_read():
    fence = markdown_fence(("<!-- glue-health-check -->",))

    assert fence == "```text\n<!- - glue-health-check -->\n```"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.test:8443/x?y=1&z=2#L3", "https://a.test:8443/x?y=1&amp;z=2#L3"),
        ("https://a.test", "https://a.test"),
        ("https://a.test/a b)(|`<é\ud800", "https://a.test/a%20b%29%28%7C%60%3C%C3%A9?"),
        ("javascript:alert(1)", ""),
        ("https://github.com@evil.test/", ""),
        ("https://a.test\n/x", ""),
        ("//evil.test", ""),
        ("", ""),
        ("https://a.test/" + "x" * 1_985, "https://a.test/" + "x" * 1_985),
        ("https://a.test/" + "x" * 1_986, ""),
    ],
)
def test_link_url__known_addresses__as_expected(url, expected):
    assert link_url(url) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("ask @ada about #1", "ask `@ada` about `#1`"),
        ("arn:aws:iam::123456789012:role/ci", "`arn:aws:iam::123456789012:role/ci`"),
        ("limit $0.05, paid $0.06.", "limit `$0.05`, paid `$0.06`."),
        ("a|b", "a&#124;b"),
        (":tada: it works", "`:tada:` it works"),
        ("jobs/a.py:12: KeyError", "jobs/a.py:12: KeyError"),
        ("<b>", "&lt;b&gt;"),
        ("5.1", "5.1"),
        ("- x", "\\- x"),
        ("12. x", "12\\. x"),
        ("12) x", "12\\) x"),
        ("@ada: - x", "`@ada`: - x"),
        ("see https://a.test/x?y for it", "see `https://a.test/x?y` for it"),
    ],
)
def test_markdown_text__known_texts__as_expected(text, expected):
    assert markdown_text(text) == expected


def test_markdown_text__very_long__says_how_long_it_was():
    assert markdown_text("x " * 5_000).endswith("… (cut, 10000 characters)")
    assert markdown_text("x " * 600).endswith("… (cut, 1199 characters)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "`a`"),
        ("a`b", "``a`b``"),
        ("`a", "`` `a ``"),
        ("a`", "`` a` ``"),
        ("``", "``` `` ```"),
        ("a|`b", "a&#124;\\`b"),
    ],
)
def test_markdown_code__a_backtick_or_a_bar__does_not_end_it(text, expected):
    assert markdown_code(text) == expected


@pytest.mark.parametrize("longest", [3, 4, 9])
def test_markdown_fence__a_fence_in_a_log__is_shorter_than_ours(longest):
    line = "`" * longest

    assert markdown_fence(("a", line, "b")) == f"{line}`text\na\n{line}\nb\n{line}`"


@pytest.mark.parametrize("escape", [markdown_cell, markdown_code, markdown_text])
def test_markdown__with_a_limit__keeps_it(escape):
    assert escape("x|" * 3_000, limit=27).replace("&#124;", "|") == "x| … (cut, 6000 characters)"


def test_markdown_fence__with_a_limit__keeps_it_in_each_line():
    lines = ("x" * 6_000, "y")

    assert markdown_fence(lines, limit=27) == "```text\nxx … (cut, 6000 characters)\ny\n```"


def test_markdown_code__empty__is_empty():
    assert markdown_code(" \n ") == ""


def test_markdown_cell__empty__shows_a_dash():
    assert markdown_cell("\n") == "–"
