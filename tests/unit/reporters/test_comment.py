"""The comment: one, whoever writes at the same time, and whatever gets lost on the way."""

from contextlib import nullcontext
from dataclasses import replace
from itertools import cycle, permutations
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.core.errors import GitHubAnswerLost, GitHubError, PluginError
from plugin.core.forms.sticky import section_of
from plugin.core.forms.sticky_page import body_of, head_of, sections_of
from plugin.core.render import markdown
from plugin.reporters.comment import TRIES, Comment
from tests.doubles.clock import FakeClock
from tests.doubles.github_memory import GitHubMemory
from tests.doubles.stage import Stage
from tests.unit.reporters.samples import BUILD, ERRORED, FAILED, PASSED, SAMPLES, SKIPPED, report_of

CONTEXT = "glue-health-check"
REFUSED = GitHubError("Resource not accessible by integration.", hint="Add pull-requests: write.")


def leg(name, *results, number="42", attempt="1", build=BUILD, context=CONTEXT):
    build = replace(build, number=number, attempt=attempt, workflow="check.yml")
    report = report_of(*(results or (PASSED,)), build=build)
    return replace(report, leg=name, context=context)


def comment(github, *, when="always", clock=None, say=str):
    return Comment(
        open_github=github.open,
        clock=clock or FakeClock(),
        jitter=lambda: 0.5,
        when=when,
        say=say,
    )


def body(*reports):
    sections = tuple(section_of(report, markdown(report)) for report in reports)
    return body_of(reports[0].context, sections, ours=sections[0])


def marks(github):
    (found,) = github.bodies()
    return {(one.leg, one.number, one.attempt, one.verdict) for one in sections_of(found)}


def test_report__the_conversation_is_locked__tells_what_github_said():
    github = GitHubMemory()
    github.errors["create_comment"] = [REFUSED]

    with pytest.raises(GitHubError, match="Add pull-requests: write"):
        comment(github).report(leg("a"))

    assert github.requests == ["viewer", "comments", "create_comment"]


def test_report__an_update_is_refused__tells_it_and_makes_no_second_comment():
    github = GitHubMemory()
    github.add(body(leg("a", FAILED, number="41")))
    github.errors["update_comment"] = [REFUSED]

    with pytest.raises(GitHubError, match="Add pull-requests: write"):
        comment(github).report(leg("a"))

    assert len(github.bodies()) == 1


def test_report__no_pull_request__says_so_and_asks_nothing():
    github = GitHubMemory()

    with pytest.raises(PluginError, match="no pull request"):
        comment(github).report(leg("a", build=replace(BUILD, pull_request=None)))

    assert github.requests == []


@pytest.mark.parametrize("turns", range(1, TRIES + 1))
def test_report__answers_are_lost_and_nothing_was_made__tries_again_within_bounds(turns):
    github = GitHubMemory()
    github.errors["create_comment"] = [GitHubAnswerLost("no answer")] * turns

    if turns == TRIES:
        with pytest.raises(GitHubAnswerLost):
            comment(github).report(leg("a"))
    else:
        comment(github).report(leg("a"))

    assert len(github.bodies()) == (0 if turns == TRIES else 1)
    assert github.requests.count("create_comment") == min(turns + 1, TRIES)


def test_report__the_answer_is_lost_but_the_comment_made__makes_no_second_one():
    github = GitHubMemory()
    github.lost["create_comment"] = 1

    comment(github).report(leg("a"))

    assert len(github.bodies()) == 1
    assert github.requests.count("create_comment") == 1


class Behind(GitHubMemory):
    """A GitHub whose list does not have the newest comment yet."""

    def comments(self, repository, number):
        yield from tuple(super().comments(repository, number))[:-1]


@pytest.mark.parametrize("others", [0, 1])
def test_report__the_list_does_not_have_our_comment_yet__makes_no_second_one(others):
    github = Behind()
    for _ in range(others):
        github.before["create_comment"] = [lambda: github.add(body(leg("b")))]

    comment(github).report(leg("a"))

    assert {mark[0] for mark in marks(github)} == ({"a", "b"} if others else {"a"})
    assert github.requests.count("create_comment") == 1


def test_report__deleted_while_we_write__makes_a_new_one():
    github = GitHubMemory()
    github.add(body(leg("a", FAILED)))
    github.before["update_comment"] = [github.threads[7].clear]

    comment(github).report(leg("a"))

    assert marks(github) == {("a", "42", "1", "passed")}


