"""Jobs: finding, paging, deleting, tagging; each region for itself."""

import uuid

import botocore.exceptions
import pytest

from tests.unit.local.bench import ROLE, client

COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://bucket/script.py"}
ACCOUNT = "123456789012"


def arn_of(name, region="us-east-1"):
    return f"arn:aws:glue:{region}:{ACCOUNT}:job/{name}"


@pytest.fixture
def region():
    """A region that no other test uses: its jobs are this test's alone."""
    return f"eu-test{uuid.uuid4().hex[:6]}-1"


@pytest.fixture
def glue(bench, region):
    return client(bench.server, "glue", region)


def make(glue, *names, **members):
    for name in names:
        glue.create_job(Name=name, Role=ROLE, Command=COMMAND, **members)


def pages(glue, operation, key, **request):
    return [page[key] for page in glue.get_paginator(operation).paginate(**request)]


@pytest.mark.parametrize("operation", ["get_job", "get_job_runs"])
def test_read__an_unknown_job__is_not_found(glue, operation):
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        getattr(glue, operation)(JobName="nobody")


def test_get_jobs__no_job__is_empty(glue):
    assert glue.get_jobs()["Jobs"] == []


def test_get_jobs__another_region__are_not_told(bench, glue):
    make(glue, "only-here")

    names = [job["Name"] for job in bench.glue.get_jobs()["Jobs"]]

    assert "only-here" not in names


def test_get_jobs__small_pages__tell_each_job_once(glue):
    make(glue, *"edcba")

    told = pages(glue, "get_jobs", "Jobs", PaginationConfig={"PageSize": 2})

    assert [[job["Name"] for job in page] for page in told] == [["a", "b"], ["c", "d"], ["e"]]


def test_list_jobs__the_last_page_is_full__has_no_token(glue):
    make(glue, "a", "b")

    assert "NextToken" not in glue.list_jobs(MaxResults=2)


def test_list_jobs__the_job_of_the_token_is_deleted__goes_on_behind_it(glue):
    make(glue, *"abcd")
    first = glue.list_jobs(MaxResults=2)

    for name in first["JobNames"]:
        glue.delete_job(JobName=name)

    assert glue.list_jobs(NextToken=first["NextToken"])["JobNames"] == ["c", "d"]


def test_list_jobs__tags__tells_jobs_that_have_all_of_them(glue):
    make(glue, "both", Tags={"a": "1", "b": "2"})
    make(glue, "one", Tags={"a": "1"})
    make(glue, "other", Tags={"a": "2", "b": "2"})

    assert glue.list_jobs(Tags={"a": "1", "b": "2"})["JobNames"] == ["both"]
    assert glue.list_jobs(Tags={"a": "1"})["JobNames"] == ["both", "one"]


def test_list_jobs__tags_and_pages__filters_before_paging(glue):
    make(glue, "a", "c", "e", Tags={"mine": "yes"})
    make(glue, "b", "d")

    told = list(_tagged_pages(glue, size=2))

    assert told == [["a", "c"], ["e"]]


def _tagged_pages(glue, size):
    request = {"Tags": {"mine": "yes"}, "MaxResults": size}
    while True:
        answer = glue.list_jobs(**request)
        yield answer["JobNames"]
        if "NextToken" not in answer:
            return
        request["NextToken"] = answer["NextToken"]


@pytest.mark.parametrize("token", ["%%%", "not base 64", "/w=="])
def test_list_jobs__a_token_of_nobodys__is_refused(glue, token):
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.list_jobs(NextToken=token)


@pytest.mark.parametrize("size", [0, 1001])
def test_list_jobs__a_wrong_page_size__is_refused(glue, size):
    with pytest.raises(botocore.exceptions.ClientError, match="ValidationException"):
        glue.list_jobs(MaxResults=size)


def test_batch_get_jobs__some_unknown__tells_both(glue):
    make(glue, "a")

    answer = glue.batch_get_jobs(JobNames=["a", "z", "a"])

    assert [job["Name"] for job in answer["Jobs"]] == ["a"]
    assert answer["JobsNotFound"] == ["z"]


def test_delete_job__known_or_not__is_no_error(glue):
    make(glue, "a")

    assert glue.delete_job(JobName="a")["JobName"] == "a"
    assert glue.delete_job(JobName="a")["JobName"] == "a"
    assert glue.list_jobs()["JobNames"] == []


def test_delete_job__made_again__starts_afresh(glue):
    make(glue, "a", Tags={"old": "yes"})

    glue.delete_job(JobName="a")
    make(glue, "a")

    assert glue.get_tags(ResourceArn=arn_of("a", glue.meta.region_name))["Tags"] == {}


def test_tags__added_and_removed__are_found(glue, region):
    make(glue, "a", Tags={"one": "1"})

    glue.tag_resource(ResourceArn=arn_of("a", region), TagsToAdd={"two": "2", "one": "0"})
    glue.untag_resource(ResourceArn=arn_of("a", region), TagsToRemove=["one", "never"])

    assert glue.get_tags(ResourceArn=arn_of("a", region))["Tags"] == {"two": "2"}
    assert glue.list_jobs(Tags={"two": "2"})["JobNames"] == ["a"]


def test_tag_resource__more_than_50_in_all__is_refused_and_changes_nothing(glue, region):
    make(glue, "a", Tags={f"k{i}": "v" for i in range(50)})

    with pytest.raises(glue.exceptions.ClientError, match="ResourceNumberLimitExceeded"):
        glue.tag_resource(ResourceArn=arn_of("a", region), TagsToAdd={"more": "v"})

    assert len(glue.get_tags(ResourceArn=arn_of("a", region))["Tags"]) == 50


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("get_tags", {}),
        ("tag_resource", {"TagsToAdd": {"a": "b"}}),
        ("untag_resource", {"TagsToRemove": ["a"]}),
    ],
)
def test_tags__of_an_unknown_job__are_not_found(glue, region, operation, members):
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        getattr(glue, operation)(ResourceArn=arn_of("nobody", region), **members)


def test_tags__of_something_else__are_motos(bench):
    arn = bench.glue.create_crawler(
        Name=f"c-{uuid.uuid4().hex}", Role=ROLE, Targets={}, Tags={"of": "crawler"}
    )
    name = bench.glue.list_crawlers(Tags={"of": "crawler"})["CrawlerNames"][0]
    crawler = f"arn:aws:glue:us-east-1:{ACCOUNT}:crawler/{name}"

    assert arn
    assert bench.glue.get_tags(ResourceArn=crawler)["Tags"] == {"of": "crawler"}


def test_catalog__a_database__is_motos(bench):
    name = f"db_{uuid.uuid4().hex}"

    bench.glue.create_database(DatabaseInput={"Name": name})

    assert bench.glue.get_database(Name=name)["Database"]["Name"] == name


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("reset_job_bookmark", {"JobName": "a"}),
        ("get_job_bookmark", {"JobName": "a"}),
        ("get_system_logs_for_job_run", {"JobName": "a", "RunId": "jr"}),
        ("update_job_from_source_control", {"JobName": "a"}),
    ],
)
def test_operation__not_ours_but_of_jobs__is_refused_by_name(bench, operation, members):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        getattr(bench.glue, operation)(**members)

    assert caught.value.response["Error"]["Code"] == "LocalGlueUnsupported"
    assert "".join(operation.split("_")) in caught.value.response["Error"]["Message"].lower()
