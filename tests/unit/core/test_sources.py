"""Sources: the strongest wins, the file may not say everything, and all problems come at once."""

import json
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.errors import SettingsError
from plugin.core.settings import Origin, table
from plugin.core.settings.config_file import parse
from plugin.core.settings.kinds import Flag, Text, Whole
from plugin.core.settings.many import Table
from plugin.core.settings.sources import MOST_CHECKS, peek, resolve
from plugin.core.settings.variables import PREFIXES, SET_BY_HOSTS

AWS_KEY = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
SECRET = "wJalrXUtnFEMI-hidden"
OPERATOR = [row.name for row in table().values() if row.origin is Origin.OPERATOR]
BASE = [row.name for row in table().values() if row.origin is Origin.BASE]
OF_THE_PLAN = [
    row.name
    for row in table().values()
    if not row.is_per_check and row.origin is not Origin.OPERATOR
]
SAMPLE = {
    "job": "nightly",
    "role_arn": "arn:aws:iam::123456789012:role/glue",
    "session_policy": "policy.json",
    "scripts_bucket": "bucket",
    "temp_bucket": "bucket",
    "job_name_prefix": "mine",
    "metadata_bucket": "bucket",
    "status_context": "mine",
}
ANY_TEXT = st.text(st.characters(exclude_categories=()))
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)


def resolved(*, flags=None, environ=None, file=None, is_foreign=False):
    return resolve(flags=flags or {}, environ=environ or {}, file=file or {}, is_foreign=is_foreign)


def problems_of(**sources):
    with pytest.raises(SettingsError) as caught:
        resolved(**sources)
    return caught.value.problems


def outcome(**sources):
    """Settings or problems; any other error is a bug."""
    try:
        return resolved(**sources)
    except SettingsError as error:
        return error.problems


# --- whatever comes -------------------------------------------------------------------------------

NAMES = st.sampled_from([*table(), "checks", "name", "paths", "scrpt"])
VARIABLES = st.sampled_from(
    [
        *(prefix + name.upper() for prefix in PREFIXES for name in (*table(), "SCRPT", "")),
        *(plain for row in table().values() for plain in row.plain),
        *SET_BY_HOSTS,
    ]
)


@given(
    flags=st.dictionaries(st.sampled_from([*table()]), ANY_TEXT | st.lists(ANY_TEXT), max_size=4),
    environ=st.dictionaries(VARIABLES | ANY_TEXT, ANY_TEXT, max_size=6),
    file=st.dictionaries(NAMES | ANY_TEXT, ANY_VALUE, max_size=5),
    is_foreign=st.booleans(),
)
def test_resolve__any_sources__are_settings_or_problems(flags, environ, file, is_foreign):
    assert outcome(flags=flags, environ=environ, file=file, is_foreign=is_foreign)


@given(
    checks=st.lists(st.dictionaries(NAMES, ANY_VALUE, max_size=4) | ANY_VALUE, max_size=3),
    is_foreign=st.booleans(),
)
def test_resolve__any_checks__are_settings_or_problems(checks, is_foreign):
    assert outcome(file={"checks": checks}, is_foreign=is_foreign)


# --- whom it may come from ------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["true", None, 7])
@pytest.mark.parametrize("name", OPERATOR)
def test_resolve__operator_setting_in_the_file__is_refused(name, raw):
    (problem,) = problems_of(file={name: raw})

    assert problem == (
        f".glue-health-check.yml: {name} may not stand in the configuration file, which belongs to"
        f" the pull request: give it as --{name.replace('_', '-')} or"
        f" GLUE_HEALTH_CHECK_{name.upper()}."
    )


@pytest.mark.parametrize("name", OPERATOR)
def test_resolve__operator_setting_in_a_check_of_the_file__is_refused(name):
    (problem,) = problems_of(file={"checks": [{"name": "a", name: "true"}]})

    assert problem.startswith(f".glue-health-check.yml: check a: {name} may not stand in")


