"""The local Glue's own ``awsglue``: AWS's documented names, on plain pyspark, without AWS's code.

Written from the AWS Glue developer guide.  What it cannot do raises ``Unsupported`` and names it.
"""

from typing import Any

__all__ = ["DynamicFrame", "GlueContext"]


def __getattr__(name: str) -> Any:
    """Load the two names that AWS's package offers at its top only when a script wants them."""
    if name == "DynamicFrame":
        from awsglue.dynamicframe import DynamicFrame

        return DynamicFrame
    if name == "GlueContext":
        from awsglue.context import GlueContext

        return GlueContext
    raise AttributeError(f"module 'awsglue' has no attribute {name!r}")
