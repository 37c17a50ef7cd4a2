"""Globs, against a slow reader of the same rules."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plugin.core.globs import is_glob, matches

LETTERS = "ab./-]!^&~|"
TOKENS = (
    "a",
    "b",
    ".",
    "/",
    "-",
    "*",
    "**",
    "**/",
    "?",
    "[ab]",
    "[!a]",
    "[a-b]",
    "[]a]",
    "[^a]",
    "[+-9]",
)


def slowly(tokens, path):
    """Whether the tokens match the whole path, by trying everything."""
    if not tokens:
        return path == ""
    first, rest = tokens[0], tokens[1:]
    match first:
        case "**":
            return any(slowly(rest, path[n:]) for n in range(len(path) + 1))
        case "*":
            end = path.index("/") if "/" in path else len(path)
            return any(slowly(rest, path[n:]) for n in range(end + 1))
        case "**/":
            folder, slash, below = path.partition("/")
            return slowly(rest, path) or bool(slash and folder and slowly(tokens, below))
        case _:
            return path != "" and fits(first, path[0]) and slowly(rest, path[1:])


def fits(token, character):
    if character == "/" and token != "/":
        return False
    members = {"[ab]": "ab", "[a-b]": "ab", "[]a]": "]a", "[^a]": "^a", "[+-9]": "+,-.0123456789"}
    match token:
        case "?":
            return True
        case "[!a]":
            return character != "a"
        case _:
            return character in members.get(token, token)


def as_read(tokens):
    """Join neighbours as a reader of the text would: ``**`` and ``/`` are one."""
    text = "".join(tokens)
    found = []
    while text:
        longest = max((t for t in (*TOKENS, text[0]) if text.startswith(t)), key=len)
        found.append(longest)
        text = text[len(longest) :]
    return found


@given(st.lists(st.sampled_from(TOKENS), max_size=6), st.text(LETTERS, max_size=8))
@example(["[+-9]"], "/")
@example(["[^a]"], "/")
@example(["**/", "a"], "b/b/a")
@example(["**/", "a"], "/a")
def test_matches__any_pattern_and_path__is_what_the_slow_reader_says(tokens, path):
    pattern = "".join(tokens)
    if pattern.startswith("./") or pattern.endswith("/"):
        return

    assert matches(pattern, path) is slowly(as_read(tokens), path)


@given(st.text(st.characters(exclude_categories=())), st.text())
def test_matches__any_text__is_an_answer_and_no_error(pattern, path):
    assert matches(pattern, path) in (True, False)


@given(
    st.text(st.characters(exclude_characters="*?["), min_size=1).filter(
        lambda t: not t.endswith("/")
    )
)
def test_matches__name_that_is_no_pattern__is_itself_alone(name):
    assert not is_glob(name)
    assert matches(name, name.removeprefix("./"))
    assert not matches(name, name + "x")


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.py", "jobs/a.py"),
        ("jobs/*", "jobs/a/b.py"),
        ("jobs/?/b", "jobs///b"),
        ("jobs/", "jobs"),
        ("jobs/", "jobs2/a"),
        ("jobs/**", "jobs"),
        ("a.py", "aXpy"),
        ("a.py", "a.py\n"),
        ("[!a]", "/"),
        ("[!a]", "a"),
        ("[!a-c]", "b"),
        ("[a-c]", "-"),
        ("[.-0]", "/"),
        ("[z-a]", "b"),
        ("[]", "a"),
        ("[!]", "a"),
        ("[a", "a"),
        ("a[b/c]d", "abd"),
    ],
)
def test_matches__outside_of_the_pattern__is_no(pattern, path):
    assert not matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.py", "a.py"),
        ("./*.py", "a.py"),
        ("**/*.py", "a.py"),
        ("**/*.py", "a/b/c.py"),
        ("**.py", "a/b/c.py"),
        ("jobs/", "jobs/a/b.py"),
        ("jobs/**", "jobs/a/b.py"),
        ("jobs/**/a.py", "jobs/a.py"),
        ("**", "a/b"),
        ("[z-a]", "[z-a]"),
        ("[]", "[]"),
        ("[!]", "[!]"),
        ("[a", "[a"),
        ("a[b/c]d", "a[b/c]d"),
        ("[a--]", "[a--]"),
        ("[&&]", "&"),
        ("[[a]", "["),
        ("[\\]", "\\"),
        ("[a-]", "-"),
        ("[-a]", "-"),
        ("[a-c]", "b"),
        ("[!a-c]", "d"),
        ("[!a]", "!"),
        ("[a\nb]", "\n"),
        ("ä*", "äö"),
    ],
)
def test_matches__within_the_pattern__is_yes(pattern, path):
    assert matches(pattern, path)


@pytest.mark.parametrize("text", ["*", "a?", "[ab]", "a/**/b"])
def test_is_glob__pattern__is_one(text):
    assert is_glob(text)


def test_matches__many_stars_on_a_long_path__still_answers():
    path = "a" * 300 + "/" + "b" * 300

    assert not matches("*a" * 40 + "**" + "*b" * 40 + "c", path)
    assert matches("**/" * 30 + "*b" * 40, path)
