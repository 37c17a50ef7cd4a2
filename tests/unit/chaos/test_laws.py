"""Each law notices what breaks it, and lets pass what it is to let pass."""

from dataclasses import replace

import pytest

from tests.chaos import laws
from tests.chaos import laws_of_others as others
from tests.chaos import laws_of_things as things
from tests.chaos import laws_of_time as time
from tests.chaos import laws_of_words as words
from tests.chaos.played import Told
from tests.chaos.schedule import End, Fate
from tests.unit.chaos.handmade import (
    AFTER,
    BEFORE,
    JOB,
    KEY,
    LEFT,
    RUN,
    SECRET,
    STRANGER,
    STRANGERS_KEY,
    leftover,
    play,
    report,
    request,
    with_requests,
    with_run,
    with_settings,
    with_step,
)

TRACEBACK = "Traceback (most recent call last)\n"
BUG = "error: A bug in glue-health-check: KeyError: 'x'"


def told(state, step="check"):
    return Told(step=step, context="glue-health-check", state=state, description="")


def second_run(**changes):
    runs = (*AFTER.runs, replace(RUN, id="jr_second", **changes))
    return replace(AFTER, runs=runs)


def strange(**changes):
    return replace(AFTER, **changes)


def lacking(name):
    told = report("errored")
    told["results"][0][name] = None
    return told


def with_latency(seconds, played):
    return replace(played, schedule=replace(played.schedule, latency_seconds=seconds))