def test_report__deleted_before_it_is_read_back__makes_a_new_one():
    github = GitHubMemory()
    github.add(body(leg("a", FAILED)))
    github.after["update_comment"] = [github.threads[7].clear]

    comment(github).report(leg("a"))

    assert marks(github) == {("a", "42", "1", "passed")}


def test_report__others_overwrite_it_each_time__gives_up_with_a_word():
    github, clock = GitHubMemory(), FakeClock()
    number = github.add(body(leg("b")))
    overwrite = [lambda: github.update_comment("", number, body(leg("b")))] * TRIES
    github.after["update_comment"] = [step for one in overwrite for step in (one, int)]

    with pytest.raises(PluginError, match="changed by others"):
        comment(github, clock=clock).report(leg("a"))

    assert clock.seconds == pytest.approx(5 * 2 + 0.5 + 1 + 2 + 4)


def test_report__another_leg_overwrites_it_once__is_merged_in_again():
    github, clock = GitHubMemory(), FakeClock()
    number = github.add(body(leg("z")))
    theirs = body(leg("z"), leg("b", FAILED))
    github.after["update_comment"] = [lambda: github.update_comment("", number, theirs)]

    comment(github, clock=clock).report(leg("a"))

    assert {mark[0] for mark in marks(github)} == {"a", "b", "z"}
    assert clock.seconds == pytest.approx(2 + 0.5 + 2)


def test_report__cancelled_while_others_write__tries_again_at_once():
    github, clock = GitHubMemory(), FakeClock(cancel_at=0)
    number = github.add(body(leg("z")))
    github.after["update_comment"] = [lambda: github.update_comment("", number, body(leg("b")))]

    comment(github, clock=clock).report(leg("a"))

    assert {mark[0] for mark in marks(github)} == {"a", "b"}
    assert clock.seconds == 0


def test_report__a_newer_build_writes_in_between__is_left_alone():
    github = GitHubMemory()
    number = github.add(body(leg("a", number="41")))
    newer = body(leg("a", FAILED, number="43"))
    github.after["update_comment"] = [lambda: github.update_comment("", number, newer)]

    comment(github).report(leg("a"))

    assert github.bodies() == [newer]


@pytest.mark.parametrize("there", [leg("a", FAILED, number="43"), leg("a", FAILED, attempt="2")])
def test_report__a_newer_result_is_there__writes_nothing_and_is_no_error(there):
    github = GitHubMemory()
    github.add(body(there))
    said: list[str] = []

    comment(github, say=said.append).report(leg("a"))

    assert github.bodies() == [body(there)]
    assert github.requests == ["viewer", "comments"]
    assert said == ["The comment is left as it is: a newer build or attempt wrote it."]


def test_report__ours_is_the_newest__says_nothing_of_it():
    github = GitHubMemory()
    github.add(body(leg("a", number="41")))
    said: list[str] = []

    comment(github, say=said.append).report(leg("a"))

    assert said == []


def test_report__two_legs_make_one_at_the_same_moment__the_older_one_has_both():
    github = GitHubMemory()
    github.before["create_comment"] = [lambda: github.add(body(leg("b", FAILED)))]

    comment(github).report(leg("a"))

    assert marks(github) == {("a", "42", "1", "passed"), ("b", "42", "1", "failed")}
    assert github.threads[7][0].id == 1


def test_report__another_leg_makes_one_right_after_ours__leaves_it_to_that_leg():
    github = GitHubMemory()
    github.after["create_comment"] = [lambda: github.add(body(leg("b", FAILED)))]

    comment(github).report(leg("a"))

    assert [one.id for one in github.threads[7]] == [1, 2]
    assert "delete_comment" not in github.requests


def test_report__a_newer_build_made_one_at_the_same_moment__ours_goes():
    github = GitHubMemory()
    newer = body(leg("a", FAILED, number="43"))
    github.before["create_comment"] = [lambda: github.add(newer)]

    comment(github).report(leg("a"))

    assert github.bodies() == [newer]


def test_report__two_comments_are_left_of_earlier__become_one_with_what_both_say():
    github = GitHubMemory()
    github.add(body(leg("b", FAILED)))
    github.add(body(leg("c")))

    comment(github).report(leg("a"))

    assert {mark[0] for mark in marks(github)} == {"a", "b", "c"}
    assert github.threads[7][0].id == 1


