"""What is removed in the end, in which order, and what is named when it stays."""

from contextlib import ExitStack

import pytest

from plugin.core.errors import AnswerLost, NoCredentials, Unreachable
from plugin.core.verdict import Verdict
from plugin.lifecycle import run_check
from tests.doubles.checks import BUILD, BUILD_ID, check_of
from tests.doubles.engine import Refusal, refused
from tests.unit.lifecycle.stage import DELETES, FOREVER, JOB, play, stage_of

SCRIPTS = f"s3://scripts/glue-health-check/{BUILD_ID}/flights/"
TEMPORARY = f"s3://temporary/glue-health-check/{BUILD_ID}/flights/"


def test_finish__the_job_cannot_be_deleted__names_it_and_keeps_the_verdict():
    played = play(refusals=refused("delete_job"))

    assert played.result.verdict is Verdict.PASSED
    assert played.leftovers == (("job", JOB),)
    assert played.result.leftovers[0].reason == "delete_job refused. Mend it."


def test_finish__objects_cannot_be_deleted__names_them_and_goes_on():
    played = play(refusals=refused("delete_objects", times=1))

    assert played.result.verdict is Verdict.PASSED
    assert played.leftovers == (("object", SCRIPTS),)
    assert tuple(played.engine.calls[-3:]) == DELETES
    assert played.engine.jobs == {}


def test_finish__a_bug_in_one_removal__is_a_leftover_and_the_others_are_asked_for():
    played = play(refusals={"delete_objects": Refusal(error=RuntimeError("a bug"))})

    assert played.leftovers == (("object", SCRIPTS), ("object", TEMPORARY))
    assert played.result.leftovers[0].reason == "RuntimeError: a bug"
    assert played.engine.jobs == {}


def test_finish__one_object_stays__is_named_alone():
    key = check_of().uploads[0].key

    played = play(stuck=[key])

    assert played.leftovers == (("object", f"s3://scripts/{key}"),)
    assert played.engine.jobs == {}


def test_finish__keep_resources__removes_nothing_and_says_so():
    played = play(check_of(keep=True))

    assert played.observer.states[-1] == "KEPT"
    assert played.observer.details[-1] == JOB
    assert played.result.notes[-1].startswith("Kept, because keep_resources is set. It stays")
    assert f"aws glue delete-job --job-name={JOB}" in played.result.notes[-1]
    assert JOB in played.engine.jobs
    assert len(played.engine.objects) == 2
    assert played.result.leftovers == ()


@pytest.mark.parametrize("is_refused", [False, True])
def test_finish__delete_logs__removes_the_streams_or_names_the_run(is_refused):
    played = play(check_of(delete_logs=True), refusals=refused("delete_logs") if is_refused else {})

    assert played.leftovers == ((("log stream", "jr_1"),) if is_refused else ())
    assert played.engine.log_streams == ({"jr_1"} if is_refused else set())
    assert played.engine.is_empty


def test_finish__delete_logs_without_a_run__asks_for_none():
    played = play(check_of(delete_logs=True), refusals=refused("start_run"))

    assert "delete_logs" not in played.engine.steps


def test_finish__one_bucket_for_scripts_and_temporary_data__deletes_one_prefix():
    played = play(check_of(temp_bucket="scripts"))

    assert played.engine.steps.count("delete_objects") == 1


def test_finish__the_answer_about_the_runs_is_refused__names_the_job_it_could_not_delete():
    played = play(refusals=refused("active_runs") | refused("start_run"))

    assert played.leftovers == (("run", JOB), ("job", JOB))
    assert "stop_runs" not in played.engine.steps


REMOVALS = ("active_runs", "delete_objects", "delete_job")


@pytest.mark.parametrize("error", [NoCredentials("None."), Unreachable("Nobody there.")])
def test_finish__nothing_reached_aws__asks_for_removal_and_names_nothing(error):
    everything = ("upload", *REMOVALS)

    played = play(refusals={step: Refusal(error=error) for step in everything})

    assert played.result.verdict is Verdict.ERRORED
    assert tuple(played.engine.calls[-3:]) == DELETES
    assert "active_runs" in played.engine.steps
    assert played.result.leftovers == ()
    assert played.result.job_name == ""


