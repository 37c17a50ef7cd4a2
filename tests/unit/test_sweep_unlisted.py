"""What a build may have left when Glue lists no jobs: named, and nothing of it may go."""

import pytest

from plugin import sweep
from plugin.core.errors import AccessDenied
from plugin.core.result import Leftover
from tests.doubles.clock import FakeClock
from tests.doubles.engine import FakeEngine, refused

ID = "0123456789ab"
PREFIX = f"glue-health-check/{ID}/"
DENIED = AccessDenied("Could not list the jobs.", hint="Allow glue:ListJobs.")
JOBS = Leftover(
    kind="jobs", name=f"of build {ID}", reason="Could not list the jobs. Allow glue:ListJobs."
)


def account(**options):
    engine = FakeEngine(FakeClock(), **options)
    engine.add_object("scripts", f"{PREFIX}a/ticket.json")
    engine.add_object("temp", "glue-health-check/ba9876543210/a/x")
    return engine


@pytest.mark.parametrize("build_id", ["", "*", "0123456789AB", f"{ID}/", "../0123456789"])
def test_unlisted__an_id_that_is_none__asks_nothing(build_id):
    engine = account()

    assert sweep.unlisted(engine, build_id, DENIED, buckets=("scripts",)) == sweep.Traces()
    assert engine.calls == []


def test_unlisted__objects_are_there__are_named_and_not_to_be_removed():
    engine = account()
    before = dict(engine.objects)

    found = sweep.unlisted(engine, ID, DENIED, buckets=("scripts", "temp", "scripts", ""))

    reason = "left alone, because nobody tells whether a job lives that uses them"
    objects = Leftover(kind="objects", name=f"s3://scripts/{PREFIX}", reason=reason)
    assert found == sweep.Traces(unread=(JOBS, objects), is_unlisted=True)
    assert engine.objects == before


def test_unlisted__a_bucket_that_nobody_may_look_into__is_named_beside_the_jobs():
    """All that is missing is told at once: who adds one right at a time loses a build each."""
    engine = account(refusals=refused("has_objects"))

    found = sweep.unlisted(engine, ID, DENIED, buckets=("scripts", "temp"))

    assert found.unread[0] == JOBS
    assert [(one.kind, one.name, one.reason) for one in found.unread[1:]] == [
        ("objects", f"s3://{bucket}/{PREFIX}", "has_objects refused. Mend it.")
        for bucket in ("scripts", "temp")
    ]
    assert found.removals == ()


def test_unlisted__no_bucket_is_known__says_that_objects_were_not_looked_for():
    found = sweep.unlisted(account(), ID, DENIED)

    assert found == sweep.Traces(unread=(JOBS,), is_blind=True, is_unlisted=True)
    assert not found.is_empty
