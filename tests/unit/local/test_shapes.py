"""The walk along botocore's model."""

import pytest
from botocore.model import OperationModel, OperationNotFoundError, ServiceModel
from hypothesis import given
from hypothesis import strategies as st

from plugin.local import shapes
from plugin.local.errors import GlueError

OURS = (
    "CreateJob", "GetJob", "GetJobs", "BatchGetJobs", "ListJobs", "UpdateJob", "DeleteJob",
    "StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun", "GetTags", "TagResource",
    "UntagResource",
)  # fmt: skip


def members_of(shape, seen):
    """All shapes that a request can hold."""
    if shape.name in seen:
        return
    seen.add(shape.name)
    yield shape
    if shape.type_name == "structure":
        for member in shape.members.values():
            yield from members_of(member, seen)
    elif shape.type_name == "list":
        yield from members_of(shape.member, seen)
    elif shape.type_name == "map":
        yield from members_of(shape.key, seen)
        yield from members_of(shape.value, seen)


@pytest.mark.parametrize("operation", OURS)
def test_compiled__every_pattern_of_our_operations__is_understood(operation):
    model = shapes.operation_of(operation)

    patterns = {
        shape.metadata["pattern"]
        for shape in members_of(model.input_shape, set())
        if "pattern" in shape.metadata
    }

    for pattern in patterns:
        shapes.compiled(pattern)


def test_operation_of__no_operation_of_glue__raises():
    with pytest.raises(OperationNotFoundError):
        shapes.operation_of("MakeCoffee")


def test_check__an_operation_without_input__takes_everything():
    model = OperationModel({}, ServiceModel({}), name="NoInput")

    shapes.check(model, {"a": 1})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
members = st.sampled_from(("Name", "Role", "Command", "Tags", "Timeout", "Connections", "Nobody"))


@given(st.dictionaries(members, json_values))
def test_check__any_json__is_legal_or_refused_but_never_breaks(request):
    model = shapes.operation_of("CreateJob")

    try:
        shapes.check(model, request)
    except GlueError as refusal:
        problem = refusal
    else:
        return

    assert problem.status == 400
    assert problem.message
