"""Cloning: a job of every kind in Glue's model, sent back, differs only where it is meant to."""

from decimal import Decimal
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from plugin.core.check import LOCAL_ROLE
from plugin.core.cloning.arguments import LEFT_OUT
from plugin.core.cloning.clone import DROPPED, SET_ANEW, cloned_tags
from plugin.core.making import make_check
from plugin.core.naming import MARKER_ARGUMENT, MOST_TAGS, Tag
from plugin.core.ports import JobDefinition
from plugin.core.settings import CheckSettings, PlanSettings
from plugin.core.settings.check_settings import GLUE_WORKERS
from plugin.core.settings.sources import Wanted
from plugin.local import rules, shapes
from tests.unit.core.checkouts import Files, circumstances

POLICY = '{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
WIDE = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
FILES = Files({"a.py": "x", "lib.py": "x", "a.scala": "x", "p.json": POLICY, "wide.json": WIDE})
PRODUCTION = "arn:aws:iam::123456789012:role/production"
OURS = sum(name.isupper() for name in vars(Tag))
"""How many tags a job of ours may have from us."""
SPARK_WORKERS = [name for name in GLUE_WORKERS if name not in {"Standard", "Z.2X"}]


@pytest.fixture(scope="module")
def glue():
    return botocore.session.get_session().get_service_model("glue")


def spark(**members):
    """What GetJob tells of a usual Spark job, as far as CreateJob takes it."""
    return {
        "Name": "nightly",
        "Role": PRODUCTION,
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://code/a.py", "PythonVersion": "3"},
        "GlueVersion": "4.0",
        "WorkerType": "G.2X",
        "NumberOfWorkers": 9,
        "MaxCapacity": 18.0,
        "AllocatedCapacity": 18,
        "ExecutionProperty": {"MaxConcurrentRuns": 5},
        "MaxRetries": 3,
        "Timeout": 2880,
        **members,
    }


def shell(**members):
    command = {"Name": "pythonshell", "ScriptLocation": "s3://code/a.py", "PythonVersion": "3.9"}
    gone = {"WorkerType", "NumberOfWorkers"}
    kept = {key: value for key, value in spark().items() if key not in gone}
    return {**kept, "Command": command, "MaxCapacity": 1.0, "AllocatedCapacity": 1, **members}


def stream(**members):
    command = {"Name": "gluestreaming", "ScriptLocation": "s3://code/a.py", "PythonVersion": "3"}
    return {**spark(), "Command": command, **members}


def definition(members, *, tags=None, runs_on=""):
    return JobDefinition(name="nightly", members=members, tags=tags or {}, runs_on=runs_on)


def cloned(members=None, *, plan=None, of=None, **values):
    """Return the check and its problems."""
    given: dict[str, Any] = {"script": "a.py", "job": "nightly", "scripts_bucket": "scripts"}
    wanted = Wanted(name="a", settings=CheckSettings(**{**given, **values}))
    told = of or definition(members or spark())
    return make_check(wanted, plan or PlanSettings(), FILES, circumstances(), told)


def requested(members=None, **values):
    check, problems = cloned(members, **values)
    assert problems == ()
    return check.request


def problems_of(members=None, **values):
    return cloned(members, **values)[1]


# --- what cannot be cloned ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "part"),
    [
        ({"Command": {"Name": "glueray", "Runtime": "Ray2.4"}}, "nightly is a Ray job"),
        ({"WorkerType": "Z.2X"}, "nightly is a Ray job"),
        ({"Command": {"Name": "gluesql"}}, "of a kind that is not known here: 'gluesql'"),
        ({"Command": {}}, "of a kind that is not known here: ''"),
        ({"DefaultArguments": {"--job-language": "Scala"}}, "nightly is a Scala job"),
        ({"NonOverridableArguments": {"job-language": "scala"}}, "nightly is a Scala job"),
        ({"DefaultArguments": {"--class": "GlueApp"}}, "nightly is a Scala job"),
        (
            {"Command": {"Name": "glueetl", "ScriptLocation": "s3://b/A.SCALA"}},
            "nightly is a Scala job",
        ),
        ({"WorkerType": "G.99X"}, "workers of the type G.99X, which this version does not know"),
        ({"GlueVersion": "next.one"}, "runs on Glue next.one, which this version does not know"),
        ({"GlueVersion": "2.0"}, "job: nightly: glue_version 2.0 has ended"),
        ({"WorkerType": "Standard"}, "job: nightly: worker_type Standard is for Glue 1.0"),
        ({"DefaultArguments": {"--a": "x" * 270_000}}, "over 260 KB"),
        ({"DefaultArguments": {"--in": "s3://prod/x"}}, "what production works on: --in. "),
        ({"NonOverridableArguments": {"--db": "sales"}}, "what production works on: --db. "),
    ],
)
def test_clone__job_that_cannot_be_run_as_it_is__is_refused_by_name(members, part):
    (problem,) = problems_of(spark(**members))

    assert problem.startswith("a: ")
    assert part in problem


