"""Every text that shows a secret, to the letter."""

import pytest

from plugin.core.secrets.forms import PIECE, SHORTEST, forms_of

SECRET = 'p"a/s+s w~ö'
"""With something that each of the encodings changes."""


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        'p\\"a/s+s w~\\u00f6',
        'p\\"a\\/s+s w~\\u00f6',
        'p\\\\\\"a/s+s w~\\\\u00f6',
        'p\\"a/s+s w~ö',
        'p"a/s+s w~\\xc3\\xb6',
        'p\\"a\\/s\\+s w\\~ö',
        "p&quot;a/s+s w~ö",
        "p%22a/s%2Bs%20w~%C3%B6",
        "p%22a%2Fs%2Bs%20w~%C3%B6",
        "p%22a%2Fs%2Bs+w~%C3%B6",
        "p%2522a%2Fs%252Bs%2520w~%25C3%25B6",
        "p%2522a%252Fs%252Bs%2520w~%25C3%25B6",
        "%70%22%61%2F%73%2B%73%20%77%7E%C3%B6",
        "70 22 61 2f 73 2b 73 20 77 7e c3 b6",
        "7022612f732b7320777ec3b6",
        "70:22:61:2F:73:2B:73:20:77:7E:C3:B6",
        "\\x70\\x22\\x61\\x2f\\x73\\x2b\\x73\\x20\\x77\\x7e\\xc3\\xb6",
        "cCJhL3MrcyB3fsO2",
    ],
)
def test_forms_of__each_encoding__is_among_them(form):
    assert form in forms_of(SECRET)


def test_forms_of__base64_in_the_middle_of_something__is_what_the_secret_alone_decides():
    # One and two bytes before it: AHAiYS9zK3Mgd37Dtg==, AABwImEvcytzIHd+w7Y=
    assert {"wImEvcytzIHd+w7", "wImEvcytzIHd-w7", "wImEvcytzIHd%2Bw7"} <= forms_of(SECRET)
    assert "AiYS9zK3Mgd37Dt" in forms_of(SECRET)


@pytest.mark.parametrize(
    ("secret", "forms"),
    [("", frozenset()), ("a" * (SHORTEST - 1), frozenset()), ("  abc  ", frozenset())],
)
def test_forms_of__too_short__has_none(secret, forms):
    assert forms_of(secret) == forms


def test_forms_of__the_shortest__is_looked_for_and_so_are_its_long_forms_alone():
    forms = forms_of("abcd")

    assert "abcd" in forms
    assert {"61626364", "%61%62%63%64"} <= forms
    assert all(len(form) >= PIECE for form in forms - {"abcd"})


def test_forms_of__several_lines__has_each_long_one_and_all_in_one():
    long, short = "b" * PIECE, "c" * (PIECE - 1)

    forms = forms_of(f" {long}\n  {short}\n")

    assert {f"{long}\n  {short}", f"{long} {short}", long} <= forms
    assert short not in forms


def test_forms_of__a_very_long_one__is_looked_for_by_its_beginning():
    forms = forms_of("ab" * 20_000)

    assert "ab" * 10_000 in forms
    assert "ab" * 10_000 + "a" not in forms


def test_forms_of__both_quotes_and_a_backslash__is_looked_for_as_python_writes_it():
    secret = 'it\'s "so" \\ für'

    assert 'it\\\'s "so" \\\\ für' in forms_of(secret)


def test_forms_of__bytes_that_are_no_text__are_looked_for_as_well():
    assert {"geheim-\udcff", "67656865696d2d"} <= {form[:14] for form in forms_of("geheim-\udcff")}
