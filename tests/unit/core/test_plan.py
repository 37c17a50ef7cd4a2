"""The plan: who is skipped and why, globs, names, --only, paths, and all problems at once."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Fork, Host
from plugin.core.errors import AccessDenied, SettingsError
from plugin.core.plan import (
    NO_CREDENTIALS_OF_A_STRANGER,
    Plan,
    Skipped,
    Unread,
    make_plan,
)
from plugin.core.ports import JobDefinition
from plugin.core.settings import PlanSettings
from plugin.core.settings.sources import MOST_CHECKS, Wanted
from plugin.core.trust import Runner, reason_to_skip
from tests.unit.core.checkouts import Files, Jobs, asked, build, circumstances, settings

FILES = Files({"a.py": "x", "jobs/b.py": "x", "jobs/c.py": "x", "other/c.py": "x", "ä.py": "x"})


def check(name="", *, paths=(), **values):
    return Wanted(name=name, paths=paths, settings=asked(**values))


def planned(*checks, files=FILES, given=None, **plan):
    return make_plan(settings(*checks, **plan), files, given or circumstances())


def problems_of(*checks, **values):
    with pytest.raises(SettingsError) as caught:
        planned(*checks, **values)
    return caught.value.problems


def names(plan):
    return [item.name for item in plan.checks]


# --- skips ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        {"fork": Fork.YES, "pull_request": 7},
        {"fork": Fork.YES},
        {"fork": Fork.UNKNOWN, "pull_request": 7},
        {"is_dependabot": True},
    ],
)
def test_make_plan__a_strangers_code__is_skipped_before_anything_is_read(who):
    given = circumstances(build=build(**who))

    plan = planned(check(script="missing.py"), given=given, engine="local", keep_resources=True)

    assert plan == Plan(reason=reason_to_skip(given.build, PlanSettings()))
    assert plan.reason


def test_make_plan__allowed_but_unsafe__tells_it_beside_all_other_problems():
    given = circumstances(build=build(fork=Fork.YES), runner=Runner(engine="local", lacks="moto"))

    problems = problems_of(
        check("one", script="missing.py"),
        given=given,
        engine="local",
        allow_forks=True,
        keep_resources=True,
    )

    assert [problem.split(":")[0] for problem in problems] == [
        "engine local",
        "keep_resources",
        "one",
    ]


def test_make_plan__local_engine_is_not_installed__names_the_image_and_the_extra():
    given = circumstances(runner=Runner(lacks="moto"))

    (problem,) = problems_of(check(script="a.py"), given=given, engine="local")

    assert "moto is missing" in problem
    assert "ghcr.io/glue-health-check/glue-health-check:1-local" in problem
    assert "glue-health-check[local]" in problem
    assert names(planned(given=given)) == ["a"]


@pytest.mark.parametrize("fork", [Fork.YES, Fork.UNKNOWN])
def test_make_plan__fork_that_is_allowed__is_run(fork):
    given = circumstances(build=build(fork=fork, pull_request=7))

    assert names(planned(given=given, allow_forks=True)) == ["a"]


@pytest.mark.parametrize("pull_request", [7, None])
def test_make_plan__our_own_build__is_run(pull_request):
    given = circumstances(build=build(pull_request=pull_request))

    assert names(planned(given=given)) == ["a"]


@pytest.mark.parametrize("host", [Host.GITHUB, Host.GITEA])
@pytest.mark.parametrize("is_dependabot", [False, True])
def test_make_plan__deleted_branch__is_skipped(host, is_dependabot):
    who = build(host=host, event="push", commit="", is_dependabot=is_dependabot)
    given = circumstances(build=who)

    assert planned(given=given) == Plan(
        reason="The push deleted a branch: there is nothing to check."
    )


@pytest.mark.parametrize(
    "values",
    [
        {"host": Host.GITHUB, "event": "push"},
        {"host": Host.GITHUB, "event": "schedule", "commit": ""},
        {"host": Host.DRONE, "event": "push", "commit": ""},
        {"host": Host.PLAIN, "event": "push", "commit": ""},
    ],
)
def test_make_plan__no_deletion__is_run(values):
    assert names(planned(given=circumstances(build=build(**values)))) == ["a"]


# --- names and globs ------------------------------------------------------------------------------


def test_make_plan__no_script__is_a_problem_with_the_checks_name():
    assert problems_of(check("one", script=""), check(script="")) == (
        "one: script is required: the path of the Glue script.",
        "script is required: the path of the Glue script, or checks in the file.",
    )


def test_make_plan__names_that_cannot_be_read__bring_no_problems_of_names_made_up():
    wanted = (check(script="a.py"), check(script="jobs/a.py"), check(script=""))
    told = replace(settings(*wanted), problems=("x",), unread=frozenset({"name"}))

    with pytest.raises(SettingsError) as caught:
        make_plan(told, FILES, circumstances(only=("c",)))

    assert caught.value.problems[0] == "x"
    assert not [p for p in caught.value.problems if p.startswith(("Two checks", "--only"))]
    assert "script is required" not in str(caught.value)


def test_make_plan__problems_of_a_check_that_nobody_named__have_its_name_only_beside_others():
    alone, named, beside = (
        problems_of(*checks)
        for checks in (
            [check(script="none.py")],
            [check("none", script="none.py")],
            [check(script="none.py"), check(script="b.py", glue_version="0.1")],
        )
    )

    assert alone == ("script: none.py is missing.",)
    assert named == ("none: script: none.py is missing.",)
    assert beside[0] == "none: script: none.py is missing."


def test_make_plan__glob_without_a_match__is_a_problem():
    assert problems_of(check("one", script="none/*.py")) == (
        "one: script: no file matches none/*.py.",
    )


@pytest.mark.parametrize("script", ["../*.py", "/etc/*"])
def test_make_plan__glob_outside_of_the_checkout__is_a_problem(script):
    (problem,) = problems_of(check("one", script=script))

    assert problem.startswith("one: ")
    assert script in problem


def test_make_plan__path_outside_of_the_checkout__is_a_problem():
    (problem,) = problems_of(check("one", script="../a.py"))

    assert problem.startswith("one: ")


@pytest.mark.parametrize(
    ("script", "name", "expected"),
    [
        ("a.py", "", ["a"]),
        ("s3://bucket/x/[y]*.py", "", ["y"]),
        ("s3://bucket", "mine", ["mine"]),
        ("jobs/*.py", "", ["b", "c"]),
        ("jobs/*.py", "mine", ["mine-b", "mine-c"]),
        ("*/*.py", "", ["b", "jobs-c", "other-c"]),
        ("ä.py", "", ["check"]),
        ("*.py", "", ["a", "check"]),
    ],
)
def test_make_plan__script_or_glob__names_its_checks(script, name, expected):
    assert names(planned(check(name, script=script))) == expected


def test_make_plan__glob__gives_each_check_its_file():
    plan = planned(check(script="jobs/*.py", timeout_minutes=5))

    assert [(c.settings.script, c.settings.timeout_minutes) for c in plan.checks] == [
        ("jobs/b.py", 5),
        ("jobs/c.py", 5),
    ]


def test_make_plan__globs_beside_other_checks__leave_none_out():
    assert names(planned(check("one", script="a.py"), check("g", script="jobs/*.py"))) == [
        "one",
        "g-b",
        "g-c",
    ]


def test_make_plan__names_of_which_nothing_is_left__still_have_one():
    files = Files({"ä.py": "x", "ö/ä.py": "x", "ö/ü.py": "x"})

    assert problems_of(check(script="**/*.py"), files=files)[0] == (
        "Two checks are called check: names must differ."
    )


def test_make_plan__two_checks_of_one_name__are_refused():
    assert problems_of(check("c", script="a.py"), check(script="jobs/c.py"))[0] == (
        "Two checks are called c: names must differ."
    )


def test_make_plan__name_that_the_file_has_twice__is_one_problem():
    same = check("c", script="a.py"), check("c", script="jobs/c.py")
    told = "f.yml: two checks are called c: names must differ."

    with pytest.raises(SettingsError) as caught:
        make_plan(replace(settings(*same), problems=(told,)), FILES, circumstances())

    assert caught.value.problems == (told,)
    assert problems_of(*same) == ("Two checks are called c: names must differ.",)


def test_make_plan__names_that_differ_in_nothing_a_job_name_holds__are_refused():
    (problem,) = problems_of(check("a", script="a.py"), check("a.", script="a.py"))

    assert problem.startswith("Two checks would share the job name glue-health-check-a-")


def test_make_plan__names_that_lead_to_one_folder_of_the_bucket__are_refused():
    """Their jobs differ by the prefix of the name; what one removes, the other reads."""
    one = check("a", script="a.py", job_name_prefix="one")
    other = check("a.", script="a.py", job_name_prefix="other")

    assert problems_of(one, other) == (
        "The checks a and a. would share one folder of the bucket: rename one.",
    )


@pytest.mark.parametrize("number", [MOST_CHECKS, MOST_CHECKS + 1])
def test_make_plan__glob_of_many__is_refused_above_the_limit(number):
    files = Files({f"f{n:03}.py": "x" for n in range(number)})

    if number <= MOST_CHECKS:
        assert len(planned(check(script="*.py"), files=files).checks) == number
    else:
        assert problems_of(check(script="*.py"), files=files) == (
            f"{number} checks are more than the {MOST_CHECKS} of one plan.",
        )


ODD_NAMES = st.lists(
    st.text(st.sampled_from("aä.-_ /"), min_size=1, max_size=4)
    .filter(lambda t: not t.startswith(("/", "..")))
    .map("{}.py".format),
    min_size=1,
    max_size=4,
)


@given(ODD_NAMES)
def test_make_plan__glob_over_odd_names__is_a_plan_of_distinct_names_or_problems(found):
    try:
        plan = planned(check(script="**"), files=Files(dict.fromkeys(found, "x")))
    except SettingsError:
        return

    assert all(names(plan))
    assert len(set(names(plan))) == len({item.scripts.prefix for item in plan.checks})


# --- only, paths ----------------------------------------------------------------------------------


def test_make_plan__only_of_an_unknown_name__says_which_there_are():
    given = circumstances(only=("b", "x"))

    assert problems_of(check(script="jobs/*.py"), given=given) == (
        "--only x: there is no such check. There are: b, c.",
    )


def test_make_plan__only__leaves_the_others_and_their_problems_away():
    given = circumstances(only=("b",))

    plan = planned(check("b", script="a.py"), check("c", script="missing.py"), given=given)

    assert names(plan) == ["b"]
    assert plan.skipped == ()


@pytest.mark.parametrize(
    ("changed", "run"),
    [
        (None, True),
        (frozenset(), False),
        (frozenset({"docs/a.md"}), False),
        (frozenset({"jobs"}), False),
        (frozenset({"docs/a.md", "jobs/deep/x.py"}), True),
        (frozenset({"lib/x.py"}), True),
    ],
)
def test_make_plan__paths__run_what_is_touched_and_all_when_unknown(changed, run):
    wanted = check("a", script="a.py", paths=("jobs/**", "lib/*.py"))

    plan = planned(wanted, given=circumstances(changed=changed))

    reason = "The pull request touches none of jobs/**, lib/*.py."
    skipped = (Skipped(name="a", script="a.py", reason=reason),)
    assert (names(plan), plan.skipped) == ((["a"], ()) if run else ([], skipped))
    assert plan.reason == ""


def test_make_plan__without_paths__is_run_whatever_is_touched():
    assert names(planned(given=circumstances(changed=frozenset({"README.md"})))) == ["a"]


def test_make_plan__check_that_is_not_touched__is_not_read():
    wanted = check("a", script="missing.py", paths=("jobs/**",))

    assert planned(wanted, given=circumstances(changed=frozenset())).checks == ()


# --- problems -------------------------------------------------------------------------------------


def test_make_plan__problems_of_all_checks__are_told_at_once_and_once():
    problems = problems_of(
        check("one", script="missing.py", role_arn=""),
        check("two", script="a.py", tags={"aws:x": "y"}),
        check("three", script=""),
        wait=False,
        github_app_id="1",
    )

    assert [problem.split(": ")[0] for problem in problems] == [
        "wait",
        "github_app_id",
        "three",
        "one",
        "one",
        "two",
    ]


def test_make_plan__fork_whose_settings_are_wrong__tells_the_problems():
    wrong = replace(settings(check(script="a.py")), problems=("timeout_minutes: no.",))
    given = circumstances(build=build(fork=Fork.YES, pull_request=7))

    with pytest.raises(SettingsError) as caught:
        make_plan(wrong, FILES, given)

    assert caught.value.problems == ("timeout_minutes: no.",)


@pytest.mark.parametrize(
    ("unread", "told"),
    [
        ((), ["role_arn", "fixtures", "no"]),
        (("engine",), ["no"]),
        (("role_arn",), ["fixtures", "no"]),
    ],
)
def test_make_plan__engine_that_cannot_be_read__asks_for_nothing_of_glue_alone(unread, told):
    asked = check("a", script="a.py", role_arn="", fixtures={"lib.py": "s3://production/x"})
    wrong = replace(settings(asked), problems=("engine: no.",), unread=frozenset(unread))

    with pytest.raises(SettingsError) as caught:
        make_plan(wrong, FILES, circumstances())

    found = [[word for word in told if word in problem] for problem in caught.value.problems]
    assert sorted(word for words in found for word in words) == sorted(told)
    assert len(found) == len(told)


# --- cloned jobs ----------------------------------------------------------------------------------


def told(name, **members):
    command = {"Name": "pythonshell"}
    whole = {"Role": "production", "Command": command, **members}
    return JobDefinition(name=name, members=whole, tags={})


def test_make_plan__several_jobs__are_asked_for_once_and_only_those_that_run():
    jobs = Jobs({name: told(name) for name in ("j1", "j2", "j3", "j4")})

    plan = planned(
        check("a", script="a.py", job="j1", role_arn=""),
        check("b", script="a.py", job="j2", role_arn=""),
        check("c", script="a.py", job="j1", role_arn=""),
        check("d", script="a.py"),
        check("e", script="a.py", job="j3", paths=("x/**",)),
        check("f", script="a.py", job="j4"),
        given=circumstances(jobs=jobs, only=("a", "b", "c", "d", "e"), changed=frozenset({"a.py"})),
    )

    assert jobs.calls == [("j1", "j2")]
    assert [item.request["Role"] for item in plan.checks[:3]] == ["production"] * 3
    assert names(plan) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("who", "plan"), [({"fork": Fork.YES}, {}), ({}, {"engine": "local"})], ids=["fork", "refused"]
)
def test_make_plan__plan_that_is_not_run__asks_for_no_job(who, plan):
    jobs = Jobs({})
    runner = Runner(lacks="moto")
    given = circumstances(jobs=jobs, build=build(**who), runner=runner)

    with suppress(SettingsError):
        planned(check("a", script="a.py", job="j"), given=given, **plan)

    assert jobs.calls == []


def test_make_plan__job_that_is_not_there__is_a_problem_beside_all_others():
    jobs = Jobs({"j": SettingsError(("job: there is no job j.",))})

    problems = problems_of(
        check("a", script="missing.py", job="j", role_arn=""),
        check("b", script="a.py", worker_type="Z.2X"),
        given=circumstances(jobs=jobs),
    )

    assert problems[:2] == ("a: script: missing.py is missing.", "a: job: there is no job j.")
    assert problems[2].startswith("b: worker_type Z.2X")
    assert len(problems) == 3


def test_make_plan__job_that_may_not_be_read__leaves_the_other_checks_alone():
    error = AccessDenied("Denied.")
    jobs = Jobs({"j": error, "k": told("k")})

    plan = planned(
        check("a", script="a.py", job="j", role_arn=""),
        check("b", script="a.py", job="k"),
        given=circumstances(jobs=jobs),
    )

    assert names(plan) == ["b"]
    assert plan.unread == (Unread(name="a", script="a.py", error=error),)


@pytest.mark.parametrize("has_other", [True, False])
def test_make_plan__stranger_without_credentials__skips_what_clones(has_other):
    wanted = check("a", script="a.py", job="j", role_arn="")
    other = (check("b", script="a.py"),) if has_other else ()

    plan = planned(wanted, *other, given=circumstances(jobs=None))

    if has_other:
        reason = NO_CREDENTIALS_OF_A_STRANGER
        assert plan.skipped == (Skipped(name="a", script="a.py", reason=reason),)
        assert names(plan) == ["b"]
    else:
        assert plan == Plan(reason=NO_CREDENTIALS_OF_A_STRANGER)


def test_make_plan__nothing_is_cloned__asks_nothing():
    jobs = Jobs({})

    planned(check("a", script="a.py"), given=circumstances(jobs=jobs))

    assert jobs.calls == []