def test_clone__job_that_names_stores__is_refused_by_its_name():
    (problem,) = problems_of(spark(DefaultArguments={"--in": "s3://prod/x"}))

    assert "arguments of nightly name what production works on" in problem


def test_clone__a_mistake_of_the_settings_own__is_not_said_of_the_job():
    (problem,) = problems_of(spark(), tags={"aws:x": "y"})

    assert problem.startswith("a: tags: ")


def test_clone__job_of_which_glue_tells_no_command__is_refused():
    members = spark()
    del members["Command"]

    (problem,) = problems_of(members)

    assert "of a kind that is not known here: ''" in problem


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"script": "a.scala"}, "a.scala is a Scala script"),
        ({"arguments": {"job-language": "scala"}}, "--job-language is for Scala"),
        ({"arguments": {"--class": "GlueApp"}}, "--class is for Scala"),
        ({"worker_type": "Z.2X", "number_of_workers": 2}, "is for Ray jobs"),
    ],
)
def test_clone__ray_or_scala_asked_for__is_refused_by_name(values, part):
    assert any(part in problem for problem in problems_of(**values))


@pytest.mark.parametrize(
    ("values", "plan"),
    [
        ({"arguments": {"in": "{temp}/x", "db": "test"}}, PlanSettings()),
        ({"session_policy": "p.json"}, PlanSettings()),
        ({}, PlanSettings(allow_production_arguments=True)),
    ],
)
def test_clone__store_overridden_narrowed_or_allowed__is_run(values, plan):
    members = spark(
        DefaultArguments={"--in": "s3://prod/x"}, NonOverridableArguments={"--db": "sales"}
    )

    assert problems_of(members, plan=plan, **values) == ()


def test_clone__policy_that_allows_everything__is_no_excuse():
    members = spark(DefaultArguments={"--in": "s3://prod/x"})

    store, policy = problems_of(members, session_policy="wide.json")

    assert "--in" in store
    assert "session_policy: it allows everything" in policy
    assert problems_of(session_policy="wide.json") == ()
    allowed = PlanSettings(allow_production_arguments=True)
    assert problems_of(members, session_policy="wide.json", plan=allowed) == ()


def test_clone__policy_on_the_local_engine__narrows_nothing():
    members = spark(DefaultArguments={"--in": "s3://prod/x"})

    local = PlanSettings(engine="local")

    store, policy = problems_of(members, session_policy="p.json", plan=local)
    (without_policy,) = problems_of(members, plan=local)

    assert "--in" in store
    assert policy == (
        "a: session_policy: the local Glue has no roles, so it narrows nothing there."
    )
    assert "session_policy" not in without_policy
    assert without_policy == store
    assert "narrow the role by session_policy" in problems_of(members)[0]


@pytest.mark.parametrize(("stream_minutes", "timeout"), [(3, 3), (5, 4)])
def test_clone__stream_that_cannot_become_healthy_in_time__is_refused(stream_minutes, timeout):
    (problem,) = problems_of(stream(Timeout=timeout), stream_minutes=stream_minutes)

    assert f"stream_minutes {stream_minutes} must be below timeout_minutes {timeout}" in problem


# --- every kind of job ----------------------------------------------------------------------------


