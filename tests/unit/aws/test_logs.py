"""The driver's log: found, read once and whole, whatever the requests for it meet."""

import dataclasses
from typing import Any

import pytest

from plugin.aws.logs.budget import AT_ONCE, LogBudget
from plugin.aws.logs.driver_log import DriverLog
from plugin.aws.logs.removal import delete_streams
from plugin.aws.logs.tail import MOST_EMPTY, MOST_PAGES, MOST_REMEMBERED
from plugin.core.errors import AccessDenied, AnswerLost, NotFound, Throttled
from plugin.core.ports import LogSource, LogStream
from tests.doubles.clock import FakeClock
from tests.doubles.cloud_watch import TOKEN_SECONDS, CloudWatch, Event

OUTPUT, ERROR = "/aws-glue/jobs/output", "/aws-glue/jobs/error"
SOURCE = LogSource(job_name="job", run_id="jr_1", job_type="glueetl", glue_version="5.1")


def events(*texts, at=0.0, time=1):
    return [Event(at, time, text) for text in texts]


class Stage:
    """A reader, its clock and CloudWatch."""

    def __init__(self, streams, *, source=SOURCE, **options):
        self.clock = FakeClock()
        cloud: Any = CloudWatch(self.clock, streams, **options)
        self.cloud = cloud
        budget = LogBudget(self.clock, per_second=1000, at_once=1000)
        self.reader = DriverLog(cloud, source, budget=budget, clock=self.clock)

    def read(self, *, is_last=False):
        """The texts of one reading."""
        return [chunk.text for chunk in self.reader.read(is_last=is_last).chunks]

    def asked(self, operation):
        return [(group, name) for what, group, name in self.cloud.asked if what == operation]


# --- what cannot be read --------------------------------------------------------------------------


def test_read__one_group_denied__tells_the_other_and_asks_for_it_no_more():
    # airflow#55804: a missing permission ended the task while the run went on.
    streams = {(OUTPUT, "jr_1"): events("a\n"), (ERROR, "jr_1"): events("b\n")}
    stage = Stage(streams, denied={OUTPUT})

    first, second = stage.reader.read(), stage.reader.read(is_last=True)

    assert [chunk.text for chunk in first.chunks] == ["b\n"]
    assert all(isinstance(news.problems[0], AccessDenied) for news in (first, second))
    assert [group for group, _ in stage.asked("GetLogEvents")].count(OUTPUT) == 1


@pytest.mark.parametrize(
    ("mischief", "kind"), [("throttled", Throttled), ("broken", AnswerLost), ("cut", AnswerLost)]
)
def test_read__broken_off_after_a_page__keeps_what_was_read(mischief, kind):
    streams = {(OUTPUT, "jr_1"): events("a\n", "b\n", "c\n")}
    stage = Stage(streams, page=1, mischief=["fine", mischief])

    news = stage.reader.read()

    assert [chunk.text for chunk in news.chunks] == ["a\n"]
    assert isinstance(news.problems[0], kind)
    assert stage.read() == ["b\n", "c\n"]


def test_read__stream_deleted_meanwhile__is_told_and_not_asked_for_again():
    # A retention of a day, or somebody's cleaning.
    stage = Stage({(OUTPUT, "jr_1"): events("a\n")})
    stage.read()
    stage.cloud.streams.clear()

    news = [stage.reader.read(is_last=True) for _ in range(3)]

    assert all(isinstance(one.problems[0], NotFound) for one in news)
    assert [group for group, _ in stage.asked("GetLogEvents")].count(OUTPUT) == 3


def test_read__run_over_and_no_stream_of_it__says_so():
    stage = Stage({})

    live, last = stage.reader.read(), stage.reader.read(is_last=True)

    assert live.problems == ()
    (problem,) = last.problems
    assert "No log of the run jr_1 was found in /aws-glue/jobs/output" in problem.message
    assert "logs:PutLogEvents" in problem.hint


def test_read__run_over_and_listing_denied__says_that():
    stage = Stage({(OUTPUT, "jr_2"): events("x")}, denied={"DescribeLogStreams"})

    (problem,) = stage.reader.read(is_last=True).problems

    assert isinstance(problem, AccessDenied)


def test_read__one_stream_only__is_no_problem():
    stage = Stage({(OUTPUT, "jr_1"): events("a\n")})

    assert stage.reader.read(is_last=True).problems == ()


# --- nothing lost, nothing twice ------------------------------------------------------------------


def test_read__again__goes_on_after_the_last_token():
    streams = {(OUTPUT, "jr_1"): [*events("a\n", "b\n"), *events("c\n", at=5)]}
    stage = Stage(streams)

    first = stage.read()
    stage.clock.wait(5)

    assert (first, stage.read(), stage.read()) == (["a\nb\n"], ["c\n"], [])


