"""Text of the environment is checked before it is passed on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.ci.values import (
    base_url_of,
    digits_of,
    event_of,
    is_from_dependabot,
    repository_of,
    web_url_of,
)
from plugin.core.pull_request import hash_of, is_dependabot, number_of, ref_of


@pytest.mark.parametrize(
    "text",
    [
        "",
        "javascript:alert(1)",
        "ftp://ci.example.com/1",
        "//ci.example.com/1",
        "https://",
        "https://ci.example.com/1\n::error::x",
        "https://ci.example.com/1 2",
        'https://ci.example.com/"><script>',
        "https://ci.example.com/\x1b]8;;",
        "https://ci.exämple.com/1",
        "https://ci.example.com:99999/1",
        "https://ci.example.com:0/1",
        "https://ci_example.com/1",
        "https://[::1/1",
        "https://[2001:db8::1]/1",
        "https://ci.example.com/" + "x" * 2000,
    ],
)
def test_web_url_of__no_harmless_link__is_empty(text):
    assert web_url_of(text) == ""


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://ci.example.com/o/r/7", "https://ci.example.com/o/r/7"),
        (
            " HTTP://CI.example.com:8080/job/a%252Fb/7/ ",
            "http://ci.example.com:8080/job/a%252Fb/7/",
        ),
        ("https://jane:secret@ci.example.com/7", "https://ci.example.com/7"),
        ("https://ci.example.com/7?token=secret#log", "https://ci.example.com/7"),
        ("http://[::1]:8080/7", "http://[::1]:8080/7"),
    ],
)
def test_web_url_of__a_link__loses_its_secrets_only(text, link):
    assert web_url_of(text) == link


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://api.github.com",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "https://jane:secret@api.github.com",
        "https://api.github.com?x=1",
        "https://api.github.com/#x",
        "file:" + "///etc/passwd",
    ],
)
def test_base_url_of__nothing_to_send_a_token_to__is_empty(text):
    assert base_url_of(text) == ""


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("https://api.github.com", "https://api.github.com"),
        ("https://ghe.example.com/api/v3/", "https://ghe.example.com/api/v3"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:8080/api/v3", "http://127.0.0.1:8080/api/v3"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_base_url_of__https_or_this_machine__is_kept(text, base):
    assert base_url_of(text) == base


@pytest.mark.parametrize(
    "text",
    ["", "name", "/name", "owner/", "o//n", "../n", "o/..", "o/n\n", "o/n x", "o/n@x", "ö/n"],
)
def test_repository_of__no_repository__is_empty(text):
    expected = "o/n" if text == "o/n\n" else ""

    assert repository_of(text) == expected


@pytest.mark.parametrize(
    "text", ["o/n", "Octo-cat/flights.py", "group/sub/name", "~jane/x", "o/.x"]
)
def test_repository_of__a_repository__is_kept(text):
    assert repository_of(text) == text


@pytest.mark.parametrize(
    "value",
    [
        "",
        "abc123",
        "a" * 7,  # shortened
        "a" * 39,
        "a" * 41,
        "a" * 63,
        "a" * 65,
        "g" * 40,
        "0" * 40,
        "0" * 64,
        "-" + "a" * 39,
        "a" * 20 + "\n" + "a" * 20,
        "HEAD",
        None,
        7,
    ],
)
def test_hash_of__no_commit__is_empty(value):
    assert hash_of(value) == ""


@pytest.mark.parametrize("digits", [40, 64])
def test_hash_of__a_commit__is_in_lower_case(digits):
    assert hash_of("A" * digits + "\n") == "a" * digits


@pytest.mark.parametrize(
    "value", ["", "0", "-1", "1.0", "٣", "9" * 17, 0, -1, 2**60, True, 1.0, None]
)
def test_number_of__no_number__is_nothing(value):
    assert number_of(value) is None


@pytest.mark.parametrize(("value", "number"), [("24", 24), (24, 24), ("024", 24)])
def test_number_of__a_positive_number__is_it(value, number):
    assert number_of(value) == number


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "a\x1b[31m", "a\u202eb", "x" * 1001, None, 7])
def test_ref_of__what_could_speak_to_a_terminal__is_empty(value):
    assert ref_of(value) == ""


@pytest.mark.parametrize(
    "value", ["main", "feature/x-1", "größe", "dependabot[bot]", "$(id)", "--x"]
)
def test_ref_of__a_legal_name__is_kept(value):
    assert ref_of(value) == value


@pytest.mark.parametrize(
    ("text", "digits"), [("7", "7"), ("007", "7"), ("", ""), ("7a", ""), ("٣", "")]
)
def test_digits_of__only_digits__are_kept(text, digits):
    assert digits_of(text) == digits


@pytest.mark.parametrize(
    ("text", "event"), [("push", "push"), ("Push", ""), ("a b", ""), ("::x", "")]
)
def test_event_of__only_names__are_kept(text, event):
    assert event_of(text) == event


@given(st.text())
def test_values__any_text__never_raise_and_never_pass_control_characters(text):
    values = [
        f(text) for f in (web_url_of, base_url_of, repository_of, digits_of, event_of, ref_of)
    ]

    assert all(value.isprintable() for value in [*values, hash_of(text)])


@pytest.mark.parametrize("author", ["", "octocat", "dependabot[bot]x", "not-dependabot[bot]"])
def test_is_dependabot__somebody_else__is_not(author):
    assert not is_dependabot(author)


@pytest.mark.parametrize("author", ["dependabot[bot]", " Dependabot[bot]\n", "dependabot"])
def test_is_dependabot__any_spelling__is(author):
    assert is_dependabot(author)


@pytest.mark.parametrize(
    ("branch", "is_pull_request", "expected"),
    [("main", True, True), ("dependabot/pip/x", False, True), ("main", False, False)],
)
def test_is_from_dependabot__commit_on_a_branch_of_ours__was_merged_by_us(
    branch, is_pull_request, expected
):
    found = is_from_dependabot("dependabot[bot]", branch, is_pull_request=is_pull_request)

    assert found is expected