PLAIN = {"boolean": True, "integer": 5, "long": 5, "double": 5.0, "float": 5.0, "timestamp": 0}


def filled(shape, depth=0):
    """Return a value of a shape of the model with every member, down to a depth."""
    if shape.type_name == "structure":
        deep = {key: filled(member, depth + 1) for key, member in shape.members.items()}
        return deep if depth < 2 else {}
    if shape.type_name == "list":
        return [filled(shape.member, depth + 1)]
    if shape.type_name == "map":
        return {"--key": "value"} if shape.name == "GenericMap" else {}
    return PLAIN.get(shape.type_name, shape.metadata.get("enum", ["text"])[0])


KINDS = [
    *(("glueetl", worker, execution) for worker in SPARK_WORKERS for execution in ("STANDARD",)),
    ("glueetl", "G.1X", "FLEX"),
    *(("gluestreaming", worker, "") for worker in SPARK_WORKERS),
    ("pythonshell", "", ""),
]


@pytest.mark.parametrize(("kind", "worker", "execution"), KINDS)
@pytest.mark.parametrize("version", ["3.0", "4.0", "5.0", "5.1", "6.0", "auto", ""])
def test_clone__job_of_every_kind__differs_only_where_it_is_meant_to(
    glue, kind, worker, execution, version
):
    takes = glue.operation_model("CreateJob").input_shape
    told = filled(glue.shape_for("Job"))
    members = {key: value for key, value in told.items() if key in takes.members}
    python = "3.9" if kind == "pythonshell" else "3"
    members |= {
        "Role": PRODUCTION,
        "Command": {"Name": kind, "ScriptLocation": "s3://c/a.py", "PythonVersion": python},
        "MaintenanceWindow": "Sun:1",
        "MaxCapacity": 1.0,
        "Timeout": 20,
    }
    for name, value in {
        "WorkerType": worker,
        "ExecutionClass": execution,
        "GlueVersion": version,
        "NumberOfWorkers": 5 if worker else 0,
    }.items():
        members.pop(name)
        members |= {name: value} if value else {}
    of = definition(members, tags={"team": "data"}, runs_on="5.0")

    request = requested(of=of)

    assert ParamValidator().validate(request, takes).generate_report() == ""
    assert request.keys().isdisjoint(DROPPED)
    is_shell = kind == "pythonshell"
    assert ("MaxCapacity" in request) is is_shell  # boto#2644
    assert ("WorkerType" in request) is ("NumberOfWorkers" in request) is not is_shell
    differs = {key for key in members if request.get(key) != members[key]}
    meant = {*DROPPED, "Name", "Description", "Command", "DefaultArguments", "ExecutionProperty"}
    meant |= {"MaxRetries"} | (
        {"GlueVersion"} if is_shell or not version or version == "auto" else set()
    )
    meant |= set() if is_shell else {"MaxCapacity"}
    assert differs - meant == set()
    assert request["Command"] == {
        **members["Command"],
        "ScriptLocation": request["Command"]["ScriptLocation"],
    }
    assert request["Command"]["ScriptLocation"].startswith("s3://scripts/glue-health-check/")
    assert request["GlueVersion"] == (
        "3.0" if is_shell else {"auto": "5.0", "": "5.1"}.get(version, version)
    )
    assert (request["MaxRetries"], request["Timeout"]) == (0, 20)
    assert request["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert request["DefaultArguments"]["--key"] == "value"
    assert request["Tags"]["team"] == "data"


@pytest.mark.parametrize(
    ("members", "values"),
    [
        (spark(), {}),
        (spark(ExecutionClass="FLEX", JobRunQueuingEnabled=True), {}),
        *((spark(GlueVersion=version), {}) for version in ("3.0", "5.0", "5.1", "6.0", "auto", "")),
        *((spark(WorkerType=worker), {}) for worker in SPARK_WORKERS if worker != "G.025X"),
        (stream(WorkerType="G.025X"), {}),
        (stream(), {"number_of_workers": 2}),
        (shell(), {}),
        (shell(MaxCapacity=0.0625, GlueVersion="0.9"), {}),
    ],
)
def test_clone__request__is_legal_for_the_rules_of_the_local_glue(members, values):
    request = requested(members, **values)

    shapes.check(shapes.operation_of("CreateJob"), request)
    rules.check_tags(request["Tags"])
    assert rules.completed({k: v for k, v in request.items() if k not in {"Name", "Tags"}})


def test_clone__each_member_that_glue_can_send_and_take__was_decided(glue):
    takes = set(glue.operation_model("CreateJob").input_shape.members)

    assert takes == SET_ANEW | DROPPED.keys() | {"JobRunQueuingEnabled"}
    assert all(reason.endswith(".") for reason in DROPPED.values())


# --- what is inherited ----------------------------------------------------------------------------


def test_clone__usual_job__keeps_role_version_workers_connections_and_security():
    members = spark(
        Connections={"Connections": ["c1", "c2"]},
        SecurityConfiguration="sec",
        ExecutionClass="FLEX",
        JobRunQueuingEnabled=True,
    )

    request = requested(members)

    for name in (
        *("Role", "GlueVersion", "WorkerType", "NumberOfWorkers", "Connections"),
        *("SecurityConfiguration", "ExecutionClass", "JobRunQueuingEnabled"),
    ):
        assert request[name] == members[name]
    assert "MaxCapacity" not in request  # boto#2644, airflow#19207
    assert "AllocatedCapacity" not in request  # airflow#19207


def test_clone__settings__win_over_the_job():
    request = requested(
        spark(Connections={"Connections": ["c1"]}, ExecutionClass="FLEX"),
        role_arn="arn:aws:iam::123456789012:role/mine",
        glue_version="5.1",
        worker_type="R.1X",
        number_of_workers=2,
        connections=("mine",),
        security_configuration="mine",
        execution_class="STANDARD",
    )

    assert request["Role"].endswith("role/mine")
    assert (request["GlueVersion"], request["ExecutionClass"]) == ("5.1", "STANDARD")
    assert (request["WorkerType"], request["NumberOfWorkers"]) == ("R.1X", 2)
    assert request["Connections"] == {"Connections": ["mine"]}
    assert request["SecurityConfiguration"] == "mine"


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({"number_of_workers": 3}, ("G.2X", 3)),
        ({"worker_type": "G.4X"}, ("G.4X", 9)),
        ({"worker_type": "G.4X", "number_of_workers": 3}, ("G.4X", 3)),
        ({"max_capacity": Decimal(4)}, ("G.1X", 4)),
        ({}, ("G.2X", 9)),
    ],
)
def test_clone__part_of_the_size_that_is_set__replaces_that_part_and_a_capacity_all(values, size):
    request = requested(**values)

    assert (request["WorkerType"], request["NumberOfWorkers"]) == size
    assert "MaxCapacity" not in request  # boto#2644


