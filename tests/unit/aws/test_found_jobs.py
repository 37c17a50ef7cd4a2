"""Jobs found by their tags: few requests, and what others do to them meanwhile is no error."""

from datetime import UTC, datetime, timedelta

import pytest

from plugin.aws.glue.found_jobs import BATCH
from plugin.core.errors import AccessDenied, AnswerLost, EngineError
from plugin.core.naming import Tag
from tests.unit.aws.relay import Trouble, refusal

SOON = datetime.now(UTC) + timedelta(hours=1)


@pytest.mark.parametrize("operation", ["ListJobs", "BatchGetJobs"])
def test_find_jobs__not_allowed__is_told_with_the_right_that_is_missing(bench, operation):
    bench.job()
    bench.relay.let(operation, refusal(400, "AccessDeniedException", f"no glue:{operation}"))

    with pytest.raises(AccessDenied, match=f"no glue:{operation}"):
        list(bench.engine.find_jobs({Tag.BUILD: bench.build_id}))


def test_described__one_of_many_is_removed_meanwhile__the_others_are_told(bench):
    names = tuple(bench.job() for _ in range(3))
    bench.relay.let("GetTags", refusal(400, "EntityNotFoundException"))

    found = bench.engine.described(names, until=SOON)

    assert len(found) == 2
    assert {job.name for job in found} < set(names)


def test_described__more_than_one_batch__asks_25_at_a_time_and_keeps_their_order(bench):
    names = tuple(f"glue-health-check-none-{number:06x}" for number in range(BATCH + 1))

    found = bench.engine.described(names, until=SOON)

    asked = bench.relay.sent("BatchGetJobs")
    assert found == ()
    assert [len(request.json["JobNames"]) for request in asked] == [BATCH, 1]
    assert "GetTags" not in bench.relay.asked


def test_described__too_young__is_not_asked_for_its_tags(bench):
    name = bench.job()

    assert bench.engine.described((name,), until=SOON - timedelta(hours=2)) == ()
    assert "GetTags" not in bench.relay.asked


def test_described__a_job__says_where_its_runs_log(bench):
    name = bench.job(GlueVersion="3.0", DefaultArguments={"--continuous-log-logGroup": "/acme/etl"})

    (found,) = bench.engine.described((name,), until=SOON)

    assert (found.job_type, found.glue_version) == ("pythonshell", "3.0")
    assert found.arguments == {"--continuous-log-logGroup": "/acme/etl"}


def test_job_names__many_jobs__asks_for_the_largest_page_and_nothing_else(bench):
    name = bench.job()

    assert name in set(bench.engine.job_names({Tag.BUILD: bench.build_id}))
    assert bench.relay.asked == ["ListJobs"]
    assert bench.relay.sent("ListJobs")[0].json["MaxResults"] == 1000


def test_job_names__the_second_page_is_refused__is_told_after_the_first(bench):
    body = b'{"JobNames": ["a"], "NextToken": "more"}'
    denied = refusal(400, "AccessDeniedException", "no glue:ListJobs")
    bench.relay.let("ListJobs", Trouble(status=200, body=body), denied)
    names = bench.engine.job_names({Tag.MANAGED: "true"})

    assert next(names) == "a"
    with pytest.raises(EngineError):
        next(names)


JSON = (("Content-Type", "application/x-amz-json-1.1"),)


@pytest.mark.parametrize("operation", ["ListJobs", "BatchGetJobs"])
@pytest.mark.parametrize("body", [b"{}", b'{"JobsNotFound": []}'])
def test_find_jobs__an_answer_without_its_members__is_lost_and_not_empty(bench, operation, body):
    bench.job()
    bench.relay.let(operation, Trouble(status=200, body=body, headers=JSON))

    with pytest.raises(AnswerLost):
        list(bench.engine.find_jobs({Tag.BUILD: bench.build_id}))


def test_described__a_name_of_which_the_answer_says_nothing__is_lost(bench):
    name = bench.job()
    body = b'{"Jobs": [], "JobsNotFound": []}'
    bench.relay.let("BatchGetJobs", Trouble(status=200, body=body, headers=JSON))

    with pytest.raises(AnswerLost, match=name):
        bench.engine.described((name,), until=SOON)


@pytest.mark.parametrize(
    "trouble",
    [refusal(400, "AccessDeniedException", "no"), Trouble(status=200, body=b"{}", headers=JSON)],
)
def test_described__tags_that_nobody_tells__are_unread_and_the_others_are_told(bench, trouble):
    names = tuple(bench.job() for _ in range(3))
    bench.relay.let("GetTags", trouble)

    found = bench.engine.described(names, until=SOON)

    assert sorted(bool(job.unread) for job in found) == [False, False, True]


def test_described__what_a_log_needs_besides__is_told(bench):
    name = bench.job()

    (found,) = bench.engine.described((name,), until=SOON)

    assert found.role