def spellings(name):
    """How somebody might write a name so that it is read as another, and taken all the same."""
    yield from (name.upper(), name.title(), name.replace("_", "-"), name.replace("_", "."))
    yield from (f" {name}", f"{name} ", f"{name}\t", f"--{name.replace('_', '-')}", f"{name}\n")
    yield from (f"INPUT_{name.upper()}", f"GLUE_HEALTH_CHECK_{name.upper()}", f"plan.{name}")
    yield "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in name)  # full width
    yield name.replace("a", "\u0430").replace("o", "\u043e").replace("i", "\u0456")  # Cyrillic
    yield from (f"\u200b{name}", f"{name}\u00ad", f"\ufeff{name}", name[0] + "\u0301" + name[1:])
    yield "\u017f".join(name.split("s")) if "s" in name else f"{name}\u2024"  # a long s, a dot


def forms(key, value):
    """YAML in which ``key`` stands at the top, in a check, and in what is merged into them."""
    return {
        "top": f"{key}: {value}",
        "explicit": f"? {key}\n: {value}",
        "flow": f"{{script: a.py, {key}: {value}}}",
        "check": f"checks: [{{name: a, {key}: {value}}}]",
        "merged": f"<<: {{{key}: {value}}}\nscript: a.py",
        "merged list": f"<<: [{{script: a.py}}, {{{key}: {value}}}]",
        "merged twice": f"<<: {{<<: {{{key}: {value}}}}}",
        "merged check": f"checks: [{{name: a, <<: {{{key}: {value}}}}}]",
        "anchored check": f"checks: [{{name: a, tags: &x {{{key}: {value}}}}}, {{name: b, <<: *x}}]",
        "anchored key": f"tags: {{a: &k {key}}}\n*k : {value}",
        "anchored value": f"tags: {{a: &v {value}}}\n{key}: *v",
        "tagged": f"!!str {key}: {value}",
        "null": f"{key}: ",
    }


@pytest.mark.untraced  # a long table of what few lines decide; the others trace those
@pytest.mark.parametrize("form", [name for name in forms("", "") if name != "null"])
@pytest.mark.parametrize("name", OPERATOR)
def test_resolve__operator_setting_anywhere_in_the_yaml__is_refused(name, form):
    file = parse(forms(json.dumps(name), json.dumps("true"))[form])

    problems = problems_of(file=file)

    assert any(f"{name} may not stand in the configuration file" in told for told in problems)


@pytest.mark.untraced  # a long table of what few lines decide; the others trace those
@pytest.mark.parametrize("form", forms("", ""))
@pytest.mark.parametrize("name", OPERATOR)
def test_resolve__operator_setting_in_any_spelling__is_a_problem(name, form):
    for spelled in {*spellings(name)} - {name}:
        file = parse(forms(json.dumps(spelled), "x")[form])

        assert problems_of(file=file), spelled


@pytest.mark.parametrize("name", OPERATOR)
def test_resolve__operator_setting_in_our_own_spellings__is_refused_as_such(name):
    for spelled in (name.upper(), name.replace("_", "-"), f" {name.title()} "):
        (problem,) = problems_of(file={spelled: "true"})

        assert "may not stand in the configuration file" in problem
        assert f"--{name.replace('_', '-')} or GLUE_HEALTH_CHECK_{name.upper()}" in problem


@pytest.mark.parametrize("name", OPERATOR)
def test_resolve__operator_setting_twice__is_no_file_at_all(name):
    with pytest.raises(ValueError, match="stands there twice"):
        parse(f"{name}: a\n{name}: b")


def test_resolve__slip_in_the_file__never_proposes_an_operators_setting():
    for name in OPERATOR:
        (problem,) = problems_of(file={f"{name}x": "true"})

        assert "Did you mean" not in problem or problem.split()[-1].rstrip("?") not in OPERATOR


