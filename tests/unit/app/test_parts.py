"""The parts that reach AWS: what all checks of a process share."""

import os

import pytest

from plugin.app.parts import clients_of
from plugin.clients.aws.budget import PER_SECOND
from plugin.clients.aws.clients import Access
from plugin.core.settings import PlanSettings
from plugin.core.settings.sources import Settings
from tests.doubles.clock import FakeClock
from tests.unit.aws.relay import Relay, Trouble

ANSWER = Trouble(status=200, body=b'{"JobNames": []}')


@pytest.mark.parametrize(("engine", "is_paced"), [("glue", True), ("local", False)])
def test_clients_of__both_clients_of_glue__share_one_budget_unless_glue_is_local(engine, is_paced):
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    clock = FakeClock()
    settings = Settings(plan=PlanSettings(engine=engine), checks=())
    with Relay() as relay:
        relay.let("ListJobs", *[ANSWER] * 20)
        access = Access(
            region="us-east-1",
            endpoint_url=relay.endpoint_url,
            access_key_id="AKIDEXAMPLE",
            secret_access_key="made-up",
        )
        clients = clients_of(access, settings, clock=clock)

        for _ in range(10):
            clients.glue.list_jobs()
            clients.glue_once.list_jobs()

    assert len(relay.asked) == 20
    assert clock.seconds == pytest.approx(19 / PER_SECOND * is_paced, abs=0.1)
