"""Whose code is not run, and what a stranger's may never do."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Fork, Host, Question
from plugin.core.settings import PlanSettings, table
from plugin.core.settings.sources import Wanted
from plugin.core.trust import MOST_NAMES, PRIVILEGED, Runner, reason_to_skip, refusals
from tests.unit.core.checkouts import asked, build, settings

FORK = build(fork=Fork.YES, pull_request=7)
DEPENDABOT = build(is_dependabot=True, pull_request=7, host=Host.GITHUB)
TARGET = build(fork=Fork.YES, pull_request=7, host=Host.GITHUB, event="pull_request_target")
UNKNOWN = build(fork=Fork.UNKNOWN, pull_request=7, host=Host.DRONE)
ASKED = build(
    fork=Fork.UNKNOWN,
    pull_request=7,
    host=Host.DRONE,
    questions=(Question.PULL_REQUEST_HEAD,),
)
STRANGERS = [FORK, DEPENDABOT, TARGET, UNKNOWN, ASKED]
OURS = [
    build(),
    build(pull_request=7),
    build(pull_request=7, host=Host.GITHUB, event="pull_request_target"),
]
LOCAL = Runner(engine="local")


def wanted(**values):
    return Wanted(settings=asked(**values))


def refused(who, *checks, runner=LOCAL, **plan):
    return refusals(who, settings(*checks, **plan), runner)


# --- skips ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "token", "words"),
    [
        (FORK, "", "The pull request comes from a fork: a stranger's code would run with your"),
        (build(fork=Fork.YES), "", "The code comes from a fork: "),
        (DEPENDABOT, "", "Dependabot proposes a package: its author's code would run"),
        (TARGET, "", "the event pull_request_target gives its build your secrets and a token"),
        (
            build(fork=Fork.UNKNOWN, host=Host.GITEA, event="workflow_run"),
            "",
            "The code may come from a fork, and the event workflow_run gives",
        ),
        (ASKED, "", "may come from a fork: GitHub was not asked, because there is no github_token"),
        (ASKED, "t", "may come from a fork: GitHub did not say. See that github_token may read"),
        (UNKNOWN, "t", "may come from a fork: drone does not say."),
    ],
)
def test_reason_to_skip__a_strangers_code__says_whose_it_is_and_what_to_set(who, token, words):
    reason = reason_to_skip(who, PlanSettings(github_token=token))

    assert words in reason
    assert "set allow_forks" in reason
    assert "Give github_token" in reason or token or who is not ASKED


def test_reason_to_skip__strangers_of_each_kind__have_sentences_of_their_own():
    assert len({reason_to_skip(who, PlanSettings()) for who in STRANGERS}) == len(STRANGERS)


def test_reason_to_skip__dependabot_in_a_fork__is_a_fork():
    who = build(is_dependabot=True, fork=Fork.YES, pull_request=7)

    assert reason_to_skip(who, PlanSettings()) == reason_to_skip(FORK, PlanSettings())


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run"])
def test_reason_to_skip__event_of_that_name_on_another_host__is_a_plain_fork(event):
    who = build(fork=Fork.YES, pull_request=7, host=Host.DRONE, event=event)

    assert event not in reason_to_skip(who, PlanSettings())


@pytest.mark.parametrize("who", STRANGERS)
def test_reason_to_skip__allowed__is_none(who):
    assert reason_to_skip(who, PlanSettings(allow_forks=True)) == ""


@pytest.mark.parametrize("who", OURS)
def test_reason_to_skip__our_own__is_none(who):
    assert reason_to_skip(who, PlanSettings()) == ""


# --- the local engine -----------------------------------------------------------------------------


@pytest.mark.parametrize("who", STRANGERS)
def test_refusals__secrets_beside_a_strangers_script__are_named(who):
    runner = Runner(engine="local", secrets=("GITHUB_TOKEN", "AWS_PROFILE"))

    told = refused(who, runner=runner, engine="local", allow_forks=True)

    assert any(
        "beside secrets: AWS_PROFILE, GITHUB_TOKEN. Run it in a step without them" in one
        for one in told
    )


@pytest.mark.parametrize("name", [row.name for row in table().values() if row.is_secret])
def test_refusals__each_secret_setting__counts_and_its_value_is_not_told(name):
    (told,) = refused(FORK, engine="local", **{name: "hunter2"})

    assert f"beside secrets: {name}." in told
    assert "hunter2" not in told


@pytest.mark.parametrize("variable", ["GITHUB_TOKEN", "INPUT_GITHUB-TOKEN", "PLUGIN_GITHUB_TOKEN"])
def test_refusals__a_setting_that_a_variable_gave__is_named_once(variable):
    runner = Runner(engine="local", secrets=(variable,))

    (told,) = refused(FORK, runner=runner, engine="local", github_token="hunter2")

    assert f"beside secrets: {variable}." in told


def test_refusals__many_secrets__are_bounded_and_sorted():
    names = tuple(f"S{n:02}_TOKEN" + "x" * 100 for n in reversed(range(MOST_NAMES + 3)))

    (told,) = refused(FORK, runner=Runner(engine="local", secrets=names), engine="local")

    assert "beside secrets: S00_TOKEN" in told
    assert " and 3 more." in told
    assert len(told) < 800


def test_refusals__a_hostile_name__is_printable():
    runner = Runner(engine="local", secrets=("\x1b]0;a\n::error::\u202eTOKEN",))

    (told,) = refused(FORK, runner=runner, engine="local")

    assert told.isprintable()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ACTIONS_RUNTIME_TOKEN", "to every action, but not to a run step"),
        (".git/config", "set persist-credentials: false"),
    ],
)
def test_refusals__a_secret_that_nobody_set_on_purpose__says_where_it_comes_from(name, words):
    (told,) = refused(FORK, runner=Runner(engine="local", secrets=(name,)), engine="local")

    assert words in told


def test_refusals__several_secrets_that_nobody_set_on_purpose__says_of_each_where_it_comes_from():
    runner = Runner(engine="local", secrets=("ACTIONS_RUNTIME_TOKEN", ".git/config"))

    (told,) = refused(FORK, runner=runner, engine="local")

    assert "to every action" in told
    assert "set persist-credentials" in told


@pytest.mark.parametrize("event", sorted(PRIVILEGED))
@pytest.mark.parametrize("host", [Host.GITHUB, Host.GITEA])
def test_refusals__local_with_the_base_branchs_rights__is_never_for_strangers(host, event):
    who = build(fork=Fork.YES, pull_request=7, host=host, event=event)

    (told,) = refused(who, engine="local", allow_forks=True)

    assert f"never for a stranger's code on the event {event}" in told


def test_refusals__only_the_strangers_file_asks_for_local__is_refused():
    (told,) = refused(FORK, runner=Runner(engine="glue"), engine="local")

    assert "allow it by --engine or GLUE_HEALTH_CHECK_ENGINE" in told


@pytest.mark.parametrize(
    ("host", "power"),
    [(Host.GITHUB, "takes commands for later steps"), (Host.DRONE, "do what that user can")],
)
def test_refusals__the_script_would_be_our_user__is_refused_with_what_it_could_do(host, power):
    who = build(fork=Fork.YES, pull_request=7, host=host, event="pull_request")
    runner = Runner(engine="local", obstacle="only root can change the user")

    (told,) = refused(who, runner=runner, engine="local")

    assert f"{power}: only root can change the user. Run the local image as root" in told


@pytest.mark.parametrize("who", [FORK, DEPENDABOT, UNKNOWN])
def test_refusals__local_without_a_secret__is_allowed(who):
    assert refused(who, engine="local") == ()


# --- either engine --------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["glue", "local"])
@pytest.mark.parametrize(
    ("checks", "plan", "words"),
    [
        ((), {"keep_resources": True}, "keep_resources: a stranger's script would stay on AWS"),
        ((wanted(), wanted(session_policy="p.json")), {}, "session_policy: its file stands in the"),
        ((wanted(connections=("mine", "theirs")),), {}, "connections: a stranger's configuration"),
    ],
)
def test_refusals__what_a_stranger_could_misuse__is_refused(engine, checks, plan, words):
    runner = Runner(engine="local", connections=("mine",))

    (told,) = refused(FORK, *checks, runner=runner, engine=engine, **plan)

    assert words in told


def test_refusals__connections_that_the_operator_gave__are_allowed():
    runner = Runner(connections=("one", "two"))

    assert refused(FORK, wanted(connections=("two",)), runner=runner) == ()


def test_refusals__on_glue__secrets_are_out_of_the_scripts_reach():
    runner = Runner(engine="glue", secrets=("AWS_SECRET_ACCESS_KEY",), obstacle="none")

    assert refused(TARGET, runner=runner, github_token="hunter2") == ()


@pytest.mark.parametrize("who", OURS)
def test_refusals__our_own_code__may_do_all(who):
    runner = Runner(secrets=("GITHUB_TOKEN",), obstacle="none")
    check = wanted(session_policy="p.json", connections=("theirs",))

    told = refused(who, check, runner=runner, engine="local", keep_resources=True)

    assert told == ()


@given(
    who=st.sampled_from(STRANGERS + OURS),
    names=st.lists(st.text(max_size=80), max_size=20),
    engine=st.sampled_from(["glue", "local"]),
    keep=st.booleans(),
)
def test_refusals__anything__are_short_lines_and_none_for_our_own(who, names, engine, keep):
    runner = Runner(engine=engine, secrets=tuple(names))

    told = refused(who, runner=runner, engine=engine, keep_resources=keep)

    assert all(one.isprintable() and len(one) < 1000 for one in told)
    assert told == () or who.is_foreign
    assert len(set(told)) == len(told)


def test_refusals__everything_at_once__tells_all():
    runner = Runner(secrets=("GITHUB_TOKEN",), obstacle="none")
    check = wanted(session_policy="p.json", connections=("theirs",))

    told = refused(TARGET, check, runner=runner, engine="local", keep_resources=True)

    assert len(told) == 7
    starts = [one.split(":")[0] for one in told]
    assert [key for key, _ in itertools.groupby(starts)] == [
        "engine local",
        "keep_resources",
        "session_policy",
        "connections",
    ]
