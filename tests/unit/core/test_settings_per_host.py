"""The same settings, written for each CI host, arrive as the same values.

``drone``, ``woodpecker`` and ``harness`` write settings into the environment as these hosts do, and
``github`` does what GitHub does with ``with:`` (Source of each: its function's docstring).
"""

import json
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Host
from plugin.core.errors import SettingsError
from plugin.core.settings import Origin, table
from plugin.core.settings.config_file import parse
from plugin.core.settings.sources import resolve

# Long tables of what few lines decide; each line is traced by the tests of its own module.
pytestmark = pytest.mark.untraced

# --- how each host writes settings ----------------------------------------------------------------


def github(settings):
    """Capitals, a blank becomes an underscore, hyphens stay; texts only.

    Inputs that are declared and not given are empty texts.  Source: actions/runner, ``Handler.cs``.
    """
    unset = {f"INPUT_{name.upper()}": "" for name in table()}
    return unset | {
        f"INPUT_{key.replace(' ', '_').upper()}": scalar(value) for key, value in settings.items()
    }


def drone(settings):
    """Capitals, hyphens and dots stay; null is left out; compact JSON.

    Source: drone-runner-docker, ``engine/compiler/step.go`` and ``internal/encoder``.
    """
    return {
        f"PLUGIN_{key.upper()}": flattened(value, separators=(",", ":"))
        for key, value in settings.items()
        if value is not None
    }


def woodpecker(settings):
    """Capitals, hyphens and dots become underscores; null is left out; an empty list is empty.

    Source: woodpecker, ``pipeline/frontend/yaml/compiler/settings/params.go``.
    """
    return {
        f"PLUGIN_{key.replace('-', '_').replace('.', '_').upper()}": flattened(value)
        for key, value in settings.items()
        if value is not None
    }


def harness(settings):
    """Capitals; JSON over several lines; a file of its own for each plugin.

    Source: harness-core, ``SerializerUtils`` and ``VmPluginStepSerializer``.
    """
    own = {"PLUGIN_ARTIFACT_FILE": "/tmp/engine/x-artifact"}
    return own | {
        f"PLUGIN_{key.upper()}": flattened(value, indent=2) for key, value in settings.items()
    }