@pytest.mark.parametrize("form", [name for name in forms("", "") if name != "null"])
@pytest.mark.parametrize("name", BASE)
def test_resolve__base_setting_anywhere_in_the_yaml_of_a_fork__is_not_taken(name, form):
    text = forms(json.dumps(name), json.dumps(SAMPLE[name]))[form]
    known = outcome(file=parse(text), is_foreign=True)

    if isinstance(known, tuple):  # a setting of the plan in a check
        assert any(f"{name} holds for the whole plan" in told for told in known)
        return
    assert any(f"{name} is ignored: the build may be of a fork" in note for note in known.notes)
    for owner in (known.plan, *(check.settings for check in known.checks)):
        assert getattr(owner, name, table()[name].default) == table()[name].default


@pytest.mark.parametrize("is_foreign", [True, False])
@pytest.mark.parametrize("name", BASE)
def test_resolve__base_setting_in_any_other_spelling__is_a_problem(name, is_foreign):
    for spelled in {*spellings(name)} - {name}:
        file = parse(forms(json.dumps(spelled), json.dumps(SAMPLE[name]))["top"])

        assert isinstance(outcome(file=file, is_foreign=is_foreign), tuple), spelled


@pytest.mark.parametrize("name", BASE)
def test_resolve__base_setting_in_the_file_of_a_fork__is_ignored_with_a_note(name):
    settings = resolved(file={name: SAMPLE[name]}, is_foreign=True)

    assert settings.notes == (
        f".glue-health-check.yml: {name} is ignored: the build may be of a fork.",
    )
    assert (settings.plan, settings.checks) == (resolved().plan, resolved().checks)


@pytest.mark.parametrize("name", [name for name in BASE if table()[name].is_per_check])
def test_resolve__base_setting_in_a_check_of_a_fork__is_ignored_with_a_note(name):
    settings = resolved(file={"checks": [{"name": "a", name: SAMPLE[name]}]}, is_foreign=True)

    assert settings.notes == (
        f".glue-health-check.yml: check a: {name} is ignored: the build may be of a fork.",
    )
    assert getattr(settings.checks[0].settings, name) == table()[name].default


@pytest.mark.parametrize("name", BASE)
def test_resolve__base_setting_in_our_own_file__is_taken(name):
    settings = resolved(file={name: SAMPLE[name]})

    owner = settings.checks[0].settings if table()[name].is_per_check else settings.plan
    assert getattr(owner, name) == SAMPLE[name]
    assert settings.notes == ()


@pytest.mark.parametrize("name", BASE)
def test_resolve__base_setting_of_a_fork_from_the_environment__is_taken(name):
    settings = resolved(environ={f"INPUT_{name.upper()}": SAMPLE[name]}, is_foreign=True)

    owner = settings.checks[0].settings if table()[name].is_per_check else settings.plan
    assert getattr(owner, name) == SAMPLE[name]


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", PREFIXES)
def test_resolve__name_with_a_slip__is_refused_with_the_nearest(prefix):
    (problem,) = problems_of(environ={f"{prefix}ROLE-ARM": "x"})

    assert problem == f"{prefix}ROLE-ARM is unknown. Did you mean {prefix}ROLE_ARN?"


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("plain", "name"),
    [("SCRIPT-LOCATION", "SCRIPT"), ("GLUE_ROLE_ARN", "ROLE_ARN"), ("AWS.REGION", "REGION")],
)
def test_resolve__plain_name_behind_a_prefix__is_refused_with_the_settings_name(
    prefix, plain, name
):
    assert problems_of(environ={prefix + plain: "x"}) == (
        f"{prefix}{plain} is unknown. Did you mean {prefix}{name}?",
    )