def test_read__stream_that_comes_late__is_read():
    # amazon-dynamodb-tools#315, #317: a live tail tells nothing of what was before, and samples.
    stage = Stage({(OUTPUT, "jr_1"): events("late\n", at=30)})

    first = stage.read()
    stage.clock.wait(30)

    assert (first, stage.read()) == ([], ["late\n"])


def test_read__empty_pages__are_not_the_end():
    # airflow#44694, #35431: a token with an empty page is normal.
    stage = Stage({(OUTPUT, "jr_1"): events("a\n")}, mischief=["empty"] * 5)

    assert stage.read() == ["a\n"]


def test_read__empty_pages_without_end__comes_to_an_end():
    stage = Stage({(OUTPUT, "jr_1"): events("a\n")}, mischief=["empty"] * 100_000)

    for _ in range(5):
        assert stage.read() == []
    assert not stage.reader.read().is_behind
    assert len(stage.asked("GetLogEvents")) <= 2 * (MOST_EMPTY + 8)


def test_read__longer_than_we_read_at_once__says_that_there_is_more():
    # A job that logs faster than we read must not keep us from looking at it.
    texts = [f"{number}\n" for number in range(MOST_PAGES + 3)]
    stage = Stage({(OUTPUT, "jr_1"): events(*texts)}, page=1)

    first, second = stage.reader.read(), stage.reader.read()

    assert (first.is_behind, second.is_behind) == (True, False)
    assert [chunk.text for chunk in (*first.chunks, *second.chunks)] == texts


def test_read__token_too_old__begins_anew_and_tells_nothing_twice():
    streams = {(OUTPUT, "jr_1"): [*events("a\n", "a\n"), *events("a\n", "b\n", at=90_000)]}
    stage = Stage(streams)

    first = stage.read()
    stage.clock.wait(TOKEN_SECONDS + 10_000)

    assert (first, stage.read(), stage.read()) == (["a\na\n"], ["a\nb\n"], [])


def test_late__event_with_an_older_time__is_found_once_and_only_there():
    # amazon-dynamodb-tools#323: events come out of order; a token passes by those that are late.
    streams = {(OUTPUT, "jr_1"): [*events("a\n", time=1), *events("c\n", time=9), Event(5, 2, "b")]}
    stage = Stage(streams)
    stage.read()
    stage.clock.wait(5)

    behind = stage.read(is_last=True)
    late, again = stage.reader.late(), stage.reader.late()

    assert behind == []
    assert [chunk.text for chunk in late.chunks] == ["b\n"]
    assert again.chunks == ()


def test_late__nothing_to_read_again__asks_for_nothing():
    stage = Stage({(OUTPUT, "jr_1"): events("a\n")}, denied={OUTPUT})
    stage.read()
    before = len(stage.cloud.asked)

    assert stage.reader.late().chunks == ()
    assert len(stage.cloud.asked) == before


def test_late__breaks_off__keeps_what_it_found():
    texts = [f"{number}\n" for number in range(MOST_PAGES * 2)]
    stage = Stage({(OUTPUT, "jr_1"): [*events(*texts, time=5)]}, page=1)
    while stage.reader.read(is_last=True).is_behind:
        pass
    stage.cloud.streams[OUTPUT, "jr_1"].insert(0, Event(0, 1, "early\n"))
    stage.cloud._mischief = iter(["fine", "throttled"])

    news = stage.reader.late()

    assert [chunk.text for chunk in news.chunks] == ["early\n"]
    assert isinstance(news.problems[0], Throttled)


def test_late__more_events_than_are_remembered__reads_nothing_twice():
    stage = Stage({(OUTPUT, "jr_1"): events("a\n", "b\n")})
    stage.read()
    tail = stage.reader._searches[LogStream.OUTPUT].tail
    tail._told.extend([0] * MOST_REMEMBERED)

    assert stage.reader.late().chunks == ()


# --- events are not lines -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (("a\n", "b", "c\n"), "a\nbc\n"),
        (("b", "c\n"), "bc\n"),
        (("x", "y"), "x\ny\n"),
        (("".join(f"{n}\n" for n in range(180)),), "".join(f"{n}\n" for n in range(180))),
        (("1\n2\n3", "4\n"), "1\n2\n34\n"),
    ],
)
def test_read__events__become_the_text_that_was_written(texts, whole):
    stage = Stage({(OUTPUT, "jr_1"): events(*texts)})

    assert "".join(stage.read()) == whole


# --- finding the stream ---------------------------------------------------------------------------