def with_capacity(**members):
    """An old job, which has a capacity and no workers."""
    told = spark(GlueVersion="1.0", MaxCapacity=7.0, **members)
    return {
        key: value for key, value in told.items() if key not in {"WorkerType", "NumberOfWorkers"}
    }


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({}, ("G.1X", 7)),
        ({"number_of_workers": 3}, ("G.1X", 3)),
        ({"worker_type": "G.2X", "number_of_workers": 3}, ("G.2X", 3)),
        ({"max_capacity": Decimal(4)}, ("G.1X", 4)),
    ],
)
def test_clone__old_job_with_a_capacity_only__has_a_worker_for_each_unit(values, size):
    request = requested(with_capacity(), glue_version="5.1", **values)

    assert (request["WorkerType"], request["NumberOfWorkers"]) == size


def test_clone__old_job_with_a_capacity_and_another_worker_type__needs_a_number():
    (problem,) = problems_of(with_capacity(), glue_version="5.1", worker_type="G.2X")

    assert problem == (
        "a: job: nightly has a capacity of 7 DPU and tells no workers: set number_of_workers beside"
        " worker_type."
    )


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"number_of_workers": 3}, "set worker_type."),
        ({"worker_type": "G.1X"}, ""),
        ({"max_capacity": Decimal(4)}, ""),
    ],
)
def test_clone__unknown_worker_type__is_refused_unless_another_is_set(values, part):
    found = problems_of(spark(WorkerType="G.99X"), **values)

    assert [part in problem for problem in found] == [True] * bool(part)


