"""Which variables carry a credential: no miss that we know of, and few false alarms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.secret_names import secret_names

SECRETS = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_DEFAULT_PROFILE",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "CI_JOB_TOKEN",
    "CI_JOB_JWT",
    "CI_JOB_JWT_V2",
    "CI_REGISTRY_PASSWORD",
    "CI_DEPLOY_PASSWORD",
    "DRONE_NETRC_PASSWORD",
    "CI_NETRC_PASSWORD",
    "HARNESS_API_TOKEN",
    "HARNESS_STO_SERVICE_TOKEN",
    "BITBUCKET_STEP_OIDC_TOKEN",
    "BUILDKITE_AGENT_ACCESS_TOKEN",
    "INPUT_GITHUB_TOKEN",
    "INPUT_AWS-SECRET-ACCESS-KEY",
    "PLUGIN_WEBHOOK_SECRET",
    "plugin_webhook_secret",
    "GLUE_HEALTH_CHECK_GITHUB_TOKEN",
    "MY_API_KEY",
    "GCP_SA_KEY",
    "AZURE_STORAGE_KEY",
    "RAILS_MASTER_KEY",
    "SLACK_WEBHOOK_URL",
    "SERVICEBUS_CONNECTION_STRING",
    "MY_APIKEY",
    "DEPLOY_KEY",
    "SSH_PRIVATE_KEY",
    "DB_PASSWD",
    "DB_PWD",
    "VAULT_SECRET_ID",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GH_PAT",
    "SSH_AUTH_SOCK",
    "DOCKER_AUTH_CONFIG",
    "KUBECONFIG",
    "NPM_CONFIG__AUTH",
    "TOKENS",
    "SIGNING_KEYS",
]
HARMLESS = [
    "PATH",
    "HOME",
    "PWD",
    "OLDPWD",
    "LANG",
    "TZ",
    "GPG_KEY",
    "CACHE_KEY",
    "PYTHON_VERSION",
    "TOKENIZERS_PARALLELISM",
    "GITHUB_ACTIONS",
    "GITHUB_SHA",
    "GITHUB_EVENT_PATH",
    "GITHUB_REPOSITORY_OWNER",
    "GITHUB_OUTPUT",
    "GITHUB_STATE",
    "ACTIONS_RUNTIME_URL",
    "ACTIONS_CACHE_URL",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "RUNNER_TEMP",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ROLE_ARN",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_ENDPOINT_URL",
    "DRONE_COMMIT_SHA",
    "DRONE_REPO",
    "CI_COMMIT_SHA",
    "BUILD_ID",
    "JOB_NAME",
    "MONKEY",
    "COMPASS",
    "BYPASS_CACHE",
    "KEYBOARD",
    "SECRETARY",
    "INPUT_GITHUB_TOKEN_SECRET_ARN",
    "INPUT_ALLOW_FORKS",
    "MAX_TOKENS",
    "MAX_TOKENS_LIMIT",
    "SECRET_NAME",
    "PATTERN",
    "COMPAT",
    "PRIMARY_KEY",
    "GIT_ASKPASS",
    "HISTFILE",
    "PASSWORD_LENGTH",
]


@pytest.mark.parametrize("name", SECRETS)
def test_secret_names__a_credential__is_named(name):
    assert secret_names({name: "x"}) == (name,)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", ["", "  ", "/dev/null"])
def test_secret_names__a_credential_that_is_none__is_not_named(name, value):
    assert secret_names({name: value}) == ()


@pytest.mark.parametrize("name", HARMLESS)
def test_secret_names__anything_else__is_not_named(name):
    assert secret_names({name: "x"}) == ()


@pytest.mark.parametrize(
    ("value", "is_secret"),
    [
        ("https://gitlab-ci-token:glcbt-64@example.com/acme/etl.git", True),
        ("https://:x@example.com", True),
        ("postgres://acme:hunter2@db/etl", True),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", True),
        ("-----BEGIN PRIVATE KEY-----", True),
        ("-----BEGIN PUBLIC KEY-----", False),
        ("https://git@example.com/acme/etl.git", False),
        ("https://example.com:8080/a@b", False),
        ("s3://bucket/a:b@c", False),
    ],
)
def test_secret_names__a_value_that_shows_it__is_named(value, is_secret):
    assert secret_names({"ANY": value}) == (("ANY",) if is_secret else ())


def test_secret_names__several__are_sorted():
    assert secret_names({"Z_TOKEN": "x", "PATH": "/bin", "A_TOKEN": "y"}) == ("A_TOKEN", "Z_TOKEN")


@pytest.mark.parametrize("unit", ["://", "://a:", "-----BEGIN ", "-----BEGIN A", "a", ":", "@"])
def test_secret_names__a_hostile_value__is_searched_in_no_time(unit):
    assert secret_names({"TITLE": unit * 200_000}) == ()


@given(st.dictionaries(st.text(), st.text()))
def test_secret_names__any_environment__returns_names_of_it(environ):
    assert set(secret_names(environ)) <= set(environ)