def test_finish__cancelled_before_it_began_and_no_credentials__names_nothing():
    refusals = {step: Refusal(error=NoCredentials("None.")) for step in REMOVALS}

    played = play(cancel_at=0.0, refusals=refusals)

    assert played.engine.calls == []  # nothing of it is there
    assert played.result.leftovers == ()


def test_finish__the_first_upload_lost_and_then_no_credentials__names_the_objects_alone():
    refusals = {step: Refusal(error=NoCredentials("None.")) for step in REMOVALS}
    lost = Refusal(error=AnswerLost("No answer."), takes_effect=True)

    played = play(refusals={"upload": lost} | refusals)

    assert played.leftovers == (("object", SCRIPTS), ("object", TEMPORARY))


@pytest.mark.parametrize(
    ("step", "passes", "names"),
    [
        ("upload", 1, (("object", SCRIPTS), ("object", TEMPORARY))),
        ("create_job", 0, (("object", SCRIPTS), ("object", TEMPORARY))),
        ("start_run", 0, (("object", SCRIPTS), ("object", TEMPORARY), ("job", JOB))),
    ],
)
def test_finish__credentials_expire_midway__names_what_was_made_before(step, passes, names):
    refusals = {removal: Refusal(error=NoCredentials("Expired.")) for removal in REMOVALS}

    played = play(
        refusals={step: Refusal(error=NoCredentials("Expired."), passes=passes)} | refusals
    )

    assert played.leftovers == names


def test_finish__the_run_was_seen_to_end__needs_no_right_to_list_runs():
    played = play(refusals=refused("active_runs"))

    assert played.result.leftovers == ()
    assert played.engine.is_empty


# --- how long a stop is waited for -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "seconds", "is_left", "most"),
    [
        ({"cancel_at": 30.0}, 2.0, False, 32.5),
        ({"cancel_at": 30.0}, 20.0, True, 32.5),
        # told twice: the moment is shorter, and what has not stopped by then is left to cleanup
        ({"cancel_at": 30.0, "press_at": 30.5}, 1.0, False, 31.8),
        ({"cancel_at": 30.0, "press_at": 30.5}, 2.0, True, 31.8),
    ],
)
def test_finish__cancelled__waits_a_moment_for_the_stop(times, seconds, is_left, most):
    played = play(course=FOREVER, stop_seconds=seconds, **times)

    assert [kind for kind, _ in played.leftovers] == (["run", "job"] if is_left else [])
    assert played.clock.seconds <= most


def test_finish__told_twice_on_this_machine__waits_for_the_script_to_be_killed():
    played = play(
        check_of(is_local=True), course=FOREVER, stop_seconds=2.0, cancel_at=30.0, press_at=30.5
    )

    assert played.leftovers == ()


def test_finish__our_time_limit__waits_a_minute_for_the_stop():
    stops, hangs = (
        play(check_of(timeout_minutes=1), course=FOREVER, stop_seconds=seconds)
        for seconds in (50.0, 500.0)
    )

    assert stops.leftovers == ()
    assert [kind for kind, _ in hangs.leftovers] == ["run", "job"]
    assert hangs.clock.seconds <= 70 + 2 * 60 + 5


def test_finish__many_runs_stop_at_once__are_looked_at_less_often():
    looks = []
    for others in (0, 200):
        world, engine, _, _ = stage_of(course=FOREVER, stop_seconds=50.0)
        with ExitStack() as crowd:
            for _ in range(others):
                crowd.enter_context(world.crowd.joined())
            run_check(check_of(timeout_minutes=1), BUILD, BUILD_ID, world)
        looks.append(engine.steps.count("look"))

    assert looks[1] < looks[0] / 4