@pytest.mark.parametrize("values", [{"number_of_workers": 3}, {"worker_type": "G.1X"}])
def test_clone__workers_for_a_python_shell_job__are_refused(values):
    (problem,) = problems_of(shell(), **values)

    assert "are not for Python shell jobs: use max_capacity" in problem


def test_clone__job_that_tells_no_size__has_the_default_one():
    members = spark()
    for name in ("WorkerType", "NumberOfWorkers", "MaxCapacity"):
        del members[name]

    assert requested(members)["NumberOfWorkers"] == 2


@pytest.mark.parametrize(
    ("asked", "told", "expected"), [(30, 10, 10), (30, 2880, 30), (30, 0, 30), (30, None, 30)]
)
def test_clone__time_limit__is_the_shorter_one(asked, told, expected):
    assert requested(spark(Timeout=told), timeout_minutes=asked)["Timeout"] == expected


@pytest.mark.parametrize(
    ("python", "version", "values", "expected"),
    [
        ("3.9", "3.0", {}, ("3.9", "3.0")),
        ("3.9", "0.9", {}, ("3.9", "3.0")),
        ("3", "1.0", {}, ("3", "1.0")),
        ("3", "4.0", {}, ("3", "1.0")),
        ("3.9", "next.one", {}, ("3.9", "3.0")),
        ("2", "0.9", {}, ("3.9", "3.0")),
        ("3", "1.0", {"python_version": "3.9"}, ("3.9", "3.0")),
        ("3", "1.0", {"glue_version": "3.0"}, ("3.9", "3.0")),
    ],
)
def test_clone__python_shell__has_its_pythons_version_and_nothing_of_spark(
    python, version, values, expected
):
    command = {"Name": "pythonshell", "ScriptLocation": "s3://c/a.py", "PythonVersion": python}

    request = requested(shell(Command=command, GlueVersion=version), **values)

    assert (request["Command"]["PythonVersion"], request["GlueVersion"]) == expected
    assert request["MaxCapacity"] == 1.0
    assert not {"WorkerType", "NumberOfWorkers", "ExecutionClass"} & request.keys()
    assert request["DefaultArguments"].keys() == {
        "--TempDir",
        "--job-bookmark-option",
        "--is_health_check",
    }


def test_clone__size_of_a_python_shell_that_is_set__wins():
    assert requested(shell(), max_capacity=Decimal("0.0625"))["MaxCapacity"] == 0.0625
    assert requested(shell(MaxCapacity=7.0))["MaxCapacity"] == 0.0625


def test_clone__python_shell_that_tells_no_size__has_the_least_one():
    members = shell()
    del members["MaxCapacity"]

    assert requested(members)["MaxCapacity"] == 0.0625


def test_clone__other_kind_than_the_jobs__takes_neither_size_nor_version():
    request = requested(spark(ExecutionClass="FLEX"), job_type="pythonshell")

    assert (request["Command"]["Name"], request["GlueVersion"]) == ("pythonshell", "3.0")
    assert request["MaxCapacity"] == 0.0625


def test_clone__stream__has_no_execution_class():
    assert "ExecutionClass" not in requested(stream(ExecutionClass="STANDARD"))


def test_clone__local_engine__uses_nothing_that_only_the_account_has():
    members = spark(Connections={"Connections": ["c"]}, SecurityConfiguration="s")

    check, problems = cloned(members, plan=PlanSettings(engine="local"))

    assert problems == ()
    assert check.request["Role"] == LOCAL_ROLE
    assert not {"Connections", "SecurityConfiguration"} & check.request.keys()
    assert (check.request["WorkerType"], check.request["GlueVersion"]) == ("G.2X", "4.0")
    assert any("on the local engine, role, connections" in note for note in check.notes)


# --- arguments ------------------------------------------------------------------------------------


