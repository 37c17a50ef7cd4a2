"""What a build's traces tell beside what goes: whose the rest is, and what nobody could find out."""

import json
from dataclasses import replace

import pytest

from plugin import sweep
from plugin.core.naming import Tag
from plugin.core.result import Leftover
from tests.doubles.clock import FakeClock
from tests.doubles.engine import FakeEngine, refused
from tests.unit.test_sweep import ID, NAME, OLD, tags_of

FOREIGN = "glue-health-check-hotels-pr-8-0a1b2c"
IMITATION = "nightly-load-0a1b2c"
SECRET = "glue-health-check-flights-pr-9-0a1b2c"
UNREAD = (Leftover(kind="job", name=SECRET, reason="glue:GetTags is denied."),)
URI = f"s3://scripts/glue-health-check/{ID}/"
SURE = sweep.Owner(is_sure=True)


class Account(FakeEngine):
    """An account in which the tags of one job are not told, and what is said of all."""

    @staticmethod
    def _found(job):
        found = FakeEngine._found(job)
        if job.name != SECRET:
            return found
        return replace(found, tags={}, unread="glue:GetTags is denied.")


def account(*names: str, **more: str) -> Account:
    """Return an account with these jobs, all of which bear the build's id."""
    engine = Account(FakeClock())
    for name in names:
        engine.add_job(name, tags_of(**more), created_at=OLD)
    engine.add_object("scripts", f"glue-health-check/{ID}/flights/script/a.py", at=OLD)
    return engine


def test_of_build__somebody_elses__tells_what_is_strange_and_unread_all_the_same():
    engine = account(NAME, IMITATION, SECRET, **{Tag.REPOSITORY: "octocat/other"})

    found = sweep.of_build(engine, ID, owner=SURE, buckets=("scripts",))

    assert found == sweep.Traces(others=(NAME,), strange=(IMITATION,), unread=UNREAD)


def test_of_build__one_of_its_jobs_is_somebody_elses__spares_the_others_too():
    engine = account(NAME)
    tags = tags_of(check="hotels", **{Tag.REPOSITORY: "octocat/other"})
    engine.add_job(FOREIGN, tags, created_at=OLD)

    found = sweep.of_build(engine, ID, owner=SURE, buckets=("scripts",))

    assert found == sweep.Traces(others=(FOREIGN,))


def test_of_build__nobody_sure_and_no_job_of_ours__tells_the_objects_and_what_is_strange():
    engine = account(IMITATION)

    found = sweep.of_build(engine, ID, owner=sweep.Owner(), buckets=("scripts",))

    assert found == sweep.Traces(unclaimed=(URI,), strange=(IMITATION,))


def test_of_build__nobody_sure_and_the_only_job_unread__leaves_objects_that_may_be_its():
    engine = account(IMITATION, SECRET)

    found = sweep.of_build(engine, ID, owner=sweep.Owner(), buckets=("scripts",))

    assert found == sweep.Traces(strange=(IMITATION,), unread=UNREAD)
    assert "has_objects" not in engine.steps


@pytest.mark.parametrize("owner", [sweep.Owner(), SURE])
def test_of_build__no_bucket_and_the_only_job_unread__is_blind_and_says_so(owner):
    engine = account(IMITATION, SECRET)

    found = sweep.of_build(engine, ID, owner=owner)

    assert found == sweep.Traces(strange=(IMITATION,), unread=UNREAD, is_blind=True)


def test_of_build__a_job_beside_one_that_is_unread__goes_alone():
    """The unread one may be kept on purpose: what lies in the build's prefix may be its."""
    engine = account(NAME, SECRET)

    found = sweep.of_build(engine, ID, owner=sweep.Owner(), buckets=("scripts",))

    assert [removal.name for removal in found.removals] == [NAME]
    assert found.unread == UNREAD
    assert {place.prefix for place in found.removals[0].places} == {
        f"glue-health-check/{ID}/flights/"
    }


def test_of_build__kept_beside_one_that_goes__leaves_the_builds_other_objects():
    engine = account(NAME)
    kept = "glue-health-check-hotels-pr-7-0a1b2c"
    engine.add_job(kept, tags_of(check="hotels", **{Tag.KEEP: "true"}), created_at=OLD)
    engine.add_object("scripts", f"glue-health-check/{ID}/hotels/script/h.py", at=OLD)

    found = sweep.of_build(engine, ID, owner=SURE, buckets=("scripts",))

    assert [removal.name for removal in found.removals] == [NAME]
    assert [removal.name for removal in found.kept] == [kept]
    assert [place.uri() for place in found.kept[0].places] == [
        f"s3://{bucket}/glue-health-check/{ID}/hotels/" for bucket in ("scripts", "temporary")
    ]


def left_alone_by(ticket: str, **engine):
    """Return the traces of a build of which objects alone are there, with this ticket."""
    stage = FakeEngine(FakeClock(), **engine)
    for name, text in (("script/a.py", ""), ("ticket.json", ticket)):
        key = f"glue-health-check/{ID}/flights/{name}"
        stage.add_object("scripts", key, at=OLD)
        stage.texts["scripts", key] = text
    return sweep.of_build(stage, ID, owner=SURE, buckets=("scripts",))


def ticket(*, keep: bool, region: str = "us-east-1") -> str:
    told = {"region": region, "expires_at": "2026-02-28T10:15:00Z", "keep": keep}
    return json.dumps(told)


