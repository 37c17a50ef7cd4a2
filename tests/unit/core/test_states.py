"""The ten states of a run are AWS's, and each has one meaning."""

import botocore.session
import pytest

from plugin.core.states import RunState, verdict_of
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
}


def test_run_state__is_the_list_of_botocores_model():
    glue = botocore.session.get_session().get_service_model("glue")

    assert {state.value for state in RunState} == set(glue.shape_for("JobRunState").enum)  # type: ignore[attr-defined]  # a string shape


@pytest.mark.parametrize("state", RunState)
def test_verdict_of__each_state__says_what_it_means_for_the_script(state):
    assert verdict_of(state) is TABLE[state]
    assert state.is_final is (TABLE[state] is not None)
