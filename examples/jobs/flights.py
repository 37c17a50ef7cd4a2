"""A nightly Glue job: delays of flights out of New York, by airline and month.

Reads ``<source>/flights.csv`` and ``<source>/airlines.csv``, leaves out cancelled flights, and
adds Parquet files, partitioned by month, below ``target``.

Job arguments:
    --source            s3:// prefix of the two files
    --target            s3:// prefix for the result
    --is_health_check   "true" on a pull request: a bounded part of the input, the result goes
                        below --TempDir instead of --target, and the job checks what it made
"""

import sys

from pyspark.context import SparkContext
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F  # noqa: N812 - so every Spark script calls it

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.utils import getResolvedOptions

LATE_MINUTES = 15
HEALTH_CHECK_ROWS = 5000
LEAST_ROWS = 1000
MOST_CANCELLED = 0.1
MONTHS = 12
FLIGHTS = [
    ("year", "string", "year", "int"),
    ("month", "string", "month", "int"),
    ("day", "string", "day", "int"),
    ("dep_time", "string", "departed_at", "int"),
    ("arr_delay", "string", "arrival_delay", "int"),
    ("carrier", "string", "carrier", "string"),
    ("flight", "string", "flight", "int"),
    ("origin", "string", "origin", "string"),
    ("dest", "string", "destination", "string"),
    ("distance", "string", "miles", "long"),
]


def arguments() -> dict[str, str]:
    """Read the job's arguments; a health check needs no target, it must not write there."""
    options = ["JOB_NAME", "source"]
    if "--is_health_check" in sys.argv:
        options.append("is_health_check")
    args = getResolvedOptions(sys.argv, options)
    is_health_check = args.get("is_health_check", "false").lower() == "true"
    place = "TempDir" if is_health_check else "target"
    target = getResolvedOptions(sys.argv, [place])[place].rstrip("/")
    return {**args, "mode": "check" if is_health_check else "load", "target": f"{target}/delays"}


def read_csv(glue: GlueContext, path: str, name: str) -> DynamicFrame:
    """Read a CSV file with a header line; all columns are text."""
    return glue.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [path]},
        format="csv",
        format_options={"withHeader": True},
        transformation_ctx=name,
    )


def flown(flights: DataFrame) -> DataFrame:
    """Leave out cancelled flights: they never departed.  The source writes NA for nothing."""
    return flights.where(F.col("departed_at").isNotNull())


def delays(flights: DataFrame, airlines: DataFrame) -> DataFrame:
    """One row per airline and month: flights, share late by LATE_MINUTES or more, mean delay."""
    late = (F.col("arrival_delay") >= LATE_MINUTES).cast("int")
    return (
        flights.join(F.broadcast(airlines), "carrier", "left")
        .groupBy("carrier", F.col("name").alias("airline"), "month")
        .agg(
            F.count("*").alias("flights"),
            F.round(F.avg(late), 4).alias("late_share"),
            F.round(F.avg("arrival_delay"), 2).alias("mean_delay_minutes"),
            F.sum("miles").alias("miles"),
        )
    )


def write(glue: GlueContext, result: DataFrame, target: str) -> None:
    """Write one Parquet file per month."""
    glue.write_dynamic_frame.from_options(
        frame=DynamicFrame.fromDF(result.coalesce(1), glue, "delays"),
        connection_type="s3",
        connection_options={"path": target, "partitionKeys": ["month"]},
        format="parquet",
        transformation_ctx="write_delays",
    )


def check(flights: DataFrame, written: DataFrame) -> None:
    """Print what a healthy run looks like, one finding per line."""
    from findings import Findings  # type: ignore[import-not-found]  # shipped with the job

    read = first(
        flights.agg(
            F.count("*").alias("rows"),
            F.count("departed_at").alias("flown"),
            F.count_distinct("month").alias("months"),
        )
    )
    made = first(
        written.agg(
            F.sum("flights").alias("flights"),
            F.count(F.when(F.col("airline").isNull(), 1)).alias("nameless"),
            F.count(F.when(~F.col("late_share").between(0, 1), 1)).alias("odd"),
        )
    )
    rows, flown, months = read
    flights_made, nameless, odd = made
    cancelled = round(1 - flown / max(rows, 1), 4)
    with Findings() as report:
        report.check("rows", rows >= LEAST_ROWS, value=rows, expected=f"at least {LEAST_ROWS}")
        report.check("months", months == MONTHS, value=months, expected=MONTHS)
        report.check(
            "cancelled share",
            cancelled < MOST_CANCELLED,
            value=cancelled,
            expected=f"less than {MOST_CANCELLED}",
        )
        report.check(
            "no flight lost",
            flights_made == flown,
            value=flights_made,
            expected=flown,
            message="the rows written count as many flights as departed",
        )
        report.check("airlines without a name", nameless == 0, value=nameless, expected=0)
        report.check("late shares beyond 0 to 1", odd == 0, value=odd, expected=0)


def first(frame: DataFrame) -> Row:
    """Return the only row of an aggregate."""
    return frame.collect()[0]


def main() -> None:
    """Read, transform, write; in a health check also look at what came out."""
    args = arguments()
    glue = GlueContext(SparkContext.getOrCreate())
    job = Job(glue)
    job.init(args["JOB_NAME"], args)

    source = args["source"].rstrip("/")
    flights = read_csv(glue, f"{source}/flights.csv", "flights").apply_mapping(FLIGHTS).toDF()
    airlines = read_csv(glue, f"{source}/airlines.csv", "airlines").toDF()
    if args["mode"] == "check":
        flights = flights.limit(HEALTH_CHECK_ROWS).cache()
    result = delays(flown(flights), airlines)
    message = f"writing delays to {args['target']}"
    glue.get_logger().info(message)
    write(glue, result, args["target"])
    if args["mode"] == "check":
        check(flights, glue.spark_session.read.parquet(args["target"]))
    job.commit()


if __name__ == "__main__":
    main()