def scalar(value):
    """A scalar as Go, C# and Java write what YAML has read: without a fraction of zero."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case _:
            return str(value)


def flattened(value, **form):
    if isinstance(value, list) and not any(isinstance(part, list | dict) for part in value):
        return ",".join(map(scalar, value))
    return json.dumps(value, **form) if isinstance(value, list | dict) else scalar(value)


PLUGINS = [
    (Host.DRONE, drone),
    (Host.WOODPECKER, woodpecker),
    (Host.HARNESS, harness),
]
HOSTS = [(Host.GITHUB, github), *PLUGINS]


def resolved(host, environ):
    return resolve(flags={}, environ=environ, file={}, is_foreign=False, host=host)


def value_of(host, write, name, value):
    """The value of one setting as the product gets it."""
    settings = resolved(host, write({name: value}))
    owner = settings.checks[0].settings if table()[name].is_per_check else settings.plan
    assert settings.notes == ()
    return getattr(owner, name)


# --- every setting --------------------------------------------------------------------------------

ROLE = "arn:aws:iam::123456789012:role/glue"
SAMPLES = {
    **dict.fromkeys(("role_arn", "assume_role_arn"), (ROLE, ROLE)),
    **dict.fromkeys(
        ("sns_topic_arn", "github_token_secret_arn", "github_app_key_secret_arn"),
        ("arn:aws:sns:eu-west-1:012345678901:topic", "arn:aws:sns:eu-west-1:012345678901:topic"),
    ),
    **dict.fromkeys(("scripts_bucket", "temp_bucket", "metadata_bucket"), ("acme-etl", "acme-etl")),
    **dict.fromkeys(("webhook_url", "github_api_url"), ("https://a.test", "https://a.test")),
    "region": ("eu-west-1", "eu-west-1"),
    "job_suffix": (20260101, "20260101"),
    "external_id": (1234567, "1234567"),
    "glue_version": (4.0, "4.0"),
    "python_version": (3.9, "3.9"),
    "worker_type": ("g.2x", "G.2X"),
    "number_of_workers": (5.0, 5),
    "max_capacity": (0.0625, Decimal("0.0625")),
    "max_cost_usd": (2, Decimal(2)),
    "job_type": ("pythonshell", "pythonshell"),
    "execution_class": ("FLEX", "FLEX"),
    "engine": ("local", "local"),
    "webhook_format": ("slack", "slack"),
    "comment": ("never", "never"),
    "ci": ("Jenkins", "jenkins"),
}


def sample_of(name):
    """What somebody writes in YAML, and what the product makes of it."""
    default = table()[name].default
    match default:
        case _ if name in SAMPLES:
            return SAMPLES[name]
        case bool():
            return not default, not default
        case int() | None:
            return 7, 7
        case dict():
            return {"a": "b=c, d"}, {"a": "b=c, d"}
        case tuple():
            words = getattr(table()[name].kind, "of", ()) or ("a", "b")
            return [*words[:2]], (*words[:2],)
        case _:
            return f"some-{name}", f"some-{name}"


WHOLE_KEY = {"aws_access_key_id": "AKID", "aws_secret_access_key": "theirs"}


@pytest.mark.parametrize(("host", "write"), PLUGINS)
@pytest.mark.parametrize("name", table())
@pytest.mark.parametrize("joint", ["_", "-", "."])
def test_plugin_setting__each_of_the_table__arrives(host, write, name, joint):
    written, expected = sample_of(name)
    key = WHOLE_KEY if name.startswith("aws_") else {}
    rest = {other: value for other, value in key.items() if other != name}
    if name == "fail_on_log_pattern":
        written = json.dumps(written)  # hosts join a list with commas, which a pattern may hold

    settings = resolved(host, write({**rest, name.replace("_", joint): written}))

    owner = settings.checks[0].settings if table()[name].is_per_check else settings.plan
    assert getattr(owner, name) == expected


@pytest.mark.parametrize("name", table())
@pytest.mark.parametrize("joint", ["_", "-", " "])
def test_github_input__each_of_the_table__arrives(name, joint):
    written, expected = sample_of(name)
    rest = {
        other: value
        for other, value in (WHOLE_KEY if name.startswith("aws_") else {}).items()
        if other != name
    }
    if isinstance(written, dict):
        written = json.dumps(written)
    elif isinstance(written, list):
        written = "\n".join(written)

    settings = resolved(Host.GITHUB, github({**rest, name.replace("_", joint): written}))

    owner = settings.checks[0].settings if table()[name].is_per_check else settings.plan
    assert getattr(owner, name) == expected


@pytest.mark.parametrize(("host", "write"), HOSTS)
def test_settings__nothing_given__are_the_defaults(host, write):
    assert resolved(host, write({})) == resolved(host, {})


@pytest.mark.parametrize(("host", "write"), HOSTS)
@pytest.mark.parametrize("empty", ["", " ", "\n", None])
def test_settings__empty_each__are_the_defaults(host, write, empty):
    assert resolved(host, write(dict.fromkeys(table(), empty))) == resolved(host, {})


# --- lists ----------------------------------------------------------------------------------------

PRINTABLE = st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(
    lambda text: "from_secret" not in text
)
WORD = st.from_regex("[a-z0-9._/=<>-]{1,12}", fullmatch=True)


@pytest.mark.parametrize(("host", "write"), PLUGINS)
@given(words=st.lists(WORD, min_size=1))
def test_list__of_words__is_the_same_on_every_host_of_plugins(host, write, words):
    assert value_of(host, write, "extra_files", words) == tuple(words)


@pytest.mark.parametrize(("host", "write"), HOSTS)
@given(texts=st.lists(PRINTABLE))
def test_list__as_json_in_a_text__keeps_commas(host, write, texts):
    expected = tuple(text.strip() for text in texts if text.strip())

    for name in ("extra_files", "fail_on_log_pattern"):
        assert value_of(host, write, name, json.dumps(texts)) == expected


@pytest.mark.parametrize(("host", "write"), PLUGINS)
def test_list__empty__is_the_empty_list(host, write):
    assert value_of(host, write, "extra_files", []) == ()


@pytest.mark.parametrize(("host", "write"), HOSTS)
@pytest.mark.parametrize(
    "text", ["a, b", "a\nb\n", " a\r\nb\r\n\r\n", '["a", "b"]', '[\n"a",\n"b"\n]']
)
def test_list__written_as_text__is_the_same_list(host, write, text):
    assert value_of(host, write, "python_modules", text) == ("a", "b")


@pytest.mark.parametrize(("host", "write"), HOSTS)
@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("[Ee]rror{1,3}, .*", ("[Ee]rror{1,3}, .*",)),
        ("a{1,3}\n[bc]\n", ("a{1,3}", "[bc]")),
        (r'["a{1,3}", "\\d+"]', ("a{1,3}", r"\d+")),
    ],
)
def test_list__of_patterns_as_text__keeps_commas_and_brackets(host, write, text, patterns):
    assert value_of(host, write, "fail_on_log_pattern", text) == patterns


# --- maps -----------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: "from_secret" not in text
)


@pytest.mark.parametrize(("host", "write"), PLUGINS)
@given(values=st.dictionaries(TEXT, TEXT))
def test_map__of_texts__is_the_same_on_every_host_of_plugins(host, write, values):
    assert value_of(host, write, "arguments", values) == values


@pytest.mark.parametrize(("host", "write"), PLUGINS)
@pytest.mark.parametrize("key", ["arguments", "tags", "price_overrides", "fixtures"])
def test_map__of_numbers_and_booleans__is_text(host, write, key):
    written = {"a": 1, "b": True, "c": 1.5, "d": 123456789012345678901234567890, "e": "4.0"}

    assert value_of(host, write, key, written) == {
        "a": "1",
        "b": "true",
        "c": "1.5",
        "d": "123456789012345678901234567890",
        "e": "4.0",
    }


@pytest.mark.parametrize(("host", "write"), HOSTS)
@pytest.mark.parametrize(
    "text",
    [
        '{"--a": 4.0, "--b": 1.10, "--c": 1e3}',
        '{\n  "--a" : 4.0,\n  "--b" : 1.10,\n  "--c" : 1e3\n}\n',
        "--a=4.0\n--b=1.10\n--c=1e3\n",
        "--a=4.0, --b=1.10,--c=1e3",
        '["--a=4.0", "--b=1.10", "--c=1e3"]',
    ],
)
def test_map__written_as_text__keeps_its_numbers_as_written(host, write, text):
    expected = {"--a": "4.0", "--b": "1.10", "--c": "1e3"}

    assert value_of(host, write, "arguments", text) == expected


@pytest.mark.parametrize(("host", "write"), PLUGINS)
@pytest.mark.parametrize(
    ("inner", "named"), [({"hidden": 1}, "a map"), (["hidden"], "a list"), (None, "null")]
)
def test_map__in_a_map__is_refused_with_the_reason(host, write, inner, named):
    with pytest.raises(SettingsError) as caught:
        resolved(host, write({"arguments": {"--a": inner}}))

    assert caught.value.problems == (
        f"PLUGIN_ARGUMENTS: the value of '--a': {named} is not text: quote it.",
    )


# --- what YAML does to numbers --------------------------------------------------------------------


@pytest.mark.parametrize(("host", "write"), HOSTS)
@pytest.mark.parametrize(
    ("written", "version"), [(5, "5.0"), (4.0, "4.0"), ("4.0", "4.0"), (5.1, "5.1"), (3, "3.0")]
)
def test_version__without_quotes__is_repaired(host, write, written, version):
    assert value_of(host, write, "glue_version", written) == version


@pytest.mark.parametrize(("host", "write"), HOSTS)
@pytest.mark.parametrize(
    "account", [int("012345670123", 8), 12345678901, "1.2345678901e+10", "1.2345678901E+10"]
)
@pytest.mark.parametrize("name", ["role_arn", "assume_role_arn", "sns_topic_arn", "kms_key_id"])
def test_account__without_quotes__is_refused_with_the_reason(host, write, account, name):
    with pytest.raises(SettingsError) as caught:
        resolved(host, write({name: f"arn:aws:iam::{account}:role/glue"}))

    (told,) = caught.value.problems
    assert "has no account id of 12 digits: YAML took a leading zero away" in told
    assert told.endswith("quote the id where it is written.")


# --- the configuration file -----------------------------------------------------------------------


def of_file(text):
    return resolve(flags={}, environ={}, file=parse(text), is_foreign=False).checks[0].settings


def test_file__numbers_dates_and_booleans_for_text__arrive_as_written():
    text = """
        job_suffix: 20260101
        kms_key_id: 1e3
        tags: {team: on, country: no, since: 2026-01-01, cost: 0012, at: 12:30, =: <<}
        python_modules: [5.10, on, 012]
        arguments:
          account: 012345670123
          version: 5.10
          --flag: yes
          --rate: 1_000
          --mask: 0xFF
          --octal: 0o17
          --float: .5
          --big: 123456789012345678901234567890
          --nothing: ""
          null: x
    """

    settings = of_file(text)

    assert (settings.job_suffix, settings.kms_key_id) == ("20260101", "1e3")
    assert settings.python_modules == ("5.10", "on", "012")
    assert settings.tags == {
        "team": "on",
        "country": "no",
        "since": "2026-01-01",
        "cost": "0012",
        "at": "12:30",
        "=": "<<",
    }
    assert settings.arguments == {
        "account": "012345670123",
        "version": "5.10",
        "--flag": "yes",
        "--rate": "1_000",
        "--mask": "0xFF",
        "--octal": "0o17",
        "--float": ".5",
        "--nothing": "",
        "null": "x",
        "--big": "123456789012345678901234567890",
    }


@pytest.mark.parametrize("name", table())
def test_file__each_of_the_table__is_what_the_environment_makes_of_it(name):
    if table()[name].origin is Origin.OPERATOR:
        return
    written, expected = sample_of(name)

    settings = resolve(
        flags={}, environ={}, file=parse(yaml.safe_dump({name: written})), is_foreign=False
    )

    owner = settings.checks[0].settings if table()[name].is_per_check else settings.plan
    assert getattr(owner, name) == expected


@pytest.mark.parametrize("written", ["0x10", "1_0", "1:30", "1e1", "ten", "on"])
def test_file__number_that_is_not_plain__is_refused_as_it_was_written(written):
    with pytest.raises(SettingsError, match=f"'{written}' is not a whole number"):
        of_file(f"timeout_minutes: {written}")


@pytest.mark.parametrize("written", ["7", "7.0", "007", "'7'", "+7"])
def test_file__whole_number__is_a_number(written):
    assert of_file(f"timeout_minutes: {written}").timeout_minutes == 7


@pytest.mark.parametrize("written", ["5.10", "5", "4.0", "'5.1'"])
def test_file__version__keeps_its_zero(written):
    assert of_file(f"glue_version: {written}").glue_version == {"5": "5.0"}.get(
        written, written.strip("'")
    )
