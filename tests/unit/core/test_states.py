"""The ten states of a run are AWS's, and each has one meaning."""

from typing import Any

import botocore.session
import pytest

from plugin.core.states import OURS, RunState, state_of, unknown_name, verdict_of
from plugin.core.verdict import Verdict

TABLE = {
    RunState.STARTING: None,
    RunState.RUNNING: None,
    RunState.WAITING: None,
    RunState.STOPPING: None,
    RunState.SUCCEEDED: Verdict.PASSED,
    RunState.FAILED: Verdict.FAILED,
    RunState.TIMEOUT: Verdict.FAILED,
    RunState.ERROR: Verdict.ERRORED,
    RunState.EXPIRED: Verdict.ERRORED,
    RunState.STOPPED: Verdict.CANCELLED,
    RunState.UNKNOWN: None,
    RunState.UNKNOWN_END: Verdict.ERRORED,
}


def test_run_state__is_the_list_of_botocores_model():
    glue = botocore.session.get_session().get_service_model("glue")

    shape: Any = glue.shape_for("JobRunState")  # a string shape
    assert {state.value for state in set(RunState) - OURS} == set(shape.enum)


@pytest.mark.parametrize("state", RunState)
def test_verdict_of__each_state__says_what_it_means_for_the_script(state):
    assert verdict_of(state) is TABLE[state]
    assert state.is_final is (TABLE[state] is not None)


@pytest.mark.parametrize("told", ["DREAMING", "", "succeeded", "UNKNOWN", "UNKNOWN_END"])
def test_state_of__a_state_that_nobody_knows__is_final_when_the_run_was_completed(told):
    going_on, ended = (state_of(told, is_completed=it) for it in (False, True))

    assert (going_on, ended) == (RunState.UNKNOWN, RunState.UNKNOWN_END)
    assert not going_on.is_final
    assert verdict_of(ended) is Verdict.ERRORED
    assert unknown_name(told, going_on) == (told or "(none)")


@pytest.mark.parametrize("state", sorted(set(RunState) - OURS))
@pytest.mark.parametrize("is_completed", [False, True])
def test_state_of__one_of_glues__is_that(state, is_completed):
    assert state_of(state.value, is_completed=is_completed) is state
    assert unknown_name(state.value, state) == ""


def test_unknown_name__very_long__is_cut():
    assert unknown_name("X" * 400_000, RunState.UNKNOWN) == "X" * 40
