"""A job that is broken on purpose: CI checks it with our own action, whose step must fail."""  # noqa: INP001 - a script, not a package

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.range(3).select("no_such_column").show()