def test_resolve__name_like_none__points_to_the_table():
    (problem,) = problems_of(environ={"INPUT_QQQQ": "x"})

    assert problem == "INPUT_QQQQ is unknown. See the table of settings in the README."


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ({"scrpt": "a"}, ".glue-health-check.yml: scrpt is unknown. Did you mean script?"),
        (
            {"script_location": "a"},
            ".glue-health-check.yml: script_location is unknown. Did you mean script?",
        ),
        ({"role-arn": "a"}, ".glue-health-check.yml: role-arn is unknown. Did you mean role_arn?"),
        ({"check": []}, ".glue-health-check.yml: check is unknown. Did you mean checks?"),
        (
            {"checks": [{"name": "a", "scrpt": "a"}]},
            ".glue-health-check.yml: check a: scrpt is unknown. Did you mean script?",
        ),
    ],
)
def test_resolve__slip_in_the_file__is_refused_with_the_nearest(file, problem):
    assert problems_of(file=file) == (problem,)


def test_resolve__hostile_name_in_the_file__is_short_and_printable_in_the_message():
    (problem,) = problems_of(file={"\x1b[31m\n::error::" + "x" * 500: 1})

    assert problem.isprintable()
    assert len(problem) < 200


@given(st.sampled_from(sorted(table())), st.integers(min_value=0), st.sampled_from("xyz"))
def test_resolve__one_letter_wrong__finds_the_name_or_a_nearer_one(name, position, letter):
    at = position % len(name)
    slip = name[:at] + letter + name[at + 1 :]
    if slip in table():
        return

    (problem,) = problems_of(environ={f"INPUT_{slip.upper()}": "x"})

    if "Did you mean INPUT_" in problem:
        found = problem.split("Did you mean INPUT_")[1].rstrip("?").lower()
        assert closeness(slip, found) >= closeness(slip, name)
    else:
        assert closeness(slip, name) < 0.6


def closeness(one, other):
    return SequenceMatcher(None, other, one).ratio()


@pytest.mark.parametrize("name", sorted(SET_BY_HOSTS))
def test_resolve__name_that_hosts_set__is_ignored(name):
    assert resolved(environ={name: "anything"}) == resolved()


@pytest.mark.parametrize("text", ["garbage", "*", "app:*", "2", "release", "true,false"])
def test_resolve__debug_of_somebody_else__is_ignored(text):
    assert resolved(environ={"DEBUG": text}) == resolved()


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("1", True), ("off", False)])
def test_resolve__debug_that_is_a_boolean__is_ours(text, value):
    assert resolved(environ={"DEBUG": text}).plan.debug is value


def test_resolve__debug_of_ours_that_is_no_boolean__is_refused():
    assert problems_of(environ={"PLUGIN_DEBUG": "garbage"}) == (
        "PLUGIN_DEBUG: 'garbage' is neither true nor false.",
    )


@pytest.mark.parametrize(
    "variable", ["INPUT_ROLE-ARN", "INPUT_ROLE_ARN", "INPUT_role-arn", "PLUGIN_Role.Arn"]
)
def test_resolve__each_spelling__is_the_same_setting(variable):
    settings = resolved(environ={variable: f" {SAMPLE['role_arn']} "})

    assert settings.checks[0].settings.role_arn == SAMPLE["role_arn"]


def test_resolve__both_spellings__underscores_win_in_any_order():
    pair = {"INPUT_JOB-SUFFIX": "hyphen", "INPUT_JOB_SUFFIX": "underscore"}

    for environ in (pair, dict(reversed(pair.items()))):
        assert resolved(environ=environ).checks[0].settings.job_suffix == "underscore"


@pytest.mark.parametrize("empty", ["", " ", "\n\t"])
def test_resolve__empty_variable__is_unset(empty):
    environ = {"INPUT_SCRIPT": empty, "PLUGIN_NONSENSE": empty, "AWS_REGION": empty}

    settings = resolved(environ={**environ, "AWS_DEFAULT_REGION": "eu-west-1"})

    assert settings.plan.region == "eu-west-1"
    assert settings.checks == resolved().checks


