"""What is secret by its shape: tokens of known makes, keys, signatures; never an account or ARN."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.secrets.shapes import shaped_secrets, without_shapes

SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
HEX = "0123456789abcdef" * 4
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhY21lIn0.c2lnbmF0dXJlLW9mLW91cnM"
BODY = "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC7VJTUt9Us8cKj"
KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\nMIIE==\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"key {KEY_ID}.", "key ***."),
        (f"key {KEY_ID[:15]}", "key ***"),
        (f"{KEY_ID},{SECRET_KEY}", "***,***"),
        (f"{KEY_ID}\t | {SECRET_KEY}\n", "***\t | ***\n"),
        (f"ASIA{KEY_ID[4:]}", "***"),
        (f"aws_secret_access_key = {SECRET_KEY}", "aws_secret_access_key = ***"),
        (f"AWS_SECRET_ACCESS_KEY={SECRET_KEY}", "AWS_SECRET_ACCESS_KEY=***"),
        (f'{{"SecretAccessKey": "{SECRET_KEY}"}}', '{"SecretAccessKey": "***"}'),
        (f'{{\\"SecretAccessKey\\": \\"{SECRET_KEY}\\"}}', '{\\"SecretAccessKey\\": \\"***\\"}'),
        ("aws_session_token=IQoJb3JpZ2luX2VjEA==", "aws_session_token=***"),
        ("Authorization: Bearer abcdef", "Authorization: Bearer ***"),
        ('"authorization": "Basic dTpw"', '"authorization": "Basic ***"'),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "***"),
        ("(ghs_16C7e42F292c)", "(***)"),
        ("gho_16C7e42F292c ghu_16C7e42F292c ghr_16C7e42F292c", "*** *** ***"),
        ("github_pat_11AAAAAAA0_bbbb", "***"),
        ("glpat-abcdefgh12345 glcbt-64_abcdefgh", "*** ***"),
        ("xoxb-0123456789-abc xapp-1-A0123456", "*** ***"),
        ("https://hooks.slack.com/services/T0/B0/x?a", "https://hooks.slack.com/services/***"),
        (f"npm_{'a1' * 18} pypi-{'aB' * 20}", "*** ***"),
        (f"dckr_pat_abcdefgh1 hvs.{'a1' * 12}", "*** ***"),
        (f"token {JWT}", "token ***"),
        (JWT.rpartition(".")[0], "***"),
        (KEY, "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----"),
        (json.dumps(KEY), '"-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----"'),
        ("-----BEGIN PRIVATE KEY-----\nMII", "-----BEGIN PRIVATE KEY-----***"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nx", "-----BEGIN PGP PRIVATE KEY BLOCK-----***"),
        (f"a\n{BODY}\r\nb", "a\n***\r\nb"),
        (BODY, "***"),
        ("https://acme:hunter2@h/x", "https://acme:***@h/x"),
        ("https://:hunter2@h/x", "https://:***@h/x"),
        (f"https://{'t0' * 12}@h/x", "https://***@h/x"),
        (f"https://h/?X-Amz-Signature={HEX}&a=1", "https://h/?X-Amz-Signature=***&a=1"),
        ("x-amz-security-token=IQoJ%2Fb3", "x-amz-security-token=***"),
        (f"?X-Amz-Credential={KEY_ID}%2F20261123", "?X-Amz-Credential=***"),
        ("https://h/?a=1&sig=abcdefgh%3D&b", "https://h/?a=1&sig=***&b"),
        ("https://h/?Signature=abcdefgh&b", "https://h/?Signature=***&b"),
        ("jdbc:oracle:thin:@h;password=hunter2;a", "jdbc:oracle:thin:@h;password=***;a"),
        ("jdbc:mysql://h/db?user=a&password=hunter2", "jdbc:mysql://h/db?user=a&password=***"),
    ],
)
def test_without_shapes__a_secret_shape__is_stars(text, told):
    assert without_shapes(text) == told
    assert without_shapes(told) == told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn:aws:iam::123456789012:role/acme",
        "AROAIOSFODNN7EXAMPLE:session",
        "ASIAPACIFIC and AKIA",
        "XAKIAIOSFODNN7EXAMPLE",
        "ghp_ and xghp_0123456789 and github_pat_",
        "xoxo, xoxb-",
        "eyJ.eyJ",
        "https://git@example.com/acme",
        "https://example.com:8080/a@b",
        "s3://bucket/a:b@c",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----",
        HEX,
        HEX.upper(),
        f"sha256 {HEX}",
        "signature=abcdefghij",
        "password=hunter2 in a sentence is no address",
        "s3://bucket/path/to/data.parquet",
        "8f14e45fceea167a5a36dedd4bea2543e1d2c3b4",
        "the access key is secret: yes",
        "A" * 64,
        "_" * 64,
    ],
)
def test_without_shapes__anything_else__stays(text):
    assert without_shapes(text) == text


def test_shaped_secrets__addresses_and_keys__are_the_secret_part_alone():
    text = f"postgres://acme:hunter2@h/db?sslpassword=a {KEY_ID}"

    assert {*shaped_secrets(text)} == {"hunter2", KEY_ID}
    assert not {*shaped_secrets("nothing")}


@pytest.mark.parametrize(
    "unit",
    [
        *("AKIA", f"{KEY_ID} ", "eyJ", "eyJaaaaaaaa.", "://", "://a:", "://a", "session_token="),
        *("-----BEGIN PRIVATE KEY-----", "-----BEGIN A A ", "authorization:   ", "?password="),
        *("X-Amz-Signature=", "hooks.slack.com/services/", "npm_", "pypi-", "xox", "ghp_", "&sig="),
        *("secret_access_key    ", "A1a/" * 15 + "\n", "glpat-", "A"),
    ],
)
def test_without_shapes__hostile_text__ends(unit):
    without_shapes(unit * 20_000)


@given(st.text(max_size=80))
def test_without_shapes__any_text__changes_once_at_most(text):
    once = without_shapes(text)

    assert without_shapes(once) == once


@given(st.binary(min_size=15, max_size=40), st.sampled_from(["ghp_", "github_pat_", "glpat-"]))
def test_without_shapes__a_token_anywhere_in_words__is_gone(data, prefix):
    token = prefix + base64.b32encode(data).decode().rstrip("=")

    assert token[len(prefix) :] not in without_shapes(f"login with '{token}' failed")