BREAKS = [
    *((things.nothing_is_left_in_the_end, with_step("last sweep", world=LEFT[k])) for k in LEFT),
    (
        things.a_clean_up_that_is_content_has_removed_all,
        with_step("cleanup", world=LEFT["job"]),
    ),
    (
        things.a_clean_up_that_is_content_has_removed_all,
        with_step("sweep", world=LEFT["version"]),
    ),
    (things.a_clean_up_that_nothing_keeps_from_it_is_content, with_step("cleanup", code=3)),
    (
        things.a_clean_up_that_nothing_keeps_from_it_is_content,
        with_requests(
            request("DeleteJob", fate=Fate.THROTTLED, step="sweep"),
            played=with_step("sweep", code=3),
        ),
    ),
    (
        things.cleanup_knows_of_what_check_made,
        with_step("cleanup", out="cleanup: no build id was left here by a check"),
    ),
    *(
        (things.what_a_clean_up_leaves_is_named, with_step("sweep", code=3, world=LEFT[kind]))
        for kind in LEFT
    ),
    *((things.check_removes_what_it_made, with_step("check", world=LEFT[kind])) for kind in LEFT),
    (
        things.check_removes_what_it_made,
        with_requests(
            request("DeleteJob", fate=Fate.BROKEN),
            played=with_step("check", world=LEFT["job"]),
        ),
    ),
    *(
        (things.what_check_leaves_is_named_with_its_command, with_step("check", world=LEFT[kind]))
        for kind in LEFT
    ),
    (
        things.what_check_leaves_is_named_with_its_command,
        with_step(
            "check", world=LEFT["job"], report=report("passed", leftover("job", JOB, command=""))
        ),
    ),
    (
        things.what_check_leaves_is_named_with_its_command,
        with_step("check", world=LEFT["job"], report=None),
    ),
    (things.no_run_goes_on_without_its_job, with_step("check", world=LEFT["run"])),
    (things.no_run_is_started_twice, with_step("last sweep", world=second_run())),
    *(
        (
            things.no_run_is_started_twice,
            play(
                requests=(
                    request("StartJobRun", fate=fate, status=status),
                    request("StartJobRun"),
                )
            ),
        )
        for fate, status in (
            (None, 200),
            (Fate.BROKEN, 500),
            (Fate.CUT_BEFORE, 0),
            (Fate.LATE, 0),
            (Fate.BELATED, 400),
        )
    ),
    (
        things.a_run_is_asked_to_stop_after_a_signal,
        with_step("check", signals=("SIGTERM",), world=LEFT["run"]),
    ),
    *(
        (
            things.a_run_is_asked_to_stop_after_a_signal,
            with_requests(one, played=with_step("check", signals=("SIGTERM",), world=LEFT["run"])),
        )
        for one in (
            request("GetJobRun", fate=Fate.LATE),
            request("GetJobRuns", fate=Fate.LATE),
            request("BatchStopJobRun", check="job-1"),
        )
    ),
    *(
        (
            things.a_run_is_asked_to_stop_after_a_signal,
            replace(
                with_step("check", signals=("SIGTERM",), world=LEFT["run"]),
                requests=(request("CreateJob"), request("StartJobRun", fate=fate, status=0)),
            ),
        )
        for fate in (Fate.LATE, Fate.CUT_AFTER)
    ),
    (others.foreign_things_are_as_they_were, with_step("sweep", world=strange(foreign={}))),
    (
        others.foreign_things_are_as_they_were,
        with_step("sweep", world=strange(foreign={f"job {STRANGER}": "other"})),
    ),
    (
        others.no_request_names_foreign_things,
        with_requests(request("DeleteJob", subject=STRANGER)),
    ),
    (
        others.no_request_names_foreign_things,
        with_requests(request("GetObject", service="s3", subject=STRANGERS_KEY)),
    ),
    (
        others.no_request_names_foreign_things,
        with_requests(request("BatchStopJobRun", subject="jr_strange")),
    ),
    (
        others.writes_below_our_prefix_only,
        with_requests(request("PutObject", service="s3", subject="bucket/elsewhere/x/y")),
    ),
    (
        others.writes_below_our_prefix_only,
        with_requests(request("PutObject", service="s3", subject="bucket/glue-health-check/x")),
    ),
    (
        others.what_is_kept_stays,
        with_settings("KEEP_RESOURCES", played=with_step("check", world=LEFT["job"])),
    ),
    (words.the_verdict_is_the_truth_or_errored, with_run(end=End.FAILS)),
    (words.the_verdict_is_the_truth_or_errored, with_run(end=End.STOPPED)),
    (words.the_verdict_is_the_truth_or_errored, with_step("check", report=report("failed"))),
    (words.the_verdict_is_the_truth_or_errored, with_step("check", report=report("cancelled"))),
    (words.the_verdict_is_the_truth_or_errored, with_step("check", report=report("errored"))),
    (
        words.the_verdict_is_the_truth_or_errored,
        with_requests(
            request("GetJobRun", fate=Fate.REFUSED),
            request("POST statuses", fate=Fate.REFUSED, service="github"),
            request("ListJobs", fate=Fate.REFUSED),
            request("StartJobRun", fate=Fate.CUT_AFTER),
            played=with_step("check", report=report("errored")),
        ),
    ),
    (words.a_verdict_is_what_the_run_came_to, with_step("check", world=BEFORE)),
    (words.a_verdict_is_what_the_run_came_to, with_step("check", world=second_run(state="FAILED"))),
    (words.a_report_is_whole, with_step("check", report={})),
    (words.a_report_is_whole, with_step("check", report=None, report_text="{")),
    (words.a_report_is_whole, with_step("check", report={**report(), "results": []})),
    (words.a_report_is_whole, with_step("check", report={**report(), "verdict": "failed"})),
    *(
        (words.whoever_did_not_pass_is_told_why, with_step("check", report=lacking(name)))
        for name in ("reason", "hint", "trouble")
    ),
    (words.the_outputs_agree, with_step("check", out="verdict=passed?")),
    (words.the_outputs_agree, with_step("check", report=report("failed"))),
    (words.the_outputs_agree, with_step("check", files={"report.md": ""})),
    (words.check_writes_a_report, with_step("check", report=None)),
    (
        words.check_writes_a_report,
        with_step("check", report=None, signals=("SIGTERM",), code=143),
    ),
    (words.the_exit_code_agrees, with_step("check", code=3)),
    (words.the_exit_code_agrees, with_step("check", report=report("failed"))),
    (words.the_exit_code_agrees, with_step("check", report=None)),
    (
        words.the_exit_code_agrees,
        with_step("check", report=report("cancelled"), signals=("SIGINT", "SIGTERM"), code=143),
    ),
    (words.every_exit_code_is_a_documented_one, with_step("check", code=-15)),
    (words.every_exit_code_is_a_documented_one, with_step("check", code=-9)),
    (words.every_exit_code_is_a_documented_one, with_step("cleanup", code=2)),
    (words.a_clean_up_says_what_it_could_not_do, with_step("sweep", code=3)),
    (words.the_last_status_is_final, play(statuses=(told("pending"),))),
    (words.a_status_agrees_with_the_report, play(statuses=())),
    (words.a_status_agrees_with_the_report, play(statuses=(told("error"),))),
    (words.a_status_agrees_with_the_report, play(statuses=(told("failure"),))),
    (
        words.a_status_agrees_with_the_report,
        play(statuses=(told("pending"), told("success", step="cleanup"))),
    ),
    (
        words.a_status_agrees_with_the_report,
        with_step("check", report=None, code=-9, signals=("SIGKILL",)),
    ),
    (words.there_is_one_comment, play(comments=("ours", "ours"))),
    (words.there_is_no_traceback, with_step("check", err=TRACEBACK)),
    (words.there_is_no_traceback, with_step("last sweep", out=BUG)),
    (words.there_is_no_secret, with_step("sweep", out=f"x{SECRET}x")),
    (words.there_is_no_secret, with_step("check", files={"summary": SECRET})),
    (words.there_is_no_secret, play(comments=(SECRET,))),
    (words.there_is_no_secret, with_requests(request("CreateJob", body=f'{{"a": "{SECRET}"}}'))),
    (time.every_process_ends, with_step("sweep", is_hung="all wait")),
    (time.every_process_ends, with_step("check", seconds=3_000.0)),
    (
        time.a_check_ends_soon_after_a_signal,
        with_step("check", signals=("SIGINT",), seconds_after_signal=6.1),
    ),
    (
        time.a_check_ends_soon_after_a_signal,
        with_requests(
            request("DeleteJob", fate=Fate.LATE),
            played=with_step("check", signals=("SIGINT",), seconds_after_signal=7.6),
        ),
    ),
    (
        time.a_clean_up_ends_soon_after_a_signal,
        with_step("cleanup", signals=("SIGTERM",), seconds_after_signal=6.1),
    ),
    (
        time.a_clean_up_ends_soon_after_a_signal,
        with_requests(
            request("ListJobs", fate=Fate.LATE, step="sweep"),
            played=with_step("sweep", signals=("SIGTERM",), seconds_after_signal=7.6),
        ),
    ),
]