def test_resolve__null_in_the_file__is_unset():
    assert resolved(file={"timeout_minutes": None, "checks": None}) == resolved()


# --- the strongest wins ---------------------------------------------------------------------------

LADDER = ["flag", *PREFIXES, "plain", "file"]


def sample(row, number):
    """A raw value of a setting that differs from those of other numbers; None when there is none."""
    match row.kind:
        case Text(pattern="", form="", secret=_):
            return f"value-{number}"
        case Whole():
            return str(row.kind.minimum + number)
        case Table():
            return f"a={number}"
        case _:
            return None


LADDER_ROWS = sorted(
    row.name
    for row in table().values()
    if sample(row, 0) and row.name not in AWS_KEY  # of which no part comes alone
)


@given(
    name=st.sampled_from(LADDER_ROWS),
    rungs=st.sets(st.sampled_from(LADDER), min_size=1),
)
def test_resolve__several_sources__the_strongest_wins(name, rungs):
    row = table()[name]
    usable = {"file"} if row.origin is Origin.OPERATOR else set()
    usable |= set() if row.plain else {"plain"}
    raw = {
        rung: sample(row, number) for number, rung in enumerate(LADDER) if rung in rungs - usable
    }
    environ = {prefix + name.upper(): raw[prefix] for prefix in PREFIXES if prefix in raw}
    environ |= {row.plain[-1]: raw["plain"]} if "plain" in raw else {}

    settings = resolved(
        flags={name: raw["flag"]} if "flag" in raw else {},
        environ=environ,
        file={name: raw["file"]} if "file" in raw else {},
    )

    owner = settings.checks[0].settings if row.is_per_check else settings.plan
    expected = row.kind.read(next(iter(raw.values()))) if raw else row.default
    assert getattr(owner, name) == expected


def test_resolve__two_plain_names__the_first_wins():
    environ = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "us-east-1"}

    assert resolved(environ=environ).plan.region == "us-east-1"


@pytest.mark.parametrize(
    "row", [row for row in table().values() if row.plain], ids=lambda r: r.name
)
def test_resolve__plain_name__is_read(row):
    raw = SAMPLE.get(row.name) or sample(row, 1)
    known = {
        "is_health_check": "false",
        "debug": "true",
        "region": "eu-west-1",
        "glue_version": "4.0",
        "worker_type": "G.2X",
        "max_capacity": "3",
        "job_suffix": "mine",
        "sns_topic_arn": "arn:aws:sns:eu-west-1:123456789012:x",
        "github_api_url": "https://api.example.test",
    }
    text = raw or known.get(row.name) or "value"

    for variable in row.plain:
        key = {name.upper(): "value" for name in AWS_KEY} if row.name in AWS_KEY else {}
        settings = resolved(environ={**key, variable: text})
        owner = settings.checks[0].settings if row.is_per_check else settings.plan
        assert getattr(owner, row.name) == row.kind.read(text)


# --- problems -------------------------------------------------------------------------------------


def test_resolve__many_problems__are_told_at_once_each_with_its_place():
    problems = problems_of(
        flags={"timeout_minutes": "soon"},
        environ={"INPUT_ENGINE": "ray", "PLUGIN_SCRPT": "x", "GLUE_VERSION": "five"},
        file={"github_token": "x", "wait": "maybe", "checks": [{"name": "a b"}, 7]},
    )

    assert [problem.split(" ")[0].rstrip(":") for problem in problems] == [
        "PLUGIN_SCRPT",
        ".glue-health-check.yml",
        "INPUT_ENGINE",
        ".glue-health-check.yml",
        ".glue-health-check.yml",
        "GLUE_VERSION",
        "--timeout-minutes",
        ".glue-health-check.yml",
    ]


