"""The documents say about settings what the table says."""

import json
import re
import shutil
import subprocess
import sys
import tomllib

import jsonschema
import pytest
import yaml

from docs.action import DEVELOPMENT, action, released
from docs.generate import BEGIN, END, config_schema, settings_table, version, with_table
from plugin.core.build import Build, Host
from plugin.core.result import Report
from plugin.core.settings import Origin, table
from plugin.core.settings.kinds import Choice
from plugin.reporters.github_files import GithubFiles

WRITE_ANEW = "run: python docs/generate.py"


def schema():
    return json.loads(config_schema())


def is_valid(text):
    return jsonschema.Draft202012Validator(schema()).is_valid(yaml.safe_load(text))


@pytest.mark.parametrize(
    "readme",
    [
        "",
        BEGIN,
        f"{END}{BEGIN}",
        f"{BEGIN}{END}{BEGIN}{END}",
        f"{BEGIN}{BEGIN}{END}",
        f"{BEGIN}{END}{END}",
    ],
)
def test_with_table__markers_missing_or_twice__is_refused(readme):
    with pytest.raises(ValueError, match="once each"):
        with_table(readme)


def test_with_table__old_table__is_replaced_and_the_rest_stays():
    text = with_table(f"before\n{BEGIN}\nold\n{END}\nafter")

    assert text == f"before\n{BEGIN}\n{settings_table()}\n{END}\nafter"


def test_settings_table__each_setting__has_one_row_of_four_cells():
    rows = settings_table().splitlines()[2:]

    assert len(rows) == len(table())
    assert [row.split("`")[1] for row in rows] == list(table())
    assert {row.replace(r"\|", "").count("|") for row in rows} == {5}


@pytest.mark.parametrize(
    "row",
    [row for row in table().values() if isinstance(row.kind, Choice)],
    ids=lambda row: row.name,
)
def test_settings_table__choice__names_its_values(row):
    told = row.about + row.default_in_words

    # Sizes of workers are a range; two of them are for no job of ours.
    ends = ("G.025X", "G.16X", "R.1X", "R.8X")
    for word in ends if row.name == "worker_type" else row.kind.of:
        assert f"`{word}`" in told


def test_settings_table__operator_and_secret__are_marked():
    assert "| `github_token` **O** secret |" in settings_table()
    assert "| `role_arn` **B** |" in settings_table()


def test_readme__table_of_settings__is_the_one_of_the_code(repository):
    text = (repository / "README.md").read_text(encoding="utf-8")

    assert with_table(text) == text, WRITE_ANEW


def test_config_schema__in_docs__is_the_one_of_the_code(repository):
    published = (repository / "docs" / "config.schema.json").read_text(encoding="utf-8")

    assert published == config_schema(), WRITE_ANEW


def test_config_schema__itself__is_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    "name", [row.name for row in table().values() if row.origin is Origin.OPERATOR]
)
def test_config_schema__operator_setting__is_not_allowed(name):
    assert not is_valid(f"{name}: x")
    assert not is_valid(f"checks: [{{name: a, {name}: x}}]")


@pytest.mark.parametrize(
    "text",
    [
        "scrpt: x",
        "checks: []",
        "checks: [{script: a.py}]",
        "checks: [{name: a/b}]",
        "checks: [{name: a, paths: []}]",
        "checks: [{name: a, max_parallel: 3}]",
        "timeout_minutes: 0",
        "worker_type: G.3X",
        "tags: {a: [b]}",
        "[]",
    ],
)
def test_config_schema__what_the_parser_refuses__is_not_valid(text):
    assert not is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "script: jobs/*.py",
        "glue_version: 5.0",
        "glue_version: '5.1'",
        "tags: {team: data, number: 7}",
        "is_health_check: no",
        "job_suffix: 7",
        "max_capacity: 0.0625",
        "engine: local\nchecks: [{name: a, script: a.py, paths: ['jobs/**'], timeout_minutes: 5}]",
    ],
)
def test_config_schema__what_the_parser_takes__is_valid(text):
    assert is_valid(text)


def test_config_schema__settings_of_the_file__all_have_a_description():
    properties = schema()["properties"]
    expected = {row.name for row in table().values() if row.origin is not Origin.OPERATOR}

    assert set(properties) == expected | {"checks"}
    assert all(item["description"] for item in properties.values())


# --- action.yml ------------------------------------------------------------------------------------


@pytest.fixture
def published(repository):
    """The action.yml that is there, read as GitHub reads it."""
    return yaml.safe_load((repository / "action.yml").read_text(encoding="utf-8"))


def inputs():
    return yaml.safe_load(action(DEVELOPMENT))["inputs"]


def test_action__in_the_repository__is_of_the_table_for_the_dockerfile_or_a_release(repository):
    text = (repository / "action.yml").read_text(encoding="utf-8")

    assert text in {action(DEVELOPMENT), action(released(version()))}, WRITE_ANEW


def test_action__every_setting__is_an_input_in_the_order_of_the_table(published):
    assert list(published["inputs"]) == list(table())


def test_action__no_input_but_the_token__has_a_default_or_is_required(published):
    # A default would come as INPUT_X and beat the configuration file; GitHub enforces no `required`.
    defaults = {
        name: row["default"] for name, row in published["inputs"].items() if "default" in row
    }

    assert defaults == {"github_token": "${{ github.token }}"}
    assert {row["required"] for row in published["inputs"].values()} == {False}


