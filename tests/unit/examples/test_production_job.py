"""The example of a clone: both its checks are made of a job that names production's data."""

from pathlib import Path

import pytest

from plugin.checkout import WorkingTree
from plugin.core.errors import SettingsError
from plugin.core.plan import make_plan
from plugin.core.ports import JobDefinition
from plugin.core.settings.config_file import parse
from plugin.core.settings.sources import resolve
from tests.unit.core.checkouts import Jobs, circumstances

ROOT = Path(__file__).parents[3]
FILE = "examples/production-job/.glue-health-check.yml"
JOB = JobDefinition(
    name="flights-nightly",
    members={
        "Role": "arn:aws:iam::123456789012:role/flights",
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://acme-code/flights.py"},
        "GlueVersion": "5.0",
        "WorkerType": "G.2X",
        "NumberOfWorkers": 9,
        "DefaultArguments": {"--source": "s3://acme-raw/in/", "--target": "s3://acme-prod/out/"},
    },
)


def planned(config):
    settings = resolve(flags={}, environ={}, file=config, file_name=FILE, is_foreign=False)
    given = circumstances(jobs=Jobs({JOB.name: JOB}))
    return make_plan(settings, WorkingTree(ROOT), given)


def test_production_job__both_checks__run_as_the_job_on_fewer_workers():
    overridden, narrowed = planned(parse((ROOT / FILE).read_text(encoding="utf-8"))).checks

    assert overridden.cloned == frozenset()
    assert narrowed.cloned == {"--source", "--target"}
    assert '"s3:PutObject"' in narrowed.session_policy
    for check in (overridden, narrowed):
        assert check.request["Role"] == JOB.members["Role"]
        assert check.capacity.in_words() == "2 × G.2X"


@pytest.mark.parametrize(("number", "care"), [(0, "arguments"), (1, "session_policy")])
def test_production_job__check_without_its_care__is_refused(number, care):
    config = parse((ROOT / FILE).read_text(encoding="utf-8"))
    checks = config["checks"]
    assert isinstance(checks, list)
    del checks[number][care]

    with pytest.raises(SettingsError, match="name what production works on: --source, --target"):
        planned(config)
