"""The commit status: state, words, and what is left of a killed check."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.core.build import Build, Host
from plugin.core.forms.status import (
    SUPERSEDED,
    beside,
    description,
    ended,
    pending_of,
    state_of,
    status_of,
    superseded,
    target_url,
)
from plugin.core.github import PostedStatus, StatusPost
from plugin.core.verdict import Verdict
from tests.unit.reporters.samples import (
    BUILD,
    ERRORED,
    FAILED,
    HOSTILE_TOKENS,
    PASSED,
    SAMPLES,
    SKIPPED,
    report_of,
)

CONTEXT = "glue-health-check"
OURS = "0a1b2c3d4e5f"


def posted(post):
    return PostedStatus(state=post.state, target_url=post.target_url, description=post.description)


def pending(build=BUILD, context=CONTEXT, build_id=OURS):
    return pending_of(build, context=context, build_id=build_id)


def said_of(report):
    status = status_of(report)
    assert status
    return status


def end(status, build=BUILD, build_ids=(OURS,)):
    return ended(status, build, context=CONTEXT, build_ids=build_ids)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.ERRORED, "error"),
        (Verdict.CANCELLED, "error"),
        (Verdict.FAILED, "failure"),
        (Verdict.PASSED, "success"),
        (Verdict.SKIPPED, "success"),
    ],
)
def test_state_of__each_verdict__blames_the_script_only_when_it_is_at_fault(verdict, state):
    assert state_of(verdict) == state


def test_status_of__a_plan_that_was_skipped_whole__is_none():
    assert status_of(report_of(reason="The pull request comes from a fork.")) is None


def test_status_of__all_skipped_by_their_paths__is_a_success_that_says_why():
    status = status_of(report_of(SKIPPED, SKIPPED))

    assert status == StatusPost(
        state="success",
        context=CONTEXT,
        description=f"Nothing to check: {SKIPPED.reason}",
        target_url=BUILD.link,
    )


def test_status_of__some_skipped__speaks_of_the_others():
    status = said_of(report_of(PASSED, SKIPPED))

    assert status.state == "success"
    assert status.description.startswith("1 passed, 1 skipped in ")


def test_status_of__errored_beside_failed__is_an_error():
    assert said_of(report_of(FAILED, ERRORED)).state == "error"


def test_status_of__another_context__has_it():
    assert said_of(replace(report_of(PASSED), context="etl / 5.0")).context == "etl / 5.0"


def test_status_of__hostile_report__is_one_harmless_line_with_no_link():
    status = said_of(SAMPLES["hostile"])

    assert status.target_url == ""
    assert status.description.isprintable()
    assert len(status.description) <= 140


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "https://", "", "ftp://ci.test/1", "https://ci.test/a b", "https://ci.test/\n",
     "https://ci.test/" + "a" * 2_000, "https://ci.tést/1"],
)  # fmt: skip
def test_target_url__no_plain_web_address__is_empty(link):
    assert target_url(replace(BUILD, link=link)) == ""


def test_target_url__the_page_of_a_build__is_kept():
    assert target_url(BUILD) == BUILD.link


@settings(max_examples=50)
@given(st.lists(st.one_of(st.text(), st.sampled_from(HOSTILE_TOKENS))).map("".join))
def test_description__any_text__is_what_github_takes(text):
    words = description(text)

    assert len(words) <= 140
    assert not {"\n", "\r", "\x00", "\x1b", "\u202e", "\ud800"}.intersection(words)
    assert max(words, default="") <= "\uffff"
    assert "##[" not in words


def test_description__long_words__is_cut_before_a_word():
    words = description("flights failed: " + "column " * 40)

    assert words.endswith(" column…")
    assert 130 < len(words) <= 140


def test_description__one_long_word__is_cut_inside():
    assert description("x" * 500) == "x" * 139 + "…"
    assert description("x" * 140) == "x" * 140


def test_description__emoji__is_replaced_because_github_refuses_it():
    assert description("📦 é 漢") == "\ufffd é 漢"


def test_pending_of__a_build__names_the_check_and_links_the_build():
    assert pending() == StatusPost(
        state="pending",
        context=CONTEXT,
        description="Running (check 0a1b2c3d4e5f).",
        target_url=BUILD.link,
    )


@pytest.mark.parametrize(
    "status",
    [
        None,
        posted(replace(pending(), state="success")),
        posted(replace(pending(), state="error")),
        posted(replace(pending(), description="Waiting for approval")),
        posted(pending(build_id="ffffffffffff")),
        posted(pending(build=replace(BUILD, link="https://ci.test/43"))),
    ],
)
def test_ended__no_pending_of_a_check_that_is_over__leaves_it_alone(status):
    assert end(status) is None


def test_ended__nothing_was_begun__leaves_it_alone():
    assert end(posted(pending()), build_ids=()) is None


@pytest.mark.parametrize("build", [BUILD, Build(host=Host.PLAIN)])
def test_ended__our_pending__becomes_an_error(build):
    status = end(posted(pending(build=build)), build=build, build_ids=("ffffffffffff", OURS))

    assert status == StatusPost(
        state="error",
        context=CONTEXT,
        description="The check did not finish.",
        target_url=build.link,
    )


@pytest.mark.parametrize(
    ("final", "state", "words"),
    [
        ("success", "success", "The check finished; how, is in its report."),
        ("failure", "failure", "The check finished; how, is in its report."),
        ("pending", "error", "The check did not finish."),
        ("", "error", "The check did not finish."),
    ],
)
def test_ended__a_final_state_was_written_down__is_repeated(final, state, words):
    finals = {OURS: final, "ffffffffffff": "error"}
    status = ended(
        posted(pending()), BUILD, context=CONTEXT, build_ids=("ffffffffffff", OURS), finals=finals
    )

    assert status == StatusPost(
        state=state, context=CONTEXT, description=words, target_url=BUILD.link
    )


def test_ended__our_pending_of_a_leg__becomes_an_error_of_that_leg():
    begun = pending_of(BUILD, context=CONTEXT, build_id=OURS, leg=LEG)

    status = end(posted(begun))

    assert begun.target_url == f"{BUILD.link}#leg-{LEG}"
    assert status
    assert (status.state, status.target_url) == ("error", begun.target_url)


def test_ended__our_pending_of_another_attempt__is_left_alone():
    begun = pending(build=replace(BUILD, link=f"{BUILD.link}/attempts/1"))

    assert end(posted(begun), build=replace(BUILD, link=f"{BUILD.link}/attempts/2")) is None


# --- legs of one build ---------------------------------------------------------------------------

LEG = "0123456789ab"
ATTEMPT = replace(BUILD, link=f"{BUILD.link}/attempts/1", attempt="1")
SUCCESS = StatusPost(
    state="success", context=CONTEXT, description="1 passed", target_url=f"{ATTEMPT.link}#leg-{LEG}"
)
OTHER = f"{ATTEMPT.link}#leg-ba9876543210"


def test_status_of__a_leg__is_told_by_the_fragment_of_its_link():
    report = replace(report_of(PASSED, build=ATTEMPT), leg=LEG)

    assert said_of(report).target_url == SUCCESS.target_url


@pytest.mark.parametrize("state", ["failure", "error"])
def test_beside__another_leg_did_not_pass__is_its_status_again(state):
    said = PostedStatus(state=state, target_url=OTHER, description="rows read: 0")

    assert beside(SUCCESS, iter([said])) == StatusPost(
        state=state, context=CONTEXT, description="rows read: 0", target_url=OTHER
    )


@pytest.mark.parametrize("state", ["failure", "error"])
def test_beside__no_success__hides_nothing_and_stays(state):
    said = PostedStatus(state="error", target_url=OTHER, description="rows read: 0")
    post = replace(SUCCESS, state=state)

    assert beside(post, [said]) == post


def test_beside__nothing_worse__stays_a_success():
    assert beside(SUCCESS, [posted(SUCCESS)]) == SUCCESS


@given(words=st.text(max_size=300) | st.sampled_from(HOSTILE_TOKENS))
@settings(max_examples=50)
def test_beside__any_words__are_one_harmless_line(words):
    post = beside(SUCCESS, [PostedStatus(state="failure", target_url=OTHER, description=words)])

    assert post.description == description(post.description)
    assert len(post.description) <= 140


# --- superseded ----------------------------------------------------------------------------------


def over(said, *build_ids):
    return superseded(said, context=CONTEXT, build_ids=build_ids)


def test_superseded__a_last_word_or_another_build_or_nothing__stays():
    last_word = posted(SUCCESS)

    assert over(None, OURS) is None
    assert over(last_word, OURS) is None
    assert over(replace(last_word, description=pending().description), OURS) is None
    assert over(posted(pending()), "ba9876543210") is None
    assert over(posted(pending())) is None


def test_superseded__pending_of_a_build_that_is_gone__ends_where_it_pointed():
    said = posted(pending())

    assert over(said, "ba9876543210", OURS) == StatusPost(
        state="error", context=CONTEXT, description=SUPERSEDED, target_url=said.target_url
    )


@pytest.mark.parametrize(("length", "is_kept"), [(2_000, True), (2_001, False)])
def test_target_url__a_link_of_any_length__is_kept_up_to_a_bound(length, is_kept):
    link = f"https://ci.test/{'a' * (length - 16)}"

    url = target_url(Build(host=Host.PLAIN, link=link))

    assert url == (link if is_kept else "")
