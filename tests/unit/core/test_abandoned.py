"""A check whose clean-up did not end in time: all that may be there is named."""

import pytest

from plugin.core.abandoned import abandoned
from plugin.core.trouble import Trouble
from tests.doubles.checks import check_of


def test_abandoned__on_glue__names_run_objects_and_job_with_their_commands():
    result = abandoned(check_of(), seconds=4.0, region="eu-west-1")

    assert [item.kind for item in result.leftovers] == ["run", "object", "object", "job"]
    assert all("--region=eu-west-1" in item.command for item in result.leftovers)
    assert (result.verdict, result.trouble, result.seconds) == ("cancelled", Trouble.STOPPED, 4.0)


@pytest.mark.parametrize("values", [{"keep": True}, {"is_local": True}])
def test_abandoned__kept_or_local__names_nothing(values):
    assert abandoned(check_of(**values), seconds=4.0).leftovers == ()