def test_resolve__same_problem_in_each_check__is_told_once():
    file = {"checks": [{"name": name} for name in "abc"]}

    assert len(problems_of(environ={"INPUT_TIMEOUT_MINUTES": "0"}, file=file)) == 1


@pytest.mark.parametrize("name", [row.name for row in table().values() if row.is_secret])
@pytest.mark.parametrize("raw", [f"{SECRET}\nx", f"\x1b{SECRET}", f"{SECRET}\ud800"])
def test_resolve__unusable_secret__is_never_in_a_problem(name, raw):
    text = "\n".join(problems_of(environ={f"INPUT_{name.upper()}": f"a{raw}"}))

    assert name.upper() in text
    assert SECRET not in text


@pytest.mark.parametrize("name", [row.name for row in table().values() if row.is_secret])
def test_resolve__secret_in_the_file_or_below_a_wrong_name__is_never_in_a_problem(name):
    problems = problems_of(
        file={name: SECRET}, environ={f"INPUT_{name.upper()}_X": SECRET, "INPUT_WAIT": "maybe"}
    )

    assert len(problems) == 3
    assert SECRET not in "\n".join(problems)


# --- checks of the file ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "checks", [[], "a", {"name": "a"}, 7, [{"name": "a"}] * (MOST_CHECKS + 1), False]
)
def test_resolve__checks_that_are_no_list__are_refused(checks):
    assert problems_of(file={"checks": checks}) == (
        f".glue-health-check.yml: checks is not a list of 1 to {MOST_CHECKS} maps, each with a name.",
    )


def test_resolve__a_list_of_as_many_checks_as_a_plan_takes__is_read():
    checks = [{"name": f"check-{number}"} for number in range(200)]

    assert len(resolved(file={"checks": checks}).checks) == 200


@pytest.mark.parametrize("item", [None, "a", ["name"], 7])
def test_resolve__check_that_is_no_map__is_refused(item):
    assert problems_of(file={"checks": [{"name": "a"}, item]}) == (
        ".glue-health-check.yml: check 2 is not a map with a name.",
    )


def test_resolve__check_without_name_and_script__is_one_problem():
    (problem,) = problems_of(file={"checks": [{"timeout_minutes": 3}]})
    (other,) = problems_of(file={"checks": [{"script": "a.py"}]})

    assert problem.endswith("'.', '_' and '-'. It needs a script, too.")
    assert other.endswith("'.', '_' and '-'.")


@pytest.mark.parametrize("name", [None, "", "a/b", "../a", "a b", "-a", "a\n", 7, "x" * 101, ["a"]])
def test_resolve__check_without_a_usable_name__is_refused(name):
    (problem,) = problems_of(file={"checks": [{"name": name}]})

    assert problem.startswith(".glue-health-check.yml: check 1: name is missing or not up to 100")


def test_resolve__two_checks_of_one_name__are_refused():
    file = {"checks": [{"name": "a"}, {"name": "b"}, {"name": "a"}]}

    assert problems_of(file=file) == (
        ".glue-health-check.yml: two checks are called a: names must differ.",
    )


@pytest.mark.parametrize("paths", [[], 7, {"a": 1}, [7], ["a", None]])
def test_resolve__paths_that_are_no_globs__are_refused(paths):
    assert problems_of(file={"checks": [{"name": "a", "paths": paths}]}) == (
        ".glue-health-check.yml: check a: paths is not a list of globs.",
    )


@pytest.mark.parametrize(
    ("paths", "read"), [("a/**", ("a/**",)), (["a", "b"], ("a", "b")), (None, ())]
)
def test_resolve__paths__are_read(paths, read):
    settings = resolved(file={"checks": [{"name": "a", "paths": paths}]})

    assert settings.checks[0].paths == read


@pytest.mark.parametrize("name", OF_THE_PLAN)
def test_resolve__setting_of_the_plan_in_a_check__is_refused(name):
    assert problems_of(file={"checks": [{"name": "a", name: "x"}]}) == (
        f".glue-health-check.yml: check a: {name} holds for the whole plan: move it to the top.",
    )


