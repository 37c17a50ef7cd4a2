"""Variables and flags: each spelling, whose name it is, and AWS keys that are one or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Host
from plugin.core.errors import SettingsError
from plugin.core.settings import table
from plugin.core.settings.sources import gather, resolve
from plugin.core.settings.variables import PREFIXES, SET_BY_HOSTS, secrets_in

KEY, SECRET, TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
PARTS = (KEY, SECRET, TOKEN)
WAYS = ("--", *PREFIXES, "")
"""How a part of the key can be given, strongest first."""
CI_HOSTS = [host for host in Host if host is not Host.PLAIN]


def resolved(*, flags=None, environ=None, host=Host.PLAIN):
    return resolve(
        flags=flags or {}, environ=environ or {}, file={}, is_foreign=False, host=Host(host)
    )


def problems_of(**sources):
    with pytest.raises(SettingsError) as caught:
        resolved(**sources)
    return caught.value.problems


# --- AWS keys -------------------------------------------------------------------------------------


def given_as(way, parts, text="x"):
    """Flags and environment in which these parts of a key are given in one way."""
    if way == "--":
        return {part.lower(): text for part in parts}, {}
    return {}, {way + part: text for part in parts}


def spelled(way, part):
    return table()[part.lower()].flag if way == "--" else way + part


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ([KEY], [SECRET]),
        ([SECRET], [KEY]),
        ([TOKEN], [KEY, SECRET]),
        ([KEY, TOKEN], [SECRET]),
        ([SECRET, TOKEN], [KEY]),
    ],
)
def test_outer__part_of_an_aws_key__is_a_problem(way, parts, missing):
    flags, environ = given_as(way, parts)

    given_parts = " and ".join(spelled(way, part) for part in parts)
    lacking = " and ".join(spelled(way, part) for part in missing)
    assert problems_of(flags=flags, environ=environ) == (
        f"{given_parts}: the AWS key is incomplete. Give {lacking} in the same way.",
    )


@pytest.mark.parametrize("stronger", WAYS)
@pytest.mark.parametrize("weaker", WAYS)
def test_outer__key_id_in_one_way_and_secret_in_another__is_a_problem(stronger, weaker):
    if WAYS.index(stronger) >= WAYS.index(weaker):
        return
    one, other = given_as(stronger, [KEY]), given_as(weaker, [SECRET, TOKEN])

    (told,) = problems_of(flags=one[0] | other[0], environ=one[1] | other[1])

    assert told == (
        f"{spelled(stronger, KEY)}: the AWS key is incomplete. Give {spelled(stronger, SECRET)} in"
        " the same way. Given in another way, and so no part of it:"
        f" {spelled(weaker, SECRET)} and {spelled(weaker, TOKEN)}."
    )


def test_gather__part_of_an_aws_key__is_unread_so_that_nothing_follows_from_it():
    environ = {"PLUGIN_" + KEY: "x", SECRET: "y"}

    settings = gather(flags={}, environ=environ, file={}, file_name="f", is_foreign=False)

    assert settings.unread == {KEY.lower(), SECRET.lower()}


def test_outer__settings_key_beside_a_token_of_the_environment__leaves_the_token_away():
    environ = {"PLUGIN_" + KEY: "AKIDPLUGIN", "PLUGIN_" + SECRET: "theirs", TOKEN: "of-a-role"}

    settings = resolved(environ=environ)

    plan = settings.plan
    assert (plan.aws_access_key_id, plan.aws_secret_access_key, plan.aws_session_token) == (
        *("AKIDPLUGIN", "theirs", ""),
    )
    assert settings.notes == (
        "Set aside, because PLUGIN_AWS_ACCESS_KEY_ID is given in another way: AWS_SESSION_TOKEN.",
    )


@given(st.dictionaries(st.sampled_from(WAYS), st.sets(st.sampled_from(PARTS)), max_size=5))
def test_outer__any_parts_in_any_ways__are_one_key_of_one_source_or_a_problem(parts_of):
    flags: dict[str, str] = {}
    environ: dict[str, str] = {}
    for way, parts in parts_of.items():
        more = given_as(way, parts, text=f"{way}'s")
        flags |= more[0]
        environ |= more[1]
    strongest = next((way for way in WAYS if parts_of.get(way)), None)
    is_whole = strongest is None or {KEY, SECRET} <= parts_of[strongest]

    try:
        plan = resolved(flags=flags, environ=environ).plan
    except SettingsError:
        assert not is_whole
        return

    assert is_whole
    expected = parts_of[strongest] if strongest is not None else set()
    for part in PARTS:
        assert getattr(plan, part.lower()) == (f"{strongest}'s" if part in expected else "")


@pytest.mark.parametrize("around", [" {} ", "{}\n", "\r\n{}\t"])
def test_outer__blanks_and_line_ends_around_a_key__are_no_part_of_it(around):
    environ = {f"PLUGIN_{part}": around.format(part.lower()) for part in PARTS}

    plan = resolved(environ=environ).plan

    for part in PARTS:
        assert getattr(plan, part.lower()) == part.lower()


def test_secrets_in__each_source__also_those_that_are_beaten():
    flags = {"github_token": "typed"}
    environ = {
        "INPUT_GITHUB_TOKEN": " input\n",
        "GITHUB_TOKEN": "plain",
        "PLUGIN_AWS_ACCESS_KEY_ID": "key",
        TOKEN: "token",
        "INPUT_SCRIPT": "no secret",
        "INPUT_ROLE_ARM": "unknown",
    }

    assert secrets_in(flags, environ) == {"typed", "input", "plain", "key", "token"}


# --- spellings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("JOB_SUFFIX", "JOB-SUFFIX"),
        ("JOB_SUFFIX", "JOB.SUFFIX"),
        ("JOB_SUFFIX", "JOB SUFFIX"),
        ("JOB_SUFFIX", "job_suffix"),
        ("JOB-SUFFIX", "JOB.SUFFIX"),
    ],
)
def test_outer__two_spellings_that_differ__the_first_wins_and_it_is_noted(prefix, stronger, weaker):
    pair = {prefix + stronger: "stronger", prefix + weaker: "weaker"}

    for environ in (pair, dict(reversed(pair.items()))):
        settings = resolved(environ=environ)
        assert settings.checks[0].settings.job_suffix == "stronger"
        assert settings.notes == (
            f"{prefix}{weaker} is set aside, because {prefix}{stronger} is set too.",
        )


def test_outer__two_spellings_of_one_value__are_no_news():
    environ = {"PLUGIN_JOB-SUFFIX": "a", "PLUGIN_JOB_SUFFIX": " a "}

    assert resolved(environ=environ).notes == ()


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_outer__empty_spelling__does_not_beat_the_other(empty):
    environ = {"INPUT_JOB-SUFFIX": "hyphen", "INPUT_JOB_SUFFIX": empty}

    assert resolved(environ=environ).checks[0].settings.job_suffix == "hyphen"


# --- regions --------------------------------------------------------------------------------------


def test_outer__regions_that_differ__the_first_wins_and_it_is_noted():
    settings = resolved(environ={"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"})

    assert settings.plan.region == "eu-west-1"
    assert settings.notes == ("AWS_DEFAULT_REGION is set aside, because AWS_REGION is set too.",)


@pytest.mark.parametrize(
    "environ",
    [
        {"AWS_REGION": "eu-west-1"},
        {"AWS_DEFAULT_REGION": "eu-west-1"},
        {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": " eu-west-1\n"},
        {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": ""},
        {"INPUT_REGION": "eu-west-1", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-2"},
    ],
)
def test_outer__one_region_or_a_stronger_one__is_no_news(environ):
    settings = resolved(environ=environ)

    assert (settings.plan.region, settings.notes) == ("eu-west-1", ())


# --- names that are not ours ----------------------------------------------------------------------


@pytest.mark.parametrize("host", Host)
@pytest.mark.parametrize("name", sorted(SET_BY_HOSTS))
def test_outer__name_that_hosts_set__is_ignored_without_a_word(name, host):
    assert resolved(environ={name: "anything"}, host=host) == resolved()


@pytest.mark.parametrize(
    ("host", "variable"),
    [
        ("github", "INPUT_ROLE-ARM"),
        ("drone", "PLUGIN_ROLE-ARM"),
        ("woodpecker", "PLUGIN_ROLE_ARM"),
        *(("plain", prefix + "ROLE_ARM") for prefix in PREFIXES),
        *((host, "GLUE_HEALTH_CHECK_ROLE_ARM") for host in CI_HOSTS),
    ],
)
def test_outer__slip_where_the_name_can_only_be_meant_for_us__is_a_problem(host, variable):
    (told,) = problems_of(environ={variable: "x"}, host=host)

    assert told.startswith(f"{variable} is unknown. Did you mean ")


@pytest.mark.parametrize(
    ("host", "variable", "meant"),
    [
        ("github", "PLUGIN_NAME", ""),  # the workflow of somebody's plugin
        ("drone", "INPUT_FILE", ""),
        ("woodpecker", "INPUT_FILE", ""),
        ("harness", "PLUGIN_STRIP_PREFIX", ""),
        ("harness", "PLUGIN_ROLE-ARM", " Did you mean PLUGIN_ROLE_ARN?"),
        ("harness", "INPUT_FILE", ""),
        ("gitea", "INPUT_ROLE-ARM", " Did you mean INPUT_ROLE_ARN?"),
        ("gitea", "PLUGIN_QQQQ", ""),
        ("jenkins", "INPUT_FILE", ""),  # a parameter of the job
        ("gitlab", "PLUGIN_VERSION", ""),
    ],
)
def test_outer__unknown_name_that_may_be_somebody_elses__is_a_note(host, variable, meant):
    settings = resolved(environ={variable: "x"}, host=host)

    (note,) = settings.notes
    assert note.startswith(f"{variable} is no setting of ours and is left alone.")
    assert meant in note


@pytest.mark.parametrize("host", Host)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_outer__name_of_ours_behind_any_prefix__is_read_on_every_host(host, prefix):
    settings = resolved(environ={prefix + "TIMEOUT-MINUTES": "7"}, host=host)

    assert settings.checks[0].settings.timeout_minutes == 7


@pytest.mark.parametrize(
    ("variable", "text", "is_told"),
    [
        ("PLUGIN_FAIL_ON_LOG_PATTERN", "OutOfMemoryError,permission denied", True),
        ("PLUGIN_FAIL_ON_LOG_PATTERN", "OutOfMemoryError\npermission, denied", False),
        ("PLUGIN_FAIL_ON_LOG_PATTERN", '["OutOfMemoryError", "permission denied"]', False),
        ("PLUGIN_FAIL_ON_LOG_PATTERN", "a{1,2}[,;]b\\,c", False),
        ("PLUGIN_FAIL_ON_LOG_PATTERN", "denied", False),
        ("INPUT_FAIL_ON_LOG_PATTERN", "OutOfMemoryError,permission denied", False),
    ],
)
def test_outer__patterns_that_a_host_may_have_joined__are_noted(variable, text, is_told):
    settings = resolved(environ={variable: text})

    assert any("one pattern" in note for note in settings.notes) is is_told


@pytest.mark.parametrize(
    "variable",
    [
        "SERVICE_HOST",
        "SERVICE_PORT",
        "SERVICE_PORT_HTTP",
        "PORT",
        "PORT_8080_TCP",
        "PORT_80_TCP_ADDR",
    ],
)
def test_outer__what_kubernetes_says_of_a_service_of_our_name__is_no_setting(variable):
    settings = resolved(environ={"GLUE_HEALTH_CHECK_" + variable: "10.0.0.1"})

    assert settings.notes == ()
