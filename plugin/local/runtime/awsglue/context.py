"""GlueContext: the door to sources, sinks and Spark.

Knows the spellings of AWS's readers and writers.  The work is done in ``files`` and ``catalog``.
Source: AWS Glue developer guide, "GlueContext class", "DynamicFrameReader", "DynamicFrameWriter".
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from awsglue import catalog, files
from awsglue.dynamicframe import DynamicFrame
from awsglue.notes import GlueLogger
from awsglue.unsupported import attribute_of

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import DataFrame

_DOCUMENTED = frozenset(
    [
        "getSource",
        "getSink",
        "create_dynamic_frame_from_rdd",
        "create_sample_dynamic_frame_from_catalog",
        "create_sample_dynamic_frame_from_options",
        "create_sample_dynamic_frame",
        "write_dynamic_frame_from_catalog",
        "write_dynamic_frame_from_jdbc_conf",
        "write_data_frame_from_catalog",
        "write_data_frame_from_options",
        "write_data_frame",
        "write_from_options",
        "write_from_jdbc_conf",
        "purge_table",
        "purge_s3_path",
        "transition_table",
        "transition_s3_path",
        "extract_jdbc_conf",
        "get_connection",
        "forEachBatch",
        "add_ingestion_time_columns",
        "start_transaction",
        "begin_transaction",
        "commit_transaction",
        "cancel_transaction",
        "convert_resolve_option",
        "get_catalog_schema_as_spark_schema",
    ]
)
# GlueContext is an SQLContext on AWS, and scripts use it as one.
_OF_SPARK = frozenset(
    [
        "createDataFrame",
        "read",
        "readStream",
        "sql",
        "table",
        "range",
        "udf",
        "catalog",
        "streams",
        "newSession",
        "conf",
    ]
)
Options = Mapping[str, Any] | None
Frame = TypeVar("Frame")


class GlueContext:
    """Made from a SparkContext, once per script."""

    def __init__(self, sparkContext: "SparkContext", **_options: Any) -> None:
        from pyspark.sql import SparkSession

        self._sc = sparkContext
        self.spark_session: SparkSession = SparkSession.builder.getOrCreate()
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.create_data_frame = DataFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)

    def get_logger(self) -> GlueLogger:
        """Return the logger that writes to the driver's log."""
        return GlueLogger()

    def setTempDir(self, tmpdir: str) -> None:
        """Take the place for temporary data; nothing here needs one."""

    def create_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: Options = None,
        format: str | None = None,
        format_options: Options = None,
        transformation_ctx: str = "",
        **_options: Any,
    ) -> DynamicFrame:
        """Read files; see ``awsglue.files.read_files``."""
        files.check_connection(connection_type)
        frame = files.read_files(
            self.spark_session, connection_options or {}, format, format_options or {}
        )
        return DynamicFrame(frame, self, transformation_ctx)

    def create_dynamic_frame_from_catalog(
        self,
        database: str,
        table_name: str,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **_options: Any,
    ) -> DynamicFrame:
        """Read a table of the Data Catalog; see ``awsglue.catalog.read_table``."""
        del redshift_tmp_dir
        frame = catalog.read_table(
            self.spark_session, database, table_name, predicate=push_down_predicate
        )
        return DynamicFrame(frame, self, transformation_ctx)

    def create_data_frame_from_options(self, *args: Any, **options: Any) -> "DataFrame":
        """Read files into a Spark DataFrame."""
        return self.create_dynamic_frame_from_options(*args, **options).toDF()

    def create_data_frame_from_catalog(self, *args: Any, **options: Any) -> "DataFrame":
        """Read a table into a Spark DataFrame."""
        return self.create_dynamic_frame_from_catalog(*args, **options).toDF()

    def write_dynamic_frame_from_options(
        self,
        frame: DynamicFrame,
        connection_type: str,
        connection_options: Options = None,
        format: str | None = None,
        format_options: Options = None,
        transformation_ctx: str = "",
        **_options: Any,
    ) -> DynamicFrame:
        """Write files; see ``awsglue.files.write_files``.  Returns ``frame``."""
        del transformation_ctx
        files.check_connection(connection_type)
        files.write_files(frame.toDF(), connection_options or {}, format, format_options or {})
        return frame

    def __getattr__(self, name: str) -> Any:
        if name in _OF_SPARK:
            return getattr(self.spark_session, name)
        return attribute_of("GlueContext", name, _DOCUMENTED)


class _Spelling(Generic[Frame]):
    """AWS's second spelling of the context's methods: ``glueContext.<noun>.from_options``."""

    _noun = ""
    _documented: frozenset[str] = frozenset()

    def __init__(self, glue_context: GlueContext) -> None:
        self._glue_context = glue_context

    def from_options(self, *args: Any, **options: Any) -> Frame:
        """As the context's ``<noun>_from_options``."""
        read: Callable[..., Frame] = getattr(self._glue_context, f"{self._noun}_from_options")
        return read(*args, **options)

    def from_catalog(self, *args: Any, **options: Any) -> Frame:
        """As the context's ``<noun>_from_catalog``."""
        read: Callable[..., Frame] = getattr(self._glue_context, f"{self._noun}_from_catalog")
        return read(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return attribute_of(f"GlueContext.{self._noun}", name, self._documented)


class DynamicFrameReader(_Spelling[DynamicFrame]):
    """``glueContext.create_dynamic_frame``."""

    _noun = "create_dynamic_frame"
    _documented = frozenset({"from_rdd"})


class DataFrameReader(_Spelling["DataFrame"]):
    """``glueContext.create_data_frame``."""

    _noun = "create_data_frame"


class DynamicFrameWriter(_Spelling[DynamicFrame]):
    """``glueContext.write_dynamic_frame``."""

    _noun = "write_dynamic_frame"
    _documented = frozenset({"from_jdbc_conf"})