@pytest.mark.parametrize("row", table().values(), ids=lambda row: row.name)
def test_action__description_of_an_input__says_meaning_and_default(row):
    words = inputs()[row.name]["description"]

    assert words.startswith(row.about)
    if row.name != "github_token":
        assert row.default_in_words[1:] in words
    assert "${{" not in words  # GitHub would read it as an expression


@pytest.mark.parametrize("row", table().values(), ids=lambda row: row.name)
def test_action__description_of_an_input__says_whom_it_may_come_from_and_where_secrets_belong(row):
    words = inputs()[row.name]["description"]

    assert ("Never taken from the configuration file." in words) is (row.origin is Origin.OPERATOR)
    assert ("From a fork's configuration file" in words) is (row.origin is Origin.BASE)
    assert ("from secrets" in words) is row.is_secret


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tags", "Written as JSON."),
        ("arguments", "Written as JSON."),
        ("connections", "Separated by commas, or a JSON array."),
        ("script", "Required, unless the configuration file names checks."),
        ("github_token", "The job's own token is passed by itself"),
        ("timeout_minutes", "Default: `30`."),
    ],
)
def test_action__description_of_an_input__says_how_it_is_written(name, words):
    assert words in inputs()[name]["description"]


def test_action__outputs__are_those_that_the_step_really_writes(published, tmp_path):
    reporter = GithubFiles(summary="", output=str(tmp_path / "output"), token=lambda: "drawn")
    reporter.report(
        Report(
            build=Build(host=Host.GITHUB),
            build_id="0a1b2c3d4e5f",
            engine="glue",
            started_at="2030-01-02T03:04:05Z",
            seconds=1.5,
            results=(),
        )
    )
    entries = (tmp_path / "output").read_text(encoding="utf-8")

    assert list(published["outputs"]) == re.findall(r"^(\w+)(?:<<|=)", entries, re.MULTILINE)
    assert all(row["description"] for row in published["outputs"].values())


def test_action__run__is_the_image_with_its_own_entry_point_and_a_post_step(published):
    runs = dict(published["runs"])

    assert runs.pop("image") in {DEVELOPMENT, released(version())}
    assert runs == {  # no env: it could not be told from what the caller says; no args
        "using": "docker",
        "post-entrypoint": "/usr/local/bin/glue-health-check-cleanup",
        "post-if": "always()",
    }


def test_action__post_entry_point__is_a_command_of_this_package(repository, published):
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    command = published["runs"]["post-entrypoint"].rpartition("/")[2]

    assert command in project["project"]["scripts"]


def test_action__release__names_the_literal_tag_of_this_version():
    runs = yaml.safe_load(action(released("1.2.3")))["runs"]

    assert runs["image"] == "docker://ghcr.io/glue-health-check/glue-health-check:1.2.3"
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version())


def test_action__branding__is_what_the_marketplace_takes(published):
    # GitHub's page "Metadata syntax reference": an icon of Feather 4.28, and one of nine colours.
    assert published["branding"] == {"icon": "activity", "color": "green"}
    assert {"name", "description", "author"} <= set(published)


# --- generate.py -----------------------------------------------------------------------------------


@pytest.fixture
def checkout(repository, tmp_path):
    """A copy of what the generator reads and writes."""
    for name in ("README.md", "pyproject.toml", "action.yml"):
        shutil.copy(repository / name, tmp_path)
    for name in ("docs", "plugin"):
        shutil.copytree(
            repository / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


def generate(checkout, *arguments):
    command = (sys.executable, "-P", "docs/generate.py", *arguments)
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize("name", ["action.yml", "README.md", "docs/config.schema.json"])
def test_generate__one_document_is_stale__check_says_which_and_a_run_mends_it(checkout, name):
    path = checkout / name
    path.write_text(
        path.read_text(encoding="utf-8").replace("Default: `30`", "x").replace("| `30` |", "| x |")
    )

    red, words = generate(checkout, "--check")
    generate(checkout)
    green, nothing = generate(checkout, "--check")

    assert (red, words) == (1, f"{name}: not up to date; run docs/generate.py\n")
    assert (green, nothing) == (0, "")


def test_generate__document_is_missing__check_says_so(checkout):
    (checkout / "action.yml").unlink()

    assert generate(checkout, "--check")[0] == 1


def test_generate__release__is_held_to_the_version_until_the_next_plain_run(checkout):
    generate(checkout, "--release")
    image = yaml.safe_load((checkout / "action.yml").read_text(encoding="utf-8"))["runs"]["image"]
    of_this_version, _ = generate(checkout, "--check")
    pyproject = checkout / "pyproject.toml"
    pyproject.write_text(
        pyproject.read_text(encoding="utf-8").replace(
            f'version = "{version()}"', 'version = "9.9.9"'
        )
    )
    of_another, _ = generate(checkout, "--check")
    generate(checkout)
    back = yaml.safe_load((checkout / "action.yml").read_text(encoding="utf-8"))["runs"]["image"]

    assert image == released(version())
    assert (of_this_version, of_another) == (0, 1)
    assert back == DEVELOPMENT
