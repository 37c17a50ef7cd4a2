"""Whatever is refused, and whenever: nothing of ours is left unnamed, and nothing runs twice."""

from hypothesis import given
from hypothesis import strategies as st

from plugin.core.errors import AccessDenied, AnswerLost, NotFound, OverLimit
from plugin.core.states import RunState
from plugin.core.verdict import Verdict
from tests.doubles.checks import check_of
from tests.doubles.engine import HEALTHY, Refusal
from tests.unit.lifecycle.stage import FOREVER, QUEUED, Played, ending, named, play

STEPS = (
    *("upload", "create_job", "start_run", "driver_log", "look", "read_log", "active_runs"),
    *("late", "analysis", "stop_runs", "delete_objects", "delete_logs", "delete_job"),
)
ERRORS = st.sampled_from([AccessDenied, AnswerLost, NotFound, OverLimit]).map(lambda k: k("No."))
REFUSALS = st.dictionaries(
    st.sampled_from(STEPS),
    st.builds(
        Refusal,
        error=ERRORS,
        passes=st.integers(0, 4),
        times=st.sampled_from([1, 2, 7, 1_000_000]),
        takes_effect=st.booleans(),
    ),
    max_size=5,
)
COURSES = st.sampled_from([HEALTHY, FOREVER, QUEUED, *map(ending, RunState)])


def unnamed(played: Played) -> list[str]:
    """Return what is left of ours and stands in no leftover."""
    engine, left = played.engine, played.result.leftovers
    jobs = set(engine.jobs) - named(left, "job")
    prefixes = tuple(named(left, "object"))
    objects = {
        uri for uri in (f"s3://{b}/{k}" for b, k in engine.objects) if not uri.startswith(prefixes)
    }
    is_told = bool(named(left, "run"))
    runs = () if is_told else engine.active()
    return [*jobs, *objects, *runs, *engine.abandoned]


@given(
    refusals=REFUSALS,
    course=COURSES,
    cancel_at=st.none() | st.floats(0, 200),
    stop_seconds=st.sampled_from([0.0, 1.0, 30.0, 3600.0]),
    call_seconds=st.sampled_from([0.0, 0.2]),
    is_local=st.booleans(),
)
def test_run_check__any_schedule_of_refusals__leaves_nothing_unnamed_and_runs_once(
    refusals, course, cancel_at, stop_seconds, call_seconds, is_local
):
    check = check_of(
        timeout_minutes=1, queue_timeout_minutes=1, delete_logs=True, is_local=is_local
    )

    played = play(
        check,
        refusals=refusals,
        course=course,
        cancel_at=cancel_at,
        stop_seconds=stop_seconds,
        call_seconds=call_seconds,
    )

    assert unnamed(played) == []
    assert len(played.engine.started) <= 1
    assert played.engine.steps.count("start_run") <= 1
    is_well = played.result.verdict is Verdict.PASSED
    assert (played.result.trouble is None) is is_well
    is_ended = any(seen.state is RunState.SUCCEEDED for _, seen in course)
    assert is_ended or played.result.verdict is not Verdict.PASSED
