"""A job that knows the operator's secrets prints them in every way: no sink shows one."""

import base64
import json
import re
from urllib.parse import quote

import pytest

from tests.doubles.receiver import Receiver

TOKEN = "zK9_w4Vt-7pQ2xR8mN5bL1cJ6hF3dG0s"
SECRET_KEY = "wJalrXUtnFEMIK7MDENGbPxRfiCYzq7Wv0Ab"
PASSWORD = "Tr0ub4dor+horse/staple=&42"
HOOK = "services/T0A1B2C3/B4D5E6F7/u8Hn3kLq0ZpXw5Rt"
PEM = "c2VjcmV0LWxpbmUtb25lLW9m\nb3VyLWtleS1saW5lLXR3bw0"
SHAPED = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
SECRETS = (TOKEN, SECRET_KEY, PASSWORD, HOOK, *PEM.split("\n"))
CODED = re.compile("__B64__(.*)")
ENVIRON = {
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLEOFOURS",
    "GLUE_HEALTH_CHECK_WEBHOOK_SECRET": TOKEN,
    "DEPLOY_KEY": PEM,
}
JOB = f"""
import base64, json
from urllib.parse import quote

def finding(**members):
    print("GLUE_HEALTH_CHECK " + json.dumps(members))

for secret in {SECRETS!r}:
    data = secret.encode()
    print("plain", secret)
    print(f"\\x1b[1m{{secret[:9]}}\\x1b[0m{{secret[9:]}} and {{secret[:9]}}\\x00{{secret[9:]}}")
    for before in (b"", b"u", b"u:", b"ada:"):
        print("base64", base64.b64encode(before + data + b":x").decode(), "end")
        print("urlsafe", base64.urlsafe_b64encode(before + data).decode(), "end")
    print("url", quote(secret, safe=""), "https://h/?p=" + quote(secret))
    print("hex", data.hex(), "repr", repr(secret), repr(data), "json", json.dumps({{"a": secret}}))
    for at in range(0, len(secret), 3):
        print("split", secret[:at])
        print(secret[at:], "split")
    finding(name="rows " + secret, ok=False, value=secret, expected=base64.b64encode(data).decode(),
            message="x" * 985 + " " + secret)
    finding(name="x" * 990 + secret, ok=True, message=quote(secret, safe=""))
    print("GLUE_HEALTH_CHECK " + "y" * 165 + secret)
    print("z" * 99_990 + secret)
print("a token that nobody told us of: " + {SHAPED!r})
raise RuntimeError("login failed: " + " ".join({SECRETS!r}))
"""


def shown(text):
    """The secrets that ``text`` shows: eight characters of them in a row, or of a form of them."""
    forms = (SHAPED, *(form for secret in SECRETS for form in _forms(secret)))
    return [form for form in forms if _has_piece(text, form)]


def _forms(secret):
    data = secret.encode()
    yield from (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])
    for before in (b"", b"u", b"u:"):
        yield base64.b64encode(before + data).decode().rstrip("=")[4:-2]
        yield base64.urlsafe_b64encode(before + data).decode().rstrip("=")[4:-2]


def _has_piece(text, form):
    return any(form[at : at + 8] in text for at in range(len(form) - 7))


def decoded(match):
    return base64.b64decode(match[1]).decode()


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def job(checkout, tmp_path, receiver):
    checkout.write("a.py", JOB)
    checkout.environ = {
        **ENVIRON,
        "CI": "true",
        "GLUE_HEALTH_CHECK_WEBHOOK_URL": f"http://127.0.0.1:{receiver.port}/{HOOK}",
        "DRONE_CARD_PATH": str(tmp_path / "card.json"),
        "DRONE_OUTPUT": str(tmp_path / "drone-output"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    return checkout


ON_GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_dispatch"}
ON_HARNESS = {"HARNESS_BUILD_ID": "42", "DRONE_BUILD_EVENT": "push"}


@pytest.mark.parametrize(
    ("host", "sinks"),
    [(ON_GITHUB, {"output", "summary"}), (ON_HARNESS, {"drone-output"})],
    ids=["github", "harness"],
)
def test_check__a_job_prints_our_secrets__no_sink_shows_one(job, tmp_path, receiver, host, sinks):
    outcome = job.local(
        *("--script", "a.py", "--arguments", json.dumps({"--db_password": PASSWORD})),
        *("--debug", "true"),
        **host,
    )

    files = {p for p in tmp_path.rglob("*") if p.is_file()} - {job.root / "a.py"}
    told = {p.name: p.read_text("utf-8") for p in files} | {"out": outcome.out, "err": outcome.err}
    told["webhook"] = "".join(item.body.decode() for item in receiver.got)
    told["drone-output"] = CODED.sub(decoded, told.get("drone-output", ""))
    assert outcome.code == 1
    assert {name: found for name, text in told.items() if (found := shown(text))} == {}
    for name in {"out", "report.json", "report.md", "junit.xml", "card.json", "webhook"} | sinks:
        assert "***" in told[name], name
    (result,) = outcome.report["results"]
    assert "login failed" in result["reason"]
    assert len(result["findings"]) == 2 * len(SECRETS)


def test_check__an_argument_that_cannot_be_passed_on__is_refused_without_its_value(job):
    outcome = job.local(
        *(
            "--script",
            "a.py",
            "--arguments",
            json.dumps({"--password": PASSWORD, "password": TOKEN}),
        )
    )

    assert outcome.code == 2
    assert "stands there twice" in outcome.err
    assert shown(outcome.out + outcome.err) == []


def test_check__our_own_error_holds_a_secret__it_is_told_without(job):
    outcome = job.local("--script", f"{PASSWORD}.py", "--api-key", "x", DB_PASSWORD=PASSWORD)

    assert outcome.code == 2
    assert shown(outcome.out + outcome.err) == []


def test_check__arguments_of_the_file__are_masked_check_by_check(job):
    job.write("b.py", f"print({PASSWORD!r}, {TOKEN!r})\nraise ValueError({PASSWORD!r})\n")
    job.write(
        ".glue-health-check.yml",
        json.dumps(
            {
                "checks": [
                    {"name": "one", "script": "b.py", "arguments": {"apiKey": PASSWORD}},
                    {"name": "two", "script": "b.py"},
                ]
            }
        ),
    )

    outcome = job.local()

    report = (job.root / "glue-health-check-report/report.md").read_text()
    assert outcome.code == 1
    assert [item["reason"] for item in outcome.report["results"]] == ["ValueError: ***"] * 2
    assert shown(outcome.out + outcome.err + report + json.dumps(outcome.report)) == []