def test_read__the_name_that_the_pages_give__is_searched_seldom_and_found():
    streams = {
        (OUTPUT, f"jr_1{rest}"): events(f"{rest}\n")
        for rest in ("-driver", "-1", "_g-1", "-progress-bar", "-job-insights-rca-driver")
    }
    stage = Stage(streams)

    first = stage.read()
    searched_at_once = stage.asked("DescribeLogStreams")
    stage.clock.wait(10)

    assert (first, searched_at_once) == ([], [])
    assert stage.read() == ["-driver\n"]
    assert stage.asked("DescribeLogStreams") == [(OUTPUT, "jr_1"), (ERROR, "jr_1")]


def test_read__never_found__is_searched_less_and_less_often():
    stage = Stage({(OUTPUT, "jr_2"): events("x\n")})

    for _ in range(600):
        stage.read()
        stage.clock.wait(1)

    assert len(stage.asked("DescribeLogStreams")) <= 2 * 13


def test_read__the_run_is_over__is_searched_at_once():
    stage = Stage({(OUTPUT, "jr_1-driver"): events("a\n")})

    assert stage.read(is_last=True) == ["a\n"]


def test_read__the_guessed_stream_is_empty__looks_for_another_in_the_end():
    stage = Stage({(OUTPUT, "jr_1"): [], (OUTPUT, "jr_1-driver"): events("a\n")})

    assert (stage.read(), stage.read(is_last=True)) == ([], ["a\n"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nightly-jr_1", ["a\n"]),
        ("nightly-jr_1-driver", ["a\n"]),
        ("nightly/jr_1", ["a\n"]),
        ("nightlyjr_1-driver", ["a\n"]),
        ("daily-jr_1", []),
        ("jr_1", ["a\n"]),
        ("nightly-driver", []),
        ("nightly-jr_2", []),
        ("nightly-jr_10", []),
    ],
)
def test_read__custom_prefix__finds_this_runs_stream_and_nobody_elses(name, told):
    arguments = {"--custom-logStream-prefix": "nightly", "--custom-logGroup-prefix": "/acme"}
    source = dataclasses.replace(SOURCE, arguments=arguments, group="/aws-glue/jobs")
    stage = Stage({("/acme/output", name): events("a\n")}, source=source)

    assert stage.read(is_last=True) == told


def test_read__group_of_a_security_configuration__is_found():
    source = dataclasses.replace(
        SOURCE, group="/aws-glue/jobs", security_configuration="kms", role="runner"
    )
    group = "/aws-glue/jobs/kms-role/runner/output"
    stage = Stage({(group, "jr_1"): events("a\n")}, source=source)

    assert stage.read(is_last=True) == ["a\n"]


def test_read__glue_4_with_a_continuous_log_alone__is_read_in_the_end():
    arguments = {"--enable-continuous-cloudwatch-log": "true"}
    source = dataclasses.replace(SOURCE, glue_version="4.0", arguments=arguments)
    streams = {("/aws-glue/jobs/logs-v2", "jr_1-driver"): events("a\n")}

    assert Stage(streams, source=source).read(is_last=True) == ["a\n"]


# --- how much is asked ----------------------------------------------------------------------------


def test_read__many_readers_at_once__leave_the_budget_alone_until_the_end():
    clock = FakeClock()
    cloud: Any = CloudWatch(clock, {(OUTPUT, "jr_1"): events("a\n"), (ERROR, "jr_1"): []})
    budget = LogBudget(clock)
    readers = [DriverLog(cloud, SOURCE, budget=budget, clock=clock) for _ in range(200)]

    live = [reader.read().chunks for reader in readers]
    asked = len(cloud.asked)
    last = [reader.read(is_last=True).chunks for reader in readers]

    assert asked <= AT_ONCE
    told = [live_one + last_one for live_one, last_one in zip(live, last, strict=True)]
    assert all([chunk.text for chunk in chunks] == ["a\n"] for chunks in told)
    assert (len(cloud.asked) - AT_ONCE) / clock.seconds <= 8.1


def test_budget__of_a_glue_on_this_machine__never_waits():
    clock = FakeClock()
    budget = LogBudget.unbounded(clock)

    for _ in range(1000):
        budget.await_turn()

    assert clock.seconds == 0


def test_budget__after_a_cancel__nobody_waits():
    clock = FakeClock(cancel_at=0)
    budget = LogBudget(clock, at_once=1)

    for _ in range(50):
        budget.await_turn()

    assert clock.seconds == 0


# --- Glue's own analysis --------------------------------------------------------------------------


def test_analysis__no_such_stream__is_empty_after_one_request():
    stage = Stage({(ERROR, "jr_1"): events("a\n")})
    stage.read()
    before = len(stage.cloud.asked)

    assert stage.reader.analysis() == ()
    assert len(stage.cloud.asked) == before + 1


def test_analysis__denied__is_an_error():
    with pytest.raises(AccessDenied, match="Could not read the analysis in /aws-glue/jobs/error"):
        Stage({}, denied={ERROR}).reader.analysis()


