"""What GitHub is told when the settings are wrong: short, harmless, and how much more there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Build, Host
from plugin.core.forms.refusal import MOST_PROBLEMS, refused, summary_of
from plugin.core.github import MOST_STATUS_DESCRIPTION

BUILD = Build(host=Host.GITHUB, link="https://github.com/acme/etl/actions/runs/42")


def words(*problems):
    return refused(problems, BUILD, context="glue").description


@pytest.mark.parametrize(
    ("problems", "told"),
    [
        (("role_arn is required.",), "The settings are wrong: role_arn is required."),
        (("a: no.", "b: no.", "c: no."), "The settings are wrong: a: no. (and 2 more)"),
        (("a\n::error::b",), r"The settings are wrong: a\n::error::b"),
    ],
)
def test_refused__problems__names_the_first_and_counts_the_others(problems, told):
    assert words(*problems) == told


def test_refused__long_problem_of_several__is_cut_and_the_count_is_not():
    told = words("a " * 200, "b: no.")

    assert len(told) <= MOST_STATUS_DESCRIPTION
    assert told.endswith("a a… (and 1 more)")


def test_refused__always__is_an_error_that_links_to_the_build():
    post = refused(("a",), BUILD, context="glue")

    assert (post.state, post.context, post.target_url) == ("error", "glue", BUILD.link)


@given(st.text(max_size=400), st.integers(min_value=0, max_value=300))
def test_refused__any_problem__is_one_line_that_fits_and_keeps_the_count(problem, others):
    told = words(problem, *["x"] * others)

    assert len(told) <= MOST_STATUS_DESCRIPTION
    assert len(told.splitlines()) == 1
    assert told.endswith(f" (and {others} more)") or not others


def test_summary_of__hostile_problem__is_plain_words():
    told = summary_of(("<img src=x> @octocat\n# head",))

    assert "<img" not in told
    assert "`@octocat`" in told
    assert [line for line in told.splitlines() if line.startswith("# ")] == []


@pytest.mark.parametrize(
    ("count", "last"),
    [(MOST_PROBLEMS, "- p49"), (MOST_PROBLEMS + 1, "- and 1 more: see the log")],
)
def test_summary_of__many_problems__are_bounded_and_counted(count, last):
    items = [line for line in summary_of(tuple(f"p{n}" for n in range(count))).splitlines() if line]

    assert items[-1] == last
    assert len(items) <= MOST_PROBLEMS + 3