def test_clone__arguments__are_the_jobs_below_ours_below_the_users():
    members = spark(
        DefaultArguments={
            "--TempDir": "s3://prod/tmp",
            "--job-bookmark-option": "job-bookmark-enable",
            "--extra-py-files": "s3://prod/lib.zip",
            "--extra-jars": "s3://prod/lib.jar",
            "--spark-event-logs-path": "s3://prod/events",
            "--env": "prod",
            "--level": "info",
            "plain": "kept",
        }
    )

    check, problems = cloned(members, extra_py_files=("lib.py",), arguments={"level": "debug"})

    assert problems == ()
    arguments: Any = check.request["DefaultArguments"]
    assert arguments["--TempDir"] == check.temp.uri()
    assert arguments["--job-bookmark-option"] == "job-bookmark-disable"
    assert arguments["--extra-py-files"].startswith(check.scripts.uri())
    assert arguments["--extra-jars"] == "s3://prod/lib.jar"
    assert arguments["--spark-event-logs-path"] == check.temp.uri("spark-event-logs/")
    assert (arguments["--level"], arguments["--env"], arguments["plain"]) == (
        *("debug", "prod"),
        "kept",
    )
    assert check.cloned == {"--extra-jars", "--env", "plain"}


GONE = {
    *("--JOB_NAME", "--JOB_ID", "--JOB_RUN_ID", "--mode", "--debug", "--endpoint"),
    *("--scriptLocation", "--job-bookmark-from", "--job-bookmark-to", MARKER_ARGUMENT),
    *("--custom-logStream-prefix", "--continuous-log-logStreamPrefix"),
    *("--custom-logGroup-prefix", "--continuous-log-logGroup"),
}


def test_clone__arguments_that_are_left_out__are_these():
    assert LEFT_OUT.keys() == GONE


@pytest.mark.parametrize("key", sorted(GONE))
@pytest.mark.parametrize("member", ["DefaultArguments", "NonOverridableArguments"])
def test_clone__argument_that_is_glues_or_the_originals__is_left_out_with_a_note(key, member):
    check, problems = cloned(spark(**{member: {key: "s3://prod/x"}}))

    assert problems == ()
    assert key not in {**check.request["DefaultArguments"], **check.request.get(member, {})}
    (note,) = check.notes
    assert note == f"not copied of the arguments of the job nightly: {key}: {LEFT_OUT[key]}."


def test_clone__arguments_left_out_for_one_reason__are_one_note():
    told = dict.fromkeys(("--mode", "--custom-logGroup-prefix", "--debug"), "hush")

    check, _ = cloned(spark(DefaultArguments=told))

    assert [note.partition(": ")[2].partition(": ")[0] for note in check.notes] == [
        "--custom-logGroup-prefix",
        "--debug, --mode",
    ]
    assert "hush" not in str(check.notes)
    assert "a script that reads it as its own needs another name" in check.notes[1]


def test_clone__log_group_that_the_user_sets__is_the_users_without_a_note():
    members = spark(DefaultArguments={"--custom-logGroup-prefix": "/production"})

    check, problems = cloned(members, arguments={"custom-logGroup-prefix": "/checks"})

    assert (problems, check.notes) == ((), ())
    arguments: Any = check.request["DefaultArguments"]
    assert arguments["--custom-logGroup-prefix"] == "/checks"


def test_clone__fixed_argument__is_kept_unless_something_else_is_set():
    # NonOverridableArguments would silently win over ours
    fixed = {
        "--TempDir": "s3://prod/tmp",
        "--job-bookmark-option": "job-bookmark-enable",
        "--is_health_check": "false",
        "--mine": "production",
        "--spark-event-logs-path": "s3://prod/events",
        "--kept": "1",
    }

    check, problems = cloned(spark(NonOverridableArguments=fixed), arguments={"mine": "test"})

    assert problems == ()
    assert check.request["NonOverridableArguments"] == {"--kept": "1"}
    arguments: Any = check.request["DefaultArguments"]
    assert (arguments["--mine"], arguments["--is_health_check"]) == ("test", "true")
    assert MARKER_ARGUMENT not in arguments


def test_clone__plain_argument_that_the_user_gives_with_dashes__is_overridden():
    members = spark(DefaultArguments={"db": "sales"})

    assert "db" not in requested(members, arguments={"db": "test"})["DefaultArguments"]


