"""The transform classes: ``ApplyMapping.apply(frame=…, …)`` is ``frame.apply_mapping(…)``.

Every documented name can be imported; what is not supported refuses when it is applied.
Source: AWS Glue developer guide, "AWS Glue PySpark transforms reference".
"""

from typing import Any

from awsglue.dynamicframe import DynamicFrame
from awsglue.unsupported import refuse

__all__ = [
    "ApplyMapping",
    "DropFields",
    "DropNullFields",
    "ErrorsAsDynamicFrame",
    "EvaluateDataQuality",
    "FillMissingValues",
    "Filter",
    "FindIncrementalMatches",
    "FindMatches",
    "FlatMap",
    "GlueTransform",
    "Join",
    "Map",
    "MapToCollection",
    "MergeDynamicFrame",
    "Relationalize",
    "RenameField",
    "ResolveChoice",
    "SelectFields",
    "SelectFromCollection",
    "SimplifyDDBJson",
    "Spigot",
    "SplitFields",
    "SplitRows",
    "Unbox",
    "UnnestFrame",
]


class GlueTransform:
    """What all transforms share.  A class without a method of its own refuses to be applied."""

    _method = ""

    @classmethod
    def apply(cls, *args: Any, **options: Any) -> Any:
        """Apply the transform to ``frame`` with the options of the frame's own method."""
        return cls()(*args, **options)

    def __call__(self, frame: DynamicFrame | None = None, *args: Any, **options: Any) -> Any:
        """As ``apply``, on an instance."""
        if not self._method or frame is None:
            refuse(f"transform {self.name()}")
        return getattr(frame, self._method)(*args, **options)

    @classmethod
    def name(cls) -> str:
        """Return the transform's name."""
        return cls.__name__


class ApplyMapping(GlueTransform):
    """``frame.apply_mapping``."""

    _method = "apply_mapping"


class DropFields(GlueTransform):
    """``frame.drop_fields``."""

    _method = "drop_fields"


class Filter(GlueTransform):
    """``frame.filter``."""

    _method = "filter"


class RenameField(GlueTransform):
    """``frame.rename_field``, with the parameters' names of the transform."""

    def __call__(
        self,
        frame: DynamicFrame | None = None,
        old_name: str = "",
        new_name: str = "",
        **options: Any,
    ) -> Any:
        """Rename one field of ``frame``."""
        if frame is None:
            refuse("transform RenameField without a frame")
        return frame.rename_field(old_name, new_name, **options)


class SelectFields(GlueTransform):
    """``frame.select_fields``."""

    _method = "select_fields"


def _unsupported(name: str) -> type[GlueTransform]:
    return type(name, (GlueTransform,), {"__doc__": "Refuses to be applied."})


DropNullFields = _unsupported("DropNullFields")
ErrorsAsDynamicFrame = _unsupported("ErrorsAsDynamicFrame")
EvaluateDataQuality = _unsupported("EvaluateDataQuality")
FillMissingValues = _unsupported("FillMissingValues")
FindIncrementalMatches = _unsupported("FindIncrementalMatches")
FindMatches = _unsupported("FindMatches")
FlatMap = _unsupported("FlatMap")
Join = _unsupported("Join")
Map = _unsupported("Map")
MapToCollection = _unsupported("MapToCollection")
MergeDynamicFrame = _unsupported("MergeDynamicFrame")
Relationalize = _unsupported("Relationalize")
ResolveChoice = _unsupported("ResolveChoice")
SelectFromCollection = _unsupported("SelectFromCollection")
SimplifyDDBJson = _unsupported("SimplifyDDBJson")
Spigot = _unsupported("Spigot")
SplitFields = _unsupported("SplitFields")
SplitRows = _unsupported("SplitRows")
Unbox = _unsupported("Unbox")
UnnestFrame = _unsupported("UnnestFrame")