def test_report__the_second_comment_cannot_be_deleted__is_told_and_the_first_one_complete():
    github = GitHubMemory()
    github.add(body(leg("b")))
    github.add(body(leg("c")))
    github.errors["delete_comment"] = [REFUSED]

    with pytest.raises(GitHubError):
        comment(github).report(leg("a"))

    assert {mark.leg for mark in sections_of(github.bodies()[0])} == {"a", "b", "c"}


@pytest.mark.parametrize(
    "other",
    [
        {"text": body(leg("b")), "author": "mallory"},
        {"text": f"see this:\n{body(leg('b'))}"},
        {"text": body(leg("b", context="other"))},
        {"text": body(leg("b")), "number": 8},
    ],
)
def test_report__a_comment_that_is_not_ours__is_left_alone(other):
    github = GitHubMemory()
    text = other.pop("text")
    github.add(text, **other)

    comment(github).report(leg("a"))

    assert text in github.bodies(other.get("number", 7))
    assert github.bodies()[-1].startswith(head_of(CONTEXT))


def test_report__many_comments_before__finds_ours_among_them():
    github = GitHubMemory()
    for number in range(300):
        github.add(f"talk {number}", author="ada")
    github.add(body(leg("a", FAILED, number="41")))

    comment(github).report(leg("a"))

    assert len(github.bodies()) == 301
    assert sections_of(github.bodies()[-1])[0].number == "42"


@pytest.mark.parametrize(("is_there", "seconds"), [(True, 2), (False, 0)])
def test_report__nobody_else_writes__costs_four_requests(is_there, seconds):
    github = GitHubMemory()
    if is_there:
        github.add(body(leg("a", FAILED, number="41")))

    clock = FakeClock()

    comment(github, clock=clock).report(
        leg("a", *(replace(PASSED, name=f"c{n}") for n in range(50)))
    )

    assert len(github.requests) == 4
    assert clock.seconds == seconds
    assert marks(github) == {("a", "42", "1", "passed")}


def test_report__github_sends_other_ends_of_lines__is_understood():
    github = GitHubMemory()
    github.add(body(leg("a", FAILED), leg("b")).replace("\n", "\r\n"))

    comment(github).report(leg("a"))

    assert {mark[0] for mark in marks(github)} == {"a", "b"}
    assert github.bodies()[0].count("## ") >= 2


def test_report__two_contexts__have_a_comment_each():
    github = GitHubMemory()

    comment(github).report(leg("a"))
    comment(github).report(leg("a", FAILED, context="etl / nightly"))

    assert len(github.bodies()) == 2


@pytest.mark.parametrize(
    "order",
    [*permutations([("41", "1", "a"), ("42", "1", "a"), ("42", "2", "a"), ("42", "1", "b")])],
)
def test_report__builds_and_legs_in_any_order__the_newest_of_each_leg_stands(order):
    github = GitHubMemory()

    for number, attempt, name in order:
        comment(github).report(leg(name, number=number, attempt=attempt))

    assert marks(github) == {("a", "42", "2", "passed"), ("b", "42", "1", "passed")}


def test_report__never__asks_nothing():
    github = GitHubMemory()

    comment(github, when="never").report(leg("a", FAILED))

    assert github.opened == 0


@pytest.mark.parametrize("when", ["changes", "failure", "always"])
@pytest.mark.parametrize("results", [(), (SKIPPED,)])
def test_report__nothing_was_run__begins_no_comment_but_corrects_one(when, results):
    github = GitHubMemory()
    report = leg("a", *results) if results else replace(leg("a"), results=(), reason="No file.")

    comment(github, when=when).report(report)
    assert github.bodies() == []

    github.add(body(leg("a", FAILED, number="41")))
    comment(github, when=when).report(report)
    assert marks(github) == {("a", "42", "1", "skipped")}


def test_report__failure__begins_with_the_first_bad_one_and_does_not_lie_later():
    github = GitHubMemory()
    reporter = comment(github, when="failure")

    reporter.report(leg("a", number="41"))
    assert github.bodies() == []
    reporter.report(leg("a", ERRORED, number="42"))
    assert marks(github) == {("a", "42", "1", "errored")}
    reporter.report(leg("a", number="43"))
    assert marks(github) == {("a", "43", "1", "passed")}