def test_of_build__no_job_and_a_ticket_that_keeps__leaves_the_objects():
    """Its job could not be created, or is not listed yet; the report said that it stays."""
    found = left_alone_by(ticket(keep=True))

    assert found.removals == ()
    assert [(one.name, one.job) for one in found.kept] == [(URI, None)]


@pytest.mark.parametrize("told", [ticket(keep=False), "no ticket"])
def test_of_build__no_job_and_no_ticket_that_keeps__removes_the_objects(told):
    found = left_alone_by(told)

    assert [one.name for one in found.removals] == [URI]
    assert found.kept == ()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("", "may not be read (s3:GetObject)"),
        (ticket(keep=False, region="eu-west-1"), "of a job in eu-west-1: run cleanup with that"),
    ],
    ids=["closed", "another region"],
)
def test_of_build__no_job_and_a_ticket_that_may_speak_for_them__leaves_and_names(told, reason):
    """Who may not read it does not know whether they are kept; elsewhere their job may run."""
    found = left_alone_by(told)

    assert (found.removals, found.kept) == ((), ())
    (left,) = found.unread
    assert reason in left.reason


def test_of_build__no_job_and_tickets_that_nobody_tells__leaves_and_names_the_objects():
    found = left_alone_by(ticket(keep=False), refusals=refused("tickets"))

    assert (found.removals, found.kept) == ((), ())
    assert [(one.kind, one.name) for one in found.unread] == [("objects", URI)]


@pytest.mark.parametrize("keep", ["", "true"])
def test_of_build__whatever_it_finds__says_why_it_is_the_builds(keep):
    engine = account(NAME, **{Tag.KEEP: keep})

    found = sweep.of_build(engine, ID, owner=SURE, buckets=("scripts",))

    everything = (*found.removals, *found.kept)
    assert [one.name for one in everything] == ([NAME] if keep else [NAME, URI])
    assert {one.why for one in everything} == {f"build {ID}"}


def test_of_build__a_bucket_named_by_settings_and_tags__is_searched_once():
    engine = account(NAME)

    sweep.of_build(engine, ID, owner=SURE, buckets=("scripts", "scripts"))

    asked = [call[1] for call in engine.calls if call[0] == "has_objects"]
    assert asked == ["scripts", "temporary"]


def test_of_build__only_the_builds_own_jobs__are_asked_for():
    engine = account(NAME)

    sweep.of_build(engine, ID, owner=SURE)

    assert ("find_jobs", {Tag.MANAGED: "true", Tag.BUILD: ID}) in engine.calls


# --- whose it is ----------------------------------------------------------------------------------

SERVER = "https://ghe.acme.example"
TAGS = {
    Tag.REPOSITORY: "octocat/flights",
    Tag.PULL_REQUEST: "7",
    Tag.SERVER: SERVER,
}


@pytest.mark.parametrize(
    ("tags", "owns"),
    [
        (TAGS, True),
        ({**TAGS, Tag.SERVER: "https://github.com"}, False),
        ({key: value for key, value in TAGS.items() if key != Tag.SERVER}, False),
        ({**TAGS, Tag.PULL_REQUEST: "8"}, False),
        ({key: value for key, value in TAGS.items() if key != Tag.PULL_REQUEST}, False),
        ({**TAGS, Tag.REPOSITORY: "octocat/other"}, False),
        ({}, False),
    ],
)
def test_owner__not_sure_of_the_id__takes_its_very_pull_request_on_its_very_server(tags, owns):
    owner = sweep.Owner(repository="octocat/flights", pull_request=7, server_url=SERVER)

    assert owner.owns(tags) is owns


def test_owner__the_server_has_no_name_on_either_side__is_the_same():
    owner = sweep.Owner(repository="octocat/flights", pull_request=7)

    assert owner.owns({Tag.REPOSITORY: "octocat/flights", Tag.PULL_REQUEST: "7"})


def test_owner__what_no_tag_can_hold__is_compared_as_a_tag_holds_it():
    owner = sweep.Owner(repository="octo~cat/flights", pull_request=7, server_url="https://a~b")

    assert owner.owns(
        {Tag.REPOSITORY: "octo_cat/flights", Tag.PULL_REQUEST: "7", Tag.SERVER: "https://a_b"}
    )


# --- what a thing is called -----------------------------------------------------------------------


def test_removal__with_a_job_or_without__is_a_job_or_objects():
    engine = account(NAME)

    found = sweep.of_build(engine, ID, owner=SURE, buckets=("scripts",))

    assert [(one.kind, one.job is not None) for one in found.removals] == [
        ("job", True),
        ("objects", False),
    ]


@pytest.mark.parametrize(
    "traces",
    [
        sweep.Traces(strange=(IMITATION,)),
        sweep.Traces(unread=UNREAD, is_blind=True),
        sweep.Traces(unclaimed=(URI,)),
        sweep.Traces(others=(NAME,)),
        sweep.Traces(kept=(sweep.Removal(name=NAME, places=(), why=""),)),
        sweep.Traces(removals=(sweep.Removal(name=NAME, places=(), why=""),)),
    ],
)
def test_traces__anything_bears_the_id__are_not_empty(traces):
    assert not traces.is_empty


@pytest.mark.parametrize("is_blind", [False, True])
def test_traces__nothing_bears_the_id__are_empty(is_blind):
    assert sweep.Traces(is_blind=is_blind).is_empty
