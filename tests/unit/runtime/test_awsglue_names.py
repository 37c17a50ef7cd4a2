"""The package without Spark: what can be imported, what refuses, what is said on stderr."""

import importlib
from typing import Any

import pytest

import awsglue
from awsglue import dynamicframe, notes, transforms
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.unsupported import RAISED, Unsupported

NO_SPARK: Any = None
FRAME = DynamicFrame(NO_SPARK, None)
SUPPORTED = {"ApplyMapping", "DropFields", "Filter", "RenameField", "SelectFields"}


# The contents of AWS's "AWS Glue PySpark transforms reference", without the data quality class.
DOCUMENTED = {
    *("GlueTransform", "ApplyMapping", "DropFields", "DropNullFields", "ErrorsAsDynamicFrame"),
    *("FillMissingValues", "Filter", "FindIncrementalMatches", "FindMatches", "FlatMap", "Join"),
    *("Map", "MapToCollection", "Relationalize", "RenameField", "ResolveChoice", "SelectFields"),
    *("SelectFromCollection", "SimplifyDDBJson", "Spigot", "SplitFields", "SplitRows", "Unbox"),
    "UnnestFrame",
}


@pytest.fixture(autouse=True)
def _nothing_refused_nothing_said():
    notes._SAID.clear()
    yield
    RAISED.clear()


@pytest.mark.parametrize("name", sorted(set(transforms.__all__) - SUPPORTED))
def test_transform__not_supported__imports_and_refuses_by_name(name):
    transform = getattr(transforms, name)

    with pytest.raises(Unsupported, match=name):
        transform.apply(frame=object())
    with pytest.raises(NotImplementedError, match="Run this check with engine glue"):
        transform()(object())

    assert len(RAISED) == 2


@pytest.mark.parametrize("name", sorted(SUPPORTED))
def test_transform__without_a_frame__refused(name):
    with pytest.raises(Unsupported, match=name):
        getattr(transforms, name).apply()


def test_transforms__star_import__brings_every_documented_name():
    # aws-glue-libs#220: an image of AWS's own came without the library.
    space: dict[str, object] = {}

    exec("from awsglue.transforms import *", space)

    assert set(space) >= DOCUMENTED
    assert set(transforms.__all__) <= set(space)


@pytest.mark.parametrize("name", ["relationalize", "resolveChoice", "join", "map", "unnest"])
def test_dynamic_frame__method_not_supported__refused_when_called(name):
    method = getattr(FRAME, name)

    with pytest.raises(Unsupported, match=f"DynamicFrame.{name} is not supported"):
        method("anything", at="all")


def test_dynamic_frame__options_it_cannot_do__refused():
    frame = FRAME

    with pytest.raises(Unsupported, match="case_sensitive"):
        frame.apply_mapping([], case_sensitive=True)
    with pytest.raises(Unsupported, match="toDF with options"):
        frame.toDF(["x"])


@pytest.mark.parametrize("owner", [awsglue, dynamicframe, FRAME])
def test_names__misspelt__an_attribute_error_and_no_refusal(owner):
    with pytest.raises(AttributeError, match="aply_mapping"):
        _ = owner.aply_mapping

    assert RAISED == []


def test_names__at_other_places__are_the_same():
    assert awsglue.DynamicFrame is DynamicFrame
    assert awsglue.GlueContext is GlueContext
    assert dynamicframe.DynamicFrameReader.__module__ == "awsglue.context"
    with pytest.raises(Unsupported, match="DynamicFrameCollection"):
        importlib.import_module("awsglue.dynamicframe").DynamicFrameCollection  # noqa: B018 - looking it up is the test


@pytest.mark.parametrize("name", ["getSink", "purge_s3_path", "forEachBatch"])
def test_context__method_not_supported__refused_when_called(name):
    context = object.__new__(GlueContext)

    with pytest.raises(Unsupported, match=f"GlueContext.{name}"):
        getattr(context, name)()


@pytest.mark.parametrize("connection", ["mysql", "dynamodb", "kafka", "marketplace.spark"])
def test_context__connection_not_supported__refused_by_name(connection):
    context = object.__new__(GlueContext)

    with pytest.raises(Unsupported, match=f"connection type '{connection}'"):
        context.create_dynamic_frame_from_options(connection, {})
    with pytest.raises(Unsupported, match=f"connection type '{connection}'"):
        context.write_dynamic_frame_from_options(FRAME, connection, {})


def test_job__bookmarks_wanted__said_once(capsys):
    for _ in range(2):
        job = Job(None)
        job.init("j", {"job_bookmark_option": "job-bookmark-enable"})
        job.commit()

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("job bookmarks do nothing on the local engine") == 1


@pytest.mark.parametrize("args", [None, {}, {"job_bookmark_option": "job-bookmark-disable"}])
def test_job__no_bookmarks_wanted__nothing_said(capsys, args):
    job = Job(None)

    job.init("j", args)

    assert job.isInitialized()
    assert capsys.readouterr().err == ""


def test_logger__three_levels__lines_like_sparks(capsys):
    voice = notes.GlueLogger()

    voice.info("one")
    voice.warn(2)
    voice.error("three")
    voice.debug("four")

    lines = capsys.readouterr().err.splitlines()
    assert [line[18:] for line in lines] == [
        "INFO GlueLogger: one",
        "WARN GlueLogger: 2",
        "ERROR GlueLogger: three",
    ]