def test_report__changes__writes_when_the_outcome_is_another():
    github = GitHubMemory()
    reporter = comment(github, when="changes")

    for number, result in [("41", PASSED), ("42", PASSED), ("43", FAILED)]:
        reporter.report(leg("a", replace(result, name="etl"), number=number))

    assert github.requests.count("create_comment") == 1
    assert github.requests.count("update_comment") == 1
    assert marks(github) == {("a", "43", "1", "failed")}


@pytest.mark.parametrize("name", SAMPLES)
def test_report__each_sample__can_be_written_and_found_again(name):
    github = GitHubMemory()
    report = replace(SAMPLES[name], build=replace(SAMPLES[name].build, pull_request=7))
    text = section_of(report, markdown(report))

    comment(github).report(report)
    comment(github).report(report)

    assert len(github.bodies()) <= 1
    assert all(sections_of(one)[0].mark == text.mark for one in github.bodies())


def test_report__two_megabytes_of_reason__fits():
    github = GitHubMemory()
    long = replace(FAILED, log_tail=("x" * 900,) * 100, reason="y" * 2_000_000)

    comment(github).report(leg("a", long))
    comment(github).report(leg("b", *(replace(FAILED, name=f"c{n}") for n in range(100))))

    assert len(marks(github)) == 2


class Distant:
    """GitHub as one leg reaches it: each request takes its time, half of it before the effect."""

    def __init__(self, github, actor, latencies):
        self.github = github
        self.actor = actor
        self.latencies = cycle(latencies)

    def __getattr__(self, method):
        def call(*args, **kwargs):
            half = next(self.latencies) / 2
            self.actor.pass_time(half)
            answer = getattr(self.github, method)(*args, **kwargs)
            answer = iter(tuple(answer)) if method == "comments" else answer
            self.actor.pass_time(half)
            return answer

        return call


def telling(github, report, *, begin, latencies, luck):
    """The play of one leg that is over at ``begin``."""

    def play(actor):
        actor.pass_time(begin)
        draws = cycle(luck)
        Comment(
            open_github=lambda: nullcontext(cast("Any", Distant(github, actor, latencies))),
            clock=actor,
            jitter=lambda: next(draws),
        ).report(report)

    return play


TIMES = st.tuples(
    st.floats(0, 2),
    st.lists(st.floats(0.05, 0.6), min_size=1, max_size=5),
    st.lists(st.floats(0, 1), min_size=1, max_size=3),
)


@settings(max_examples=25)
@given(st.lists(TIMES, min_size=2, max_size=5), st.booleans())
def test_report__legs_that_finish_at_the_same_time__all_stand_in_the_one_comment(legs, is_there):
    github = GitHubMemory()
    if is_there:
        github.add(body(*(leg(str(n), FAILED, number="41") for n in range(len(legs)))))
    plays = [
        telling(github, leg(str(n)), begin=begin, latencies=latencies, luck=luck)
        for n, (begin, latencies, luck) in enumerate(legs)
    ]

    outcomes = Stage().perform(*plays)

    assert outcomes == [None] * len(legs)
    assert marks(github) == {(str(n), "42", "1", "passed") for n in range(len(legs))}


def test_report__an_older_build_overwrites_ours__ours_is_written_again():
    github, clock = GitHubMemory(), FakeClock()
    number = github.add(body(leg("a", number="40")))
    older = body(leg("a", FAILED, number="41"))
    github.after["update_comment"] = [lambda: github.update_comment("", number, older)]

    comment(github, clock=clock).report(leg("a"))

    assert marks(github) == {("a", "42", "1", "passed")}


@settings(max_examples=25)
@given(st.lists(TIMES, min_size=2, max_size=5), st.booleans())
def test_report__builds_that_finish_at_the_same_time__the_newest_stands(builds, is_there):
    github = GitHubMemory()
    if is_there:
        github.add(body(leg("a", FAILED, number="40")))
    plays = [
        telling(github, leg("a", number=str(41 + n)), begin=begin, latencies=latencies, luck=luck)
        for n, (begin, latencies, luck) in enumerate(builds)
    ]

    outcomes = Stage().perform(*plays)

    assert outcomes == [None] * len(builds)
    assert marks(github) == {("a", str(40 + len(builds)), "1", "passed")}