def test_resolve__checks__are_weaker_than_flags_and_stronger_than_the_top():
    settings = resolved(
        flags={"worker_type": "G.4X"},
        file={
            "worker_type": "G.1X",
            "timeout_minutes": 5,
            "glue_version": "4.0",
            "checks": [{"name": "a", "worker_type": "G.2X", "timeout_minutes": 7}, {"name": "b"}],
        },
    )

    seen = [
        (c.name, c.settings.worker_type, c.settings.timeout_minutes, c.settings.glue_version)
        for c in settings.checks
    ]
    assert seen == [("a", "G.4X", 7, "4.0"), ("b", "G.4X", 5, "4.0")]


@pytest.mark.parametrize(
    ("sources", "where"),
    [
        ({"flags": {"script": "x.py"}}, "--script"),
        ({"environ": {"SCRIPT_LOCATION": "x.py"}}, "SCRIPT_LOCATION"),
    ],
)
def test_resolve__script_from_outside__sets_the_checks_aside_and_says_so(sources, where):
    settings = resolved(**sources, file={"checks": [{"name": "a", "script": "a.py"}]})

    assert [(c.name, c.settings.script) for c in settings.checks] == [("", "x.py")]
    assert settings.notes == (
        f".glue-health-check.yml: checks is set aside, because {where} names a script.",
    )


def test_resolve__nothing__is_one_check_of_defaults():
    settings = resolved()

    assert [check.name for check in settings.checks] == [""]


# --- a look before --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "environ", "value"),
    [
        ({}, {}, ""),
        ({"ci": "drone"}, {"INPUT_CI": "jenkins"}, "drone"),
        ({}, {"GLUE_HEALTH_CHECK_CI": "Jenkins"}, "jenkins"),
        ({}, {"INPUT_CI": "nonsense"}, ""),
        ({}, {"INPUT_NONSENSE": "x", "INPUT_CI": "plain"}, "plain"),
    ],
)
def test_peek__before_the_file__is_the_value_or_the_default(flags, environ, value):
    assert peek("ci", flags=flags, environ=environ) == value


def test_sample_kinds__flags__are_outside_of_the_ladder():
    """The ladder needs six values that differ; a flag has two."""
    assert sample(table()["wait"], 1) is None
    assert isinstance(table()["wait"].kind, Flag)
    assert len(LADDER_ROWS) > 20


def test_resolve__use_lambda_false__switches_the_function_off():
    environ = {"LAMBDA_TRIGGER_FUNCTION": "trigger", "USE_LAMBDA": "false"}

    assert resolved(environ=environ).plan.trigger_function == ""


def test_resolve__use_lambda_true_with_a_name__keeps_the_name():
    environ = {"LAMBDA_TRIGGER_FUNCTION": "trigger", "USE_LAMBDA": "true"}

    assert resolved(environ=environ).plan.trigger_function == "trigger"


def test_resolve__use_lambda_that_cannot_be_done_or_read__is_a_problem():
    (without_name,) = problems_of(environ={"USE_LAMBDA": "true"})
    (unreadable,) = problems_of(environ={"USE_LAMBDA": "perhaps"})

    assert without_name == "USE_LAMBDA: this version cannot do it yet. Leave it out."
    assert unreadable == "USE_LAMBDA: 'perhaps' is neither true nor false."


# --- versions that nobody knows here --------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "is_known"), [("7", False), ("5.10", False), ("5", True), ("5.1", True), ("", True)]
)
def test_resolve__glue_version__is_noted_when_it_is_none_we_know(version, is_known):
    settings = resolved(file={"script": "a.py", "glue_version": version or None})

    noted = [note for note in settings.notes if "glue_version" in note]
    assert noted == ([] if is_known else [noted[0]])
    assert all("Glue may refuse it" in note for note in noted)