# --- tags and notes -------------------------------------------------------------------------------


def test_clone__tags__are_the_jobs_below_the_users_below_ours():
    own = {"team": "data", "cost": "1", "aws:cloudformation:x": "y", Tag.BUILD: "other"}

    tags: Any = requested(of=definition(spark(), tags=own), tags={"cost": "2"})["Tags"]

    assert (tags["team"], tags["cost"]) == ("data", "2")
    assert tags[Tag.BUILD] != "other"
    assert "aws:cloudformation:x" not in tags


def test_clone__more_tags_than_a_job_may_have__loses_the_jobs_last_with_a_note():
    own = {f"tag-{n:02}": "x" for n in range(50)}

    check, problems = cloned(of=definition(spark(), tags=own), tags={"mine": "1"})

    assert problems == ()
    tags: Any = check.request["Tags"]
    assert len(tags) <= MOST_TAGS
    assert tags["mine"] == "1"
    assert "tag-00" in tags
    (note,) = check.notes
    assert "not copied: tag-" in note
    assert note.endswith("tag-49.")


@pytest.mark.parametrize("users", [1, 10, MOST_TAGS - OURS])
def test_cloned_tags__room_of_a_job__is_first_ours_then_the_users(users):
    kept = MOST_TAGS - OURS - users
    own = {f"tag-{n:02}": "x" for n in range(MOST_TAGS)}
    mine = {f"mine-{n}": "x" for n in range(users)}

    tags, lost = cloned_tags(definition(spark(), tags=own), mine)

    assert (len(tags), len(lost)) == (users + kept, len(own) - kept)
    assert mine.keys() <= tags.keys()
    assert (*sorted(own)[:kept], *lost) == tuple(sorted(own))


def test_clone__tags_that_may_not_be_read__are_a_note():
    check, problems = cloned(of=JobDefinition(name="nightly", members=spark(), tags=None))

    assert problems == ()
    assert check.notes == (
        "the tags of the job nightly may not be read (glue:GetTags): not copied.",
    )


@pytest.mark.parametrize(
    ("version", "runs_on", "used", "part"),
    [
        ("", "", "5.1", "names no Glue version: checked on 5.1"),
        ("auto", "5.0", "5.0", "lets AWS choose its Glue version: checked on 5.0"),
        ("auto", "", "5.1", "lets AWS choose its Glue version: checked on 5.1"),
        ("auto", "next.one", "5.1", "lets AWS choose its Glue version: checked on 5.1"),
        (None, "", "5.1", "names no Glue version: checked on 5.1"),
    ],
)
def test_clone__job_without_a_version_of_its_own__names_one_and_says_so(
    version, runs_on, used, part
):
    members = spark(GlueVersion=version)
    if version is None:
        del members["GlueVersion"]

    check, problems = cloned(of=definition(members, runs_on=runs_on))

    assert problems == ()
    assert check.request["GlueVersion"] == used
    assert any(part in note for note in check.notes)


@pytest.mark.parametrize(
    ("members", "values"),
    [(spark(GlueVersion=""), {"glue_version": "5.0"}), (shell(GlueVersion=""), {})],
    ids=["a version is set", "the version is Python's"],
)
def test_clone__version_that_nobody_needs_of_the_job__is_no_note(members, values):
    check, problems = cloned(members, **values)

    assert (check.notes, problems) == ((), ())


def test_clone__shorter_time_limit_of_the_job__is_a_note():
    assert cloned(spark(Timeout=7), timeout_minutes=90)[0].notes == (
        "the time limit is that of the job nightly: 7 minutes; the 90 of timeout_minutes are more.",
    )


def test_clone__note_of_a_local_cost_limit__stands_before_those_of_the_job():
    plan = PlanSettings(engine="local", allow_production_arguments=True)

    first, *others = cloned(plan=plan, max_cost_usd=Decimal(1))[0].notes

    assert first == (
        "max_cost_usd does nothing on engine local: a run on this machine costs nothing."
    )
    assert others
    assert cloned(max_cost_usd=Decimal(1))[0].notes == ()
