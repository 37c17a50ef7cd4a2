"""Which variables carry a credential: no miss that we know of, and few false alarms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.secrets.names import (
    MOST_KEPT,
    secret_arguments,
    secret_names,
    secrets_of,
    secrets_of_address,
    secrets_of_jobs,
)

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
    "PGPASSWORD",
    "APITOKEN",
    "SQLPASSWD",
    "DBPWD",
    "CLIENTSECRET",
    "PASSWORD1",
    "SUBSCRIPTION_KEY",
    "ApiToken",
    "AWSSecretKey",
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
    "PASSWORDLESS",
    "TOKENIZER",
    "XAUTHORITY",
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR",
    "KEYWORD",
    "JENKINS_SERVER_COOKIE",
    "XDG_SESSION_COOKIE",
    "PIP_NO_AUTH",
    "HTTP_COOKIE",
    "MAX_NEW_TOKENS",
    "SECRETNAME",
    "AUTH_MODE",
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


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "secrets"),
    [
        ("GITHUB_TOKEN", " ghs_token-of-ours\n", {"ghs_token-of-ours"}),
        ("DB_PASSWORD", "swordfish", {"swordfish"}),
        ("DB_PASSWORD", "short", set()),
        ("DB_PASSWORD", "password", set()),
        ("AWS_PROFILE", "acme-production", set()),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token", set()),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "C:\\run\\identity", set()),
        ("SSH_AUTH_SOCK", "agent-socket-7", set()),
        ("KUBECONFIG", "kube-config.yml", set()),
        ("GOOGLE_APPLICATION_CREDENTIALS", "key-of-ours.json", set()),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://h/v2/abc", {"http://h/v2/abc"}),
        ("DRONE_REMOTE_URL", "https://acme:hunter22@h/x", {"hunter22"}),
        ("ANY", "https://example.com", set()),
        ("MY_SECRET", '{"user": "ada", "password": "hunter22"}', {"hunter22"}),
        (
            "DOCKER_AUTH_CONFIG",
            '{"auths": {"h": {"auth": "YWRhOmh1bnRlcjI="}}}',
            {"YWRhOmh1bnRlcjI="},
        ),
        ("MY_SECRET", '{"a": 1,', set()),
        ("MY_SECRET", "[" * 10_000, set()),
        ("MY_SECRET", '{"a":' * 5_000 + "1" + "}" * 5_000, set()),
    ],
)
def test_secrets_of__a_variable__what_no_log_may_show(name, value, secrets):
    found = secrets_of({name: value, "PATH": "/bin"})

    whole = {value.strip()} if value[:1] in "{[" else set()
    assert found == secrets | whole


def test_secrets_of__several_variables__are_the_secrets_of_all():
    environ = {
        "A_PASSWORD": "hunter22",
        "B_TOKEN": "swordfish",
        "C_URL": "https://ada:tr0ub4dor@h/",
    }

    assert secrets_of(environ) == {"hunter22", "swordfish", "tr0ub4dor"}


@pytest.mark.parametrize("name", ["MAVEN_AUTH", "HTTP_COOKIE", "PROXY_AUTHORIZATION"])
def test_secret_names__a_word_that_may_be_a_switch__is_told_by_its_value(name):
    assert secret_names({name: "1", "PATH": "/bin"}) == ()
    assert secret_names({name: "YWRhOmh1bnRlcjI="}) == (name,)
    assert secrets_of({name: "YWRhOmh1bnRlcjI="}) == {"YWRhOmh1bnRlcjI="}


def test_secret_names__a_word_before_it_says_so_too__is_one_whatever_the_value():
    assert secret_names({"NPM_TOKEN_AUTH": "1"}) == ("NPM_TOKEN_AUTH",)


@pytest.mark.parametrize(
    "name",
    [
        *("--db_password", "db_password", "--api-key", "apiKey", "dbPassword", "--auth.token"),
        *("--connection_string", "SECRET", "--db-pass", "--private_key", "--client_secret"),
        *("apitoken", "clientsecret", "jdbcpassword", "secretkey", "accesskey", "privatekey"),
        *("refreshtoken", "refreshToken", "sharedsecret", "sharedKey", "password1", "password_2"),
        *("dbpassword", "userpass", "passcode", "subscription_key", "client_key", "hmac_key"),
        *(
            "authorization",
            "auth",
            "cookie",
            "PGPASSWORD",
            "sfPassword",
            "Ocp-Apim-Subscription-Key",
        ),
        *("PasswordOld", "x-api-key", "oauth_token", "id_token", "dbpwd", "encryption_keys", "JWT"),
        "db_pass2",
    ],
)
def test_secret_arguments__a_name_that_says_so__its_value_is_secret(name):
    assert secret_arguments({name: " s3cr3t-of-ours "}) == {"s3cr3t-of-ours"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--password_column", "pwd_of_users"),
        ("--token_path", "tokens-of-ours"),
        ("--secret_name", "acme/prod/db"),
        ("--primary_key", "order_number"),
        ("--partition_key", "order_number"),
        ("--sort_key", "order_number"),
        ("--key_column", "order_number"),
        ("--cache_key", "order_number"),
        ("--foreign_key", "order_number"),
        ("--keyword", "order_number"),
        ("--author", "octo-cat"),
        ("--authors", "octo-cat"),
        ("--authority", "octo-cat"),
        ("--auth_mode", "by-certificate"),
        ("--cookie_policy", "by-certificate"),
        ("--tokencount", "10 millions"),
        ("--token_count", "10 millions"),
        ("--max_tokens", "10 millions"),
        ("--maxNewTokens", "10 millions"),
        ("--secretary", "octo-cat"),
        ("--bypass", "octo-cat"),
        ("--compass", "octo-cat"),
        ("--passwordless", "octo-cat"),
        ("--secretname", "octo-cat"),
        ("--credentials.provider", "com.acme.Provider"),
        ("--conf", "spark.hadoop.fs.s3a.aws.credentials.provider=com.acme.Provider"),
        ("--conf", "spark.sql.shuffle.partitions=200000 token=true"),
        ("--json", '{"a": [1, {"passwords": 7}], "primary_key": "order_number"}'),
        ("--json", '["password", "order_number"]'),
        ("--monkey", "banana-split"),
        ("--tokenizer", "word-piece-1"),
        ("--password", "12345"),
        ("--token", "true"),
        ("--token", "disabled"),
        ("--secret", "s3://acme-lake/secret.json"),
        ("--secret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"),
        ("--secret", "eu-central-1"),
        ("--secret", "2026-11-23"),
        ("--secret", "/etc/secret"),
        ("--secret", "1234567"),
        ("--table", "orders-of-2026"),
        ("", "nameless-value"),
    ],
)
def test_secret_arguments__a_value_that_is_none__is_not_looked_for(name, value):
    assert secret_arguments({name: value}) == frozenset()


def test_secret_arguments__a_password_in_an_address__is_secret_whatever_the_name():
    arguments = {
        "--jdbc_url": "jdbc:postgresql://h/db?user=ada&password=hunter22",
        "--source": "mongodb://ada:swordfish@h/db",
        "--other": "jdbc:sqlserver://h;user=ada;password=tr0ub4dor;encrypt=true",
    }

    assert secret_arguments(arguments) == {"hunter22", "swordfish", "tr0ub4dor"}


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ('{"password": "hunter22"}', {"hunter22"}),
        ('[{"db": {"apiToken": "hunter22", "table": "orders-1"}}]', {"hunter22"}),
        ("jdbc:oracle:thin:scott/tiger99x@//h:1521/x", {"tiger99x"}),
        ("jdbc:oracle:thin:scott/tiger99x@h:1521:x", {"tiger99x"}),
        ("jdbc:oracle:thin:@//h:1521/x", set()),
        ("spark.hadoop.fs.s3a.secret.key=hunter22", {"hunter22"}),
        ("spark.a=b --conf spark.hadoop.fs.azure.account.key.x=hunter/22==", {"hunter/22=="}),
    ],
)
def test_secret_arguments__a_secret_inside_a_value__is_found_whatever_the_name(value, secrets):
    assert secret_arguments({"--cfg": value}) == secrets


@pytest.mark.parametrize(
    "unit",
    ["a", "a=", "-a=", "jdbc:oracle:", "jdbc:oracle:a:b/", '{"a":', "PASS", "TOKEN", "A_", "aA"],
)
def test_secret_arguments__a_hostile_name_or_value__is_searched_in_no_time(unit):
    assert len(secret_arguments({"--a": unit * 100_000, unit * 100_000: "order_number"})) < 3


def test_secrets_of_jobs__more_than_can_be_looked_for__keeps_the_short_ones():
    jobs = [{"--token": "a" * MOST_KEPT}, {"--api_key": "s3cr3t-of-ours"}, {"--table": "orders"}]

    assert secrets_of_jobs(jobs) == {"s3cr3t-of-ours"}
    assert secrets_of_jobs(jobs[:1]) == {"a" * MOST_KEPT}


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("", set()),
        ("https://ci.example", set()),
        ("https://ci.example/hook", set()),
        ("https://h/services/T0/B0/abcdefgh", {"services/T0/B0/abcdefgh", "abcdefgh"}),
        ("https://h/x?code=abcdefgh", {"x?code=abcdefgh", "code=abcdefgh"}),
        ("https://h/T0/abcdefgh/", {"T0/abcdefgh/", "abcdefgh"}),
        ("https://h/?to=abc://d/x", {"?to=abc://d/x", "to=abc://d/x"}),
        ("https://ada:swordfish@h/", {"swordfish"}),
        ("https://[h/abcdefgh", {"https://[h/abcdefgh"}),
    ],
)
def test_secrets_of_address__all_but_the_host__is_secret(url, secrets):
    assert secrets_of_address(url) == secrets


@given(st.dictionaries(st.text(), st.text()))
def test_secret_arguments__any_arguments__never_raise(arguments):
    assert all(len(found) > 3 or found for found in secret_arguments(arguments))
