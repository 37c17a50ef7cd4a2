"""Size and version: what Glue would refuse is refused first."""

from decimal import Decimal

import pytest

from plugin.core.capacity import Capacity, capacity_of, capacity_problems
from plugin.core.settings import CheckSettings


def problems(**values):
    return capacity_problems(CheckSettings(**values))


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"worker_type": "G.1X"}, "are not for Python shell jobs: use max_capacity"),
        ({"number_of_workers": 2}, "are not for Python shell jobs: use max_capacity"),
        ({"max_capacity": Decimal(2)}, "of a Python shell job is 0.0625 or 1"),
        ({"glue_version": "5.1"}, "glue_version of a Python shell job is 3.0"),
        ({"execution_class": "FLEX"}, "FLEX is for Spark jobs only"),
    ],
)
def test_capacity_problems__python_shell_with_what_is_for_spark__is_refused(values, part):
    (problem,) = problems(job_type="pythonshell", **values)

    assert part in problem


@pytest.mark.parametrize(
    ("values", "part"),
    [
        *(
            ({"glue_version": version}, "has ended and cannot start")
            for version in ("0.9", "1.0", "2.0")
        ),
        ({"python_version": "3.9"}, "python_version 3.9 is for Python shell jobs only"),
        ({"number_of_workers": 1}, "number_of_workers is at least 2"),
        ({"worker_type": "Standard"}, "is for Glue 1.0 and earlier"),
        ({"worker_type": "Z.2X"}, "is for Ray jobs"),
        ({"max_capacity": Decimal("2.5")}, "is a whole number from 2 on"),
        ({"max_capacity": Decimal(1)}, "is a whole number from 2 on"),
        ({"max_capacity": Decimal(2), "worker_type": "G.1X"}, "choose one"),
        ({"max_capacity": Decimal(2), "number_of_workers": 2}, "choose one"),
        ({"execution_class": "FLEX", "job_type": "gluestreaming"}, "is not for streaming jobs"),
        (
            {"stream_minutes": 30, "job_type": "gluestreaming"},
            "stream_minutes 30 must be below timeout_minutes 30",
        ),
    ],
)
def test_capacity_problems__spark_with_what_glue_refuses__is_refused(values, part):
    (problem,) = problems(**values)

    assert part in problem


def test_capacity_problems__several__are_told_at_once():
    assert len(problems(glue_version="2.0", number_of_workers=1, worker_type="Z.2X")) == 3
    assert len(problems(job_type="pythonshell", worker_type="G.1X", glue_version="5.1")) == 2
    assert len(problems(glue_version="2.0", max_capacity=Decimal("2.5"))) == 2
    assert len(problems(job_type="gluestreaming", number_of_workers=1, stream_minutes=30)) == 2


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"glue_version": "3.0", "python_version": "3"},
        {"worker_type": "R.1X", "number_of_workers": 2, "execution_class": "FLEX"},
        {"max_capacity": Decimal("10.0")},
        {"job_type": "gluestreaming", "worker_type": "G.025X"},
        {"job_type": "pythonshell"},
        {"job_type": "gluestreaming", "stream_minutes": 29},
        {"stream_minutes": 31},
        {"job_type": "pythonshell", "max_capacity": Decimal("1.0"), "glue_version": "3.0"},
        {"job_type": "pythonshell", "glue_version": "1.0", "python_version": "3"},
    ],
)
def test_capacity_problems__what_glue_takes__are_none(values):
    assert problems(**values) == ()


@pytest.mark.parametrize(
    ("values", "capacity", "words"),
    [
        (
            {},
            Capacity(
                job_type="glueetl", glue_version="5.1", worker_type="G.1X", number_of_workers=2
            ),
            "2 × G.1X",
        ),
        (
            {"max_capacity": Decimal(10), "glue_version": "4.0", "execution_class": "FLEX"},
            Capacity(
                job_type="glueetl",
                glue_version="4.0",
                worker_type="G.1X",
                number_of_workers=10,
                execution_class="FLEX",
            ),
            "10 × G.1X FLEX",
        ),
        (
            {"job_type": "pythonshell"},
            Capacity(job_type="pythonshell", glue_version="3.0", max_capacity=Decimal("0.0625")),
            "0.0625 DPU",
        ),
        (
            {"job_type": "pythonshell", "max_capacity": Decimal(1), "glue_version": "1.0"},
            Capacity(job_type="pythonshell", glue_version="1.0", max_capacity=Decimal(1)),
            "1 DPU",
        ),
        (
            {"job_type": "pythonshell", "python_version": "3"},
            Capacity(job_type="pythonshell", glue_version="1.0", max_capacity=Decimal("0.0625")),
            "0.0625 DPU",
        ),
        (
            {"job_type": "gluestreaming", "worker_type": "R.2X", "number_of_workers": 3},
            Capacity(
                job_type="gluestreaming",
                glue_version="5.1",
                worker_type="R.2X",
                number_of_workers=3,
            ),
            "3 × R.2X",
        ),
    ],
)
def test_capacity_of__settings__are_filled_in(values, capacity, words):
    found = capacity_of(CheckSettings(**values))

    assert found == capacity
    assert found.in_words() == words


@pytest.mark.parametrize(
    ("capacity", "price_class"),
    [
        (Capacity(job_type="pythonshell", glue_version="3.0"), "pythonshell"),
        (Capacity(job_type="glueetl", glue_version="5.1", worker_type="R.1X"), "MEMORY"),
        (Capacity(job_type="glueetl", glue_version="5.1", worker_type="Z.2X"), "MEMORY"),
        (Capacity(job_type="glueetl", glue_version="5.1", execution_class="FLEX"), "FLEX"),
    ],
)
def test_capacity__price_class__follows_job_and_worker(capacity, price_class):
    assert capacity.price_class == price_class


@pytest.mark.parametrize(
    ("job_type", "group"),
    [
        ("glueetl", "/aws-glue/jobs/output"),
        ("gluestreaming", "/aws-glue/jobs/output"),
        ("pythonshell", "/aws-glue/python-jobs/output"),
    ],
)
def test_log_group__each_job_type__is_where_glue_writes_its_stdout(job_type, group):
    assert Capacity(job_type=job_type, glue_version="5.1").log_group == group