LETS_PASS = [
    (
        things.a_clean_up_that_is_content_has_removed_all,
        with_step(
            "cleanup", world=LEFT["job"], out="cleanup: no build id was left here by a check"
        ),
    ),
    (
        things.a_clean_up_that_nothing_keeps_from_it_is_content,
        with_requests(
            request("DeleteJob", fate=Fate.REFUSED, step="sweep"),
            played=with_step("sweep", code=3),
        ),
    ),
    *(
        (
            things.what_check_leaves_is_named_with_its_command,
            with_step("check", world=LEFT[kind], report=report("passed", leftover(*name))),
        )
        for kind, name in (
            ("job", ("job", JOB)),
            ("run", ("run", JOB)),
            ("run", ("run", RUN.id)),
            ("object", ("object", f"s3://{KEY}")),
            ("version", ("object", f"s3://{KEY.rpartition('/')[0]}/")),
        )
    ),
    (
        things.no_run_is_started_twice,
        play(
            requests=(
                request("StartJobRun", fate=Fate.THROTTLED, status=400),
                request("StartJobRun"),
            )
        ),
    ),
    (
        things.cleanup_knows_of_what_check_made,
        with_step("cleanup", played=play(requests=()), out="cleanup: no build id was left here"),
    ),
    *(
        (
            things.what_a_clean_up_leaves_is_named,
            with_step("sweep", code=3, world=LEFT[kind], err=told_of),
        )
        for kind, told_of in (
            ("job", f"job {JOB} stays"),
            ("run", f"run {RUN.id} stays"),
            ("object", f"s3://{KEY} stays"),
            ("object", "object s3://bucket/glue-health-check/abcdef012345/ stays"),
        )
    ),
    (
        things.what_a_clean_up_leaves_is_named,
        with_requests(
            request("ListJobs", fate=Fate.REFUSED, step="sweep"),
            played=with_step("sweep", code=3, world=LEFT["job"]),
        ),
    ),
    (
        things.a_run_is_asked_to_stop_after_a_signal,
        with_requests(
            request("BatchStopJobRun"),
            played=with_step("check", signals=("SIGTERM",), world=LEFT["run"]),
        ),
    ),
    *(
        (
            things.a_run_is_asked_to_stop_after_a_signal,
            replace(with_step("check", signals=("SIGTERM",), world=LEFT["run"]), requests=requests),
        )
        for requests in (
            (request("StartJobRun", status=400),),
            (request("StartJobRun", fate=Fate.BELATED),),
            (request("StartJobRun", fate=Fate.LATE, took_effect=False),),
            (request("StartJobRun", fate=Fate.LATE), request("GetJobRuns", fate=Fate.STALE)),
        )
    ),
    (others.no_request_names_foreign_things, with_requests(request("GetTags", subject=STRANGER))),
    (
        others.writes_below_our_prefix_only,
        with_requests(request("PutObject", service="s3", subject=KEY)),
    ),
    *(
        (
            words.the_verdict_is_the_truth_or_errored,
            with_requests(one, played=with_step("check", report=report("errored"))),
        )
        for one in (
            request("CreateJob", fate=Fate.REFUSED),
            request("StartJobRun", fate=Fate.CUT_BEFORE),
            request("PutObject", fate=Fate.REFUSED, service="s3"),
            request("GetCallerIdentity", fate=Fate.REFUSED, service="sts", check=""),
        )
    ),
    (
        words.the_verdict_is_the_truth_or_errored,
        with_step("check", report=report("cancelled"), signals=("SIGTERM",)),
    ),
    (words.check_writes_a_report, with_step("check", report=None, code=-9, signals=("SIGKILL",))),
    (
        words.the_exit_code_agrees,
        with_step("check", report=report("cancelled"), signals=("SIGINT", "SIGTERM"), code=130),
    ),
    (words.the_exit_code_agrees, with_step("check", report=report("cancelled"), code=3)),
    (words.every_exit_code_is_a_documented_one, with_step("check", code=-9, signals=("SIGKILL",))),
    (
        words.a_status_agrees_with_the_report,
        with_requests(
            request("POST statuses", fate=Fate.REFUSED, service="github"),
            played=play(statuses=(told("error"),)),
        ),
    ),
    (
        time.a_check_ends_soon_after_a_signal,
        with_step("check", signals=("SIGINT",), seconds_after_signal=5.9),
    ),
    (
        time.a_clean_up_ends_soon_after_a_signal,
        with_requests(
            request("ListJobs", fate=Fate.LATE, step="sweep"),
            played=with_step("sweep", signals=("SIGTERM",), seconds_after_signal=7.4),
        ),
    ),
    (
        time.a_check_ends_soon_after_a_signal,
        with_latency(0.6, with_step("check", signals=("SIGINT",), seconds_after_signal=7.4)),
    ),
]


def ident(value):
    return value.__name__ if callable(value) else ""


def test_laws__a_play_in_which_all_is_well__holds_them_all():
    assert laws.broken(play()) == ()


@pytest.mark.parametrize(("law", "played"), BREAKS, ids=ident)
def test_law__a_play_that_breaks_it__notices(law, played):
    assert list(law(played)) != []


@pytest.mark.parametrize(("law", "played"), LETS_PASS, ids=ident)
def test_law__an_excuse_that_counts__lets_it_pass(law, played):
    assert list(law(played)) == []


def test_laws__each_of_them__is_broken_by_a_play_here():
    assert {law for law, _ in BREAKS} == {*laws.LAWS}


def test_laws__a_broken_one__is_told_with_its_name_in_words():
    found = laws.broken(play(comments=("ours", "ours")))

    assert found == (("there is one comment", "the pull request has 2 comments of ours"),)
