"""A check whose clean-up did not end in time: all that may be there is named."""

import pytest

from plugin.core.abandoned import abandoned
from plugin.core.ports import Sighting
from plugin.core.result import CheckResult, Leftover
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.core.watching.course import Course
from tests.doubles.checks import BUILD_ID, check_of


def test_abandoned__on_glue__names_run_objects_and_job_with_their_commands():
    result = abandoned(check_of(), seconds=4.0, region="eu-west-1")

    assert [item.kind for item in result.leftovers] == ["run", "object", "object", "job"]
    assert all("--region=eu-west-1" in item.command for item in result.leftovers)
    assert (result.verdict, result.trouble, result.seconds) == ("cancelled", Trouble.STOPPED, 4.0)


REMOVING = "its removal had not ended when our time was over"


@pytest.mark.parametrize(
    ("known", "runs"),
    [
        ({}, []),
        ({"made": {"object", "job"}}, []),
        ({"made": {"run"}}, [("flights", REMOVING)]),
        ({"made": {"run"}, "run_id": "jr_1"}, [("jr_1", REMOVING)]),
        ({"made": {"run"}, "run_id": "jr_1", "asked": ("jr_1",)}, [("jr_1", "asked")]),
        ({"made": {"run"}, "asked": ("jr_1", "jr_2")}, [("jr_1", "asked"), ("jr_2", "asked")]),
        ({"made": {"run"}, "run_id": "jr_1", "seen": Sighting(state=RunState.STOPPED)}, []),
    ],
    ids=["nothing", "no run", "a run", "its id", "asked", "two asked", "over"],
)
def test_abandoned__what_is_known_of_its_run__is_told(known, runs):
    course = Course(started=1.0, **known)

    result = abandoned(check_of(), seconds=4.0, course=course)

    told = [item for item in result.leftovers if item.kind == "run"]
    assert len(told) == len(runs)
    for item, (name, reason) in zip(told, runs, strict=True):
        assert name in item.name
        assert item.reason.startswith(reason)
        assert item.name in item.command
    assert [item.kind for item in result.leftovers[len(runs) :]] == ["object", "object", "job"]
    assert result.run_id == known.get("run_id", "")


@pytest.mark.parametrize("values", [{"keep": True}, {"is_local": True}])
def test_abandoned__kept_or_local__names_nothing(values):
    assert abandoned(check_of(**values), seconds=4.0).leftovers == ()


@pytest.mark.parametrize("region", ["", "eu-west-1"])
def test_abandoned__all_that_is_known__is_told(region):
    check = check_of()

    result = abandoned(check, seconds=4.0, region=region) if region else abandoned(check, seconds=4)

    places = (f"s3://{b}/glue-health-check/{BUILD_ID}/flights/" for b in ("scripts", "temporary"))
    things = (
        ("run", check.job_name),
        *(("object", place) for place in places),
        ("job", check.job_name),
    )
    assert result == CheckResult(
        name="flights",
        script="jobs/flights.py",
        verdict=Verdict.CANCELLED,
        reason="Cancelled: a signal told us to stop, and AWS did not answer in time.",
        hint="Run cleanup: it finds all that this build made.",
        trouble=Trouble.STOPPED,
        leftovers=tuple(
            Leftover(
                kind=kind,
                name=name,
                reason="its removal had not ended when our time was over",
                job_name=check.job_name,
                region=region,
            )
            for kind, name in things
        ),
        job_name=check.job_name,
        glue_version="5.1",
        capacity="2 × G.1X",
        seconds=4.0,
    )