@pytest.mark.parametrize(
    ("version", "arguments", "place"),
    [
        ("3.0", {}, "/aws-glue/jobs/logs-v2:jr_1"),
        ("4.0", {}, "/aws-glue/jobs/logs-v2:jr_1"),
        ("4.0", {"--continuous-log-logGroup": "/acme"}, "/acme:jr_1"),
        ("5.0", {}, "/aws-glue/jobs/error:jr_1"),
        ("6.0", {}, "/aws-glue/jobs/error:jr_1"),
        ("5.1", {"--custom-logGroup-prefix": "/acme"}, "/acme/error:jr_1"),
        ("5.1", {"--custom-logStream-prefix": "x"}, "/aws-glue/jobs/error:x-jr_1"),
    ],
)
def test_analysis__each_glue_version__is_looked_for_in_its_group(version, arguments, place):
    group, _, stem = place.partition(":")
    source = dataclasses.replace(SOURCE, glue_version=version, arguments=arguments)
    streams = {(group, f"{stem}-job-insights-rca-driver"): events("one", "two")}

    assert Stage(streams, source=source).reader.analysis() == ("one", "two")


def test_analysis__the_drivers_stream_was_found__is_looked_for_beside_it():
    arguments = {"--custom-logStream-prefix": "x"}
    source = dataclasses.replace(SOURCE, arguments=arguments)
    name = "x/jr_1-job-insights-rca-driver"
    streams = {(ERROR, "x/jr_1-driver"): events("a\n"), (ERROR, name): events("one")}
    stage = Stage(streams, source=source)
    stage.read(is_last=True)

    assert stage.reader.analysis() == ("one",)


@pytest.mark.parametrize(("empty", "told"), [(1, ("late",)), (2, ())])
def test_analysis__first_page_empty__asks_once_more_and_no_further(empty, told):
    streams = {(ERROR, "jr_1-job-insights-rca-driver"): events("late")}
    stage = Stage(streams, mischief=["empty"] * empty)

    assert stage.reader.analysis() == told
    assert len(stage.cloud.asked) == 2


# --- removal --------------------------------------------------------------------------------------


def removal(streams, *, source=SOURCE, **options):
    clock = FakeClock()
    cloud: Any = CloudWatch(clock, {key: [] for key in streams}, **options)
    return delete_streams(cloud, source, clock), set(cloud.streams)


def test_delete_streams__groups_missing__is_no_error():
    assert removal([]) == ((), set())


def test_delete_streams__all_of_the_run__go_and_those_of_others_stay():
    ours = {
        *((OUTPUT, f"jr_1{rest}") for rest in ("", "-driver", "_g-1", "-1", "-progress-bar")),
        *((ERROR, f"jr_1{rest}") for rest in ("", "-job-insights-rca-driver", "-new")),
    }
    others = {(OUTPUT, name) for name in ("jr_10", "jr_10-driver", "jr_2", "jr_1_attempt_1")}

    assert removal(ours | others) == ((), others)


def test_delete_streams__custom_prefixes__are_shared_with_others():
    arguments = {"--custom-logStream-prefix": "x", "--custom-logGroup-prefix": "/acme"}
    source = dataclasses.replace(SOURCE, arguments=arguments)
    ours = {("/acme/output", "x-jr_1"), ("/acme/error", "x/jr_1-driver"), (ERROR, "jr_1")}
    others = {("/acme/output", name) for name in ("x-driver", "x-jr_10", "x-jr_2", "y-jr_1")}

    assert removal(ours | others, source=source) == ((), others)


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_delete_streams__before_glue_5__goes_in_the_third_group_too(version):
    arguments = {"--continuous-log-logGroup": "/acme", "--continuous-log-logStreamPrefix": "x"}
    source = dataclasses.replace(SOURCE, glue_version=version, arguments=arguments)
    streams = {("/acme", "x-jr_1-driver"), ("/acme", "jr_1-job-insights-rca-driver")}

    assert removal(streams, source=source) == ((), set())


def test_delete_streams__one_group_denied__is_named_and_the_rest_goes():
    (left,), stayed = removal([(OUTPUT, "jr_1"), (ERROR, "jr_1")], denied={OUTPUT})

    assert (left.kind, left.name) == ("log streams", f"{OUTPUT}:jr_1")
    assert "AccessDenied" in left.reason
    assert stayed == {(OUTPUT, "jr_1")}


def test_delete_streams__deleting_denied__names_each():
    left, _ = removal([(OUTPUT, "jr_1"), (OUTPUT, "jr_1-x")], denied={"DeleteLogStream"})

    assert [one.name for one in left] == [f"{OUTPUT}:jr_1", f"{OUTPUT}:jr_1-x"]
