"""Secrets in what is published: refused by name, never shown."""

from dataclasses import replace

from plugin.core.secrets.revealing import revealing
from plugin.core.settings import CheckSettings, PlanSettings
from plugin.core.settings.sources import Settings, Wanted

SECRET = "hunter2-of-acme"


def mask(text):
    return text.replace(SECRET, "***")


def settings_of(*, context="glue-health-check", **values):
    wanted = Wanted(name="a", settings=replace(CheckSettings(), **values))
    return Settings(plan=replace(PlanSettings(), status_context=context), checks=(wanted, wanted))


def test_revealing__a_secret_in_names_and_tags__is_a_problem_each_and_is_not_shown():
    settings = settings_of(
        context=f"x {SECRET}",
        job_suffix=SECRET,
        job_name_prefix=f"p-{SECRET}",
        tags={"team": f"a{SECRET}", SECRET: "b", "fine": "c"},
    )

    problems = revealing(settings, mask)

    assert [problem.partition(" holds")[0] for problem in problems] == [
        "status_context",
        "job_suffix",
        "job_name_prefix",
        "tags: team",
        "tags: ***",
    ]
    assert SECRET not in "".join(problems)


def test_revealing__nothing_secret__is_no_problem():
    assert revealing(settings_of(job_suffix="pr-7", tags={"team": "data"}), mask) == ()
